"""Journals that programs left when they ended without a word: found, read, kept for later, or deleted."""

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec import UNSET
from PySide6.QtCore import QLockFile

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import FloatArray, sealed
from perceptron_gui.core.storage.numbers import DamagedError
from perceptron_gui.core.storage.reader import Reader
from perceptron_gui.files import lock_at
from perceptron_gui.journal_file import ARRAYS, SUFFIX, Kept, Line, delete

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Leftover:
    """A journal that a program left when it ended without a word. It is held until it is deleted or let go.

    `changed` is when it was written last, in seconds since 1970; `kept` and `unsaved` are what its lines end with.
    """

    changed: float
    kept: Kept
    unsaved: int
    _path: Path
    _lock: QLockFile = field(repr=False)

    def read(self) -> History:
        """Read what it holds, up to a line that was cut short.

        Raises:
            DamagedError: there is nothing in it that could be read.
        """
        history = before = History((), -1)
        try:
            reader = Reader(_outside(self._path.with_suffix(ARRAYS)))
            for line in _lines_of(self._path):
                if line.push is not UNSET:
                    # A later moment of a run takes the place of the one that was written before, and goes on from it.
                    run = _run_of(history) if line.again else None
                    history = before = before if line.again else history
                    history = history.pushed(reader.entry(line.push, history.entry if history.entries else None, run))
                elif line.undo:
                    history = history.undo()
                elif line.at is not UNSET and 0 < -line.at <= len(history.entries):
                    history = history.at(len(history.entries) + line.at)
        except (OSError, DamagedError, msgspec.MsgspecError) as error:
            _log.warning("%s ends early: %s", self._path, error)
        if not history.entries:
            raise DamagedError("the first entry cannot be read")
        return history

    def let_go(self) -> None:
        """Leave it for the next start."""
        self._lock.unlock()

    def delete(self) -> None:
        """Delete it: what it holds is somewhere else, or is not wanted."""
        delete(self._path)
        self._lock.unlock()


def _run_of(history: History) -> Ran:
    """Return the run that a history ends with."""
    action = history.entry.action if history.entries else None
    if not isinstance(action, Ran):
        raise DamagedError("what goes on is no run")
    return action


def leftovers(folder: Path) -> list[Leftover]:
    """Return the journals that nobody holds and in which something is not saved, the latest first; the others go."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        lock = lock_at(Path(f"{path}.lock"))
        try:
            if lock.tryLock(0):
                leftover = Leftover(path.stat().st_mtime, *_end_of(path), path, lock)
                if leftover.unsaved:
                    found.append(leftover)
                else:
                    leftover.delete()
        except OSError as error:
            # Another program that starts may have deleted it in this moment.
            _log.warning("%s is left alone: %s", path, error)
            lock.unlock()
    _clear(folder)
    return sorted(found, key=lambda leftover: leftover.changed, reverse=True)


def _end_of(path: Path) -> tuple[Kept, int]:
    """Return what the lines of a journal end with; one that was never begun to the end holds nothing of its own."""
    kept, unsaved, is_begun = Kept(), 0, False
    try:
        for line in _lines_of(path):
            is_begun |= line.kept is not UNSET
            kept, unsaved = (kept, unsaved + 1) if line.kept is UNSET else (line.kept, line.unsaved)
    except (OSError, msgspec.MsgspecError) as error:
        # Something that cannot be told may be worth keeping.
        _log.warning("%s ends early: %s", path, error)
        return kept, max(unsaved, 1)
    return kept, unsaved if is_begun else 0


def _lines_of(path: Path) -> Iterator[Line]:
    """Read the lines of a journal; the last may have been cut short, and is none then."""
    with path.open("rb") as lines:
        for text in lines:
            if text.endswith(b"\n"):
                yield msgspec.json.decode(text, type=Line)


def _clear(folder: Path) -> None:
    """Take away what journals that are gone have left."""
    for path in folder.glob(f"*{ARRAYS}"):
        if not path.with_suffix(SUFFIX).exists():
            path.unlink(missing_ok=True)
    for path in folder.glob(f"*{SUFFIX}.lock"):
        lock = lock_at(path)
        if not path.with_suffix("").exists() and lock.tryLock(0):
            lock.unlock()


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
