"""The loss over the updates."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import Entry
from perceptron_gui.core.parsing import display_text
from perceptron_gui.ui.plots.curves import Sources
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.plots.updates_plot import UpdatesPlot
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_DOTS = 100
"""Up to so many points each has a dot; beyond, only those without a neighbour."""


class LossPlot(UpdatesPlot):
    """The loss of the last Forward at every update count; the last point is marked."""

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(name, colors, _loss, 1, parent)
        self.curve: Any = pg.PlotCurveItem(connect="finite")
        self.dots: Any = pg.ScatterPlotItem(symbol="o", pen=None)
        self.marker: Any = pg.ScatterPlotItem(symbol="o")
        for item in (self.curve, self.dots, self.marker):
            self.view_box.addItem(item, ignoreBounds=True)
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return translate("LossPlot", "Loss")

    @override
    def _element(self, column: int) -> str:
        return "loss"

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return super()._axis_labels()[0], translate("LossPlot", "loss")

    @override
    def _bounds(self) -> tuple[Span, Span]:
        """0 is always seen: it is where the loss should go."""
        x, y = super()._bounds()
        return x, Span(min(0.0, y.low), max(0.0, y.high) or 1.0)

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        (left, _), ends = super()._margins()
        return (left, self._symbol_size() + self.labels.width(self._last()) + 4), ends

    @override
    def _draw(self) -> None:
        counts, values = self._drawable()
        losses = values[:, 0] if values.size else np.empty(0)
        finite = np.isfinite(losses)
        if finite.any():
            self.curve.setData(counts, losses, antialias=self._is_smooth())
            self.curve.setPen(self._colors.series[0], width=self._line_width())
        else:
            self.curve.setData([], [])
        dotted = self._lone(finite) if len(losses) > MOST_DOTS else finite
        self.dots.setData(counts[dotted], losses[dotted], size=round(self._symbol_size() / 2))
        last = slice(-1, None) if finite.size and finite[-1] else slice(0, 0)
        self.marker.setData(counts[last], losses[last], size=self._symbol_size())

    @override
    def _arrange(self) -> None:
        """The last loss stands behind its marker."""
        super()._arrange()
        across, down = self._to_pixels(*self.marker.getData())
        gap = self._symbol_size()
        self.labels.place([
            Label(self._last(), float(x) + gap, float(y), (0, 0.5)) for x, y in zip(across, down, strict=True)
        ])  # fmt: skip

    def _last(self) -> str:
        return display_text(float(self.curves.values[-1, 0])) if len(self.curves.values) else ""

    @override
    def _paint(self, colors: Colors) -> None:
        self.dots.setBrush(colors.series[0])
        self.marker.setPen(colors.base, width=1)
        self.marker.setBrush(colors.series[1])


def _loss(entry: Entry) -> Sources | None:
    forward = entry.snapshot.forward
    if entry.action is not Operation.FORWARD or entry.refusal is not None or forward is None:
        return None
    return (forward.loss,)
