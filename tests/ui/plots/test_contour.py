"""The surface and the curve, against plain PyTorch, and when they are asked for."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import (
    STEP,
    Assign,
    AssignElements,
    Axis,
    Configure,
    Edit,
    Gesture,
    MarkRows,
    Resize,
)
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Comparison, Landscape, Question
from perceptron_gui.core.snapshot import Reduction, TensorName, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.contours import words as contour_words
from perceptron_gui.ui.plots.contours.descent import moves_of
from perceptron_gui.ui.plots.contours.surface_asking import FEWEST_PLACES, MOST_PLACES, SurfaceAsking, places_for
from tests.core.derivations import play
from tests.ui.plots.conftest import Show
from tests.ui.plots.contour_hands import B0, ONE_NUMBER, W00, W10, answered, chosen, drawn, labels, loss_at
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    UPDATE,
    Rows,
    after_edit,
    begin,
    begin_with,
    done,
    pixel,
    turn_wheel,
    view,
)


@pytest.fixture
def plot(show: Show, engine: Engine) -> ContourPlot:
    """A contour whose questions are answered at once."""
    return answered(show(ContourPlot), engine)


@pytest.fixture
def asked(show: Show) -> tuple[ContourPlot, list[Question]]:
    """A contour whose questions nobody answers."""
    plot = show(ContourPlot)
    questions: list[Question] = []
    plot.question_raised.connect(questions.append)
    return plot, questions


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_on_every_line_the_loss_is_what_stands_on_it(plot: ContourPlot, engine: Engine, preset: str) -> None:
    history = done(engine, begin(preset), *STEP * 3, FORWARD, BACKWARD)
    plot.display(history)
    assert 3 <= len(plot.bands.levels) <= 11
    losses = plot.surface.losses
    error = 0.01 * float(losses.max() - losses.min())
    for level, lines in zip(plot.bands.levels, plot.bands.lines, strict=True):
        assert lines
        for x, y in np.concatenate(lines)[::7]:
            assert loss_at(history.current, {W00: x, W10: y}) == pytest.approx(level, rel=0, abs=error)
    written = set(labels(plot)) - {"start"}
    assert {plot.bands.text(level) for level in plot.bands.levels} & written


def test_every_place_lies_in_the_band_of_its_loss(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("or_gate"), *STEP * 3)
    plot.display(history)
    edges = [-1.0, *plot.bands.levels, 10.0]
    left, right, bottom, top = view(plot)
    box = plot.view_box.boundingRect()
    seen = set()
    for across in np.linspace(0.05, 0.95, 12):
        for down in np.linspace(0.05, 0.95, 12):
            loss = loss_at(history.current, {W00: left + across * (right - left), W10: top - down * (top - bottom)})
            place = QPointF(across * box.width(), down * box.height())
            found = [index for index, item in enumerate(plot.bands.fill_items) if item.path().contains(place)]
            assert len(found) == 1
            assert edges[found[0]] - 0.02 <= loss <= edges[found[0] + 1] + 0.02
            seen.add(found[0])
    assert len(seen) > 3


def test_lower_bands_have_a_deeper_colour_light_and_dark(plot: ContourPlot) -> None:
    plot.display(begin("or_gate"))
    for colors, direction in ((theme.LIGHT, 1), (theme.DARK, -1)):
        plot.set_colors(colors)
        fills = [item.brush().color().lightness() for item in plot.bands.fill_items[: len(plot.bands.levels) + 1]]
        assert sorted(fills, reverse=direction < 0) == fills
        assert len(set(fills)) == len(fills)


def test_both_axes_have_one_scale(plot: ContourPlot, engine: Engine) -> None:
    plot.display(done(engine, begin("or_gate"), *STEP * 30))
    for size in ((330, 260), (900, 400)):
        plot.resize(*size)
        QApplication.processEvents()
        left, right, bottom, top = view(plot)
        box = plot.view_box.boundingRect()
        assert (right - left) / box.width() == pytest.approx((top - bottom) / box.height(), rel=0.01)


def test_the_grid_covers_the_view_and_holds_the_present_point(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin(), *STEP, FORWARD)
    plot.display(history)
    found, forward = plot.surface.found, history.current.forward
    assert found is not None
    assert forward is not None
    left, right, bottom, top = view(plot)
    assert [found.first[0], found.first[-1]] == pytest.approx([left, right])
    assert [found.second[0], found.second[-1]] == pytest.approx([bottom, top])
    assert len(found.first) == len(found.second) == MOST_PLACES + 1
    assert plot.surface.at_present() == pytest.approx(float(forward.loss), rel=1e-5)


def test_what_the_loss_depends_on_asks_anew_and_nothing_else_does(
    asked: tuple[ContourPlot, list[Question]], engine: Engine
) -> None:
    plot, questions = asked
    # With a small lr the view stays.
    history = after_edit(begin("or_gate"), Configure("lr", 0.01))
    plot.display(history)
    plot.display(history)
    assert len(questions) == 1
    for task in (FORWARD, BACKWARD):
        history = done(engine, history, task)
        plot.display(history)
    plot.display(after_edit(history, Configure("retain_graph", value=True)))
    assert len([each for each in questions if isinstance(each, Landscape)]) == 1
    changes: list[Edit] = [
        Assign(name, 0, 0, frozen([[0.125]]), Gesture.TYPE) for name in (TensorName.X, TensorName.Y_TRUE, TensorName.W)
    ]
    changes += [AssignElements(((B0, 0.5),)), MarkRows((0, 2)), Configure("reduction", Reduction.MEAN)]
    for count, change in enumerate(changes, 2):
        history = after_edit(history, change)
        plot.display(history)
        assert len(questions) == count
        question = questions[-1]
        assert isinstance(question, Landscape)
        assert question.snapshot is history.current
    history = done(engine, history, UPDATE)
    plot.display(history)
    assert len(questions) == len(changes) + 2


def test_an_old_surface_is_marked_until_the_answer_comes(
    asked: tuple[ContourPlot, list[Question]], engine: Engine, qtbot: QtBot
) -> None:
    plot, questions = asked
    history = begin("or_gate")
    plot.display(history)
    plot.take_answer(questions[0], engine.answer(questions[0], "cpu"))
    assert plot.is_fresh
    fresh = [item.brush().color() for item in plot.bands.fill_items]
    assert plot.bands.line_item.pen().style() is Qt.PenStyle.SolidLine
    history = done(engine, history, *STEP)
    plot.display(history)
    assert not plot.is_fresh
    # The screen keeps the whole picture of before, for a moment.
    assert not plot.plot_widget.updatesEnabled()
    qtbot.waitUntil(plot.plot_widget.updatesEnabled)
    assert [item.brush().color() for item in plot.bands.fill_items] != fresh
    assert plot.bands.line_item.pen().style() is Qt.PenStyle.DotLine
    assert not {plot.bands.text(level) for level in plot.bands.levels} & set(labels(plot))
    assert "nearest grid point" not in plot.hover_text(QPointF(100, 50))
    # The answer to an older question is none to this one.
    plot.take_answer(questions[0], engine.answer(questions[0], "cpu"))
    assert not plot.is_fresh
    plot.take_answer(questions[-1], engine.answer(questions[-1], "cpu"))
    assert plot.is_fresh
    assert plot.bands.line_item.pen().style() is Qt.PenStyle.SolidLine


def test_the_screen_is_held_no_longer_than_until_the_answer(
    asked: tuple[ContourPlot, list[Question]], engine: Engine
) -> None:
    plot, questions = asked
    history = begin("or_gate")
    for shown in (history, done(engine, history, *STEP)):
        plot.display(shown)
        plot.take_answer(questions[-1], engine.answer(questions[-1], "cpu"))
        assert plot.plot_widget.updatesEnabled()


def test_without_an_answer_there_is_no_surface_and_a_note(asked: tuple[ContourPlot, list[Question]]) -> None:
    plot, questions = asked
    plot.display(begin("or_gate"))
    plot.take_answer(questions[0], None)
    assert plot.bands.levels == ()
    assert all(item.path().isEmpty() for item in plot.bands.fill_items)
    assert "the surface could not be computed" in plot.note.text()
    assert len(questions) == 1


def test_a_hidden_contour_asks_nothing_and_keeps_nothing(
    asked: tuple[ContourPlot, list[Question]], engine: Engine
) -> None:
    plot, questions = asked
    plot.display(begin("twin_half"))
    assert [type(question) for question in questions] == [Landscape, Comparison]
    plot.hide()
    plot.display(done(engine, begin("twin_half"), *STEP))
    assert len(questions) == 2
    assert plot.surface.found is None
    plot.show()
    assert [type(question) for question in questions[2:]] == [Landscape, Comparison]


def test_a_view_that_has_settled_is_asked_for(plot: ContourPlot, qtbot: QtBot) -> None:
    plot.display(begin("or_gate"))
    before = plot.surface.found
    turn_wheel(plot, 3)
    assert plot.surface.found is before
    qtbot.waitUntil(lambda: plot.surface.found is not before)
    found = plot.surface.found
    assert found is not None
    left, right, bottom, top = view(plot)
    assert [found.first[0], found.first[-1]] == pytest.approx([left, right])
    assert [found.second[0], found.second[-1]] == pytest.approx([bottom, top])


def test_of_one_number_it_is_a_curve(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, ONE_NUMBER, *STEP * 3, FORWARD, BACKWARD)
    plot.display(history)
    assert plot.pair.down_box.isHidden()
    assert plot.bands.levels == ()
    x, y = plot.curve.getData()
    left, right, *_ = view(plot)
    assert (x[0], x[-1]) == pytest.approx((left, right))
    for place, loss in list(zip(x, y, strict=True))[::20]:
        assert loss == pytest.approx(loss_at(history.current, {W00: place}), abs=1e-6)
    forwards = [entry.snapshot.forward for entry in history.segment if entry.action is FORWARD]
    path = [(float(forward.W[0, 0]), float(forward.loss)) for forward in forwards if forward is not None]
    assert np.allclose(drawn(plot), path, rtol=1e-5)
    snapshot = history.current
    assert plot.arrows.stored.ends is not None
    (start, at), (end, height) = plot.arrows.stored.ends
    assert at == height
    assert end > start
    assert snapshot.W_grad is not None
    assert snapshot.W_grad[0, 0] < 0


def test_losses_of_parts_are_no_heights_beside_the_loss_of_all_rows(plot: ContourPlot, engine: Engine) -> None:
    history = begin_with(
        x=frozen([[0.7], [-1.0], [2.0]]), y_true=frozen([[1], [0], [1]]), W=frozen([[-2]]), b=frozen([0.5])
    )
    history = done(engine, after_edit(history, Configure("part", 1)), *STEP * 3, FORWARD)
    plot.display(history)
    heights = plot._drawn_trail().places[:, 1]
    assert np.isnan(heights[:-1]).all()
    assert heights[-1] == pytest.approx(loss_at(history.current, {}))
    assert len(heights) == 4


def test_of_the_present_point_it_is_said_whose_loss_it_is(plot: ContourPlot, engine: Engine) -> None:
    whole = done(engine, begin("or_gate"), FORWARD)
    plot.display(whole)
    loss = whole.current.forward
    assert loss is not None
    told = contour_words.of_present(None, moves_of(whole.current, W00, W10), whole.current)
    assert told[0] == f"loss = {full_text(float(loss.loss))}"
    history = done(engine, after_edit(begin("or_gate"), Configure("part", 3)), FORWARD)
    plot.display(history)
    now = history.current
    assert now.forward is not None
    told = plot.hover_text(pixel(plot, now.W[0, 0], now.W[1, 0])).split("\n")
    assert f"loss of x[[0, 1, 2]] = {full_text(float(now.forward.loss))}" in told
    assert f"loss here, read off the surface: {loss_at(now, {}):.4g}" in told


def test_arrows_of_an_old_gradient_are_dotted(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    for shown, style in (
        (history, Qt.PenStyle.SolidLine),
        (after_edit(history, AssignElements(((W00, 3.0),))), Qt.PenStyle.DotLine),
        (history, Qt.PenStyle.SolidLine),
    ):
        plot.display(shown)
        assert [arrow.shaft.pen().style() for arrow in (plot.arrows.stored, plot.arrows.incoming)] == [style] * 2


def test_a_layer_that_grows_turns_the_curve_into_a_surface(plot: ContourPlot, engine: Engine) -> None:
    plot.display(ONE_NUMBER)
    plot.display(done(engine, ONE_NUMBER, Resize(Axis.OUTPUTS, 2)))
    assert chosen(plot) == ("W[0, 0]", "b[0]")
    assert plot.pair.down_box.isVisible()
    assert not len(plot.curve.xData)
    assert plot.bands.levels
    plot.display(ONE_NUMBER)
    assert plot.pair.down_box.isHidden()
    assert all(item.path().isEmpty() for item in plot.bands.fill_items)


def test_it_says_that_it_is_a_slice_and_of_which_rows(plot: ContourPlot) -> None:
    plot.display(ONE_NUMBER)
    assert plot.note.text() == "all other parameters as they are now"
    plot.display(begin("or_gate"))
    assert plot.note.text() == "all other parameters as they are now · darker: lower"
    plot.set_colors(theme.DARK)
    assert plot.note.text() == "all other parameters as they are now · lighter: lower"
    assert "other slices" in plot.note.toolTip()
    plot.display(after_edit(begin("or_gate"), MarkRows((0, 2))))
    assert plot.note.text() == "loss of x[[0, 2]] · all other parameters as they are now · lighter: lower"


def test_of_a_batch_in_parts_it_is_the_loss_of_all_rows(plot: ContourPlot, engine: Engine) -> None:
    history = begin("or_gate")
    for reduction in Reduction:
        history = after_edit(begin("or_gate"), Configure("reduction", reduction))
        history = after_edit(history, Configure("part", 1))
        plot.display(history)
        count = 1 if reduction is Reduction.SUM else 4
        for _ in range(4):
            history = done(engine, history, FORWARD, BACKWARD)
            plot.display(history)
            assert plot.note.text() == "loss of all rows · all other parameters as they are now · darker: lower"
            here = plot.surface.at_present()
            assert here == pytest.approx(loss_at(history.current, {}) / count, rel=1e-5)
            assert plot.bands.levels
    plot.display(after_edit(history, Configure("part", 0)))
    assert "rows" not in plot.note.text()


def test_heights_do_not_pile_up(plot: ContourPlot, engine: Engine) -> None:
    plot.display(done(engine, begin("or_gate"), *STEP * 30))
    heights = [label for label in plot.labels.shown if label.text in map(plot.bands.text, plot.bands.levels)]
    assert len(heights) >= 3
    for first, second in combinations(heights, 2):
        widths = (plot.labels.width(first.text) + plot.labels.width(second.text)) / 2
        assert abs(first.x - second.x) >= widths + 25 or abs(first.y - second.y) >= 25


def test_where_the_loss_is_flat_there_are_no_lines_and_a_note(plot: ContourPlot) -> None:
    plot.display(begin_with(x=frozen([[0, 0, 1]]), W=frozen([[1], [1], [0]])))
    assert plot.bands.levels == ()
    assert "the loss is flat here" in plot.note.text()


def test_what_is_not_finite_is_left_out_and_said(plot: ContourPlot) -> None:
    cases: tuple[Rows, ...] = ([[NAN], [INF], [0]], [[0], [0], [NAN]], [[3e38], [-3e38], [3e38]])
    for W in cases:
        plot.display(begin_with(W=frozen(W), b=frozen([3e38])))
        plot.grab()
    plot.display(begin_with(W=frozen(cases[1])))
    assert "nan/inf not drawn" in plot.note.text()


@pytest.mark.parametrize(("samples", "most"), [(1, 41), (4, 41), (2_000, 41), (60_000, 41), (200_000, 41)])
def test_the_grid_is_bounded_by_the_number_of_samples(samples: int, most: int) -> None:
    count = places_for(samples, is_curve=False)
    assert FEWEST_PLACES <= count <= most
    assert count**2 * samples <= 2**24
    assert places_for(samples, is_curve=True) * samples <= 2**24


def test_too_many_samples_are_too_many_and_that_is_said(asked: tuple[ContourPlot, list[Question]]) -> None:
    plot, questions = asked
    plot.display(begin_with(x=frozen(np.zeros((400_000, 3))), y_true=frozen(np.zeros((400_000, 1)))))
    assert places_for(400_000, is_curve=False) == 0
    assert questions == []
    assert "too many samples for a surface: mark some rows" in plot.note.text()


def test_a_gradient_that_a_refused_backward_did_not_reach_is_not_said_to_be_old() -> None:
    edit = Assign(TensorName.X, 0, 0, frozen([[0.5]]), Gesture.TYPE)
    snapshot = play(PRESETS["notebook"], FORWARD, edit, BACKWARD, FORWARD, BACKWARD).current
    for axes, is_old in (((W00, W10), False), ((W00, B0), True)):
        told = contour_words.of_present(None, moves_of(snapshot, *axes), snapshot)
        assert any("Changed since: x" in line for line in told) is is_old


def test_places_at_both_ends_of_float32_are_looked_for_without_a_warning() -> None:
    largest = float(np.finfo(np.float32).max)
    surface = SurfaceAsking()
    ends = frozen([-largest, largest])
    surface.found, surface.losses = Landscape(PRESETS["notebook"], W00, W10, ends, ends), frozen([[0, 1], [2, 3]])
    assert surface.nearest(np.float32(largest), np.float32(-largest)) == (largest, -largest, 1.0)  # type: ignore[arg-type]
