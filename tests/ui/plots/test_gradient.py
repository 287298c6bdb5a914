import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from perceptron_gui.core.actions import STEP, Assign, Axis, Configure, Gesture, Resize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Snapshot, TensorName, Zeroing, frozen
from perceptron_gui.ui.plots.gradient import GradientPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    UPDATE,
    ZERO_GRAD,
    after_edit,
    begin,
    begin_with,
    done,
    numbers,
    pixel,
)


def _stored(snapshot: Snapshot) -> list[float]:
    assert snapshot.W_grad is not None
    assert snapshot.b_grad is not None
    return numbers(np.concatenate([snapshot.W_grad, snapshot.b_grad], axis=None))


def _incoming(snapshot: Snapshot) -> list[float]:
    last = snapshot.deposits[-1]
    assert last.W_grad is not None
    assert last.b_grad is not None
    return numbers(np.concatenate([last.W_grad, last.b_grad], axis=None))


def _heights(bars: object) -> list[float]:
    return numbers(bars.opts["height"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_the_bars_are_the_stored_gradient_and_the_last_part_of_it(show: Show, engine: Engine, preset: str) -> None:
    plot = show(GradientPlot)
    history = begin(preset)
    for _ in range(3):
        history = done(engine, history, FORWARD, BACKWARD)
        plot.display(history)
        assert _heights(plot.stored_bars) == _stored(history.current)
        assert _heights(plot.incoming_bars) == _incoming(history.current)
    assert _stored(history.current) != _incoming(history.current)


def test_none_is_a_word_and_not_a_bar(show: Show) -> None:
    plot = show(GradientPlot)
    plot.display(begin())
    assert _heights(plot.stored_bars) == []
    assert not len(plot.zeros.data)
    assert [label.text for label in plot.labels.shown] == ["None"] * 4
    assert plot.hover_text(pixel(plot, 1, 0)) == "W.grad[1, 0] = None\nstored .grad"


def test_zero_is_a_mark_and_not_none(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), *STEP)
    plot.display(history)
    assert _heights(plot.stored_bars) == [0, 0, 0, 0]
    assert numbers(plot.zeros.getData()[1]) == [0, 0, 0, 0]
    assert [label.text for label in plot.labels.shown] == ["0.0000"] * 4
    assert _heights(plot.incoming_bars) == []


def test_zero_grad_to_none_is_none(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin_with(), FORWARD, BACKWARD, UPDATE)
    history = after_edit(history, Configure("zeroing", Zeroing.NONE))
    plot.display(done(engine, history, ZERO_GRAD))
    assert [label.text for label in plot.labels.shown] == ["None"] * 4


def test_where_pytorch_refused_half_way_one_part_is_none(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), FORWARD)
    history = after_edit(history, Assign(TensorName.X, 0, 0, frozen([[5]]), Gesture.TYPE))
    history = done(engine, history, BACKWARD)
    now = history.current
    assert now.W_grad is None
    assert now.b_grad is not None
    plot.display(history)
    assert _heights(plot.stored_bars) == numbers(now.b_grad)
    assert [label.text for label in plot.labels.shown][:3] == ["None"] * 3


def test_undo_shows_the_gradient_before(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    once = done(engine, begin(), FORWARD, BACKWARD)
    twice = done(engine, once, FORWARD, BACKWARD)
    plot.display(twice)
    plot.display(twice.undo())
    assert _heights(plot.stored_bars) == _stored(once.current)
    plot.display(twice.at(0))
    assert _heights(plot.stored_bars) == []


def test_the_two_bars_differ_in_more_than_colour(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    assert plot.incoming_bars._sharedBrush.style() is Qt.BrushStyle.BDiagPattern
    assert plot.stored_bars._sharedBrush.style() is Qt.BrushStyle.SolidPattern
    assert plot.incoming_bars.opts["width"] < plot.stored_bars.opts["width"]
    assert plot.legend.texts == ("stored .grad", "incoming in the last Backward")


def test_a_bar_under_the_pointer_is_told_in_full(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), FORWARD, BACKWARD, FORWARD, BACKWARD)
    plot.display(history)
    now = history.current
    assert now.W_grad is not None
    grad = float(now.W_grad[0, 0])
    assert plot.hover_text(pixel(plot, -0.12, grad / 2)) == f"W.grad[0, 0] = {full_text(grad)}\nstored .grad"
    part = _incoming(now)[3]
    expected = f"b.grad[0] = {full_text(part)}\nincoming in the last Backward"
    assert plot.hover_text(pixel(plot, 3.25, part / 2)) == expected
    assert plot.hover_text(pixel(plot, 2, min(_stored(now)))) == ""


def test_a_gradient_of_an_older_state_says_so(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), FORWARD, BACKWARD, UPDATE)
    plot.display(history)
    assert "From an earlier state. Changed since: W, b." in plot.hover_text(pixel(plot, 0, 0))


def test_forty_parameters_are_drawn_and_the_rest_is_told(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), Resize(Axis.INPUTS, 784), Resize(Axis.OUTPUTS, 10), FORWARD, BACKWARD)
    plot.display(history)
    assert _heights(plot.stored_bars) == _stored(history.current)[:40]
    assert _heights(plot.incoming_bars) == _incoming(history.current)[:40]
    assert "40 of 7850" in plot.note.text()
    plot.grab()


def test_crowded_nones_are_said_once_a_tensor(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    plot.display(done(engine, begin(), Resize(Axis.INPUTS, 20)))
    assert [label.text for label in plot.labels.shown] == ["W.grad: None", "b.grad: None"]


def test_names_under_the_bars_have_room(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    for size, stride in ((3, 1), (30, None)):
        plot.display(done(engine, begin(), Resize(Axis.INPUTS, size)))
        ticks = plot.x_axis._tickLevels[0]
        assert ticks[0] == (0, "W[0, 0]")
        places = [pixel(plot, index, 0).x() for index, _ in ticks]
        assert min(np.diff(places)) >= plot.labels.width("W[10, 0]") or stride == 1


def test_what_is_not_finite_is_a_gap_and_a_note(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = begin_with(W_grad=frozen([[NAN], [INF], [-2.0]]), b_grad=frozen([-INF]))
    plot.display(history)
    assert _heights(plot.stored_bars) == [-2]
    assert plot.note.text() == "nan/inf not drawn"
    assert [label.text for label in plot.labels.shown] == ["nan", "inf", "-2.0000", "-inf"]
    plot.grab()
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    assert not plot.note.isVisibleTo(plot)


def test_the_axis_rests_while_gradients_come_and_go(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = done(engine, begin(), FORWARD, BACKWARD)
    plot.display(history)
    before = plot.view_box.viewRange()[1]
    for task in (UPDATE, ZERO_GRAD, FORWARD):
        history = done(engine, history, task)
        plot.display(history)
        assert plot.view_box.viewRange()[1] == before


def test_the_pointer_beside_all_bars_tells_nothing(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    assert plot.hover_text(QPointF(10, 10)) == ""
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    assert plot.hover_text(QPointF(-500, 10)) == ""
