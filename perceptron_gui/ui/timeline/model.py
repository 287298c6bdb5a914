"""The entries of a history as rows: their number, their action, and the loss that was there then."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from typing_extensions import override

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.ui import sentences
from perceptron_gui.ui.entry_model import NO_INDEX, AnyIndex, EntryModel, Moment

translate = QCoreApplication.translate
NO_LOSS = "–"


class Column(IntEnum):
    """What stands beside each other."""

    NUMBER = 0
    ACTION = 1
    LOSS = 2


class TimelineRole(IntEnum):
    """What the model tells beside the text."""

    FIELD = Qt.ItemDataRole.UserRole
    """The Field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is painted; a stale number no longer follows from what the tables showed then."""

    text: str
    moment: Moment
    is_refused: bool = False
    is_stale: bool = False


class TimelineModel(EntryModel):
    """One row an entry; what stands in it is made when it is asked for."""

    @override
    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._heading(Column(section))
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if section == Column.LOSS else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        position, column = index.row(), Column(index.column())
        match role:
            case TimelineRole.FIELD:
                return self.field(position, column)
            case Qt.ItemDataRole.DisplayRole:
                return self.field(position, column).text
            case Qt.ItemDataRole.AccessibleTextRole:
                field = self.field(position, column)
                return f"{field.text}{field.moment.said}"
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(position, column)
        return None

    def field(self, position: int, column: Column) -> Field:
        """Return what is painted of an entry in one column."""
        entry, moment = self.shown(position), self.moment(position)
        match column:
            case Column.NUMBER:
                return Field(f"In [{position + 1}]", moment)
            case Column.ACTION if entry.refusal is not None:
                said = translate("Timeline", "{action}: refused").format(action=sentences.of_action(entry.action))
                return Field(said, moment, is_refused=True)
            case Column.ACTION if isinstance(entry.action, Ran):
                return Field(self._run(position, entry.action), moment)
            case Column.ACTION:
                return Field(sentences.of_action(entry.action), moment)
            case Column.LOSS:
                forward = entry.snapshot.forward
                if forward is None:
                    return Field(NO_LOSS, moment)
                return Field(display_text(float(forward.loss)), moment, is_stale=bool(entry.snapshot.stale))

    def copied(self, positions: range) -> str:
        """Return rows as a spreadsheet takes them, each loss with all its digits."""
        rows: list[str] = []
        for position in positions:
            forward = self._entries[position].snapshot.forward
            loss = "" if forward is None else full_text(float(forward.loss))
            rows.append(f"{position + 1}\t{self.field(position, Column.ACTION).text}\t{loss}")
        return "\n".join(rows)

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        self._repaint(0, len(self._entries) - 1)

    def _run(self, position: int, shown: Ran) -> str:
        """Name a run with its updates; where a moment of it is shown, with those up to there."""
        whole = self._entries[position].action
        if shown is whole or not isinstance(whole, Ran):
            return translate("Timeline", "Run × {count}").format(count=shown.updates)
        return translate("Timeline", "Run: {count} of {all}").format(count=shown.updates, all=whole.updates)

    @staticmethod
    def _heading(column: Column) -> str:
        return {
            Column.NUMBER: translate("Timeline", "cell"),
            Column.ACTION: translate("Timeline", "action"),
            Column.LOSS: "loss",
        }[column]

    def _tip(self, position: int, column: Column) -> str:
        """Say what an entry did, or how old its loss was."""
        entry, moment = self.shown(position), self.moment(position)
        if column is Column.LOSS and entry.snapshot.stale:
            said = sentences.stale(entry.snapshot.stale)
        elif entry.refusal is not None:
            said = sentences.of_refusal(entry.refusal)
        else:
            said = sentences.of_entry(entry, self.before(position))
        return "\n".join(filter(None, (said, moment.tip)))
