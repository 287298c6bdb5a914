"""Which panels there are, in their order, what they are called, and where they come from.

Nothing of a panel is imported here: the window can be shown before the plots, and what they need, are loaded.
"""

import sys
from collections.abc import Callable, Generator, Iterator
from functools import partial

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from perceptron_gui.core import loading
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
_TITLES = {
    "gradient_plot": ("GradientPlot", QT_TRANSLATE_NOOP("GradientPlot", "Gradient accumulation")),
    "code_view": ("CodeView", QT_TRANSLATE_NOOP("CodeView", "What PyTorch did")),
    "derivation_view": ("DerivationView", QT_TRANSLATE_NOOP("DerivationView", "By hand")),
    "graph_view": ("GraphView", QT_TRANSLATE_NOOP("GraphView", "Computation graph")),
    "loss_plot": ("LossPlot", QT_TRANSLATE_NOOP("LossPlot", "Loss")),
    "activation_plot": ("ActivationPlot", QT_TRANSLATE_NOOP("ActivationPlot", "Activation σ(z)")),
    "weights_plot": ("WeightsPlot", QT_TRANSLATE_NOOP("WeightsPlot", "Weights")),
    "contour_plot": ("ContourPlot", QT_TRANSLATE_NOOP("ContourPlot", "Contour")),
    "timeline_view": ("Timeline", QT_TRANSLATE_NOOP("Timeline", "Timeline")),
}
NAMES = tuple(_TITLES)
"""The names of the panels, in the order of their keys."""


def title(name: str) -> str:
    """Return what a panel is called, in the language of now."""
    context, text = _TITLES[name]
    return translate(context, str(text))


def loaded() -> Iterator[None]:
    """Load what the plots need, a little with every step.

    pyqtgraph copies every name of these modules, and PySide makes a class when it is first asked for it: all of them in
    one go take longer than the rest of it. (In another thread? Two that ask for the same class at once crash PySide.)
    """
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    yield from loading.load_in_steps("pyqtgraph")


def made(name: str, colors: Callable[[], Colors]) -> Generator[None, None, Panel]:
    """Make a panel, a little with every step, and return it; its module is imported with the first one of its kind.

    `colors` returns those of the moment when it is there.
    """
    what, kind = name.split("_")
    place = f"plots.{what}" if kind == "plot" else f"{what}.{kind}"
    module = f"perceptron_gui.ui.{place}"
    yield from loading.load_in_steps(module)
    make = getattr(sys.modules[module], what.title() + kind.title())
    if kind == "plot":
        make = partial(make, plot_widget=make.new_widget())
        yield
    panel: Panel = make(name, colors())
    return panel
