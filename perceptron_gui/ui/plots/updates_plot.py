"""Plots of something over the updates done: the loss, the parameters."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from typing_extensions import override

from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.recording import MOST_BUCKETS
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.curves import Curves, Numbers, Reading
from perceptron_gui.ui.plots.plot import MOST_SMOOTH_POINTS, MOST_WIDE_POINTS, REACH, Plot
from perceptron_gui.ui.plots.ranging import Span, whole_steps
from perceptron_gui.ui.plots.sheet import Column, Sheet, whole
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
_LEAST_STRETCH = 3
"""Of so many points two are drawn; fewer are drawn all."""
FEWEST_UPDATES = 5
"""At least so many updates have room on the axis."""
MOST_DASHED = 200
"""Up to so many points a line is dashed or dotted; beyond, that costs a frame and would not be seen as such."""
MOST_DRAWN = 2**16
"""About so many numbers of all columns are drawn at most: one run after the other adds to them without end."""


class UpdatesPlot(Plot):
    """A plot whose points are those of Curves. A subclass names what column they are in (`_element`).

    What was undone is thin and dotted, behind a line at the updates of the moment that is shown.
    """

    def __init__(self, name: str, colors: Colors, reading: Reading, plot_widget: Any = None) -> None:
        self.curves = Curves(reading)
        self._step = 0
        self._drawn_in = 0
        self._here: int | None = None
        super().__init__(name, colors, plot_widget)
        self.undone: Any = pg.PlotCurveItem(connect="finite")
        self.here: Any = pg.InfiniteLine(angle=90)
        for item in (self.undone, self.here):
            item.setVisible(False)
            self.view_box.addItem(item, ignoreBounds=True)

    @override
    def put_away(self) -> None:
        super().put_away()
        self.curves.forget()

    @override
    def sheet(self) -> Sheet:
        values = self.curves.values.copy()
        columns = [Column(self._element(index), values[:, index]) for index in range(values.shape[1])]
        return Sheet((Column("updates", whole(self.curves.counts)), *columns))

    @override
    def hover_text(self, position: QPointF) -> str:
        (left, right), _ = self.view_box.viewRange()
        reach = REACH * (right - left) / self.view_box.width()
        middle = left + (right - left) * position.x() / self.view_box.width()
        first, last = np.searchsorted(self.curves.all_counts, (middle - reach, middle + reach))
        values = self.curves.all_values[first:last]
        counts = np.repeat(self.curves.all_counts[first:last], values.shape[1])
        index = self._nearest(counts, values.reshape(-1), position)
        if index is None:
            return ""
        told = self._told(self._element(index % values.shape[1]), int(counts[index]), values.reshape(-1)[index])
        return self._told_of(int(first) + index // values.shape[1], told)

    def _told_of(self, point: int, told: str) -> str:
        """Add to what is said of a point that it was undone."""
        if self.curves.undone is None or point < self.curves.undone:
            return told
        return translate("UpdatesPlot", "{point} (undone)").format(point=told)

    def _told(self, element: str, count: int, number: float) -> str:
        """Say a number in full."""
        value = full_text(number)
        if count == 1:
            return translate("UpdatesPlot", "{element} after 1 update: {value}").format(element=element, value=value)
        return translate("UpdatesPlot", "{element} after {count} updates: {value}").format(
            element=element, count=count, value=value
        )

    def _element(self, column: int) -> str:
        """Name one column of the values as PyTorch does."""
        raise NotImplementedError

    @override
    def _read(self, history: History) -> bool:
        has_changed, before = self.curves.follow(history), self._here
        self._here = None if self.curves.undone is None else history.entry.updates
        return has_changed or self._here != before

    @override
    def _first_drawn(self, history: History) -> Entry:
        return history.entries[self.curves.first]

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return translate("UpdatesPlot", "updates"), translate("UpdatesPlot", "value")

    @override
    def _bounds(self) -> tuple[Span, Span]:
        counts, values = self.curves.all_counts, self.curves.all_values
        first, last = (float(counts[0]), float(counts[-1])) if counts.size else (0.0, 0.0)
        finite = values[np.isfinite(values)]
        y = Span(float(finite.min()), float(finite.max())) if finite.size else Span(0.0, 0.0)
        return Span(first, max(last, first + FEWEST_UPDATES)), y

    @override
    def _notes(self) -> list[str]:
        return [] if np.isfinite(self.curves.all_values).all() else [self._gap_note()]

    @override
    def _arrange(self) -> None:
        """Updates are whole: so are the numbers at their axis."""
        if not self._is_outdated and self._drawn_in != self._stretches():
            self._draw()
        left, right = self.view_box.viewRange()[0]
        room = self.labels.width(str(int(right))) + 24
        step = whole_steps(right - left, self.view_box.width() / room)
        if step != self._step:
            self._step = step
            self.x_axis.setTickSpacing(levels=[(float(step), 0.0)])

    @override
    def _zoomed(self, *changed: object) -> None:
        super()._zoomed(*changed)
        self._arrange()

    @override
    def _draw(self) -> None:
        self._drawn_in = self._stretches()
        for item in (self.undone, self.here):
            item.setVisible(self._here is not None)
        if self.curves.undone is None:
            return
        self.here.setValue(self._here)
        # From the last point that was not undone on, one column after the other, with a gap behind each.
        first = max(self.curves.undone - 1, 0)
        counts, values = drawable(self.curves.all_counts[first:], self.curves.all_values[first:], self._drawn_in)
        values = np.pad(values, ((0, 1), (0, 0)), constant_values=np.nan)
        counts = np.pad(counts, ((0, 1), (0, 0)), mode="edge")
        style = Qt.PenStyle.DotLine if values.size <= MOST_DASHED else Qt.PenStyle.SolidLine
        self.undone.setPen(self._colors.muted, width=1, style=style)
        if np.isfinite(values).any():
            self.undone.setData(counts.T.reshape(-1), values.T.reshape(-1))
        else:
            self.undone.setData([], [])

    @override
    def _paint(self, colors: Colors) -> None:
        self.here.setPen(colors.muted, width=1, style=Qt.PenStyle.DashLine)

    def _drawable(self) -> tuple[Numbers, Numbers]:
        """Return the points up to the shown entry as they are drawn."""
        return drawable(self.curves.counts, self.curves.values, self._drawn_in)

    def _stretches(self) -> int:
        """Return of how many stretches the least and the largest is drawn: one a pixel where all is seen."""
        columns: int = self.curves.values.shape[1]
        most = min(MOST_DRAWN // (2 * max(columns, 1)), MOST_BUCKETS)
        return most if self.is_zoomed else max(min(math.ceil(self.view_box.width()), most), 1)

    def _lone(self, finite: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return which points have a gap on both sides, so that no line goes through them; (points, columns)."""
        lone = finite.copy()
        lone[1:] &= ~finite[:-1]
        lone[:-1] &= ~finite[1:]
        return lone

    def _line_width(self) -> int:
        return 2 if self.curves.values.size <= MOST_WIDE_POINTS else 1

    def _is_smooth(self) -> bool:
        return self.curves.values.size <= MOST_SMOOTH_POINTS

    def _symbol_size(self) -> int:
        """Symbols are as large as the letters want it."""
        return round(0.5 * self.labels.height)


def drawable(counts: Numbers, values: FloatArray, most: int) -> tuple[Numbers, Numbers]:
    """Return points as pyqtgraph takes them: counts and values, both (points, columns), in which a gap is nan.

    Of more points there are the least and the largest of each of `most` or some more stretches, column by column, and
    the last ones. A value that is not finite counts as largest, so that a gap stays one.

    Args:
        counts: the update counts, (points,), ascending.
        values: (points, columns).
        most: the number of stretches, at least 1.
    """
    points, columns = values.shape
    size = (points - 1) // most
    if size < _LEAST_STRETCH:
        return np.repeat(counts[:, np.newaxis], columns, axis=1), _finite(values)
    end = (points - 1) // size * size
    stretches = values[:end].reshape(-1, size, columns)
    heights = np.where(np.isfinite(stretches), stretches, np.inf)
    low, high = heights.argmin(axis=1), heights.argmax(axis=1)
    chosen = np.stack([np.minimum(low, high), np.maximum(low, high)], axis=1)
    rows = (chosen + np.arange(0, end, size)[:, np.newaxis, np.newaxis]).reshape(-1, columns)
    rest = np.repeat(np.arange(end, points)[:, np.newaxis], columns, axis=1)
    rows = np.concatenate([rows, rest])
    return counts[rows], _finite(np.take_along_axis(values, rows, axis=0))


def _finite(values: npt.ArrayLike) -> Numbers:
    """Return a copy in which nan stands for all that is not finite."""
    finite = np.array(values, np.float64)
    finite[~np.isfinite(finite)] = np.nan
    return finite
