import numpy as np
from PySide6.QtCore import QPointF

from perceptron_gui.core.actions import STEP, Configure, Randomize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.ui.plots.loss import LossPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    UPDATE,
    after_edit,
    begin,
    begin_with,
    done,
    losses,
    numbers,
    pixel,
)


def _curve(plot: LossPlot) -> dict[float, float]:
    return dict(zip(numbers(plot.curve.xData), numbers(plot.curve.yData), strict=True))


def test_a_point_is_the_loss_of_the_last_forward_at_an_update_count(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 3, FORWARD, FORWARD)
    plot.display(history)
    assert _curve(plot) == losses(history)
    assert list(losses(history)) == [0, 1, 2, 3]


def test_the_last_point_is_marked_and_told(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 2)
    plot.display(history)
    x, y = plot.marker.getData()
    assert (x[0], y[0]) == (1, losses(history)[1])
    assert [label.text for label in plot.labels.shown] == [display_text(y[0])]


def test_before_the_first_forward_there_is_nothing_and_a_calm_axis(show: Show) -> None:
    plot = show(LossPlot)
    plot.display(begin())
    assert _curve(plot) == {}
    assert plot.hover_text(QPointF(50, 50)) == ""
    assert plot.labels.shown == ()


def test_undo_shows_the_earlier_curve_and_redo_the_later(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 3)
    for shown in (history, history.undo().undo().undo().undo(), history.at(0), history.at(5), history):
        plot.display(shown)
        assert _curve(plot) == losses(shown)


def test_another_future_replaces_the_one_that_was_undone(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    other = done(engine, after_edit(history.at(4), Configure("lr", 0.1)), *STEP * 3)
    plot.display(other)
    assert _curve(plot) == losses(other)
    plot.display(other.at(5).undo())
    assert _curve(plot) == losses(other.at(4))


def test_new_tensors_begin_a_new_curve(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 3, Randomize(), FORWARD)
    plot.display(history)
    assert list(_curve(plot)) == [0]


def test_a_backward_alone_draws_nothing_anew(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), FORWARD)
    plot.display(history)
    drawn = plot.curve.yData
    plot.display(done(engine, history, BACKWARD))
    assert plot.curve.yData is drawn


def test_a_point_under_the_pointer_is_told_in_full(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), *STEP * 3)
    plot.display(history)
    for count, loss in losses(history).items():
        updates = "1 update" if count == 1 else f"{count} updates"
        expected = f"loss after {updates}: {full_text(loss)}"
        assert plot.hover_text(pixel(plot, count, loss) + QPointF(3, -3)) == expected
    assert plot.hover_text(pixel(plot, 1, losses(history)[1]) + QPointF(0, -80)) == ""


def test_a_loss_that_is_not_finite_is_a_gap_and_a_note(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = done(engine, begin_with(x=frozen([[0, 1, 1]])), *STEP * 2)
    history = done(engine, after_edit(history, Configure("lr", INF)), *STEP * 2)
    plot.display(history)
    assert np.isnan(list(losses(history).values())).tolist() == [False, False, False, True]
    assert np.isnan(plot.curve.yData).tolist() == [False, False, False, True]
    assert plot.note.text() == "nan/inf not drawn"
    assert plot.note.isVisibleTo(plot)
    assert not plot.marker.getData()[0].size
    plot.grab()
    plot.display(history.at(3))
    assert not plot.note.isVisibleTo(plot)


def test_a_point_between_gaps_is_seen(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = begin_with(W=frozen([[NAN], [0.0], [0.0]]))
    history = done(engine, history, FORWARD)
    plot.display(history)
    assert not numbers(plot.dots.getData()[0])
    finite = begin().current.W
    for W in (finite, frozen([[NAN], [0.0], [0.0]])):
        history = done(engine, history.push(UPDATE, history.current.with_tensor(TensorName.W, W), "cpu"), FORWARD)
    plot.display(history)
    assert numbers(plot.dots.getData()[0]) == [1]


def test_whole_numbers_stand_at_the_updates(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    plot.display(done(engine, begin(), FORWARD))
    assert plot.x_axis.tickSpacing(0, 6, 400) == [(1.0, 0.0)]
