"""The nodes and edges of a graph as they are painted; moved and renamed, not made anew."""

import html
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from perceptron_gui.ui.graph import card as graph_card
from perceptron_gui.ui.graph.card import BETWEEN, PADDING, Block, Card
from perceptron_gui.ui.graph.layout import Box, Point
from perceptron_gui.ui.theme import Colors

_ROUND = 4.0
_PEN = 2.0
_EDGE_PEN = 1.5
_HEAD = 6.0
_TINT = 60
_NO_BOX = Box(0, 0, 1, 1)
_NO_BLOCK = Block("", (("",),), "")


class Light(Enum):
    """What ran through a node or an edge last."""

    OFF = "off"
    FORWARD = "forward"
    BACKWARD = "backward"


def light_color(light: Light, colors: Colors) -> QColor:
    """Return the colour of a light; its other mark are the edges: whole for Forward, dashed and turned for Backward."""
    chosen = {Light.OFF: colors.border, Light.FORWARD: colors.accent, Light.BACKWARD: colors.series[1]}
    return QColor(chosen[light])


class NodeItem(QGraphicsItem):
    """One node. `light` says what ran through it; `shows_value` and `shows_grad` whether its numbers are there yet."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.card = Card(("",), None, _NO_BLOCK, is_wide=True)
        self.light = Light.OFF
        self.shows_value = self.shows_grad = True
        self.is_stale = False
        self._box = _NO_BOX
        self._colors = colors
        self._font = QFont()

    def show_card(self, card: Card, tip: str) -> None:
        """Show another node, or the same with other numbers."""
        self.card = card
        self.setToolTip(f"<div style='white-space: pre'>{html.escape(tip)}</div>")
        self.update()

    def place(self, box: Box, font: QFont) -> None:
        """Stand somewhere, written in this font."""
        self.prepareGeometryChange()
        self._box, self._font = box, font
        self.setPos(box.x, box.y)
        self.update()

    def shine(self, light: Light, *, shows_value: bool, shows_grad: bool) -> None:
        """Show what has run through the node so far."""
        if (light, shows_value, shows_grad) != (self.light, self.shows_value, self.shows_grad):
            self.light, self.shows_value, self.shows_grad = light, shows_value, shows_grad
            self.update()

    def set_stale(self, *, is_stale: bool) -> None:
        """Hatch the numbers, or do not."""
        if is_stale != self.is_stale:
            self.is_stale = is_stale
            self.update()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        self._colors = colors
        self.update()

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(-_PEN, -_PEN, self._box.width + 2 * _PEN, self._box.height + 2 * _PEN)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        colors, rect = self._colors, QRectF(0, 0, self._box.width, self._box.height)
        line = QFontMetricsF(self._font).height()
        outline = QPainterPath()
        outline.addRoundedRect(rect, _ROUND, _ROUND)
        painter.fillPath(outline, QColor(colors.base))
        head = QRectF(0, 0, rect.width(), line * len(self.card.name) + PADDING)
        tint = light_color(self.light, colors)
        tint.setAlpha(_TINT)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(head, tint)
        if self.is_stale:
            below = rect.adjusted(0, head.height(), 0, 0)
            painter.fillRect(below, QBrush(QColor(colors.stale), Qt.BrushStyle.BDiagPattern))
        painter.restore()
        painter.setPen(QPen(light_color(self.light, colors), 1.0 if self.light is Light.OFF else _PEN))
        painter.drawPath(outline)
        painter.setPen(QColor(colors.text))
        painter.setFont(self._font)
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, "\n".join(self.card.name))
        self._paint_blocks(painter, QRectF(rect).adjusted(PADDING, head.height() + PADDING / 2, -PADDING, 0))

    def _paint_blocks(self, painter: QPainter, room: QRectF) -> None:
        """Write the blocks side by side, or the one below the other; what there is no room for is shared out."""
        metrics = QFontMetricsF(self._font)
        painter.setFont(self._font)
        blocks, is_wide = self.card.blocks, self.card.is_wide
        widths = [graph_card.block_width(block, metrics, is_wide=is_wide) for block in blocks]
        free = (room.width() - sum(widths) - BETWEEN * (len(blocks) - 1)) / len(blocks)
        place = QPointF(room.topLeft())
        for block, width in zip(blocks, widths, strict=True):
            is_there = self.shows_grad if block is self.card.grad else self.shows_value
            if is_wide:
                if place.x() > room.x():
                    divider, height = place.x() - BETWEEN / 2, metrics.height() * (len(block.lines) + 1)
                    painter.setPen(QColor(self._colors.border))
                    painter.drawLine(QPointF(divider, place.y()), QPointF(divider, place.y() + height))
                self._write(painter, block, QRectF(place.x() + free / 2, place.y(), width, 0), is_there=is_there)
                place.setX(place.x() + width + free + BETWEEN)
            else:
                self._write(painter, block, QRectF(place.x(), place.y(), room.width(), 0), is_there=is_there)
                place.setY(place.y() + metrics.height() * len(block.lines))

    def _write(self, painter: QPainter, block: Block, room: QRectF, *, is_there: bool) -> None:
        metrics = QFontMetricsF(self._font)
        line, right = metrics.height(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        across = right if self.card.is_wide else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._colors.muted))
        painter.drawText(QRectF(room.x(), room.y(), room.width(), line), across, block.heading)
        if not is_there:
            return
        painter.setPen(QColor(self._colors.text))
        top = room.y() + line * self.card.is_wide
        widths = graph_card.cell_widths(block, metrics)
        for row, cells in enumerate(block.lines):
            end = room.right()
            for text, width in zip(reversed(cells), reversed(widths), strict=True):
                painter.drawText(QRectF(end - width, top + row * line, width, line), right, text)
                end -= width + BETWEEN


class EdgeItem(QGraphicsItem):
    """One edge, with its head where the last phase went: at the consumer for Forward, at the input for Backward."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.light = Light.OFF
        self.route: tuple[Point, ...] = ()
        self._path = QPainterPath()
        self._colors = colors
        self.setZValue(-1)

    def place(self, route: tuple[Point, ...]) -> None:
        """Run along these points."""
        self.prepareGeometryChange()
        self.route = route
        self._path = QPainterPath(QPointF(*route[0]))
        for (x, y), (next_x, next_y) in pairwise(route):
            if x != next_x and y != next_y:
                middle = (x + next_x) / 2
                self._path.cubicTo(middle, y, middle, next_y, next_x, next_y)
            else:
                self._path.lineTo(next_x, next_y)
        self.update()

    def shine(self, light: Light) -> None:
        """Show what has run along the edge so far."""
        if light is not self.light:
            self.light = light
            self.update()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        self._colors = colors
        self.update()

    @override
    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-_HEAD, -_HEAD, _HEAD, _HEAD)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self.route:
            return
        color = QColor(self._colors.muted) if self.light is Light.OFF else light_color(self.light, self._colors)
        style = Qt.PenStyle.DashLine if self.light is Light.BACKWARD else Qt.PenStyle.SolidLine
        painter.setPen(QPen(color, 1.0 if self.light is Light.OFF else _EDGE_PEN, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        (x, y), back = (self.route[0], 1) if self.light is Light.BACKWARD else (self.route[-1], -1)
        base = x + back * _HEAD
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(base, y - _HEAD / 2), QPointF(base, y + _HEAD / 2)]))
