"""The names of the parameters under their bars."""

import math
from typing import Any

from perceptron_gui.ui.plots.labels import Labels
from perceptron_gui.ui.plots.ledger.geometry import Ledger


class Names:
    """Names at an axis in the font of now: in two rows where they are crowded, and every second or third at need."""

    def __init__(self, axis: Any, labels: Labels) -> None:
        self._axis = axis
        self._labels = labels
        self._height_of_one_row: float = axis.fixedHeight
        self._shown: tuple[object, ...] = ()

    def show(self, ledger: Ledger | None, slot: float) -> None:
        """Name the parameters of a ledger, which have so many pixels each."""
        count = 0 if ledger is None else len(ledger.parameters)
        names = [] if ledger is None else [ledger.element(column) for column in range(count)]
        widest = max(map(self._labels.width, names), default=0.0) + 5
        rows = 1 if widest <= slot else 2
        stride = max(1, math.ceil(widest / (rows * slot)))
        if (*names, stride, rows) != self._shown:
            self._shown = (*names, stride, rows)
            ticks = [(at, "\n" * (place % rows) + names[at]) for place, at in enumerate(range(0, count, stride))]
            self._axis.setTicks([ticks])
            self._axis.setHeight(self._height_of_one_row + (rows - 1) * self._labels.height)
