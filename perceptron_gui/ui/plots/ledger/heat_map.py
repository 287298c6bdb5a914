"""One heat map: codes that a table of colours is looked up by, as an item of a view box."""

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from perceptron_gui.ui.plots.ledger.heat_codes import Codes

_OPAQUE = 0xFF000000


class HeatMap(QGraphicsItem):
    """A pixel a number, a unit of the data wide and high. Its view is painted whole: no scene is told of a change.

    pyqtgraph's own image makes another picture, table and all, of every array.
    """

    def __init__(self) -> None:
        super().__init__()
        self.image: Codes = np.zeros((1, 1), np.uint8)
        self._colors = np.zeros(256, np.uint32)
        self._pixels = self._colors[self.image]

    def set_table(self, table: Codes) -> None:
        """Look colours up in another table, (256, 3)."""
        red, green, blue = table.astype(np.uint32).T
        self._colors = _OPAQUE | red << 16 | green << 8 | blue
        self._pixels = self._colors[self.image]

    def show_codes(self, codes: Codes) -> None:
        """Show other codes, (rows, columns)."""
        if codes.shape != self.image.shape:
            self.prepareGeometryChange()
        self.image = codes
        # Not with every painting, as Qt would.
        self._pixels = self._colors[codes]

    @override
    def boundingRect(self) -> QRectF:
        rows, columns = self.image.shape
        return QRectF(0, 0, columns, rows)

    @override
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        rows, columns = self.image.shape
        picture = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        painter.drawImage(self.boundingRect(), picture)
