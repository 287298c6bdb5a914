"""The recovery file: every change of a history, as it comes, one line each.

A line is a press or an edit (`push`, with its record), a step back (`undo`), or another place in the history (`at`):
read back, it is done again by the same History. A run that goes on is written now and then: each time (`again`) in the
place of what was written of it before. `kept` says where all before it is kept, and ends the lines that a
journal begins with. Large arrays lie, bit for bit, in a second file beside it. While the program lives it holds a
lock: a file that nobody holds was left by a program that ended without a word.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from msgspec import UNSET, Raw, UnsetType

from perceptron_gui.core import history as histories
from perceptron_gui.core.history import Entry, History, is_going_on
from perceptron_gui.core.snapshot import FloatArray, are_shared_zeros
from perceptron_gui.core.storage.runs import shortened
from perceptron_gui.core.storage.writer import Writer
from perceptron_gui.core.thinning import bare
from perceptron_gui.files import leave_out, lock_at, write_all
from perceptron_gui.wish import Wish

SUFFIX = ".journal"
MOST_BYTES = 3 * histories.LARGEST_HISTORY
"""Bytes of large arrays before a journal begins anew with the history of then: most of them are in no history."""
ARRAYS = ".arrays"
_LARGE = 2**13
"""Bytes from which on an array lies in the second file, and its entry is written on another thread."""
_MANY = 50
"""Entries from which on the beginning of a journal is written on another thread."""
_LONG = 1000
"""Entries from which on a journal is begun before the first change: it would come behind the changes that follow."""
_BREATH, _PAUSE = 8, 0.0002
"""Entries after which a beginning lets the window have its turn, and for how many seconds at least."""
_HEAVY = histories.LARGEST_HISTORY // 4
"""Bytes from which on a history that waits for a slow disk gives way to a newer one: it would live on for that."""
FRAME_EVERY = 10.0
"""Seconds between two moments of a run that goes on: so much of it a crash may take."""
_log = logging.getLogger(__name__)


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

    A push `again` is done in place of the push on the line before.
    """

    push: Raw | UnsetType = UNSET
    again: bool = False
    undo: bool = False
    at: int | UnsetType = UNSET
    kept: Kept | UnsetType = UNSET
    unsaved: int = 0


class Journal:
    """Writes what becomes of one history; it begins a file with the first change.

    Small entries are written at once, on the thread that calls; large ones, and what comes behind them, on `executor`,
    best its own: behind a long save they come too late. `on_failure` is called once, on either; `folder` has the file.
    """

    def __init__(self, folder: Path, executor: Executor) -> None:
        self.folder = folder
        self.on_failure: Callable[[Exception], object] | None = None
        self._executor = executor
        self._last: Future[object] | None = None
        self._wish: Wish | None = None
        self._begun: History | None = None
        self._kept = Kept()
        self._file: _File | None = None
        self._has_failed = False
        self._has_said = False
        self._followed = time.monotonic()

    def begin(
        self, history: History, kept: Kept, unsaved: int = 0, once_safe: Callable[[], object] | None = None
    ) -> None:
        """Follow another history from here on.

        Args:
            history: what there is now.
            kept: where it is kept.
            unsaved: how many of its changes are not; then it is written now, not with the first change.
            once_safe: what to do when that is written.
        """
        self._begun, self._kept, self._wish = history, kept, None
        self._do(self._try_again, is_large=False)
        if unsaved:
            self._do(lambda: self._inherit(history, kept, unsaved, once_safe), is_large=True)

    def follow(self, history: History) -> None:
        """Write what changed since the last call."""
        begun, kept = self._begun, self._kept
        self._followed = time.monotonic()
        if begun is not None and history.entries is begun.entries and history.index == begun.index:
            return
        # Whatever of it goes on is in the histories that follow.
        self._begun = None
        if self._wish is not None and history.nbytes > _HEAVY and self._wish.give_way(history):
            return
        self._wish = wish = Wish(history, begun)
        last, is_long = history.entries[history.index], self._file is None and len(history.entries) > _MANY
        self._do(lambda: self._write(wish, kept), is_large=is_long or last.new_bytes > _LARGE)

    def progress(self, history: History) -> None:
        """Write the run that goes on, as far as it is now, unless that was done a moment ago."""
        if time.monotonic() - self._followed >= FRAME_EVERY:
            self.follow(history)
        elif history.nbytes > _HEAVY:
            self._do(partial(self._forget_before, history.entries[0]), is_large=False)

    def mark(self, kept: Kept, *, is_whole: bool) -> None:
        """Say where the history is kept now; it is whole there unless it was changed while it was being written."""
        self._kept, self._wish = kept, None
        self._do(lambda: self._mark(kept, 0 if is_whole else 1), is_large=False)

    def discard(self) -> None:
        """Delete the file: what it holds was saved, or is not wanted."""
        self._do(self._discard, is_large=False)

    def flush(self) -> None:
        """Put on the disk what a power cut may take until then; on `executor`, for a slow disk takes its time.

        A long history that has not changed yet is written down, so that its first change is not behind all of it.
        """
        begun, kept = self._begun, self._kept
        if begun is not None and self._file is None and len(begun.entries) > _LONG:
            self._do(lambda: self._inherit(begun, kept, 0, None), is_large=True)
        self._executor.submit(self._flush)

    def leave(self) -> None:
        """Close the file, and leave it for the next start."""
        self._do(self._leave, is_large=False)

    def _do(self, work: Callable[[], None], *, is_large: bool) -> None:
        if is_large or (self._last is not None and not self._last.done()):
            self._last = self._executor.submit(self._attempt, work)
        else:
            self._attempt(work)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  nothing else may stop with the recovery file
            _log.warning("there is no recovery file", exc_info=error)
            self._has_failed = True
            if self._file is not None:
                self._file.let_go()
            if self.on_failure is not None and not self._has_said:
                self._has_said = True
                self.on_failure(error)

    def _try_again(self) -> None:
        if self._has_failed:
            self._discard()
        self._has_failed = False

    def _forget_before(self, first: Entry) -> None:
        if self._file is not None and not self._has_failed:
            self._file.forget_before(first)

    def _flush(self) -> None:
        if (file := self._file) is not None:
            file.flush()

    def _inherit(self, history: History, kept: Kept, unsaved: int, once_safe: Callable[[], object] | None) -> None:
        self._renew(Wish(history), kept, unsaved)
        if once_safe is not None:
            once_safe()

    def _mark(self, kept: Kept, unsaved: int) -> None:
        if not unsaved:
            self._try_again()
        if self._file is not None and not self._has_failed:
            self._file.mark(kept, unsaved)

    def _discard(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.delete()

    def _leave(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.flush()
            file.close()

    def _write(self, wish: Wish, kept: Kept) -> None:
        try:
            if self._has_failed:
                return
            file = self._file
            if file is None:
                file = self._renew(wish, kept, 1) if wish.before is None else self._renew(Wish(wish.before), kept, 0)
            wish.before = None
            while not wish.close(file.is_at):
                is_told = file.follow(wish.history)
                if not is_told or file.large_bytes > MOST_BYTES:
                    file = self._renew(wish, kept, file.unsaved + (not is_told))
        finally:
            wish.close()

    def _renew(self, wish: Wish, kept: Kept, unsaved: int) -> "_File":
        """Begin anew with a whole history; with a part of it where that is gone sooner than the disk takes it."""
        old, is_whole = self._file, True
        if old is not None:
            old.let_go()
        while True:
            file = _File(self.folder)
            try:
                is_begun = file.begin(wish, kept, unsaved, is_whole=is_whole)
            except Exception:
                file.delete()
                raise
            if is_begun:
                break
            file.delete()
            is_whole = False
        self._file = file
        if old is not None:
            old.delete()
        return file


class _File:
    """An open journal; `history` is the one that its lines make."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.large_bytes = 0
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
            self.history = of_run
            self._push(after.entry, is_last=True, again=True)
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

    def _push(self, entry: Entry, *, is_last: bool = False, again: bool = False) -> None:
        before, is_run = self.history, is_last and is_going_on(entry)
        record = self._writer.line(shortened(entry), before.current if before.entries else None)
        mine = histories.hollow(entry, before.current) if is_run else bare(entry)
        self.history = before.pushed(replace(mine, replaced=()))
        self._before_push = before.with_room_for(self.history) if is_run else None
        self._put(Line(push=Raw(record), again=again))

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
        if array.nbytes <= _LARGE:
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
