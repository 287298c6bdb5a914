"""How the cells of a table of numbers look."""

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QModelIndex, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionViewItem, QTableView

from perceptron_gui.ui.tensor_model import Look, TensorModel
from perceptron_gui.ui.theme import Colors

Section = tuple[int, int, int]
"""A row or a column: its index, where it begins in the viewport, and its length with the line behind it."""

_NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class Letters:
    """A font, with what every cell that is written in it wants to know."""

    font: QFont
    metrics: QFontMetrics
    middle: int
    """Twice the pixels by which a line of text stands below the middle of its cell."""

    @classmethod
    def of(cls, usual: QFont, *, is_bold: bool) -> "Letters":
        """Return the letters of a font, or those of its bold face."""
        font = QFont(usual)
        font.setBold(is_bold or usual.bold())
        metrics = QFontMetrics(font)
        return cls(font, metrics, metrics.ascent() - metrics.descent())

    def smaller(self, share: float) -> "Letters":
        """Return smaller letters."""
        font = QFont(self.font)
        font.setPointSizeF(font.pointSizeF() * share)
        return Letters.of(font, is_bold=font.bold())


class TensorPainter:
    """Paints the numbers of a view over a TensorModel, with their marks.

    A table view asks the model and its delegate about every cell some twenty times, in Python: that takes three times
    as long as this does.
    """

    def __init__(self, model: TensorModel, view: QTableView, colors: Colors) -> None:
        self._model, self._view = model, view
        self._letters = self._bold = Letters.of(view.font(), is_bold=False)
        self._grid_pen: QPen | None = None
        self.set_colors(colors)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._base, self._text, self._accent, self._on_accent, self._grid, self._changed, self._invalid = (
            QColor(name)
            for name in (
                colors.base, colors.text, colors.accent, colors.on_accent, colors.grid, colors.changed, colors.invalid,
            )
        )  # fmt: skip
        self._hatched = QBrush(QColor(colors.stale), Qt.BrushStyle.BDiagPattern)

    def take_style(self) -> None:
        """Paint with another style or palette."""
        self._grid_pen = None

    def set_font(self, font: QFont) -> None:
        """Write in another font."""
        self._letters, self._bold = Letters.of(font, is_bold=False), Letters.of(font, is_bold=True)

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Paint the cells that lie in a part of the viewport, and the grid between them."""
        rows = _sections(self._view.verticalHeader(), area.top(), area.bottom())
        columns = _sections(self._view.horizontalHeader(), area.left(), area.right())
        if not rows or not columns:
            return
        selection = self._view.selectionModel().selection()
        # There is one range at most: the selection is contiguous.
        chosen = None if selection.isEmpty() else selection.first()
        current, has_focus = self._view.currentIndex(), self._view.hasFocus()
        focused = (current.row(), current.column()) if has_focus and current.isValid() else None
        for row, top, height in rows:
            for column, left, width in columns:
                is_selected = chosen is not None and chosen.contains(row, column, _NO_INDEX)
                rect = QRect(left, top, width - 1, height - 1)
                look, is_current = self._model.look(row, column), (row, column) == focused
                self._paint_cell(painter, rect, look, is_selected=is_selected, is_current=is_current)
        self._paint_grid(painter, area, rows, columns)

    def _paint_cell(self, painter: QPainter, rect: QRect, look: Look, *, is_selected: bool, is_current: bool) -> None:
        is_selected = is_selected and not look.is_refused
        ground, text_color = self._base, self._text
        if is_selected:
            # Grey where the keyboard does not go.
            has_focus = self._view.hasFocus()
            ground, text_color = (self._accent, self._on_accent) if has_focus else (self._grid, self._text)
        painter.fillRect(rect, ground)
        if look.is_stale:
            painter.fillRect(rect, self._hatched)
        if look.is_changed:
            painter.fillRect(rect.left(), rect.top(), 4, rect.height(), self._changed)
        if look.is_refused:
            painter.setPen(QPen(self._invalid, 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        if look.is_linked:
            painter.setPen(QPen(self._text if is_selected else self._accent, 2))
            painter.drawRoundedRect(rect.adjusted(2, 2, -3, -3), 4, 4)
        if is_current:
            painter.setPen(QPen(self._text, 1, Qt.PenStyle.DotLine))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        room = rect.width() - 12
        letters = self._bold if look.is_changed else self._letters
        width = letters.metrics.horizontalAdvance(look.text)
        if width > room > 0:
            letters, width = letters.smaller(room / width), room
        painter.setFont(letters.font)
        painter.setPen(text_color)
        # From a point on: within a rectangle Qt lays the text out first, which takes most of the time.
        baseline = rect.top() + (rect.height() + letters.middle) // 2
        painter.drawText(rect.left() + 6 + room - width, baseline, look.text)

    def _paint_grid(self, painter: QPainter, area: QRect, rows: list[Section], columns: list[Section]) -> None:
        """Draw lines right of and below every cell, in the colour of the style."""
        if self._grid_pen is None:
            option = QStyleOptionViewItem()
            option.initFrom(self._view)
            hint = self._view.style().styleHint(QStyle.StyleHint.SH_Table_GridLineColor, option, self._view)
            self._grid_pen = QPen(QColor.fromRgba(hint & 0xFFFFFFFF), 1)
        painter.setPen(self._grid_pen)
        (_, top, height), (_, left, width) = rows[-1], columns[-1]
        right, bottom = min(area.right(), left + width - 1), min(area.bottom(), top + height - 1)
        levels = [top + height - 0.5 for _, top, height in rows]
        uprights = [left + width - 0.5 for _, left, width in columns]
        painter.drawLines(
            [QLineF(area.left() + 0.5, level, right + 0.5, level) for level in levels]
            + [QLineF(upright, area.top() + 0.5, upright, bottom + 0.5) for upright in uprights]
        )


def _sections(header: QHeaderView, first: int, last: int) -> list[Section]:
    """Return the sections between two places of the viewport."""
    last = min(last, header.length() - header.offset() - 1)
    begin, end = header.visualIndexAt(max(first, 0)), header.visualIndexAt(last)
    if begin < 0 or end < 0:
        return []
    return [
        (index, header.sectionViewportPosition(index), header.sectionSize(index)) for index in range(begin, end + 1)
    ]
