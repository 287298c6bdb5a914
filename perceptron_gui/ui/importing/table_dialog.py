"""What a person chooses of a table: how it is written, and what its columns become."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from perceptron_gui.core.actions import Import
from perceptron_gui.core.editing import sizes_after_import
from perceptron_gui.core.importing import tables
from perceptron_gui.core.importing.values import DETECTED, Dialect, Table
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Snapshot, TensorName
from perceptron_gui.ui import problem_sentences
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.importing import words
from perceptron_gui.ui.importing.column_model import ColumnModel

translate = QCoreApplication.translate
_ROLES = {"x": TensorName.X, "y_true": TensorName.Y_TRUE, "skip": None}


class TableDialog(QDialog):
    """Shows the first rows of a table that was read; `display` shows them as they are read anew."""

    dialect_requested = Signal(object)
    """The Dialect as a person wants it: the file is to be read anew."""
    import_chosen = Signal(object)
    """The Import that a person chose; the dialog has closed."""

    def __init__(self, table: Table, file: str, current: Snapshot, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import_dialog")
        self._file = file
        self._current = current
        self._wished = DETECTED
        self._problem: Problem | None = None
        self._is_reading = False
        self._about = ElidedLabel()
        self._header = QCheckBox()
        self._header.setObjectName("import_header_check_box")
        self._separator, self._decimal = (_combo(f"import_{name}_combo_box") for name in ("separator", "decimal"))
        self._separator_label, self._decimal_label = QLabel(), QLabel()
        self._separator_label.setBuddy(self._separator)
        self._decimal_label.setBuddy(self._decimal)
        self._model = ColumnModel(table, self)
        self._view = _preview(self._model)
        self._roles_label = QLabel()
        self._buttons = {name: _button(f"import_{name}_button") for name in _ROLES}
        self._result = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._result.setObjectName("import_result_label")
        self._result.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 4)
        self._box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = self._box.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setObjectName("import_ok_button")
        self._cancel = self._box.button(QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self._header.clicked.connect(self._on_header_clicked)
        self._separator.activated.connect(self._on_separator_activated)
        self._decimal.activated.connect(self._on_decimal_activated)
        for name, button in self._buttons.items():
            button.setProperty("role", name)
            button.clicked.connect(self._on_role_clicked)
        self._view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._box.accepted.connect(self._on_accepted)
        self._box.rejected.connect(self.reject)
        self.retranslate()
        self.display(table)
        self._view.selectColumn(0)
        self.resize(760, 560)

    def display(self, table: Table) -> None:
        """Show the file as it was read."""
        chosen = self._selected_columns()
        self._model.display(table)
        self._is_reading, self._problem = False, None
        self._header.setChecked(bool(table.dialect.has_header))
        for combo, value in ((self._separator, table.dialect.separator), (self._decimal, table.dialect.decimal)):
            combo.setCurrentIndex(combo.findData(value) if value is not None else -1)
        self._view.resizeColumnsToContents()
        for column in chosen:
            if column < len(table.columns):
                self._view.selectColumn(column)
        self._say()

    def display_problem(self, problem: Problem) -> None:
        """Say why the file cannot be read as it was wished."""
        self._is_reading, self._problem = False, problem
        self._say()

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self.setWindowTitle(translate("ImportDialog", "Import a table"))
        self._header.setText(translate("ImportDialog", "The first &line names the columns"))
        self._separator_label.setText(translate("ImportDialog", "&Between cells:"))
        self._decimal_label.setText(translate("ImportDialog", "&Decimal mark:"))
        _fill(
            self._separator,
            {
                "\t": translate("ImportDialog", "tab"),
                ";": translate("ImportDialog", "semicolon ;"),
                ",": translate("ImportDialog", "comma ,"),
            },
        )
        _fill(
            self._decimal,
            {".": translate("ImportDialog", "point ."), ",": translate("ImportDialog", "comma ,")},
        )
        self._roles_label.setText(translate("ImportDialog", "The selected columns become:"))
        for name in ("x", "y_true"):
            self._buttons[name].setText(name)
        self._buttons["skip"].setText(translate("ImportDialog", "&not taken"))
        self._buttons["x"].setToolTip(translate("ImportDialog", "Inputs: each selected column is one of x"))
        self._buttons["y_true"].setToolTip(translate("ImportDialog", "Targets: each selected column is one of y_true"))
        self._buttons["skip"].setToolTip(translate("ImportDialog", "Leave the selected columns out"))
        self._view.setAccessibleName(translate("ImportDialog", "The first rows of the file"))
        self._ok.setText(translate("ImportDialog", "Import"))
        self._cancel.setText(translate("ImportDialog", "Cancel"))
        self._say()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(self._about)
        written = QHBoxLayout()
        for widget in (self._separator_label, self._separator, self._decimal_label, self._decimal, self._header):
            written.addWidget(widget)
        written.addStretch()
        layout.addLayout(written)
        layout.addWidget(self._view, 1)
        roles = QHBoxLayout()
        roles.addWidget(self._roles_label)
        for button in self._buttons.values():
            roles.addWidget(button)
        roles.addStretch()
        layout.addLayout(roles)
        layout.addWidget(self._result)
        layout.addWidget(self._box)

    def _say(self) -> None:
        """Say what the import would make, or why it cannot be done."""
        table = self._model.table
        rows = max((len(column) for column in table.columns if not isinstance(column, Problem)), default=0)
        about = translate("ImportDialog", "{file}: rows {rows}, columns {columns}, {encoding}")
        self._about.setText(
            about.format(file=self._file, rows=rows or "?", columns=len(table.columns), encoding=table.encoding)
        )
        problem = self._problem
        text = words.reading(self._file)
        if not self._is_reading and problem is None:
            try:
                text = words.shapes_after(sizes_after_import(self._current, self._planned()))
            except Problem as found:
                problem = found
        if problem is not None:
            text = problem_sentences.of_problem(problem)
        self._result.setText(text)
        self._ok.setEnabled(not self._is_reading and problem is None)

    def _planned(self) -> Import:
        """Return the import with shapes alone."""
        shapes = tables.shapes(self._model.table, self._model.roles)
        return Import(self._file, tuple((name, np.broadcast_to(np.float32(0), shape)) for name, shape in shapes))

    def _ask(self, wished: Dialect) -> None:
        self._wished = wished
        self._is_reading, self._problem = True, None
        self._say()
        self.dialect_requested.emit(wished)

    def _selected_columns(self) -> list[int]:
        return [index.column() for index in self._view.selectionModel().selectedColumns()]

    @Slot(bool)
    def _on_header_clicked(self, has_header: bool) -> None:
        self._ask(replace(self._wished, has_header=has_header))

    @Slot()
    def _on_separator_activated(self) -> None:
        self._ask(replace(self._wished, separator=self._separator.currentData()))

    @Slot()
    def _on_decimal_activated(self) -> None:
        self._ask(replace(self._wished, decimal=self._decimal.currentData()))

    @Slot()
    def _on_role_clicked(self) -> None:
        self._model.choose(self._selected_columns(), _ROLES[self.sender().property("role")])
        self._say()

    @Slot()
    def _on_selection_changed(self) -> None:
        for button in self._buttons.values():
            button.setEnabled(bool(self._selected_columns()))

    @Slot()
    def _on_accepted(self) -> None:
        action = Import(self._file, tables.tensors(self._model.table, self._model.roles))
        self.accept()
        self.import_chosen.emit(action)


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    return combo


def _fill(combo: QComboBox, texts: dict[str, str]) -> None:
    """Give a choice its texts; what is chosen stays, and without anything it says so."""
    chosen = combo.currentIndex()
    combo.clear()
    for value, text in texts.items():
        combo.addItem(text, value)
    combo.setPlaceholderText(translate("ImportDialog", "choose"))
    combo.setCurrentIndex(chosen)


def _button(name: str) -> QPushButton:
    button = QPushButton(autoDefault=False)
    button.setObjectName(name)
    return button


def _preview(model: ColumnModel) -> QTableView:
    view = QTableView(wordWrap=False, cornerButtonEnabled=False)
    view.setObjectName("import_table")
    view.setModel(model)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectColumns)
    view.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.setTabKeyNavigation(False)
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 6)
    return view
