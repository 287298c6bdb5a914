"""Plots as a person sees them."""

from typing import Protocol, TypeVar

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.operations import Engine
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.plot import Plot

AnyPlot = TypeVar("AnyPlot", bound=Plot)


class Show(Protocol):
    """Make a plot and show it."""

    def __call__(self, kind: type[AnyPlot]) -> AnyPlot: ...


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Return what makes a plot and shows it."""

    def shown(kind: type[AnyPlot]) -> AnyPlot:
        plot = kind("a_plot", theme.LIGHT)
        qtbot.addWidget(plot)
        plot.resize(440, 260)
        with qtbot.waitExposed(plot):
            plot.show()
        return plot

    return shown


@pytest.fixture
def ledger(show: Show, engine: Engine) -> GradientPlot:
    """Return a ledger whose questions PyTorch answers at once."""
    plot = show(GradientPlot)
    plot.question_raised.connect(lambda question: plot.take_answer(question, engine.answer(question, "cpu")))
    return plot
