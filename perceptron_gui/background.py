"""Long work beside the window: how far it is can be asked, and it can be ended."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from perceptron_gui.core.problems import Problem, Reason

_log = logging.getLogger(__name__)
_LOOK_EVERY_MS = 100


class CancelledError(Exception):
    """Raised in the work once nobody wants it any more."""


@dataclass(eq=False)
class _Job:
    """One piece of work, as both threads see it: the worker writes `share`, the window `is_cancelled`."""

    share: float = 0.0
    is_cancelled: bool = False

    def watch(self, done: int, total: int) -> None:
        if self.is_cancelled:
            raise CancelledError
        self.share = done / total if total else 0.0


class Background(QObject):
    """Does one piece of long work at a time on an executor's thread.

    The work is given a `core.exporting.watching.Watch` to call now and then; where `cancel` was called meanwhile, the
    call raises CancelledError.
    """

    changed = Signal()
    """`is_busy` or `share` is another."""
    finished = Signal(object)
    """What the work returned."""
    cancelled = Signal()
    """The work was ended before it was done."""
    failed = Signal(object)
    """A Problem."""
    _ended = Signal(object)

    def __init__(self, executor: Executor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = executor
        self._job: _Job | None = None
        self._future: Future[object] | None = None
        self._look = QTimer(self, interval=_LOOK_EVERY_MS)
        self._look.timeout.connect(self.changed)
        self._ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether there is work that has not ended."""
        return self._job is not None

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1."""
        return 0.0 if self._job is None else self._job.share

    def start(self, work: Callable[[Callable[[int, int], None]], object]) -> None:
        """Begin. There must be no other work by now."""
        if self.is_busy:
            raise RuntimeError("one piece of work at a time")
        self._job = job = _Job()
        self._look.start()
        self.changed.emit()
        self._future = self._executor.submit(work, job.watch)
        self._future.add_done_callback(self._ended.emit)

    def cancel(self) -> None:
        """End the work where it next looks up; `cancelled` follows, or `finished` where it was done by then."""
        if self._job is not None:
            self._job.is_cancelled = True

    def close(self, patience: float) -> bool:
        """End the work, and wait at most `patience` seconds for that. Returns whether nothing runs any more."""
        self.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)
        is_idle = self._future is None or not wait([self._future], timeout=patience).not_done
        if is_idle:
            # A future is done before its callbacks are: none may come to an object that is gone.
            self._executor.shutdown(wait=True)
        return is_idle

    @Slot(object)
    def _on_ended(self, future: "Future[object]") -> None:
        self._job = self._future = None
        self._look.stop()
        self.changed.emit()
        error = None if future.cancelled() else future.exception()
        if future.cancelled() or isinstance(error, CancelledError):
            self.cancelled.emit()
        elif error is None:
            self.finished.emit(future.result())
        elif isinstance(error, Problem):
            _log.warning("%s", error)
            self.failed.emit(error)
        else:
            _log.error("work on a file failed", exc_info=error)
            self.failed.emit(Problem(Reason.FILE_FAILED, detail=f"{type(error).__name__}: {error}"))
