"""σ(z), and on it where the samples are."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QGraphicsItem
from typing_extensions import override

from perceptron_gui.core import lines
from perceptron_gui.core.chain_rule import is_zero
from perceptron_gui.core.history import History
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import ForwardPass
from perceptron_gui.ui import panels, sentences
from perceptron_gui.ui.plots.drawing import Curve, Drawing, Lines, Marks
from perceptron_gui.ui.plots.labels import Label, in_two_lines
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.plots.sheet import Column, Sheet, whole
from perceptron_gui.ui.plots.symbols import CIRCLE
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_POINTS = 200
MOST_SLOPES = 8
"""Up to so many points each has its slope beside it, where that covers no other."""
LEAST_Z = 6.0
_TANGENT = 34
"""Pixels of a tangent to either side of its point."""
_CURVE_POINTS = 301
_CORNER = 8
_BESIDE = 12
"""Pixels from a point to the words beside it."""
_NOTHING = np.empty(0, np.float32)
_NOWHERE = np.empty(0, np.bool_)


class ActivationPlot(Plot):
    """The curve is a drawing; the points are z and y_pred of the last Forward, as they lie in the tensors."""

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        super().__init__(name, colors, plot_widget)
        self._forward: ForwardPass | None = None
        self._stale: tuple[str, ...] = ()
        self._z = self._y_pred = self._slope = _NOTHING
        self._is_zero = _NOWHERE
        """Where ∂loss/∂z is exactly 0."""
        self._view_of_curve: tuple[object, ...] = ()
        self.axes, self.curve = Lines(), Curve()
        self.tangents, self.points = Lines(is_smooth=True), Marks(CIRCLE, 10)
        self._ground = Drawing(self.view_box, (self.axes, self.curve))
        # The curve is dear to paint, and the same as long as the view is.
        self._ground.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._of_forward = Drawing(self.view_box, (self.tangents, self.points))
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("activation_plot")

    @override
    def sheet(self) -> Sheet:
        """A row a point: its sample, a row of x, its output, and the numbers."""
        outputs = 1 if self._forward is None else self._forward.z.shape[1]
        samples, columns = np.divmod(np.arange(len(self._z)), outputs)
        if self._forward is not None and self._forward.rows is not None:
            samples = np.array(self._forward.rows)[samples]
        numbers = {"z": self._z, "y_pred": self._y_pred, "slope": self._slope}
        return Sheet((
            Column("sample", whole(samples)),
            Column("output", whole(columns)),
            *(Column(name, values) for name, values in numbers.items()),
        ))  # fmt: skip

    @override
    def hover_text(self, position: QPointF) -> str:
        forward = self._forward
        index = self._nearest(self._z, self._y_pred, position)
        if index is None or forward is None:
            return ""
        row, column = divmod(index, forward.z.shape[1])
        z, y_pred = (lines.element(name, row, column, len(forward.z)) for name in ("z", "y_pred"))
        said = [
            f"{z} = {full_text(self._z[index])}",
            f"{y_pred} = {full_text(self._y_pred[index])}",
            translate("ActivationPlot", "slope {y_pred} * (1 - {y_pred}) = {value}").format(
                y_pred=y_pred, value=full_text(self._slope[index])
            ),
        ]
        if self._is_zero[index]:
            said.append(translate("ActivationPlot", "the gradient is exactly 0 here"))
        if forward.rows is not None:
            said.append(translate("ActivationPlot", "of sample {x}").format(x=f"x[{forward.rows[row]}]"))
        if self._stale:
            said.append(sentences.stale(self._stale, self._history, "z"))
        return "\n".join(said)

    @override
    def _read(self, history: History) -> bool:
        forward, stale = history.current.forward, history.current.stale
        before, self._forward = self._forward, forward
        is_same = forward is before or (forward is not None and before is not None and forward.is_same_as(before))
        if is_same and stale == self._stale:
            return False
        self._stale = stale
        self._z = _NOTHING if forward is None else forward.z.reshape(-1)[:MOST_POINTS]
        self._y_pred = _NOTHING if forward is None else forward.y_pred.reshape(-1)[:MOST_POINTS]
        self._slope = self._y_pred * (np.float32(1) - self._y_pred)
        self._is_zero = _NOWHERE if forward is None else is_zero(forward, MOST_POINTS).reshape(-1)[:MOST_POINTS]
        return True

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return "z", "y_pred"

    @override
    def _bounds(self) -> tuple[Span, Span]:
        z = self._z[self._finite()].tolist()
        return Span(min([-LEAST_Z, *z]), max([LEAST_Z, *z])), Span(0.0, 1.0)

    @override
    def _notes(self) -> list[str]:
        total = 0 if self._forward is None else self._forward.z.size
        notes = [] if self._finite().all() else [self._gap_note()]
        flat = np.count_nonzero(self._is_zero[self._finite()])
        if flat and len(self._slope) > 1:
            notes.append(
                translate("ActivationPlot", "of the points drawn, the gradient is exactly 0 at {count}").format(
                    count=flat
                )
            )
        if total > MOST_POINTS:
            notes.append(
                translate("ActivationPlot", "{shown} of {total} points drawn").format(shown=MOST_POINTS, total=total)
            )
        return notes

    @override
    def _draw(self) -> None:
        finite = self._finite()
        self.points.put(self._z[finite].astype(np.float64), self._y_pred[finite].astype(np.float64))
        self._paint_points()

    @override
    def _arrange(self) -> None:
        (left, right), (bottom, top) = self.view_box.viewRange()
        view = (left, right, bottom, top, self.view_box.size(), self.curve.pen)
        if view != self._view_of_curve:
            self._view_of_curve = view
            self._draw_curve(left, right)
        finite = self._finite()
        z, y_pred, slope = (array[finite].astype(np.float64) for array in (self._z, self._y_pred, self._slope))
        across, up = self.view_box.width() / (right - left), self.view_box.height() / (top - bottom)
        half = _TANGENT / np.hypot(across, slope * up)
        self.tangents.put(z - half, y_pred - half * slope, z + half, y_pred + half * slope)
        self._of_forward.arrange()
        self.labels.place([*self._stale_label(), *self._slope_labels()])

    @override
    def _paint(self, colors: Colors) -> None:
        self.axes.pen = QPen(QColor(colors.muted), 1, Qt.PenStyle.DotLine)
        self.curve.pen = QPen(QColor(colors.series[0]), 2)
        self.tangents.pen = QPen(QColor(colors.series[1]), 2, Qt.PenStyle.DashLine)
        self._paint_points()

    def _draw_curve(self, left: float, right: float) -> None:
        z = np.linspace(left, right, _CURVE_POINTS)
        if left < 0 < right:
            # Seen from afar it is a step, and the step is at 0.
            z = np.sort(np.concatenate([z, np.linspace(max(left, -LEAST_Z), min(right, LEAST_Z), _CURVE_POINTS)]))
        self.curve.put(z, sigmoid(z))
        _, (bottom, top) = self.view_box.viewRange()
        self.axes.put(np.array([left, 0]), np.array([0, bottom]), np.array([right, 0]), np.array([0, top]))
        self._ground.arrange()

    def _stale_label(self) -> list[Label]:
        """Say what hollow points mean, in the larger of the two corners that the curve never enters."""
        if not self._stale or not self._z.size:
            return []
        text = translate("ActivationPlot", "hollow points: from an earlier state")
        middle, floor = (float(place) for place in self._to_pixels(0.0, 0.0))
        width = float(self.view_box.width())
        room = max(middle, width - middle) - 2 * _CORNER
        if self.labels.width(text) > room:
            text = in_two_lines(text)
        if max(map(self.labels.width, text.split("\n"))) > room:
            return []
        if middle > width / 2:
            return [Label(text, _CORNER, _CORNER, (0, 0), muted=True)]
        return [Label(text, width - _CORNER, floor, (1, 1), muted=True)]

    def _slope_labels(self) -> list[Label]:
        """Write the slope beside each of a few points, on the side where the curve is not."""
        finite = np.flatnonzero(self._finite())
        if len(finite) > MOST_SLOPES:
            return []
        made: list[Label] = []
        taken: list[QRectF] = []
        room = self.view_box.boundingRect()
        for index in finite:
            slope = float(self._slope[index])
            text = translate("ActivationPlot", "slope {value}").format(value=display_text(slope))
            if self._is_zero[index]:
                flat = translate("ActivationPlot", "the gradient is exactly 0 here")
                text = f"{text}\n{flat}"
            width = max(map(self.labels.width, text.split("\n")))
            height = self.labels.height * (text.count("\n") + 1)
            across, down = (float(place) for place in self._to_pixels(self._z[index], self._y_pred[index]))
            is_low = self._z[index] < 0
            left = across - _BESIDE - width if is_low else across + _BESIDE
            top = down - _BESIDE - height if is_low else down + _BESIDE
            left = min(max(left, 2.0), room.width() - width - 2)
            box = QRectF(left, min(max(top, 0.0), room.height() - height), width, height)
            if room.contains(QPointF(across, down)) and not any(map(box.intersects, taken)):
                taken.append(box)
                made.append(Label(text, box.left(), box.top(), (0, 0), muted=bool(self._stale)))
        return made

    def _paint_points(self) -> None:
        color = QColor(self._colors.series[1])
        self.points.pen = QPen(color, 2)
        self.points.brush = QBrush(QColor(self._colors.base) if self._stale else color)

    def _finite(self) -> npt.NDArray[np.bool_]:
        return np.isfinite(self._z) & np.isfinite(self._y_pred)


def sigmoid(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return σ(z) for the drawing; it overflows nowhere."""
    return 0.5 * (1 + np.tanh(z / 2))
