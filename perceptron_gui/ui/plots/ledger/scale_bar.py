"""The scale of a heat map: its colours in a row, and the numbers at the ends."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from perceptron_gui.ui.theme import Colors

_BAR = 6


class ScaleBar(QWidget):
    """Its colours, and under them the least and the largest number; where both have no room, the largest as ±."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._border = self._text = QColor()
        self.ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_table(self, table: npt.NDArray[np.uint8], colors: Colors) -> None:
        """Show these colours (count, 3)."""
        row = np.ascontiguousarray(table)
        self._image = QImage(row.tobytes(), len(row), 1, 3 * len(row), QImage.Format.Format_RGB888).copy()
        self._border, self._text = QColor(colors.border), QColor(colors.text)
        self.update()

    def say(self, low: str, high: str) -> None:
        """Say the ends; both the same where there is no number."""
        if self.ends != (low, high):
            self.ends = (low, high)
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(40, _BAR + self.fontMetrics().height() + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = QRect(2, 1, self.width() - 5, _BAR)
        painter.drawImage(bar, self._image)
        painter.setPen(self._border)
        painter.drawRect(bar)
        painter.setPen(self._text)
        (low, high), metrics = self.ends, self.fontMetrics()
        room = self.rect().adjusted(2, _BAR + 2, -2, 0)
        if low == high:
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, low)
        elif metrics.horizontalAdvance(low) + metrics.horizontalAdvance(high) + 6 <= room.width():
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, low)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, high)
        else:
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, f"±{high}" if low.startswith("-") else high)
