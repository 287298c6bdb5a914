"""The one status line: two lines, whole in `text()`, elided on screen; a click opens the rest and copies it."""

import html

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.ui.elided_label import ElidedLabel


class StatusLine(ElidedLabel):
    """What just happened, in plain text, whatever it holds; pointing at it shows the code it stood for."""

    def __init__(self) -> None:
        super().__init__(lines=2)
        self._code = ""
        self.setObjectName("status_message")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, text: str, code: str = "") -> None:
        """Show a text of one or two lines, about something that these lines of PyTorch did."""
        if (text, code) == (self.text(), self._code):
            return
        self._code = code
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(f"<pre>{html.escape(code)}</pre>" if code else "")

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        whole = f"{self.text()}\n\n{self._code}" if self._code else self.text()
        QGuiApplication.clipboard().setText(whole)
        opened = _Opened(whole, self.window())
        opened.resize(self.width(), opened.height_of_text)
        opened.move(self.mapToGlobal(QPoint(0, -opened.height() - 4)))
        opened.show()


class Still(QWidget):
    """Holds a label whose text changes with every press: without a layout, nothing around it is laid out again."""

    def __init__(self, label: StatusLine) -> None:
        super().__init__()
        self._label = label
        label.setParent(self)

    @override
    def sizeHint(self) -> QSize:
        return QSize(20, self._label.sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # Of a fixed size: another text asks for no layout.
        self._label.setFixedSize(self.size())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()


class _Opened(QFrame):
    """The whole text, until Esc or a click elsewhere. A frame: a popup that is a text edit would swallow both."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._edit = QPlainTextEdit(text, readOnly=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._edit)

    @property
    def height_of_text(self) -> int:
        """The height of the text's lines, and of two more for what is wrapped."""
        return (self._edit.blockCount() + 3) * self._edit.fontMetrics().lineSpacing()
