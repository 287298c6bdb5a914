"""A window whose panels are made by and by ends as one whose panels were there at once, whatever is done meanwhile."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.session import Session
from perceptron_gui.ui import panels, theme
from perceptron_gui.ui.main_window import MainWindow
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.sheet import sheet_csv
from tests.executors import InlineExecutor
from tests.ui.hands import shown

Do = Callable[[MainWindow], None]
Make = Callable[[bool], MainWindow]


@pytest.fixture
def make(qtbot: QtBot, engine: Engine) -> Iterator[Make]:
    """Make a shown window with all its panels, or with none yet."""
    windows: list[MainWindow] = []

    def made(is_furnished: bool) -> MainWindow:
        session = Session(History.begin("notebook", "cpu"), InlineExecutor(), lambda: engine)
        session.prepare()
        window = shown(qtbot, session, is_furnished=is_furnished).window
        windows.append(window)
        window.set_animated(False)
        return window

    yield made
    for window in windows:
        window.documents.document.forget()
        window.close()


def in_front(window: MainWindow) -> Iterator[Panel]:
    """Bring each panel to the front."""
    for name in panels.NAMES:
        dock = window.findChild(QDockWidget, f"{name}_dock")
        assert isinstance(dock, QDockWidget)
        dock.show()
        dock.raise_()
        panel = dock.widget()
        assert isinstance(panel, Panel)
        for _ in range(5):
            QApplication.processEvents()
        yield panel


def pictures(window: MainWindow) -> dict[str, QImage]:
    """Return what the panels show."""
    return {
        panel.title(): panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        for panel in in_front(window)
        # An axis stays as wide as its widest number ever was.
        if panel.title() != "Weights"
    }


def numbers(window: MainWindow) -> dict[str, bytes]:
    """Return the numbers that the plots show: their views follow from what they showed before."""
    return {panel.title(): b"".join(sheet_csv(panel.sheet())) for panel in in_front(window) if isinstance(panel, Plot)}


def press(window: MainWindow) -> None:
    window.session.perform(Operation.FORWARD, Operation.BACKWARD)


def darken(window: MainWindow) -> None:
    window.set_colors(theme.DARK)


def hide_and_show(window: MainWindow) -> None:
    for name in ("gradient_plot", "loss_plot"):
        action = next(one for one in window.findChildren(QAction) if one.text() == panels.title(name))
        action.trigger()
        action.trigger()


@pytest.mark.parametrize(
    ("do", "name", "further"),
    [
        (press, "", 300),
        (press, "gradient_plot", 0),
        (darken, "gradient_plot", 1),
        (darken, "graph_view", 3),
        (hide_and_show, "gradient_plot", 1),
        (hide_and_show, "loss_plot", 0),
        (darken, "timeline_view", 0),
        (press, "timeline_view", 1),
    ],
)
def test_it_ends_as_one_that_was_furnished_at_once(
    make: Make, do: Do, name: str, further: int
) -> None:  # fmt: skip
    """Something is done as soon as a panel is made, or so many steps after that."""
    at_once, by_and_by = make(True), make(False)
    while name and name not in by_and_by._panels:
        next(by_and_by.furnishing)
    list(islice(by_and_by.furnishing, further))
    QApplication.processEvents()
    for window in (at_once, by_and_by):
        do(window)
        QApplication.processEvents()
    for _ in by_and_by.furnishing:
        QApplication.processEvents()
    look = numbers if do is press else pictures
    expected, found = look(at_once), look(by_and_by)
    assert expected
    assert [panel for panel in expected if expected[panel] != found[panel]] == []


@pytest.mark.parametrize("steps", [0, 800, 820])
def test_an_export_waits_for_the_plots(make: Make, steps: int) -> None:
    window = make(False)
    list(islice(window.furnishing, steps))
    window.commands["export_report"].trigger()
    dialog = window.findChild(QFileDialog, "export_dialog")
    assert dialog is not None
    dialog.reject()
    assert tuple(window._panels) == panels.NAMES
    assert list(window.furnishing) == []
