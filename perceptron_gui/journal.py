"""The recovery file: every change of a history, as it comes, one line each.

A line is a press or an edit (`push`, with its record), a step back (`undo`), or another place in the history (`at`):
read back, it is done again by the same History. Large arrays lie, bit for bit, in a second file beside it. While the
program lives it holds a lock: a file that nobody holds was left by a program that ended without a word.
"""

import logging
import math
import os
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from msgspec import UNSET, Raw, UnsetType
from PySide6.QtCore import QLockFile

from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import FloatArray, sealed
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.core.storage.reader import Reader
from perceptron_gui.core.storage.writer import Writer

SUFFIX = ".journal"
MOST_BYTES = 2**30
"""Bytes of large arrays before a journal begins anew with what is shown then."""
_ARRAYS = ".arrays"
_LARGE = 2**16
"""Bytes from which on an array lies in the second file, and its entry is written on another thread."""
_FLUSH_EVERY = 1.0
"""Seconds after which what was written is put on the disk, too: until then a power cut may take it."""
_log = logging.getLogger(__name__)


class _Line(msgspec.Struct, omit_defaults=True):
    """One line of a journal: exactly one of these."""

    push: Raw | UnsetType = UNSET
    undo: bool = False
    at: int | UnsetType = UNSET
    saved: str | UnsetType = UNSET
    """All before it needs no recovery any more: it is in this file ("": in none)."""


class Journal:
    """Writes what becomes of one history; it begins a file with the first change.

    Small entries are written at once, on the thread that calls; large ones, and what comes behind them, on `executor`.
    `on_failure` may be called on either.
    """

    def __init__(self, folder: Path, executor: Executor, on_failure: Callable[[OSError], object]) -> None:
        self._folder = folder
        self._executor = executor
        self._on_failure = on_failure
        self._last: Future[object] | None = None
        self._history = History((), -1)
        self._document = ""
        self._file: _File | None = None
        self._has_failed = False

    def begin(self, history: History, document: str, *, is_saved: bool = True) -> bool:
        """Follow another history from here on; return whether all is well.

        Args:
            history: what there is now.
            document: the file it is in, or "".
            is_saved: whether that needs no recovery; otherwise it is written now.
        """
        self.discard()
        self._history, self._document = history, document
        if not is_saved:
            self._attempt(lambda: self._renew(history, is_saved=False))
        return not self._has_failed

    def follow(self, history: History) -> None:
        """Write what changed since the last call."""
        before, self._history = self._history, history
        if history is not before and not self._has_failed:
            self._do(lambda: self._write(before, history), is_large=history.entry.new_bytes > _LARGE)

    def mark_saved(self, document: str) -> None:
        """Say that everything up to here needs no recovery any more: it is in `document`."""
        self._document = document
        if not self._has_failed:
            self._do(self._mark, is_large=False)

    def discard(self) -> None:
        """Delete the file: what it holds was saved, or is not wanted."""
        self._wait()
        if self._file is not None:
            self._file.delete()
        self._file = None

    def leave(self) -> None:
        """Close the file, and leave it for the next start."""
        self._wait()
        if self._file is not None:
            self._file.close()
        self._file = None

    def _wait(self) -> None:
        if self._last is not None and not self._last.cancelled():
            self._last.exception()
        self._last = None

    def _do(self, work: Callable[[], None], *, is_large: bool) -> None:
        if is_large or (self._last is not None and not self._last.done()):
            self._last = self._executor.submit(self._attempt, work)
        else:
            self._attempt(work)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            _log.warning("there is no recovery file", exc_info=error)
            self._has_failed = True
            self._on_failure(error)

    def _mark(self) -> None:
        if self._file is not None:
            self._file.put(_Line(saved=self._document))

    def _write(self, before: History, after: History) -> None:
        if self._file is None:
            self._renew(before, is_saved=True)
        file = self._file
        if file is None or not file.follow(after) or file.large_bytes > MOST_BYTES:
            self._renew(History((after.entry,)), is_saved=False)

    def _renew(self, history: History, *, is_saved: bool) -> None:
        old, self._file = self._file, _File(self._folder, history)
        if is_saved:
            self._mark()
        if old is not None:
            old.delete()


class _File:
    """An open journal. It begins with a whole history; `history` is the one that its lines make."""

    def __init__(self, folder: Path, history: History) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.large_bytes = 0
        self.history = History((), -1)
        self._path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock = _lock_of(self._path)
        self._lock.tryLock(0)
        self._lines: BinaryIO = self._path.open("wb", buffering=0)
        self._arrays: BinaryIO | None = None
        self._flushed = time.monotonic()
        self._writer = Writer(self._put_outside)
        for entry in history.entries:
            self._push(entry)
        if history.index != self.history.index:
            self.follow(history)

    def follow(self, after: History) -> bool:
        """Write how the history went on; return False where these lines cannot tell it."""
        mine, shown = self.history, after.current
        if after.index > 0 and after.before is mine.current and shown is not _at(mine, mine.index + 1):
            self._push(after.entry)
        elif len(after.entries) == len(mine.entries) and shown is _at(mine, after.index):
            self.history = mine.at(after.index)
            self.put(_Line(at=after.index))
        elif shown is mine.undo().current:
            self.history = mine.undo()
            self.put(_Line(undo=True))
        else:
            return False
        return True

    def put(self, line: _Line) -> None:
        """Write one line."""
        self._lines.write(msgspec.json.encode(line) + b"\n")
        if time.monotonic() - self._flushed > _FLUSH_EVERY:
            os.fsync(self._lines.fileno())
            self._flushed = time.monotonic()

    def close(self) -> None:
        """Close it; nobody holds it then."""
        for file in (self._lines, self._arrays):
            if file is not None:
                file.close()
        self._lock.unlock()

    def delete(self) -> None:
        """Close it, and delete it."""
        _delete(self._path)
        self.close()

    def _push(self, entry: Entry) -> None:
        before = self.history.current if self.history.entries else None
        record = self._writer.line(entry, before)
        self.history = self.history.pushed(entry)
        self.put(_Line(push=Raw(record)))

    def _put_outside(self, _number: int, array: FloatArray) -> bool:
        if array.nbytes <= _LARGE:
            return False
        if self._arrays is None:
            self._arrays = self._path.with_suffix(_ARRAYS).open("wb", buffering=0)
        self._arrays.write(array.reshape(-1).view(np.uint8).data)
        self.large_bytes += array.nbytes
        return True


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal holds: a history, the file it was saved in ("" for none), and how many changes came since."""

    history: History
    document: str
    unsaved: int


class Leftover:
    """A journal that a program left when it ended without a word. It is held until it is deleted or let go."""

    def __init__(self, path: Path, lock: QLockFile) -> None:
        self._path = path
        self._lock = lock

    @property
    def changed(self) -> float:
        """When it was written last, in seconds since 1970."""
        return self._path.stat().st_mtime

    def read(self) -> Recovered | None:
        """Read it up to a line that was cut short; None where nothing in it is unsaved."""
        history, document, unsaved = History((), -1), "", 0
        try:
            with self._path.open("rb") as lines:
                reader = Reader(_outside(self._path.with_suffix(_ARRAYS)))
                for text in lines:
                    line = msgspec.json.decode(text, type=_Line)
                    if line.saved is not UNSET:
                        document, unsaved = line.saved, 0
                        continue
                    if line.push is not UNSET:
                        history = history.pushed(reader.entry(line.push, history.entry if history.entries else None))
                    elif line.undo:
                        history = history.undo()
                    elif line.at is not UNSET and 0 <= line.at < len(history.entries):
                        history = history.at(line.at)
                    unsaved += 1
        except (OSError, DamagedError, msgspec.MsgspecError) as error:
            _log.warning("%s ends early: %s", self._path, error)
        return Recovered(history, document, unsaved) if history.entries and unsaved else None

    def let_go(self) -> None:
        """Leave it for the next start."""
        self._lock.unlock()

    def delete(self) -> None:
        """Delete it: what it holds is somewhere else, or is not wanted."""
        _delete(self._path)
        self._lock.unlock()


def leftovers(folder: Path) -> list[Leftover]:
    """Return the journals that nobody holds, the latest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        lock = _lock_of(path)
        if lock.tryLock(0):
            found.append(Leftover(path, lock))
    return sorted(found, key=lambda leftover: leftover.changed, reverse=True)


def _at(history: History, index: int) -> object:
    return history.entries[index].snapshot if index < len(history.entries) else None


def _outside(path: Path) -> Callable[[int, tuple[int, ...]], FloatArray]:
    """Return how to read the large arrays of a journal: one after the other, as they were written."""
    place = 0

    def read(_number: int, shape: tuple[int, ...]) -> FloatArray:
        nonlocal place
        count = math.prod(shape)
        try:
            values = np.fromfile(path, np.float32, count, offset=place)
        except OSError as error:
            raise DamagedError(str(error)) from error
        if len(values) != count:
            raise DamagedError("its large arrays were cut short")
        place += values.nbytes
        return sealed(values.reshape(shape))

    return read


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    # Never too old: whether its owner lives is asked, not guessed.
    lock.setStaleLockTime(0)
    return lock


def _delete(path: Path) -> None:
    for one in (path, path.with_suffix(_ARRAYS)):
        one.unlink(missing_ok=True)
