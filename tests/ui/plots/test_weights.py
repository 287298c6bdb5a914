import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import STEP, Axis, Resize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.ui.plots.weights import WeightsPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import (
    FORWARD,
    INF,
    NAN,
    after_update_to,
    begin,
    done,
    numbers,
    parameters,
    pixel,
)


def _curves(plot: WeightsPlot) -> dict[float, list[float]]:
    shown = [line for line in plot.lines if len(line.xData)]
    return {
        count: [numbers(line.yData)[index] for line in shown] for index, count in enumerate(numbers(shown[0].xData))
    }


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_every_parameter_has_its_curve(show: Show, engine: Engine, preset: str) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(preset), *STEP * 3)
    plot.display(history)
    assert _curves(plot) == parameters(history)


def test_undo_shows_the_earlier_curves(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(), *STEP * 3)
    for shown in (history, history.at(6), history.at(0), history):
        plot.display(shown)
        assert _curves(plot) == parameters(shown)


def test_other_words_for_what_was_put_away_wait_until_it_is_caught_up_on(show: Show, engine: Engine) -> None:
    """Fault 56: a panel comes to the front of its tabs, and before it was told so the language changes."""
    plot = show(WeightsPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    plot.put_away()
    plot.retranslate()
    plot.catch_up()
    assert _curves(plot) == parameters(history)


def test_what_was_put_away_waits_also_when_its_room_changes(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    plot.put_away()
    plot.resize(plot.width() // 2, plot.height())
    QApplication.processEvents()
    plot.catch_up()
    assert _curves(plot) == parameters(history)


def test_curves_are_named_at_their_ends(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    assert sorted(label.text for label in plot.labels.shown) == ["W[0, 0]", "W[1, 0]", "W[2, 0]", "b[0]"]
    ends = {round(pixel(plot, 3, value).x(), 3) for value in parameters(history)[3]}
    assert len(ends) == 1
    assert all(label.x > max(ends) for label in plot.labels.shown)
    assert max(label.x + plot.labels.width(label.text) for label in plot.labels.shown) <= plot.view_box.width()


def test_what_was_undone_goes_on_thinly_to_the_names(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin("or_gate"), *STEP * 6)
    plot.display(history)
    names = plot.labels.shown
    plot.display(history.at(10))
    assert _curves(plot) == parameters(history.at(10))
    assert plot.here.value() == 2
    assert numbers(plot.ends.getData()[0]) == [2, 2, 2]
    assert plot.labels.shown == names, "they stand at the ends of what was undone"
    width = len(parameters(history)[0])
    counts, values = (np.reshape(numbers(data), (width, -1))[:, :-1] for data in plot.undone.getData())
    later = {count: row for count, row in parameters(history).items() if count >= 2}
    assert counts.tolist() == [list(later)] * width
    assert values.T.tolist() == list(later.values())
    value = parameters(history)[5][0]
    assert plot.hover_text(pixel(plot, 5, value)) == f"W[0, 0] after 5 updates: {full_text(value)} (undone)"
    plot.display(history)
    assert not plot.undone.isVisible()


def test_names_do_not_lie_on_each_other(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    plot.display(done(engine, begin("layer_4x2"), *STEP * 8))
    places = sorted(label.y for label in plot.labels.shown)
    assert len(places) == 10
    assert np.diff(places).min() >= plot.labels.height - 1e-6


def test_curves_differ_in_more_than_colour(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    plot.display(done(engine, begin("layer_4x2"), *STEP))
    looks = {
        (line.opts["pen"].style(), symbol) for line, symbol in zip(plot.lines, plot.ends.data["symbol"], strict=True)
    }
    assert len(looks) == 10


def test_a_point_under_the_pointer_is_told_in_full(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    value = float(history.current.W[0, 0])
    assert plot.hover_text(pixel(plot, 3, value)) == f"W[0, 0] after 3 updates: {full_text(value)}"
    start = float(begin().current.W[2, 0])
    assert plot.hover_text(pixel(plot, 0, start)) == "W[2, 0] after 0 updates: 1.1104"


def test_forty_curves_are_drawn_and_the_rest_is_told(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    history = done(engine, begin(), Resize(Axis.INPUTS, 784), Resize(Axis.OUTPUTS, 10), *STEP)
    plot.display(history)
    assert _curves(plot) == {count: row[:40] for count, row in parameters(history).items()}
    assert "40 of 7850" in plot.note.text()
    assert plot.labels.shown == ()
    plot.grab()


def test_curves_of_a_larger_layer_are_gone_in_a_smaller_one(show: Show, engine: Engine) -> None:
    plot = show(WeightsPlot)
    plot.display(begin("layer_4x2"))
    plot.display(done(engine, begin("or_gate"), FORWARD))
    assert _curves(plot) == parameters(begin("or_gate"))
    assert len(plot.ends.data) == 3


def test_what_is_not_finite_is_a_gap_and_a_note(show: Show) -> None:
    plot = show(WeightsPlot)
    history = after_update_to(begin(), [[1], [NAN], [3]], [4])
    history = after_update_to(history, [[2], [NAN], [INF]], [5])
    plot.display(history)
    assert np.isnan(plot.lines[1].yData).tolist() == [False, True, True]
    assert np.isnan(plot.lines[2].yData).tolist() == [False, False, True]
    assert plot.note.text() == "nan/inf not drawn"
    assert numbers(plot.ends.getData()[0]) == [2, 0, 1, 2]
    plot.grab()
    everything = after_update_to(begin(), [[NAN], [NAN], [NAN]], [NAN])
    plot.display(everything)
    plot.grab()
    assert len(plot.labels.shown) == 4
