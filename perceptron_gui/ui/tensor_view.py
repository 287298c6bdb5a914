"""A table of one tensor that a person can edit, and the ranges of it that go to and from the clipboard."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QGuiApplication, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from perceptron_gui.core.actions import Assign, Axis, Delete, Gesture, Insert, Paste
from perceptron_gui.core.parsing import block_text, full_text, parse_float32
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Element, FloatArray, Rows, sealed
from perceptron_gui.ui.tensor_model import TensorModel
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex
USUAL_TEXT = "-00.0000"
"""Cells have room for this; a longer text is written smaller."""
MOST_AT_ONCE = 2**16
"""Cells in one copy, rows marked at once: more would hold the window up."""
_OF_SAMPLES = frozenset({"x", "y_true", "z", "y_pred"})
_LEAST_ROWS = 3
_LONGEST_HEADER = 2**31 - 1
_MOST_ROWS = 1000
_SELECTED, _FOCUSED = QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_HasFocus


def check_number(size: int) -> None:
    """Raise TOO_MANY_CELLS for a selection that would hold the window up."""
    if size > MOST_AT_ONCE:
        raise Problem(Reason.TOO_MANY_CELLS, size=size, limit=MOST_AT_ONCE)


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


class TensorDelegate(QStyledItemDelegate):
    """Paints a number with its marks, and edits it as text in full precision: opening and leaving changes nothing."""

    def __init__(self, colors: Colors, parent: "TensorView") -> None:
        super().__init__(parent)
        self._view = parent
        self._letters = self._bold = Letters.of(parent.font(), is_bold=False)
        self.set_colors(colors)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self.colors = colors
        self._base, self._text, self._accent, self._on_accent, self._grid, self._changed, self._invalid = (
            QColor(name)
            for name in (
                colors.base, colors.text, colors.accent, colors.on_accent, colors.grid, colors.changed, colors.invalid,
            )
        )  # fmt: skip
        self._hatched = QBrush(QColor(colors.stale), Qt.BrushStyle.BDiagPattern)

    def set_font(self, font: QFont) -> None:
        """Write in another font."""
        self._letters, self._bold = Letters.of(font, is_bold=False), Letters.of(font, is_bold=True)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        # QStyleOption's fields are not in PySide6's stubs.
        cell: Any = option
        rect: QRect = cell.rect
        state = cell.state
        look = self._view.tensor_model.look(index.row(), index.column())
        is_selected = bool(state & _SELECTED) and not look.is_refused
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
        if state & _FOCUSED:
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

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        editor = QLineEdit(parent, frame=False, alignment=Qt.AlignmentFlag.AlignRight)
        editor.textEdited.connect(self._on_text_edited)
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        value = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText("" if value is None else full_text(value))

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: AnyIndex) -> None:
        if isinstance(editor, QLineEdit) and editor.isModified():
            model.setData(index, editor.text())

    def _on_text_edited(self, text: str) -> None:
        editor = self.sender()
        if not isinstance(editor, QLineEdit):
            return
        try:
            parse_float32(text)
            color = self.colors.text
        except Problem:
            color = self.colors.invalid
        palette = editor.palette()
        palette.setColor(QPalette.ColorRole.Text, QColor(color))
        editor.setPalette(palette)


class TensorView(QTableView):
    """A QTableView over a TensorModel.

    `axes` are the sizes its rows and columns stand for, None where fixed. Up to `few_columns` columns share the width;
    more keep theirs and scroll.
    """

    action_requested = Signal(object)
    problem_found = Signal(object)
    element_selected = Signal(object)
    """The Element that a person went to."""
    element_pointed = Signal(object)
    """The Element under the mouse; None when it has left."""

    def __init__(
        self, model: TensorModel, axes: tuple[Axis | None, Axis | None], few_columns: int, colors: Colors
    ) -> None:
        super().__init__(wordWrap=False)
        self.setObjectName(f"{model.content.name.replace('.', '_')}_table")
        self.setAccessibleName(model.content.name)
        self.setSelectionMode(QTableView.SelectionMode.ContiguousSelection)
        triggers = QTableView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        # Tab goes on to the next table; the arrow keys move within one.
        self.setTabKeyNavigation(False)
        self.tensor_model = model
        self.axes = axes
        self._few_columns = few_columns
        self._delegate = TensorDelegate(colors, self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setMouseTracking(True)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.clicked.connect(self._on_current_changed)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_left)
        model.modelReset.connect(self._fit_to_font)
        self._fit_to_font()

    @property
    def full_height(self) -> int:
        """The height in which every row is seen, as high as it may become."""
        rows = min(self.tensor_model.rowCount(), _MOST_ROWS)
        bar = 0 if self._has_few_columns else self.horizontalScrollBar().sizeHint().height()
        return self._height_of(rows, self._highest_row) + bar

    def set_row_header(self, header: QHeaderView) -> None:
        """Use another vertical header."""
        self.setVerticalHeader(header)
        self._fit_to_font()

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._delegate.set_colors(colors)
        self.viewport().update()

    def copy(self) -> None:
        """Put the selected range on the clipboard: tab-separated, all digits."""
        top, left, rows, columns = self._selected_range()
        check_number(rows * columns)
        content = self.tensor_model.content
        whole_rows = content.taken is None and content.values is not None
        text = (
            block_text(content.block(top, left, rows, columns))
            if whole_rows
            else "\n".join(
                "\t".join(content.exact_text(top + row, left + column) for column in range(columns))
                for row in range(rows)
            )
        )
        QGuiApplication.clipboard().setText(text)

    def cut(self) -> None:
        """Copy the selected range and clear it, as one edit."""
        self._check_editable()
        self.copy()
        self._write_zeros(Gesture.CUT)

    def clear(self) -> None:
        """Write 0 into the selected range, as one edit."""
        self._check_editable()
        self._write_zeros(Gesture.CLEAR)

    def paste(self) -> None:
        """Ask for the clipboard's numbers to be written from the first selected cell on, as one edit."""
        tensor = self._check_editable()
        top, left, rows, columns = self._selected_range()
        text = QGuiApplication.clipboard().text()
        self.action_requested.emit(Paste(tensor, top, left, rows, columns, text))

    def insert(self, orientation: Qt.Orientation) -> None:
        """Ask for as many new rows or columns as are selected, before the selection."""
        axis, at, count = self._selected_places(orientation)
        self.action_requested.emit(Insert(axis, at, count))

    def delete(self, orientation: Qt.Orientation) -> None:
        """Ask for the selected rows or columns to go."""
        axis, at, count = self._selected_places(orientation)
        self.action_requested.emit(Delete(axis, at, count))

    def selected_samples(self) -> Rows:
        """Return the samples that have a selected cell; None when all have."""
        if self.tensor_model.content.name not in _OF_SAMPLES:
            raise Problem(Reason.NO_SAMPLES)
        top, _, rows, _ = self._selected_range()
        if rows == self.tensor_model.content.shape[0]:
            return None
        check_number(rows)
        return tuple(range(top, top + rows))

    def go_to(self, row: int, column: int) -> None:
        """Select a cell, and scroll to it."""
        self.setCurrentIndex(self.tensor_model.index(row, column))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._on_left()
        return super().viewportEvent(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Look for nothing: in a table of numbers a letter would be sought through every row."""

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill_height()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_to_font()

    def _on_current_changed(self, index: AnyIndex) -> None:
        # The keyboard focus alone makes a cell the current one, without selecting it.
        if index.isValid() and self.selectionModel().isSelected(index):
            self.element_selected.emit(self._element(index))

    def _on_entered(self, index: AnyIndex) -> None:
        self.element_pointed.emit(self._element(index))

    def _on_left(self) -> None:
        self.element_pointed.emit(None)

    def _element(self, index: AnyIndex) -> Element:
        return Element(self.tensor_model.content.name, index.row(), index.column())

    def _selected_range(self) -> tuple[int, int, int, int]:
        """Return top, left, number of rows and of columns of the selection."""
        ranges = self.selectionModel().selection()
        if ranges.isEmpty():
            raise Problem(Reason.NO_CELLS)
        chosen = ranges.first()
        return chosen.top(), chosen.left(), chosen.height(), chosen.width()

    def _selected_places(self, orientation: Qt.Orientation) -> tuple[Axis, int, int]:
        top, left, rows, columns = self._selected_range()
        is_rows = orientation is Qt.Orientation.Vertical
        axis = self.axes[0] if is_rows else self.axes[1]
        if axis is None:
            raise Problem(Reason.NO_AXIS, tensor=self.tensor_model.content.name)
        return (axis, top, rows) if is_rows else (axis, left, columns)

    def _check_editable(self) -> Any:
        if self.tensor_model.tensor is None:
            raise Problem(Reason.READ_ONLY, tensor=self.tensor_model.content.name)
        return self.tensor_model.tensor

    def _write_zeros(self, gesture: Gesture) -> None:
        top, left, rows, columns = self._selected_range()
        zeros: FloatArray = sealed(np.zeros((rows, columns), np.float32))
        self.action_requested.emit(Assign(self._check_editable(), top, left, zeros, gesture))

    def _fit_to_font(self) -> None:
        metrics = QFontMetrics(self.font())
        self._delegate.set_font(self.font())
        # Headers that highlight ask the model about every cell of a selected column, millions of them.
        self.verticalHeader().setHighlightSections(False)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_section_size(self.verticalHeader(), metrics.height() + 10, self.tensor_model.rowCount())
        cell_width = metrics.horizontalAdvance(USUAL_TEXT) + 14
        self._set_section_size(self.horizontalHeader(), cell_width, self.tensor_model.columnCount())
        self._fit_to_shape()

    @staticmethod
    def _set_section_size(header: QHeaderView, size: int, sections: int) -> None:
        """Set the size of every section, all at once; a header's length has to be a C int."""
        fitting = min(size, _LONGEST_HEADER // max(sections, 1))
        # The default first: the minimum alone resizes section by section.
        header.setMinimumSectionSize(1)
        header.setDefaultSectionSize(fitting)
        header.setMinimumSectionSize(fitting)

    def _fit_to_shape(self) -> None:
        """Few columns share the width, more keep theirs and scroll; some rows are always seen."""
        shown = self.tensor_model.columnCount() if self._has_few_columns else self._few_columns
        least = min(self.tensor_model.rowCount(), _LEAST_ROWS)
        self.setMinimumHeight(self._height_of(least, self.verticalHeader().minimumSectionSize()))
        cells = shown * self.horizontalHeader().minimumSectionSize()
        self.setMinimumWidth(cells + self.verticalHeader().sizeHint().width() + 2 * self.frameWidth())
        modes = QHeaderView.ResizeMode
        self.horizontalHeader().setSectionResizeMode(modes.Stretch if self._has_few_columns else modes.Fixed)
        self._fill_height()

    @property
    def _has_few_columns(self) -> bool:
        return self.tensor_model.columnCount() <= self._few_columns

    @property
    def _highest_row(self) -> int:
        return self.verticalHeader().minimumSectionSize() * 8 // 5

    def _height_of(self, rows: int, row_height: int) -> int:
        return 2 * self.frameWidth() + self.horizontalHeader().sizeHint().height() + rows * row_height

    def _fill_height(self) -> None:
        """Give the rows the height there is, within bounds."""
        header, rows = self.verticalHeader(), self.tensor_model.rowCount()
        if rows > _MOST_ROWS:
            return
        share = self.viewport().height() // rows
        header.setDefaultSectionSize(min(max(share, header.minimumSectionSize()), self._highest_row))
