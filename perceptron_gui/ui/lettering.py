"""Text that is painted again and again: it is laid out once."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QStaticText

_MOST = 512
"""Texts kept laid out; of lines of code there are a few dozen."""


class Lettering:
    """One font, and the texts that were written in it.

    Laying out a text takes more than half of the time that writing it does.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        self._ascent = QFontMetricsF(font).ascent()
        self._laid_out: dict[str, QStaticText] = {}

    def write(self, painter: QPainter, x: float, baseline: float, text: str) -> None:
        """Write a line of text from a point on, with the painter's pen; the painter has this font afterwards."""
        painter.setFont(self.font)
        painter.drawStaticText(QPointF(x, baseline - self._ascent), self.laid_out(text))

    def laid_out(self, text: str) -> QStaticText:
        """Return a text as Qt writes it soonest."""
        made = self._laid_out.get(text)
        if made is None:
            if len(self._laid_out) >= _MOST:
                self._laid_out.clear()
            # To a static text a line feed is a letter.
            made = self._laid_out[text] = QStaticText(text.replace("\n", "\N{LINE SEPARATOR}"))
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.prepare(font=self.font)
        return made
