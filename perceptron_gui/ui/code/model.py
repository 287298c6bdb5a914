"""The entries of a history as cells of a notebook, one model row an entry."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt
from typing_extensions import override

from perceptron_gui.ui.code.cell import LineKind, paragraphs, wrapped
from perceptron_gui.ui.entry_model import AnyIndex, EntryModel, Moment

_USUAL_COLUMNS = 80
_LEAST_COLUMNS = 16
_MOST_KEPT = 256
"""Cells that are kept made: several pages of them."""


class CodeRole(IntEnum):
    """What the model tells beside the text."""

    CELL = Qt.ItemDataRole.UserRole
    """The Cell, in its parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as it is painted: `prompt` is `In [3]: `, or as many blanks."""

    kind: LineKind
    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry as it is painted."""

    lines: tuple[Line, ...]
    moment: Moment


class CodeModel(EntryModel):
    """Follows a history. Lines are as wide as `set_columns` says, prompt and all.

    A cell is made when it is asked for, so that a long history costs no more than what is seen of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[int, tuple[Line, ...]] = {}
        self._columns = _USUAL_COLUMNS

    @property
    def columns(self) -> int:
        """How wide its lines are, in characters, prompt and all."""
        return self._columns

    def set_columns(self, columns: int) -> bool:
        """Break the lines at another width, in characters; return whether it is another."""
        columns = max(columns, _LEAST_COLUMNS)
        if columns == self._columns:
            return False
        self._columns = columns
        self._make_anew()
        return True

    def retranslate(self) -> None:
        """Say the comments in the language of now."""
        self._make_anew()

    def lines(self, position: int) -> tuple[Line, ...]:
        """Return the lines of the entry at a position."""
        made = self._made.get(position)
        if made is None:
            if len(self._made) >= _MOST_KEPT:
                del self._made[next(iter(self._made))]
            made = self._made[position] = self._lines(position)
        return made

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        position = index.row()
        match role:
            case CodeRole.CELL:
                return Cell(self.lines(position), self.moment(position))
            case Qt.ItemDataRole.DisplayRole:
                return self._text(position)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._text(position)}{self.moment(position).said}"
            case Qt.ItemDataRole.ToolTipRole:
                return self.moment(position).tip or None
        return None

    @override
    def _forget(self, first: int) -> None:
        self._made = {position: lines for position, lines in self._made.items() if position < first}

    def _make_anew(self) -> None:
        self._made.clear()
        self._repaint(0, len(self._entries) - 1)

    def _text(self, position: int) -> str:
        return "\n".join(line.prompt + line.text for line in self.lines(position))

    def _lines(self, position: int) -> tuple[Line, ...]:
        prompts = {"In": f"In [{position + 1}]: ", "Out": f"Out[{position + 1}]: "}
        blank = " " * len(prompts["Out"])
        return tuple(
            Line(paragraph.kind, blank if number else prompts.get(paragraph.prompt, blank), text)
            for paragraph in paragraphs(self._entries[position], self.before(position))
            for number, text in enumerate(wrapped(paragraph, self._columns - len(blank)))
        )
