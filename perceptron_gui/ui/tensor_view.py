"""A table of one tensor that a person can edit, and the ranges of it that go to and from the clipboard."""

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

from perceptron_gui.core.actions import Assign, Axis, Delete, Gesture, Insert, Paste
from perceptron_gui.core.parsing import block_text
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Element, FloatArray, Rows, sealed
from perceptron_gui.ui.tensor_delegate import TensorDelegate
from perceptron_gui.ui.tensor_model import TensorModel
from perceptron_gui.ui.tensor_painter import TensorPainter
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


def check_number(size: int) -> None:
    """Raise TOO_MANY_CELLS for a selection that would hold the window up."""
    if size > MOST_AT_ONCE:
        raise Problem(Reason.TOO_MANY_CELLS, size=size, limit=MOST_AT_ONCE)


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
        self._painter = TensorPainter(model, self, colors)
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
        self._delegate.colors = colors
        self._painter.set_colors(colors)
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
    def paintEvent(self, event: QPaintEvent) -> None:
        self._painter.paint(QPainter(self.viewport()), event.rect())

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
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._painter.take_style()
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
        self._painter.set_font(self.font())
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
