"""How slabs look, and the bars that draw them: one item a style, however many slabs there are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QTransform

from perceptron_gui.ui.plots.ledger.geometry import Ledger
from perceptron_gui.ui.theme import Colors

_PATTERNS = (
    Qt.BrushStyle.NoBrush,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense6Pattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.DiagCrossPattern,
)
STYLES = len(_PATTERNS)
_TILE = 16
"""Pixels; Qt's patterns repeat every 8."""
_TINT, _STROKE = 0.34, 0.75
_DIMMED = 0.35
_NO_BARS = np.empty(0)
HOLLOW = QBrush(Qt.BrushStyle.NoBrush)


@dataclass(frozen=True, slots=True)
class Style:
    """One look of a slab: a brush and a pen for what is fresh, and only a pen for what is of an earlier state."""

    fresh: QBrush
    fresh_pen: QPen
    old_pen: QPen


def style_of(number: int) -> int:
    """Return the look of the Backward of this number: neighbours never look alike, in colour and in pattern."""
    return (number - 1) % STYLES


def styles(colors: Colors) -> tuple[Style, ...]:
    """Return every look in these colours."""
    made: list[Style] = []
    for pattern, name in zip(_PATTERNS, colors.series, strict=False):
        fresh_pen, old_pen = QPen(QColor(name), 1.5), QPen(QColor(name), 1.5, Qt.PenStyle.DashLine)
        for pen in (fresh_pen, old_pen):
            pen.setCosmetic(True)
        made.append(Style(_tile(name, pattern), fresh_pen, old_pen))
    return tuple(made)


def unstretched(brush: QBrush, view_box: Any) -> QBrush:
    """Return a brush whose pattern keeps its shape when the view is zoomed."""
    transform, invertible = view_box.childTransform().inverted()
    turned = QBrush(brush)
    if invertible:
        turned.setTransform(QTransform.fromScale(transform.m11(), transform.m22()))
    return turned


class Slabs:
    """The slabs of all stacks in one view box; those of a chosen deposit stand out from the others."""

    def __init__(self, view_box: Any) -> None:
        self._view_box = view_box
        self._styles: tuple[Style, ...] = ()
        self._scale = QTransform()
        self.fresh = [bars() for _ in range(STYLES)]
        self.old = [bars() for _ in range(STYLES)]
        self.chosen: Any = bars()
        self._stretched: set[Any] = {*self.fresh}
        for item in (*self.fresh, *self.old, self.chosen):
            view_box.addItem(item, ignoreBounds=True)

    def show(self, ledger: Ledger, numbers: tuple[tuple[int, int], ...], chosen: int | None) -> None:
        """Draw the slabs of a ledger, whose deposits have these numbers; `chosen` is the index of one of them."""
        drawn, left = ledger.drawn, ledger.left
        looks = np.array([style_of(last) for _, last in numbers], np.intp)
        is_old = np.array([bool(age) for age in ledger.ages], np.bool_)
        for items, is_meant in ((self.fresh, ~is_old), (self.old, is_old)):
            used = set(looks[is_meant].tolist())
            for look, item in enumerate(items):
                if look in used:
                    _set(item, ledger, left, drawn & ((looks == look) & is_meant)[:, None])
                else:
                    put(item, _NO_BARS, _NO_BARS, _NO_BARS, _NO_BARS)
        if chosen is None:
            put(self.chosen, _NO_BARS, _NO_BARS, _NO_BARS, _NO_BARS)
        else:
            _set(self.chosen, ledger, left, drawn & (np.arange(len(numbers)) == chosen)[:, None])
        opacity = 1.0 if chosen is None else _DIMMED
        for item in (*self.fresh, *self.old):
            if item.opacity() != opacity:
                item.setOpacity(opacity)
        if chosen is not None and self._styles:
            style = self._styles[looks[chosen]]
            self.chosen.setOpts(brush=HOLLOW if is_old[chosen] else unstretched(style.fresh, self._view_box))

    def set_colors(self, made: tuple[Style, ...], colors: Colors) -> None:
        """Draw in other colours; show again afterwards."""
        self._styles = made
        for style, fresh, old in zip(made, self.fresh, self.old, strict=True):
            fresh.setOpts(pen=style.fresh_pen)
            old.setOpts(brush=HOLLOW, pen=style.old_pen)
        self.chosen.setOpts(pen=pg.mkPen(colors.text, width=2.5))
        self._stretched = {*self.fresh}
        self._take_brushes()

    def arrange(self) -> None:
        """Keep the patterns in shape where the view has another scale."""
        if self._view_box.childTransform() != self._scale:
            self._scale = QTransform(self._view_box.childTransform())
            self._stretched = {*self.fresh}
        self._take_brushes()

    def _take_brushes(self) -> None:
        """Give the bars that are seen brushes of the present scale; the others get theirs when they are seen."""
        for style, item in zip(self._styles, self.fresh, strict=False):
            if item in self._stretched and item.isVisible():
                self._stretched.discard(item)
                item.setOpts(brush=unstretched(style.fresh, self._view_box))


def bars() -> Any:
    """Return bars that are none yet."""
    nothing = np.empty(0)
    item: Any = pg.BarGraphItem(x0=nothing, y0=nothing, width=nothing, height=nothing)
    item.setVisible(False)
    return item


def put(
    item: Any,
    x0: npt.NDArray[np.float64],
    y0: npt.NDArray[np.float64],
    width: npt.NDArray[np.float64],
    height: npt.NDArray[np.float64],
) -> None:
    """Show these bars, (bars,) each; an item without any is hidden: Qt would ask it for its size again and again."""
    if len(x0) or len(item.opts["x0"]):
        item.setVisible(len(x0) > 0)
        item.setOpts(x0=x0, y0=y0, width=width, height=height)


def _set(item: Any, ledger: Ledger, left: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]) -> None:
    before, after = (array[mask].astype(np.float64) for array in (ledger.before, ledger.after))
    width = np.broadcast_to(ledger.width, mask.shape)[mask]
    put(item, left[mask], before, width, after - before)


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
