"""The legend of a plot, beside it and never on it."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from typing_extensions import override


class Legend(QWidget):
    """Rows of a swatch, in colour and pattern, and what it stands for."""

    def __init__(self, styles: tuple[Qt.BrushStyle, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._styles = styles
        self._colors: tuple[str, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._swatches = [QLabel() for _ in styles]
        self._texts = [QLabel() for _ in styles]
        for swatch, text in zip(self._swatches, self._texts, strict=True):
            text.setTextFormat(Qt.TextFormat.PlainText)
            self._row.addWidget(swatch)
            self._row.addWidget(text)
        self._texts[-1].setWordWrap(True)
        self._row.setStretchFactor(self._texts[-1], 1)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._colors:
            self.set_colors(*self._colors)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in it."""
        return tuple(text.text() for text in self._texts)

    def set_texts(self, *texts: str) -> None:
        """Say what each swatch stands for."""
        for label, text in zip(self._texts, texts, strict=True):
            label.setText(text)

    def set_colors(self, *colors: str) -> None:
        """Paint each swatch, as high as the letters are."""
        self._colors = colors
        height = self.fontMetrics().ascent()
        ratio = self.devicePixelRatioF()
        for label, style, color in zip(self._swatches, self._styles, colors, strict=True):
            size = QSize(round(height * 1.6), height)
            pixmap = QPixmap(size * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setPen(QColor(color))
            painter.setBrush(QBrush(QColor(color), style))
            painter.drawRect(0, 0, size.width() - 1, size.height() - 1)
            painter.end()
            label.setPixmap(pixmap)
