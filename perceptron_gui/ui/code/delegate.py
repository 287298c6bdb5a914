"""Paints one cell of the code view."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from perceptron_gui.ui.code.cell import LineKind
from perceptron_gui.ui.code.model import Cell, CodeRole
from perceptron_gui.ui.entry_list import MARGIN, paint_bar
from perceptron_gui.ui.entry_model import Moment
from perceptron_gui.ui.lettering import Lettering
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex


class CodeDelegate(QStyledItemDelegate):
    """Prompts are told apart by their words and colours; the shown entry has a bar, and undone ones a dotted one."""

    def __init__(self, colors: Colors, parent: QAbstractScrollArea) -> None:
        super().__init__(parent)
        self._view = parent
        self.set_colors(colors)
        self.set_font(parent.font())

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._colors = colors
        self._selected, self._muted = QColor(colors.grid), QColor(colors.muted)
        self._of_prompt = {"In": QColor(colors.series[0]), "Ou": QColor(colors.series[1])}
        self._of_text = dict.fromkeys(LineKind, QColor(colors.text))
        self._of_text |= {LineKind.REFUSAL: QColor(colors.invalid), LineKind.COMMENT: self._muted}

    def set_font(self, font: QFont) -> None:
        """Write in another font."""
        bold, italic = QFont(font), QFont(font)
        bold.setBold(True)
        italic.setItalic(True)
        self._usual, self._bold, self._italic = Lettering(QFont(font)), Lettering(bold), Lettering(italic)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        shown: Cell = index.data(CodeRole.CELL)
        # QStyleOption's fields are not in PySide6's stubs.
        cell: Any = option
        rect: QRect = cell.rect
        if cell.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._selected)
        else:
            painter.setPen(self._selected)
            painter.drawLine(rect.topLeft(), rect.topRight())
        paint_bar(painter, rect, shown.moment, self._colors)
        metrics = self._usual.metrics
        left, height = rect.left() + MARGIN, line_height(metrics)
        behind_prompt = left + metrics.horizontalAdvance(shown.lines[0].prompt)
        baseline = rect.top() + (height + metrics.ascent() - metrics.descent()) // 2
        is_undone = shown.moment is Moment.UNDONE
        # A cell may begin far above the view.
        above = max(-rect.top() // height - 1, 0)
        below = (self._view.viewport().height() - rect.top()) // height + 2
        baseline += above * height
        for line in shown.lines[above:below]:
            if not line.prompt.isspace():
                painter.setPen(self._muted if is_undone else self._of_prompt[line.prompt[:2]])
                letters = self._bold if shown.moment is Moment.PRESENT else self._usual
                letters.write(painter, left, baseline, line.prompt)
            painter.setPen(self._muted if is_undone else self._of_text[line.kind])
            letters = self._italic if line.kind is LineKind.COMMENT else self._usual
            letters.write(painter, behind_prompt, baseline, line.text)
            baseline += height


def line_height(metrics: QFontMetrics) -> int:
    """Return how much of the height of a cell each of its lines takes, in pixels."""
    return metrics.height() + 1
