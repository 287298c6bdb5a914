"""The entries of a history as the rows of a model."""

from enum import Enum

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex
from typing_extensions import override

from perceptron_gui.core.history import Entry, History, common_start
from perceptron_gui.core.snapshot import Snapshot

translate = QCoreApplication.translate
AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class Moment(Enum):
    """Whether an entry is before the shown one, the shown one, or undone."""

    PAST = "past"
    PRESENT = "present"
    UNDONE = "undone"

    @property
    def said(self) -> str:
        """What an assistive tool adds to the text of an entry; begins with a blank."""
        said = {
            Moment.PAST: "",
            Moment.PRESENT: translate("EntryModel", "shown now"),
            Moment.UNDONE: translate("EntryModel", "undone"),
        }[self]
        return f" ({said})" if said else ""

    @property
    def tip(self) -> str:
        """What there is to say of an entry that was undone; nothing of others."""
        if self is not Moment.UNDONE:
            return ""
        return translate("EntryModel", "Undone. Redo brings it back, and so does a click.")


class EntryModel(QAbstractTableModel):
    """Follows a history: what is the same at its beginning stays, the rest is removed and inserted.

    The entry at position i has number i + 1 and row i. What a subclass keeps of an entry it drops with it (`_forget`).
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._present = -1
        self._within: Entry | None = None

    @property
    def present(self) -> int:
        """The position of the shown entry; -1 before there is a history."""
        return self._present

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that are shown, the undone ones too."""
        return self._entries

    @property
    def is_within(self) -> bool:
        """Whether a moment within the shown entry, which is a run then, is shown in place of its end."""
        return self._within is not None

    def shown(self, position: int) -> Entry:
        """Return the entry at a position, or the moment within it that is shown."""
        within = self._within if position == self._present else None
        return self._entries[position] if within is None else within

    def display(self, history: History) -> None:
        """Show a history."""
        self.drop_others(history)
        self._within = history.moment
        touched = min(self._present, history.index), max(self._present, history.index)
        self._present = history.index
        if len(self._entries) < len(history.entries):
            self.beginInsertRows(NO_INDEX, len(self._entries), len(history.entries) - 1)
            self._entries = history.entries
            self.endInsertRows()
        self._repaint(*touched)

    def drop_others(self, history: History) -> bool:
        """Keep of what is shown only what a history has too; return whether anything was dropped."""
        count = len(self._entries)
        self._within = None
        self._drop_oldest(history.entries)
        same = common_start(self._entries, history.entries)
        if same < len(self._entries):
            self._present = min(self._present, same - 1)
            self._remove(same, len(self._entries), self._entries[:same])
        return len(self._entries) < count

    def before(self, position: int) -> Snapshot | None:
        """Return the state that the entry at a position changed; None at the start."""
        return self._entries[position - 1].snapshot if position else None

    def moment(self, position: int) -> Moment:
        """Return whether the entry at a position is before the shown one, the shown one, or undone."""
        if position == self._present:
            return Moment.PRESENT
        return Moment.PAST if position < self._present else Moment.UNDONE

    @override
    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    @override
    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else 1

    def _forget(self, first: int) -> None:
        """Drop what is kept of the entries from a position on; their rows are just being removed, or others' then."""

    def _remove(self, first: int, end: int, left: tuple[Entry, ...]) -> None:
        """Become `left`: without the entries from one position up to another."""
        self.beginRemoveRows(NO_INDEX, first, end - 1)
        self._forget(first)
        self._entries = left
        self.endRemoveRows()

    def _drop_oldest(self, entries: tuple[Entry, ...]) -> None:
        """Follow a history that dropped its oldest entries: the first of the others stands for its state."""
        is_same_start = not self._entries or entries[0] is self._entries[0]
        if is_same_start or len(entries) < 2 or entries[1] not in self._entries[2:]:
            return
        dropped = self._entries.index(entries[1]) - 1
        self._present -= dropped
        self._remove(0, dropped, (entries[0], *self._entries[dropped + 1 :]))
        self._repaint(0, len(self._entries) - 1)

    def _repaint(self, first: int, last: int) -> None:
        """Tell that the entries from one position to another look differently."""
        first, last = max(first, 0), min(last, len(self._entries) - 1)
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
