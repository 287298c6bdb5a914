"""Every parameter over the updates."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem
from typing_extensions import override

from perceptron_gui.core import lines
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.recording import WIDEST, Points
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui import panels
from perceptron_gui.ui.plots.curves import Numbers, Reading, Sources
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.updates_plot import UpdatesPlot
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_NAMED = 10
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DotLine)
_SYMBOLS = ("o", "s", "t", "d", "t1", "p", "t2", "h", "t3", "star", "+")
_LEADER = 22
"""Pixels from the end of a line to its name."""
Ends = tuple[list[int], Numbers, Numbers]
"""Columns, and where the line of each ends."""


class WeightsPlot(UpdatesPlot):
    """W and b, the last value at every update count.

    Colour, line style and the symbol at the last finite point tell the curves apart.
    """

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        super().__init__(name, colors, Reading(_parameters, _parameters_of, WIDEST), plot_widget)
        self._n, self._k = 0, 0
        self.lines: list[Any] = []
        self._brushes: dict[str, QBrush] = {}
        self.ends: Any = pg.ScatterPlotItem()
        self.dots: Any = pg.ScatterPlotItem(symbol="o", size=5, pen=None)
        self._named: Ends = [], np.empty(0), np.empty(0)
        for item in (self.dots, self.ends):
            self.view_box.addItem(item, ignoreBounds=True)
        self._leaders = QGraphicsPathItem(self.view_box)
        self._leaders.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("weights_plot")

    @override
    def _read(self, history: History) -> bool:
        self._n, self._k = history.current.n, history.current.k
        return super()._read(history)

    @override
    def _element(self, column: int) -> str:
        return element(column, self._n, self._k)

    @override
    def _notes(self) -> list[str]:
        notes = super()._notes()
        shown, total = self.curves.values.shape[1], self._n * self._k + self._k
        if shown < total:
            notes.append(
                translate("WeightsPlot", "{shown} of {total} parameters drawn").format(shown=shown, total=total)
            )
        if not self._can_name(shown) and self.takes_mouse:
            notes.append(translate("WeightsPlot", "point at a line for its name"))
        return notes

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        (left, right), ends = super()._margins()
        names = [self._element(column) for column in range(self.curves.values.shape[1])]
        if len(names) <= MOST_NAMED:
            right = _LEADER + max(map(self.labels.width, names), default=0) + 4
        return (left, right), ends

    @override
    def _draw(self) -> None:
        super()._draw()
        counts, values = self._drawable()
        width, is_smooth = self._line_width(), self._is_smooth()
        while len(self.lines) < values.shape[1]:
            self.lines.append(pg.PlotCurveItem(connect="finite"))
            self.view_box.addItem(self.lines[-1], ignoreBounds=True)
            self._paint_line(len(self.lines) - 1)
        for column, line in enumerate(self.lines):
            if column < values.shape[1] and np.isfinite(values[:, column]).any():
                line.setData(counts[:, column], values[:, column], antialias=is_smooth)
                line.opts["pen"].setWidth(width)
            else:
                line.setData([], [])
        finite = np.isfinite(values)
        points, columns = np.nonzero(self._lone(finite))
        self.dots.setData(
            counts[points, columns], values[points, columns], brush=[self._brush(column) for column in columns.tolist()]
        )
        ends, x, y = _last_finite(self.curves.counts, self.curves.values)
        self.ends.setData(
            x,
            y,
            size=self._symbol_size(),
            symbol=[_SYMBOLS[column % len(_SYMBOLS)] for column in ends],
            brush=[self._brush(column) for column in ends],
        )
        self._named = _last_finite(self.curves.all_counts, self.curves.all_values)

    @override
    def _arrange(self) -> None:
        super()._arrange()
        columns, x, y = self._named
        across, down = self._to_pixels(x, y)
        width, height, gap = self.view_box.width(), self.view_box.height(), self.labels.height
        named = [
            (float(at), float(end), self._element(column))
            for end, at, column in zip(across, down, columns, strict=True)
            if 0 <= at <= height and 0 <= end <= width
        ]
        path = QPainterPath()
        if not self._can_name(self.curves.values.shape[1]):
            named = []
        named.sort()
        places = spread([at for at, _, _ in named], gap, gap / 2, height - gap / 2)
        for (at, end, _), place in zip(named, places, strict=True):
            path.moveTo(end + 7, at)
            path.lineTo(end + _LEADER - 3, place)
        self._leaders.setPath(path)
        self.labels.place([
            Label(name, end + _LEADER, place, (0, 0.5)) for (_, end, name), place in zip(named, places, strict=True)
        ])  # fmt: skip

    def _can_name(self, count: int) -> bool:
        return count <= MOST_NAMED and count * self.labels.height <= self.view_box.height()

    @override
    def _paint(self, colors: Colors) -> None:
        super()._paint(colors)
        for index in range(len(self.lines)):
            self._paint_line(index)
        self.ends.setPen(colors.base, width=1)
        self._leaders.setPen(QPen(QColor(colors.muted), 1))

    def _paint_line(self, index: int) -> None:
        pen = QPen(QColor(self._color(index)), 2, _STYLES[index % len(_STYLES)])
        pen.setCosmetic(True)
        self.lines[index].setPen(pen)

    def _brush(self, index: int) -> QBrush:
        """Return the very brush that a colour had before: by it pyqtgraph knows a symbol that it has painted."""
        return self._brushes.setdefault(color := self._color(index), QBrush(QColor(color)))

    def _color(self, index: int) -> str:
        return self._colors.series[index % len(self._colors.series)]


def element(column: int, n: int, k: int) -> str:
    """Name one parameter of a layer: W in row order, then b."""
    row, output = divmod(column, k)
    return lines.element("W", row, output, 0) if row < n else lines.element("b", 0, output, 0)


def _last_finite(counts: Numbers, values: npt.NDArray[np.floating[Any]]) -> Ends:
    """Return which columns are somewhere finite, and where they are the last time."""
    finite = np.isfinite(values)
    columns: list[int] = np.flatnonzero(finite.any(axis=0)).tolist()
    last = len(values) - 1 - finite[::-1, columns].argmax(axis=0)
    return columns, counts[last], values[last, columns].astype(np.float64)


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move ascending places apart, each as little as can be, until `gap` lies between any two within `low` and `high`.

    Places that are too near to each other become a block around the mean of what its members want.
    """
    blocks: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        mean, count = place - index * gap, 1
        while blocks and blocks[-1][0] > mean:
            other, members = blocks.pop()
            mean, count = (other * members + mean * count) / (members + count), members + count
        blocks.append((mean, count))
    starts = [mean for mean, count in blocks for _ in range(count)]
    last = high - (len(wanted) - 1) * gap
    return [max(low, min(start, last)) + index * gap for index, start in enumerate(starts)]


def _parameters(entry: Entry) -> Sources:
    return entry.snapshot.W, entry.snapshot.b


def _parameters_of(points: Points) -> FloatArray:
    return points.parameters
