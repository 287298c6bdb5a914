"""The numbers of the stacks: of every parameter that has one, a row a Backward."""

import numpy as np

from perceptron_gui.core import deposits
from perceptron_gui.ui.plots.ledger.geometry import Ledger
from perceptron_gui.ui.plots.sheet import Sheet


def ledger_sheet(ledger: Ledger) -> Sheet:
    """Return the deposits in their order: of which Backwards, what they added, and what `.grad` was after them.

    A cell is empty where there is None. Behind the deposits of a parameter comes what `.grad` is, which is their sum.
    """
    count, width = len(ledger.deposits), len(ledger.parameters)
    ends = np.array(deposits.numbers(ledger.deposits), np.int64).reshape(count, 2)
    nothing = np.ma.masked_all((1, width), np.float32)
    has_any = np.logical_or.accumulate(ledger.arrived, axis=0)
    added = np.ma.concatenate([np.ma.masked_array(ledger.added, ~ledger.arrived), nothing])
    after = np.ma.masked_array(ledger.after, ~has_any)
    after = np.ma.concatenate([after, np.ma.masked_array(ledger.stored[None], ledger.is_none[None])])
    names = [ledger.element(column, ".grad") for column in range(width) for _ in range(count + 1)]
    first, last = (np.ma.append(ends[:, end], np.ma.masked_all(1, np.int64)) for end in (0, 1))
    return Sheet((
        ("parameter", tuple(names)),
        ("first Backward", np.ma.concatenate([first] * width)),
        ("last Backward", np.ma.concatenate([last] * width)),
        ("added", added.T.reshape(-1)),
        (".grad after", after.T.reshape(-1)),
    ))  # fmt: skip
