"""Everything that is drawn of a ledger, in one view box: slabs, the incoming bar, outline, stored value, marks."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.plots.ledger.geometry import INCOMING, INCOMING_WIDTH, STACK, STACK_WIDTH, WIDER, Ledger
from perceptron_gui.ui.plots.ledger.slabs import HOLLOW, STYLES, Slabs, Style, bars, put, style_of, styles, unstretched
from perceptron_gui.ui.plots.legend import Pile
from perceptron_gui.ui.theme import Colors

_PLATE = 0.95


class Stacks:
    """The items of the ledger, which are moved and never made anew.

    `outline` is the gradient of the whole batch, `weighted` the sum of the deposits as it had to be; both are (p,) and
    nan where they are not shown.
    """

    def __init__(self, view_box: Any) -> None:
        self._view_box = view_box
        self._styles: tuple[Style, ...] = ()
        self._last, self._is_old = 1, False
        self.zero_line: Any = pg.InfiniteLine(pos=0, angle=0)
        view_box.addItem(self.zero_line, ignoreBounds=True)
        self.slabs = Slabs(view_box)
        self.incoming, self.outline, self.stored, self.plates = (bars() for _ in range(4))
        self.zeros: Any = pg.ScatterPlotItem(symbol="d", size=9)
        self.weighted: Any = pg.ScatterPlotItem(symbol="x", size=11)
        for item in (self.incoming, self.outline, self.stored, self.zeros, self.weighted, self.plates):
            view_box.addItem(item, ignoreBounds=True)

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
        columns = np.arange(len(ledger.parameters), dtype=np.float64)
        incoming, stored = ledger.incoming.astype(np.float64), ledger.stored.astype(np.float64)
        zeros: list[float] = []
        for item, values, place, width in (
            (self.incoming, incoming, INCOMING, INCOMING_WIDTH),
            (self.outline, outline.astype(np.float64), STACK, STACK_WIDTH + WIDER),
        ):
            drawn = np.isfinite(values)
            count = int(drawn.sum())
            left = columns[drawn] + place - width / 2
            put(item, left, np.zeros(count), np.full(count, width), values[drawn])
        drawn = np.isfinite(stored)
        edges, widths = ledger.ends
        put(self.stored, edges[drawn], stored[drawn], widths[drawn], np.zeros(int(drawn.sum())))
        for values, place in ((stored, STACK), (incoming, INCOMING)):
            zeros += (columns[values == 0] + place).tolist()
        if zeros or len(self.zeros.data):
            self.zeros.setData(zeros, [0.0] * len(zeros))
        self.zeros.setVisible(bool(zeros))
        marked = np.isfinite(weighted)
        self.weighted.setVisible(bool(marked.any()))
        if marked.any() or len(self.weighted.data):
            self.weighted.setData(
                columns[marked] + STACK + (STACK_WIDTH + WIDER) / 2, weighted[marked].astype(np.float64)
            )

    def place_plates(self, grounded: list[Label], labels: Labels) -> None:
        """Put a ground under what is written on slabs."""
        (left, right), (bottom, top) = self._view_box.viewRange()
        across = (right - left) / max(1.0, self._view_box.width())
        up = (top - bottom) / max(1.0, self._view_box.height())
        widths = np.array([labels.width(label.text) for label in grounded], np.float64)
        x = np.array([label.x - label.anchor[0] * width for label, width in zip(grounded, widths, strict=True)])
        y = np.array([label.y + (1 - label.anchor[1]) * labels.height for label in grounded])
        put(self.plates, left + x * across, top - y * up, widths * across, np.full(len(grounded), labels.height * up))

    def arrange(self) -> None:
        """Keep the patterns in shape: the view is another."""
        self.slabs.arrange()
        brush, pen = self._look
        self.incoming.setOpts(brush=unstretched(brush, self._view_box), pen=pen)

    def set_colors(self, colors: Colors) -> None:
        """Draw in other colours; show again afterwards."""
        self._styles = styles(colors)
        self.slabs.set_colors(self._styles, colors)
        self.outline.setOpts(brush=HOLLOW, pen=pg.mkPen(colors.text, width=1.5, style=Qt.PenStyle.DashLine))
        self.stored.setOpts(brush=HOLLOW, pen=pg.mkPen(colors.text, width=3))
        ground = QColor(colors.base)
        ground.setAlphaF(_PLATE)
        self.plates.setOpts(brush=ground, pen=pg.mkPen(None))
        self.zero_line.setPen(colors.muted, width=1)
        self.zeros.setPen(colors.text, width=1)
        self.zeros.setBrush(colors.base)
        self.weighted.setPen(colors.text, width=2)

    def swatches(self) -> tuple[Pile, Pile]:
        """Return swatches of a stack, and of the incoming bar of now."""
        stack = tuple((style.fresh, style.fresh_pen) for style in self._styles[: STYLES // 2])
        return Pile(stack), Pile((self._look,))

    @property
    def _look(self) -> tuple[QBrush, QPen]:
        """The look of the incoming bar: that of its slab."""
        style = self._styles[style_of(self._last)]
        return (HOLLOW, style.old_pen) if self._is_old else (style.fresh, style.fresh_pen)
