"""Paints one cell of the code view."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from perceptron_gui.ui.code.cell import LineKind
from perceptron_gui.ui.code.model import Cell, CodeRole
from perceptron_gui.ui.entry_list import MARGIN, paint_bar
from perceptron_gui.ui.entry_model import Moment
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex


class CodeDelegate(QStyledItemDelegate):
    """Prompts are told apart by their words and colours; the shown entry has a bar, and undone ones a dotted one."""

    def __init__(self, colors: Colors, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors = colors

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        shown: Cell = index.data(CodeRole.CELL)
        # QStyleOption's fields are not in PySide6's stubs.
        cell: Any = option
        rect: QRect = cell.rect
        colors = self.colors
        painter.save()
        if cell.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.grid))
        else:
            painter.setPen(QColor(colors.grid))
            painter.drawLine(rect.topLeft(), rect.topRight())
        paint_bar(painter, rect, shown.moment, colors)
        font, metrics = cell.font, cell.fontMetrics
        # From a point on: within a rectangle Qt lays the text out first, which takes most of the time.
        left, height = rect.left() + MARGIN, line_height(metrics)
        baseline = rect.top() + (height + metrics.ascent() - metrics.descent()) // 2
        is_undone = shown.moment is Moment.UNDONE
        for line in shown.lines:
            if line.prompt.strip():
                font.setBold(shown.moment is Moment.PRESENT)
                font.setItalic(False)
                painter.setFont(font)
                painter.setPen(QColor(colors.muted if is_undone else _prompt_color(line.prompt, colors)))
                painter.drawText(left, baseline, line.prompt)
            font.setBold(False)
            font.setItalic(line.kind is LineKind.COMMENT)
            painter.setFont(font)
            painter.setPen(QColor(colors.muted if is_undone else _text_color(line.kind, colors)))
            painter.drawText(left + metrics.horizontalAdvance(line.prompt), baseline, line.text)
            baseline += height
        painter.restore()


def line_height(metrics: QFontMetrics) -> int:
    """Return how much of the height of a cell each of its lines takes, in pixels."""
    return metrics.height() + 1


def _prompt_color(prompt: str, colors: Colors) -> str:
    return colors.series[0] if prompt.startswith("In") else colors.series[1]


def _text_color(kind: LineKind, colors: Colors) -> str:
    return {LineKind.REFUSAL: colors.invalid, LineKind.COMMENT: colors.muted}.get(kind, colors.text)
