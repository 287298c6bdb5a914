"""The file of a journal: every change of a history, as it comes, one line each.

A line is a press or an edit (`push`, with its record), a step back (`undo`), or another place in the history (`at`):
read back, it is done again by the same History. A run that goes on is written now and then: each time (`again`) its
state, which takes the place of the one before, and of its curve and checkpoints what came since. `kept` says where all
before it is kept, and ends the lines that a journal begins with. Large arrays lie, bit for bit, in a second file beside
it. While the program lives it holds a lock: a file that nobody holds was left by a program that ended without a word.
"""

import os
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from msgspec import UNSET, Raw, UnsetType

from perceptron_gui.core import history as histories
from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import Entry, History, is_going_on
from perceptron_gui.core.snapshot import FloatArray, are_shared_zeros
from perceptron_gui.core.storage.runs import shortened
from perceptron_gui.core.storage.writer import Writer
from perceptron_gui.core.thinning import bare
from perceptron_gui.files import leave_out, lock_at, write_all
from perceptron_gui.wish import Wish

SUFFIX = ".journal"
ARRAYS = ".arrays"
LARGE = 2**13
"""Bytes from which on an array lies in the second file."""
_BREATH, _PAUSE = 8, 0.0002
"""Entries after which a beginning lets the window have its turn, and for how many seconds at least."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a history is kept: in a file, or in none (""), and how that file was when it was read or written.

    `changed` is in nanoseconds, `size` in bytes, -1 without a file. `left_out` entries came before the first of the
    history, in files before this one.
    """

    file: str = ""
    changed: int = 0
    size: int = -1
    left_out: int = 0

    @classmethod
    def at(cls, path: Path, left_out: int = 0) -> "Kept":
        """Look how a file is now."""
        try:
            stat = path.stat()
        except OSError:
            return cls(str(path), left_out=left_out)
        return cls(str(path), stat.st_mtime_ns, stat.st_size, left_out)

    @property
    def path(self) -> Path | None:
        """The file; None where there is none."""
        return Path(self.file) if self.file else None

    @property
    def was_changed(self) -> bool:
        """Whether the file is another now; one that is gone has nothing in it that could be lost."""
        now = Kept.at(Path(self.file), self.left_out)
        return now.size >= 0 and now != self


class Line(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One line of a journal: a push, an undo, a place counted from the end, or `kept`, with what is not.

    A push `again` is a later moment of the run that the line before pushed.
    """

    push: Raw | UnsetType = UNSET
    again: bool = False
    undo: bool = False
    at: int | UnsetType = UNSET
    kept: Kept | UnsetType = UNSET
    unsaved: int = 0


class JournalFile:
    """An open journal; `history` is the one that its lines make."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.large_bytes = 0
        self.last_bytes = 0
        """Bytes that the last entry took, its large arrays too."""
        self.unsaved = 0
        self.history = History((), -1)
        self._entries: tuple[Entry, ...] = ()
        self._before_push: History | None = None
        self._path = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock = lock_at(Path(f"{self._path}.lock"))
        if not self._lock.tryLock(0):
            # Unheld, the next start would take it for one that was left.
            raise OSError(f"{self._path}.lock: {self._lock.error().name}")
        self._lines: BinaryIO = self._path.open("wb", buffering=0)
        self._arrays: BinaryIO | None = None
        self._writer = Writer(self._put_outside)

    def begin(self, wish: Wish, kept: Kept, unsaved: int, *, is_whole: bool) -> bool:
        """Write a whole history, or from its shown entry on; futures that were cut off are not in it.

        Return False where it went on so far meanwhile that there is no way from what was written.
        """
        told = wish.history
        entries = told.entries[0 if is_whole else told.index :]
        for place, entry in enumerate(entries):
            if wish.history is not told:
                break
            self._push(entry, is_last=place == len(entries) - 1)
            if place % _BREATH == 0:
                # Python goes on in this thread where it did not sleep, and the window would wait.
                time.sleep(_PAUSE)
        else:
            self._go_to(told.index - len(told.entries))
            self._entries = told.entries
        while not self.is_at(wish.history):
            if not self.follow(wish.history):
                return False
        self.mark(kept, unsaved + wish.newer)
        return True

    def is_at(self, history: History) -> bool:
        """Whether all lines are written that lead to a history."""
        place = history.index - len(history.entries)
        return history.entries is self._entries and place == self.history.index - len(self.history.entries)

    def follow(self, after: History) -> bool:
        """Write the next line on the way to a history; return False where no lines can tell it."""
        self.forget_before(after.entries[0])
        mine, place = self.history, after.index - len(after.entries)
        undone, told = mine.undo(), after.entries
        of_run = self._before_push if histories.goes_on(mine, after) else None
        if told is self._entries and -place <= len(mine.entries):
            self._go_to(place)
        elif of_run is not None and place == -1:
            earlier = mine.entry.action
            self.history = of_run
            self._push(after.entry, is_last=True, earlier=earlier if isinstance(earlier, Ran) else None)
        elif place == -1 and after.before is mine.current:
            self._push(after.entry, is_last=True)
        elif undone is not mine and list(histories.ahead(undone)) == list(histories.ahead(after)):
            self.history, self._before_push = undone, None
            self._put(Line(undo=True))
        elif (missed := histories.behind(mine, after)) is not None:
            for entry in missed[:1]:
                self._push(entry, is_last=not missed[1:])
            told = () if missed[1:] else told
        elif (later := histories.turned_off(mine, after)) is not None:
            self._go_to(mine.index - 1 - len(mine.entries))
            for entry in later:
                self._push(entry, is_last=entry is after.entry)
        else:
            return False
        self._entries = told
        self.unsaved += 1
        return True

    def let_go(self) -> None:
        """Keep no history alive: no more lines will follow."""
        self.history, self._before_push, self._entries = History((), -1), None, ()

    def mark(self, kept: Kept, unsaved: int) -> None:
        """Write where all this is kept, but for so many changes."""
        self.unsaved = unsaved
        self._put(Line(kept=kept, unsaved=unsaved))

    def flush(self) -> None:
        """Put on the disk what was written, first the arrays, which the lines need; a closed file needs it no more."""
        with suppress(OSError, ValueError):
            for file in filter(None, (self._arrays, self._lines)):
                os.fsync(file.fileno())

    def close(self) -> None:
        """Close it; nobody holds it then."""
        self._close_files()
        self._lock.unlock()

    def delete(self) -> None:
        """Close it, and delete it."""
        self._close_files()
        delete(self._path)
        self._lock.unlock()

    def _close_files(self) -> None:
        for file in filter(None, (self._lines, self._arrays)):
            file.close()

    def _put(self, line: Line) -> None:
        write_all(self._lines, msgspec.json.encode(line) + b"\n")

    def _push(self, entry: Entry, *, is_last: bool = False, earlier: Ran | None = None) -> None:
        """Write an entry; of a run that was written before, when it was at an earlier moment, what came since."""
        before, is_run, told = self.history, is_last and is_going_on(entry), shortened(entry)
        if earlier is not None and isinstance(told.action, Ran):
            told = replace(told, action=told.action.since(earlier))
        large_before = self.large_bytes
        record = self._writer.line(told, before.current if before.entries else None)
        self.last_bytes = len(record) + self.large_bytes - large_before
        mine = histories.hollow(entry, before.current) if is_run else bare(entry)
        self.history = before.pushed(replace(mine, replaced=()))
        self._before_push = before.with_room_for(self.history) if is_run else None
        self._put(Line(push=Raw(record), again=earlier is not None))

    def forget_before(self, first: Entry) -> None:
        """Keep no entry alive that the history that is followed has dropped."""
        mine = self.history
        place = next((at for at, entry in enumerate(mine.entries) if entry.snapshot is first.snapshot), 0)
        self.history = mine.since(max(0, min(place, mine.index)))
        self._entries = self._entries if self.history is mine else ()
        if self._before_push is not None:
            self._before_push = self._before_push.with_room_for(self.history)

    def _go_to(self, place: int) -> None:
        mine = self.history
        if len(mine.entries) + place != mine.index:
            self.history, self._before_push = mine.at(len(mine.entries) + place), None
            self._put(Line(at=place))

    def _put_outside(self, _number: int, array: FloatArray) -> bool:
        if array.nbytes <= LARGE:
            return False
        if self._arrays is None:
            self._arrays = self._path.with_suffix(ARRAYS).open("wb", buffering=0)
        if are_shared_zeros(array):
            leave_out(self._arrays, array.nbytes)
        else:
            write_all(self._arrays, array.reshape(-1).view(np.uint8).data)
        self.large_bytes += array.nbytes
        return True


def delete(path: Path) -> None:
    """Delete a journal and its large arrays."""
    for one in (path, path.with_suffix(ARRAYS)):
        one.unlink(missing_ok=True)
