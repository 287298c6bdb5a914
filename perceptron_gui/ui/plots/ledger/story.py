"""Some lines of text of a fixed height: what does not fit is elided, and the tool tip has it whole."""

import html

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextLine
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override


class Story(QWidget):
    """Plain text broken into lines. Its height follows from how many lines it has room for, never from the text.

    No QLabel: that one asks for a layout with every text.
    """

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._text = ""
        self._shown: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return the text, whole."""
        return self._text

    def tell(self, text: str) -> None:
        """Show a text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._say_whole()
            self.update()

    def set_lines(self, lines: int) -> None:
        """Have room for so many lines."""
        if lines != self._lines:
            self._lines = lines
            self._say_whole()
            self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        return QSize(20, self._lines * self.fontMetrics().lineSpacing() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_whole()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._say_whole()
            self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        for number, line in enumerate(self._shown):
            painter.drawText(QPointF(0, 1 + number * metrics.lineSpacing() + metrics.ascent()), line)

    def broken(self) -> list[str]:
        """Return the lines as they are shown in the room of now."""
        metrics, width = self.fontMetrics(), self.width()
        shown: list[str] = []
        paragraphs = self._text.split("\n")
        for index, paragraph in enumerate(paragraphs):
            rest = paragraph
            while rest:
                if len(shown) == self._lines - 1:
                    more = " …" if index + 1 < len(paragraphs) else ""
                    return [*shown, metrics.elidedText(rest + more, Qt.TextElideMode.ElideRight, width)]
                length = self._length_of_line(rest, width)
                shown.append(rest[:length].rstrip())
                rest = rest[length:].lstrip()
        return shown

    def _length_of_line(self, text: str, width: int) -> int:
        if self.fontMetrics().horizontalAdvance(text) < width:
            return len(text)
        layout = QTextLayout(text, self.font())
        layout.beginLayout()
        line: QTextLine = layout.createLine()
        line.setLineWidth(max(width, 20))
        length = line.textLength()
        layout.endLayout()
        return max(length, 1)

    def _say_whole(self) -> None:
        self._shown = self.broken()
        fits = "".join(self._shown).replace(" ", "") == self._text.replace(" ", "").replace("\n", "")
        self.setToolTip("" if fits else html.escape(self._text).replace("\n", "<br>"))
