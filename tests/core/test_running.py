"""A run against the same phases pressed one by one, and against plain PyTorch."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from perceptron_gui.core import cycles, deposits, running
from perceptron_gui.core.actions import (
    CPU,
    Checkpoint,
    Configure,
    Ending,
    MarkRows,
    Operation,
    Ran,
    Run,
)
from perceptron_gui.core.autograd import Namespace
from perceptron_gui.core.control import Control, Frame, Pace
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Agreement
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.snapshot import FloatArray, Snapshot, TensorName, frozen, owner, same_numbers
from tests.core.play import NOTEBOOK_START, after, of_size
from tests.strategies import briefly, runs, settings_of_a_step, snapshots, step_lists

ENGINE = Engine()


class StopsAt(Control):
    """Stops a run at the phase boundary where it is asked so many times."""

    def __init__(self, boundaries: int, pace: Pace) -> None:
        self._left = boundaries
        self._ending: Ending | None = None
        super().__init__(pace)

    @property
    def ending(self) -> Ending | None:
        """Why to stop: counts how often it was asked."""
        self._left -= 1
        return Ending.STOPPED if self._left < 0 else None

    @ending.setter
    def ending(self, _ending: Ending | None) -> None:
        """Nobody else stops it."""


@dataclass(frozen=True)
class Case:
    """A state, a run from there, and how it is watched."""

    start: Snapshot
    run: Run
    boundaries: int
    pace: Pace


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw runs of up to some 20 cycles, from states with whatever was done before."""
    start = draw(snapshots())
    settings = draw(st.lists(settings_of_a_step(start), max_size=3))
    start = after(start, Configure("seed", 0), *settings, *draw(step_lists(start)))
    run = draw(runs(least=0))
    pace = draw(st.sampled_from([Pace(), Pace(), Pace(1e9, whole_steps=False), Pace(1e9)]))
    return Case(start, run, draw(st.integers(1, 80)), pace)


@pytest.fixture(autouse=True, scope="module")
def _seldom_recorded() -> Iterator[None]:
    """Let runs of a few cycles do what long ones do: execute most of them, merge deposits, thin checkpoints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deposits, "MOST", 3)
        patch.setattr(running, "CHECKPOINT_EVERY", 2)
        patch.setattr(running, "MOST_CHECKPOINTS", 3)
        patch.setattr(running, "_SHARE", 0)
        yield


def ran(case: Case) -> Frame:
    """Run."""
    start = replace(case.start, forward=None)
    control = StopsAt(case.boundaries, case.pace)
    frame, names = running.execute(case.run, case.start, Namespace(start, CPU), control)
    for name, tensor in (("W", frame.snapshot.W), ("b", frame.snapshot.b)):
        assert same_numbers(names[name].detach().numpy(), tensor)
    return frame


def pressed(run: Run, start: Snapshot, phases: int) -> list[Snapshot]:
    """Press the same phases, and mark the shuffled rows before each Forward; return the state after each."""
    states, snapshot, turn = [start], start, 0
    schedule = Schedule(run, start)
    for index in range(phases):
        operation = run.cycle[index % len(run.cycle)]
        if operation is Operation.FORWARD:
            snapshot = after(snapshot, MarkRows(schedule.rows(turn)))
            turn += 1
        outcome = ENGINE.execute(operation, snapshot, CPU)
        assert outcome.refusal is None
        snapshot = outcome.snapshot
        states.append(snapshot)
    return states


def assert_same(one: Snapshot, other: Snapshot, *, is_checkpoint: bool = False) -> None:
    """Assert that two states hold the same bits; a checkpoint has merged deposits and no Forward."""
    pairs: list[tuple[FloatArray | None, FloatArray | None]] = [
        (one.W, other.W), (one.b, other.b), (one.W_grad, other.W_grad), (one.b_grad, other.b_grad)
    ]  # fmt: skip
    assert sum(deposit.count for deposit in one.deposits) == sum(deposit.count for deposit in other.deposits)
    assert deposits.tallied(one) == deposits.tallied(other) == Agreement(W_grad=True, b_grad=True)
    assert is_checkpoint or len(one.deposits) == len(other.deposits)
    for first, second in () if is_checkpoint else zip(one.deposits, other.deposits, strict=True):
        assert first.count == second.count
        assert (deposits.rows_taken(first) == deposits.rows_taken(second)).all()
        pairs += [(first.W_grad, second.W_grad), (first.b_grad, second.b_grad)]
    if not is_checkpoint:
        assert (one.forward is None) == (other.forward is None)
    if not is_checkpoint and one.forward is not None and other.forward is not None:
        names = ("x", "y_true", "W", "b", "z", "y_pred", "loss")
        pairs += [(getattr(one.forward, name), getattr(other.forward, name)) for name in names]
        assert one.forward.graph is other.forward.graph
        assert one.forward.rows == other.forward.rows
        assert one.stale == other.stale
    assert one.grad_was_zeros is other.grad_was_zeros
    for mine, theirs in pairs:
        assert (mine is None) == (theirs is None)
        assert mine is None or theirs is None or same_numbers(mine, theirs)


@given(cases())
@briefly
def test_a_run_leaves_what_the_same_phases_pressed_leave(case: Case) -> None:
    frame = ran(case)
    end = frame.ran
    states = pressed(case.run, case.start, end.phases)
    if end.phases:
        assert_same(frame.snapshot, states[-1])
    for checkpoint in end.checkpoints:
        assert_same(checkpoint.snapshot, states[checkpoint.cycles * len(case.run.cycle)], is_checkpoint=True)
    losses = [
        state.forward.loss
        for index, state in enumerate(states)
        if index and case.run.cycle[(index - 1) % len(case.run.cycle)] is Operation.FORWARD and state.forward
    ]
    updates = [index for index in range(end.phases) if case.run.cycle[index % len(case.run.cycle)] is Operation.UPDATE]
    assert end.updates == len(updates) == len(end.curve.losses)
    assert end.curve.losses.tolist() == [
        float(losses[(turn + 1) * case.run.backwards - 1]) for turn in range(len(updates))
    ]
    for index, row in zip(updates, end.curve.parameters, strict=True):
        assert same_numbers(row, np.concatenate([states[index].W.reshape(-1), states[index].b])[: row.size])


@given(cases(), st.data())
@briefly
def test_any_moment_is_computed_again(case: Case, data: st.DataObject) -> None:
    end = ran(case).ran
    phases = data.draw(st.integers(0, end.phases))
    states = pressed(case.run, case.start, phases)
    shorter, snapshot = ENGINE.revisit(end, case.start, phases, CPU)
    assert shorter.phases == phases
    assert len(shorter.curve.losses) == shorter.updates
    if phases:
        assert_same(snapshot, states[-1])
    if case.run.seed is None or not phases:
        assert snapshot.rows == states[-1].rows
    following = after(states[-1], MarkRows(snapshot.rows), Operation.FORWARD)
    assert_same(ENGINE.execute(Operation.FORWARD, snapshot, CPU).snapshot, following)


@given(cases())
@briefly
def test_it_ends_where_its_conditions_say(case: Case) -> None:
    frame = ran(case)
    end, last = frame.ran, frame.snapshot.forward
    is_at_loss = bool(
        case.run.loss is not None
        and last is not None
        and end.rest
        and end.rest[-1] is Operation.FORWARD
        and last.loss <= case.run.loss
    )
    assert is_at_loss is (end.ending is Ending.LOSS)
    if end.ending is Ending.UPDATES:
        assert end.updates == case.run.updates
        assert not end.rest
    elif case.run.updates:
        assert end.cycles < case.run.updates


def test_after_no_phase_it_is_as_before_it() -> None:
    start = after(NOTEBOOK_START, Operation.FORWARD, Operation.BACKWARD)
    ran = ENGINE.execute(Run(updates=3), start, CPU).action
    assert isinstance(ran, Ran)
    begin, _ = running.moment(ran.run, start, running.nearest(ran, start, 0), 0, CPU)
    assert_same(begin, start)
    assert begin.forward is start.forward


def test_a_thousand_steps_are_those_of_plain_pytorch() -> None:
    for zeroes in (True, False):
        run = Run(updates=1000, zeroes=zeroes)
        outcome = ENGINE.execute(run, NOTEBOOK_START, CPU)
        x, y_true, W, b = (torch.tensor(NOTEBOOK_START.tensor(name)) for name in TensorName)
        W.requires_grad_()
        b.requires_grad_()
        for _ in range(1000):
            loss = ((y_true[0] - torch.sigmoid(x[0] @ W + b)) ** 2).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            with torch.no_grad():
                W -= NOTEBOOK_START.config.lr * W.grad  # type: ignore[operator]
                b -= NOTEBOOK_START.config.lr * b.grad  # type: ignore[operator]
            if zeroes:
                W.grad.zero_()  # type: ignore[union-attr]
                b.grad.zero_()  # type: ignore[union-attr]
        assert torch.equal(torch.tensor(outcome.snapshot.W), W)
        assert torch.equal(torch.tensor(outcome.snapshot.b), b)
        action = outcome.action
        assert isinstance(action, Ran)
        assert action.ending is Ending.UPDATES
        assert len(action.curve.losses) == 1000


def test_a_number_that_is_not_finite_ends_it() -> None:
    start = after(of_size(1, 1, 1, 1e30), Configure("lr", 1e30))
    outcome = ENGINE.execute(Run(), start, CPU)
    action = outcome.action
    assert isinstance(action, Ran)
    assert action.ending is Ending.NOT_FINITE
    values = [outcome.snapshot.W, outcome.snapshot.b]
    if outcome.snapshot.forward is not None:
        values.append(outcome.snapshot.forward.loss)
    assert not all(np.isfinite(array).all() for array in values)


@pytest.mark.parametrize("n", [1, 38, 40, 41, 3000])
@pytest.mark.parametrize("pace", [Pace(), Pace(1e9), Pace(1e9, whole_steps=False)])
def test_parameters_that_are_not_finite_end_it_at_once_where_the_loss_is_finite(pace: Pace, n: int) -> None:
    start = replace(of_size(1, n, 1), x=frozen(np.zeros((1, n))), y_true=frozen([[1e19]]), b=frozen([-86.5]))
    start = after(start, Configure("lr", 1.6e20))
    control = Control(pace)
    control.wants_frame = False
    frame, _ = running.execute(Run(updates=50), start, Namespace(start, CPU), control)
    assert (frame.ran.ending, frame.ran.phases) == (Ending.NOT_FINITE, 7)
    assert np.isinf(frame.snapshot.b).all()
    following = ENGINE.execute(Operation.FORWARD, frame.snapshot, CPU).snapshot.forward
    assert following is not None
    assert np.isfinite(following.loss)


def test_after_a_slow_pace_it_is_shown_at_once_flat_out() -> None:
    frames: list[Frame] = []

    class Hurried(Control):
        @override
        def wait(self, until: float) -> None:
            """Wait for a day that takes no time; the third time nobody wants it any more."""
            days.append(86400.0)
            if len(days) == 3:
                self.pace = Pace()

        @override
        def show(self, frame: Frame) -> None:
            frames.append(frame)

    days: list[float] = []
    clock = time.perf_counter
    with pytest.MonkeyPatch.context() as patch:
        later = SimpleNamespace(perf_counter=lambda: clock() + sum(days), monotonic=time.monotonic)
        for module in (running, cycles):
            patch.setattr(module, "time", later)
        patch.setattr(running, "_SHARE", 1)
        control = Hurried(Pace(1, whole_steps=False))
        running.execute(Run(updates=500), NOTEBOOK_START, Namespace(NOTEBOOK_START, CPU), control)
    assert len(frames) > 20


def test_within_a_long_cycle_it_stops_without_doing_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LONG_CYCLE", 0.0)
    run, start = Run(backwards=5), after(PRESETS["or_gate"], Configure("part", 2))
    states = pressed(run, start, 40)
    with monkeypatch.context() as patch:
        patch.setattr(running, "_again", None)
        frames = [ran(Case(start, run, boundaries, Pace())) for boundaries in range(15, 40, 4)]
    for frame in frames:
        assert_same(frame.snapshot, states[frame.ran.phases])
    assert len({frame.ran.phases for frame in frames}) == len(frames)


def test_shuffled_parts_take_each_row_once_a_time_through_the_batch() -> None:
    start = after(of_size(7, 2, 1), Configure("part", 3))
    schedule = Schedule(Run(seed=5), start)
    for turn in range(4):
        rows = [schedule.rows(3 * turn + place) for place in range(3)]
        assert sorted(row for part in rows if part for row in part) == list(range(7))
        assert [len(part or ()) for part in rows] == [3, 3, 1]
    assert len({schedule.rows(3 * turn) for turn in range(8)}) > 1
    assert schedule.taken(0, 6).tolist() == [2] * 7


def test_what_is_asked_is_answered_between_two_phases_and_a_stop_wakes_a_slow_run() -> None:
    control = Control(Pace(1e-3, whole_steps=False))
    frames: list[Frame] = []
    names = Namespace(PRESETS["or_gate"], CPU)
    thread = threading.Thread(
        target=lambda: frames.append(running.execute(Run(), PRESETS["or_gate"], names, control)[0])
    )
    thread.start()
    asked = control.submit(threading.current_thread)
    assert asked.result(timeout=60) is thread
    control.stop(Ending.STOPPED)
    thread.join(timeout=60)
    assert [frame.ran.ending for frame in frames] == [Ending.STOPPED]
    assert frames[0].ran.phases == 1
    late = control.submit(lambda: 1 / 0)
    control.do_jobs()
    assert isinstance(late.exception(timeout=60), ZeroDivisionError)


@pytest.mark.parametrize("is_released", [True, False])
def test_a_run_that_is_held_stays_between_two_cycles_until_it_is_released_or_stopped(*, is_released: bool) -> None:
    control = Control()
    control.hold()
    run, frames = Run(updates=50), list[Frame]()
    names = Namespace(NOTEBOOK_START, CPU)
    thread = threading.Thread(
        target=lambda: frames.append(running.execute(run, NOTEBOOK_START, names, control)[0])
    )  # fmt: skip
    thread.start()
    while control.updates < 2:
        thread.join(timeout=0.001)
    if is_released:
        control.release()
    else:
        control.stop(Ending.STOPPED)
    thread.join(timeout=60)
    assert [frame.ran.ending for frame in frames] == [Ending.UPDATES if is_released else Ending.STOPPED]
    # It stays behind its second cycle, or is stopped in it.
    assert is_released or frames[0].ran.phases in {2 * len(run.cycle) - 1, 2 * len(run.cycle)}
    control.hold()
    assert control.is_held is is_released


def test_another_run_is_begun_from_a_checkpoint_deep_enough_for_the_ledger() -> None:
    run = Run(updates=12, zeroes=False)
    outcome = ENGINE.execute(run, NOTEBOOK_START, CPU)
    action = outcome.action
    assert isinstance(action, Ran)
    base = running.nearest(action, NOTEBOOK_START, action.phases)
    assert isinstance(base, Checkpoint)
    assert base.cycles <= 12 - deposits.MOST
    assert [deposit.count for deposit in outcome.snapshot.deposits] == [10, 1, 1]


def test_the_curve_of_a_run_that_has_ended_holds_no_more_than_its_numbers() -> None:
    ran = ENGINE.execute(Run(updates=5000), NOTEBOOK_START, CPU).action
    assert isinstance(ran, Ran)
    for array in (ran.curve.losses, ran.curve.parameters):
        assert len(array) == 5000
        assert owner(array).nbytes == array.nbytes
