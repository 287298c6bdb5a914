"""The entries of a history as a list of lines of text, one model row a line."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum, IntEnum
from itertools import accumulate
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui.code.cell import LineKind, Paragraph, paragraphs, wrapped

translate = QCoreApplication.translate
AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
_USUAL_COLUMNS = 80
_LEAST_COLUMNS = 16


class CodeRole(IntEnum):
    """What the model tells beside the text."""

    LINE = Qt.ItemDataRole.UserRole
    """The Line, in its parts."""


class Moment(Enum):
    """Whether an entry is before the shown one, the shown one, or undone."""

    PAST = "past"
    PRESENT = "present"
    UNDONE = "undone"


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


class CodeModel(QAbstractListModel):
    """Follows a history: what is the same at its beginning stays, the rest is removed and inserted.

    The cell of entry i has number i + 1. Lines are as wide as `set_columns` says, prompt and all.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._present = -1
        self._cells: list[_Cell] = []
        self._ends: list[int] = []
        self._columns = _USUAL_COLUMNS

    @property
    def present(self) -> int:
        """The position of the shown entry; -1 before there is a history."""
        return self._present

    @property
    def columns(self) -> int:
        """How wide its lines are, in characters, prompt and all."""
        return self._columns

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that are shown, the undone ones too."""
        return self._entries

    def display(self, history: History) -> None:
        """Show a history."""
        self.drop_others(history)
        same = len(self._entries)
        touched = min(self._present, history.index), max(self._present, history.index)
        self._present = history.index
        added = [self._made(history.entries, position) for position in range(same, len(history.entries))]
        if added:
            first = self.rowCount()
            ends = list(accumulate((len(cell.lines) for cell in added), initial=first))[1:]
            self.beginInsertRows(NO_INDEX, first, ends[-1] - 1)
            self._cells += added
            self._ends += ends
            self._entries = history.entries
            self.endInsertRows()
        self._entries = history.entries
        self._repaint(*touched)

    def drop_others(self, history: History) -> bool:
        """Keep of what is shown only what a history has too; return whether anything was dropped."""
        count = len(self._entries)
        self._drop_oldest(history.entries)
        same = self._same(history.entries)
        if same < len(self._entries):
            self.beginRemoveRows(NO_INDEX, self._first_row(same), self.rowCount() - 1)
            del self._cells[same:], self._ends[same:]
            self._entries = self._entries[:same]
            self._present = min(self._present, same - 1)
            self.endRemoveRows()
        return len(self._entries) < count

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

    def rows_of(self, position: int) -> tuple[int, int]:
        """Return the first and the last row of the entry at a position."""
        return self._first_row(position), self._ends[position] - 1

    def before(self, position: int) -> Snapshot | None:
        """Return the state that the entry at a position changed; None at the start."""
        return self._entries[position - 1].snapshot if position else None

    def position_of(self, row: int) -> int:
        """Return the position of the entry that a row belongs to."""
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
                return f"{line.prompt}{line.text}{self._said_of(line.moment)}"
            case Qt.ItemDataRole.ToolTipRole if line.moment is Moment.UNDONE:
                return translate("CodeModel", "Undone. Redo brings it back, and so does a click.")
        return None

    def _line(self, row: int) -> Line:
        position = self.position_of(row)
        offset = row - self._first_row(position)
        paragraph, text, begins_paragraph = self._cells[position].lines[offset]
        name = paragraph.prompt if begins_paragraph else ""
        blank = " " * _prompt_width(position)
        prompt = f"{name} [{position + 1}]: " if name == "In" else f"{name}[{position + 1}]: " if name else blank
        return Line(paragraph.kind, prompt, text, self._moment(position), begins_cell=offset == 0)

    def _moment(self, position: int) -> Moment:
        if position == self._present:
            return Moment.PRESENT
        return Moment.PAST if position < self._present else Moment.UNDONE

    @staticmethod
    def _said_of(moment: Moment) -> str:
        said = {
            Moment.PAST: "",
            Moment.PRESENT: translate("CodeModel", "shown now"),
            Moment.UNDONE: translate("CodeModel", "undone"),
        }[moment]
        return f" ({said})" if said else ""

    def _first_row(self, position: int) -> int:
        return self._ends[position - 1] if position else 0

    def _same(self, entries: tuple[Entry, ...]) -> int:
        """Return how many entries at the beginning are those that are shown."""
        shown = self._entries
        if entries[: len(shown)] == shown:
            return len(shown)
        pairs = enumerate(zip(shown, entries, strict=False))
        return next((position for position, (old, new) in pairs if old is not new), len(entries))

    def _drop_oldest(self, entries: tuple[Entry, ...]) -> None:
        """Follow a history that dropped its oldest entries: the first of the others stands for its state."""
        is_same_start = not self._entries or entries[0] is self._entries[0]
        if is_same_start or len(entries) < 2 or entries[1] not in self._entries[2:]:
            return
        dropped = self._entries.index(entries[1]) - 1
        self.beginRemoveRows(NO_INDEX, 0, self._ends[dropped - 1] - 1)
        del self._cells[:dropped]
        self._entries = (entries[0], *self._entries[dropped + 1 :])
        self._present -= dropped
        self._count()
        self.endRemoveRows()
        self._repaint(0, len(self._entries) - 1)

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

    def _count(self) -> None:
        self._ends = list(accumulate(len(cell.lines) for cell in self._cells))

    def _repaint(self, first: int, last: int) -> None:
        first, last = max(first, 0), min(last, len(self._cells) - 1)
        if first <= last:
            self.dataChanged.emit(self.index(self.rows_of(first)[0]), self.index(self.rows_of(last)[1]))


def _prompt_width(position: int) -> int:
    """Return the width of `Out[3]: ` in characters."""
    return len(f"Out[{position + 1}]: ")
