"""The path of the updates, that of the twin, and the arrows: what they hold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from perceptron_gui.core.actions import (
    STEP,
    AssignElements,
    Configure,
    Edit,
    Operation,
    Randomize,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Comparison, Twin
from perceptron_gui.core.snapshot import Element, Snapshot, frozen
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.contours.descent import moves_of
from perceptron_gui.ui.plots.contours.trail import MOST_POINTS, Trail, TrailReading
from tests.core.play import after
from tests.strategies import briefly, learning_rates, snapshots
from tests.ui.plots.conftest import Show
from tests.ui.plots.contour_hands import ONE_NUMBER, W00, W10, answered, drawn, labels
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    UPDATE,
    ZERO_GRAD,
    after_edit,
    begin,
    done,
    numbers,
    pixel,
    turn_wheel,
    view,
)


@pytest.fixture
def plot(show: Show, engine: Engine) -> ContourPlot:
    """A contour whose questions are answered at once."""
    return answered(show(ContourPlot), engine)


def trail_of(history: History, across: Element = W00, down: Element | None = W10) -> Trail:
    return TrailReading().follow(history, across, down)


def test_the_path_is_where_w_stood_after_each_update(plot: ContourPlot, engine: Engine) -> None:
    history, path = begin("layer_4x2"), [(0.4, -0.2)]
    for _ in range(8):
        history = done(engine, history, *STEP)
        W = history.current.W
        path.append((float(W[0, 0]), float(W[1, 0])))
        plot.display(history)
    assert np.allclose(drawn(plot), path)
    assert numbers(plot.run.dots.getData()) == numbers(np.transpose(path).astype(np.float32))
    assert np.allclose(np.ravel(plot.run.mark.getData()), path[-1])
    assert np.allclose(np.ravel(plot.start.getData()), path[0])
    assert "start" in labels(plot)


def test_an_edit_is_no_update_so_the_line_has_a_gap(engine: Engine) -> None:
    history = done(engine, begin(), *STEP * 2)
    history = after_edit(history, AssignElements(((W00, 1.0),)))
    history = done(engine, history, *STEP)
    trail = trail_of(history)
    assert trail.joined.tolist() == [False, True, True, False, True]
    assert trail.updates.tolist() == [0, 1, 2, 2, 3]
    assert trail.places[3, 0] == 1


@st.composite
def roads(draw: st.DrawFn) -> list[Operation | Edit | str]:
    """Draw presses, edits, new tensors, and ways back and forth."""
    one = st.sampled_from([*STEP, *STEP, "undo", "undo", "redo", "randomize"])
    edit = st.floats(-2, 2, width=32).map(lambda value: AssignElements(((W00, value),)))
    return draw(st.lists(st.one_of(one, one, edit), max_size=30))


@briefly
@given(roads())
def test_a_path_that_is_carried_on_is_the_one_read_at_once(road: list[Operation | Edit | str]) -> None:
    engine, reading, history = Engine(), TrailReading(), begin()
    for step in road:
        match step:
            case "undo":
                history = history.undo()
            case "redo":
                history = history.redo()
            case "randomize":
                history = done(engine, history, Randomize())
            case Operation():
                history = done(engine, history, step)
            case AssignElements():
                history = after_edit(history, step)
        for down in (W10, None):
            here = TrailReading().follow(history, W00, down)
            carried = reading.follow(history, W00, down) if down is W10 else here
            assert carried.is_same_as(trail_of(history, W00, down))
    entries = history.segment
    moved = [
        later.snapshot
        for before, later in pairwise(entries)
        if later.snapshot.W is not before.snapshot.W or later.snapshot.b is not before.snapshot.b
    ]
    expected = [(snapshot.W[0, 0], snapshot.W[1, 0]) for snapshot in (entries[0].snapshot, *moved)]
    assert numbers(trail_of(history).places) == numbers(np.array(expected, np.float64))


def test_of_a_long_path_the_last_points_are_drawn_and_that_is_said(plot: ContourPlot) -> None:
    history = begin()
    for count in range(MOST_POINTS + 500):
        W = frozen([[count / 1000], [0.0], [0.0]])
        history = history.push(UPDATE, replace(history.current, W=W), "cpu")
    plot.display(history)
    assert len(drawn(plot)) == MOST_POINTS
    assert drawn(plot)[-1][0] == pytest.approx((MOST_POINTS + 499) / 1000)
    assert f"the last {MOST_POINTS} points of the path" in plot.note.text()
    assert not len(plot.start.getData()[0])


@briefly
@given(snapshots(), learning_rates)
def test_the_thin_arrow_ends_where_the_next_update_leads(start: Snapshot, lr: float) -> None:
    before = after(start, Configure("lr", lr), FORWARD, BACKWARD, FORWARD, BACKWARD)
    elements = (W00, Element("b", 0, start.k - 1))
    landing = moves_of(before, *elements).landing
    assert landing is not None
    updated = after(before, UPDATE)
    there = frozen([updated.W[0, 0], updated.b[-1]])
    assert np.array_equal(np.array(landing, np.float32), there, equal_nan=True)
    incoming = moves_of(before, *elements).incoming
    last = before.deposits[-1]
    assert last.W_grad is not None
    assert last.b_grad is not None
    assert incoming == (-last.W_grad[0, 0], -last.b_grad[-1])


def test_an_arrow_is_drawn_to_its_scale(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("notebook_half"), *(FORWARD, BACKWARD, UPDATE) * 5, FORWARD, BACKWARD)
    plot.display(history)
    snapshot = history.current
    assert snapshot.W_grad is not None
    assert snapshot.deposits[-1].W_grad is not None
    present = pixel(plot, snapshot.W[0, 0], snapshot.W[1, 0])
    unit = (view(plot)[1] - view(plot)[0]) / plot.view_box.width()
    for arrow, name, grad in (
        (plot.arrows.stored, "−lr · stored", snapshot.W_grad),
        (plot.arrows.incoming, "−incoming", snapshot.deposits[-1].W_grad),
    ):
        said = next(text for text in labels(plot) if text.startswith(name))
        scale = float(said.partition("×")[2] or 1)
        assert arrow.ends is not None
        (x, y), (to_x, to_y) = arrow.ends
        assert (to_x - x) * unit / scale == pytest.approx(-grad[0, 0], rel=1e-4)
        assert (y - to_y) * unit / scale == pytest.approx(-grad[1, 0], rel=1e-4)
        assert np.hypot(to_x - x, to_y - y) >= 20
        assert (present.x(), present.y()) == pytest.approx((x, y))
    assert snapshot.W_grad[0, 0] * snapshot.deposits[-1].W_grad[0, 0] < 0


def test_there_is_no_arrow_where_there_is_no_gradient(plot: ContourPlot, engine: Engine) -> None:
    arrows = (plot.arrows.stored, plot.arrows.incoming)
    history = begin()
    expected = {FORWARD: (False, False), BACKWARD: (True, True), UPDATE: (True, True), ZERO_GRAD: (False, False)}
    for task in STEP:
        history = done(engine, history, task)
        plot.display(history)
        assert tuple(arrow.ends is not None for arrow in arrows) == expected[task]
        assert tuple(arrow.shaft.isVisible() for arrow in arrows) == expected[task]
    assert not any(text.startswith("−") for text in labels(plot))


def test_the_wide_arrow_ends_inside_of_the_view(plot: ContourPlot, engine: Engine) -> None:
    plot.display(done(engine, after_edit(begin("or_gate"), Configure("lr", 1e-3)), FORWARD, BACKWARD))
    for _ in range(6):
        # pyqtgraph zooms around the place that it painted there last.
        plot.grab()
        turn_wheel(plot, 1)
    said = next(text for text in labels(plot) if text.startswith("−incoming"))
    assert float(said.partition("×")[2]) < 1
    assert plot.arrows.incoming.ends is not None
    assert plot.view_box.boundingRect().contains(QPointF(*plot.arrows.incoming.ends[1]))


def test_the_path_of_the_twin_is_another_line_with_another_symbol(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("twin_half"), *STEP * 6, FORWARD)
    plot.display(history)
    twin = engine.answer(Comparison(history.compared), "cpu")
    assert isinstance(twin, Twin)
    x, y = plot.twin.line.getData()
    assert numbers(x) == numbers(twin.path.W[:, 0, 0])
    assert numbers(y) == numbers(twin.path.W[:, 1, 0])
    assert len(x) == 7
    run, other = plot.run, plot.twin
    assert run.line.opts["pen"].color() != other.line.opts["pen"].color()
    assert run.line.opts["pen"].style() != other.line.opts["pen"].style()
    assert run.dots.opts["symbol"] != other.dots.opts["symbol"]
    assert plot.legend.isVisible()
    assert plot.legend.texts == ("this run", "twin: never Zero grad")
    left, right, bottom, top = view(plot)
    assert left < min(x) < max(x) < right
    assert bottom < min(y) < max(y) < top
    said = plot.hover_text(pixel(plot, x[-1], y[-1])).split("\n")
    assert said[0] == "the twin after 6 updates"
    assert said[1] == f"W[0, 0] = {full_text(x[-1])}, W[1, 0] = {full_text(y[-1])}"
    plot.display(after_edit(history, Configure("twin", value=False)))
    assert not plot.legend.isVisible()
    assert not len(other.line.getData()[0] if other.line.getData()[0] is not None else ())


def test_a_twin_that_zeroes_is_said_to(plot: ContourPlot, engine: Engine) -> None:
    plot.display(done(engine, begin("twin_half"), *(FORWARD, BACKWARD, UPDATE) * 4, FORWARD))
    assert plot.legend.texts == ("this run", "twin: always Zero grad")


def test_over_one_parameter_the_twin_stands_at_its_losses(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, after_edit(ONE_NUMBER, Configure("twin", value=True)), *STEP * 4, FORWARD)
    plot.display(history)
    twin = engine.answer(Comparison(history.compared), "cpu")
    assert isinstance(twin, Twin)
    x, y = plot.twin.line.getData()
    assert numbers(x) == numbers(twin.path.W[:, 0, 0])
    assert numbers(y) == numbers(twin.losses)
