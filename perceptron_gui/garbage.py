"""Python's garbage collector, in the window's thread alone.

By itself it runs in whatever thread makes the objects that are one too many, and frees what it finds there; a Qt object
that goes in another thread than its own can end the process (a timer crashes the event loop).
"""

import gc
import sys
import time

from PySide6.QtCore import QObject, QTimer, Slot

_LOOK_EVERY_MS = 200
_WHOLE_EVERY = 30.0
"""Seconds between two looks at everything, which take longer the longer the history is."""
_MANY_MODULES = 50
"""So many new ones between two looks are a library being loaded: some 100,000 objects that all stay."""


class Garbage(QObject):
    """Collects now and then in the thread of the event loop, as many generations as are due, from here to `end`."""

    def __init__(self) -> None:
        super().__init__()
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._whole = time.monotonic()
        self._modules = len(sys.modules)
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect what is due by the interpreter's own thresholds; everything only once in a while."""
        modules, self._modules = self._modules, len(sys.modules)
        if self._modules - modules > _MANY_MODULES:
            self.spare_all()
            return
        due = [number for number, limit in enumerate(gc.get_threshold()) if gc.get_count()[number] > limit]
        if due and due[-1] == 2 and time.monotonic() - self._whole < _WHOLE_EVERY:
            due[-1] = 1
        if due:
            gc.collect(due[-1])
        if due and due[-1] == 2:
            self._whole = time.monotonic()

    @Slot()
    def spare_all(self) -> None:
        """Look no more at what there is now: modules, and what they made, stay until the end."""
        gc.freeze()

    def end(self) -> None:
        """Leave the collector as it was."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
