"""A monkey at the window: clicks, keys, texts, drags, wheels, resizes and commands, drawn from a seed."""

import random
import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget
from typing_extensions import override

from perceptron_gui.ui.main_window import MainWindow

BUTTONS = (Qt.MouseButton.LeftButton,) * 5 + (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
MODIFIERS = (Qt.KeyboardModifier.NoModifier,) * 4 + (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
KEYS = [
    *(Qt.Key(code) for code in (*range(Qt.Key.Key_A, Qt.Key.Key_Z + 1), *range(Qt.Key.Key_0, Qt.Key.Key_9 + 1))),
    *(Qt.Key(code) for code in range(Qt.Key.Key_F1, Qt.Key.Key_F12 + 1)),
    *[Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Delete] * 4,
    *[Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Home] * 3,
]
TEXTS = ("0", "1", "-0.5", "2,5", "1e30", "-1e38", "nan", "1e999", "7", "12", "x", "ы", "", "1.234,5", "-0", "1e-45")
LINE = 12
"""How many wishes may wait in line before the monkey waits, too."""


class Monkey(QObject):
    """Acts on what is seen, one act a turn of the event loop, and writes each to stdout before it is done.

    The window does not close meanwhile, and a file dialog does not stay open. An error dialog ends it at once.
    """

    def __init__(self, window: MainWindow, seed: int, count: int, done: Callable[[], None]) -> None:
        super().__init__()
        self._window = window
        self._random = random.Random(seed)  # noqa: S311  no secret
        self._left = count
        self._done = done
        self._acts = (
            (30, self._click), (15, self._press_key), (15, self._type), (8, self._drag), (8, self._turn_wheel),
            (4, self._resize), (20, self._command),
        )  # fmt: skip
        window.installEventFilter(self)
        QTimer.singleShot(0, self._act)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            event.ignore()
            return True
        return False

    def _act(self) -> None:
        session = self._window.session
        for dialog in self._window.findChildren(QFileDialog):
            # No monkey's place: its Delete key deletes files.
            dialog.reject()
        if session.waiting > LINE or session.is_loading:
            QTimer.singleShot(2, self._act)
        elif not self._left or self._has_failed():
            self._end()
        else:
            self._left -= 1
            QTimer.singleShot(0, self._act)
            weights, acts = zip(*self._acts, strict=True)
            self._random.choices(acts, weights)[0]()

    def _has_failed(self) -> bool:
        return any(dialog.isVisible() for dialog in self._window.findChildren(QDialog, "error_dialog"))

    def _end(self) -> None:
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        while (dialog := QApplication.activeModalWidget()) is not None:
            dialog.close()
        self._window.removeEventFilter(self)
        self._done()

    def _say(self, *words: object) -> None:
        sys.stdout.write(" ".join(map(str, (self._left, *words))) + "\n")
        sys.stdout.flush()

    def _widget(self) -> QWidget:
        """Draw one that a person could point at: of the popup or the dialog that is open, or of the window."""
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self._window
        seen = [
            child for child in top.findChildren(QWidget) if child.isVisible() and not child.visibleRegion().isEmpty()
        ]
        return self._random.choice([top, *seen])

    def _point(self, widget: QWidget) -> QPoint:
        seen = widget.visibleRegion().boundingRect()
        return QPoint(
            self._random.randint(seen.left(), max(seen.right(), seen.left())),
            self._random.randint(seen.top(), max(seen.bottom(), seen.top())),
        )

    def _focused(self) -> QWidget:
        return (
            QApplication.activePopupWidget()
            or QApplication.focusWidget()
            or QApplication.activeModalWidget()
            or self._window
        )

    def _click(self) -> None:
        widget = self._widget()
        point, button = self._point(widget), self._random.choice(BUTTONS)
        modifier = self._random.choice(MODIFIERS)
        click = self._random.choice((QTest.mouseClick, QTest.mouseClick, QTest.mouseDClick))
        self._say(click.__name__, _name(widget), point.toTuple(), button.name, modifier.name)
        click(widget, button, modifier, point)

    def _press_key(self) -> None:
        key, modifier = self._random.choice(KEYS), self._random.choice(MODIFIERS)
        focused = self._focused()
        self._say("key", _name(focused), modifier.name, key.name)
        QTest.keyClick(focused, key, modifier)

    def _type(self) -> None:
        text, focused = self._random.choice(TEXTS), self._focused()
        end = self._random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape, None))
        self._say("type", _name(focused), repr(text), end)
        for letter in text:
            QTest.keyClicks(self._focused(), letter if letter.isascii() else "?")
        if end is not None:
            QTest.keyClick(self._focused(), end)

    def _drag(self) -> None:
        widget = self._widget()
        first, last = self._point(widget), self._point(widget)
        self._say("drag", _name(widget), first.toTuple(), last.toTuple())
        QTest.mousePress(widget, BUTTONS[0], MODIFIERS[0], first)
        QTest.mouseMove(widget, (first + last) / 2)
        QTest.mouseMove(widget, last)
        QTest.mouseRelease(widget, BUTTONS[0], MODIFIERS[0], last)

    def _turn_wheel(self) -> None:
        widget = self._widget()
        point, turn = self._point(widget), self._random.choice((-240, -120, 120, 240))
        modifier = self._random.choice(MODIFIERS)
        self._say("wheel", _name(widget), point.toTuple(), turn, modifier.name)
        event = QWheelEvent(
            QPointF(point), QPointF(widget.mapToGlobal(point)), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
            modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def _resize(self) -> None:
        width, height = self._random.randint(200, 2200), self._random.randint(150, 1400)
        self._say("resize", width, height)
        self._window.resize(width, height)

    def _command(self) -> None:
        menus = [action.menu() for action in self._window.menuBar().actions()]
        actions = [action for menu in menus if isinstance(menu, QMenu) for action in menu.actions()]
        action = self._random.choice([action for action in actions if action.isEnabled() and action.text()])
        self._say("command", action.objectName() or action.text())
        action.trigger()


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__}:{widget.objectName()}"
