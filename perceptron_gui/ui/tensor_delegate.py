"""Edits the numbers of a table."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from perceptron_gui.core.parsing import full_text, parse_float32
from perceptron_gui.core.problems import Problem
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex


class TensorDelegate(QStyledItemDelegate):
    """Edits a number as text in full precision: opening and leaving changes nothing."""

    def __init__(self, colors: Colors, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors = colors

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
