"""A person at the real window, with a stopwatch. Everything here runs in the program, in the thread of its window.

Names are those of the window's contract.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QPushButton, QSlider, QSpinBox

from perceptron_gui.session import Session
from perceptron_gui.ui.main_window import MainWindow
from perceptron_gui.ui.panel import Panel
from tests.benchmarks.processes import SCREEN

Found = TypeVar("Found", bound=QObject)
TICK_MS = 5
FRAME_MS = 1000 / 60
_QUIET = 60e-6
"""Seconds in which a turn of the event loop has had nothing to do."""


class Ticks(QObject):
    """Ticks every 5 ms in the window's thread. The gap between two ticks, in ms, is how long the window stood still."""

    def __init__(self, look: Callable[[], None] = lambda: None) -> None:
        """Call `look` with every tick."""
        super().__init__()
        self.gaps: list[float] = []
        self._look = look
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now
        self._look()


def window() -> MainWindow:
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))


def session() -> Session:
    return window().session


def find(kind: type[Found], name: str) -> Found:
    """Return the one child of that kind and name."""
    (found,) = window().findChildren(kind, name)
    return found


def wait_until(condition: Callable[[], object], limit: float = 60) -> None:
    """Let the event loop run until a condition holds, which is looked at every 5 ms. Raises TimeoutError."""
    loop = QEventLoop()

    def look() -> None:
        if condition() or time.monotonic() > until:
            loop.quit()

    until = time.monotonic() + limit
    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(look)
    timer.start()
    if not condition():
        loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError("the window has not come so far")


def wait(seconds: float) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def is_settled() -> bool:
    """Whether nothing is under way: no step, no wish in line, no question."""
    return _is_at_rest(session())


def settle(now: Session | None = None) -> float:
    """Turn the event loop until it has nothing left to do, nor to paint; return when that was. Raises TimeoutError.

    While the worker has something to do, it sleeps as it does under a person's hands: one that turns and turns takes
    Python away from the worker.
    """
    now = now or session()
    awake, asleep = QEventLoop.ProcessEventsFlag.AllEvents, QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    quiet, end = 0, time.perf_counter()
    until = end + 60
    while quiet < 3:
        begin = time.perf_counter()
        if begin > until:
            raise TimeoutError("the window does not come to rest")
        is_at_rest = _is_at_rest(now)
        QApplication.processEvents(awake if is_at_rest else awake | asleep)
        took = time.perf_counter() - begin
        if took > _QUIET or not is_at_rest:
            quiet, end = 0, time.perf_counter()
        else:
            quiet += 1
    return end


def _is_at_rest(now: Session) -> bool:
    return not (now.is_loading or now.is_busy or now.waiting or now._answering is not None or now._questions)


def be_ready(n: int = 3, k: int = 1) -> None:
    """Wait for torch, make the window as large as the screen of a laptop and the layer n × k, and let all come to rest.

    Movements are switched off: no press waits for one, but each would be painted to its end.
    """
    wait_until(is_settled)
    window().showNormal()
    window().resize(*SCREEN)
    if find(QAction, "animations").isChecked():
        find(QAction, "animations").trigger()
    for name, size in (("n", n), ("k", k)):
        box = find(QSpinBox, f"{name}_spin_box")
        if box.value() != size:
            box.setFocus()
            box.setValue(size)
            box.clearFocus()
            wait_until(is_settled)
    snapshot = session().history.current
    assert (snapshot.n, snapshot.k) == (n, k)
    # What begins as soon as a window has been shown, or once in a while.
    wait(0.3)
    settle()


def click(button: QPushButton) -> None:
    """Click a button in its middle."""
    place = QPointF(button.rect().center())
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
        event = QMouseEvent(kind, place, button.mapToGlobal(place), left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(button, event)


def phase_button(name: str) -> QPushButton:
    return find(QPushButton, f"{name}_button")


def show_below(name: str, other: str) -> None:
    """Take a panel out of its tab and put it below another, which is in none, so that both are seen."""
    dock = find(QDockWidget, f"{name}_dock")
    window().splitDockWidget(find(QDockWidget, f"{other}_dock"), dock, Qt.Orientation.Vertical)
    dock.show()
    wait_until(lambda: is_seen(name) and is_seen(other))
    settle()


def is_seen(name: str) -> bool:
    """Whether a person sees a panel: it is shown, and not behind the tab of another."""
    panel = find(QDockWidget, f"{name}_dock").widget()
    assert isinstance(panel, Panel)
    return panel.is_seen


class Runner:
    """Run mode by its contract: `run` starts and stops, `speed_slider` is flat out at its maximum."""

    def __init__(self) -> None:
        self._action = find(QAction, "run")
        self._count = find(QLabel, "update_count_label")
        slider = find(QSlider, "speed_slider")
        slider.setValue(slider.maximum())

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return session().is_running

    @property
    def count(self) -> int:
        """How many updates are done, as the window says it."""
        text = self._count.text()
        return int(text) if text else 0

    def start(self) -> None:
        """Press Run, and wait for the first updates."""
        before = self.count
        self._action.trigger()
        wait_until(lambda: self.count != before)

    def stop(self) -> None:
        """Press Stop if a run goes on, and wait for the end."""
        if self.is_running:
            self._action.trigger()
        wait_until(is_settled)
        settle()


def has_run() -> bool:
    """Whether there is a Run mode."""
    return window().findChild(QAction, "run") is not None
