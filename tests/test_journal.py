"""The recovery file: what is read back from it is the very history, whatever moment the program ended at."""

import os
import resource
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from PySide6.QtCore import QLockFile
from typing_extensions import override

from perceptron_gui import journal, journal_file, recovery
from perceptron_gui.core import history as histories
from perceptron_gui.core.actions import (
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Insert,
    MarkRows,
    Operation,
    Randomize,
    Request,
    Resize,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.files import lock_at
from perceptron_gui.journal import Journal
from perceptron_gui.journal_file import Kept
from perceptron_gui.recovery import Leftover, leftovers
from perceptron_gui.session import Session
from tests.executors import InlineExecutor, ManualExecutor
from tests.histories import contents
from tests.strategies import numbers, operations

ENGINE = Engine()
places = st.integers(0, 3)
HERE = Kept("/nowhere/hw.perceptron", 7, 11, 3)


class Played:
    """A session on real PyTorch, whose journal lies in a folder."""

    def __init__(self, folder: Path, executor: Any = None, preset: str = "notebook") -> None:
        self.folder = folder
        self.problems: list[Exception] = []
        self.session = Session(History.begin(preset, "cpu"), InlineExecutor(), lambda: ENGINE)
        self.session.prepare()
        self.journal = Journal(folder, executor or InlineExecutor())
        self.journal.on_failure = self.problems.append
        self.journal.begin(self.session.history, HERE)
        self.session.changed.connect(self.journal.follow)

    @property
    def history(self) -> History:
        return self.session.history

    def press(self, *actions: Request) -> None:
        self.session.perform(*actions)

    @contextmanager
    def left(self) -> Iterator[list[Leftover]]:
        """Give what another program would find if this one were gone."""
        copy = Path(tempfile.mkdtemp())
        for path in self.folder.iterdir():
            if not path.name.endswith(".lock"):
                shutil.copy(path, copy)
        found = leftovers(copy)
        try:
            yield found
        finally:
            for one in found:
                one.let_go()
            shutil.rmtree(copy)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "recovery")
    yield made
    made.journal.discard()


def assert_left_is(played: Played) -> Leftover:
    """Check that what was left is the history of now, and that undo leads back as it does here."""
    with played.left() as found:
        assert len(found) == 1
        read, live = found[0].read(), played.history
        assert contents(read) == contents(live)
        while live.index > 0:
            read, live = read.undo(), live.undo()
            assert contents(read) == contents(live)
        return found[0]


class Journalled(RuleBasedStateMachine):
    """A person who presses everything; after every change the file holds the very history."""

    @initialize(preset=st.sampled_from(sorted(PRESETS)))
    def begin(self, preset: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.played = Played(self.folder, preset=preset)
        self.changes = 0
        self.last = self.played.history
        self.played.session.changed.connect(self.count)

    def count(self, history: History) -> None:
        is_another = history.entries is not self.last.entries or history.index != self.last.index
        self.changes, self.last = self.changes + is_another, history

    @rule(operation=operations)
    def press(self, operation: Operation) -> None:
        self.played.press(operation)

    @rule(tensor=st.sampled_from(TensorName), row=places, column=places, value=numbers)
    def type_a_value(self, tensor: TensorName, row: int, column: int, value: float) -> None:
        self.played.press(Assign(tensor, row, column, frozen([[value]]), Gesture.TYPE))

    @rule(axis=st.sampled_from(Axis), size=st.integers(1, 4))
    def resize(self, axis: Axis, size: int) -> None:
        self.played.press(Resize(axis, size))

    @rule(axis=st.sampled_from(Axis), at=places)
    def insert(self, axis: Axis, at: int) -> None:
        self.played.press(Insert(axis, at, 1))

    @rule(axis=st.sampled_from(Axis), at=places)
    def delete(self, axis: Axis, at: int) -> None:
        self.played.press(Delete(axis, at, 1))

    @rule(setting=st.sampled_from([Configure("lr", 0.1), Configure("retain_graph", True), Randomize()]))
    def set(self, setting: Request) -> None:
        self.played.press(setting)

    @rule(row=places)
    def mark(self, row: int) -> None:
        self.played.press(MarkRows((row,)))

    @rule(times=st.integers(1, 4))
    def undo(self, times: int) -> None:
        for _ in range(times):
            self.played.session.undo()

    @rule(times=st.integers(1, 4))
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.played.session.redo()

    @rule(place=st.integers(0, 40))
    def travel(self, place: int) -> None:
        entries = self.played.history.entries
        self.played.session.travel(entries[place % len(entries)])

    @rule(preset=st.sampled_from(sorted(PRESETS)))
    def restart(self, preset: str) -> None:
        self.played.session.restart(preset)

    @precondition(lambda self: self.changes)
    @rule()
    def save(self) -> None:
        self.played.journal.mark(HERE, is_whole=True)
        self.changes = 0
        with self.played.left() as found:
            assert found == []

    @invariant()
    def what_is_left_is_the_history(self) -> None:
        if getattr(self, "changes", 0):
            leftover = assert_left_is(self.played)
            assert (leftover.unsaved, leftover.kept) == (self.changes, HERE)
            assert not self.played.problems

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.played.journal.discard()
            assert list(self.folder.iterdir()) == []
            self.folder.rmdir()


TestJournalled = Journalled.TestCase
TestJournalled.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_nothing_is_written_before_the_first_change(played: Played) -> None:
    assert not played.folder.exists()
    played.press(Operation.FORWARD)
    assert assert_left_is(played).unsaved == 1


def test_a_refusal_pressed_again_after_undo_is_no_step_forward(played: Played) -> None:
    played.press(Operation.UPDATE)
    assert played.history.entry.refusal is not None
    played.session.undo()
    played.press(Operation.UPDATE)
    assert played.history.entry.replaced
    assert_left_is(played)


def test_a_future_that_undo_brought_back_is_not_taken_for_the_one_it_replaced(played: Played) -> None:
    played.press(Operation.FORWARD)
    played.session.undo()
    played.press(Configure("lr", 0.5))
    played.session.undo()
    assert played.history.entries[1].action is Operation.FORWARD
    assert_left_is(played)
    played.session.redo()
    assert_left_is(played)


def test_a_line_cut_short_anywhere_loses_that_line_alone(played: Played) -> None:
    """Fault 13."""
    before = [contents(played.history)]
    for action in (Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE):
        played.press(action)
        before.append(contents(played.history))
    path = next(played.folder.glob("*.journal"))
    whole = path.read_bytes()
    begun = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(begun, len(whole)):
        path.write_bytes(whole[:cut])
        with played.left() as found:
            assert contents(found[0].read()) == before[2]
            assert found[0].unsaved == 2
    first = whole.index(b"\n") + 1
    for cut in range(whole.index(b'{"kept"')):
        path.write_bytes(whole[:cut])
        with played.left() as found:
            # Nothing says where what it holds would be kept: it is offered.
            assert [(one.kept, one.unsaved > 0) for one in found] == [(Kept(), True)] * (cut >= first)
    path.write_bytes(whole)
    assert_left_is(played)


def test_what_cannot_be_read_is_kept_and_said(played: Played) -> None:
    played.press(Operation.FORWARD)
    path = next(played.folder.glob("*.journal"))
    path.write_bytes(b'{"another": "version"}\n' * 2 + b'{"push": 3}\n')
    with played.left() as found, pytest.raises(DamagedError):
        found[0].read()
    path.write_bytes(b"\x00\xff\n")
    with played.left() as found:
        assert found[0].unsaved == 1


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every array take the second file, and its entry the other thread."""
    monkeypatch.setattr(journal_file, "LARGE", 1)


@pytest.mark.usefixtures("large")
def test_large_arrays_lie_beside_bit_for_bit(played: Played) -> None:
    values = frozen([[float("nan")], [-0.0], [1e-45]])
    played.press(Assign(TensorName.W, 0, 0, values, Gesture.PASTE), Operation.FORWARD, Operation.BACKWARD)
    assert_left_is(played)
    arrays = next(played.folder.glob("*.arrays"))
    arrays.write_bytes(arrays.read_bytes()[:-1])
    with played.left() as found:
        assert contents(found[0].read(), with_futures=False)[0] == 2


@pytest.mark.usefixtures("large")
def test_zeros_that_are_left_out_of_the_arrays_come_back(played: Played) -> None:
    played.press(Operation.FORWARD, Operation.BACKWARD, Operation.ZERO_GRAD)
    assert_left_is(played)
    played.press(Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE)
    assert_left_is(played)


@pytest.mark.usefixtures("large")
def test_a_journal_that_grows_too_large_begins_anew_with_the_whole_history(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 400)
    names = set()
    for number in range(12):
        played.press(Randomize(), Operation.FORWARD)
        if number % 3 == 0:
            played.session.undo()
        names.add(next(played.folder.glob("*.journal")).name)
        with played.left() as found:
            read = found[0].read()
            assert contents(read, with_futures=False) == contents(played.history, with_futures=False)
            assert found[0].unsaved == 2 * (number + 1) + number // 3 + 1
    assert len(names) > 2
    assert len(list(played.folder.glob("*.journal"))) == 1


@pytest.mark.usefixtures("large")
def test_what_comes_behind_large_entries_is_written_behind_them(tmp_path: Path) -> None:
    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    played.press(Randomize())
    played.session.undo()
    played.session.redo()
    assert list(tmp_path.iterdir()) == []
    worker.work_all()
    assert_left_is(played)
    played.journal.discard()
    worker.work_all()
    assert list(tmp_path.iterdir()) == []


def test_the_beginning_of_a_long_history_does_not_hold_the_window_up(tmp_path: Path) -> None:
    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    played.journal.discard()
    played.press(*[Operation.FORWARD] * 60)
    played.journal.discard()
    worker.work_all()
    played.journal.begin(played.history, HERE)
    played.press(Operation.BACKWARD)
    assert list(tmp_path.iterdir()) == []
    worker.work_all()
    assert_left_is(played)
    played.journal.discard()
    worker.work_all()


def calls_of_the_beginning(folder: Path, count: int) -> int:
    """Return how many calls of Python functions it takes to begin a journal with so many entries."""
    played = Played(folder)
    for _ in range(count):
        played.press(Operation.FORWARD)
    played.journal.discard()
    played.journal.begin(played.history, HERE)
    calls = 0

    def count_calls(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count_calls)
    played.press(Operation.FORWARD)
    sys.setprofile(None)
    with played.left() as found:
        assert contents(found[0].read()) == contents(played.history)
    played.journal.discard()
    return calls


def test_a_history_three_times_as_long_takes_three_times_as_long_to_begin_with(tmp_path: Path) -> None:
    short, long = (calls_of_the_beginning(tmp_path / str(count), count) for count in (50, 150))
    assert long < 3.2 * short


@pytest.fixture
def of_a_long_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Played]:
    """Return a session of some entries whose journal begins with so many unsaved ones, and is flushed at once."""

    def begun(unsaved: int) -> Played:
        monkeypatch.setattr(journal, "_LONG", 3)
        worker = ManualExecutor()
        played = Played(tmp_path, worker)
        played.press(*[Operation.FORWARD] * 5)
        played.journal.discard()
        worker.work_all()
        played.journal.begin(played.history, HERE, unsaved)
        played.journal.flush()
        worker.work_all()
        return played

    return begun


def test_a_long_history_is_written_before_its_first_change(of_a_long_history: Callable[[int], Played]) -> None:
    played = of_a_long_history(0)
    (begun,) = played.folder.glob("*.journal")
    with played.left() as found:
        assert found == []
    played.press(Operation.BACKWARD)
    assert begun.exists()
    assert assert_left_is(played).unsaved == 1
    played.journal.discard()


def test_recovered_work_of_a_long_history_stays_unsaved(of_a_long_history: Callable[[int], Played]) -> None:
    """The clock comes before the other thread has written it down."""
    played = of_a_long_history(5)
    assert assert_left_is(played).unsaved == 5
    played.journal.discard()


def test_a_beginning_that_was_cut_off_is_no_work(tmp_path: Path) -> None:
    """Fault 13: killed while it writes down what the document has, before the first change."""
    played = Played(tmp_path / "recovery")
    played.press(*[Operation.FORWARD] * 5)
    played.journal.leave()
    (path,) = played.folder.glob("*.journal")
    whole = path.read_bytes().splitlines(keepends=True)
    with_kept = next(number for number, line in enumerate(whole) if b'"kept"' in line)
    assert with_kept > 0
    path.write_bytes(b"".join(whole[:with_kept]))
    assert leftovers(played.folder) == []
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    """Fault 18."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    played = Played(blocked / "recovery")
    for _ in range(3):
        played.press(Operation.FORWARD)
    played.journal.begin(played.history, HERE)
    played.press(Operation.FORWARD)
    assert len(played.problems) == 1
    assert len(played.history.entries) == 5
    played.journal.discard()


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_full_disk_is_said_once_and_a_save_begins_anew(played: Played) -> None:
    """Fault 15, for the recovery file: what was written before is whole, work goes on."""
    played.press(Operation.FORWARD)
    known = contents(played.history)
    size = next(played.folder.glob("*.journal")).stat().st_size
    with disk_full_at(size + 10):
        played.press(Operation.BACKWARD)
        played.press(Operation.UPDATE)
    assert len(played.problems) == 1
    played.press(Operation.FORWARD)
    with played.left() as found:
        assert contents(found[0].read()) == known
    played.journal.mark(HERE, is_whole=True)
    played.press(Operation.BACKWARD)
    assert assert_left_is(played).unsaved == 1
    assert len(played.problems) == 1


def test_a_journal_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    played = Played(tmp_path)
    with disk_full_at(10):
        played.press(Operation.FORWARD)
    assert len(played.problems) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_journal_is_held_while_its_program_lives_and_found_when_it_is_left(played: Played) -> None:
    """Fault 19: none is deleted that another program holds."""
    other = Played(played.folder)
    for one in (played, other):
        one.press(Operation.FORWARD)
    assert len(list(played.folder.glob("*.journal"))) == 2
    assert leftovers(played.folder) == []
    assert len(list(played.folder.glob("*.journal"))) == 2
    other.journal.leave()
    found = leftovers(played.folder)
    assert len(found) == 1
    assert leftovers(played.folder) == []
    found[0].let_go()
    again = leftovers(played.folder)
    again[0].delete()
    assert leftovers(played.folder) == []
    assert len(list(played.folder.glob("*.journal*"))) == 2  # the one that is held, and its lock


def test_what_a_program_leaves_that_is_no_work_goes(tmp_path: Path) -> None:
    saved = Played(tmp_path)
    saved.press(Operation.FORWARD)
    saved.journal.mark(HERE, is_whole=True)
    saved.journal.leave()
    (tmp_path / "gone.arrays").write_bytes(b"1234")
    (tmp_path / "gone.journal.lock").write_bytes(b"4000000\npython\nhere\n\n\n")
    (tmp_path / "notes.txt").write_text("a person's", encoding="utf-8")
    assert leftovers(tmp_path) == []
    left = {path.name for path in tmp_path.iterdir()}
    assert "notes.txt" in left
    assert not {name for name in left if name.endswith((".arrays", ".journal"))}


def test_recovered_work_is_moved_before_its_journal_goes(played: Played) -> None:
    """Fault 13."""
    played.press(Operation.FORWARD, Operation.BACKWARD)
    played.journal.leave()
    known = contents(played.history)
    (leftover,) = leftovers(played.folder)
    history = leftover.read()
    with disk_full_at(10):
        played.journal.begin(history, leftover.kept, leftover.unsaved, leftover.delete)
    assert len(played.problems) == 1
    leftover.let_go()
    (again,) = leftovers(played.folder)
    played.journal.begin(again.read(), again.kept, again.unsaved, again.delete)
    assert len(list(played.folder.glob("*.journal"))) == 1
    with played.left() as found:
        assert contents(found[0].read()) == known
        assert (found[0].unsaved, found[0].kept) == (2, HERE)


@pytest.mark.usefixtures("large")
def test_a_flush_puts_arrays_and_then_lines_on_the_disk(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(Path(f"/proc/self/fd/{number}").readlink().suffix))
    played.press(Randomize())
    assert flushed == []
    played.journal.flush()
    assert flushed == [".arrays", ".journal"]


class EndingExecutor(ManualExecutor):
    """Does what it has, and takes no more, as one that is shut down."""

    is_ending = False

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.is_ending:
            raise RuntimeError("cannot schedule new futures after shutdown")
        return super().submit(fn, *args, **kwargs)


def test_a_journal_that_is_begun_at_the_end_is_begun_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 13: a long history, an edit, and SIGTERM."""
    monkeypatch.setattr(journal, "_MANY", 3)
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(Path(f"/proc/self/fd/{number}").readlink().suffix))
    worker = EndingExecutor()
    played = Played(tmp_path)
    played.press(*[Operation.FORWARD] * 5)
    played.journal.discard()
    played.session.changed.disconnect(played.journal.follow)
    played.journal = Journal(tmp_path, worker)
    played.journal.on_failure = played.problems.append
    played.journal.begin(played.history, HERE)
    played.session.changed.connect(played.journal.follow)
    played.press(Operation.BACKWARD, Operation.UPDATE)
    played.journal.leave()
    worker.is_ending = True
    worker.work_all()
    assert ".journal" in flushed
    (left,) = leftovers(tmp_path)
    assert (left.unsaved, left.kept) == (2, HERE)
    assert contents(left.read()) == contents(played.history)
    assert not played.problems
    left.delete()


@pytest.mark.usefixtures("large")
def test_a_begin_that_fails_for_whatever_reason_is_said_once_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []

    def fail(*given: object, **_: object) -> None:
        begun.append(given)
        raise ValueError("for whatever reason")

    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    with monkeypatch.context() as patch:
        patch.setattr(journal_file.JournalFile, "begin", fail)
        played.press(Randomize(), Randomize(), Operation.FORWARD)
        worker.work_all()
    assert len(begun) == len(played.problems) == 1
    assert list(tmp_path.iterdir()) == []
    played.journal.mark(HERE, is_whole=True)
    played.press(Randomize())
    worker.work_all()
    assert assert_left_is(played).unsaved == 1
    played.journal.discard()
    worker.work_all()


def test_a_journal_that_cannot_be_held_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 18: the next start would take it for one that was left."""
    monkeypatch.setattr(journal_file, "lock_at", lambda path: QLockFile(str(path / "no folder" / "lock")))
    played = Played(tmp_path)
    played.press(Operation.FORWARD)
    assert [type(problem) for problem in played.problems] == [OSError]
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_another_start_deletes_meanwhile_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 19."""
    for _ in range(3):
        played = Played(tmp_path)
        played.press(Operation.FORWARD)
        played.journal.leave()
    gone = sorted(tmp_path.glob("*.journal"))[1]

    def lock_late(path: Path) -> QLockFile:
        if path.with_suffix("") == gone:
            gone.unlink(missing_ok=True)
        return lock_at(path)

    monkeypatch.setattr(recovery, "lock_at", lock_late)
    found = leftovers(tmp_path)
    assert len(found) == 2
    for one in found:
        one.delete()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def heavy(large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every history is one that must not wait for a slow disk."""
    del large
    monkeypatch.setattr(journal, "_HEAVY", 0)


@pytest.mark.usefixtures("heavy")
def test_a_slow_disk_keeps_nothing_alive_that_the_session_has_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "LARGEST_HISTORY", 0)
    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    played.press(Randomize())
    of_it = weakref.ref(played.history.current.W)
    played.press(*[Randomize()] * 3)
    assert of_it() is None
    worker.work_all()
    assert_left_is(played)
    played.press(*[Randomize()] * 3)
    worker.work_all()
    assert_left_is(played)
    played.journal.discard()
    worker.work_all()


@pytest.mark.usefixtures("heavy")
def test_a_moment_of_a_run_that_comes_when_the_file_is_gone_ends_nothing(tmp_path: Path) -> None:
    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    played.press(Randomize())
    worker.work_all()
    failures: list[Exception] = []
    played.journal.on_failure = failures.append
    played.press(Randomize())
    played.journal.discard()
    played.journal.progress(played.history)
    worker.work_all()
    assert failures == []


@pytest.mark.usefixtures("heavy")
@pytest.mark.parametrize("undone", [0, 1, 2])
def test_what_a_slow_disk_has_missed_is_caught_up_on(tmp_path: Path, undone: int) -> None:
    worker = ManualExecutor()
    played = Played(tmp_path, worker)
    played.press(Operation.FORWARD)
    worker.work_all()
    for _ in range(2):
        played.press(Operation.BACKWARD, Operation.UPDATE, Operation.ZERO_GRAD, Operation.FORWARD)
        for _ in range(undone):
            played.session.undo()
        worker.work_all()
        assert_left_is(played)
    played.journal.discard()
    worker.work_all()
