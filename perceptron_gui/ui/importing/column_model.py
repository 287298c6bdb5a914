"""The first rows of a table as they stand in the file, and above each column what becomes of it."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from typing_extensions import override

from perceptron_gui.core.importing.tables import Roles, usual_roles
from perceptron_gui.core.importing.values import Table
from perceptron_gui.core.snapshot import TensorName

AnyIndex = QModelIndex | QPersistentModelIndex
NOT_TAKEN = "–"
_NO_INDEX = QModelIndex()


class ColumnModel(QAbstractTableModel):
    """Shows a Table; `roles` are what a person has made of its columns."""

    def __init__(self, table: Table, parent: QObject) -> None:
        super().__init__(parent)
        self.table = table
        self.roles: Roles = usual_roles(table)

    def display(self, table: Table) -> None:
        """Show the same file read anew; what was chosen for its columns stays where there are as many."""
        self.beginResetModel()
        if len(table.columns) != len(self.table.columns) or self.roles == usual_roles(self.table):
            self.roles = usual_roles(table)
        self.table = table
        self.endResetModel()

    def choose(self, columns: Iterable[int], role: TensorName | None) -> None:
        """Make something of columns."""
        chosen = set(columns)
        self.roles = tuple(role if index in chosen else old for index, old in enumerate(self.roles))
        last = len(self.roles) - 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, last))

    @override
    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.table.head)

    @override
    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.table.columns)

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.table.head[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row[column] if column < len(row) else ""
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if self.roles[column] is None:
                return QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Of a column its name and what becomes of it, as PyTorch indexes it; of a row its index."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section)
        name = self.roles[section]
        if name is None:
            return f"{self.table.names[section]}\n{NOT_TAKEN}"
        index = sum(other is name for other in self.roles[:section])
        return f"{self.table.names[section]}\n{name}[:, {index}]"
