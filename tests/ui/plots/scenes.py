"""Histories to draw, made by real PyTorch or by hand, and a hand with a mouse."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTranslator
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from perceptron_gui.core.actions import STEP, Edit, Operation, Start, Task
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import FloatArray, frozen
from perceptron_gui.ui.plots.plot import Plot

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = STEP
NAN, INF = float("nan"), float("inf")
Rows = list[list[float]]


def begin(preset: str = "notebook") -> History:
    return History.begin(preset, "cpu")


def begin_with(**arrays: FloatArray | None) -> History:
    """Return a history whose start values are others than the notebook's."""
    return History((), -1).push(Start("notebook"), replace(PRESETS["notebook"], **arrays), "cpu")  # type: ignore[arg-type]


def done(engine: Engine, history: History, *tasks: Task) -> History:
    for task in tasks:
        outcome = engine.execute(task, history.current, "cpu")
        history = history.push(outcome.action, outcome.snapshot, outcome.device, outcome.refusal)
    return history


def after_edit(history: History, edit: Edit) -> History:
    return history.push(edit, edited(history.current, edit), "cpu")


def after_update_to(history: History, W: Rows, b: list[float]) -> History:
    """Return a history one Update later, whatever that Update gave."""
    return history.push(UPDATE, replace(history.current, W=frozen(W), b=frozen(b)), "cpu")


def losses(history: History) -> dict[int, float]:
    """Return the loss of the last Forward at every update count, read off entry by entry."""
    read: dict[int, float] = {}
    for entry in history.segment:
        if entry.action is Operation.FORWARD and entry.snapshot.forward is not None:
            read[entry.updates] = float(entry.snapshot.forward.loss)
    return read


def parameters(history: History) -> dict[int, list[float]]:
    """Return W in row order and b, the last at every update count, read off entry by entry."""
    return {
        entry.updates: [*entry.snapshot.W.reshape(-1).tolist(), *entry.snapshot.b.tolist()] for entry in history.segment
    }


def pixel(plot: Plot, x: float, y: float) -> QPointF:
    """Return where a data point is in the view box, once everything is laid out."""
    QApplication.processEvents()
    point: QPointF = plot.view_box.mapFromView(QPointF(float(x), float(y)))
    return point


def on_viewport(plot: Plot, position: QPointF) -> QPoint:
    """Return where a place of the view box is on the widget that gets the mouse."""
    place: QPoint = plot.plot_widget.mapFromScene(plot.view_box.mapToScene(position))
    return place


def turn_wheel(plot: Plot, notches: int) -> None:
    viewport = plot.plot_widget.viewport()
    middle = on_viewport(plot, plot.view_box.boundingRect().center())
    event = QWheelEvent(
        QPointF(middle),
        QPointF(viewport.mapToGlobal(middle)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def double_click(plot: Plot) -> None:
    viewport = plot.plot_widget.viewport()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    # Qt's own double click leaves the button down.
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))


def view(plot: Plot) -> list[float]:
    """Return what is in view: left, right, bottom, top."""
    (left, right), (bottom, top) = plot.view_box.viewRange()
    return [left, right, bottom, top]


def numbers(array: object) -> list[float]:
    return np.asarray(array, np.float64).tolist()  # type: ignore[no-any-return]


class Brackets(QTranslator):
    """A language: English in brackets that would be HTML."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    @override
    def translate(
        self, context: str | bytes, sourceText: str | bytes, disambiguation: str | bytes | None = None, n: int = -1
    ) -> str:
        text = sourceText if isinstance(sourceText, str) else sourceText.decode()
        return f"<b>{text}</b>"
