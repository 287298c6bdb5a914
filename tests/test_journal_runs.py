"""A run in the recovery file: each time it is written it takes the place of what was written of it before."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from perceptron_gui import journal
from perceptron_gui.core.actions import CPU, Operation, Ran, Randomize, Run
from perceptron_gui.core.history import History
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


def test_of_a_run_a_crash_takes_a_second_at_first_and_ten_at_last(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    now = 1000.0
    monkeypatch.setattr(journal, "time", SimpleNamespace(monotonic=lambda: now))
    going_on, _ = moments(played.history, Run(updates=9), 8)
    played.journal.follow(played.history)
    written: list[float] = []
    size = 0
    for number in range(600):
        now = 1000.0 + number / 4
        played.journal.progress(replace(going_on, entries=(*going_on.entries,)))
        after = sum(path.stat().st_size for path in played.folder.glob("*.journal"))
        written += [now - 1000.0] if after > size else []
        size = after
    gaps = [(later, later - earlier) for earlier, later in pairwise(written)]
    assert all(gap <= min(10.0, max(1.0, 0.1 * later)) + 0.25 for later, gap in gaps)
    assert written[-1] >= 140 - 0.25
    assert len(written) < 50


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
