"""The ledger: stacks of deposits, drawn."""

import re
import warnings
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import STEP, Assign, Axis, Configure, Gesture, Resize
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import TensorName, Zeroing, frozen
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.ledger.labels import _box
from perceptron_gui.ui.plots.ledger.slabs import STYLES, style_of
from tests.ui.plots.conftest import Show
from tests.ui.plots.ledger_hands import (
    FORWARD_BACKWARD,
    STACK,
    count,
    heights,
    incoming_of,
    slabs,
    stored_of,
    texts,
)
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


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_the_stack_is_the_stored_gradient_a_slab_a_backward(ledger: GradientPlot, engine: Engine, preset: str) -> None:
    history = begin(preset)
    for times in (1, 2, 3):
        history = done(engine, history, FORWARD, BACKWARD)
        ledger.display(history)
        stored = stored_of(history.current)
        assert numbers(ledger.stacks.stored.y0) == stored
        assert heights(ledger.stacks.incoming) == incoming_of(history.current)
        assert count(ledger.stacks.slabs.fresh) == times * len(stored)
        for index, value in enumerate(stored):
            column = [height for (left, _), height in slabs(ledger).items() if abs(left - index - STACK) < 0.3]
            assert sum(column) == pytest.approx(value, rel=1e-6, abs=1e-9)
    assert stored_of(history.current) != incoming_of(history.current)


def test_a_slab_goes_from_the_running_sum_before_to_the_one_after(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), *FORWARD_BACKWARD * 3)
    ledger.display(history)
    first, second, third = (float(each.b_grad[0]) for each in history.current.deposits)  # type: ignore[index]
    left = 3 + STACK - 0.22
    once, twice = first, float(np.float32(first) + np.float32(second))
    whole = float(np.float32(twice) + np.float32(third))
    own = {start: start + height for (edge, start), height in slabs(ledger).items() if edge == pytest.approx(left)}
    assert own == {0: once, once: pytest.approx(twice), twice: pytest.approx(whole)}
    assert [text for text in texts(ledger) if len(text) == 1][-3:] == ["1", "2", "3"]


def test_neighbours_differ_in_colour_and_in_pattern(ledger: GradientPlot) -> None:
    looks = ledger.stacks.slabs._styles
    images = [look.fresh.texture().toImage() for look in looks]
    for one in range(1, 130):
        this, following = style_of(one), style_of(one + 1)
        assert looks[this].fresh_pen.color() != looks[following].fresh_pen.color()
        assert images[this] != images[following]
    assert len({style_of(one) for one in range(1, STYLES + 1)}) == STYLES > 40
    assert all(one != other for one, other in combinations(images, 2))


def test_the_incoming_bar_looks_as_its_slab_does(ledger: GradientPlot, engine: Engine) -> None:
    history = begin()
    for number in range(1, 9):
        history = done(engine, history, FORWARD, BACKWARD)
        ledger.display(history)
        look = ledger.stacks.slabs._styles[style_of(number)]
        assert ledger.stacks.incoming.pen.color() == look.fresh_pen.color()
    assert ledger.stacks.incoming.width.max() < 0.3


def test_sixty_four_deposits_and_more_are_a_few_items(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin("notebook_half"), *(*FORWARD_BACKWARD, UPDATE) * 70)
    items = len(ledger.view_box.addedItems)
    ledger.display(history)
    assert len(ledger.view_box.addedItems) == items
    assert count([*ledger.stacks.slabs.fresh, *ledger.stacks.slabs.old]) == 64 * 4
    assert "Backwards: 70" in ledger.story.text()
    ledger.grab()


def test_a_merged_slab_says_which_backwards_it_is(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(done(engine, begin(), *FORWARD_BACKWARD * 70))
    assert "Backwards 1–7, merged: += " in ledger.hover_text(pixel(ledger, 3 + STACK, -0.5))


def test_none_is_a_word_and_not_a_bar(ledger: GradientPlot) -> None:
    ledger.display(begin())
    assert not slabs(ledger)
    assert not len(ledger.stacks.stored.x0)
    assert not len(ledger.stacks.zeros.x)
    assert texts(ledger) == ["None"] * 4
    assert ledger.hover_text(pixel(ledger, 1, 0)) == "W.grad[1, 0] = None\nstored .grad"
    assert ledger.story.text() == ".grad is None: nothing has been added yet."


def test_zero_is_a_mark_and_not_none(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(done(engine, begin(), *STEP))
    assert numbers(ledger.stacks.stored.y0) == [0, 0, 0, 0]
    assert numbers(ledger.stacks.zeros.y) == [0, 0, 0, 0]
    assert texts(ledger) == ["0.0000"] * 4
    assert heights(ledger.stacks.incoming) == []
    assert ledger.story.text() == ".grad holds the zeros that Zero grad left; nothing was added since."


def test_zero_grad_to_none_is_an_empty_place_marked_none(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin_with(), FORWARD, BACKWARD, UPDATE)
    history = after_edit(history, Configure("zeroing", Zeroing.NONE))
    ledger.display(done(engine, history, ZERO_GRAD))
    assert texts(ledger) == ["None"] * 4
    assert not slabs(ledger)


def test_where_pytorch_refused_half_way_one_part_is_none(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD)
    history = after_edit(history, Assign(TensorName.X, 0, 0, frozen([[5]]), Gesture.TYPE))
    history = done(engine, history, BACKWARD)
    now = history.current
    assert now.W_grad is None
    assert now.b_grad is not None
    ledger.display(history)
    assert numbers(ledger.stacks.stored.y0) == numbers(now.b_grad)
    assert [text for text in texts(ledger) if text != "1"][:3] == ["None"] * 3
    assert ledger.hover_text(pixel(ledger, 0.25, 0)) == "W.grad[0, 0] += None\nincoming in the last Backward"


def test_undo_shows_the_gradient_before(ledger: GradientPlot, engine: Engine) -> None:
    once = done(engine, begin(), FORWARD, BACKWARD)
    twice = done(engine, once, FORWARD, BACKWARD)
    ledger.display(twice)
    ledger.display(twice.undo())
    ledger.display(twice.undo().undo())
    assert numbers(ledger.stacks.stored.y0) == stored_of(once.current)
    assert len(slabs(ledger)) == 4
    ledger.display(twice.at(0))
    assert not slabs(ledger)


def test_crowded_nones_are_said_once_a_tensor(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    plot.display(done(engine, begin(), Resize(Axis.INPUTS, 20)))
    assert [label.text for label in plot.labels.shown] == ["W.grad: None", "b.grad: None"]


def test_names_under_the_bars_have_room(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    for size in (3, 30):
        plot.display(done(engine, begin(), Resize(Axis.INPUTS, size)))
        ticks = plot.x_axis._tickLevels[0]
        assert ticks[0] == (0, "W[0, 0]")
        for row in (ticks[::2], ticks[1::2]):
            assert len({name.count("\n") for _, name in row}) == 1
            places = [pixel(plot, index, 0).x() for index, _ in row]
            assert min(np.diff(places)) >= plot.labels.width("W[10, 0]")


def test_what_is_not_finite_is_a_gap_and_a_note(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    history = begin_with(W_grad=frozen([[NAN], [INF], [-2.0]]), b_grad=frozen([-INF]))
    plot.display(history)
    assert numbers(plot.stacks.stored.y0) == [-2]
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


def test_a_number_stands_clear_of_slabs_that_go_a_little_further(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 6))
    label = next(label for label in ledger.labels.shown if label.text == "-0.3170")
    starts = [start + height for item in ledger.stacks.slabs.old for start, height in _ends(item)]
    assert label.y > pixel(ledger, 3, min(starts)).y() > pixel(ledger, 3, -0.317).y()
    assert label.y - pixel(ledger, 3, -0.317).y() < 3 * ledger.labels.height


def _ends(item: Any) -> list[tuple[float, float]]:
    return list(zip(numbers(item.y0), numbers(item.height), strict=True))


def test_what_overflows_is_drawn_without_a_warning(ledger: GradientPlot, engine: Engine) -> None:
    history = begin_with(
        x=frozen(np.full((4, 1), 3e38)), y_true=frozen(np.full((4, 1), 50)), W=frozen([[0]]), b=frozen([0])
    )
    history = after_edit(history, Configure("part", 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        for task in (FORWARD, BACKWARD) * 4:
            history = done(engine, history, task)
            ledger.display(history)
            ledger.grab()
    assert history.current.W_grad is not None
    assert not np.isfinite(history.current.W_grad).all()
    assert ledger.note.text() == "nan/inf not drawn"
    assert not re.search("nan|inf|off|Off|ifference", ledger.story.text())


def test_what_is_hollow_has_no_filling(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 6)
    ledger.display(history)
    shown = [item for item in ledger.stacks.slabs.old if item.is_visible]
    assert len(shown) == 6
    for item in (*shown, ledger.stacks.incoming):
        assert item.brush.style() is Qt.BrushStyle.NoBrush
        assert item.pen.style() is Qt.PenStyle.DashLine
    ledger._choose(2)
    assert ledger.stacks.slabs.chosen.brush.style() is Qt.BrushStyle.NoBrush


@pytest.mark.parametrize("size", [(415, 250), (440, 260), (900, 500)])
def test_a_slab_keeps_its_size_from_the_first_backward_to_the_third(
    ledger: GradientPlot, engine: Engine, size: tuple[int, int]
) -> None:
    ledger.resize(*size)
    history = begin()
    ledger.display(history)
    QApplication.processEvents()
    seen = set()
    for _ in range(3):
        for task in (FORWARD, BACKWARD):
            history = done(engine, history, task)
            ledger.display(history)
            QApplication.processEvents()
        first = history.current.deposits[0].b_grad
        assert first is not None
        seen.add((pixel(ledger, 3, 0).y(), pixel(ledger, 3, float(first[0])).y()))
    assert len(seen) == 1
    (zero, end) = seen.pop()
    assert end - zero > ledger.view_box.height() / 4


def test_the_first_gradients_are_looked_at_and_not_the_axis_of_nothing(ledger: GradientPlot, engine: Engine) -> None:
    history = begin_with(y_true=frozen([[0.4]]), W=frozen(np.zeros((3, 1))), b=frozen([0]))
    ledger.display(history)
    ledger.display(done(engine, history, FORWARD, BACKWARD))
    low, high = ledger.view_box.viewRange()[1]
    assert high - low < 12 * max(np.abs(stored_of(done(engine, history, FORWARD, BACKWARD).current)))


def test_forgetting_is_readable_at_the_size_it_has_in_a_small_window(ledger: GradientPlot, engine: Engine) -> None:
    ledger.resize(415, 250)
    history = done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 6)
    ledger.display(history)
    QApplication.processEvents()
    said = texts(ledger)
    for incoming in incoming_of(history.current):
        assert f"⇅ {incoming:.4f}" in said
    for stored in stored_of(history.current):
        assert f"{stored:.4f}" in said
    of_b = [label.text for label in ledger.labels.shown if pixel(ledger, 2.5, 0).x() < label.x]
    assert {"1", "2", "3", "4", "5", "6"} <= set(of_b)


def test_no_label_is_crossed_by_a_stored_line_or_cut(ledger: GradientPlot, engine: Engine) -> None:
    ledger.resize(415, 250)
    for history in (
        done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 6),
        done(engine, begin(), *(FORWARD, BACKWARD) * 3),
        done(engine, begin("layer_4x2"), *(FORWARD, BACKWARD, UPDATE) * 4),
        done(engine, after_edit(begin("or_gate"), Configure("part", 1)), *(FORWARD, BACKWARD) * 4),
    ):
        ledger.display(history)
        QApplication.processEvents()
        QApplication.processEvents()
        stored = ledger.stacks.stored
        for label in ledger.labels.shown:
            box = _box(label, ledger.labels)
            assert box.left() >= -1
            assert box.right() <= ledger.view_box.width() + 1
            if label.text.isdigit():
                for left, width, y in zip(stored.x0, stored.width, stored.y0, strict=True):
                    start, end = pixel(ledger, left, y), pixel(ledger, left + width, y)
                    is_crossed = box.top() + 3 < start.y() < box.bottom() - 2
                    assert not (is_crossed and box.right() > start.x() and box.left() < end.x()), label


def test_ten_parameters_have_their_names_in_a_small_window(ledger: GradientPlot, engine: Engine) -> None:
    ledger.resize(415, 250)
    ledger.display(done(engine, begin("layer_4x2"), *(FORWARD, BACKWARD) * 3))
    QApplication.processEvents()
    names = [name.strip() for _, name in ledger.x_axis._tickLevels[0]]
    assert names == [f"W[{row}, {column}]" for row in range(4) for column in range(2)] + ["b[0]", "b[1]"]
    two_rows = ledger.x_axis.height()
    ledger.display(done(engine, begin(), FORWARD, BACKWARD))
    QApplication.processEvents()
    assert ledger.x_axis.height() == pytest.approx(two_rows - ledger.labels.height)
