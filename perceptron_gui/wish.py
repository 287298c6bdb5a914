"""What a slow writer has still to write."""

import threading
from collections.abc import Callable

from perceptron_gui.core.history import History

_NOTHING = History((), -1)


class Wish:
    """A history that is to be written; while it is open, a newer one may take its place, and so many `newer` ones did.

    `before` is what a writer has to begin with, where there is such a thing.
    """

    def __init__(self, history: History, before: History | None = None) -> None:
        self.history, self.before, self.newer = history, before, 0
        self._is_open = True
        self._lock = threading.Lock()

    def give_way(self, history: History) -> bool:
        """Want a newer one; return whether that will be written."""
        with self._lock:
            if self._is_open:
                self.history = history
                self.newer += 1
            return self._is_open

    def close(self, is_written: Callable[[History], bool] = lambda _: True) -> bool:
        """Want none any more, if the one of now is written; return whether that is so."""
        with self._lock:
            if is_written(self.history):
                self._is_open, self.history = False, _NOTHING
            return not self._is_open
