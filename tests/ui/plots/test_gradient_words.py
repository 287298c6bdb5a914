"""What the ledger says in words, and what can be selected in it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from perceptron_gui.core.actions import Axis, Configure, Randomize, Resize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Question, Tally
from perceptron_gui.core.snapshot import frozen
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.ledger import words
from tests.ui.plots.conftest import Show
from tests.ui.plots.ledger_hands import (
    FORWARD_BACKWARD,
    STACK,
    click,
    count,
    heights,
    incoming_of,
    stored_of,
    texts,
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


def test_a_slab_under_the_pointer_is_told_in_full(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), *FORWARD_BACKWARD * 2)
    ledger.display(history)
    now = history.current
    stored, part = stored_of(now), incoming_of(now)
    assert ledger.hover_text(pixel(ledger, STACK, stored[0] * 3 / 4)) == (
        f"W.grad[0, 0] = {full_text(stored[0])}\n"
        f"Backward 2, x: += {full_text(part[0])}\n"
        f"sum so far: {full_text(stored[0])}"
    )
    assert f"Backward 1, x: += {full_text(part[0])}" in ledger.hover_text(pixel(ledger, STACK, stored[0] / 4))
    expected = f"b.grad[0] += {full_text(part[3])}\nincoming in the last Backward"
    assert ledger.hover_text(pixel(ledger, 3.25, part[3] / 2)) == expected
    assert ledger.hover_text(pixel(ledger, 2, min(stored))) == ""


@pytest.mark.parametrize(
    ("part", "rows"), [(1, ["x[0]", "x[1]", "x[2]", "x[3]"]), (2, ["x[[0, 1]]", "x[[2, 3]]"]), (3, ["x[[0, 1, 2]]"])]
)
def test_a_slab_knows_its_rows(ledger: GradientPlot, engine: Engine, part: int, rows: list[str]) -> None:
    history = with_edits(begin("or_gate"), Configure("part", part))
    history = done(engine, history, *FORWARD_BACKWARD * len(rows))
    ledger.display(history)
    for index, taken in enumerate(rows):
        ledger._choose(index, 2)
        assert f"\nBackward {index + 1}, {taken}: b.grad[0] += " in ledger.story.text()


def test_of_many_rows_the_ends_are_told(ledger: GradientPlot, engine: Engine) -> None:
    history = with_edits(done(engine, begin("or_gate"), Resize(Axis.SAMPLES, 40)), Configure("part", 20))
    ledger.display(done(engine, history, *FORWARD_BACKWARD * 2))
    ledger._choose(1, 2)
    assert "Backward 2, x[rows], rows = [20, 21, …, 39]: " in ledger.story.text()


def test_a_slab_of_an_older_state_is_hollow_and_says_so(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    ledger.display(history)
    assert (count(ledger.stacks.slabs.fresh), count(ledger.stacks.slabs.old)) == (4, 0)
    history = done(engine, history, UPDATE)
    ledger.display(history)
    assert (count(ledger.stacks.slabs.fresh), count(ledger.stacks.slabs.old)) == (0, 4)
    assert ledger.stacks.incoming.pen.style() is Qt.PenStyle.DashLine
    stale = "From an earlier state. Changed since: W, b."
    assert stale in ledger.hover_text(pixel(ledger, 0, stored_of(history.current)[0] / 2))
    assert "Hollow slabs: before W, b changed." in ledger.story.text()
    ledger.display(done(engine, history, FORWARD, BACKWARD))
    assert (count(ledger.stacks.slabs.fresh), count(ledger.stacks.slabs.old)) == (4, 4)
    assert stale not in ledger.hover_text(pixel(ledger, 0.25, -0.01))


def test_a_long_tally_is_claimed_only_when_the_worker_has_answered(
    show: Show, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perceptron_gui.core.deposits.is_quick", lambda _: False)
    plot = show(GradientPlot)
    asked: list[Question] = []
    plot.question_raised.connect(asked.append)
    plot.display(done(engine, begin(), *FORWARD_BACKWARD * 3))
    assert plot.story.text().startswith("Backwards: 3, from None on.\n")
    (question,) = asked
    assert isinstance(question, Tally)
    answer = engine.answer(question, "cpu")
    plot.take_answer(Tally(question.snapshot), answer)
    plot.take_answer(question, None)
    assert "bit" not in plot.story.text()
    plot.take_answer(question, answer)
    assert plot.story.text().startswith("Backwards: 3, from None on. Their sum is .grad, bit for bit.\n")


def test_a_short_tally_is_said_at_once(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    asked: list[Question] = []
    plot.question_raised.connect(asked.append)
    plot.display(done(engine, begin(), *FORWARD_BACKWARD * 3))
    assert plot.story.text().startswith("Backwards: 3, from None on. Their sum is .grad, bit for bit.\n")
    assert not asked


def test_a_sum_that_is_not_what_is_stored_is_said_plainly(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), *FORWARD_BACKWARD * 2)
    now = history.current
    assert now.W_grad is not None
    ledger.display(history.push(Randomize(), replace(now, W_grad=frozen(now.W_grad * np.float32(2))), "cpu"))
    assert "Backwards: 2, from None on. Their sum is not what is stored in W.grad." in ledger.story.text()


def test_it_is_said_that_the_sum_began_at_zeros(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(done(engine, begin(), *FORWARD_BACKWARD, ZERO_GRAD, *FORWARD_BACKWARD))
    assert "Backwards: 1, from zeros on. Their sum is .grad, bit for bit." in ledger.story.text()


def test_nothing_is_asked_twice_and_nothing_while_hidden(
    show: Show, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perceptron_gui.core.deposits.is_quick", lambda _: False)
    plot = show(GradientPlot)
    asked: list[Question] = []
    plot.question_raised.connect(asked.append)
    history = done(engine, begin(), FORWARD, BACKWARD)
    for shown in (history, history, done(engine, history, UPDATE), done(engine, history, UPDATE, FORWARD)):
        plot.display(shown)
    assert len(asked) == 1
    plot.hide()
    plot.display(done(engine, history, FORWARD, BACKWARD))
    assert len(asked) == 1
    plot.show()
    assert len(asked) == 2


def test_opposite_signs_are_marked_with_a_symbol_that_is_explained(ledger: GradientPlot, engine: Engine) -> None:
    history = begin("notebook_half")
    for times in range(1, 7):
        history = done(engine, history, FORWARD, BACKWARD)
        ledger.display(history)
        marked = [text for text in texts(ledger) if text.startswith("⇅")]
        assert len(marked) == (4 if times == 6 else 0)
        assert ("⇅ incoming against stored: " in ledger.story.text()) == (times == 6)
        if times < 6:
            history = done(engine, history, UPDATE)
    stored, incoming = stored_of(history.current)[3], incoming_of(history.current)[3]
    assert (round(stored, 3), round(incoming, 3)) == (-0.317, 0.056)
    told = ledger.hover_text(pixel(ledger, 3.25, incoming / 2))
    assert f"⇅ opposite to what is stored: {full_text(stored)}" in told
    assert "W[0, 0], W[1, 0], W[2, 0], b[0]" in ledger.story.text()


def test_a_click_selects_a_deposit_in_every_parameter(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), *FORWARD_BACKWARD * 3)
    ledger.display(history)
    stored, part = stored_of(history.current), incoming_of(history.current)
    click(ledger, 3 + STACK, stored[3] / 2)
    chosen = ledger.stacks.slabs.chosen
    assert heights(chosen) == pytest.approx(part)
    assert numbers(chosen.y0) == pytest.approx(part)
    said = f"Backward 2, x: b.grad[0] += {full_text(part[3])}, sum so far: {full_text(2 * part[3])}"
    assert said in ledger.story.text()
    ledger.display(done(engine, history, FORWARD, BACKWARD))
    assert said in ledger.story.text()
    ledger.display(done(engine, history, ZERO_GRAD))
    assert "Backward 2" not in ledger.story.text()
    assert not heights(chosen)


def test_the_selection_ends_by_esc_by_a_second_click_and_by_a_click_elsewhere(
    ledger: GradientPlot, engine: Engine
) -> None:
    ledger.display(done(engine, begin(), *FORWARD_BACKWARD))
    half, chosen = -0.1, ledger.stacks.slabs.chosen
    ends: tuple[Callable[[], None], ...] = (
        lambda: QTest.keyClick(ledger.plot_widget, Qt.Key.Key_Escape),
        lambda: click(ledger, 3 + STACK, half),
        lambda: click(ledger, 2, -0.2),
    )
    for end in ends:
        click(ledger, 3 + STACK, half)
        assert heights(chosen)
        end()
        assert not heights(chosen)


def test_a_click_on_the_incoming_bar_selects_its_backward(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 6)
    ledger.display(history)
    part = incoming_of(history.current)
    chosen = ledger.stacks.slabs.chosen
    click(ledger, 3.23, part[3] / 2)
    assert heights(chosen) == pytest.approx(part, abs=1e-6)
    assert f"Backward 6, x: b.grad[0] += {full_text(part[3])}, sum so far: " in ledger.story.text()
    click(ledger, 3.23, part[3] / 2)
    assert not heights(chosen)


def test_a_column_beside_the_first_is_told(ledger: GradientPlot, engine: Engine) -> None:
    history = begin("notebook_half")
    for times in range(1, 7):
        history = done(engine, history, FORWARD, BACKWARD)
        ledger.display(history)
        assert ("Next column: turned back." in ledger.story.text()) == (times == 6)
        history = done(engine, history, UPDATE) if times < 6 else history
    stored, part = stored_of(history.current)[3], incoming_of(history.current)[3]
    told = "In a column of its own: here the sum turned back."
    assert told in ledger.hover_text(pixel(ledger, 3 + STACK + 0.1, stored - part / 2))
    assert told not in ledger.hover_text(pixel(ledger, 3 + STACK - 0.1, stored / 2))


def test_arrow_keys_go_from_deposit_to_deposit(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(begin())
    QTest.keyClick(ledger.plot_widget, Qt.Key.Key_Right)
    ledger.display(done(engine, begin(), *FORWARD_BACKWARD * 3))
    said: list[str] = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(ledger.plot_widget, key)
        said.append(ledger.story.text().split("\n")[1][: len("Backward 1")])
    assert said == ["Backward 1", "Backward 2", "Backward 3", "Backward 3", "Backward 2"]


def test_the_pointer_beside_all_bars_tells_nothing(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    assert plot.hover_text(QPointF(10, 10)) == ""
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    assert plot.hover_text(QPointF(-500, 10)) == ""


def test_of_more_opposite_parameters_than_are_named_the_count_is_said() -> None:
    assert words.opposite(np.arange(6), (4, 3)).endswith("W[1, 2]")
    assert words.opposite(np.arange(9), (4, 3)).endswith("W[1, 2], … (9 of 15)")
