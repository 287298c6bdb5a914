"""The legend of a plot, beside it and never on it."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QWidget
from typing_extensions import override

_BETWEEN = 12
_MOST_PAINTED = 32


@dataclass(frozen=True, slots=True)
class Stroke:
    """The swatch of a curve: its pen, and the symbol of its points, `o` or `s`."""

    style: Qt.PenStyle
    symbol: str


@dataclass(frozen=True, slots=True)
class Pile:
    """The swatch of bars that look differently: their brushes and pens, side by side."""

    looks: tuple[tuple[QBrush, QPen], ...] = ()


Swatch = Qt.BrushStyle | Stroke | Pile


class Legend(QWidget):
    """Swatches, in colour and pattern, and what they stand for: in a row, or below each other where that is too long.

    It asks for no width of its own.
    """

    def __init__(self, styles: tuple[Swatch, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._styles = styles
        self._colors: tuple[str, ...] = ()
        self._painted: dict[tuple[int, int, float], tuple[Swatch, QPixmap]] = {}
        self._swatches = [QLabel() for _ in styles]
        self._texts = [QLabel() for _ in styles]
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(4, 0, 0, 0)
        self._rows.setSpacing(_BETWEEN)
        for swatch, text in zip(self._swatches, self._texts, strict=True):
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setMinimumWidth(1)
            row = QHBoxLayout()
            row.setSpacing(_BETWEEN // 2)
            row.addWidget(swatch)
            row.addWidget(text, 1)
            self._rows.addLayout(row)
        self._rows.addStretch(1)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._colors:
            self.set_colors(*self._colors)
            self._break_lines()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break_lines()

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in it."""
        return tuple(text.text() for text in self._texts)

    def set_texts(self, *texts: str) -> None:
        """Say what each swatch stands for."""
        if texts == self.texts:
            return
        for label, text in zip(self._texts, texts, strict=True):
            label.setText(text)
        self._break_lines()

    def set_colors(self, *colors: str) -> None:
        """Paint each swatch, as high as the letters are."""
        self._colors = colors
        self._painted.clear()
        for place in range(len(self._styles)):
            self._show_swatch(place)

    def set_styles(self, *styles: Swatch) -> None:
        """Show other swatches in the same colours: the very objects of before are painted already."""
        before, self._styles = self._styles, styles
        for place, (style, shown) in enumerate(zip(styles, before, strict=True)):
            if self._colors and style is not shown:
                self._show_swatch(place)

    def _show_swatch(self, place: int) -> None:
        size, style, label = self._swatch_size(), self._styles[place], self._swatches[place]
        key = place, id(style), self.devicePixelRatioF()
        if key not in self._painted:
            if len(self._painted) >= _MOST_PAINTED:
                self._painted.clear()
            # With its style, or another one could come to have its identity.
            self._painted[key] = style, self._swatch(style, place, size)
        # Of a fixed size: another picture asks for no layout.
        label.setFixedSize(size)
        label.setPixmap(self._painted[key][1])

    def _swatch(self, style: Swatch, place: int, size: QSize) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        _paint(painter, style, QColor(self._colors[place]), size)
        painter.end()
        return pixmap

    def _swatch_size(self) -> QSize:
        height = self.fontMetrics().ascent()
        has_strokes = any(isinstance(style, Stroke) for style in self._styles)
        return QSize(round(height * (2.6 if has_strokes else 1.6)), height)

    def _break_lines(self) -> None:
        entry = self._swatch_size().width() + 2 * _BETWEEN
        wanted = sum(entry + self.fontMetrics().horizontalAdvance(text) for text in self.texts)
        is_narrow = wanted > self.width()
        directions = QBoxLayout.Direction
        self._rows.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self._rows.setSpacing(0 if is_narrow else _BETWEEN)
        for text in self._texts:
            text.setWordWrap(is_narrow)


def _paint(painter: QPainter, style: Swatch, color: QColor, size: QSize) -> None:
    match style:
        case Stroke(line, symbol):
            middle, radius = size.height() / 2, size.height() / 4
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color, 2, line))
            painter.drawLine(QPointF(0, middle), QPointF(size.width(), middle))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            mark = QRectF(size.width() / 2 - radius, middle - radius, 2 * radius, 2 * radius)
            if symbol == "o":
                painter.drawEllipse(mark)
            else:
                painter.drawRect(mark)
        case Pile(looks):
            width = size.width() // max(1, len(looks))
            for index, (brush, pen) in enumerate(looks):
                painter.setPen(pen)
                painter.setBrush(brush)
                painter.drawRect(index * width, 0, width - 1, size.height() - 1)
        case _:
            painter.setPen(color)
            painter.setBrush(QBrush(color, style))
            painter.drawRect(0, 0, size.width() - 1, size.height() - 1)
