"""The entries of a history as a list of lines of text, one model row a line."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from typing import Any

from PySide6.QtCore import Qt
from typing_extensions import override

from perceptron_gui.core.history import Entry
from perceptron_gui.ui.code.cell import LineKind, Paragraph, paragraphs, wrapped
from perceptron_gui.ui.entry_model import NO_INDEX, AnyIndex, EntryModel, Moment

_USUAL_COLUMNS = 80
_LEAST_COLUMNS = 16


class CodeRole(IntEnum):
    """What the model tells beside the text."""

    LINE = Qt.ItemDataRole.UserRole
    """The Line, in its parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as it is painted: `prompt` is `In [3]: `, or as many blanks."""

    kind: LineKind
    prompt: str
    text: str
    moment: Moment
    begins_cell: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    paragraphs: tuple[Paragraph, ...]
    longest: int
    """The length of its longest paragraph."""
    lines: tuple[tuple[Paragraph, str, bool], ...]
    """Each with the paragraph it is of, and whether it is the first one of it."""


class CodeModel(EntryModel):
    """Follows a history, one cell an entry. Lines are as wide as `set_columns` says, prompt and all."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: list[_Cell] = []
        self._ends: list[int] = []
        self._columns = _USUAL_COLUMNS

    @property
    def columns(self) -> int:
        """How wide its lines are, in characters, prompt and all."""
        return self._columns

    def set_columns(self, columns: int) -> bool:
        """Break the lines at another width, in characters; return whether any is broken otherwise now."""
        columns = max(columns, _LEAST_COLUMNS)
        if columns == self._columns:
            return False
        fitting, self._columns = min(columns, self._columns), columns
        self.beginResetModel()
        for position, cell in enumerate(self._cells):
            if cell.longest + _prompt_width(position) > fitting:
                self._cells[position] = self._cell(cell.paragraphs, position)
        self._count()
        self.endResetModel()
        return True

    def retranslate(self) -> None:
        """Say the comments in the language of now. All else is the same in every language."""
        self.beginResetModel()
        for position, cell in enumerate(self._cells):
            if any(paragraph.kind is LineKind.COMMENT for paragraph in cell.paragraphs):
                self._cells[position] = self._made(self._entries, position)
        self._count()
        self.endResetModel()

    @override
    def rows_of(self, position: int) -> tuple[int, int]:
        return self._first_row(position), self._ends[position] - 1

    @override
    def position_of(self, row: int) -> int:
        return bisect_right(self._ends, row)

    @override
    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() or not self._ends else self._ends[-1]

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._line(index.row())
        match role:
            case CodeRole.LINE:
                return line
            case Qt.ItemDataRole.DisplayRole:
                return line.prompt + line.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{line.prompt}{line.text}{line.moment.said}"
            case Qt.ItemDataRole.ToolTipRole:
                return line.moment.tip or None
        return None

    def _line(self, row: int) -> Line:
        position = self.position_of(row)
        offset = row - self._first_row(position)
        paragraph, text, begins_paragraph = self._cells[position].lines[offset]
        name = paragraph.prompt if begins_paragraph else ""
        blank = " " * _prompt_width(position)
        prompt = f"{name} [{position + 1}]: " if name == "In" else f"{name}[{position + 1}]: " if name else blank
        return Line(paragraph.kind, prompt, text, self.moment(position), begins_cell=offset == 0)

    def _first_row(self, position: int) -> int:
        return self._ends[position - 1] if position else 0

    @override
    def _append(self, entries: tuple[Entry, ...]) -> None:
        same = len(self._entries)
        added = [self._made(entries, position) for position in range(same, len(entries))]
        first = self.rowCount()
        self.beginInsertRows(NO_INDEX, first, first + sum(len(cell.lines) for cell in added) - 1)
        self._cells += added
        self._entries = entries
        self._count(same)
        self.endInsertRows()

    @override
    def _forget(self, first: int, end: int) -> None:
        del self._cells[first:end]
        self._count(first)

    def _made(self, entries: tuple[Entry, ...], position: int) -> _Cell:
        before = entries[position - 1].snapshot if position else None
        return self._cell(paragraphs(entries[position], before), position)

    def _cell(self, read: tuple[Paragraph, ...], position: int) -> _Cell:
        columns = self._columns - _prompt_width(position)
        lines = tuple(
            (paragraph, text, number == 0)
            for paragraph in read
            for number, text in enumerate(wrapped(paragraph, columns))
        )
        return _Cell(read, max(len(paragraph.text) for paragraph in read), lines)

    def _count(self, first: int = 0) -> None:
        """Find out anew where the cells from a position on end."""
        start = self._first_row(first)
        del self._ends[first:]
        self._ends += [*accumulate((len(cell.lines) for cell in self._cells[first:]), initial=start)][1:]


def _prompt_width(position: int) -> int:
    """Return the width of `Out[3]: ` in characters."""
    return len(f"Out[{position + 1}]: ")
