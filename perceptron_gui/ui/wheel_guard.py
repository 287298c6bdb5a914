"""Keeps the wheel that scrolls a page from turning a field it happens to pass."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class WheelGuard(QObject):
    """Lets the wheel turn a field only while the field has the focus."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        # Not by the wheel, as spin boxes and combo boxes do.
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
