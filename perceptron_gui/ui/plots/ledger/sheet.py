"""The numbers of the stacks: of every parameter that has one, a row a Backward."""

import numpy as np

from perceptron_gui.core import deposits
from perceptron_gui.ui.plots.ledger.geometry import Ledger
from perceptron_gui.ui.plots.sheet import Column, Sheet


def ledger_sheet(ledger: Ledger) -> Sheet:
    """Return the deposits in their order: of which Backwards, what they added, and what `.grad` was after them.

    A cell is empty where there is None. Behind the deposits of a parameter comes what `.grad` is, which is their sum.
    """
    count, width = len(ledger.deposits), len(ledger.parameters)
    is_deposit = np.tile(np.append(np.ones(count, np.bool_), False), width)
    ends = np.zeros((count + 1, 2), np.int64)
    ends[:count] = np.array(deposits.numbers(ledger.deposits), np.int64).reshape(count, 2)
    added = np.concatenate([ledger.added, np.zeros((1, width), np.float32)])
    has_come = np.concatenate([ledger.arrived, np.zeros((1, width), np.bool_)])
    after = np.concatenate([ledger.after, ledger.stored[None]])
    is_there = np.concatenate([np.logical_or.accumulate(ledger.arrived, axis=0), ~ledger.is_none[None]])
    return Sheet((
        Column("parameter", tuple(ledger.element(at, ".grad") for at in range(width) for _ in range(count + 1))),
        Column("first Backward", np.tile(ends[:, 0], width), is_deposit),
        Column("last Backward", np.tile(ends[:, 1], width), is_deposit),
        Column("added", added.T.reshape(-1), has_come.T.reshape(-1)),
        Column(".grad after", after.T.reshape(-1), is_there.T.reshape(-1)),
    ))  # fmt: skip
