"""The lamp of the computation graph: full when built, crossed out when spent, an empty ring when there is none."""

from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from perceptron_gui.core.snapshot import GraphState, Snapshot
from perceptron_gui.ui.theme import Colors


class Lit(Enum):
    """Whether there is a graph that a Backward can walk."""

    NONE = "none"
    BUILT = "built"
    SPENT = "spent"


def lit(snapshot: Snapshot) -> Lit:
    """Return what the lamp shows of a state."""
    if snapshot.forward is None:
        return Lit.NONE
    return Lit.BUILT if snapshot.forward.graph is GraphState.LIVE else Lit.SPENT


class GraphLamp(QWidget):
    """A round lamp as high as the letters beside it."""

    def __init__(self, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lit = Lit.NONE
        self._colors = colors
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_lit(self, lit: Lit) -> None:
        """Show another state."""
        if lit is not self.lit:
            self.lit = lit
            self.update()

    def set_colors(self, colors: Colors) -> None:
        """Paint in other colours."""
        self._colors = colors
        self.update()

    @override
    def sizeHint(self) -> QSize:
        side = self.fontMetrics().ascent() + 2
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        built, spent = QColor(self._colors.series[2]), QColor(self._colors.invalid)
        ring = {Lit.NONE: QColor(self._colors.muted), Lit.BUILT: built, Lit.SPENT: spent}[self.lit]
        painter.setPen(QPen(ring, 1.5))
        painter.setBrush(built if self.lit is Lit.BUILT else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(rect)
        if self.lit is Lit.SPENT:
            inset = rect.width() * 0.15
            cross = rect.adjusted(inset, inset, -inset, -inset)
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.bottomLeft(), cross.topRight())
