"""What stands beside the curves of a plot: bars, marks and lines, in one item that places them as it paints.

A press moves many of them at once. Items of pyqtgraph are asked for their size in the data again and again, which
would take most of a repaint; these are numbers until they are painted.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

Numbers = npt.NDArray[np.float64]
Place = Callable[[Numbers, Numbers], tuple[list[float], list[float]]]
"""Maps data, x and y, to pixels."""
NOTHING: Numbers = np.empty(0)
NO_PEN = QPen(Qt.PenStyle.NoPen)
HOLLOW = QBrush(Qt.BrushStyle.NoBrush)
_FARTHEST = 2.0**20
"""Pixels: Qt's painter takes no place that lies further away."""
_FEW = 32
"""So many numbers are reckoned with sooner one by one."""


class Shape:
    """Numbers that are painted in one look. It is not visible while there are none."""

    def __init__(self) -> None:
        self.pen, self.brush, self.opacity = NO_PEN, HOLLOW, 1.0

    @property
    def is_visible(self) -> bool:
        """Whether there is anything to paint."""
        raise NotImplementedError

    def paint(self, painter: QPainter, place: Place) -> None:
        """Paint itself; pen and brush are set already."""
        raise NotImplementedError


class Bars(Shape):
    """Upright bars, (bars,) each: their left edge, where they begin, how wide they are, how far they go up or down."""

    def __init__(self) -> None:
        super().__init__()
        self.put(NOTHING, NOTHING, NOTHING, NOTHING)

    def put(self, x0: Numbers, y0: Numbers, width: Numbers, height: Numbers) -> None:
        """Be these bars."""
        self.x0, self.y0, self.width, self.height = x0, y0, width, height

    @property
    @override
    def is_visible(self) -> bool:
        return len(self.x0) > 0

    @override
    def paint(self, painter: QPainter, place: Place) -> None:
        starts = zip(*place(self.x0, self.y0), strict=True)
        ends = zip(*place(self.x0 + self.width, self.y0 + self.height), strict=True)
        painter.drawRects([
            QRectF(left, min(first, last), right - left, abs(last - first))
            for (left, first), (right, last) in zip(starts, ends, strict=True)
        ])  # fmt: skip


class Marks(Shape):
    """Symbols of one size in pixels at points, (points,) each; `symbol` is a path around (0, 0), a unit wide."""

    def __init__(self, symbol: QPainterPath, size: float) -> None:
        super().__init__()
        self._symbol = symbol
        self.set_size(size)
        self.put(NOTHING, NOTHING)

    def set_size(self, size: float) -> None:
        """Be so many pixels wide."""
        self.size = size
        self._path = QTransform.fromScale(size, size).map(self._symbol)

    def put(self, x: Numbers, y: Numbers) -> None:
        """Be at these points."""
        self.x, self.y = x, y

    @property
    @override
    def is_visible(self) -> bool:
        return len(self.x) > 0

    @override
    def paint(self, painter: QPainter, place: Place) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for across, down in zip(*place(self.x, self.y), strict=True):
            painter.translate(across, down)
            painter.drawPath(self._path)
            painter.translate(-across, -down)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class Lines(Shape):
    """Straight lines, (lines,) each: from (x0, y0) to (x1, y1); `is_smooth` where they are not level or upright."""

    def __init__(self, *, is_smooth: bool = False) -> None:
        super().__init__()
        self._is_smooth = is_smooth
        self.put(NOTHING, NOTHING, NOTHING, NOTHING)

    def put(self, x0: Numbers, y0: Numbers, x1: Numbers, y1: Numbers) -> None:
        """Be these lines."""
        self.x0, self.y0, self.x1, self.y1 = x0, y0, x1, y1

    @property
    @override
    def is_visible(self) -> bool:
        return len(self.x0) > 0

    @override
    def paint(self, painter: QPainter, place: Place) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=self._is_smooth)
        painter.drawLines([*map(QLineF, *place(self.x0, self.y0), *place(self.x1, self.y1))])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class Curve(Shape):
    """A smooth line through points, (points,) each."""

    def __init__(self) -> None:
        super().__init__()
        self.put(NOTHING, NOTHING)

    def put(self, x: Numbers, y: Numbers) -> None:
        """Go through these points."""
        self.x, self.y = x, y

    @property
    @override
    def is_visible(self) -> bool:
        return len(self.x) > 0

    @override
    def paint(self, painter: QPainter, place: Place) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolyline(QPolygonF([*map(QPointF, *place(self.x, self.y))]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class Drawing(QGraphicsItem):
    """Shapes on a view box, which clips them, one over the other. They are no data: nothing follows or finds them."""

    def __init__(self, view_box: Any, shapes: Sequence[Shape]) -> None:
        super().__init__(view_box)
        self._view_box = view_box
        self._shapes = tuple(shapes)
        self._room = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(1)

    def arrange(self) -> None:
        """Paint anew: the shapes, the view or its size are others."""
        room = QRectF(self._view_box.rect())
        if room != self._room:
            self.prepareGeometryChange()
            self._room = room
        if self.cacheMode() is not QGraphicsItem.CacheMode.NoCache:
            self.update()
        # Not `update`: its views are painted whole, and the scene would go through all of its items to find out where.
        for view in self.scene().views():
            view.viewport().update()

    @override
    def boundingRect(self) -> QRectF:
        return self._room

    @override
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        (left, right), (bottom, top) = self._view_box.viewRange()
        if not (left < right and bottom < top):
            # An error while Qt paints would end the program.
            return
        across, down = self._room.width() / (right - left), self._room.height() / (bottom - top)

        def place(x: Numbers, y: Numbers) -> tuple[list[float], list[float]]:
            return _mapped(x, left, across), _mapped(y, top, down)

        with np.errstate(over="ignore", invalid="ignore"):
            for shape in self._shapes:
                if shape.is_visible:
                    painter.setOpacity(shape.opacity)
                    painter.setPen(shape.pen)
                    painter.setBrush(shape.brush)
                    shape.paint(painter, place)


def _mapped(numbers: Numbers, start: float, factor: float) -> list[float]:
    """Return (numbers - start) * factor, none of them too far away."""
    if len(numbers) > _FEW:
        mapped: list[float] = ((numbers - start) * factor).clip(-_FARTHEST, _FARTHEST).tolist()
        return mapped
    mapped = [(number - start) * factor for number in numbers.tolist()]
    if all(-_FARTHEST <= place <= _FARTHEST for place in mapped):
        return mapped
    return [min(max(place, -_FARTHEST), _FARTHEST) for place in mapped]
