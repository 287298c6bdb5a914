"""A run in the recovery file: each time it is written it goes on from what was written of it before."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from typing_extensions import override

from perceptron_gui import journal
from perceptron_gui.core import running, storage
from perceptron_gui.core.actions import CPU, Operation, Ran, Randomize, Run
from perceptron_gui.core.control import Control, Frame
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.operations import Outcome
from perceptron_gui.core.storage import runs, schema
from perceptron_gui.core.storage.runs import shortened
from tests.core.sessions import ENGINE, closely_watched, done
from tests.histories import contents
from tests.test_journal import Played


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "recovery")
    yield made
    made.journal.discard()


def moments(before: History, run: Run, *phases: int) -> list[History]:
    """Return what a session shows of a run as it goes on, and of its end."""
    with closely_watched():
        ended = done(before, run)
    ran = ended.entry.action
    assert isinstance(ran, Ran)
    shown = []
    for count in phases:
        shorter, state = ENGINE.revisit(ran, before.current, count, CPU)
        shown.append(before.push(shorter, state, CPU, environment=ENGINE.environment))
    return [*shown, ended]


def assert_left_is(played: Played, history: History) -> None:
    with played.left() as (leftover,):
        assert leftover.unsaved
        read = leftover.read()
        assert contents(read) == contents(history)
        while history.index > 0:
            read, history = read.undo(), history.undo()
            assert contents(read) == contents(history)


@pytest.mark.parametrize("zeroes", [True, False])
def test_each_moment_takes_the_place_of_the_one_before(played: Played, *, zeroes: bool) -> None:
    played.press(Operation.FORWARD, Operation.BACKWARD)
    played.session.undo()
    begun = len((*played.folder.glob("*.journal"),)[0].read_bytes().splitlines())
    shown = moments(played.history, Run(updates=9, zeroes=zeroes), 1, 7, 20)
    for history in shown:
        played.journal.follow(history)
        assert_left_is(played, history)
    lines = (*played.folder.glob("*.journal"),)[0].read_bytes().splitlines()
    # Nothing is written anew.
    assert len(lines) == begun + len(shown)
    later = done(shown[-1], Operation.FORWARD)
    played.journal.follow(later)
    assert_left_is(played, later)
    undone = later.undo().undo()
    played.journal.follow(later.undo())
    played.journal.follow(undone)
    again = moments(undone, Run(updates=3), 2)
    for history in again:
        played.journal.follow(history)
        assert_left_is(played, history)


def test_a_run_is_written_now_and_then_alone(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    played.press(Operation.FORWARD)
    first, second, ended = moments(played.history, Run(updates=9), 8, 16)
    played.journal.progress(first)
    assert_left_is(played, played.history)
    monkeypatch.setattr(journal, "FRAME_EVERY", 0.0)
    played.journal.progress(second)
    assert_left_is(played, second)
    played.journal.follow(ended)
    assert_left_is(played, ended)


def test_of_a_run_a_crash_takes_a_second(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(journal, "time", SimpleNamespace(monotonic=lambda: now))
    going_on, _ = moments(played.history, Run(updates=9), 8)
    played.journal.follow(played.history)

    def seconds_written() -> list[float]:
        nonlocal now
        start, size, written = now, written_bytes(played), []
        for number in range(160):
            now = start + number / 4
            played.journal.progress(replace(going_on, entries=(*going_on.entries,)))
            before, size = size, written_bytes(played)
            written += [now] if size > before else []
        return written

    gaps = {later - earlier for earlier, later in pairwise(seconds_written())}
    assert gaps == {1.0}
    # What is written in a second is bounded, too.
    monkeypatch.setattr(journal, "_FRAME_BYTES", 200)
    before, (_, *seconds) = written_bytes(played), seconds_written()
    assert seconds[0] < seconds[-1] - 20
    assert (written_bytes(played) - before) / (seconds[-1] - seconds[0]) < 300
    monkeypatch.setattr(journal, "_FRAME_BYTES", 1)
    gaps = {later - earlier for earlier, later in pairwise(seconds_written())}
    assert gaps == {10.0}


def told(ran: Ran) -> tuple[object, ...]:
    """Return all that is recorded of a run; it does not matter which arrays are one."""
    curve, seen = ran.curve, ran.curve.overview
    arrays = (curve.losses, curve.parameters, seen.counts, seen.losses, seen.parameters)
    states = [(one.cycles, one.snapshot.W.tobytes(), one.snapshot.b.tobytes()) for one in ran.checkpoints]
    return ran.run, ran.phases, ran.ending, curve.stride, [(one.shape, one.tobytes()) for one in arrays], states


def written_bytes(played: Played) -> int:
    return sum(path.stat().st_size for path in played.folder.glob("*.journal"))


class Shown(Control):
    """Has the frames of a run: one after so many updates."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.every = every
        self.frames: list[Frame] = []

    @override
    def stay(self) -> None:
        self.wants_frame = self.updates % self.every == 0

    @override
    def show(self, frame: Frame) -> None:
        super().show(frame)
        self.frames.append(frame)


@pytest.mark.parametrize("zeroes", [True, False])
def test_of_a_run_that_goes_on_only_what_came_since_is_written(
    played: Played, monkeypatch: pytest.MonkeyPatch, *, zeroes: bool
) -> None:  # fmt: skip
    monkeypatch.setattr(runs, "MOST_NUMBERS", 300)
    monkeypatch.setattr(running, "MOST_CHECKPOINTS", 9)
    before, control = played.history, Shown(every=250)
    with closely_watched(64, 4000):
        ended = ENGINE.execute(Run(updates=3000, zeroes=zeroes), before.current, CPU, control)
    frames = [(one.ran, one.snapshot) for one in control.frames]
    assert len(frames) >= 12
    whole, last = run_of(ended), played.history
    for ran, snapshot in [*frames, (whole, ended.snapshot)]:
        last = before.push(ran, snapshot, CPU, environment=ENGINE.environment)
        played.journal.follow(last)
        with played.left() as (leftover,):
            read = leftover.read().entry
        whole = run_of(shortened(last.entry))
        # Of a checkpoint that was given up meanwhile, what was written stays.
        theirs = {one.cycles: one for one in run_of(read).checkpoints}
        assert len(theirs) <= schema.MOST_CHECKPOINTS
        mine = replace(run_of(read), checkpoints=tuple(theirs[one.cycles] for one in whole.checkpoints))
        assert told(mine) == told(whole)
        pair = [replace(last, entries=(replace(one, action=Randomize()),)) for one in (read, last.entry)]
        assert contents(pair[0]) == contents(pair[1])
    assert whole.curve.stride > 16
    lines = (*played.folder.glob("*.journal"),)[0].read_bytes().splitlines()
    assert max(map(len, lines[-9:])) < len(storage.encoded(last).data) / 3


def run_of(done: Entry | Outcome) -> Ran:
    assert isinstance(done.action, Ran)
    return done.action


def test_going_on_from_a_moment_within_a_run_is_written(played: Played) -> None:
    (ended,) = moments(played.history, Run(updates=9))
    played.journal.follow(ended)
    ran = ended.entry.action
    assert isinstance(ran, Ran)
    before = ended.before
    assert before is not None
    shown = ended.at_moment(ended.entry, *ENGINE.revisit(ran, before, 10, CPU))
    played.journal.follow(shown)
    assert_left_is(played, ended)
    later = done(shown, Operation.FORWARD)
    played.journal.follow(later)
    with played.left() as (leftover,):
        assert contents(leftover.read()) == contents(later)


def test_a_moment_lets_go_of_what_a_full_history_has_dropped(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(journal, "_HEAVY", 0)
    before = done(played.history, *[Randomize()] * 3)
    dropped = weakref.ref(before.entries[1].snapshot.W)
    written, later, _ = moments(before, Run(updates=9), 4, 8)
    played.journal.follow(written)
    later = later.since(3)
    del before, written, _
    played.journal.progress(later)
    assert dropped() is None
