"""Everything that is drawn of a ledger, in one view box: slabs, the incoming bar, outline, stored value, marks."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.drawing import HOLLOW, NO_PEN, Bars, Drawing, Lines, Marks
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.plots.ledger.geometry import INCOMING, INCOMING_WIDTH, STACK, STACK_WIDTH, WIDER, Ledger
from perceptron_gui.ui.plots.ledger.slabs import Slabs, style_of, styles
from perceptron_gui.ui.plots.legend import Pile
from perceptron_gui.ui.plots.symbols import CROSS, DIAMOND
from perceptron_gui.ui.theme import Colors

_PLATE = 0.95
_IN_SWATCH = 3
"""Looks of slabs in the swatch of a stack."""


class Stacks:
    """The shapes of the ledger.

    `outline` is the gradient of the whole batch, `weighted` the sum of the deposits as it had to be; both are (p,) and
    nan where they are not shown.
    """

    def __init__(self, view_box: Any) -> None:
        self._view_box = view_box
        self._piles: tuple[Pile, tuple[Pile, ...], tuple[Pile, ...]] = Pile(), (), ()
        self._last, self._is_old = 1, False
        self.zero_line = Lines()
        self.slabs = Slabs()
        self.incoming, self.outline, self.stored, self.plates = (Bars() for _ in range(4))
        self.zeros, self.weighted = Marks(DIAMOND, 9), Marks(CROSS, 11)
        over = (self.incoming, self.outline, self.stored, self.zeros, self.weighted, self.plates)
        self._drawing = Drawing(view_box, (self.zero_line, *self.slabs.shapes, *over))

    def show(
        self,
        ledger: Ledger,
        numbers: tuple[tuple[int, int], ...],
        chosen: int | None,
        outline: FloatArray,
        weighted: FloatArray,
    ) -> None:
        """Draw a ledger, whose deposits have these numbers; `chosen` is the index of one of them."""
        self.slabs.show(ledger, numbers, chosen)
        self._last, self._is_old = (numbers[-1][1], bool(ledger.ages[-1])) if numbers else (1, False)
        ((self.incoming.brush, self.incoming.pen),) = self._pile.looks
        columns = np.arange(len(ledger.parameters), dtype=np.float64)
        incoming, stored = ledger.incoming.astype(np.float64), ledger.stored.astype(np.float64)
        _put(self.incoming, columns + INCOMING, INCOMING_WIDTH, incoming)
        _put(self.outline, columns + STACK, STACK_WIDTH + WIDER, outline.astype(np.float64))
        drawn = np.isfinite(stored)
        edges, widths = ledger.ends
        self.stored.put(edges[drawn], stored[drawn], widths[drawn], np.zeros(int(drawn.sum())))
        zeros = np.concatenate([columns[stored == 0] + STACK, columns[incoming == 0] + INCOMING])
        self.zeros.put(zeros, np.zeros(len(zeros)))
        marked = np.isfinite(weighted)
        self.weighted.put(columns[marked] + STACK + (STACK_WIDTH + WIDER) / 2, weighted[marked].astype(np.float64))

    def place_plates(self, grounded: list[Label], labels: Labels) -> None:
        """Put a ground under what is written on slabs."""
        (left, right), (bottom, top) = self._view_box.viewRange()
        across = (right - left) / max(1.0, self._view_box.width())
        up = (top - bottom) / max(1.0, self._view_box.height())
        widths = np.array([labels.width(label.text) for label in grounded], np.float64)
        x = np.array([label.x - label.anchor[0] * width for label, width in zip(grounded, widths, strict=True)])
        y = np.array([label.y + (1 - label.anchor[1]) * labels.height for label in grounded])
        self.plates.put(left + x * across, top - y * up, widths * across, np.full(len(grounded), labels.height * up))

    def arrange(self) -> None:
        """Paint anew: what is shown, or the view, is another."""
        (left, right), _ = self._view_box.viewRange()
        self.zero_line.put(np.array([left]), np.zeros(1), np.array([right]), np.zeros(1))
        self._drawing.arrange()

    def set_colors(self, colors: Colors) -> None:
        """Draw in other colours; show again afterwards."""
        made = styles(colors)
        self._piles = (
            Pile(tuple((style.fresh, style.fresh_pen) for style in made[:_IN_SWATCH])),
            tuple(Pile(((style.fresh, style.fresh_pen),)) for style in made),
            tuple(Pile(((HOLLOW, style.old_pen),)) for style in made),
        )
        self.slabs.set_colors(made, colors)
        text, ground = QColor(colors.text), QColor(colors.base)
        self.outline.pen = QPen(text, 1.5, Qt.PenStyle.DashLine)
        self.stored.pen = QPen(text, 3)
        ground.setAlphaF(_PLATE)
        self.plates.brush, self.plates.pen = QBrush(ground), NO_PEN
        self.zero_line.pen = QPen(QColor(colors.muted), 1)
        self.zeros.pen, self.zeros.brush = QPen(text, 1), QBrush(QColor(colors.base))
        self.weighted.pen = QPen(text, 2)

    def swatches(self) -> tuple[Pile, Pile]:
        """Return swatches of a stack, and of the incoming bar of now."""
        return self._piles[0], self._pile

    @property
    def _pile(self) -> Pile:
        """The look of the incoming bar: that of its slab."""
        _, fresh, old = self._piles
        return (old if self._is_old else fresh)[style_of(self._last)]


def _put(bars: Bars, middle: npt.NDArray[np.float64], width: float, values: npt.NDArray[np.float64]) -> None:
    """Let a bar go from 0 to every number that can be drawn."""
    drawn = np.isfinite(values)
    count = int(drawn.sum())
    bars.put(middle[drawn] - width / 2, np.zeros(count), np.full(count, width), values[drawn])
