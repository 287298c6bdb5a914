"""A batch in parts against one Backward on all of its rows, in plain PyTorch."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import deposits, parts
from perceptron_gui.core.actions import CPU, Configure, MarkRows, Operation
from perceptron_gui.core.guidance import next_operation
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Gradients, Stage, WholeBatch
from perceptron_gui.core.snapshot import FloatArray, Reduction, Snapshot, frozen, same_bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after
from tests.strategies import briefly, float32_arrays

ZERO = frozen([[0.0]])
RETAIN = Configure("retain_graph", value=True)


def test_a_part_does_not_age_because_the_next_one_is_marked() -> None:
    for reduction in Reduction:
        start = after(PRESETS["or_gate"], Configure("reduction", reduction), Configure("part", 1))
        snapshot = after(start, FORWARD, BACKWARD, FORWARD, BACKWARD)
        assert snapshot.rows == (2,)
        assert [deposits.age(snapshot, each) for each in snapshot.deposits] == [(), ()]
        assert parts.are_taken(snapshot)
    assert not parts.are_taken(after(PRESETS["or_gate"], FORWARD, BACKWARD))
    assert not parts.are_taken(after(NOTEBOOK_START, FORWARD, BACKWARD))


@st.composite
def batches(draw: st.DrawFn) -> tuple[Snapshot, int]:
    """Draw a batch of several rows, and how many of them are taken at a time."""
    m, n, k = draw(st.integers(2, 7)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    x, y_true, W, b = (draw(float32_arrays(shape)) for shape in ((m, n), (m, k), (n, k), (k,)))
    return Snapshot(x, y_true, W, b), draw(st.integers(1, m - 1))


def gradients_of_all_rows(snapshot: Snapshot, *, is_mean: bool) -> tuple[FloatArray, FloatArray]:
    """The oracle: one Backward on the whole batch, in plain PyTorch."""
    W, b = (torch.tensor(array, requires_grad=True) for array in (snapshot.W, snapshot.b))
    loss = (torch.tensor(snapshot.y_true) - torch.sigmoid(torch.tensor(snapshot.x) @ W + b)) ** 2
    (loss.mean() if is_mean else loss.sum()).backward()  # type: ignore[no-untyped-call]
    assert W.grad is not None
    assert b.grad is not None
    return W.grad.numpy(), b.grad.numpy()


def taken_in_parts(start: Snapshot, part: int, reduction: Reduction) -> Snapshot:
    """Take every part of a batch once."""
    times = -(-start.m // part)
    return after(start, Configure("reduction", reduction), Configure("part", part), *(FORWARD, BACKWARD) * times)


@briefly
@given(batches(), st.integers(2, deposits.MOST))
def test_means_of_parts_add_up_to_the_mean_of_all_when_weighted_by_their_rows(
    batch: tuple[Snapshot, int], most: int
) -> None:  # fmt: skip
    start, part = batch
    with patch.object(deposits, "MOST", most):
        snapshot = taken_in_parts(start, part, Reduction.MEAN)
    found = parts.weighted(snapshot)
    assert found is not None
    bound = parts.ROUNDING * (1 + np.abs(start.x).max()) * (1 + np.abs(start.y_true).max())
    for array, expected in zip((found.W_grad, found.b_grad), gradients_of_all_rows(start, is_mean=True), strict=True):
        assert np.abs(array - expected).max() <= bound


@pytest.mark.parametrize("reduction", [Reduction.SUM, Reduction.WEIGHTED])
def test_only_means_are_weighted(reduction: Reduction) -> None:
    assert parts.weighted(taken_in_parts(PRESETS["or_gate"], 1, reduction)) is None


def test_means_of_another_point_or_merged_of_different_size_are_not_weighted() -> None:
    taken = taken_in_parts(PRESETS["or_gate"], 1, Reduction.MEAN)
    assert parts.weighted(taken) is not None
    assert parts.weighted(after(taken, UPDATE)) is None
    assert parts.weighted(after(taken, ZERO_GRAD)) is None
    with patch.object(deposits, "MOST", 1):
        assert parts.weighted(taken_in_parts(PRESETS["or_gate"], 3, Reduction.MEAN)) is None


@briefly
@given(st.data(), st.integers(1, 5), st.integers(1, 5))
def test_the_largest_difference_is_over_all_parameters(data: st.DataObject, n: int, k: int) -> None:
    one, other = (
        Gradients(data.draw(float32_arrays((n, k))), data.draw(float32_arrays((k,)))) for _ in range(2)
    )  # fmt: skip
    expected = max(np.abs(one.W_grad - other.W_grad).max(), np.abs(one.b_grad - other.b_grad).max())
    with patch.object(parts, "_CHUNK", 3):
        assert parts.largest_difference(one, other) == expected


def test_a_nan_is_no_small_difference() -> None:
    numbers, broken = Gradients(ZERO, frozen([0])), Gradients(ZERO, frozen([np.nan]))
    assert np.isnan(parts.largest_difference(numbers, broken))
    assert np.isnan(parts.largest_difference(broken, numbers))


@briefly
@given(batches(), st.sampled_from(Reduction))
def test_the_whole_batch_is_one_backward_on_all_rows(batch: tuple[Snapshot, int], reduction: Reduction) -> None:
    start, part = batch
    snapshot = taken_in_parts(start, part, reduction)
    found = Engine().answer(WholeBatch(snapshot), CPU)
    assert isinstance(found, Gradients)
    expected = gradients_of_all_rows(start, is_mean=reduction is not Reduction.SUM)
    assert same_bits(found.W_grad, frozen(expected[0]))
    assert same_bits(found.b_grad, frozen(expected[1]))


def whole(snapshot: Snapshot) -> Gradients:
    answer = Engine().answer(WholeBatch(snapshot), CPU)
    assert isinstance(answer, Gradients)
    return answer


def stage(snapshot: Snapshot) -> Stage | None:
    comparison = parts.compared(snapshot, whole(snapshot))
    return None if comparison is None else comparison.stage


def random_batch(m: int, n: int = 2, k: int = 1) -> Snapshot:
    numbers = np.random.default_rng(1)
    x, y_true, W, b = (frozen(numbers.uniform(-1, 1, shape)) for shape in ((m, n), (m, k), (n, k), (k,)))
    return Snapshot(x, y_true, W, b)


@pytest.mark.parametrize(("m", "part"), [(100, 1), (70, 1), (150, 2)])
def test_more_parts_than_are_kept_singly_make_the_batch(m: int, part: int) -> None:
    snapshot = after(random_batch(m), Configure("part", part))
    for taken in range(part, m + 1, part):
        assert next_operation(snapshot) is FORWARD
        snapshot = after(snapshot, FORWARD, BACKWARD)
        assert len(parts.covered(snapshot)) == taken
    assert snapshot.deposits[0].count > 1
    assert parts.make_the_batch(snapshot)
    assert next_operation(snapshot) is UPDATE
    assert stage(snapshot) is Stage.ADDS_UP
    once_more = after(snapshot, FORWARD, BACKWARD)
    assert parts.covered(once_more) == {row: 2 if row < part else 1 for row in range(m)}
    assert not parts.make_the_batch(once_more)
    assert stage(once_more) is Stage.REPEATED


@briefly
@given(batches(), st.lists(st.sampled_from([FORWARD, MarkRows((0,)), MarkRows(None)]), max_size=8), st.integers(1, 4))
def test_merged_deposits_know_how_often_each_row_was_taken(
    batch: tuple[Snapshot, int], between: list[Operation | MarkRows], most: int
) -> None:
    start, part = batch
    actions = [each for action in between for each in (action, FORWARD, BACKWARD)]
    taken = np.zeros(start.m, int)
    snapshot = after(start, Configure("part", part))
    with patch.object(deposits, "MOST", most):
        for action in actions:
            snapshot = after(snapshot, action)
            if action is BACKWARD:
                assert snapshot.forward is not None
                rows = snapshot.forward.rows
                taken[list(range(start.m) if rows is None else rows)] += 1
    assert parts.covered(snapshot) == {row: count for row, count in enumerate(taken.tolist()) if count}


def test_fewer_samples_than_before_are_counted_too() -> None:
    snapshot = after(random_batch(5), FORWARD, BACKWARD)
    with patch.object(deposits, "MOST", 1):
        fewer = after(replace(snapshot, x=snapshot.x[:3], y_true=snapshot.y_true[:3]), FORWARD, BACKWARD)
    assert parts.covered(fewer) == {0: 2, 1: 2, 2: 2}
    assert not parts.make_the_batch(fewer)


def test_rows_that_are_in_twice_never_add_up_however_small_they_are() -> None:
    start = Snapshot(frozen([[1e6, 0], [0, 1e-3]]), frozen([[1], [1]]), frozen([[0], [0]]), frozen([0]))
    twice = after(start, *(each for row in (0, 1, 1) for each in (MarkRows((row,)), FORWARD, BACKWARD)))
    comparison = parts.compared(twice, whole(twice))
    assert comparison is not None
    assert (comparison.stage, comparison.difference) == (Stage.REPEATED, 0.25)
    once = after(start, *(each for row in (0, 1) for each in (MarkRows((row,)), FORWARD, BACKWARD)))
    assert stage(once) is Stage.ADDS_UP


def test_a_small_parameter_is_not_excused_by_a_large_one() -> None:
    start = Snapshot(frozen([[1e6, 0], [0, 1e-3]]), frozen([[1], [1]]), frozen([[0], [0]]), frozen([0]))
    once = taken_in_parts(start, 1, Reduction.SUM)
    assert once.W_grad is not None
    wrong = once.W_grad.copy()
    wrong[1, 0] *= np.float32(1.01)
    comparison = parts.compared(replace(once, W_grad=frozen(wrong)), whole(once))
    assert comparison is not None
    assert comparison.stage is Stage.DIFFERS


@briefly
@given(batches(), st.sampled_from([Reduction.SUM, Reduction.WEIGHTED]))
def test_the_parts_of_a_batch_add_up_to_it(batch: tuple[Snapshot, int], reduction: Reduction) -> None:
    start, part = batch
    assert stage(taken_in_parts(start, part, reduction)) is Stage.ADDS_UP


@pytest.mark.parametrize("size", [(300, 20, 3), (64, 784, 10)])
def test_large_batches_add_up_within_rounding(size: tuple[int, int, int]) -> None:
    for part in (1, 7):
        assert stage(taken_in_parts(random_batch(*size), part, Reduction.SUM)) is Stage.ADDS_UP


def test_the_mean_of_parts_is_told_from_the_sum() -> None:
    assert stage(taken_in_parts(PRESETS["or_gate"], 2, Reduction.MEAN)) is Stage.MEANS
    for m, part in ((100, 1), (151, 2)):
        taken = taken_in_parts(random_batch(m), part, Reduction.MEAN)
        assert len(taken.deposits) == deposits.MOST
        assert stage(taken) is Stage.MEANS
    assert stage(after(taken_in_parts(PRESETS["or_gate"], 2, Reduction.SUM), UPDATE)) is Stage.OLD
    assert stage(after(PRESETS["or_gate"], Configure("part", 1), FORWARD, BACKWARD)) is Stage.PARTLY


@pytest.mark.parametrize("reduction", Reduction)
def test_numbers_that_overflowed_are_not_compared(reduction: Reduction) -> None:
    start = Snapshot(frozen(np.full((4, 1), 3e38)), frozen(np.full((4, 1), 50)), frozen([[0]]), frozen([0]))
    snapshot = taken_in_parts(start, 1, reduction)
    assert snapshot.W_grad is not None
    if reduction is Reduction.SUM:
        assert not np.isfinite(snapshot.W_grad).all()
    assert stage(snapshot) in {None, Stage.MEANS, Stage.ADDS_UP}
    assert (stage(snapshot) is None) == (not np.isfinite(snapshot.W_grad).all())


def test_a_second_backward_on_one_forward_skips_no_row() -> None:
    start = after(PRESETS["or_gate"], Configure("part", 1), RETAIN)
    twice = after(start, FORWARD, BACKWARD, BACKWARD)
    assert twice.rows == (1,)
    assert parts.covered(twice) == {0: 2}
    assert after(twice, FORWARD, BACKWARD, BACKWARD, BACKWARD).rows == (2,)


def test_behind_a_forward_of_all_rows_comes_the_first_part() -> None:
    snapshot = after(PRESETS["or_gate"], FORWARD, Configure("part", 3), BACKWARD)
    assert snapshot.rows == (0, 1, 2)
    assert parts.covered(snapshot) == {0: 1, 1: 1, 2: 1, 3: 1}
