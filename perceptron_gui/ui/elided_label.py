"""A label that never asks for more room than there is: what does not fit is elided, line by line."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override


class ElidedLabel(QLabel):
    """Plain text in a fixed number of lines; `text()` is whole."""

    def __init__(self, text: str = "", lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(text, parent, textFormat=Qt.TextFormat.PlainText)
        self._lines = lines
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(line) for line in self.text().split("\n"))
        return QSize(widest + 2, self._lines * metrics.lineSpacing() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        for number, line in enumerate(self.text().split("\n")[: self._lines]):
            elided = metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(0, 1 + number * metrics.lineSpacing() + metrics.ascent(), elided)
