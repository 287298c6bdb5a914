from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import STEP, AssignElements, Configure, Operation, Randomize, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.questions import Comparison, Question, Tally, Twin
from perceptron_gui.core.snapshot import Element, TensorName, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.loss import MOST_DOTS, LossPlot
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
    double_click,
    losses,
    numbers,
    pixel,
    turn_wheel,
    view,
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
    x, y = plot.marker.x, plot.marker.y
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
    assert not plot.marker.x.size
    plot.grab()
    plot.display(history.at(3))
    assert plot.note.isVisibleTo(plot), "what is undone is drawn too"
    plot.display(History(history.entries[:4], 3))
    assert not plot.note.isVisibleTo(plot)


def test_a_point_between_gaps_is_seen(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    history = begin_with(W=frozen([[NAN], [0.0], [0.0]]))
    history = done(engine, history, FORWARD)
    plot.display(history)
    assert not numbers(plot.dots.x)
    finite = begin().current.W
    for W in (finite, frozen([[NAN], [0.0], [0.0]])):
        history = done(engine, history.push(UPDATE, history.current.with_tensor(TensorName.W, W), "cpu"), FORWARD)
    plot.display(history)
    assert numbers(plot.dots.x) == [1]


class TestUndone:
    """What was undone stays, thin and dotted, behind a line where one stands."""

    def test_travel_divides_the_curve_where_one_stands(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        history = done(engine, begin(), *STEP * 4, FORWARD)
        plot.display(history)
        assert not plot.undone.isVisible()
        assert not plot.here.isVisible()
        for index, updates in ((0, 0), (1, 0), (3, 1), (9, 2), (16, 4)):
            plot.display(history.at(index))
            assert _curve(plot) == losses(history.at(index))
            assert (plot.undone.isVisible(), plot.here.isVisible(), plot.here.value()) == (True, True, updates)
            counts, values = numbers(plot.undone.xData)[:-1], numbers(plot.undone.yData)[:-1]
            first = max(len(losses(history.at(index))) - 1, 0)
            assert dict(zip(counts, values, strict=True)) == dict(list(losses(history).items())[first:])
        plot.display(history)
        assert not plot.undone.isVisible()
        assert not plot.here.isVisible()
        assert _curve(plot) == losses(history)

    def test_a_point_that_was_replaced_at_the_same_count_is_both(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        history = done(engine, begin(), FORWARD)
        edited = done(engine, after_edit(history, AssignElements(((Element("b", 0, 0), 0.5),))), FORWARD)
        plot.display(edited.at(1))
        assert _curve(plot) == losses(history)
        assert numbers(plot.undone.yData)[:-1] == [losses(history)[0], losses(edited)[0]]

    def test_it_looks_otherwise_not_by_colour_alone(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        history = done(engine, begin(), *STEP * 4)
        plot.display(history.at(8))
        pens = [plot.curve.opts["pen"], plot.undone.opts["pen"], plot.here.pen]
        assert [(pen.width(), pen.style()) for pen in pens] == [
            (2, Qt.PenStyle.SolidLine),
            (1, Qt.PenStyle.DotLine),
            (1, Qt.PenStyle.DashLine),
        ]
        assert pens[1].color().name() == theme.LIGHT.muted

    def test_to_travel_moves_no_view_and_one_may_point_at_what_was_undone(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        history = done(engine, begin(), *STEP * 9)
        plot.display(history)
        before = view(plot)
        for index in (0, 17, 30, 5):
            plot.display(history.at(index))
            assert view(plot) == before
        loss = losses(history)[7]
        assert plot.hover_text(pixel(plot, 7, loss)) == f"loss after 7 updates: {full_text(loss)} (undone)"
        loss = losses(history)[1]
        assert plot.hover_text(pixel(plot, 1, loss)) == f"loss after 1 update: {full_text(loss)}"

    @pytest.mark.parametrize(("lr", "is_falling"), [(1.0, True), (-1.0, False)])
    def test_the_last_loss_does_not_stand_on_what_was_undone(
        self, show: Show, engine: Engine, lr: float, is_falling: bool
    ) -> None:
        plot = show(LossPlot)
        history = done(engine, after_edit(begin(), Configure("lr", lr)), *STEP * 9)
        plot.display(history.at(14))
        (label,) = plot.labels.shown
        for count, loss in losses(history).items():
            place = pixel(plot, count, loss)
            is_under = label.x <= place.x() <= label.x + plot.labels.width(label.text)
            if is_under:
                half = plot.labels.height / 2
                assert (place.y() > label.y + half) if is_falling else (place.y() < label.y - half)

    def test_a_fresh_step_costs_nothing_more(self, show: Show, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        plot = show(LossPlot)
        history = done(engine, begin(), *STEP)
        plot.display(history)
        touched: list[object] = []
        monkeypatch.setattr(plot.undone, "setData", lambda *_: touched.append(plot.undone))
        monkeypatch.setattr(plot.here, "setValue", lambda *_: touched.append(plot.here))
        for task in STEP * 2:
            history = done(engine, history, task)
            plot.display(history)
        assert touched == []
        assert _curve(plot) == losses(history)

    def test_nothing_finite_in_it_is_no_line(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        history = done(engine, begin_with(W=frozen([[NAN], [0.0], [0.0]])), *STEP * 2)
        plot.display(history.at(0))
        assert not len(plot.undone.xData)
        plot.grab()


def test_whole_numbers_stand_at_the_updates(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    plot.display(done(engine, begin(), FORWARD))
    assert plot.x_axis.tickSpacing(0, 6, 400) == [(1.0, 0.0)]


class Answers:
    """Real PyTorch behind a plot: keeps what is asked, and answers when it is told to."""

    def __init__(self, plot: LossPlot, engine: Engine, *, at_once: bool = True) -> None:
        self.asked: list[Question] = []
        self._plot, self._engine, self._at_once = plot, engine, at_once
        # A connection to a bound method would not keep its object.
        plot.question_raised.connect(partial(Answers._on_question_raised, self))

    def give(self, question: Question) -> None:
        self._plot.take_answer(question, self._engine.answer(question, "cpu"))

    def _on_question_raised(self, question: Question) -> None:
        self.asked.append(question)
        if self._at_once:
            self.give(question)


def _twin_curve(plot: LossPlot) -> dict[float, float]:
    return dict(zip(numbers(plot.twin_curve.xData), numbers(plot.twin_curve.yData), strict=True))


class TestTwin:
    """The second run beside this one."""

    @pytest.mark.parametrize(("own", "other"), [(STEP, STEP[:3]), (STEP[:3], STEP)])
    def test_both_curves_hold_what_the_tensors_hold(
        self, show: Show, engine: Engine, own: tuple[Operation, ...], other: tuple[Operation, ...]
    ) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin_half"), *own * 6)
        plot.display(history)
        assert _curve(plot) == losses(history)
        assert _twin_curve(plot) == losses(done(engine, begin("notebook_half"), *other * 6))

    def test_without_a_twin_nothing_is_asked_and_nothing_more_is_shown(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine)
        plot.display(done(engine, begin(), *STEP))
        assert answers.asked == []
        assert not plot.legend.isVisibleTo(plot)
        assert not plot.caption.isVisibleTo(plot)

    def test_undo_and_travel_show_the_twin_of_then(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history, other = begin("twin_half"), begin("notebook_half")
        other = done(engine, other, *STEP[:3] * 4)
        history = done(engine, history, *STEP * 4)
        for index in (16, 9, 13, 16):
            plot.display(history.at(index))
            expected = {count: loss for count, loss in losses(other).items() if count in losses(history.at(index))}
            assert _twin_curve(plot) == expected

    def test_the_last_answer_is_shown_only_while_it_is_the_beginning_of_what_is_shown(
        self, show: Show, engine: Engine
    ) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine, at_once=False)
        history = done(engine, begin("twin_half"), *STEP * 3)
        plot.display(history)
        assert _twin_curve(plot) == {}
        answers.give(answers.asked[-1])
        drawn = _twin_curve(plot)
        assert len(drawn) == 3
        plot.display(done(engine, history, FORWARD))
        assert _twin_curve(plot) == drawn
        plot.display(history.undo())
        assert _twin_curve(plot) == {}
        assert plot.labels.shown == (plot.labels.shown[0],)
        assert "torch" not in plot.caption.text()

    def test_only_the_answer_to_the_last_question_is_taken(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine, at_once=False)
        history = done(engine, begin("twin_half"), *STEP * 3)
        for shown in (history.at(5), history):
            plot.display(shown)
        older, last = answers.asked
        answers.give(older)
        answers.give(Tally(history.current))
        assert _twin_curve(plot) == {}
        answers.give(Comparison(history.compared))
        assert len(_twin_curve(plot)) == 3, "two panels may ask the same"
        drawn = plot.twin_curve.yData
        answers.give(last)
        assert plot.twin_curve.yData is drawn

    def test_no_answer_is_said(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine, at_once=False)
        plot.display(begin("twin"))
        plot.take_answer(answers.asked[-1], None)
        assert plot.note.text() == "The twin could not be computed."
        plot.display(done(engine, begin("twin"), FORWARD))
        assert plot.note.text() == ""

    def test_a_plot_that_nobody_sees_asks_nothing_and_asks_when_it_is_seen(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine)
        plot.hide()
        history = done(engine, begin("twin_half"), *STEP * 2)
        plot.display(history)
        assert answers.asked == []
        plot.show()
        assert [question.entries for question in answers.asked if isinstance(question, Comparison)] == [
            history.compared
        ]
        assert len(_twin_curve(plot)) == 2

    def test_one_switched_off_while_hidden_is_gone(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin_half"), *STEP * 3)
        plot.display(history)
        assert len(_twin_curve(plot)) == 3
        plot.hide()
        plot.display(after_edit(history, Configure("twin", value=False)))
        plot.show()
        assert len(_twin_curve(plot)) == 0
        assert plot.legend.isHidden()

    def test_words_say_which_is_which(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = begin("twin")
        for task in (*STEP, FORWARD):
            plot.display(history)
            assert plot.legend.texts == ("this run", "twin")
            assert plot.caption.text().startswith("The run without Zero grad:\n")
            history = done(engine, history, task)
        plot.display(done(engine, begin("twin"), *STEP[:3], *STEP[:2]))
        assert plot.legend.texts == ("this run", "twin: always Zero grad")
        assert plot.caption.text().startswith("The run without Zero grad (this run ●):\n")
        plot.display(done(engine, begin("twin"), *STEP, *STEP[:2]))
        assert plot.legend.texts == ("this run", "twin: never Zero grad")
        assert plot.caption.text().startswith("The run without Zero grad (the twin ■):\n")

    @pytest.mark.parametrize(
        ("lr", "tasks", "said"),
        [
            (1.0, STEP * 3, " (the twin ■):\n= torch.optim.SGD(momentum=1), bit for bit"),
            (1.0, STEP[:2], ":\ncompared with SGD(momentum=1) at each Update"),
            (1.0, (*STEP[:2], *STEP), ":\nnot compared: one Backward an Update is needed"),
            (1.0, (UPDATE, *STEP), ":\nnot compared any more: PyTorch refused"),
        ],
    )
    def test_the_caption_says_what_forgetting_is(
        self, show: Show, engine: Engine, lr: float, tasks: tuple[Operation, ...], said: str
    ) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        plot.display(done(engine, after_edit(begin("twin_half"), Configure("lr", lr)), *tasks))
        assert plot.caption.text() == f"The run without Zero grad{said}"

    def test_the_caption_says_how_large_the_rounding_is(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        answers = Answers(plot, engine)
        history = done(engine, after_edit(begin("twin_half"), Configure("lr", 0.3)), *STEP * 6)
        plot.display(history)
        twin = engine.answer(answers.asked[-1], "cpu")
        assert isinstance(twin, Twin)
        assert twin.momentum_difference
        assert plot.caption.text().endswith(
            f"\n= torch.optim.SGD(momentum=1) to within {display_text(twin.momentum_difference)}"
        )

    def test_an_edit_ends_the_comparison_with_the_optimizer_alone(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        edit = AssignElements(((Element("b", 0, 0), 0.5),))
        history = after_edit(done(engine, begin("twin"), *STEP), edit)
        plot.display(done(engine, history, *STEP))
        assert plot.caption.text().endswith("\nnot compared any more: a number was edited")
        other = after_edit(done(engine, begin("notebook"), *STEP[:3]), edit)
        assert _twin_curve(plot) == losses(done(engine, other, *STEP[:3]))

    @pytest.mark.parametrize(
        ("ending", "said"),
        [
            (Randomize(), "The comparison has ended: new tensors."),
            (Configure("twin", False), "The comparison has ended."),
        ],
    )
    def test_the_end_is_said_once(self, show: Show, engine: Engine, ending: Randomize | Configure, said: str) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin"), *STEP * 2)
        plot.display(history)
        ended = after_edit(history, ending) if isinstance(ending, Configure) else done(engine, history, ending)
        plot.display(ended)
        assert plot.note.text() == said
        assert _twin_curve(plot) == {}
        assert not plot.legend.isVisibleTo(plot)
        assert not plot.caption.isVisibleTo(plot)
        plot.display(done(engine, ended, FORWARD))
        assert plot.note.text() == ""
        plot.display(ended.undo())
        assert len(_twin_curve(plot)) == 2

    def test_a_mark_that_is_no_longer_kept_is_said(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin"), *STEP * 2)
        plot.display(replace(history, entries=history.entries[4:], index=4))
        assert plot.note.text() == "The twin starts at update 1: what was before is no longer kept."
        assert min(_twin_curve(plot)) == 1

    def test_the_pointer_finds_both_at_a_count(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin_half"), *STEP * 6)
        plot.display(history)
        own, others = losses(history), _twin_curve(plot)
        for curve in (own, others):
            said = plot.hover_text(pixel(plot, 4, curve[4]) + QPointF(2, -2))
            assert said == (
                f"loss of this run after 4 updates: {full_text(own[4])}\n"
                f"loss of the twin after 4 updates: {full_text(others[4])}"
            )
        assert plot.hover_text(pixel(plot, 4, 0.08)) == ""

    @pytest.mark.parametrize("tasks", [STEP, STEP[:3]])
    def test_both_are_in_view(self, show: Show, engine: Engine, tasks: tuple[Operation, ...]) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = after_edit(begin("twin_half"), Configure("lr", 3.0))
        for _ in range(12):
            history = done(engine, history, *tasks)
            plot.display(history)
            left, right, bottom, top = view(plot)
            for curve in (_curve(plot), _twin_curve(plot)):
                assert left <= min(curve) <= max(curve) <= right
                assert bottom <= min(curve.values()) <= max(curve.values()) <= top

    def test_the_last_losses_never_stand_on_each_other(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = begin("twin")
        for _ in range(12):
            history = done(engine, history, *STEP)
            plot.display(history)
            own, other = plot.labels.shown
            assert (own.text[0], other.text[0]) == ("●", "■")
            assert abs(own.y - other.y) >= plot.labels.height - 1e-6
            for label in (own, other):
                assert plot.labels.height / 2 <= label.y <= plot.view_box.height() - plot.labels.height / 2

    def test_what_is_not_finite_is_a_gap_and_a_note(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = after_edit(begin_with(x=frozen([[0, 1, 1]])), Configure("twin", True))
        history = done(engine, after_edit(history, Configure("lr", INF)), *STEP, FORWARD)
        plot.display(history)
        assert np.isnan(plot.twin_curve.yData).tolist() == [False, True]
        assert plot.note.text() == "nan/inf not drawn"
        assert not plot.twin_marker.x.size
        plot.grab()

    def test_beyond_a_hundred_points_some_have_squares(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        plot.display(done(engine, begin("twin_half"), *STEP * (MOST_DOTS + 20)))
        squares = numbers(plot.twin_dots.x)
        assert 10 < len(squares) < MOST_DOTS / 2
        assert max(squares) - min(squares) > MOST_DOTS

    def test_a_backward_draws_neither_anew(self, show: Show, engine: Engine) -> None:
        plot = show(LossPlot)
        Answers(plot, engine)
        history = done(engine, begin("twin"), *STEP * 2, FORWARD)
        plot.display(history)
        drawn = plot.curve.yData, plot.twin_curve.yData
        plot.display(done(engine, history, BACKWARD))
        assert plot.curve.yData is drawn[0]
        assert plot.twin_curve.yData is drawn[1]


def test_of_many_points_as_many_are_drawn_as_the_plot_has_pixels_and_all_when_somebody_zooms(
    show: Show, engine: Engine
) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), Run(updates=3000))
    plot.display(history)
    counts, drawn = numbers(plot.curve.xData), numbers(plot.curve.yData)
    known = dict(zip(numbers(plot.curves.counts), numbers(plot.curves.values[:, 0]), strict=True))
    assert len(known) == 3000
    assert len(counts) < 3 * plot.view_box.width() < 3000
    assert [known[count] for count in counts] == drawn
    assert (min(drawn), max(drawn), counts[-1]) == (min(known.values()), max(known.values()), 2999)
    turn_wheel(plot, 1)
    assert _curve(plot) == known
    double_click(plot)
    assert numbers(plot.curve.xData) == counts
    plot.resize(900, 260)
    QApplication.processEvents()
    assert len(counts) < len(plot.curve.xData) < 3000
