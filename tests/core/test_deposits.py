"""`.grad` is the sum of its deposits, bit for bit, however many of them were merged."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import deposits
from perceptron_gui.core.actions import Configure, MarkRows, Operation
from perceptron_gui.core.snapshot import FloatArray, Snapshot, Zeroing, frozen, same_bits
from tests.core.notebook import accumulated, state
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after
from tests.strategies import briefly, snapshots

MINUS_ZERO = frozen([[-0.0]])
ZERO = frozen([[0.0]])


def check_fold(snapshot: Snapshot, backwards: int) -> None:
    assert sum(deposit.count for deposit in snapshot.deposits) == backwards
    assert accumulated(snapshot).items() <= state(snapshot).items()


@pytest.mark.parametrize(("onto_zeros", "expected"), [(False, MINUS_ZERO), (True, ZERO)])
def test_what_it_is_added_to_decides_the_sign_of_a_zero(*, onto_zeros: bool, expected: FloatArray) -> None:
    found = deposits.total((MINUS_ZERO,), onto_zeros=onto_zeros)
    assert found is not None
    assert same_bits(found, expected)


@pytest.mark.parametrize(("zeroing", "sign"), [(Zeroing.NONE, -0.0), (Zeroing.ZERO, 0.0)])
def test_a_gradient_of_minus_zero_keeps_its_sign_only_into_none(zeroing: Zeroing, sign: float) -> None:
    start = replace(NOTEBOOK_START, W=frozen(np.zeros((3, 1))), y_true=frozen([[0.5]]))
    snapshot = after(start, Configure("zeroing", zeroing), FORWARD, BACKWARD, ZERO_GRAD, FORWARD, BACKWARD)
    assert snapshot.b_grad is not None
    assert same_bits(snapshot.b_grad, frozen([sign]))
    check_fold(snapshot, 1)


def test_a_part_that_never_arrived_adds_nothing() -> None:
    found = deposits.total((None, MINUS_ZERO, None), onto_zeros=False)
    assert found is not None
    assert same_bits(found, MINUS_ZERO)
    assert deposits.total((None, None), onto_zeros=True) is None


def test_a_deposit_knows_the_forward_it_came_from() -> None:
    snapshot = after(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD)
    first, second = snapshot.deposits
    assert first.forward is not None
    assert second.forward is not None
    assert first.forward.W is NOTEBOOK_START.W
    assert second.forward is snapshot.forward


@briefly
@given(snapshots(), st.lists(st.sampled_from([UPDATE, FORWARD, MarkRows((0,)), MarkRows(None)]), max_size=8))
@pytest.mark.parametrize("zeroing", Zeroing)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_merged_deposits_still_add_up(
    most: int, zeroing: Zeroing, start: Snapshot, between: list[Operation | MarkRows]
) -> None:
    actions = [each for action in between for each in (action, FORWARD, BACKWARD)]
    with patch.object(deposits, "MOST", most):
        snapshot = after(
            start, Configure("zeroing", zeroing), FORWARD, BACKWARD, ZERO_GRAD, *actions, FORWARD, BACKWARD
        )
    assert len(snapshot.deposits) == min(most, len(between) + 1)
    check_fold(snapshot, len(between) + 1)


@pytest.mark.parametrize("times", [64, 65, 70])
def test_the_oldest_are_merged_beyond_the_most_kept_singly(times: int) -> None:
    snapshot = after(NOTEBOOK_START, *(FORWARD, BACKWARD, UPDATE) * times)
    assert len(snapshot.deposits) == min(times, deposits.MOST)
    assert snapshot.deposits[0].count == max(1, times - deposits.MOST + 1)
    assert snapshot.deposits[0].mixed == (("W", "b") if times > deposits.MOST else ())
    check_fold(snapshot, times)


def test_the_oldest_are_merged_beyond_the_most_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    one = after(NOTEBOOK_START, FORWARD, BACKWARD).deposits[0].nbytes
    monkeypatch.setattr(deposits, "MOST_BYTES", 3 * one)
    snapshot = after(NOTEBOOK_START, *(FORWARD, BACKWARD, UPDATE) * 7)
    assert [deposit.count for deposit in snapshot.deposits] == [5, 1, 1]
    check_fold(snapshot, 7)


def test_the_last_two_are_kept_whatever_they_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deposits, "MOST_BYTES", 0)
    snapshot = after(NOTEBOOK_START, *(FORWARD, BACKWARD, UPDATE) * 4)
    assert [deposit.count for deposit in snapshot.deposits] == [3, 1]
    check_fold(snapshot, 4)
