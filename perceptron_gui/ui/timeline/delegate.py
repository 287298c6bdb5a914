"""Paints one field of the timeline."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from perceptron_gui.ui.entry_list import MARGIN, paint_bar
from perceptron_gui.ui.entry_model import Moment
from perceptron_gui.ui.theme import Colors
from perceptron_gui.ui.timeline.model import Column, Field, TimelineRole

AnyIndex = QModelIndex | QPersistentModelIndex


class TimelineDelegate(QStyledItemDelegate):
    """The shown entry is bold and has a bar, undone ones are muted and have a dotted one; stale numbers are hatched."""

    def __init__(self, colors: Colors, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors = colors

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        field: Field = index.data(TimelineRole.FIELD)
        # QStyleOption's fields are not in PySide6's stubs.
        cell: Any = option
        rect: QRect = cell.rect
        painter.save()
        if cell.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(self.colors.grid))
        if field.is_stale:
            painter.fillRect(rect, QBrush(QColor(self.colors.stale), Qt.BrushStyle.BDiagPattern))
        if index.column() == Column.NUMBER:
            paint_bar(painter, rect, field.moment, self.colors)
        metrics: QFontMetrics = cell.fontMetrics
        if field.moment is Moment.PRESENT:
            font = cell.font
            font.setBold(True)
            painter.setFont(font)
            metrics = painter.fontMetrics()
        painter.setPen(QColor(self._color(field)))
        text, room = field.text, rect.width() - 2 * MARGIN
        width = metrics.horizontalAdvance(text)
        if width > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = room
        # From a point on: within a rectangle Qt lays the text out first, which takes most of the time.
        left = rect.left() + MARGIN + (room - width if index.column() == Column.LOSS else 0)
        painter.drawText(left, rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) // 2, text)
        painter.restore()

    def _color(self, field: Field) -> str:
        if field.moment is Moment.UNDONE:
            return self.colors.muted
        return self.colors.invalid if field.is_refused else self.colors.text
