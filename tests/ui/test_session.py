"""Session does what is wished one at a time and in order, whatever runs meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import (
    Action,
    Assign,
    Axis,
    Configure,
    Gesture,
    MarkRows,
    Operation,
    Paste,
    Randomize,
    Resize,
    Start,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import TensorName, Zeroing, frozen
from perceptron_gui.session import Session
from tests.core.notebook import Notebook, state
from tests.engines import FakeEngine
from tests.executors import ManualExecutor

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation


@dataclass
class Desk:
    """A session, its worker that works when told, and what the session said."""

    session: Session
    worker: ManualExecutor
    said: list[Problem] = field(default_factory=list)

    @property
    def actions(self) -> list[Action]:
        """What was done since the start values."""
        return [entry.action for entry in self.session.history.entries[1:]]

    @property
    def reasons(self) -> list[Reason]:
        return [problem.reason for problem in self.said]


def desk_with(engine: Engine, device: str = "cpu", preset: str = "notebook") -> Desk:
    worker = ManualExecutor()
    desk = Desk(Session(History.begin(preset, device), worker, lambda: engine, device), worker)
    desk.session.failed.connect(desk.said.append)
    return desk


@pytest.fixture
def loading(engine: Engine) -> Desk:
    """torch is being imported."""
    desk = desk_with(engine)
    desk.session.prepare()
    return desk


@pytest.fixture
def desk(loading: Desk) -> Desk:
    loading.worker.work_all()
    return loading


def typed(value: float, row: int = 0, tensor: TensorName = TensorName.W) -> Assign:
    return Assign(tensor, row, 0, frozen([[value]]), Gesture.TYPE)


def test_presses_edits_undo_and_redo_are_done_in_the_order_they_came(desk: Desk) -> None:
    session = desk.session
    session.perform(FORWARD)
    session.perform(typed(0.25))
    session.perform(BACKWARD)
    session.undo()
    session.redo()
    session.undo()
    session.perform(Configure("lr", 0.5))
    session.perform(UPDATE)
    assert session.waiting == 7
    assert session.running is FORWARD
    desk.worker.work_all()
    assert [action if isinstance(action, Operation) else type(action) for action in desk.actions] == [
        FORWARD, Assign, Configure, UPDATE,
    ]  # fmt: skip
    refusal = session.history.entry.refusal
    assert refusal is not None, "Backward was undone, so Update finds no gradient"
    assert refusal.exception == "TypeError"
    assert session.history.current.config.lr == 0.5


def test_nothing_is_lost_while_torch_loads(loading: Desk) -> None:
    session = loading.session
    assert session.is_loading
    assert session.torch_version == ""
    for wish in (FORWARD, typed(0.25), BACKWARD, Randomize(), MarkRows((0,)), UPDATE):
        session.perform(wish)
    assert session.waiting == 6
    assert session.running is None
    loading.worker.work_all()
    assert [type(action) for action in loading.actions] == [
        type(FORWARD), Assign, type(BACKWARD), Randomize, type(UPDATE),
    ], "marking the only row changes nothing"  # fmt: skip
    assert (session.waiting, session.is_loading, loading.said) == (0, False, [])
    assert session.torch_version == torch.__version__


def test_a_press_before_torch_begins_to_load_waits_too(engine: Engine) -> None:
    desk = desk_with(engine)
    desk.session.perform(FORWARD)
    assert desk.said == []
    desk.session.prepare()
    desk.worker.work_all()
    assert desk.actions == [FORWARD]


def test_fifty_presses_are_fifty_steps_that_never_overlap(desk: Desk) -> None:
    most_at_once = 0
    desk.session.perform(FORWARD)
    desk.session.perform(BACKWARD)
    for _ in range(50):
        desk.session.perform(UPDATE)
    while desk.worker.pending:
        most_at_once = max(most_at_once, len(desk.worker.pending))
        desk.worker.work_once()
    assert most_at_once == 1
    assert desk.session.history.entry.updates == 50
    assert desk.actions == [FORWARD, BACKWARD, *[UPDATE] * 50]


def test_an_edit_during_a_step_comes_after_it(desk: Desk) -> None:
    start = desk.session.history.current
    desk.session.perform(FORWARD)
    desk.session.perform(typed(7.0))
    assert desk.session.history.current is start
    desk.worker.work_all()
    after = desk.session.history.current
    assert after.forward is not None
    assert after.forward.W is start.W
    assert after.W[0, 0] == 7.0
    assert after.stale == ("W",)


@pytest.mark.parametrize("preset", ["notebook", "notebook_half", "layer_4x2"])
def test_the_result_of_a_step_is_dropped_when_reset_came_first(desk: Desk, preset: str) -> None:
    desk.session.perform(FORWARD)
    desk.session.perform(BACKWARD)
    desk.session.restart(preset)
    assert desk.session.waiting == 0
    desk.worker.work_all()
    assert desk.actions == [Start(preset)]
    assert desk.session.history.current.forward is None
    assert not desk.session.is_busy
    desk.session.perform(FORWARD)
    desk.worker.work_all()
    assert desk.actions == [Start(preset), FORWARD]


def test_a_press_after_reset_runs_on_the_start_values_after_the_old_step(desk: Desk) -> None:
    desk.session.perform(Randomize())
    desk.session.restart("notebook")
    desk.session.perform(FORWARD)
    desk.worker.work_all()
    by_hand = Notebook(PRESETS["notebook"])
    by_hand.do(FORWARD)
    assert state(desk.session.history.current) == by_hand.state


def test_changed_is_emitted_once_a_change_and_the_history_is_stored_by_then(desk: Desk) -> None:
    seen: list[bool] = []
    desk.session.changed.connect(lambda history: seen.append(history is desk.session.history))
    desk.session.perform(FORWARD)
    desk.session.perform(typed(0.5))
    desk.session.perform(typed(0.5))
    desk.session.undo()
    desk.worker.work_all()
    assert seen == [True, True, True], "typing the value that is there is no change"


def test_what_is_already_so_makes_no_entry(desk: Desk) -> None:
    session = desk.session
    session.perform(typed(float(session.history.current.W[0, 0])))
    session.perform(Configure("lr", 1.0))
    session.perform(Paste(TensorName.B, 0, 0, 1, 1, "0"))
    session.undo()
    session.redo()
    desk.worker.work_all()
    assert desk.actions == []


def test_a_problem_leaves_the_history_and_the_next_wish_is_done(desk: Desk) -> None:
    session = desk.session
    before = session.history
    session.perform(Resize(Axis.INPUTS, 2**24 + 1))
    session.perform(Paste(TensorName.X, 0, 2, 1, 1, "1\t2"))
    session.perform(typed(1.0, row=3))
    session.perform(MarkRows(()))
    desk.worker.work_all()
    assert desk.reasons == [Reason.TOO_LARGE, Reason.DOES_NOT_FIT, Reason.DOES_NOT_FIT, Reason.NO_ROWS]
    assert session.history is before
    session.perform(FORWARD)
    desk.worker.work_all()
    assert desk.actions == [FORWARD]


def test_an_exception_in_a_step_is_said_with_its_name_and_the_next_press_works() -> None:
    engine = FakeEngine()
    engine.failures.extend([ValueError("no such thing"), None])
    desk = desk_with(engine)
    desk.session.prepare()
    desk.session.perform(FORWARD)
    desk.session.perform(FORWARD)
    desk.worker.work_all()
    assert desk.reasons == [Reason.UNEXPECTED]
    assert desk.said[0].values["action"] is FORWARD
    assert "ValueError: no such thing" in str(desk.said[0].values["detail"])
    assert desk.actions == [FORWARD]
    assert not desk.session.is_busy
    assert desk.session.running is None


@pytest.mark.parametrize("error", [OSError("WinError 1114"), ImportError("no torch"), RuntimeError("broken")])
def test_torch_that_cannot_be_loaded_is_said_for_it_and_for_every_press(error: Exception) -> None:
    def load() -> Engine:
        raise error

    worker = ManualExecutor()
    session = Session(History.begin("notebook", "cpu"), worker, load)
    said: list[Problem] = []
    session.failed.connect(said.append)
    session.prepare()
    session.perform(FORWARD)
    session.perform(typed(0.5))
    worker.work_all()
    assert [problem.reason for problem in said] == [Reason.TORCH_MISSING, Reason.TORCH_MISSING]
    assert str(error) in str(said[0].values["detail"])
    assert session.history.current.W[0, 0] == 0.5, "an edit needs no torch"


def test_three_updates_in_place_leave_three_values(desk: Desk) -> None:
    """Fault 28: the tensor of the worker changes in place, what the history holds does not."""
    for wish in (FORWARD, BACKWARD, UPDATE, UPDATE, UPDATE):
        desk.session.perform(wish)
    desk.worker.work_all()
    by_hand = Notebook(PRESETS["notebook"])
    expected = []
    for operation in (FORWARD, BACKWARD, UPDATE, UPDATE, UPDATE):
        by_hand.do(operation)
        expected.append(by_hand.state["W"])
    found = [state(entry.snapshot)["W"] for entry in desk.session.history.entries[1:]]
    assert found == expected
    assert len({tuple(values or ()) for values in found}) == 4


@pytest.mark.parametrize("seed", [0, 2**31, 2**40, 2**63, 2**64 - 1])
def test_a_seed_of_64_bits_comes_through_whole(desk: Desk, seed: int) -> None:
    desk.session.perform(Configure("seed", seed))
    assert desk.session.history.current.config.seed == seed
    desk.session.perform(Randomize())
    desk.worker.work_all()
    generator = torch.Generator().manual_seed(seed)
    after = desk.session.history.current
    assert np.array_equal(after.x, torch.rand(1, 3, generator=generator).numpy())
    assert np.array_equal(after.W, torch.randn(3, 1, generator=generator).numpy())
    assert after.config.seed == (seed + 1) % 2**64


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_torch_does_not_take_is_refused(desk: Desk, seed: int) -> None:
    desk.session.perform(Configure("seed", seed))
    assert desk.reasons == [Reason.NOT_A_SEED]
    assert desk.session.history.current.config.seed == 0


def test_closing_drops_the_line_and_cancels_what_has_not_begun(desk: Desk) -> None:
    desk.session.perform(FORWARD)
    desk.session.perform(BACKWARD)
    assert desk.session.close(patience=0)
    assert not desk.worker.pending
    assert (desk.session.waiting, desk.actions, desk.said) == (0, [], [])


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    executor = ThreadPoolExecutor(max_workers=1)
    yield executor
    executor.shutdown(wait=True, cancel_futures=True)


def test_closing_says_whether_the_worker_still_runs(qtbot: QtBot, thread: ThreadPoolExecutor) -> None:
    begun, may_end = Event(), Event()

    class SlowEngine(FakeEngine):
        def _run(self, operation, snapshot, device):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            begun.set()
            may_end.wait(30)
            return super()._run(operation, snapshot, device)

    session = Session(History.begin("notebook", "cpu"), thread, SlowEngine)
    session.prepare()
    session.perform(FORWARD)
    qtbot.waitUntil(begun.is_set)
    assert not session.close(patience=0.01)
    may_end.set()
    assert session.close(patience=30)
    assert len(session.history.entries) == 1


def test_settings_of_a_step_are_those_of_when_it_was_pressed(desk: Desk) -> None:
    for wish in (FORWARD, BACKWARD, Configure("lr", 0.5), UPDATE, Configure("zeroing", Zeroing.NONE), ZERO_GRAD):
        desk.session.perform(wish)
    desk.worker.work_all()
    by_hand = Notebook(PRESETS["notebook"])
    for step in (FORWARD, BACKWARD, Configure("lr", 0.5), UPDATE, Configure("zeroing", Zeroing.NONE), ZERO_GRAD):
        by_hand.do(step)
    assert state(desk.session.history.current) == by_hand.state
    assert desk.session.history.current.W_grad is None
