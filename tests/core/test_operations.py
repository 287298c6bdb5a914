"""The engine: tasks become outcomes, and after a failure it is as good as new."""

import weakref
from collections.abc import Callable

import pytest
import torch

from perceptron_gui.core import devices, operations
from perceptron_gui.core.actions import (
    CPU,
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Insert,
    Operation,
    Paste,
    Randomize,
    Resize,
    SwitchDevice,
    Task,
)
from perceptron_gui.core.autograd import Namespace
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.randomness import randomized, resized
from perceptron_gui.core.snapshot import Snapshot, TensorName, same_bits
from tests.core.notebook import state
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, play

OR_GATE = PRESETS["or_gate"]
RETAIN_GRAPH = Configure("retain_graph", value=True)

Failing = Callable[..., object]


@pytest.fixture
def engine() -> Engine:
    return Engine()


def problem_of(engine: Engine, task: Task, snapshot: Snapshot, device: str = CPU) -> Problem:
    with pytest.raises(Problem) as caught:
        engine.execute(task, snapshot, device)
    return caught.value


def raising(error: Exception) -> Failing:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


def beyond_memory(*_: object, **__: object) -> torch.Tensor:
    return torch.empty(2**60)


def test_the_engine_knows_its_torch_and_its_devices(engine: Engine) -> None:
    assert engine.version == torch.__version__
    assert engine.devices[0].name == CPU


def test_an_outcome_says_what_was_done_and_where(engine: Engine) -> None:
    outcome = engine.execute(FORWARD, NOTEBOOK_START, CPU)
    assert outcome.action is FORWARD
    assert outcome.device == CPU
    assert outcome.refusal is None


def test_phases_in_a_row_share_their_tensors(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def make(snapshot: Snapshot, device: str) -> Namespace:
        made.append(snapshot)
        return Namespace(snapshot, device)

    monkeypatch.setattr(operations, "Namespace", make)
    snapshot = NOTEBOOK_START
    for operation in (FORWARD, BACKWARD, UPDATE, ZERO_GRAD, FORWARD):
        snapshot = engine.execute(operation, snapshot, CPU).snapshot
    assert len(made) == 1


def test_a_paste_becomes_the_assignment_that_it_was(engine: Engine) -> None:
    outcome = engine.execute(Paste(TensorName.W, 0, 0, 1, 1, "1\n2"), NOTEBOOK_START, CPU)
    assert isinstance(outcome.action, Assign)
    assert outcome.action.gesture is Gesture.PASTE
    assert outcome.snapshot.W[:2].tolist() == [[1], [2]]


@pytest.mark.parametrize("edit", [Resize(Axis.INPUTS, 4), Insert(Axis.SAMPLES, 0, 1), Delete(Axis.INPUTS, 0, 1)])
def test_other_sizes_are_made_with_the_seed(engine: Engine, edit: Resize | Insert | Delete) -> None:
    outcome = engine.execute(edit, NOTEBOOK_START, CPU)
    assert outcome.action is edit
    assert state(outcome.snapshot) == state(resized(NOTEBOOK_START, edit))


def test_randomize_is_made_with_the_seed(engine: Engine) -> None:
    outcome = engine.execute(Randomize(), NOTEBOOK_START, CPU)
    assert state(outcome.snapshot) == state(randomized(NOTEBOOK_START))


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Paste(TensorName.W, 0, 0, 1, 1, "x"), Reason.NOT_A_NUMBER),
        (Resize(Axis.INPUTS, 2**25), Reason.TOO_LARGE),
        (Delete(Axis.SAMPLES, 0, 1), Reason.LAST_ONE),
        (SwitchDevice("cuda:99"), Reason.NO_SUCH_DEVICE),
    ],
)
def test_an_edit_that_cannot_be_done_is_a_problem(engine: Engine, task: Task, reason: Reason) -> None:
    assert problem_of(engine, task, NOTEBOOK_START).reason is reason


class TestSwitchDevice:
    @pytest.mark.parametrize("name", ["cuda:99", "gpu", "meta", ""])
    def test_a_device_that_does_not_work_is_refused(self, engine: Engine, name: str) -> None:
        problem = problem_of(engine, SwitchDevice(name), NOTEBOOK_START)
        assert problem.reason is Reason.NO_SUCH_DEVICE
        assert problem.values == {"device": name, "current": CPU}

    def test_parameters_and_gradients_move_and_the_forward_does_not(self, engine: Engine) -> None:
        before = after(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE)
        outcome = engine.execute(SwitchDevice(CPU), before, CPU)
        assert outcome.snapshot.forward is None
        for name in ("x", "y_true", "W", "b", "W_grad", "b_grad", "deposits"):
            assert getattr(outcome.snapshot, name) is getattr(before, name)

    def test_training_goes_on_there(self, engine: Engine) -> None:
        before = after(NOTEBOOK_START, FORWARD, BACKWARD)
        moved = engine.execute(SwitchDevice(CPU), before, CPU).snapshot
        refused = engine.execute(BACKWARD, moved, CPU)
        assert refused.refusal is not None
        assert refused.refusal.exception == "NameError"
        for operation in (FORWARD, BACKWARD):
            moved = engine.execute(operation, moved, CPU).snapshot
        assert state(moved) == state(after(before, FORWARD, BACKWARD))


FAILURES = pytest.mark.parametrize(
    ("fail", "reason"),
    [
        (beyond_memory, Reason.OUT_OF_MEMORY),
        (raising(torch.OutOfMemoryError("CUDA out of memory.")), Reason.OUT_OF_MEMORY),
        (raising(MemoryError()), Reason.OUT_OF_MEMORY),
        (raising(torch.AcceleratorError("CUDA error: device-side assert triggered")), Reason.DEVICE_LOST),
    ],
    ids=["cpu memory", "cuda memory", "python memory", "device lost"],
)
PLACES = pytest.mark.parametrize(
    ("holder", "name", "operation"),
    [(torch, "sigmoid", FORWARD), (torch.Tensor, "backward", BACKWARD), (torch, "no_grad", UPDATE)],
    ids=["forward", "backward", "update"],
)


class TestFailures:
    @FAILURES
    @PLACES
    def test_a_device_that_fails_in_a_phase_is_a_problem(
        self,
        engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
        fail: Failing,
        reason: Reason,
        holder: object,
        name: str,
        operation: Operation,
    ) -> None:
        snapshot = engine.execute(FORWARD, NOTEBOOK_START, CPU).snapshot
        monkeypatch.setattr(holder, name, fail)
        problem = problem_of(engine, operation, snapshot)
        assert problem.reason is reason
        assert problem.values["device"] == CPU

    @FAILURES
    @PLACES
    def test_the_next_step_works_as_if_nothing_had_been(
        self,
        engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
        fail: Failing,
        reason: Reason,
        holder: object,
        name: str,
        operation: Operation,
    ) -> None:
        snapshot = play(NOTEBOOK_START, RETAIN_GRAPH, FORWARD, BACKWARD, engine=engine)[-1].snapshot
        expected = state(after(snapshot, operation))
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, fail)
            assert problem_of(engine, operation, snapshot).reason is reason
        assert state(engine.execute(operation, snapshot, CPU).snapshot) == expected

    def test_half_a_step_that_failed_is_forgotten(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        snapshot = play(NOTEBOOK_START, FORWARD, BACKWARD, engine=engine)[-1].snapshot
        subtract = torch.Tensor.__isub__

        def subtract_from_W_alone(tensor: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
            return subtract(tensor, step) if tensor.dim() == 2 else beyond_memory()

        with monkeypatch.context() as patch:
            patch.setattr(torch.Tensor, "__isub__", subtract_from_W_alone)
            assert problem_of(engine, UPDATE, snapshot).reason is Reason.OUT_OF_MEMORY
        assert state(engine.execute(UPDATE, snapshot, CPU).snapshot) == state(after(snapshot, UPDATE))

    @FAILURES
    @pytest.mark.parametrize("task", [Randomize(), Resize(Axis.INPUTS, 4)])
    def test_a_device_that_fails_at_new_tensors_is_a_problem(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, fail: Failing, reason: Reason, task: Task
    ) -> None:
        monkeypatch.setattr(torch, "randn", fail)
        assert problem_of(engine, task, NOTEBOOK_START).reason is reason

    @FAILURES
    def test_a_device_that_fails_while_tensors_are_made_again_is_a_problem(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, fail: Failing, reason: Reason
    ) -> None:
        monkeypatch.setattr(torch, "tensor", fail)
        assert problem_of(engine, FORWARD, NOTEBOOK_START).reason is reason

    def test_the_problem_keeps_the_error_that_it_came_from(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        error = torch.AcceleratorError("CUDA error: device-side assert triggered")
        monkeypatch.setattr(torch, "sigmoid", raising(error))
        assert problem_of(engine, FORWARD, NOTEBOOK_START).__cause__ is error

    def test_what_ran_out_of_memory_is_gone_before_memory_is_given_back(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def run_out(_: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory.")

        made: list[weakref.ref[Namespace]] = []
        left: list[bool] = []

        class Watched(Namespace):
            def __init__(self, snapshot: Snapshot, device: str) -> None:
                super().__init__(snapshot, device)
                made.append(weakref.ref(self))

        monkeypatch.setattr(operations, "Namespace", Watched)
        monkeypatch.setattr(torch, "sigmoid", run_out)
        monkeypatch.setattr(devices, "release", lambda _: left.extend(ref() is not None for ref in made))
        assert problem_of(engine, FORWARD, NOTEBOOK_START).__cause__ is None
        assert left == [False]

    def test_memory_is_given_back_to_the_device_that_ran_out(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        released: list[str] = []
        monkeypatch.setattr(operations, "Namespace", raising(torch.OutOfMemoryError("CUDA out of memory.")))
        monkeypatch.setattr(devices, "release", released.append)
        problem = problem_of(engine, FORWARD, NOTEBOOK_START, "cuda:0")
        assert problem.values["device"] == "cuda:0"
        assert released == ["cuda:0"]

    def test_an_error_that_nobody_expects_comes_out_as_it_is(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        error = KeyError("a bug")
        with monkeypatch.context() as patch:
            patch.setattr(torch, "sigmoid", raising(error))
            with pytest.raises(KeyError) as caught:
                engine.execute(FORWARD, NOTEBOOK_START, CPU)
        assert caught.value is error
        assert same_bits(engine.execute(FORWARD, NOTEBOOK_START, CPU).snapshot.W, after(NOTEBOOK_START, FORWARD).W)
