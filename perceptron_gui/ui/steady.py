"""A text that changes all the time: nothing around it moves, and nothing is laid out again."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override


class Steady(QWidget):
    """A label in as much room as the widest of its texts needs. There is no layout, so no text asks for another."""

    def __init__(self, name: str, *widest: str) -> None:
        super().__init__()
        self._label = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self._label.setObjectName(name)
        self._widest = widest or ("",)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_widest(self, *texts: str) -> None:
        """Take room for other texts."""
        if texts != self._widest:
            self._widest = texts
            self.updateGeometry()

    def say(self, text: str) -> None:
        """Show a text; only one that is wider than all of them moves anything."""
        if text == self._label.text():
            return
        self._label.setText(text)
        if len(text) > max(map(len, self._widest)):
            self.set_widest(*self._widest, text)

    @override
    def sizeHint(self) -> QSize:
        metrics = self._label.fontMetrics()
        return QSize(max(map(metrics.horizontalAdvance, self._widest)) + 2, metrics.height() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._label.setGeometry(self.rect())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
