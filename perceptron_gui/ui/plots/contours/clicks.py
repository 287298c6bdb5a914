"""Clicks that are neither the beginning of a drag nor one half of a double click."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override


class Clicks(QObject):
    """Watches the left button over a widget. A click is one when no second one has followed in time."""

    began = Signal(QPointF)
    """The button was pressed and let go here: this may become a click."""
    clicked = Signal()
    """What began was a click."""
    cancelled = Signal()
    """What began was a double click."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._pressed_at: QPointF | None = None
        self._wait = QTimer(self, singleShot=True)
        self._wait.timeout.connect(self.clicked)
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            match event.type():
                case QEvent.Type.MouseButtonPress:
                    is_left = event.button() is Qt.MouseButton.LeftButton
                    self._pressed_at = event.position() if is_left else None
                case QEvent.Type.MouseMove if self._pressed_at is not None:
                    moved = (event.position() - self._pressed_at).manhattanLength()
                    if moved >= QApplication.startDragDistance():
                        self._pressed_at = None
                case QEvent.Type.MouseButtonRelease if self._pressed_at is not None:
                    self._pressed_at = None
                    self.began.emit(event.position())
                    self._wait.start(QApplication.doubleClickInterval())
                case QEvent.Type.MouseButtonDblClick:
                    self._pressed_at = None
                    if self._wait.isActive():
                        self._wait.stop()
                        self.cancelled.emit()
        return False
