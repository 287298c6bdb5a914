"""How slabs look, and the bars that draw them: one shape a style, however many slabs there are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from perceptron_gui.ui.plots.drawing import HOLLOW, NOTHING, Bars
from perceptron_gui.ui.plots.ledger.geometry import Ledger
from perceptron_gui.ui.theme import Colors

_PATTERNS = (
    Qt.BrushStyle.NoBrush,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense6Pattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.DiagCrossPattern,
    Qt.BrushStyle.HorPattern,
)
_COLORS = 6
STYLES = _COLORS * len(_PATTERNS)
"""So many Backwards in a row look each like no other: the two numbers have no divisor in common."""
_TILE = 16
"""Pixels; Qt's patterns repeat every 8."""
_TINT, _STROKE = 0.34, 0.75
_DIMMED = 0.35


@dataclass(frozen=True, slots=True)
class Style:
    """One look of a slab: a brush and a pen for what is fresh, and only a pen for what is of an earlier state."""

    fresh: QBrush
    fresh_pen: QPen
    old_pen: QPen


def style_of(number: int) -> int:
    """Return the look of the Backward of this number: neighbours differ both in colour and in pattern."""
    return (number - 1) % STYLES


def styles(colors: Colors) -> tuple[Style, ...]:
    """Return every look in these colours."""
    made: list[Style] = []
    for style in range(STYLES):
        pattern, name = _PATTERNS[style % len(_PATTERNS)], colors.series[style % _COLORS]
        fresh_pen, old_pen = QPen(QColor(name), 1.5), QPen(QColor(name), 1.5, Qt.PenStyle.DashLine)
        made.append(Style(_tile(name, pattern), fresh_pen, old_pen))
    return tuple(made)


class Slabs:
    """The slabs of all stacks in one view box; those of a chosen deposit stand out from the others."""

    def __init__(self) -> None:
        self._styles: tuple[Style, ...] = ()
        self.fresh = [Bars() for _ in range(STYLES)]
        self.old = [Bars() for _ in range(STYLES)]
        self.chosen = Bars()

    @property
    def shapes(self) -> tuple[Bars, ...]:
        """What is to be painted, one over the other."""
        return (*self.fresh, *self.old, self.chosen)

    def show(self, ledger: Ledger, numbers: tuple[tuple[int, int], ...], chosen: int | None) -> None:
        """Draw the slabs of a ledger, whose deposits have these numbers; `chosen` is the index of one of them."""
        drawn, left = ledger.drawn, ledger.left
        looks = np.array([style_of(last) for _, last in numbers], np.intp)
        is_old = np.array([bool(age) for age in ledger.ages], np.bool_)
        for bars, is_meant in ((self.fresh, ~is_old), (self.old, is_old)):
            used = set(looks[is_meant].tolist())
            for look, each in enumerate(bars):
                if look in used:
                    each.opacity = 1.0 if chosen is None else _DIMMED
                    _put(each, ledger, left, drawn & ((looks == look) & is_meant)[:, None])
                elif each.is_visible:
                    each.put(NOTHING, NOTHING, NOTHING, NOTHING)
        if chosen is None:
            self.chosen.put(NOTHING, NOTHING, NOTHING, NOTHING)
        else:
            _put(self.chosen, ledger, left, drawn & (np.arange(len(numbers)) == chosen)[:, None])
            self.chosen.brush = HOLLOW if is_old[chosen] else self._styles[looks[chosen]].fresh

    def set_colors(self, made: tuple[Style, ...], colors: Colors) -> None:
        """Draw in other colours; show again afterwards."""
        self._styles = made
        for style, fresh, old in zip(made, self.fresh, self.old, strict=True):
            fresh.brush, fresh.pen = style.fresh, style.fresh_pen
            old.pen = style.old_pen
        self.chosen.pen = QPen(QColor(colors.text), 2.5)


def _put(bars: Bars, ledger: Ledger, left: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]) -> None:
    before, after = (array[mask].astype(np.float64) for array in (ledger.before, ledger.after))
    bars.put(left[mask], before, np.broadcast_to(ledger.width, mask.shape)[mask], after - before)


def _tile(name: str, pattern: Qt.BrushStyle) -> QBrush:
    color = QColor(name)
    pixmap = QPixmap(_TILE, _TILE)
    ground = QColor(color)
    ground.setAlphaF(_TINT)
    pixmap.fill(ground)
    painter = QPainter(pixmap)
    stroke = QColor(color)
    stroke.setAlphaF(_STROKE)
    painter.fillRect(pixmap.rect(), QBrush(stroke, pattern))
    painter.end()
    return QBrush(pixmap)
