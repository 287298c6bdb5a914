"""Where a session is kept: opened, saved, locked, watched; whatever comes late, or from elsewhere."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from perceptron_gui import document as documents
from perceptron_gui import files, saving
from perceptron_gui.core import storage
from perceptron_gui.core.actions import Operation, Randomize, SwitchDevice
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Snapshot, frozen
from perceptron_gui.document import Document, Overwrite
from perceptron_gui.journal import Journal
from perceptron_gui.recovery import leftovers
from perceptron_gui.saving import LeaveOut
from perceptron_gui.session import Session
from tests.engines import FakeEngine
from tests.executors import ManualExecutor
from tests.histories import contents

pytestmark = pytest.mark.usefixtures("qapp")


class Desk:
    """A session with a document, whose files are read and written when the test says so."""

    def __init__(self, folder: Path, engine: Engine, *, has_torch: bool = True) -> None:
        self.folder = folder
        self.path = folder / "hw.perceptron"
        self.torch = ManualExecutor()
        self.files = ManualExecutor()
        self.session = Session(History.begin("notebook", "cpu"), self.torch, lambda: engine)
        self.document = Document(self.session, self.files, Journal(folder / "recovery", self.files))
        self.problems: list[Problem] = []
        self.asked: list[object] = []
        self.saves: list[Path | None] = []
        self.opened: list[Path] = []
        self.document.failed.connect(self.problems.append)
        self.session.failed.connect(self.problems.append)
        self.document.asked.connect(self.asked.append)
        self.document.saved.connect(lambda: self.saves.append(self.document.path))
        self.document.opened.connect(self.opened.append)
        self.session.prepare()
        if has_torch:
            self.torch.work_all()

    @property
    def reasons(self) -> list[Reason]:
        return [problem.reason for problem in self.problems]

    def press(self, *operations: Operation) -> None:
        self.session.perform(*(operations or (Operation.FORWARD,)))
        self.torch.work_all()

    def open(self, path: Path | None = None, *, may_be_new: bool = False) -> None:
        self.document.open(path or self.path, may_be_new=may_be_new)
        self.files.work_all()

    def save(self, path: Path | None = None) -> None:
        self.document.save(path)
        self.files.work_all()

    def close(self) -> None:
        self.document.forget()
        self.document.close()
        self.files.work_all()


Make = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path, engine: Engine) -> Iterator[Make]:
    made: list[Desk] = []

    def make_one(engine: Engine = engine, **options: bool) -> Desk:
        made.append(Desk(tmp_path, engine, **options))
        return made[-1]

    yield make_one
    for desk in made:
        desk.close()


@pytest.fixture
def desk(make: Make) -> Desk:
    return make()


def test_what_is_saved_is_opened_again(desk: Desk, make: Make) -> None:
    desk.press(Operation.FORWARD, Operation.BACKWARD)
    desk.session.undo()
    assert desk.document.is_modified
    desk.save(desk.path)
    assert not desk.document.is_modified
    assert desk.saves == desk.opened == [desk.path]
    desk.close()
    other = make()
    other.open(desk.path)
    assert contents(other.session.history) == contents(desk.session.history)
    assert not other.document.is_modified
    assert other.document.path == desk.path
    assert not other.problems


def test_another_place_in_the_history_is_something_to_save(desk: Desk) -> None:
    desk.press(Operation.FORWARD, Operation.BACKWARD)
    desk.save(desk.path)
    first = desk.session.history.entries[0]
    last = desk.session.history.entry
    desk.session.travel(first)
    assert desk.document.is_modified
    desk.session.travel(last)
    assert not desk.document.is_modified
    desk.session.undo()
    assert desk.document.is_modified


def test_torch_that_comes_late_is_no_edit(make: Make) -> None:
    desk = make(has_torch=False)
    desk.torch.work_all()
    assert not desk.document.is_modified
    assert not (desk.folder / "recovery").exists()


@pytest.mark.parametrize("ready", [False, True])
def test_a_file_that_does_not_exist_yet_begins_there(make: Make, ready: bool) -> None:
    desk = make(has_torch=ready)
    desk.open(may_be_new=True)
    desk.torch.work_all()
    assert desk.document.path == desk.path
    assert not desk.path.exists()
    assert not desk.document.is_modified
    desk.press()
    desk.save()
    assert desk.path.exists()
    assert not desk.asked


def test_one_that_comes_into_being_meanwhile_is_not_written_over(desk: Desk) -> None:
    desk.open(may_be_new=True)
    desk.path.write_text("somebody else's", encoding="utf-8")
    desk.press()
    desk.save()
    assert desk.asked == [Overwrite(desk.path)]


def test_what_is_gone_is_said_and_no_document_begins(desk: Desk) -> None:
    desk.open()
    desk.open(desk.folder / "missing" / "hw.perceptron", may_be_new=True)
    desk.open(desk.folder / ("n" * 300), may_be_new=True)
    desk.open(desk.folder, may_be_new=True)
    assert desk.reasons == [Reason.FILE_UNREADABLE] * 4
    assert desk.document.path is None


def test_a_damaged_file_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.press()
    before = desk.session.history
    desk.path.write_bytes(storage.encoded(before).data[:-200])
    desk.document.forget()
    assert not desk.document.is_modified
    desk.open()
    assert desk.reasons == [Reason.SESSION_DAMAGED]
    assert desk.session.history is before
    assert desk.document.is_modified


def test_a_file_that_changed_on_the_disk_is_asked_about(desk: Desk) -> None:
    """Fault 17."""
    desk.save(desk.path)
    desk.press()
    theirs = desk.path.read_bytes() + b"\n"
    desk.path.write_bytes(theirs)
    desk.save()
    assert desk.asked == [Overwrite(desk.path)]
    assert desk.path.read_bytes() == theirs
    assert desk.document.is_modified
    desk.document.save(desk.path, may_overwrite=True)
    desk.files.work_all()
    assert storage.load(desk.path).history.index == 1
    desk.path.unlink()
    desk.press()
    desk.save()
    assert len(desk.asked) == 1
    assert desk.path.exists()


def test_a_change_while_it_was_being_read_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 17."""
    desk.save(desk.path)
    load = storage.load

    def load_and_change(path: Path) -> storage.Opened:
        opened = load(path)
        path.write_bytes(path.read_bytes() + b" ")
        return opened

    monkeypatch.setattr(storage, "load", load_and_change)
    desk.open()
    desk.press()
    desk.save()
    assert desk.asked == [Overwrite(desk.path)]


def test_saves_come_one_after_the_other(desk: Desk) -> None:
    desk.document.save(desk.path)
    desk.press()
    assert desk.document.is_saving
    desk.document.save()
    desk.files.work_all()
    assert not desk.asked
    assert not desk.document.is_modified
    assert storage.load(desk.path).history.index == 1
    assert len(desk.saves) == 2


def test_what_changes_while_it_is_written_is_still_to_be_saved(desk: Desk) -> None:
    desk.press()
    desk.document.save(desk.path)
    desk.press(Operation.BACKWARD)
    desk.files.work_all()
    assert desk.saves == [desk.path]
    assert desk.document.is_modified
    desk.document.close()
    desk.files.work_all()
    (leftover,) = leftovers(desk.folder / "recovery")
    assert leftover.kept.path == desk.path
    assert contents(leftover.read()) == contents(desk.session.history)
    leftover.delete()


def test_a_save_that_ends_after_new_is_not_the_new_document_s(desk: Desk, make: Make) -> None:
    """Fault 25."""
    desk.press()
    desk.document.save(desk.path)
    desk.document.forget()
    desk.document.new()
    desk.files.work_all()
    assert desk.document.path is None
    assert not desk.saves
    other = make()
    other.open(desk.path)
    assert not other.problems


def test_an_opened_file_that_comes_after_new_is_dropped(desk: Desk) -> None:
    """Fault 25."""
    desk.press()
    desk.save(desk.path)
    desk.document.new()
    begun = desk.session.history
    desk.document.open(desk.path)
    desk.document.new()
    desk.files.work_all()
    assert desk.document.path is None
    assert desk.session.history is not begun
    assert len(desk.session.history.entries) == 1
    desk.document.open(desk.folder / "other.perceptron")
    desk.document.open(desk.path)
    desk.files.work_all()
    assert not desk.problems
    assert desk.document.path == desk.path


def test_a_step_that_ends_after_new_or_open_is_dropped(desk: Desk) -> None:
    """Fault 25."""
    desk.save(desk.path)
    desk.session.perform(Operation.FORWARD)
    desk.document.new()
    desk.torch.work_all()
    assert desk.session.history.index == 0
    desk.session.perform(Operation.FORWARD, Operation.BACKWARD)
    desk.open()
    desk.torch.work_all()
    assert desk.session.history.index == 0
    assert not desk.document.is_modified
    desk.press()
    assert desk.session.history.index == 1


def test_work_done_while_a_file_is_read_is_left_for_the_next_start(desk: Desk) -> None:
    desk.save(desk.path)
    desk.document.open(desk.path)
    desk.press()
    known = contents(desk.session.history)
    desk.files.work_all()
    assert desk.session.history.index == 0
    (leftover,) = leftovers(desk.folder / "recovery")
    assert contents(leftover.read()) == known
    leftover.delete()


def test_a_second_window_opens_a_copy_and_says_who_holds_it(desk: Desk, make: Make) -> None:
    """Fault 19."""
    desk.press()
    desk.save(desk.path)
    second = make()
    second.open(desk.path)
    assert second.document.path is None
    assert contents(second.session.history) == contents(desk.session.history)
    assert [(one.reason, one.values["owner"]) for one in second.problems] == [(Reason.HELD_ELSEWHERE, os.getpid())]
    second.press(Operation.BACKWARD)
    second.save(desk.path)
    assert second.reasons == [Reason.HELD_ELSEWHERE] * 2
    assert storage.load(desk.path).history.index == 1
    desk.press(Operation.BACKWARD)
    assert len(list((desk.folder / "recovery").glob("*.journal"))) == 2
    copy = desk.folder / "copy.perceptron"
    second.save(copy)
    assert second.document.path == copy
    assert len(list((desk.folder / "recovery").glob("*.journal"))) == 2
    desk.close()
    second.save(desk.path)
    assert second.document.path == desk.path


def test_the_same_file_by_another_name_is_the_same(desk: Desk, make: Make) -> None:
    desk.press()
    desk.save(desk.path)
    link = desk.folder / "link.perceptron"
    link.symlink_to(desk.path)
    desk.save(link)
    assert not desk.problems
    assert link.is_symlink()
    second = make()
    second.open(link)
    assert second.reasons == [Reason.HELD_ELSEWHERE]


def test_a_lock_of_a_program_that_is_gone_is_taken_over(desk: Desk) -> None:
    """Fault 20; one that the power cut emptied, too, once it is not of this very moment."""
    desk.save(desk.path)
    desk.document.new()
    lock = desk.folder / ".hw.perceptron.lock"
    gone = QLockFile(str(lock))
    assert gone.tryLock(0)
    text = lock.read_text(encoding="utf-8")
    gone.unlock()
    lock.write_text(text.replace(str(os.getpid()), "4000000"), encoding="utf-8")
    desk.open()
    assert desk.document.path == desk.path
    desk.document.new()
    lock.write_bytes(b"")
    desk.open()
    assert desk.reasons == [Reason.HELD_ELSEWHERE]
    os.utime(lock, (1, 1))
    desk.open()
    assert desk.document.path == desk.path
    desk.document.new()
    assert not lock.exists()


def test_a_lock_is_given_up_when_its_file_is_not_written(desk: Desk, make: Make) -> None:
    desk.press()
    desk.save(desk.path)
    (desk.folder / "folder.perceptron").mkdir()
    desk.save(desk.folder / "folder.perceptron")
    desk.save(desk.folder / "missing" / "hw.perceptron")
    assert desk.reasons == [Reason.NOT_SAVED] * 2
    assert desk.document.path == desk.path
    assert sorted(path.name for path in desk.folder.iterdir() if path.name.endswith(".lock")) == [".hw.perceptron.lock"]
    desk.save(desk.folder / "other.perceptron")
    assert [path.name for path in desk.folder.iterdir() if path.name.endswith(".lock")] == [".other.perceptron.lock"]
    second = make()
    second.open(desk.path)
    assert second.document.path == desk.path


def test_a_save_that_fails_leaves_the_file_and_the_star(desk: Desk) -> None:
    """Fault 14."""
    desk.press()
    desk.save(desk.path)
    before = desk.path.read_bytes()
    desk.press(Operation.BACKWARD)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, usual[1]))
    try:
        desk.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert desk.reasons == [Reason.NOT_SAVED]
    assert desk.path.read_bytes() == before
    assert desk.document.is_modified
    assert not [path for path in desk.folder.iterdir() if ".part" in path.name]


def test_what_a_killed_save_left_goes_and_nothing_else_does(desk: Desk) -> None:
    """Fault 12."""
    desk.save(desk.path)
    ours = [".hw.perceptron.part", ".hw.perceptron.part.aBcDeF"]
    theirs = ["hw.perceptron.backup", ".hw.perceptron.partial", ".other.perceptron.part.aBcDeF"]

    def leave() -> None:
        for name in (*ours, *theirs):
            (desk.folder / name).write_bytes(b"x")

    for act in (desk.save, desk.open):
        leave()
        act()
        assert {path.name for path in desk.folder.iterdir()} & {*ours, *theirs} == set(theirs)


def test_arrays_of_a_save_that_was_killed_before_its_document_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Fault 12: of a document with a file of arrays beside it."""
    large = large_state(monkeypatch)
    desk.save(desk.path)
    whole = desk.path.read_bytes()
    desk.session.open(desk.session.history.push(Randomize(), large, "cpu"))
    # Killed behind the arrays, behind the document, and while it wrote the arrays: the folder as it was in between.
    moments: list[Path] = []
    write = files.write

    def writing(path: Path, data: Any) -> None:
        if path.suffix == ".safetensors":
            part = files.part_of(path)
            part.write_bytes(b"half")
            remember()
            part.unlink()
            write(path, data)
        else:
            remember()
            write(path, data)
            remember()

    def remember() -> None:
        moments.append(tmp_path_factory.mktemp("moment"))
        for path in desk.folder.glob("*hw*"):
            if path.suffix != ".lock":
                shutil.copy(path, moments[-1])

    monkeypatch.setattr(files, "write", writing)
    desk.document.save(desk.path, may_leave_out=True)
    desk.files.work_all()
    assert len(moments) == 3
    for place, folder in enumerate(moments):
        saving.clear(folder / desk.path.name)
        is_written = place == 2
        assert {path.suffix for path in folder.iterdir()} == {".perceptron"} | (
            {".safetensors"} if is_written else set()
        )
        document = folder / desk.path.name
        assert is_written or document.read_bytes() == whole
        assert not is_written or storage.load(document).history.current.W.tobytes() == large.W.tobytes()
    saving.clear(desk.path)
    assert {path.suffix for path in desk.folder.glob("*hw*")} - {".lock"} == {".perceptron", ".safetensors"}


def test_a_device_that_is_not_here_is_said_and_the_file_stays_as_it_is(desk: Desk, make: Make) -> None:
    """Fault 42."""
    there = make(FakeEngine("cpu", "cuda:3"))
    there.session.perform(SwitchDevice("cuda:3"), Operation.FORWARD)
    there.torch.work_all()
    there.save(desk.path)
    there.close()
    before = desk.path.read_bytes()
    assert b'"cuda:3"' in before
    late = make(has_torch=False)
    for here in (desk, late):
        here.open(desk.path)
        here.torch.work_all()
        assert here.session.device == "cpu"
        assert [(one.reason, one.values["device"]) for one in here.problems] == [(Reason.NO_SUCH_DEVICE, "cuda:3")]
        assert not here.document.is_modified
        assert desk.path.read_bytes() == before
        here.press()
        assert here.session.history.entry.device == "cpu"
        here.close()


def unsaved(desk: Desk) -> None:
    """Leave the work of a program that ended without a word."""
    desk.document.close()
    desk.files.work_all()


def recovered(desk: Desk) -> None:
    """Look for unsaved work, and restore the first that is found."""
    found: list[object] = []
    desk.document.found.connect(found.append)
    desk.document.look_for_leftovers()
    desk.files.work_all()
    desk.document.recover(found[0][0])  # type: ignore[index]
    desk.files.work_all()


def test_recovered_work_is_unsaved_work_in_its_document(desk: Desk, make: Make) -> None:
    """Fault 13."""
    desk.press()
    desk.save(desk.path)
    desk.press(Operation.BACKWARD)
    known = contents(desk.session.history)
    unsaved(desk)
    other = make()
    recovered(other)
    assert contents(other.session.history) == known
    assert other.document.path == desk.path
    assert other.document.is_modified
    assert len(list((desk.folder / "recovery").glob("*.journal"))) == 1
    other.save()
    assert not other.asked
    assert not other.document.is_modified
    other.close()
    assert not list((desk.folder / "recovery").iterdir())
    assert contents(storage.load(desk.path).history) == known


def test_recovered_work_that_is_left_again_is_found_again(desk: Desk, make: Make) -> None:
    """Fault 13."""
    desk.press(Operation.FORWARD, Operation.BACKWARD)
    unsaved(desk)
    other = make()
    recovered(other)
    other.press(Operation.UPDATE)
    unsaved(other)
    third = make()
    recovered(third)
    assert contents(third.session.history) == contents(other.session.history)


def test_a_document_that_changed_after_the_crash_is_not_written_over(desk: Desk, make: Make) -> None:
    """Faults 13 and 17."""
    desk.press()
    desk.save(desk.path)
    desk.press(Operation.BACKWARD)
    unsaved(desk)
    between = make()
    between.open(desk.path)
    between.press(Operation.UPDATE)
    between.save()
    between.close()
    other = make()
    recovered(other)
    other.save()
    assert other.asked == [Overwrite(desk.path)]


def test_recovered_work_of_a_document_that_is_held_is_a_copy(desk: Desk, make: Make) -> None:
    desk.press()
    desk.save(desk.path)
    desk.press(Operation.BACKWARD)
    unsaved(desk)
    holder = make()
    holder.open(desk.path)
    other = make()
    recovered(other)
    assert other.reasons == [Reason.HELD_ELSEWHERE]
    assert other.document.path is None
    assert other.document.is_modified


def test_unsaved_work_that_cannot_be_read_is_kept(desk: Desk, make: Make) -> None:
    desk.press()
    unsaved(desk)
    journal = next((desk.folder / "recovery").glob("*.journal"))
    journal.write_bytes(b"no lines\n" * 3)
    other = make()
    before = other.session.history
    recovered(other)
    assert other.reasons == [Reason.NOT_RECOVERED]
    assert other.session.history is before
    assert journal.exists()


def test_how_much_was_left_out_is_remembered(desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = storage.encoded
    monkeypatch.setattr(storage, "encoded", lambda history, left_out: encoded(history, left_out, 6000))
    for _ in range(12):
        desk.press(Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE)
    desk.save(desk.path)
    (question,) = desk.asked
    assert isinstance(question, LeaveOut)
    assert not desk.path.exists()
    desk.document.save(desk.path, may_leave_out=True)
    desk.files.work_all()
    assert storage.load(desk.path).left_out == question.count
    desk.open()
    desk.press()
    unsaved(desk)
    other = make()
    recovered(other)
    monkeypatch.setattr(storage, "encoded", encoded)
    other.save()
    assert storage.load(desk.path).left_out == question.count


def large_state(monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """Return a state that is too large for a document, which may be small for once."""
    encoded = storage.encoded
    monkeypatch.setattr(storage, "encoded", lambda history, left_out: encoded(history, left_out, 6000))
    return Snapshot(
        x=frozen(np.random.default_rng(0).random((1, 2**15), np.float32)),
        y_true=frozen(np.zeros((1, 1), np.float32)),
        W=frozen(np.random.default_rng(1).random((2**15, 1), np.float32)),
        b=frozen(np.zeros(1, np.float32)),
    )


def test_arrays_beside_a_document_stay_while_another_one_needs_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = large_state(monkeypatch)
    desk.session.open(desk.session.history.push(Randomize(), large, "cpu"))
    desk.document.save(desk.path, may_leave_out=True)
    desk.files.work_all()
    (beside,) = desk.folder.glob("*.safetensors")
    whole = beside.read_bytes()
    copied = desk.folder / "handed in.perceptron"
    copied.write_bytes(desk.path.read_bytes())
    foreign = desk.folder / "hw.0123456789abcdef.safetensors"
    foreign.write_bytes(b"of hw.v2, which somebody named so")
    desk.session.restart("notebook")
    desk.document.save(may_leave_out=True)
    desk.files.work_all()
    assert foreign.exists()
    assert storage.load(copied).history.current.W.tobytes() == large.W.tobytes()
    beside.write_bytes(whole[:1000])
    desk.session.open(desk.session.history.push(Randomize(), large, "cpu"))
    desk.document.save(may_leave_out=True)
    desk.files.work_all()
    assert beside.read_bytes() == whole


def test_a_state_too_large_for_a_document_lies_beside_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is read or written while the window waits."""
    large = large_state(monkeypatch)
    desk.document.save(desk.path)
    desk.files.work_all()
    desk.session.open(desk.session.history.push(Randomize(), large, "cpu"))
    assert not list((desk.folder / "recovery").glob("*"))
    desk.document.save(desk.path, may_leave_out=True)
    assert storage.load(desk.path).history.index == 0
    desk.files.work_all()
    assert {path.suffix for path in desk.folder.glob("hw.*")} == {".safetensors", ".perceptron"}
    desk.document.open(desk.path)
    before = desk.session.history
    assert before.current is large
    desk.files.work_all()
    assert desk.session.history is not before
    assert desk.session.history.current.W.tobytes() == large.W.tobytes()
    desk.session.restart("notebook")
    desk.document.save(may_leave_out=True)
    desk.files.work_all()
    assert not list(desk.folder.glob("*.safetensors"))


def test_no_save_is_lost_behind_another(desk: Desk) -> None:
    desk.press()
    other = desk.folder / "other.perceptron"
    desk.document.save(desk.path)
    desk.document.save(other)
    desk.document.save(desk.folder / "third.perceptron")
    desk.document.save(other)
    desk.files.work_all()
    assert [path.name for path in desk.saves if path is not None] == [
        "hw.perceptron", "other.perceptron", "third.perceptron",
    ]  # fmt: skip


def test_a_save_that_fails_is_said_even_if_something_else_is_shown_by_then(desk: Desk) -> None:
    desk.document.save(desk.folder / "missing" / "hw.perceptron")
    desk.document.new()
    desk.files.work_all()
    assert desk.reasons == [Reason.NOT_SAVED]


def test_closing_waits_for_what_is_being_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.press()
    desk.document.save(desk.path)

    def work_and_wait(futures: list[Future[Any]], timeout: float | None) -> object:
        desk.files.work_all()
        return wait(futures, timeout)

    monkeypatch.setattr(documents, "wait", work_and_wait)
    assert desk.document.close()
    desk.files.work_all()
    assert desk.path.exists()
    assert not list((desk.folder / "recovery").glob("*.journal"))


def test_closing_waits_no_longer_than_it_may_and_leaves_the_journal(desk: Desk) -> None:
    """Fault 11: the file is the old one, and nothing is lost."""
    desk.press()
    desk.document.save(desk.path)
    assert not desk.document.close(0)
    assert not desk.path.exists()
    (left,) = leftovers(desk.folder / "recovery")
    assert contents(left.read()) == contents(desk.session.history)
    left.delete()
    desk.files.work_all()


def test_the_last_change_is_put_on_the_disk_too(make: Make, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    """Nothing needs to be pressed behind it."""
    monkeypatch.setattr(documents, "FLUSH_AFTER", 1)
    flushed: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(Path(f"/proc/self/fd/{number}").read_bytes()))
    desk = make()
    desk.press()
    whole = [path.read_bytes() for path in (desk.folder / "recovery").glob("*.journal")]

    def is_flushed() -> bool:
        desk.files.work_all()
        return bool(flushed)

    qtbot.waitUntil(is_flushed)
    assert flushed == whole


def test_a_folder_for_recovery_that_cannot_be_written_is_said_once(desk: Desk) -> None:
    """Fault 18."""
    (desk.folder / "recovery").write_text("no folder", encoding="utf-8")
    for _ in range(3):
        desk.press()
    assert desk.reasons == [Reason.NO_RECOVERY]
    desk.document.look_for_leftovers()
    desk.files.work_all()
    desk.save(desk.path)
    assert desk.saves == [desk.path]
    assert desk.reasons == [Reason.NO_RECOVERY]
