"""Autosave: every change of a history is written into a file of the process's own, at once or on another thread."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

from perceptron_gui import journal_file
from perceptron_gui.core import history as histories
from perceptron_gui.core.history import Entry, History
from perceptron_gui.journal_file import JournalFile, Kept
from perceptron_gui.wish import Wish

MOST_BYTES = 3 * histories.LARGEST_HISTORY
"""Bytes of large arrays before a journal begins anew with the history of then: most of them are in no history."""
_MANY = 50
"""Entries from which on the beginning of a journal is written on another thread."""
_LONG = 1000
"""Entries from which on a journal is begun before the first change: it would come behind the changes that follow."""
_HEAVY = histories.LARGEST_HISTORY // 4
"""Bytes from which on a history that waits for a slow disk gives way to a newer one: it would live on for that."""
FRAME_EVERY = 1.0
"""Seconds between two moments of a run that goes on: so much of it a crash may take."""
_FRAME_BYTES = 2**17
"""So many bytes may be written with such a moment: after a larger one the next comes later, to write as much."""
_LONGEST = 10.0
"""Seconds between two moments of a run, however large they are."""
_log = logging.getLogger(__name__)


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
        self._to_begin: History | None = None
        self._kept = Kept()
        self._file: JournalFile | None = None
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
        self._to_begin = history if not unsaved and len(history.entries) > _LONG else None
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
        self._begun = self._to_begin = None
        if self._wish is not None and history.nbytes > _HEAVY and self._wish.give_way(history):
            return
        self._wish = wish = Wish(history, begun)
        last, is_long = history.entries[history.index], self._file is None and len(history.entries) > _MANY
        self._do(lambda: self._write(wish, kept), is_large=is_long or last.new_bytes > journal_file.LARGE)

    def progress(self, history: History) -> None:
        """Write the run that goes on, as far as it is now, unless that was done a moment ago."""
        pause = 0.0 if self._file is None else FRAME_EVERY * self._file.last_bytes / _FRAME_BYTES
        if time.monotonic() - self._followed >= max(FRAME_EVERY, min(pause, _LONGEST)):
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
        long, kept = self._to_begin, self._kept
        self._to_begin = None
        if long is not None:
            self._do(lambda: self._inherit(long, kept, 0, None), is_large=True)
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

    def _renew(self, wish: Wish, kept: Kept, unsaved: int) -> JournalFile:
        """Begin anew with a whole history; with a part of it where that is gone sooner than the disk takes it."""
        old, is_whole = self._file, True
        if old is not None:
            old.let_go()
        while True:
            file = JournalFile(self.folder)
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
