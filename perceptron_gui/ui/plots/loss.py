"""The loss over the updates, of this run and of its twin."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from perceptron_gui.core.actions import Operation, Ran
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.core.recording import Points
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui import panels
from perceptron_gui.ui.plots import twin_words
from perceptron_gui.ui.plots.curves import Numbers, Reading, Sources
from perceptron_gui.ui.plots.drawing import Drawing, Marks
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.legend import Legend, Stroke
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.plots.sheet import Column, Sheet, whole
from perceptron_gui.ui.plots.symbols import CIRCLE, SQUARE
from perceptron_gui.ui.plots.twin_asking import TwinAsking
from perceptron_gui.ui.plots.updates_plot import MOST_DASHED, UpdatesPlot
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_DOTS = 100
"""Up to so many points each has a dot; beyond, only those without a neighbour."""
SOME_SQUARES = 20
"""Beyond MOST_DOTS, about so many points of the twin have a square: it is told by more than its colour."""
_OWN, _LAST, _TWIN = 0, 1, 2
"""Colours of the series: this run's curve, its last point, the twin."""


class LossPlot(UpdatesPlot):
    """The loss of the last Forward at every update count; the last point is marked. The twin's is beside it."""

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        self._second = TwinAsking()
        self._end = ""
        super().__init__(name, colors, Reading(_loss, _losses_of, widest=1), plot_widget)
        self.curve: Any = pg.PlotCurveItem(connect="finite")
        self.dots, self.marker = Marks(CIRCLE, 1), Marks(CIRCLE, 1)
        self.twin_curve: Any = pg.PlotCurveItem(connect="finite")
        self.twin_dots, self.twin_marker = Marks(SQUARE, 1), Marks(SQUARE, 1)
        for item in (self.curve, self.twin_curve):
            self.view_box.addItem(item, ignoreBounds=True)
        self._marks = Drawing(self.view_box, (self.dots, self.twin_dots, self.marker, self.twin_marker))
        self.legend = Legend((Stroke(Qt.PenStyle.SolidLine, "o"), Stroke(Qt.PenStyle.DashLine, "s")))
        self.column.insertWidget(0, self.legend)
        self.caption = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.column.addWidget(self.caption)
        for widget in (self.legend, self.caption):
            widget.setVisible(False)
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("loss_plot")

    @override
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        if self._second.take(question, answer):
            self._show()

    @override
    def sheet(self) -> Sheet:
        """A row an update count that either run has a loss at."""
        twin = self._second.twin
        runs = [("loss", whole(self.curves.counts), self.curves.values.reshape(-1))]
        if twin is not None:
            runs.append(("loss of the twin", twin.updates, twin.losses))
        updates = np.unique(np.concatenate([counts for _, counts, _ in runs]))
        columns: list[Column] = []
        for name, counts, losses in runs:
            values = np.zeros(len(updates), np.float32)
            values[np.searchsorted(updates, counts)] = losses
            columns.append(Column(name, values, np.isin(updates, counts)))
        return Sheet((Column("updates", updates), *columns))

    @override
    def hover_text(self, position: QPointF) -> str:
        """Where there is a twin, what both have at the count of the nearest point."""
        twin = self._second.twin
        if twin is None:
            return super().hover_text(position)
        own, others = self.curves.all_counts, twin.updates.astype(np.float64)
        losses = self.curves.all_values.reshape(-1)
        counts = np.concatenate([own, others])
        index = self._nearest(counts, np.concatenate([losses, twin.losses]), position)
        if index is None:
            return ""
        count = counts[index]
        return "\n".join(
            self._told_of(int(at) if values is losses else 0, self._told(element, int(count), float(values[at])))
            for element, numbers, values in (
                (translate("LossPlot", "loss of this run"), own, losses),
                (translate("LossPlot", "loss of the twin"), others, twin.losses),
            )
            for at in np.flatnonzero(numbers == count)
        )

    @override
    def put_away(self) -> None:
        super().put_away()
        self._second.forget()

    @override
    def _element(self, column: int) -> str:
        return "loss"

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return super()._axis_labels()[0], translate("LossPlot", "loss")

    @override
    def _refresh(self) -> None:
        """Ask for the twin when everything else is drawn."""
        super()._refresh()
        question = self._second.next_question()
        if question is not None:
            self.question_raised.emit(question)

    @override
    def _read(self, history: History) -> bool:
        end = twin_words.end(history)
        has_ended, self._end = end != self._end, end
        is_other_twin = self._second.follow(history)
        return super()._read(history) or is_other_twin or has_ended

    @override
    def _bounds(self) -> tuple[Span, Span]:
        """0 is always seen: it is where the loss should go."""
        x, y = super()._bounds()
        counts, losses = self._twin_points()
        finite = losses[np.isfinite(losses)]
        if counts.size:
            x = Span(min(x.low, float(counts[0])), max(x.high, float(counts[-1])))
        heights = [0.0, y.low, y.high]
        if finite.size:
            heights += [float(finite.min()), float(finite.max())]
        return x, Span(min(heights), max(heights) or 1.0)

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        (left, _), ends = super()._margins()
        widest = max(self.labels.width(text) for text in (self._last(), self._twin_last()))
        return (left, self._symbol_size() + widest + 4), ends

    @override
    def _notes(self) -> list[str]:
        notes = super()._notes()
        if not notes and not np.isfinite(self._twin_points()[1]).all():
            notes.append(self._gap_note())
        return [*notes, *filter(None, (self._end, twin_words.trouble(self._second)))]

    @override
    def _say_notes(self) -> None:
        super()._say_notes()
        twin, is_on = self._second.twin, self._second.is_on
        if twin is not None or not is_on:
            self.legend.set_texts(*twin_words.legend(twin))
        self.caption.setText(twin_words.caption(twin))
        for widget in (self.legend, self.caption):
            widget.setToolTip(twin_words.tip())
            widget.setVisible(is_on)

    @override
    def _draw(self) -> None:
        super()._draw()
        counts, values = self._drawable()
        counts, losses = (array[:, 0] if array.size else np.empty(0) for array in (counts, values))
        finite = np.isfinite(losses)
        if finite.any():
            # The pen first, here and elsewhere: behind the data it has pyqtgraph find their bounds once more.
            self.curve.setPen(self._colors.series[_OWN], width=self._line_width())
            self.curve.setData(counts, losses, antialias=self._is_smooth())
        else:
            self.curve.setData([], [])
        dotted = self._lone(finite) if len(losses) > MOST_DOTS else finite
        self.dots.put(counts[dotted], losses[dotted])
        self.dots.set_size(round(self._symbol_size() / 2))
        self._mark_last(self.marker, counts, losses)
        self._draw_twin()

    def _draw_twin(self) -> None:
        counts, losses = self._twin_points()
        finite = np.isfinite(losses)
        if finite.any():
            line = Qt.PenStyle.DashLine if len(losses) <= MOST_DASHED else Qt.PenStyle.SolidLine
            self.twin_curve.setPen(self._colors.series[_TWIN], width=self._line_width(), style=line)
            self.twin_curve.setData(counts, losses, antialias=self._is_smooth())
        elif self.twin_curve.xData is not None and len(self.twin_curve.xData):
            self.twin_curve.setData([], [])
        squares = finite.copy()
        if len(losses) > MOST_DOTS:
            squares &= np.arange(len(losses)) % (len(losses) // SOME_SQUARES) == 0
            squares |= self._lone(finite)
        self.twin_dots.put(counts[squares], losses[squares])
        self.twin_dots.set_size(round(self._symbol_size() / 2))
        self._mark_last(self.twin_marker, counts, losses)

    def _mark_last(self, marker: Marks, counts: Numbers, losses: Numbers) -> None:
        last = slice(-1, None) if losses.size and np.isfinite(losses[-1]) else slice(0, 0)
        marker.put(counts[last], losses[last])
        marker.set_size(self._symbol_size())

    def _twin_points(self) -> tuple[Numbers, Numbers]:
        """Return the twin's counts and losses, (points,) each, as pyqtgraph takes them: a gap is nan."""
        twin = self._second.twin
        if twin is None:
            return np.empty(0), np.empty(0)
        losses = twin.losses.astype(np.float64)
        losses[~np.isfinite(losses)] = np.nan
        return twin.updates.astype(np.float64), losses

    @override
    def _arrange(self) -> None:
        """The last loss stands behind its marker, on the side of it where what was undone does not go on."""
        super()._arrange()
        gap = self._symbol_size()
        labels = [
            Label(text, float(x) + gap, float(y) + self._aside(), (0, 0.5))
            for marker, text in ((self.marker, self._last()), (self.twin_marker, self._twin_last()))
            for x, y in zip(*self._to_pixels(marker.x, marker.y), strict=True)
        ]
        self._marks.arrange()
        self.labels.place(_apart(labels, self.labels.height, self.view_box.height()))

    def _aside(self) -> float:
        """Return how many pixels below its marker the last loss stands."""
        undone, losses = self.curves.undone, self.curves.all_values
        if not undone:
            return 0.0
        return self.labels.height * (0.7 if losses[undone, 0] > losses[undone - 1, 0] else -0.7)

    def _last(self) -> str:
        if not len(self.curves.values):
            return ""
        said = display_text(float(self.curves.values[-1, 0]))
        return f"● {said}" if self._second.twin is not None else said

    def _twin_last(self) -> str:
        twin = self._second.twin
        return f"■ {display_text(float(twin.losses[-1]))}" if twin is not None and twin.losses.size else ""

    @override
    def _paint(self, colors: Colors) -> None:
        super()._paint(colors)
        for marks, series in (
            (self.dots, _OWN), (self.twin_dots, _TWIN), (self.marker, _LAST), (self.twin_marker, _TWIN)
        ):  # fmt: skip
            marks.brush = QBrush(QColor(colors.series[series]))
        for marker in (self.marker, self.twin_marker):
            marker.pen = QPen(QColor(colors.base), 1)
        self.legend.set_colors(colors.series[_OWN], colors.series[_TWIN])


def _apart(labels: list[Label], line: float, height: float) -> list[Label]:
    """Move two labels that would stand on each other away from each other, and not out of the view."""
    if len(labels) < 2 or abs(labels[0].y - labels[1].y) >= line:
        return labels
    middle = (labels[0].y + labels[1].y) / 2
    middle = min(max(middle, line), max(height - line, line))
    upper, lower = middle - line / 2, middle + line / 2
    is_first_above = labels[0].y <= labels[1].y
    places = (upper, lower) if is_first_above else (lower, upper)
    return [replace(label, y=y) for label, y in zip(labels, places, strict=True)]


def _loss(entry: Entry) -> Sources | None:
    snapshot, forward = entry.snapshot, entry.snapshot.forward
    if forward is None or entry.refusal is not None:
        return None
    is_at_end = isinstance(entry.action, Ran) and forward.W is snapshot.W and forward.b is snapshot.b
    return (forward.loss,) if is_at_end or entry.action is Operation.FORWARD else None


def _losses_of(points: Points) -> FloatArray:
    return points.losses[:, np.newaxis]
