"""An arrow in a plot, placed in pixels."""

from math import hypot
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsPolygonItem

from perceptron_gui.ui.plots.contours.room import Pixels

_LEAST_LENGTH = 3.0
"""Pixels; a shorter arrow shows no direction."""
_BEHIND = -5
"""Under the data, which mark where it begins."""
_POINTS = 9
_HALF_HEAD = 0.42


class Arrow:
    """A shaft and a head on a view box. Its width tells it from others."""

    def __init__(self, view_box: Any, width: float) -> None:
        self._width = width
        self.ends: tuple[tuple[float, float], tuple[float, float]] | None = None
        """Where it begins and ends, in pixels; None while it is hidden."""
        self.shaft = QGraphicsPathItem(view_box)
        self.head = QGraphicsPolygonItem(view_box)
        for item in (self.shaft, self.head):
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            # The wider ones lie below.
            item.setZValue(_BEHIND - width / 10)

    def hide(self) -> None:
        """Show no arrow."""
        self.ends = None
        self.shaft.setVisible(False)
        self.head.setVisible(False)

    def points(self) -> Pixels:
        """Return some points along it, (points, 2), in pixels."""
        return np.linspace(*self.ends, _POINTS) if self.ends is not None else np.empty((0, 2))

    def show(self, x: float, y: float, across: float, down: float, *, is_old: bool = False) -> bool:
        """Draw it from (x, y) by (across, down), in pixels, dotted where it is old; return whether it is drawn."""
        length = hypot(across, down)
        if not length >= _LEAST_LENGTH:
            self.hide()
            return False
        self.ends = (x, y), (x + across, y + down)
        head = min(8 + 1.5 * self._width, length)
        unit_x, unit_y = across / length, down / length
        end = QPointF(*self.ends[1])
        base = QPointF(end.x() - head * unit_x, end.y() - head * unit_y)
        side = QPointF(-unit_y * head * _HALF_HEAD, unit_x * head * _HALF_HEAD)
        path = QPainterPath(QPointF(x, y))
        path.lineTo(base)
        pen = self.shaft.pen()
        pen.setStyle(Qt.PenStyle.DotLine if is_old else Qt.PenStyle.SolidLine)
        self.shaft.setPen(pen)
        self.shaft.setPath(path)
        self.head.setPolygon(QPolygonF([end, base + side, base - side]))
        self.shaft.setVisible(True)
        self.head.setVisible(True)
        return True

    def paint(self, color: str) -> None:
        """Give it its colour."""
        self.shaft.setPen(QPen(QColor(color), self._width))
        self.head.setBrush(QColor(color))
        self.head.setPen(QPen(Qt.PenStyle.NoPen))
