"""Forgetting is momentum 1: the run that forgets, and torch.optim.SGD beside it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core.actions import (
    CPU,
    Action,
    AssignElements,
    Configure,
    MarkRows,
    Operation,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.momentum import difference
from perceptron_gui.core.questions import Incomparable
from perceptron_gui.core.snapshot import Element, Snapshot, frozen
from tests.core.notebook import bits
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.core.twins import CAREFUL, FORGETFUL, INF, NAN, TWIN, Plain, begin, compared, done, tame_rates
from tests.strategies import briefly, snapshots


@briefly
@given(snapshots(), tame_rates.filter(lambda lr: lr >= 0), st.integers(1, 6), st.booleans())
def test_the_difference_is_that_of_plain_torch(start: Snapshot, lr: float, count: int, is_twin_forgetful: bool) -> None:
    twin = compared(done(begin(start, lr), *(CAREFUL if is_twin_forgetful else FORGETFUL) * count))
    forgetful, optimized = Plain(start), Plain(start)
    forgetful.train(lr, count, forgets=True)
    optimized.train_with_momentum(lr, count)
    assert twin.momentum_difference == forgetful.furthest_from(optimized)
    assert twin.incomparable is None


@briefly
@given(snapshots(), st.integers(1, 8), st.booleans())
def test_at_lr_1_there_is_none(start: Snapshot, count: int, is_twin_forgetful: bool) -> None:
    history = done(begin(start), *(CAREFUL if is_twin_forgetful else FORGETFUL) * count)
    assert compared(history).momentum_difference == 0.0


def test_at_another_lr_it_is_rounding() -> None:
    history = done(begin(History.begin("twin_half", CPU).current, 0.3), *CAREFUL * 12)
    found = compared(history).momentum_difference
    assert found is not None
    assert 0 < found < 1e-6


def test_what_lay_in_grad_at_the_mark_lies_in_the_buffers() -> None:
    history = done(History.begin("notebook_half", CPU), *FORGETFUL * 3, TWIN, *FORGETFUL * 3)
    assert compared(history).momentum_difference == 0.0


@pytest.mark.parametrize("rest", [(UPDATE,), FORGETFUL])
def test_marked_between_backward_and_update_the_first_update_is_compared(rest: tuple[Operation, ...]) -> None:
    before = done(History.begin("notebook_half", CPU), *FORGETFUL * 2, FORWARD, BACKWARD)
    after = done(before, TWIN, *rest, *FORGETFUL * 3)
    forgetful, optimized = (Plain(before.current) for _ in range(2))
    optimizer = torch.optim.SGD([optimized.W, optimized.b], lr=1, momentum=1)
    for plain in (forgetful, optimized):
        for parameter, grad in ((plain.W, before.current.W_grad), (plain.b, before.current.b_grad)):
            parameter.grad = torch.tensor(grad)
    if rest == (UPDATE,):
        forgetful.descend(1)
        optimizer.step()
    else:
        for parameter in (optimized.W, optimized.b):
            optimizer.state[parameter]["momentum_buffer"] = parameter.grad
            parameter.grad = None
        forgetful.train(1, 1, forgets=True)
        optimized.steps(optimizer.step, None, 1)
    optimizer.zero_grad()
    forgetful.train(1, 3, forgets=True)
    optimized.steps(optimizer.step, optimizer.zero_grad, 3)
    assert bits(after.current.W) == bits(forgetful.W.detach().numpy())
    twin = compared(after)
    assert twin.incomparable is None
    assert twin.momentum_difference == forgetful.furthest_from(optimized) == 0.0


def test_the_learning_rate_may_change() -> None:
    history = done(History.begin("twin_half", CPU), *CAREFUL * 2, Configure("lr", -0.5), *CAREFUL * 2)
    found = compared(history).momentum_difference
    assert found is not None
    assert found < 1e-6


def test_rows_and_reduction_may_change() -> None:
    start = History.begin("or_gate", CPU).current
    history = done(begin(start), *CAREFUL, MarkRows((0, 2)), *CAREFUL, Configure("part", 3), *CAREFUL)
    assert compared(history).momentum_difference == 0.0


@pytest.mark.parametrize(
    ("reason", "actions"),
    [
        (Incomparable.NO_UPDATE, (FORWARD, BACKWARD)),
        (Incomparable.NOT_ONE_BACKWARD, (*CAREFUL, *(FORWARD, BACKWARD) * 2, UPDATE, ZERO_GRAD)),
        (Incomparable.NOT_ONE_BACKWARD, (*CAREFUL, *FORGETFUL, UPDATE)),
        (Incomparable.NOT_ONE_BACKWARD, (*(FORWARD, BACKWARD) * 2, UPDATE, ZERO_GRAD)),
        (Incomparable.EDITED, (*CAREFUL, AssignElements(((Element("b", 0, 0), 3.0),)), *CAREFUL)),
        (Incomparable.REFUSED, (*CAREFUL, FORWARD, BACKWARD, BACKWARD, UPDATE, ZERO_GRAD)),
    ],
)
def test_what_is_not_comparable_says_why(reason: Incomparable, actions: tuple[Action, ...]) -> None:
    twin = compared(done(History.begin("twin", CPU), *actions))
    assert (twin.momentum_difference, twin.incomparable) == (None, reason)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [([1, NAN], [1.5, NAN], 0.5), ([INF, 0], [INF, -0.0], 0.0), ([NAN, 0], [0, 0], NAN), ([INF, 0], [0, 0], INF)],
)
def test_a_difference_of_what_is_not_finite(first: list[float], second: list[float], expected: float) -> None:
    assert difference(frozen(first), frozen(second)) == pytest.approx(expected, nan_ok=True)
