"""Words inside a plot, placed in pixels: a pool of text items that are moved and renamed, not made anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsSimpleTextItem

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


class Labels:
    """The texts on one view box, which clips them. They are no data: no range follows them, no mouse finds them."""

    def __init__(self, view_box: Any) -> None:
        self._view_box = view_box
        self._items: list[QGraphicsSimpleTextItem] = []
        self._font = QFont()
        self._metrics = QFontMetricsF(self._font)
        self._widths: dict[str, float] = {}
        self._color = self._muted = QColor()
        self.shown: tuple[Label, ...] = ()
        self.height = self._metrics.height()
        """Pixels of one line."""

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
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._widths.clear()
        self.height = self._metrics.height()
        self.shown = ()
        for item in self._items:
            item.setFont(font)

    def set_colors(self, color: str, muted: str) -> None:
        """Write in other colours; place the labels again afterwards."""
        self._color, self._muted = QColor(color), QColor(muted)
        self.shown = ()

    def place(self, labels: Sequence[Label]) -> None:
        """Show these labels and no others."""
        while len(self._items) < len(labels):
            item = QGraphicsSimpleTextItem(self._view_box)
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            item.setZValue(10)
            item.setFont(self._font)
            self._items.append(item)
        for item, label, before in zip(self._items, labels, chain(self.shown, repeat(None)), strict=False):
            if label == before:
                continue
            item.setText(label.text)
            item.setBrush(self._muted if label.muted else self._color)
            box = item.boundingRect()
            across, down = label.anchor
            if label.turned:
                item.setRotation(-90)
                item.setPos(label.x - across * box.height(), label.y + (1 - down) * box.width())
            else:
                item.setRotation(0)
                item.setPos(label.x - across * box.width(), label.y - down * box.height())
            item.setVisible(True)
        for item in self._items[len(labels) : len(self._items)]:
            if item.isVisible():
                item.setVisible(False)
        self.shown = tuple(labels)


def in_two_lines(text: str) -> str:
    """Break a text at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    middle = min(spaces, key=lambda index: abs(index - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"
