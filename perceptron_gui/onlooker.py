"""Looks at a run that goes on, from the window's thread."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from perceptron_gui.core.control import FLAT_OUT, Control, Pace

_EVERY, _SELDOM_EVERY, _AT_LEAST_EVERY = 0.033, 0.1, 1.0
"""Seconds between two looks at a run; seldom at one that is faster than that, but within a second."""
_SHARE = 32
"""After a look a fast run goes on for so many times as long as it took to show and to paint what was seen."""


class Onlooker(QObject):
    """Looks at a run now and then, and has it wait while what was seen is shown and painted.

    Python runs one thread at a time. Two that want to run hand it to and fro at every call into Qt and torch, which
    costs both of them more than if one waits for the other.
    """

    saw = Signal(object)
    """A Frame that was not seen before."""

    def __init__(self) -> None:
        super().__init__()
        self._pace = FLAT_OUT
        self._control: Control | None = None
        self._began = 0.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    @property
    def pace(self) -> Pace:
        """How fast a run goes."""
        return self._pace

    def set_pace(self, pace: Pace) -> None:
        """Let a run go faster or slower, this one or the next."""
        self._pace = pace
        if self._control is not None:
            self._control.set_pace(pace)
            if not self._control.is_held:
                self._look_in(_EVERY)

    def begin(self) -> Control:
        """Look at a run from now on; return what it is told and shows itself with."""
        self._control = Control(self._pace)
        self._look_in(_EVERY)
        return self._control

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()
        if self._control is not None:
            self._control.release()
        self._control = None

    def _look_in(self, seconds: float) -> None:
        self._timer.start(round(1000 * seconds))

    @Slot()
    def _look(self) -> None:
        control = self._control
        if control is None or control.ending is not None:
            return
        frame = control.take_frame()
        if frame is None:
            self._look_in(_EVERY)
            return
        control.hold()
        self._began = time.perf_counter()
        # The timer comes when all that is changed now has been painted.
        QTimer.singleShot(0, self, self._on_painted)
        self.saw.emit(frame)

    @Slot()
    def _on_painted(self) -> None:
        took = time.perf_counter() - self._began
        if self._control is not None:
            self._control.release()
            # A slow run waits anyway.
            is_slow = self._pace.per_second < 1 / _EVERY
            self._look_in(_EVERY if is_slow else min(max(_SELDOM_EVERY, _SHARE * took), _AT_LEAST_EVERY))
