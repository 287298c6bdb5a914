"""A batch in parts: the stack fills the outline of the whole."""

import re

import numpy as np
import pytest

from perceptron_gui.core import parts
from perceptron_gui.core.actions import Assign, Configure, Gesture
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Judging, Question, WholeBatch
from perceptron_gui.core.snapshot import Reduction, TensorName, frozen
from perceptron_gui.ui.plots.gradient import GradientPlot
from tests.core.test_parts import gradients_of_all_rows
from tests.ui.plots.conftest import Show
from tests.ui.plots.ledger_hands import (
    FORWARD_BACKWARD,
    STACK,
    heights,
    stored_of,
    with_edits,
)
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    UPDATE,
    ZERO_GRAD,
    begin,
    done,
    numbers,
    pixel,
)


def test_the_last_part_fills_the_outline_of_the_whole_batch(ledger: GradientPlot, engine: Engine) -> None:
    history = with_edits(begin("or_gate"), Configure("part", 1))
    W_grad, b_grad = gradients_of_all_rows(history.current, is_mean=False)
    whole = numbers(np.concatenate([W_grad, b_grad], axis=None))
    for rows in range(1, 5):
        history = done(engine, history, FORWARD, BACKWARD)
        ledger.display(history)
        assert heights(ledger.stacks.outline) == whole
        off = np.abs(frozen(stored_of(history.current)) - frozen(whole)).max()
        assert (
            f"\n{rows} of 4 rows are in: difference {off:.4f} to the outline, the whole batch." in ledger.story.text()
        ) == (rows < 4)
    said = ledger.story.text()
    assert re.search(r"\nDifference \S+: the parts add up to the whole batch, the outline\.", said)
    assert numbers(ledger.stacks.stored.y0) == pytest.approx(whole, abs=1e-6)
    assert f"outline, the whole batch: {full_text(whole[1])}" in ledger.hover_text(
        pixel(ledger, 1 + STACK, whole[1] / 2)
    )


def test_means_of_parts_are_shown_wrong_and_right(ledger: GradientPlot, engine: Engine) -> None:
    history = with_edits(begin("or_gate"), Configure("reduction", Reduction.MEAN), Configure("part", 2))
    history = done(engine, history, *FORWARD_BACKWARD * 2)
    ledger.display(history)
    W_grad, b_grad = gradients_of_all_rows(history.current, is_mean=True)
    whole = numbers(np.concatenate([W_grad, b_grad], axis=None))
    assert heights(ledger.stacks.outline) == whole
    assert numbers(ledger.stacks.weighted.y) == pytest.approx(whole, abs=1e-6)
    assert numbers(ledger.stacks.stored.y0) == pytest.approx(numbers(2 * np.array(whole)), abs=1e-6)
    assert f"\nOff by {max(map(abs, whole)):.4f}: the sum of the means of the parts. Off by " in ledger.story.text()
    assert ": ×, each of them weighted by rows/m." in ledger.story.text()
    assert "× weighted by rows/m: -0.1" in ledger.hover_text(pixel(ledger, STACK, whole[0]))


def test_a_weighted_mean_fills_the_outline(ledger: GradientPlot, engine: Engine) -> None:
    history = with_edits(begin("or_gate"), Configure("reduction", Reduction.WEIGHTED), Configure("part", 3))
    ledger.display(done(engine, history, *FORWARD_BACKWARD * 2))
    assert ": the parts add up to the whole batch, the outline." in ledger.story.text()
    assert numbers(ledger.stacks.stored.y0) == pytest.approx(heights(ledger.stacks.outline), abs=1e-6)
    assert not len(ledger.stacks.weighted.x)


def test_rows_that_are_in_twice_do_not_add_up(ledger: GradientPlot, engine: Engine) -> None:
    history = with_edits(begin("or_gate"), Configure("part", 2))
    ledger.display(done(engine, history, *FORWARD_BACKWARD * 3))
    assert " to the outline: all rows are in, some more than once." in ledger.story.text()


def test_the_whole_batch_is_asked_for_only_when_there_are_parts(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    asked: list[Question] = []
    plot.question_raised.connect(asked.append)
    plot.display(done(engine, begin("or_gate"), *FORWARD_BACKWARD))
    plot.display(done(engine, begin(), *FORWARD_BACKWARD))
    assert not any(isinstance(question, WholeBatch) for question in asked)
    history = with_edits(begin("or_gate"), Configure("part", 2))
    for _ in range(3):
        plot.display(history)
        history = done(engine, history, *FORWARD_BACKWARD)
    assert sum(isinstance(question, WholeBatch) for question in asked) == 1


def test_an_outline_of_other_values_is_not_drawn(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    asked: list[Question] = []
    plot.question_raised.connect(asked.append)
    history = done(engine, with_edits(begin("or_gate"), Configure("part", 2)), *FORWARD_BACKWARD)
    plot.display(history)
    question = next(each for each in asked if isinstance(each, WholeBatch))
    plot.take_answer(question, engine.answer(question, "cpu"))
    assert heights(plot.stacks.outline)
    mean = with_edits(history, Configure("reduction", Reduction.MEAN))
    edited = with_edits(history, Assign(TensorName.Y_TRUE, 0, 0, frozen([[1]]), Gesture.TYPE))
    for other in (done(engine, history, UPDATE), mean, edited):
        plot.display(other)
        assert not heights(plot.stacks.outline)
        plot.take_answer(question, engine.answer(question, "cpu"))
        assert not heights(plot.stacks.outline)
    later = asked[-1]
    plot.take_answer(later, engine.answer(later, "cpu"))
    assert heights(plot.stacks.outline)
    assert " to the outline: all rows at the present values." in plot.story.text()
    plot.display(begin("or_gate"))
    assert not heights(plot.stacks.outline)


def test_where_comparing_takes_a_while_the_worker_is_asked_and_all_is_said_as_at_once(
    show: Show, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, later = show(GradientPlot), show(GradientPlot)
    asked: list[Question] = []
    for plot in (at_once, later):
        plot.question_raised.connect(asked.append)
    history = with_edits(begin("or_gate"), Configure("reduction", Reduction.MEAN), Configure("part", 3))
    history = done(engine, history, *FORWARD_BACKWARD * 2)

    def answer(plot: GradientPlot) -> list[type]:
        kinds = []
        while asked:
            question = asked.pop(0)
            kinds.append(type(question))
            plot.take_answer(question, engine.answer(question, "cpu"))
        return kinds

    at_once.display(history)
    assert answer(at_once) == [WholeBatch]
    monkeypatch.setattr(parts, "_QUICK", 0)
    later.display(history)
    assert answer(later) == [WholeBatch, Judging]
    assert later.story.text() == at_once.story.text()
    assert "each of them weighted by rows/m" in later.story.text()
    assert heights(later.stacks.outline) == heights(at_once.stacks.outline)
    assert numbers(later.stacks.weighted.y) == numbers(at_once.stacks.weighted.y)
    history = done(engine, history, *FORWARD_BACKWARD)
    later.display(history)
    assert "outline" not in later.story.text()
    assert answer(later) == [Judging]
    assert "some more than once" in later.story.text()
    later.display(history)
    later.retranslate()
    assert answer(later) == []
    without = done(engine, history, ZERO_GRAD)
    later.display(without)
    assert answer(later) == [Judging]
    assert heights(later.stacks.outline)
