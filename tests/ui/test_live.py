"""A run that goes on, as the window shows it: slow, everything as if pressed; fast, some parts in turn."""

from typing import Any

from PySide6.QtWidgets import QAbstractItemView, QDockWidget, QLabel, QSlider, QTableView

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.control import Pace
from perceptron_gui.core.snapshot import TensorName
from perceptron_gui.ui.code.view import CodeView
from perceptron_gui.ui.live import SLOW
from perceptron_gui.ui.plots.loss import LossPlot
from perceptron_gui.ui.run_bar import PACES
from tests.ui.hands import Hands


def start(hands: Hands, place: int) -> None:
    """Run at one of the speeds."""
    hands.find(QSlider, "speed_slider").setValue(place)
    hands.action("run").trigger()


def stop(hands: Hands) -> Ran:
    """Stop, and return what became of the run."""
    hands.action("run").trigger()
    hands.qtbot.waitUntil(lambda: not hands.session.is_busy, timeout=20_000)
    ran = hands.history.entry.action
    assert isinstance(ran, Ran)
    return ran


def paused(hands: Hands) -> set[str]:
    """Return the kinds of panels that say they are paused."""
    marks = hands.window.findChildren(QLabel, "paused_mark")
    panels = {mark.parentWidget() for mark in marks if not mark.isHidden()}
    return {type(panel).__name__ for panel in panels if panel is not None}


def test_flat_out_the_curve_grows_and_what_does_not_follow_says_so(running: Hands) -> None:
    loss_plot = running.window.findChild(LossPlot)
    assert loss_plot is not None
    entries = running.history.entries
    start(running, len(PACES) - 1)
    running.qtbot.waitUntil(lambda: len(loss_plot.curves.counts) > 20, timeout=20_000)
    drawn = len(loss_plot.curves.counts)
    running.qtbot.waitUntil(lambda: len(loss_plot.curves.counts) > drawn, timeout=20_000)
    assert paused(running) == {"CodeView", "ContourPlot", "GraphView", "DerivationView", "TimelineView"}
    assert running.history.entries[: len(entries)] == entries
    assert len(running.history.entries) == len(entries) + 1
    ran = stop(running)
    assert not paused(running)
    curve = ran.curve.overview
    assert loss_plot.curves.counts.tolist()[: len(curve.counts)] == curve.counts.tolist()
    assert loss_plot.curves.values[: len(curve.counts), 0].tolist() == curve.losses.tolist()
    running.qtbot.waitUntil(lambda: shown_rows(running) == len(entries) + 1)


def test_slowly_every_panel_follows_each_phase(running: Hands) -> None:
    slowest = next(place for place, pace in enumerate(PACES) if pace == Pace(5, whole_steps=False))
    assert PACES[slowest].per_second <= SLOW
    entries = len(running.history.entries)
    start(running, slowest)
    running.qtbot.waitUntil(lambda: shown_rows(running) == entries + 1, timeout=20_000)
    assert not paused(running)
    for phases in (1, 2, 3):
        running.qtbot.waitUntil(lambda least=phases: phases_of(running) >= least, timeout=20_000)  # type: ignore[misc]
        assert table(running, "loss_table") == f"{float(loss_of(running)):.4f}"
    stop(running)


def test_a_dock_that_is_opened_meanwhile_is_marked_too(running: Hands) -> None:
    timeline = running.find(QDockWidget, "timeline_view_dock")
    timeline.hide()
    start(running, len(PACES) - 1)
    running.qtbot.waitUntil(lambda: "TimelineView" in paused(running), timeout=20_000)
    timeline.show()
    assert "TimelineView" in paused(running)
    stop(running)
    assert not paused(running)


def test_what_is_shown_at_the_end_is_where_it_ended(running: Hands) -> None:
    start(running, len(PACES) - 1)
    running.qtbot.waitUntil(lambda: running.session.updates > 50, timeout=20_000)
    ran = stop(running)
    assert running.session.updates == ran.updates == running.history.entry.updates
    for name in TensorName:
        view = running.find(QTableView, f"{name}_table")
        shown = [
            [view.model().index(row, column).data() for column in range(view.model().columnCount())]
            for row in range(view.model().rowCount())
        ]
        array = running.now.tensor(name)
        assert shown == texts(array)


def texts(array: Any) -> list[list[str]]:
    """Return an array as the tables show it."""
    rows = array.reshape(-1, array.shape[-1])
    return [[f"{value:.4f}" for value in row] for row in rows.tolist()]


def shown_rows(hands: Hands) -> int:
    """Return how many entries the code view has."""
    panel = hands.window.findChild(CodeView)
    view = None if panel is None else panel.findChild(QAbstractItemView)
    assert view is not None
    return view.model().rowCount()


def phases_of(hands: Hands) -> int:
    """Return how many phases of the run are shown."""
    ran = hands.history.entry.action
    return ran.phases if isinstance(ran, Ran) else 0


def loss_of(hands: Hands) -> Any:
    """Return the loss of now."""
    assert hands.now.forward is not None
    return hands.now.forward.loss


def table(hands: Hands, name: str) -> str:
    """Return the first cell of a table."""
    return str(hands.find(QTableView, name).model().index(0, 0).data())
