"""Snapshots are values: nobody can write to them, and no tensor shows through."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from torch.utils._python_dispatch import TorchDispatchMode

from perceptron_gui.core.actions import CPU, Axis, Configure, Randomize, Resize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import TensorName, Zeroing, are_shared_zeros, blocks, frozen, same_bits, zeros
from tests.core.notebook import state
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, play
from tests.strategies import Scenario, briefly, scenarios


class NoFloat64(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses whatever makes a float64 tensor, as Apple's GPUs do."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else [made]:
            if isinstance(tensor, torch.Tensor) and tensor.dtype == torch.float64:
                raise TypeError(f"{func} made a float64 tensor")
        return made


def test_frozen_copies_and_allows_no_writing() -> None:
    source = np.array([[1.0, 2.0]])
    array = frozen(source)
    source[0, 0] = 5
    assert array.tolist() == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 5


def test_frozen_is_float32_in_c_order() -> None:
    array = frozen(np.array([[0.1, 2], [3, 4]]).T)
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert array[0, 0] == np.float32(0.1)


@briefly
@given(scenarios())
def test_every_array_of_every_state_is_read_only_float32(scenario: Scenario) -> None:
    for outcome in play(scenario.start, *scenario.steps):
        for array in outcome.snapshot.arrays().values():
            assert array.dtype == np.float32
            assert array.flags.c_contiguous
            assert not array.flags.writeable


@briefly
@given(scenarios())
def test_no_later_action_changes_an_older_state(scenario: Scenario) -> None:
    engine = Engine()
    seen = []
    snapshot = scenario.start
    for action in scenario.steps:
        (outcome,) = play(snapshot, action, engine=engine)
        snapshot = outcome.snapshot
        seen.append((snapshot, state(snapshot)))
    assert [state(older) for older, _ in seen] == [then for _, then in seen]


def test_three_updates_in_place_are_three_different_values() -> None:
    outcomes = play(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, UPDATE, UPDATE)
    assert len({outcome.snapshot.W.tobytes() for outcome in outcomes[-3:]}) == 3


@pytest.mark.parametrize("is_rebuilt", [False, True])
@pytest.mark.parametrize("preset", PRESETS)
def test_no_phase_makes_a_float64_tensor(preset: str, *, is_rebuilt: bool) -> None:
    engine = Engine()
    snapshot = PRESETS[preset]
    with NoFloat64():
        for action in (FORWARD, BACKWARD, UPDATE, ZERO_GRAD, FORWARD, BACKWARD, BACKWARD, Resize(Axis.INPUTS, 5)):
            snapshot = (Engine() if is_rebuilt else engine).execute(action, snapshot, CPU).snapshot
        snapshot = engine.execute(Randomize(), snapshot, CPU).snapshot
    assert snapshot.n == 5


def test_the_guard_against_float64_sees_one() -> None:
    with NoFloat64(), pytest.raises(TypeError, match="float64"):
        torch.zeros(1, dtype=torch.float64)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_tables_of_a_preset_fit_each_other(preset: str) -> None:
    start = PRESETS[preset]
    m, n, k = start.m, start.n, start.k
    assert [start.tensor(name).shape for name in TensorName] == [(m, n), (m, k), (n, k), (k,)]


def test_the_sizes_are_those_of_the_tensors() -> None:
    snapshot = PRESETS["layer_4x2"]
    assert (snapshot.m, snapshot.n, snapshot.k) == (2, 4, 2)


@pytest.mark.parametrize("name", TensorName)
def test_with_tensor_changes_one_tensor_alone(name: TensorName) -> None:
    before = after(NOTEBOOK_START, FORWARD, BACKWARD)
    array = frozen(before.tensor(name) + 1)
    changed = before.with_tensor(name, array)
    assert changed.tensor(name) is array
    assert all(changed.tensor(other) is before.tensor(other) for other in TensorName if other is not name)
    assert changed.W_grad is before.W_grad
    assert changed.stale == (name.value,)


def test_a_state_without_a_forward_is_not_stale() -> None:
    assert NOTEBOOK_START.stale == ()


def test_a_forward_is_the_same_press_whatever_became_of_its_graph() -> None:
    once = play(NOTEBOOK_START, FORWARD, BACKWARD, FORWARD)
    first, spent, second = (outcome.snapshot.forward for outcome in once)
    assert first is not None
    assert spent is not None
    assert second is not None
    assert first.is_same_as(spent)
    assert not first.is_same_as(second)


def test_arrays_counts_a_shared_array_once() -> None:
    snapshot = after(NOTEBOOK_START, FORWARD)
    made_by_forward = 3
    assert len(snapshot.arrays()) == len(NOTEBOOK_START.arrays()) + made_by_forward


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ([0.0], [-0.0], False),
        ([np.nan], [np.nan], True),
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0], [np.nextafter(np.float32(1), np.float32(2))], False),
        ([1.0], [[1.0]], False),
    ],
)
def test_same_bits_compares_bits_and_shapes(first: list[float], second: list[Any], *, is_same: bool) -> None:
    assert same_bits(frozen(first), frozen(second)) == is_same


@pytest.mark.parametrize("shape", [(), (3, 1), (1024, 1025)])
def test_zeros_are_objects_of_their_own_in_one_memory(shape: tuple[int, ...]) -> None:
    first, second = zeros(shape), zeros(shape)
    assert first is not second
    assert np.shares_memory(first, second)
    assert not first.flags.writeable
    assert first.shape == shape
    assert same_bits(first, frozen(np.zeros(shape)))
    assert are_shared_zeros(first)
    assert not are_shared_zeros(frozen(np.zeros(shape)))
    assert not blocks([first, second])


def test_the_gradient_of_the_first_backward_lies_where_what_came_in_does() -> None:
    first = after(NOTEBOOK_START, Configure("zeroing", Zeroing.NONE), FORWARD, BACKWARD)
    (deposit,) = first.deposits
    assert first.W_grad is not None
    assert deposit.W_grad is not None
    assert first.W_grad is not deposit.W_grad
    assert np.shares_memory(first.W_grad, deposit.W_grad)
    assert sum(blocks([first.W_grad, deposit.W_grad]).values()) == first.W_grad.nbytes
    second = after(first, FORWARD, BACKWARD)
    assert second.W_grad is not None
    assert not any(np.shares_memory(second.W_grad, each.W_grad) for each in second.deposits if each.W_grad is not None)
    assert second.deposits[0] is deposit


@pytest.mark.parametrize("shape", [(3, 1), (1024, 1025)])
@pytest.mark.parametrize("place", [0, -1])
def test_one_bit_anywhere_tells_arrays_apart(shape: tuple[int, ...], place: int) -> None:
    numbers = np.ones(shape, np.float32)
    other = numbers.copy()
    other.reshape(-1)[place] = np.nextafter(np.float32(1), np.float32(2))
    assert same_bits(frozen(numbers), frozen(numbers))
    assert not same_bits(frozen(numbers), frozen(other))
    assert not same_bits(frozen(numbers), frozen(numbers.T))
