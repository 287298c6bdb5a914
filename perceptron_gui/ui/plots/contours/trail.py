"""Where the chosen parameters stood, update by update: read off the entries, and drawn."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt

from perceptron_gui.core.actions import Operation, Ran
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.questions import Twin
from perceptron_gui.core.snapshot import Element, FloatArray, Rows, Snapshot, TensorName
from perceptron_gui.ui.plots.curves import Numbers
from perceptron_gui.ui.plots.legend import Stroke
from perceptron_gui.ui.plots.ranging import Span

MOST_POINTS = 2000
_MOST_ENTRIES = 10_000
"""So many entries are looked through, for a press has to be quick."""
_MOST_DOTS, _SOME_DOTS = 100, 20
"""Up to so many points each has its symbol; of more, so many."""
_MOST_DASHED = 200
"""Up to so many points a line is dashed; beyond, dashes cost a frame and would not be seen as such."""
_MOST_WIDE = 500
_OF_RUN = MOST_POINTS // 2
"""So many points are taken of a run, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Points in their order. `places` is (points, 2): of one parameter, it and the loss there.

    `losses` (points,) are what a Forward gave there, nan where none did: the last one while W and b were these; of a
    twin the last one at that update count. `joined` (points,) says whether an Update led to a point from the one
    before; else it was an edit. `is_whole` says whether the first point is the start.
    """

    places: Numbers
    losses: Numbers
    updates: npt.NDArray[np.int64]
    joined: npt.NDArray[np.bool_]
    is_whole: bool

    def ending_at(self, height: float) -> "Trail":
        """Return the same way, with its last point at another height."""
        places = self.places.copy()
        places[-1:, 1] = height
        return replace(self, places=places)

    def is_same_as(self, other: "Trail") -> bool:
        """Whether both are drawn alike."""
        return self.is_whole == other.is_whole and all(
            np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
            for first, second in (
                (self.places, other.places), (self.updates, other.updates), (self.joined, other.joined)
            )
        )  # fmt: skip


NOWHERE = Trail(np.empty((0, 2)), np.empty(0), np.empty(0, np.int64), np.empty(0, np.bool_), is_whole=True)


def rows_seen(snapshot: Snapshot) -> Rows:
    """Return the rows whose loss is shown."""
    return None if snapshot.config.part else snapshot.rows


def value(element: Element, W: FloatArray, b: FloatArray) -> float:
    """Return one element of W or b."""
    return float(W[element.row, element.column] if element.name == TensorName.W else b[element.column])


def finite_points(points: Numbers) -> npt.NDArray[np.bool_]:
    """Return which of the points (points, 2) can be drawn."""
    return np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])


def hull(numbers: npt.ArrayLike) -> Span:
    """Return the least and the largest finite number; 0 where there is none."""
    array = np.asarray(numbers, np.float64)
    finite = array[np.isfinite(array)]
    return Span(float(finite.min()), float(finite.max())) if finite.size else Span(0.0, 0.0)


@dataclass(slots=True)
class _Points:
    """What was read so far."""

    is_whole: bool
    places: list[tuple[float, float]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    joined: list[bool] = field(default_factory=list)
    last: Snapshot | None = None

    def take(self, entry: Entry, across: Element, down: Element | None) -> bool:
        """Read one entry; return whether it makes or changes a point."""
        is_run = isinstance(entry.action, Ran) and self._take_run(entry, entry.action, across, down)
        snapshot, last, loss = entry.snapshot, self.last, _loss_at(entry.snapshot)
        self.last = snapshot
        if last is None or snapshot.W is not last.W or snapshot.b is not last.b:
            height = _height(snapshot, loss) if down is None else value(down, snapshot.W, snapshot.b)
            self.places.append((value(across, snapshot.W, snapshot.b), height))
            self.losses.append(loss)
            self.updates.append(entry.updates)
            self.joined.append(entry.action is Operation.UPDATE or is_run)
            if len(self.places) > 2 * MOST_POINTS:
                self.is_whole = False
                for points in (self.places, self.losses, self.updates, self.joined):
                    del points[:MOST_POINTS]
            return True
        if np.isnan(loss) or loss == self.losses[-1]:
            return False
        self.losses[-1] = loss
        if down is None:
            self.places[-1] = (self.places[-1][0], _height(snapshot, loss))
        return True

    def _take_run(self, entry: Entry, ran: Ran, across: Element, down: Element | None) -> bool:
        """Read the points of a run before its end; return whether they are there, to be joined."""
        points, (n, k) = ran.curve.overview.every(-(-len(ran.curve.overview.counts) // _OF_RUN)), entry.snapshot.W.shape
        columns = [
            one.row * k + one.column if one.name == TensorName.W else n * k + one.column
            for one in (across, down)
            if one is not None
        ]
        if not len(points.counts) or max(columns) >= points.parameters.shape[1]:
            return False
        losses = points.losses.astype(np.float64)
        heights = _heights(losses, entry.snapshot) if down is None else points.parameters[:, columns[1]].astype(float)
        # The first is the point where it began, with a loss that it may not have had yet.
        first = 1 if self.places else 0
        if first:
            self.losses[-1] = float(losses[0])
            self.places[-1] = (self.places[-1][0], float(heights[0]))
        self.places += zip(points.parameters[first:, columns[0]].tolist(), heights[first:].tolist(), strict=True)
        self.losses += losses[first:].tolist()
        self.updates += (points.counts[first:] + (entry.updates - ran.updates)).tolist()
        self.joined += [True] * (len(losses) - first)
        return True

    def trail(self) -> Trail:
        """Return the last of them."""
        last = slice(-MOST_POINTS, None)
        joined = np.array(self.joined[last])
        joined[:1] = False
        return Trail(
            np.array(self.places[last]),
            np.array(self.losses[last]),
            np.array(self.updates[last]),
            joined,
            is_whole=self.is_whole and len(self.places) <= MOST_POINTS,
        )


class TrailReading:
    """Reads the way of the present run, carried on entry by entry where a history goes on as it began."""

    def __init__(self) -> None:
        self._entries: tuple[Entry, ...] = ()
        self._elements: tuple[Element, Element | None] | None = None
        self._points = _Points(is_whole=True)
        self._trail = NOWHERE

    def follow(self, history: History, across: Element, down: Element | None) -> Trail:
        """Return the last MOST_POINTS points of the segment of a history, the same object where nothing is new.

        Without a second parameter the loss of the last Forward at a point is its height, nan where there was none.
        Both have to be in the tensors of the segment.
        """
        # What was before may be of other sizes.
        entries = history.segment
        known = len(self._entries)
        if not known or self._elements != (across, down) or entries[:known] != self._entries:
            known = max(len(entries) - _MOST_ENTRIES, 0)
            self._points = _Points(is_whole=known == 0)
        has_changed = False
        for entry in entries[known:]:
            has_changed |= self._points.take(entry, across, down)
        self._entries, self._elements = entries, (across, down)
        if has_changed:
            self._trail = self._points.trail()
        return self._trail


def trail_of_twin(twin: Twin | None, across: Element, down: Element | None, now: Snapshot | None) -> Trail:
    """Read the way of the second run, its last MOST_POINTS points; `now` is the state that is shown beside it."""
    if twin is None or now is None:
        return NOWHERE
    last = slice(-MOST_POINTS, None)
    W, b, updates = twin.path.W[last], twin.path.b[last], twin.path.updates[last]

    def values(element: Element) -> FloatArray:
        return W[:, element.row, element.column] if element.name == TensorName.W else b[:, element.column]

    losses = np.full(len(updates), np.nan)
    if len(twin.updates):
        at = np.minimum(np.searchsorted(twin.updates, updates), len(twin.updates) - 1)
        losses = np.where(twin.updates[at] == updates, twin.losses[at].astype(np.float64), np.nan)
    heights = _heights(losses, now) if down is None else values(down).astype(np.float64)
    joined = twin.path.joined[last].copy()
    joined[:1] = False
    is_whole = len(twin.path.updates) <= MOST_POINTS
    return Trail(np.column_stack([values(across), heights]), losses, updates, joined, is_whole=is_whole)


def _height(snapshot: Snapshot, loss: float) -> float:
    """Return how high a point lies whose height is its loss: nowhere where that is the loss of other rows."""
    forward = snapshot.forward
    return loss if forward is not None and forward.rows == rows_seen(snapshot) else float("nan")


def _heights(losses: Numbers, snapshot: Snapshot) -> Numbers:
    """Return that of several points: while a batch is taken in parts, their losses are those of parts."""
    return np.full(len(losses), np.nan) if snapshot.config.part else losses


def _loss_at(snapshot: Snapshot) -> float:
    forward = snapshot.forward
    is_of_here = forward is not None and forward.W is snapshot.W and forward.b is snapshot.b
    return float(forward.loss) if forward is not None and is_of_here else float("nan")


class TrailItems:
    """A line with a dot at every update, and a mark at the last point. Symbol and pattern tell two of them apart."""

    def __init__(self, view_box: Any, stroke: Stroke, *, is_hollow: bool = False) -> None:
        symbol, self._style = stroke.symbol, stroke.style
        self._color = ""
        self._is_hollow = is_hollow
        self.line: Any = pg.PlotCurveItem(antialias=True)
        self.dots: Any = pg.ScatterPlotItem(symbol=symbol, pen=None)
        self.mark: Any = pg.ScatterPlotItem(symbol=symbol)
        for item in (self.line, self.dots, self.mark):
            view_box.addItem(item, ignoreBounds=True)

    def show(self, trail: Trail, size: int) -> None:
        """Draw the points that are finite; the mark is that of the last one."""
        finite = finite_points(trail.places)
        places = trail.places[finite]
        joined = trail.joined.copy()
        joined[1:] &= finite[:-1]
        connect = np.append(joined[finite][1:], False).astype(np.int32)[: len(places)]
        if len(places):
            self.line.setData(places[:, 0], places[:, 1], connect=connect)
        else:
            self.line.setData([], [], connect="all")
        self._paint_line(len(places))
        dots = places if len(places) <= _MOST_DOTS else places[:: len(places) // _SOME_DOTS]
        self.dots.setData(dots[:, 0], dots[:, 1], size=max(4, round(size / (1.5 if self._is_hollow else 2.2))))
        last = slice(-1, None) if finite[-1:].all() else slice(0, 0)
        self.mark.setData(places[last, 0], places[last, 1], size=size)

    def paint(self, color: str, last: str, outline: str) -> None:
        """Give the items their colours; the mark of the last point has one of its own."""
        self._color = color
        self._paint_line(len(self.line.xData) if self.line.xData is not None else 0)
        self.dots.setBrush(outline if self._is_hollow else color)
        self.dots.setPen(color, width=1)
        self.mark.setBrush(last)
        self.mark.setPen(outline, width=2)

    def _paint_line(self, points: int) -> None:
        if self._color:
            style = self._style if points <= _MOST_DASHED else Qt.PenStyle.SolidLine
            self.line.setPen(self._color, width=2 if points <= _MOST_WIDE else 1, style=style)
