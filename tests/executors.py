"""The only fakes of the worker thread: one that works at once, and one that works when told."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from typing_extensions import override


class InlineExecutor(Executor):
    """Does the work within `submit`."""

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        _finish(future, lambda: fn(*args, **kwargs))
        return future


class ManualExecutor(Executor):
    """Does the work piece by piece, when the test says so."""

    def __init__(self) -> None:
        self.pending: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    @override
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.pending.append((future, lambda: fn(*args, **kwargs)))
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        while cancel_futures and self.pending:
            self.pending.popleft()[0].cancel()

    def work_once(self) -> None:
        """Do the oldest piece of work."""
        _finish(*self.pending.popleft())

    def work_all(self) -> None:
        """Do everything, also what comes while doing it."""
        while self.pending:
            self.work_once()


def _finish(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except Exception as error:  # noqa: BLE001  the future carries it, as an executor's does
        future.set_exception(error)
    else:
        future.set_result(result)
