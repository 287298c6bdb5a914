"""The file that a session is kept in: opened, saved, locked, watched, and recovered."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot

from perceptron_gui import files
from perceptron_gui.core import storage
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import NOTEBOOK
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.journal import Journal, Leftover, Recovered, leftovers
from perceptron_gui.session import Session

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A question: another program changed `path` since it was opened or saved here; write over that?"""

    path: Path


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """A question: to keep the file at `path` openable, the oldest `count` entries would not be in it; save it so?"""

    path: Path
    count: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a file was when it was read or written here."""

    changed: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "_Seen | None":
        try:
            stat = path.stat()
        except OSError:
            return None
        return cls(stat.st_mtime_ns, stat.st_size)


class Document(QObject):
    """Where the history of a session is kept. Files are read and written on `executor`; nothing here waits for them.

    A file is locked while it is open here; one that another program holds is opened as a copy without a name.
    Until something is saved, a journal in `journals` (None: there is none) is at most one entry behind.
    """

    changed = Signal()
    """`path`, `is_modified` or `is_busy` is another."""
    saved = Signal()
    """What there was is in the file."""
    opened = Signal(object)
    """The Path of a document that is shown now, or that was saved under a new name."""
    asked = Signal(object)
    """A question, Overwrite or LeaveOut: nothing was saved; `save` again with the answer."""
    found = Signal(object)
    """Work that a program left unsaved when it ended without a word: (Leftover, Recovered) each, the latest first."""
    failed = Signal(object)
    """A Problem: the file and the session are as they were."""
    _finished = Signal(object, object)
    _journal_failed = Signal(object)
    _leftovers_read = Signal(object)

    def __init__(self, session: Session, executor: Executor, journals: Path | None = None) -> None:
        super().__init__()
        self.session = session
        self.path: Path | None = None
        self.left_out = 0
        """How many entries came before the first one of the history, in files before this one."""
        self._executor = executor
        self._journals = journals
        self._journal = None if journals is None else Journal(journals, executor, self._journal_failed.emit)
        self._kept = session.history
        self._seen: _Seen | None = None
        self._lock: QLockFile | None = None
        self._future: Future[object] | None = None
        self._was_modified = False
        self._finished.connect(self._on_finished)
        self._leftovers_read.connect(self._on_leftovers_read)
        self._journal_failed.connect(self._on_journal_failed)
        session.readied.connect(self._on_readied)
        session.changed.connect(self._on_session_changed)
        self._begin_journal()

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save: another history than that in the file, or another place in it."""
        now, kept = self.session.history, self._kept
        return now.entries is not kept.entries or now.index != kept.index

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read or written."""
        return self._future is not None

    def new(self) -> None:
        """Begin a document without a name, at the start values of the first preset."""
        self._show(None, History.begin(NOTEBOOK, self.session.device), 0)

    def open(self, path: Path) -> None:
        """Read a document and show it; a file that does not exist yet is a new document with that name."""
        path = path.absolute()
        if not path.exists() and path.parent.is_dir():
            self.new()
            self._hold(path)
            self.opened.emit(path)
        else:
            self._submit(partial(storage.load, path), partial(self._on_loaded, path))

    def save(self, path: Path | None = None, *, may_overwrite: bool = False, may_leave_out: bool = False) -> None:
        """Write the history into the file, or into another one, whole or not at all.

        `saved`, `asked` or `failed` follows. There has to be a path, given here or before.
        """
        target = path or self.path
        if target is None:
            raise ValueError("a document without a name is saved under one")
        target = target.absolute()
        lock = self._lock
        if target != self.path:
            lock = self._lock_on(target)
            if lock is None:
                return
        elif not may_overwrite and _Seen.of(target) not in {self._seen, None}:
            self.asked.emit(Overwrite(target))
            return
        history = self.session.history
        write = partial(_written, history, self.left_out, target, may_leave_out=may_leave_out)
        self._submit(write, partial(self._on_written, target, history, lock))

    def look_for_leftovers(self) -> None:
        """Look for unsaved work of programs that have ended; `found` follows where there is some."""
        if self._journals is not None:
            self._executor.submit(_unsaved, self._journals).add_done_callback(self._leftovers_read.emit)

    def recover(self, leftover: Leftover, recovered: Recovered) -> None:
        """Show what a journal holds, as unsaved work in the document it was; the journal goes once that is safe."""
        path = Path(recovered.document) if recovered.document else None
        self._show(path if path is not None and path.exists() else None, recovered.history, 0)
        self._kept = History((), -1)
        if self._journal is not None and self._journal.begin(recovered.history, recovered.document, is_saved=False):
            leftover.delete()
        self._say_changed()

    def forget(self) -> None:
        """Let what is not saved be lost: it is not wanted."""
        self._kept = self.session.history
        self._say_changed()

    def close(self) -> None:
        """Let the file go. What is not saved is left in the journal for the next start."""
        if self._journal is not None:
            self._journal.leave() if self.is_modified else self._journal.discard()
        self._unlock()

    def _show(self, path: Path | None, history: History, left_out: int) -> None:
        self._unlock()
        self.path = None
        self._seen = None
        self.left_out = left_out
        self._kept = history
        if path is not None:
            self._hold(path)
        self.session.open(history)
        # torch may give the very first history another device: that is no edit.
        self._kept = self.session.history
        self._begin_journal()
        self._say_changed()

    def _begin_journal(self) -> None:
        if self._journal is not None:
            self._journal.begin(self.session.history, str(self.path or ""))

    def _hold(self, path: Path) -> None:
        """Make a file the document's own, unless another program holds it: then it is a copy without a name."""
        lock = self._lock_on(path)
        if lock is not None:
            self._lock = lock
            self.path, self._seen = path, _Seen.of(path)
        self._begin_journal()
        self._say_changed()

    def _lock_on(self, path: Path) -> QLockFile | None:
        """Lock a file; None where another program holds it, and that is said."""
        lock = QLockFile(str(path.with_name(f".{path.name}.lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0) and lock.error() is QLockFile.LockError.LockFailedError:
            self.failed.emit(Problem(Reason.HELD_ELSEWHERE, file=path.name, owner=lock.getLockInfo()[0]))
            return None
        # A folder that takes no lock takes no save either, and a save says so.
        return lock

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.unlock()
        self._lock = None

    def _submit(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        self._future = future = self._executor.submit(work)
        self.changed.emit()
        future.add_done_callback(partial(self._finished.emit, then))

    @Slot(object, object)
    def _on_finished(self, then: Callable[[object], None], future: "Future[object]") -> None:
        if future is not self._future or future.cancelled():
            return
        self._future = None
        error = future.exception()
        if error is None:
            then(future.result())
        elif isinstance(error, Problem):
            self.failed.emit(error)
        else:
            _log.error("a document failed", exc_info=error)
            self.failed.emit(Problem(Reason.FILE_FAILED, detail=f"{type(error).__name__}: {error}"))
        self.changed.emit()

    def _on_loaded(self, path: Path, opened: object) -> None:
        assert isinstance(opened, storage.Opened)
        self._show(path, opened.history, opened.left_out)
        self.opened.emit(path)

    def _on_written(self, path: Path, history: History, lock: QLockFile | None, question: object) -> None:
        if question is not None:
            self.asked.emit(question)
            return
        if lock is not self._lock:
            self._unlock()
        is_new_name, self.path = path != self.path, path
        self._lock, self._seen, self._kept = lock, _Seen.of(path), history
        if self._journal is not None and not self.is_modified:
            self._journal.mark_saved(str(path))
        self._say_changed()
        if is_new_name:
            self.opened.emit(path)
        self.saved.emit()

    @Slot()
    def _on_readied(self) -> None:
        """Follow torch, which may have given the very first history its device: that is no edit."""
        if not self._was_modified:
            self._kept = self.session.history
            self._begin_journal()

    @Slot(object)
    def _on_session_changed(self, history: History) -> None:
        if self._journal is not None:
            self._journal.follow(history)
        if self.is_modified is not self._was_modified:
            self._say_changed()

    @Slot(object)
    def _on_leftovers_read(self, future: "Future[list[tuple[Leftover, Recovered]]]") -> None:
        if not future.cancelled() and future.exception() is None and future.result():
            self.found.emit(tuple(future.result()))

    @Slot(object)
    def _on_journal_failed(self, error: OSError) -> None:
        self.failed.emit(Problem(Reason.NO_RECOVERY, detail=str(error)))

    def _say_changed(self) -> None:
        self._was_modified = self.is_modified
        self.changed.emit()


def _unsaved(journals: Path) -> list[tuple[Leftover, Recovered]]:
    """Return what was left unsaved; journals in which everything was saved go."""
    found = []
    for leftover in leftovers(journals):
        recovered = leftover.read()
        if recovered is None:
            leftover.delete()
        else:
            found.append((leftover, recovered))
    return found


def _written(history: History, left_out: int, path: Path, *, may_leave_out: bool) -> LeaveOut | None:
    """Write a document, and the file with its arrays where it needs one: both or neither.

    Returns:
        A question where entries would have to be left out that nobody has agreed to; nothing is written then.

    Raises:
        Problem: NOT_SAVED.
    """
    encoded = storage.encoded(history, left_out)
    if encoded.left_out > left_out and not may_leave_out:
        return LeaveOut(path, encoded.left_out - left_out)
    tensors = path.with_name(storage.tensors_name(path, encoded.digest)) if encoded.tensors is not None else None
    is_new = tensors is not None and not tensors.exists()
    if tensors is not None and encoded.tensors is not None and is_new:
        # Under a name of its own: what the document of before needs stays until there is another document.
        files.write(tensors, encoded.tensors)
    try:
        files.write(path, encoded.data)
    except Problem:
        if tensors is not None and is_new:
            tensors.unlink(missing_ok=True)
        raise
    for old in storage.tensors_of(path):
        if old != tensors:
            old.unlink(missing_ok=True)
    return None
