"""A person at the window: finds things by the names of the contract, clicks, types and reads."""

from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from perceptron_gui.ui.tensor_model import Look, TensorModel
from tests.executors import InlineExecutor

Found = TypeVar("Found", bound=QObject)
LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class Hands:
    """Does what a person does with mouse and keyboard, and reads what a person reads."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot

    @property
    def session(self) -> Session:
        return self.window.session

    @property
    def history(self) -> History:
        return self.session.history

    @property
    def now(self) -> Snapshot:
        return self.session.history.current

    @property
    def message(self) -> str:
        """What the status line says, whole."""
        return self.find(QLabel, "status_message").text()

    def find(self, kind: type[Found], name: str) -> Found:
        """Return the one child of that kind and name."""
        found = self.window.findChildren(kind, name)
        assert len(found) == 1, f"{len(found)} {kind.__name__} named {name}"
        return found[0]

    def action(self, name: str) -> QAction:
        return self.find(QAction, name)

    def button(self, name: str) -> QPushButton:
        return self.find(QPushButton, f"{name}_button")

    def click(self, *names: str) -> None:
        """Click phase buttons, one after the other."""
        for name in names:
            button = self.button(name)
            assert button.isVisible()
            QTest.mouseClick(button, LEFT)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Press a key where the keyboard focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        # A delegate commits after the key press was handled, not within it.
        QApplication.processEvents()

    def keys(self, text: str) -> None:
        """Type a text where the keyboard focus is, also what QTest has no keys for."""
        for letter in text:
            target = QApplication.focusWidget()
            assert target is not None
            if letter.isascii() and letter.isprintable():
                QTest.keyClicks(target, letter)
            else:
                QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, 0, NO_MODIFIER, letter))

    def table(self, name: str) -> QTableView:
        return self.find(QTableView, f"{name}_table")

    def data(self, name: str, row: int, column: int, role: Qt.ItemDataRole) -> Any:
        model = self.table(name).model()
        return model.data(model.index(row, column), role)

    def look(self, name: str, row: int, column: int) -> Look:
        """Return what is painted of a cell; its text is the one that is read."""
        model = self.table(name).model()
        assert isinstance(model, TensorModel)
        look = model.look(row, column)
        assert look.text == self.data(name, row, column, Qt.ItemDataRole.DisplayRole)
        return look

    def shown(self, name: str) -> list[list[str]]:
        """Return what a table shows."""
        model = self.table(name).model()
        return [
            [str(self.data(name, row, column, Qt.ItemDataRole.DisplayRole)) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def exact(self, name: str) -> list[list[float | None]]:
        """Return a table in full precision."""
        model = self.table(name).model()
        return [
            [self.data(name, row, column, Qt.ItemDataRole.EditRole) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def tip(self, name: str, row: int, column: int) -> str:
        return str(self.data(name, row, column, Qt.ItemDataRole.ToolTipRole))

    def cell(self, name: str, row: int, column: int) -> QPoint:
        """Return the middle of a cell, in its viewport."""
        table = self.table(name)
        index = table.model().index(row, column)
        table.scrollTo(index)
        return table.visualRect(index).center()

    def go_to(self, name: str, row: int, column: int) -> None:
        """Click a cell."""
        point = self.cell(name, row, column)
        QTest.mouseClick(self.table(name).viewport(), LEFT, NO_MODIFIER, point)

    def select(self, name: str, top: int, left: int, bottom: int, right: int) -> None:
        """Click a cell and extend the selection to another."""
        self.go_to(name, top, left)
        model = self.table(name).model()
        chosen = QItemSelection(model.index(top, left), model.index(bottom, right))
        self.table(name).selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def open_editor(self, name: str, row: int, column: int) -> QLineEdit:
        """Go to a cell and press F2."""
        self.go_to(name, row, column)
        self.key(Qt.Key.Key_F2)
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit)
        return editor

    def type_into_cell(self, name: str, row: int, column: int, text: str) -> None:
        """F2, the text in place of what stood there, Return."""
        editor = self.open_editor(name, row, column)
        editor.selectAll()
        self.keys(text)
        self.key(Qt.Key.Key_Return)

    def type_into_box(self, name: str, text: str, *, end: bool = True) -> QAbstractSpinBox:
        """Replace the text of a number field, and press Return if that is wanted."""
        box = self.find(QAbstractSpinBox, name)
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)
        if end:
            QTest.keyClick(box, Qt.Key.Key_Return)
        return box

    def text_of(self, name: str) -> str:
        """Return the text in a number field."""
        return self.find(QAbstractSpinBox, name).text()


def is_wholly_visible(widget: QWidget) -> bool:
    """Whether no edge of a widget is cut by those around it."""
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def shown(qtbot: QtBot, session: Session, *, is_furnished: bool = True) -> Hands:
    """Show a window of a session that has torch, as large as a small laptop's; return the hands at it."""
    resources.register()
    window = MainWindow(session, Document(session, InlineExecutor()), theme.LIGHT, is_furnished=is_furnished)
    qtbot.addWidget(window)
    window.resize(1366, 740)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Hands(window, qtbot)
