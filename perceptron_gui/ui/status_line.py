"""The one status line: two lines, whole in `text()`, elided on screen; a click opens the rest and copies it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from perceptron_gui.ui.elided_label import ElidedLabel


class StatusLine(ElidedLabel):
    """What just happened, in plain text, whatever it holds."""

    def __init__(self) -> None:
        super().__init__(lines=2)
        self.setObjectName("status_message")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, text: str) -> None:
        """Show a text of one or two lines."""
        self.setText(text)
        self.setAccessibleName(text)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        QGuiApplication.clipboard().setText(self.text())
        opened = _Opened(self.text(), self.window())
        height = opened.fontMetrics().lineSpacing() * 8
        opened.resize(self.width(), height)
        opened.move(self.mapToGlobal(QPoint(0, -height - 4)))
        opened.show()


class _Opened(QPlainTextEdit):
    """The whole text, until a click elsewhere."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent, readOnly=True)
        self.setWindowFlag(Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
