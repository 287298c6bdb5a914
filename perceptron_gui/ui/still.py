"""A place for a label whose text changes with every press."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override


class Still(QWidget):
    """Holds a label, with room for so many digits at least: without a layout, nothing around it is laid out again."""

    def __init__(self, label: QLabel, digits: int = 1) -> None:
        super().__init__()
        self._label = label
        self._digits = digits
        label.setParent(self)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("0" * self._digits) + 2, self._label.sizeHint().height())

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
