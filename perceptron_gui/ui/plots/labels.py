"""Words inside a plot, placed in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from typing_extensions import override

from perceptron_gui.ui.lettering import Lettering
from perceptron_gui.ui.plots.drawing import NO_PEN, Drawing, Place, Shape

_MOST_WIDTHS = 4096


@dataclass(frozen=True, slots=True)
class Label:
    """Plain text, and where it stands: the point (x, y) lies at the fraction `anchor` of its box.

    `turned` text is read from the bottom to the top; its anchor is that of the turned box.
    """

    text: str
    x: float
    y: float
    anchor: tuple[float, float] = (0.5, 0.5)
    turned: bool = False
    muted: bool = False


class Texts(Shape):
    """Words at their places, each written in one colour of two."""

    def __init__(self) -> None:
        super().__init__()
        self._letters = Lettering(QFont())
        self.muted_pen = NO_PEN
        self.shown: tuple[Label, ...] = ()

    def set_font(self, font: QFont) -> None:
        """Write in another font."""
        self._letters = Lettering(font)

    @property
    @override
    def is_visible(self) -> bool:
        return bool(self.shown)

    @override
    def paint(self, painter: QPainter, place: Place) -> None:
        painter.setFont(self._letters.font)
        for label in self.shown:
            painter.setPen(self.muted_pen if label.muted else self.pen)
            text = self._letters.laid_out(label.text)
            size, (across, down) = text.size(), label.anchor
            if label.turned:
                painter.save()
                painter.translate(label.x - across * size.height(), label.y + (1 - down) * size.width())
                painter.rotate(-90)
                painter.drawStaticText(QPointF(), text)
                painter.restore()
            else:
                place_of_text = QPointF(label.x - across * size.width(), label.y - down * size.height())
                painter.drawStaticText(place_of_text, text)


class Labels:
    """The texts on one view box, which clips them. They are no data: no range follows them, no mouse finds them."""

    def __init__(self, view_box: Any) -> None:
        self._texts = Texts()
        self._drawing = Drawing(view_box, (self._texts,))
        self._drawing.setZValue(10)
        self._metrics = QFontMetricsF(QFont())
        self._widths: dict[str, float] = {}
        self.height = self._metrics.height()
        """Pixels of one line."""

    @property
    def shown(self) -> tuple[Label, ...]:
        """The labels that are shown."""
        return self._texts.shown

    def width(self, text: str) -> float:
        """Pixels of a text."""
        # Kept: where labels have room is asked of the same few texts some fifty times with every press.
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            width = self._widths[text] = self._metrics.horizontalAdvance(text)
        return width

    def set_font(self, font: QFont) -> None:
        """Write in another font; place the labels again afterwards."""
        self._texts.set_font(font)
        self._metrics = QFontMetricsF(font)
        self._widths.clear()
        self.height = self._metrics.height()

    def set_colors(self, color: str, muted: str) -> None:
        """Write in other colours."""
        self._texts.pen, self._texts.muted_pen = QPen(QColor(color)), QPen(QColor(muted))

    def place(self, labels: Sequence[Label]) -> None:
        """Show these labels and no others."""
        self._texts.shown = tuple(labels)
        self._drawing.arrange()


def in_two_lines(text: str) -> str:
    """Break a text at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    middle = min(spaces, key=lambda index: abs(index - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"
