"""The file that a session is kept in: opened, saved, locked, watched, and recovered."""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QLockFile, QObject, QSysInfo, QTimer, Signal, Slot

from perceptron_gui import files
from perceptron_gui.core import storage
from perceptron_gui.core.history import History, goes_on
from perceptron_gui.core.presets import NOTEBOOK
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.journal import Journal
from perceptron_gui.journal_file import Kept
from perceptron_gui.recovery import Leftover, leftovers
from perceptron_gui.saving import LeaveOut, clear, written
from perceptron_gui.session import Session

_NOTHING = History((), -1)
_NOWHERE = Kept()
_MOMENT_MS = 1000
FLUSH_AFTER = 1000
"""Milliseconds after which a change is on the disk, too: until then a power cut may take it."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A question: another program changed `path` since it was opened or saved here; write over that?"""

    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A history that was read, where it is kept, and the leftover that alone has some of it."""

    history: History
    kept: Kept = _NOWHERE
    leftover: Leftover | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Saving:
    """A history that is being written into a file that `lock` holds."""

    future: "Future[Kept | LeaveOut]"
    history: History
    lock: QLockFile | None


class Document(QObject):
    """Where the history of a session is kept. Files are read and written on `executor`; nothing here waits for them.

    A file is locked while it is open here; one that another program holds is opened as a copy without a name.
    Until something is saved, the journal (None: there is none) is at most one entry behind, or some seconds of a run.
    """

    changed = Signal()
    """`path`, `is_modified` or `is_saving` is another."""
    shown = Signal()
    """Another document is shown: what was asked about the one before is settled."""
    opened = Signal(object)
    """The Path of a document that is shown now, or that was saved under a new name."""
    saved = Signal()
    """What there was is in the file."""
    asked = Signal(object)
    """A question, Overwrite or LeaveOut: nothing was saved; `save` again with the answer."""
    found = Signal(object)
    """Work left unsaved by programs that ended without a word: a tuple of Leftovers, the latest first."""
    failed = Signal(object)
    """A Problem: the file and the session are as they were."""
    _read = Signal(object)
    _written = Signal(object)
    _journal_failed = Signal(object)
    _leftovers_found = Signal(object)

    def __init__(self, session: Session, executor: Executor, journal: Journal | None = None) -> None:
        super().__init__()
        self.session = session
        self._executor = executor
        self._journal = journal
        if journal is not None:
            journal.on_failure = self._journal_failed.emit
        self._kept = _NOWHERE
        self._kept_history = session.history
        self._unwanted = _NOTHING
        self._lock: QLockFile | None = None
        self._loading: Future[_Read] | None = None
        self._saving: _Saving | None = None
        self._next_saves: dict[Path | None, Callable[[], None]] = {}
        self._was_modified = False
        self._flushing = QTimer(self, singleShot=True, interval=FLUSH_AFTER)
        self._flushing.timeout.connect(self._flush)
        self._read.connect(self._on_read)
        self._written.connect(self._on_written)
        self._leftovers_found.connect(self._on_leftovers_found)
        self._journal_failed.connect(self._on_journal_failed)
        session.readied.connect(self._on_readied)
        session.changed.connect(self._on_session_changed)
        session.progressed.connect(self._on_session_progressed)
        self._on_readied()

    @property
    def path(self) -> Path | None:
        """The file; None for a document without a name."""
        return self._kept.path

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save: another history than that in the file, or another place in it."""
        now, kept = self.session.history, self._kept_history
        is_unwanted = now is self._unwanted or goes_on(self._unwanted, now)
        return not is_unwanted and (now.entries is not kept.entries or now.index != kept.index)

    @property
    def is_saving(self) -> bool:
        """Whether the file is being written."""
        return self._saving is not None

    def new(self) -> None:
        """Begin a document without a name, at the start values of the first preset."""
        self._show(_Read(History.begin(NOTEBOOK, self.session.device)))

    def open(self, path: Path, *, may_be_new: bool = False) -> None:
        """Read a document and show it; where it may be new, one that does not exist yet begins with that name."""
        path = _real(path)
        if may_be_new and _is_new(path):
            self._show(_Read(History.begin(NOTEBOOK, self.session.device), Kept(str(path))))
        else:
            self._load(partial(_opened, path))

    def recover(self, leftover: Leftover) -> None:
        """Show what a journal holds, as unsaved work in the document it was; the journal goes once that is safe."""
        self._load(partial(_recovered, leftover))

    def save(self, path: Path | None = None, *, may_overwrite: bool = False, may_leave_out: bool = False) -> None:
        """Write the history into the file, or into another one, whole or not at all; one after the other.

        `saved`, `asked` or `failed` follows. There has to be a path, given here or before.
        """
        if self._saving is not None:
            again = partial(self.save, path, may_overwrite=may_overwrite, may_leave_out=may_leave_out)
            self._next_saves[path] = again
            return
        target = path or self.path
        if target is None:
            raise ValueError("a document without a name is saved under one")
        target = _real(target)
        lock = self._lock
        if target != self.path:
            lock = _lock_on(target)
            if lock is None:
                self.failed.emit(_held(target))
                return
        elif self._kept.was_changed and not may_overwrite:
            self.asked.emit(Overwrite(target))
            return
        history = self.session.history
        write = partial(written, may_overwrite=may_overwrite, may_leave_out=may_leave_out)
        future = self._executor.submit(write, history, self._kept.left_out, target)
        self._saving = saving = _Saving(future, history, lock)
        self.changed.emit()
        future.add_done_callback(lambda _: self._written.emit(saving))

    def look_for_leftovers(self) -> None:
        """Look for unsaved work of programs that have ended; `found` follows where there is some."""
        if self._journal is not None:
            future = self._executor.submit(leftovers, self._journal.folder)
            future.add_done_callback(self._leftovers_found.emit)

    def forget(self) -> None:
        """Let what is not saved be lost when another document is shown, or at the end: it is not wanted."""
        self._unwanted = self.session.history
        self._say_changed()

    def close(self, patience: float | None = None) -> bool:
        """Wait so long for what is being written; return whether it was. The rest is left for the next start."""
        until = None if patience is None else time.monotonic() + patience
        while (saving := self._saving) is not None:
            if wait([saving.future], until and max(until - time.monotonic(), 0)).not_done:
                break
            self._on_written(saving)
        self._put_away()
        # Whatever comes now is in no recovery file.
        self._journal = None
        return self._saving is None

    def _put_away(self) -> None:
        if self._journal is not None and self.is_modified:
            # Of a run that goes on it may be some seconds behind.
            self._journal.follow(self.session.history)
            self._journal.leave()
        elif self._journal is not None:
            self._journal.discard()
        if self._lock is not None:
            self._lock.unlock()
        self._lock = None

    def _show(self, read: _Read) -> None:
        self._put_away()
        self._loading = self._saving = None
        self._next_saves.clear()
        self._unwanted = _NOTHING
        path, leftover = read.kept.path, read.leftover
        self._lock = None if path is None else _lock_on(path)
        self._kept = read.kept if self._lock is not None else Kept(left_out=read.kept.left_out)
        self._kept_history = read.history if leftover is None else _NOTHING
        if self._journal is not None:
            unsaved, once_safe = (0, None) if leftover is None else (leftover.unsaved, leftover.delete)
            self._journal.begin(read.history, self._kept, unsaved, once_safe)
            self._flush_soon()
        if self.path is not None:
            self._executor.submit(clear, self.path)
        self.session.open(read.history)
        self._say_changed()
        self.shown.emit()
        if path is not None:
            self.opened.emit(path)
            if self._lock is None:
                self.failed.emit(_held(path))

    def _load(self, work: Callable[[], _Read]) -> None:
        self._loading = future = self._executor.submit(work)
        future.add_done_callback(self._read.emit)

    def _succeeded(self, future: "Future[Any]") -> bool:
        error = future.exception()
        if error is None:
            return True
        if not isinstance(error, Problem):
            _log.error("a document failed", exc_info=error)
            error = Problem(Reason.FILE_FAILED, detail=f"{type(error).__name__}: {error}")
        self.failed.emit(error)
        return False

    @Slot(object)
    def _on_read(self, future: "Future[_Read]") -> None:
        if future is not self._loading:
            return
        self._loading = None
        if self._succeeded(future):
            self._show(future.result())
        else:
            self._unwanted = _NOTHING
            self._say_changed()

    @Slot(object)
    def _on_written(self, saving: _Saving) -> None:
        is_mine = saving is self._saving
        # What was not saved is said, even where something else is shown by now.
        has_succeeded = self._succeeded(saving.future)
        if is_mine:
            self._saving = None
            if has_succeeded:
                result = saving.future.result()
                self._take(saving, result) if isinstance(result, Kept) else self.asked.emit(result)
            self.changed.emit()
        if saving.lock is not None and saving.lock is not self._lock:
            saving.lock.unlock()
        if is_mine and self._next_saves:
            self._next_saves.pop(next(iter(self._next_saves)))()

    def _take(self, saving: _Saving, kept: Kept) -> None:
        """Be the document that was written."""
        if self._lock is not None and self._lock is not saving.lock:
            self._lock.unlock()
        is_new_name = kept.file != self._kept.file
        self._lock, self._kept, self._kept_history = saving.lock, kept, saving.history
        if self._journal is not None:
            # What would be recovered must not be older than what was saved of a run that goes on.
            self._journal.follow(self.session.history)
            self._journal.mark(kept, is_whole=not self.is_modified)
        self._say_changed()
        if is_new_name:
            self.opened.emit(kept.path)
        self.saved.emit()

    @Slot()
    def _on_readied(self) -> None:
        """Follow torch, which may have given the very first history its device: that is no edit."""
        if not self._was_modified:
            self._kept_history = self.session.history
            if self._journal is not None:
                self._journal.begin(self.session.history, self._kept)

    @Slot(object)
    def _on_session_changed(self, history: History) -> None:
        if self._journal is not None:
            self._journal.follow(history)
            self._flush_soon()
        if history.entries is not self._kept_history.entries:
            # It does not come again, and would keep alive what the session has dropped.
            self._kept_history = _NOTHING
        if self.is_modified is not self._was_modified:
            self._say_changed()

    @Slot(object)
    def _on_session_progressed(self, history: History) -> None:
        if self._journal is not None:
            self._journal.progress(history)
            self._flush_soon()
        if self.is_modified is not self._was_modified:
            self._say_changed()

    @Slot(object)
    def _on_leftovers_found(self, future: "Future[list[Leftover]]") -> None:
        error = future.exception()
        if error is not None:
            _log.error("unsaved work could not be looked for", exc_info=error)
        elif future.result():
            self.found.emit(tuple(future.result()))

    @Slot(object)
    def _on_journal_failed(self, error: OSError) -> None:
        self.failed.emit(Problem(Reason.NO_RECOVERY, detail=str(error)))

    def _flush_soon(self) -> None:
        if not self._flushing.isActive():
            self._flushing.start()

    @Slot()
    def _flush(self) -> None:
        if self._journal is not None:
            self._journal.flush()

    def _say_changed(self) -> None:
        self._was_modified = self.is_modified
        self.changed.emit()


def _real(path: Path) -> Path:
    """Return the one name of a file that may have several: it is locked and watched by that."""
    return Path(os.path.realpath(path))


def _is_new(path: Path) -> bool:
    """Whether there is no such file yet, in a folder that there is."""
    try:
        return not path.exists() and path.parent.is_dir()
    except OSError:
        # Reading it says why.
        return False


def _lock_on(path: Path) -> QLockFile | None:
    """Lock a file; None where another program holds it."""
    lock = _lock_of(path)
    if lock.tryLock(0) or lock.error() is not QLockFile.LockError.LockFailedError:
        # A folder that takes no lock takes no save either, and a save says so.
        return lock
    if not lock.getLockInfo()[0]:
        # It names nobody, as it does for the moment in which it is being written; or the power went in that moment.
        lock.setStaleLockTime(_MOMENT_MS)
        if lock.tryLock(0):
            return lock
    return None


def _held(path: Path) -> Problem:
    owner, host, _ = _lock_of(path).getLockInfo()
    is_here = host in {"", QSysInfo.machineHostName()}
    return Problem(Reason.HELD_ELSEWHERE, file=path.name, owner=owner if is_here else f"{owner}, {host}")


def _lock_of(path: Path) -> QLockFile:
    return files.lock_at(path.with_name(f".{path.name}.lock"))


def _opened(path: Path) -> _Read:
    # How it was before: if it changes meanwhile, a save will ask.
    kept = Kept.at(path)
    opened = storage.load(path)
    return _Read(opened.history, msgspec.structs.replace(kept, left_out=opened.left_out))


def _recovered(leftover: Leftover) -> _Read:
    try:
        return _Read(leftover.read(), leftover.kept, leftover)
    except DamagedError as error:
        leftover.let_go()
        raise Problem(Reason.NOT_RECOVERED, detail=str(error)) from error
