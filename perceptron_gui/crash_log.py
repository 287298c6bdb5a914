"""The log of what went wrong, and the mark of a run that goes on: a mark whose run is gone tells of a crash."""

import faulthandler
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QLockFile

NAME = "crash.log"
_log = logging.getLogger(__name__)


class CrashLog:
    """One file for what all runs log, and for the stacks that a fatal signal leaves.

    Until it ends in order, a run keeps a lock beside that file. `last_run_crashed` is whether a run did not: it was
    killed, or died. `path` is None where the folder cannot be written; the console is the only log then.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path: Path | None = None
        self.last_run_crashed = False
        self._file: TextIO | None = None
        own = folder / f"run-{os.getpid()}.lock"
        self._mark = QLockFile(str(own))
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            left = [mark for mark in folder.glob("run-*.lock") if _is_left(mark, own)]
            self.last_run_crashed = bool(left)
            if self._mark.tryLock(0):
                self._file = (folder / NAME).open("a", encoding="utf-8", errors="replace")
                self.path = folder / NAME
        self._begin()

    def end(self) -> None:
        """Take the mark away: this run ended in order."""
        self._mark.unlock()

    def _begin(self) -> None:
        streams = [stream for stream in (sys.stderr, self._file) if stream is not None]
        logging.basicConfig(
            level=logging.WARNING,
            handlers=[logging.StreamHandler(stream) for stream in streams],
            format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        )
        if streams:
            faulthandler.enable(streams[-1])
        if self.last_run_crashed:
            _log.warning("the run before this one did not end in order")


def _is_left(mark: Path, own: Path) -> bool:
    """Whether the run that made a mark is gone; its mark is taken away then."""
    if mark == own:
        # Numbers of processes come again.
        mark.unlink()
        return True
    lock = QLockFile(str(mark))
    lock.setStaleLockTime(0)
    is_left = lock.tryLock(0)
    lock.unlock()
    return is_left
