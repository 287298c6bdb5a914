"""What a person does with the ledger, and reads off it."""

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from perceptron_gui.core.actions import Edit
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui.plots.gradient import GradientPlot
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    after_edit,
    numbers,
    on_viewport,
    pixel,
)

FORWARD_BACKWARD = (FORWARD, BACKWARD)
STACK = -0.12
"""Where the stack of a parameter stands, beside its number."""


def with_edits(history: History, *edits: Edit) -> History:
    for edit in edits:
        history = after_edit(history, edit)
    return history


def slabs(plot: GradientPlot) -> dict[tuple[float, float], float]:
    """Return where the slabs begin, by their left edge and that, and how far they go."""
    found: dict[tuple[float, float], float] = {}
    for item in (*plot.stacks.slabs.fresh, *plot.stacks.slabs.old):
        for left, start, height in zip(numbers(item.x0), numbers(item.y0), numbers(item.height), strict=True):
            found[round(left, 6), start] = height
    return found


def count(items: Any) -> int:
    return sum(len(item.x0) for item in items)


def click(plot: GradientPlot, x: float, y: float) -> None:
    viewport = plot.plot_widget.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=on_viewport(plot, pixel(plot, x, y)))


def texts(plot: GradientPlot) -> list[str]:
    return [label.text for label in plot.labels.shown]


def stored_of(snapshot: Snapshot) -> list[float]:
    assert snapshot.W_grad is not None
    assert snapshot.b_grad is not None
    return numbers(np.concatenate([snapshot.W_grad, snapshot.b_grad], axis=None))


def incoming_of(snapshot: Snapshot) -> list[float]:
    last = snapshot.deposits[-1]
    return stored_of(replace(snapshot, W_grad=last.W_grad, b_grad=last.b_grad))


def heights(bars: Any) -> list[float]:
    return numbers(bars.height)
