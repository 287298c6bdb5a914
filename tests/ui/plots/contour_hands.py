"""A contour and what is on it: what the tests of it have in common."""

import torch
from PySide6.QtCore import Qt

from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import Element, Snapshot, frozen
from perceptron_gui.ui.plots.contour import ContourPlot
from tests.ui.plots.scenes import (
    begin_with,
    numbers,
)

W00, W10, B0 = Element("W", 0, 0), Element("W", 1, 0), Element("b", 0, 0)
LEFT = Qt.MouseButton.LeftButton
ONE_NUMBER = begin_with(x=frozen([[0.7]]), y_true=frozen([[1]]), W=frozen([[-2]]), b=frozen([0.5]))


def answered(plot: ContourPlot, engine: Engine) -> ContourPlot:
    """Have its questions answered at once."""
    plot.question_raised.connect(lambda question: plot.take_answer(question, engine.answer(question, "cpu")))
    return plot


def loss_at(snapshot: Snapshot, values: dict[Element, float]) -> float:
    """Return the loss with some parameters elsewhere, by the lines of the notebook."""
    W, b = torch.tensor(snapshot.W), torch.tensor(snapshot.b)
    for element, value in values.items():
        if element.name == "W":
            W[element.row, element.column] = value
        else:
            b[element.column] = value
    return float(((torch.tensor(snapshot.y_true) - torch.sigmoid(torch.tensor(snapshot.x) @ W + b)) ** 2).sum())


def labels(plot: ContourPlot) -> list[str]:
    return [label.text for label in plot.labels.shown]


def drawn(plot: ContourPlot) -> list[tuple[float, float]]:
    x, y = plot.run.line.getData()
    return list(zip(numbers(x), numbers(y), strict=True))


def chosen(plot: ContourPlot) -> tuple[str, str]:
    return plot.pair.across_box.currentText(), plot.pair.down_box.currentText()
