"""From the start of the process to a window that answers, and how it stands still while torch loads behind it."""

import importlib
import time

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from typing_extensions import override

from perceptron_gui import app
from tests.benchmarks.baselines import import_torch
from tests.benchmarks.hands import Ticks, session, wait_until
from tests.benchmarks.processes import Process, program
from tests.benchmarks.row import Effort, Measured, Pair, Row

_watched: "list[_Watch]" = []


class _Watch(QObject):
    """Waits for the window's first paint, and ticks from then until torch is there."""

    def __init__(self, window: QObject) -> None:
        super().__init__()
        self.answered = 0.0
        """When the event loop first took something up after it had painted, in seconds since the epoch."""
        self.ticks: Ticks | None = None
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._answer)
        return False

    @Slot()
    def _answer(self) -> None:
        self.answered = time.time()
        self.ticks = Ticks(self._look)

    def _look(self) -> None:
        if self.ticks is not None and not session().is_loading:
            self.ticks.stop()


def watch() -> None:
    """Have the window watched from its first moment."""
    show = app.Program.show

    def show_and_watch(program: app.Program) -> None:
        _watched.append(_Watch(program.window))
        show(program)

    setattr(app.Program, "show", show_and_watch)  # noqa: B010  mypy takes no assignment


def watch_torch_first() -> None:
    """Do as a build that imports torch before it shows its window."""
    import_torch()
    watch()


def watch_plain_import() -> None:
    """Do as a build that imports torch on its worker, and knows nothing of what the import does to the window."""

    def load() -> object:
        importlib.import_module("torch")
        return importlib.import_module("perceptron_gui.core.operations").Engine()

    app.load_engine = load  # type: ignore[assignment]
    watch()


def answered() -> float:
    """Return when the window first answered, in seconds since the epoch."""
    wait_until(lambda: _watched and _watched[0].answered)
    return _watched[0].answered


def longest_stall() -> float:
    """Return the longest time in ms that the window stood still until torch was there."""
    answered()
    wait_until(lambda: not session().is_loading)
    ticks = _watched[0].ticks
    assert ticks is not None
    return max(ticks.gaps)


def measure_first_window(effort: Effort) -> Measured:
    def seconds(process: Process) -> float:
        with process:
            return process.call(answered) - process.started

    pairs = tuple(Pair(seconds(program(watch)), seconds(program(watch_torch_first))) for _ in range(effort.repeats))
    return Measured(pairs, "s")


def measure_stall(effort: Effort) -> Measured:
    def stall(process: Process) -> float:
        with process:
            return process.call(longest_stall)

    pairs = tuple(Pair(stall(program(watch)), stall(program(watch_plain_import))) for _ in range(effort.repeats))
    return Measured(pairs, "ms")


ROWS = (
    Row("start", "first responsive window over a build that imports torch first", 0.40, 0.20, measure_first_window),
    Row("start-stall", "longest stall while torch loads, over a plain import on the worker",
        0.25, 0.09, measure_stall),
)  # fmt: skip
