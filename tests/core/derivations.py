"""Histories of Forwards and Backwards on drawn values, and what plain torch finds for them."""

import torch
from hypothesis import strategies as st

from perceptron_gui.core.actions import Assign, Configure, Gesture, MarkRows, Operation, Start
from perceptron_gui.core.derivation import Derivation, derived
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import Element, Reduction, Rows, Snapshot, TensorName, frozen
from tests.core.play import BACKWARD, FORWARD
from tests.strategies import snapshots

TINY = 1e-37
"""What subnormal numbers may lose."""
Step = Operation | Configure | MarkRows | Assign


def play(start: Snapshot, *steps: Step) -> History:
    """Return the history of what was done."""
    engine = Engine()
    history = History((), -1).push(Start("notebook"), start, "cpu")
    for step in steps:
        if isinstance(step, Operation):
            outcome = engine.execute(step, history.current, "cpu")
            history = history.push(step, outcome.snapshot, "cpu", outcome.refusal)
        else:
            history = history.push(step, edited(history.current, step), "cpu")
    return history


def derive(history: History, element: Element) -> Derivation:
    derivation = derived(history, element)
    assert derivation is not None
    return derivation


def incoming(
    start: Snapshot, reduction: Reduction, rows: Rows, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ∂loss/∂W and ∂loss/∂b by plain torch."""
    x, y, W, b = (torch.tensor(array, dtype=dtype) for array in (start.x, start.y_true, start.W, start.b))
    taken = list(range(start.m) if rows is None else rows)
    W.requires_grad_()
    b.requires_grad_()
    squares = (y[taken] - torch.sigmoid(x[taken] @ W + b)) ** 2
    loss = squares.sum() if reduction is Reduction.SUM else squares.mean()
    if reduction is Reduction.WEIGHTED:
        loss = loss * len(taken) / start.m
    gradients = torch.autograd.grad(loss, [W, b])
    return gradients[0], gradients[1]


@st.composite
def passes(draw: st.DrawFn) -> tuple[Snapshot, list[tuple[Reduction, Rows]]]:
    """Draw a start, and of one to three Forwards and Backwards how the loss is reduced and which rows it takes."""
    start = draw(snapshots())
    rows = st.sets(st.integers(0, start.m - 1), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
    taken = st.one_of(st.none(), rows.filter(lambda chosen: len(chosen) < start.m))
    each = st.tuples(st.sampled_from(Reduction), st.none() if start.m == 1 else taken)
    return start, draw(st.lists(each, min_size=1, max_size=3))


def steps_of(drawn: list[tuple[Reduction, Rows]]) -> list[Step]:
    return [
        step
        for reduction, rows in drawn
        for step in (Configure("reduction", reduction), MarkRows(rows), FORWARD, BACKWARD)
    ]


def typed(tensor: TensorName, value: float) -> Assign:
    return Assign(tensor, 0, 0, frozen([[value]]), Gesture.TYPE)
