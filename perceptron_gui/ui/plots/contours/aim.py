"""The place that a click has chosen, until it is known to be one click."""

from math import ceil, log10
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF

from perceptron_gui.core.snapshot import Element
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.theme import Colors

Values = tuple[tuple[Element, float], ...]
_LARGEST = float(np.finfo(np.float32).max)


class Aim:
    """The values of parameters at a place, and a cross there."""

    def __init__(self, view_box: Any) -> None:
        self._view_box = view_box
        self.values: Values = ()
        self.item: Any = pg.ScatterPlotItem(symbol="x")
        view_box.addItem(self.item, ignoreBounds=True)

    def show(self, values: Values, size: int) -> None:
        """Mark these values; a single one at the bottom of the view."""
        self.values = values
        places = [number for _, number in values]
        if len(places) == 1:
            places.append(float(self._view_box.viewRange()[1][0]))
        self.item.setData(places[:1], places[1:], size=size)

    def paint(self, colors: Colors) -> None:
        """Give the cross its colour."""
        self.item.setPen(colors.text, width=1)
        self.item.setBrush(colors.text)


def values_at(
    position: QPointF, elements: tuple[Element, Element | None], view: tuple[Span, Span], width: float, height: float
) -> Values:
    """Return the parameters at a place of the view box, in round numbers that a pixel still tells apart."""
    units = view[0].length / width, view[1].length / height
    numbers = view[0].low + position.x() * units[0], view[1].high - position.y() * units[1]
    return tuple(
        (element, _rounded(number, unit))
        for element, number, unit in zip(elements, numbers, units, strict=True)
        if element is not None
    )


def _rounded(number: float, unit: float) -> float:
    """Return a float32 with as many decimals as a step of `unit` needs."""
    number = min(max(number, -_LARGEST), _LARGEST)
    return float(np.float32(round(number, ceil(-log10(unit)))))
