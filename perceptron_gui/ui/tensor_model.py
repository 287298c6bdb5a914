"""The item model of one tensor. It never changes itself: an accepted edit is a wish, and the next display shows it."""

import html
import logging
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from perceptron_gui.core.actions import Assign, Gesture
from perceptron_gui.core.parsing import full_text, parse_float32
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.ui import problem_sentences, sentences
from perceptron_gui.ui.tensor_content import TensorContent

AnyIndex = QModelIndex | QPersistentModelIndex
_log = logging.getLogger(__name__)
_NO_INDEX = QModelIndex()
MOST_SHOWN = 2**20
"""Rows and columns of a table, as many as spreadsheets have: a header of more holds the window up."""


class Look(NamedTuple):
    """What is painted of one cell."""

    text: str
    is_changed: bool
    is_stale: bool
    is_refused: bool
    is_linked: bool


class TensorModel(QAbstractTableModel):
    """Shows a TensorContent. `tensor` is the name under which it can be edited, or None when it is read-only."""

    action_requested = Signal(object)
    """An Assign."""
    problem_found = Signal(object)
    """A Problem with what was typed."""

    def __init__(self, content: TensorContent, tensor: TensorName | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.tensor = tensor
        self._refused_cell: tuple[int, int, Problem] | None = None
        self._linked: frozenset[tuple[int, int]] = frozenset()
        self._has_logged = False

    def display(self, content: TensorContent) -> None:
        """Show other content."""
        if self._refused_cell is None and content.shows_the_same_as(self.content):
            return
        self._refused_cell = None
        if content.shape != self.content.shape:
            self.beginResetModel()
            self.content = content
            self.endResetModel()
            return
        self.content = content
        self._repaint()

    def look(self, row: int, column: int) -> Look:
        """Return all that is painted of a cell, at once: through roles, one after the other, it would take a while."""
        try:
            content = self.content
            text = content.text(row, column)
            return Look(
                text,
                content.has_changed(row, column),
                bool(content.stale) and text != content.absent,
                content.refusal is not None or self._refused_here(row, column) is not None,
                (row, column) in self._linked,
            )
        except Exception:  # noqa: BLE001  it would come back with every repaint, without end
            self._log_once()
            return Look("!", is_changed=False, is_stale=False, is_refused=False, is_linked=False)

    def link(self, cells: frozenset[tuple[int, int]]) -> None:
        """Mark the cells (row, column) that something elsewhere stands for, and no others."""
        changed, self._linked = cells ^ self._linked, cells
        for row, column in changed:
            index = self.index(row, column)
            self.dataChanged.emit(index, index)

    def retranslate(self) -> None:
        """Have everything read again in the language of now."""
        self._repaint()

    @override
    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else min(self.content.shape[0], MOST_SHOWN)

    @override
    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else min(self.content.shape[1], MOST_SHOWN)

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        try:
            return self._data(index.row(), index.column(), role)
        except Exception:  # noqa: BLE001  it would come back with every repaint, without end
            self._log_once()
            return "!" if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Indices as PyTorch counts them, from 0."""
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() and self.tensor is not None else flags

    @override
    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or self.tensor is None:
            return False
        row, column = index.row(), index.column()
        text = full_text(value) if isinstance(value, float) else str(value)
        self._refused_cell = None
        self._repaint()
        if text == self.content.exact_text(row, column):
            return True
        try:
            number = parse_float32(text)
        except Problem as problem:
            self._refused_cell = (row, column, problem)
            self._repaint()
            self.problem_found.emit(problem)
            return False
        self.action_requested.emit(Assign(self.tensor, row, column, frozen([[number]]), Gesture.TYPE))
        return True

    def _data(self, row: int, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.content.text(row, column)
            case Qt.ItemDataRole.EditRole:
                value = self.content.value(row, column)
                return None if value is None else float(value)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(row, column)
        return None

    def _tool_tip(self, row: int, column: int) -> str:
        content = self.content
        said = [f"{content.element_name(row, column)} = {content.exact_text(row, column)}"]
        if content.has_changed(row, column) and content.before is not None:
            said.append(
                sentences.before_and_after(content.before.exact_text(row, column), content.exact_text(row, column))
            )
        if content.stale and content.value(row, column) is not None:
            said.append(sentences.stale(content.stale, content.history, content.name))
        if content.refusal is not None:
            said += sentences.of_refusal(content.refusal).split("\n")
        problem = self._refused_here(row, column)
        if problem is not None:
            said.append(problem_sentences.of_problem(problem))
        return "<br>".join(html.escape(line) for line in said) if len(said) > 1 else said[0]

    def _log_once(self) -> None:
        if not self._has_logged:
            self._has_logged = True
            _log.exception("%s cannot be shown", self.content.name)

    def _refused_here(self, row: int, column: int) -> Problem | None:
        cell = self._refused_cell
        return cell[2] if cell is not None and cell[:2] == (row, column) else None

    def _repaint(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
