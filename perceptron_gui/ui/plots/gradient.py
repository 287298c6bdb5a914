"""What lies in `.grad`, and beside it what the last Backward added."""

from dataclasses import dataclass, replace
from operator import is_
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QTransform
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.history import History
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import FloatArray, Snapshot
from perceptron_gui.ui import sentences
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.legend import Legend
from perceptron_gui.ui.plots.plot import REACH, Plot
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_PARAMETERS = 40
MOST_LABELLED = 12
NONE = "None"
_STORED, _STORED_WIDTH = -0.12, 0.44
_INCOMING, _INCOMING_WIDTH = 0.25, 0.22
_TICK_REACH = 60
"""Pixels by which the name of a parameter may stand out at the ends of the axis."""
_MOST_TURNED = 2 / 3
"""Turned numbers may take this part of the height."""
_GAP = 3
"""Pixels between the end of a bar and its number."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One number a parameter; nan in `numbers` where `is_none`."""

    numbers: FloatArray
    is_none: "np.ndarray[tuple[int], np.dtype[np.bool_]]"

    @classmethod
    def of(cls, snapshot: Snapshot, W: FloatArray | None, b: FloatArray | None) -> "Bars":
        """Read W in row order, then b, at most MOST_PARAMETERS numbers."""
        numbers: list[FloatArray] = []
        is_none: list[bool] = []
        for array, size in ((W, snapshot.W.size), (b, snapshot.b.size)):
            taken = min(size, MOST_PARAMETERS - len(is_none))
            is_none += [array is None] * taken
            numbers.append(np.full(taken, np.nan, np.float32) if array is None else array.reshape(-1)[:taken])
        return cls(np.concatenate(numbers), np.array(is_none))

    @property
    def drawn(self) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
        """The parameters that have a finite number."""
        return np.flatnonzero(np.isfinite(self.numbers))

    @property
    def has_gap(self) -> bool:
        """Whether a number is there that cannot be drawn."""
        return bool((~np.isfinite(self.numbers) & ~self.is_none).any())


_NO_BARS = Bars(np.empty(0, np.float32), np.empty(0, np.bool_))


class GradientPlot(Plot):
    """A bar for the stored gradient of every parameter, and a narrower one for the last Backward's part in it."""

    x_is_fitted = True

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(name, colors, parent)
        self._arrays: tuple[FloatArray | None, ...] = ()
        self._shape = (0, 0)
        self._old: tuple[str, ...] = ()
        self._stored = self._incoming = _NO_BARS
        self._ticks: tuple[float, ...] = ()
        nothing = np.empty(0)
        self.stored_bars: Any = pg.BarGraphItem(x=nothing, height=nothing, width=_STORED_WIDTH)
        self.incoming_bars: Any = pg.BarGraphItem(x=nothing, height=nothing, width=_INCOMING_WIDTH)
        self.zero_line: Any = pg.InfiniteLine(pos=0, angle=0)
        self.zeros: Any = pg.ScatterPlotItem(symbol="d", size=9)
        for item in (self.zero_line, self.stored_bars, self.incoming_bars, self.zeros):
            self.view_box.addItem(item, ignoreBounds=True)
        self.x_axis.setGrid(False)
        self.x_axis.setStyle(hideOverlappingLabels=_TICK_REACH)
        self.legend = Legend((Qt.BrushStyle.SolidPattern, Qt.BrushStyle.BDiagPattern))
        self.column.insertWidget(0, self.legend)
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return translate("GradientPlot", "Gradient accumulation")

    @override
    def retranslate(self) -> None:
        self.legend.set_texts(*self._parts())
        super().retranslate()

    @override
    def hover_text(self, position: QPointF) -> str:
        """The bar that the pointer is in or near; where there is None, the place of the bar."""
        stored, incoming = self._parts()
        found: list[tuple[float, str]] = []
        for bars, offset, width, part in (
            (self._stored, _STORED, _STORED_WIDTH, stored),
            (self._incoming, _INCOMING, _INCOMING_WIDTH, incoming),
        ):
            index = round(self._from_pixel(position.x()) - offset)
            if not 0 <= index < len(bars.numbers):
                continue
            place = index + offset
            number = bars.numbers[index]
            tip = float(number) if np.isfinite(number) else 0.0
            across, down = self._to_pixels([place - width / 2, place + width / 2], [0.0, tip])
            distance = float(np.hypot(_beyond(position.x(), *across), _beyond(position.y(), *down)))
            value = NONE if bars.is_none[index] else full_text(number)
            found.append((distance, f"{self._element(index)} = {value}\n{part}"))
        if not found or min(found)[0] > REACH:
            return ""
        text = min(found)[1]
        return f"{text}\n{sentences.stale(self._old)}" if self._old else text

    @override
    def _read(self, history: History) -> bool:
        snapshot = history.current
        last = snapshot.deposits[-1] if snapshot.deposits and snapshot.deposits[-1].count == 1 else None
        incoming = (None, None) if last is None else (last.W_grad, last.b_grad)
        arrays = (snapshot.W_grad, snapshot.b_grad, *incoming)
        self._old = guidance.stale_gradient(snapshot)
        if snapshot.W.shape == self._shape and all(map(is_, arrays, self._arrays)):
            return False
        self._arrays, self._shape = arrays, (snapshot.n, snapshot.k)
        self._stored = Bars.of(snapshot, snapshot.W_grad, snapshot.b_grad)
        self._incoming = _NO_BARS if last is None else Bars.of(snapshot, *incoming)
        return True

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return "", translate("GradientPlot", "gradient")

    @override
    def _bounds(self) -> tuple[Span, Span]:
        finite = [0.0]
        for bars in (self._stored, self._incoming):
            finite += bars.numbers[bars.drawn].tolist()
        return Span(-0.5, len(self._stored.numbers) - 0.5), Span(min(finite), max(finite))

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        _, (below, above) = super()._margins()
        for label in self._number_labels():
            if label.muted:
                continue
            room = (self.labels.width(label.text) if label.turned else self.labels.height) + _GAP + 4
            below, above = (max(below, room), above) if label.anchor[1] == 0 else (below, max(above, room))
        return (2, 2), (below, above)

    @override
    def _notes(self) -> list[str]:
        n, k = self._shape
        shown, total = len(self._stored.numbers), n * k + k
        notes = [self._gap_note()] if self._stored.has_gap or self._incoming.has_gap else []
        if shown < total:
            notes.append(
                translate("GradientPlot", "{shown} of {total} parameters drawn").format(shown=shown, total=total)
            )
        return notes

    @override
    def _draw(self) -> None:
        zeros: list[float] = []
        for item, bars, offset, width in (
            (self.stored_bars, self._stored, _STORED, _STORED_WIDTH),
            (self.incoming_bars, self._incoming, _INCOMING, _INCOMING_WIDTH),
        ):
            drawn = bars.drawn
            heights = bars.numbers[drawn].astype(np.float64)
            item.setOpts(x=drawn + offset, height=heights, width=width)
            zeros += (drawn[heights == 0] + offset).tolist()
        self.zeros.setData(zeros, [0.0] * len(zeros))

    @override
    def _arrange(self) -> None:
        self._arrange_ticks()
        # A pattern would be stretched with the view.
        transform, invertible = self.view_box.childTransform().inverted()
        brush = QBrush(QColor(self._colors.series[1]), Qt.BrushStyle.BDiagPattern)
        if invertible:
            brush.setTransform(QTransform.fromScale(transform.m11(), transform.m22()))
        self.incoming_bars.setOpts(brush=brush)
        self.labels.place(self._number_labels() or self._block_labels())

    @override
    def _paint(self, colors: Colors) -> None:
        self.stored_bars.setOpts(brush=QColor(colors.series[0]), pen=QColor(colors.series[0]))
        self.incoming_bars.setOpts(pen=QColor(colors.series[1]))
        self.zero_line.setPen(colors.muted, width=1)
        self.zeros.setPen(colors.text, width=1)
        self.zeros.setBrush(colors.base)
        self.legend.set_colors(colors.series[0], colors.series[1])

    def _parts(self) -> tuple[str, str]:
        return (
            translate("GradientPlot", "stored .grad"),
            translate("GradientPlot", "incoming in the last Backward"),
        )

    def _element(self, index: int) -> str:
        return _element(index, self._shape, ".grad")

    def _from_pixel(self, across: float) -> float:
        (left, right), _ = self.view_box.viewRange()
        return float(left + (right - left) * across / self.view_box.width())

    def _slot(self) -> float:
        """Pixels of one parameter."""
        if not self.is_zoomed:
            return float(self.view_box.width() / max(1, len(self._stored.numbers)))
        (left, right), _ = self.view_box.viewRange()
        return float(self.view_box.width() / (right - left))

    def _number_labels(self) -> list[Label]:
        """Return a number, or None, for every bar, where all of them have room."""
        count = len(self._stored.numbers)
        if not 0 < count <= MOST_LABELLED:
            return []
        slot = self._slot()
        numbers = self._labels_of(self._stored, _STORED)
        widest = max(self.labels.width(label.text) for label in numbers)
        turned = widest > slot
        sides = len({label.anchor for label in numbers if not label.muted})
        if turned and (self.labels.height > slot or sides * widest > _MOST_TURNED * self.view_box.height()):
            return []
        incoming = self._labels_of(self._incoming, _INCOMING)
        both = [label.text for label in (*numbers, *incoming)]
        if not turned and max(map(self.labels.width, both)) + 4 < slot * (_INCOMING - _STORED):
            numbers += incoming
        return [replace(one, turned=turned) for one in numbers]

    def _labels_of(self, bars: Bars, offset: float) -> list[Label]:
        made: list[Label] = []
        slot = self._slot()
        for index, number in enumerate(bars.numbers):
            is_drawn = bool(np.isfinite(number))
            across, down = self._to_pixels(index + offset, float(number) if is_drawn else 0.0)
            has_bar = is_drawn and number != 0
            is_below = number < 0 if has_bar else down < self.view_box.height() / 2
            gap = _GAP if has_bar else _GAP + 4
            text = NONE if bars.is_none[index] else _short(float(number))
            y = float(down) + (gap if is_below else -gap)
            x = self._kept_inside(float(across), text) if slot >= self.labels.width(text) else float(across)
            made.append(Label(text, x, y, (0.5, 0.0 if is_below else 1.0), muted=not has_bar))
        return made

    def _block_labels(self) -> list[Label]:
        """Where the numbers have no room, say once a tensor that its gradient is None."""
        count, (n, k) = len(self._stored.numbers), self._shape
        made: list[Label] = []
        for row, (name, first, last) in enumerate((("W", 0, min(n * k, count)), ("b", n * k, count))):
            if first < last and self._stored.is_none[first]:
                across, down = self._to_pixels((first + last - 1) / 2, 0.0)
                text = f"{name}.grad: {NONE}"
                y = float(down) - _GAP - row * self.labels.height
                made.append(Label(text, self._kept_inside(float(across), text), y, (0.5, 1.0)))
        return made

    def _kept_inside(self, x: float, text: str) -> float:
        half = self.labels.width(text) / 2
        return min(max(x, half), float(self.view_box.width()) - half)

    def _arrange_ticks(self) -> None:
        """Name the parameters under their bars: all of them, or every second, third, … where they are crowded."""
        count = len(self._stored.numbers)
        names = [_element(index, self._shape) for index in range(count)]
        widest = max(map(self.labels.width, names), default=0.0) + 5
        stride = max(1, int(np.ceil(widest / self._slot())))
        ticks = (*self._shape, stride)
        if ticks != self._ticks:
            self._ticks = ticks
            self.x_axis.setTicks([[(index, names[index]) for index in range(0, count, stride)]])


def _element(index: int, shape: tuple[int, int], suffix: str = "") -> str:
    row, column = divmod(index, shape[1])
    return lines.element(f"{'W' if row < shape[0] else 'b'}{suffix}", row, column, 0)


def _short(number: float) -> str:
    """Return a number as the tables show it; fewer digits where they show it in scientific form."""
    text = display_text(number)
    return f"{number:.1e}" if "e" in text else text


def _beyond(place: float, first: float, second: float) -> float:
    """Return how far a place lies outside of two others."""
    return max(min(first, second) - place, place - max(first, second), 0.0)
