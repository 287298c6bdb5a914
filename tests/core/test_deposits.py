"""`.grad` is the sum of its deposits, bit for bit, however many of them were merged."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from perceptron_gui.core import deposits
from perceptron_gui.core.actions import CPU, Configure, MarkRows, Operation
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.questions import Agreement, Tally
from perceptron_gui.core.snapshot import FloatArray, Reduction, Snapshot, Zeroing, frozen, same_bits
from tests.core.notebook import accumulated, state
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, play
from tests.strategies import briefly, finite, float32_arrays, snapshots

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


@briefly
@given(st.data(), st.integers(1, 5), st.integers(1, 6), st.booleans())
def test_the_running_sums_are_what_grad_held_after_each_backward(
    data: st.DataObject, parameters: int, count: int, onto_zeros: bool
) -> None:
    parts = data.draw(float32_arrays((count, parameters), finite))
    arrived = data.draw(arrays(np.bool_, (count, parameters)))
    found = deposits.folded(parts, arrived, onto_zeros=onto_zeros)
    for parameter in range(parameters):
        grad = torch.zeros(()) if onto_zeros else None
        for index in range(count):
            if arrived[index, parameter]:
                part = torch.tensor(parts[index, parameter])
                grad = part if grad is None else grad + part
            expected = np.float32(0) if grad is None else grad.numpy()
            assert found[index, parameter].tobytes() == expected.tobytes()


def test_every_deposit_has_the_numbers_of_its_backwards() -> None:
    snapshot = after(NOTEBOOK_START, *(FORWARD, BACKWARD) * 66)
    numbers = deposits.numbers(snapshot.deposits)
    assert numbers[:3] == ((1, 3), (4, 4), (5, 5))
    assert numbers[-1] == (66, 66)
    assert deposits.numbers(()) == ()


def test_a_deposit_is_as_old_as_the_values_it_came_from() -> None:
    snapshot = after(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD)
    assert [deposits.age(snapshot, each) for each in snapshot.deposits] == [("W", "b"), ()]
    mean = after(NOTEBOOK_START, FORWARD, BACKWARD, Configure("reduction", Reduction.MEAN))
    assert deposits.age(mean, mean.deposits[0]) == ("reduction",)
    merged = after(NOTEBOOK_START, *(FORWARD, BACKWARD, UPDATE) * 65, FORWARD, BACKWARD)
    assert deposits.age(merged, merged.deposits[0]) == ("W", "b")


@briefly
@given(snapshots(), st.lists(st.sampled_from([UPDATE, FORWARD, BACKWARD, ZERO_GRAD]), max_size=8))
@pytest.mark.parametrize("zeroing", Zeroing)
def test_whatever_was_pressed_the_tally_agrees(zeroing: Zeroing, start: Snapshot, presses: list[Operation]) -> None:
    engine = Engine()
    snapshot = play(start, Configure("zeroing", zeroing), FORWARD, *presses, engine=engine)[-1].snapshot
    assert engine.answer(Tally(snapshot), CPU) == Agreement(True, True)


def test_the_tally_finds_one_wrong_bit() -> None:
    engine = Engine()
    snapshot = after(NOTEBOOK_START, *(FORWARD, BACKWARD) * 3)
    assert snapshot.W_grad is not None
    wrong = snapshot.W_grad.copy()
    wrong[1, 0] = np.nextafter(wrong[1, 0], np.float32(np.inf))
    assert engine.answer(Tally(replace(snapshot, W_grad=frozen(wrong))), CPU) == Agreement(False, True)
    assert engine.answer(Tally(replace(snapshot, b_grad=None)), CPU) == Agreement(True, False)
    assert engine.answer(Tally(replace(snapshot, deposits=())), CPU) == Agreement(False, False)


def test_one_nan_is_as_good_as_another_but_nothing_else_is() -> None:
    snapshot = after(NOTEBOOK_START, FORWARD, BACKWARD)
    (deposit,) = snapshot.deposits
    shape = snapshot.W.shape
    nan, other_nan = (frozen(np.full(shape, bits, np.uint32).view(np.float32)) for bits in (0x7FC00000, 0xFFC00000))
    assert not same_bits(nan, other_nan)
    deposits_of_nan = (replace(deposit, W_grad=nan),)
    assert deposits.tallied(replace(snapshot, W_grad=other_nan, deposits=deposits_of_nan)).W_grad
    one_number = np.array(other_nan)
    one_number[0, 0] = 1.0
    assert not deposits.tallied(replace(snapshot, W_grad=frozen(one_number), deposits=deposits_of_nan)).W_grad
    assert deposits.tallied(snapshot).W_grad
    assert snapshot.W_grad is not None
    next_float = frozen(np.nextafter(snapshot.W_grad, np.float32(1)))
    assert not deposits.tallied(replace(snapshot, W_grad=next_float)).W_grad
