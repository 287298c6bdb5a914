"""The ways to check a number, against plain torch in float64, within bounds derived from float32's ŷ and 1 − ŷ."""

from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import deposits
from perceptron_gui.core.actions import Configure
from perceptron_gui.core.checking import checked
from perceptron_gui.core.questions import Check
from perceptron_gui.core.snapshot import Element, Reduction, Rows, Snapshot, TensorName, frozen
from tests.core.derivations import TINY, incoming, passes, play, steps_of, typed
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, after
from tests.strategies import briefly

HALF_ULP = 2.0**-24
"""What one float32 operation may be off by, relative to its result."""
EPSILON = 2.0**-52


def rounding_of_terms(start: Snapshot, snapshot: Snapshot, element: Element) -> float:
    """Bound what float32 loses in the terms, from the ŷ it has: no cancellation, ŷ and 1 − ŷ are what they are."""
    lost = running = 0.0
    for deposit in snapshot.deposits:
        forward = deposit.forward
        taken = list(range(start.m) if forward.rows is None else forward.rows)
        y, y_pred = start.y_true[taken, element.column].astype(np.float64), forward.y_pred[:, element.column]
        x = start.x[taken, element.row] if element.name == "W.grad" else np.ones(len(taken))
        size = float(np.abs(2 * (y - y_pred) * y_pred * (1 - y_pred.astype(np.float64)) * x).sum())
        # y − ŷ, · 2, · 1/N, · r/m, 1 − ŷ, · ŷ, ·, · x, and the sum over the samples.
        lost += (8 + len(taken)) * HALF_ULP * size
        running += size
        lost += HALF_ULP * running
    return 1.01 * lost + TINY


@briefly
@given(passes(), st.data())
def test_autograd_agrees_with_the_chain_rule_on_the_same_prediction(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], data: st.DataObject
) -> None:
    start, each = drawn
    snapshot = play(start, *steps_of(each)).current
    row, column = data.draw(st.integers(0, start.n - 1)), data.draw(st.integers(0, start.k - 1))
    assert snapshot.W_grad is not None
    assert snapshot.b_grad is not None
    for element, stored in (
        (Element("W.grad", row, column), snapshot.W_grad[row, column]),
        (Element("b.grad", 0, column), snapshot.b_grad[column]),
    ):
        found = checked(Check(snapshot, element))
        assert found.pytorch == float(stored)
        assert abs(found.pytorch - found.by_hand) <= rounding_of_terms(start, snapshot, element)


@briefly
@given(passes(), st.data())
def test_the_central_difference_is_the_slope_in_float64(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], data: st.DataObject
) -> None:
    start, each = drawn
    snapshot = play(start, *steps_of(each)).current
    row, column = data.draw(st.integers(0, start.n - 1)), data.draw(st.integers(0, start.k - 1))
    for which, element in enumerate((Element("W.grad", row, column), Element("b.grad", 0, column))):
        found = checked(Check(snapshot, element)).central_difference
        place = (row, column) if which == 0 else (column,)
        exact = sum(float(incoming(start, *one, torch.float64)[which][place]) for one in each)
        bound = 0.0
        for _, rows in each:
            taken = list(range(start.m) if rows is None else rows)
            x = np.abs(start.x[taken, row]) if which == 0 else np.ones(len(taken))
            error = np.abs(start.y_true[taken, column]) + 1
            parameter = abs(float(start.W[row, column] if which == 0 else start.b[column]))
            step = max(EPSILON ** (1 / 3) / max(float(x.max()), 1.0), parameter * EPSILON**0.5)
            # |(y − σ)²'''| ≤ 1 + |y − σ|; and what the subtraction of two ŷ cancels.
            bound += step**2 / 6 * float((x**3 * (1 + error)).sum())
            z = np.abs(start.x[taken]) @ np.abs(start.W[:, column]) + abs(start.b[column])
            bound += 8 * EPSILON * float((error * (1 + z)).sum()) / step
        assert found is not None
        assert abs(found - exact) <= bound


@briefly
@given(passes(), st.data())
def test_what_forward_made_is_found_anew(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], data: st.DataObject
) -> None:
    start, ((reduction, rows), *_) = drawn
    snapshot = play(start, *steps_of([(reduction, rows)])).current
    forward = snapshot.forward
    assert forward is not None
    taken = list(range(start.m) if rows is None else rows)
    row, column = data.draw(st.sampled_from(taken)), data.draw(st.integers(0, start.k - 1))
    x, y, W, b, z, y_pred = (
        torch.tensor(array, dtype=torch.float64)
        for array in (start.x, start.y_true, start.W, start.b, forward.z, forward.y_pred)
    )
    squares = (y[taken] - y_pred) ** 2
    loss = squares.sum() if reduction is Reduction.SUM else squares.mean()
    loss = loss * len(taken) / start.m if reduction is Reduction.WEIGHTED else loss
    place = taken.index(row), column
    expected = {
        Element("z", row, column): (forward.z[place], (x @ W + b)[row, column]),
        Element("y_pred", row, column): (forward.y_pred[place], 1 / (1 + torch.exp(-z[place]))),
        Element("loss", 0, 0): (forward.loss, loss),
    }
    for element, (stored, exact) in expected.items():
        found = checked(Check(snapshot, element))
        assert found.pytorch == float(stored)
        assert found.by_hand == pytest.approx(float(exact), rel=1e-12, abs=1e-12)
        assert found.central_difference is None


@pytest.mark.parametrize("target", [-1e19, 1e9, 1e18])
def test_a_large_target_leaves_the_central_difference_what_it_is(target: float) -> None:
    start = Snapshot(frozen([[0.5, 2.0]]), frozen([[target]]), frozen([[0.25], [-0.5]]), frozen([0.1]))
    snapshot = after(start, FORWARD, BACKWARD)
    for row in range(2):
        exact = float(incoming(start, Reduction.SUM, None, torch.float64)[0][row, 0])
        found = checked(Check(snapshot, Element("W.grad", row, 0)))
        assert found.central_difference == pytest.approx(exact, rel=1e-8)


def test_where_float32_says_one_the_central_difference_knows_better() -> None:
    start = Snapshot(frozen([[1]]), frozen([[0]]), frozen([[18]]), frozen([0]))
    snapshot = after(start, FORWARD, BACKWARD)
    found = checked(Check(snapshot, Element("W.grad", 0, 0)))
    assert (found.pytorch, found.by_hand) == (0, 0)
    assert found.central_difference == pytest.approx(2 * np.exp(-18.0), rel=1e-3)


def test_an_update_is_found_anew_from_the_state_before_it() -> None:
    history = play(NOTEBOOK_START, Configure("lr", 0.3), FORWARD, BACKWARD, UPDATE)
    before, now = history.before, history.current
    assert before is not None
    assert before.W_grad is not None
    found = checked(Check(now, Element("W", 1, 0), before))
    assert found.pytorch == float(now.W[1, 0])
    assert found.by_hand == float(before.W[1, 0]) - 0.3 * float(before.W_grad[1, 0])
    assert found.by_hand == pytest.approx(found.pytorch, abs=3e-8)


def test_merged_backwards_are_in_all_three_as_they_are() -> None:
    steps = [FORWARD, BACKWARD, UPDATE] * 4
    with patch.object(deposits, "MOST", 2):
        snapshot = after(NOTEBOOK_START, *steps)
    single = checked(Check(after(NOTEBOOK_START, *steps), Element("b.grad", 0, 0)))
    found = checked(Check(snapshot, Element("b.grad", 0, 0)))
    assert (found.merged, single.merged) == (3, 0)
    assert found.by_hand == pytest.approx(single.by_hand, abs=1e-7)
    assert found.central_difference == pytest.approx(single.central_difference, abs=1e-7)


@pytest.mark.parametrize("element", [Element("W.grad", 0, 0), Element("W", 0, 0), Element("loss", 0, 0)])
def test_where_there_is_no_number_there_is_nothing_to_check(element: Element) -> None:
    with pytest.raises(ValueError, match=element.name):
        checked(Check(NOTEBOOK_START, element))


def test_the_values_are_those_that_forward_was_made_with() -> None:
    fresh = play(NOTEBOOK_START, FORWARD, BACKWARD).current
    edited = play(NOTEBOOK_START, FORWARD, BACKWARD, typed(TensorName.W, 9.0)).current
    element = Element("W.grad", 0, 0)
    assert checked(Check(edited, element)) == checked(Check(fresh, element))
