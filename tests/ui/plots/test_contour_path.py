"""The path of the updates, that of the twin, and the arrows: what they hold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
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
    Start,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Comparison, Twin
from perceptron_gui.core.snapshot import Element, Snapshot, frozen
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.contours.descent import moves_of
from perceptron_gui.ui.plots.contours.trail import MOST_POINTS, Trail, TrailReading, value
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
    found = moves_of(before, *elements)
    last = before.deposits[-1]
    step = torch.tensor([last.W_grad[0, 0], last.b_grad[-1]]) * lr  # type: ignore[index]
    place = torch.tensor([before.W[0, 0], before.b[-1]])
    for move, expected in ((found.incoming, -step), (found.incoming_landing, place - step)):
        assert np.array_equal(np.array(move, np.float32), expected.numpy(), equal_nan=True)


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
        (plot.arrows.incoming, "−lr · incoming", snapshot.deposits[-1].W_grad),
    ):
        assert name in labels(plot)
        assert arrow.ends is not None
        (x, y), (to_x, to_y) = arrow.ends
        assert (to_x - x) * unit == pytest.approx(-grad[0, 0], rel=1e-4)
        assert (y - to_y) * unit == pytest.approx(-grad[1, 0], rel=1e-4)
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


def lengths(plot: ContourPlot) -> list[float]:
    ends = [arrow.ends for arrow in (plot.arrows.stored, plot.arrows.incoming)]
    return [float(np.hypot(*np.subtract(*end))) if end is not None else 0.0 for end in ends]


@pytest.mark.parametrize("lr", [1e-2, 1e-3, 1e-6])
def test_short_arrows_are_both_enlarged_by_the_same(plot: ContourPlot, engine: Engine, lr: float) -> None:
    history = after_edit(begin("or_gate"), Configure("lr", lr))
    history = done(engine, history, *(FORWARD, BACKWARD) * 2)
    plot.display(history)
    said = next(text for text in labels(plot) if text.startswith("−lr · stored"))
    scale = float(said.removeprefix("−lr · stored (both × ").removesuffix(")"))
    assert "−lr · incoming" in labels(plot)
    unit = (view(plot)[1] - view(plot)[0]) / plot.view_box.width()
    gradients = [history.current.W_grad, history.current.deposits[-1].W_grad]
    for length, grad in zip(lengths(plot), gradients, strict=True):
        assert grad is not None
        assert length * unit / scale == pytest.approx(lr * np.hypot(*grad[:2, 0]), rel=1e-3)
    assert 22 <= lengths(plot)[0] <= 55
    assert lengths(plot)[0] / scale <= 12


def test_what_can_be_seen_is_not_enlarged(plot: ContourPlot, engine: Engine) -> None:
    plot.display(done(engine, after_edit(begin("or_gate"), Configure("lr", 0.5)), FORWARD, BACKWARD))
    assert lengths(plot)[0] > 12
    assert not any("×" in text for text in labels(plot))
    for _ in range(20):
        # pyqtgraph zooms around the place that it painted there last.
        plot.grab()
        turn_wheel(plot, -1)
    assert any("(both ×" in text for text in labels(plot))


def test_both_arrows_end_inside_of_the_view(plot: ContourPlot, engine: Engine) -> None:
    for lr in (1.0, 0.02, 1e-4):
        plot.display(done(engine, after_edit(begin("or_gate"), Configure("lr", lr)), *STEP[:3] * 2, FORWARD, BACKWARD))
        assert plot.arrows.stored.ends is not None
        for ends in (plot.arrows.stored.ends, plot.arrows.incoming.ends or plot.arrows.stored.ends):
            assert plot.view_box.boundingRect().contains(QPointF(*ends[1]))


@pytest.mark.parametrize("gather", [1, 3])
def test_neither_arrow_hides_the_other(plot: ContourPlot, engine: Engine, gather: int) -> None:
    history = done(engine, begin("or_gate"), *(FORWARD, BACKWARD) * gather)
    plot.display(history)
    wide, thin = plot.arrows.incoming.ends, plot.arrows.stored.ends
    assert wide is not None
    assert thin is not None
    aside, along = np.subtract(wide[0], thin[0]), np.subtract(thin[1], thin[0])
    assert np.hypot(*aside) == pytest.approx(10)
    assert aside @ along == pytest.approx(0, abs=1e-6)
    assert thin[0] == pytest.approx(np.ravel(plot._to_pixels(*plot.run.mark.getData())))
    assert np.subtract(wide[1], wide[0]) * gather == pytest.approx(along, rel=1e-5)


@briefly
@given(roads(), st.sampled_from([*STEP]))
def test_the_losses_of_the_path_are_those_of_the_forwards(road: list[Operation | Edit | str], last: Operation) -> None:
    engine, history = Engine(), begin()
    for step in (*road, last):
        if isinstance(step, Operation):
            history = done(engine, history, step)
        elif isinstance(step, AssignElements):
            history = after_edit(history, step)
    expected: list[float] = []
    here = None
    for entry in history.segment:
        snapshot = entry.snapshot
        if here is None or snapshot.W is not here.W or snapshot.b is not here.b:
            expected.append(float("nan"))
        here = snapshot
        if entry.action is FORWARD:
            W, b = torch.tensor(snapshot.W), torch.tensor(snapshot.b)
            y_pred = torch.sigmoid(torch.tensor(snapshot.x[0]) @ W + b)
            expected[-1] = float(((torch.tensor(snapshot.y_true[0]) - y_pred) ** 2).sum())
    assert np.array_equal(trail_of(history).losses, expected, equal_nan=True)


def test_new_tensors_of_another_size_are_where_the_path_begins(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin(), *STEP)
    for preset in ("or_gate", "layer_4x2"):
        history = history.push(Start(preset), begin(preset).current, "cpu")
        history = done(engine, history, *STEP * 2)
    plot.display(history)
    assert len(drawn(plot)) == 3
    plot.pair.across_box.element_chosen.emit(Element("W", 3, 1))
    place = (float(history.current.W[3, 1]), float(history.current.W[1, 0]))
    assert drawn(plot)[-1] == place
    assert len(drawn(plot)) == 3
    while history.index:
        history = history.undo()
        plot.display(history)
        assert drawn(plot)[-1:] == ([] if plot.pair.is_single else [where(plot, history.current)])
    while history.index < len(history.entries) - 1:
        history = history.redo()
        plot.display(history)
    assert len(drawn(plot)) == 3


def where(plot: ContourPlot, snapshot: Snapshot) -> tuple[float, float]:
    across, down = plot.pair.elements
    assert down is not None
    return value(across, snapshot.W, snapshot.b), value(down, snapshot.W, snapshot.b)


def test_a_twin_switched_off_while_hidden_is_gone(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("twin_half"), *STEP * 3)
    plot.display(history)
    assert len(plot.twin.line.getData()[0]) == 4
    plot.hide()
    off = after_edit(history, Configure("twin", value=False))
    plot.display(off)
    plot.show()
    assert plot.twin.line.getData()[0] is None or not len(plot.twin.line.getData()[0])
    assert not len(plot.twin.mark.getData()[0])
    assert "twin" not in plot.hover_text(pixel(plot, *np.ravel(plot.run.mark.getData())))
    assert len(drawn(plot)) == 4


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
    assert said[2] == f"loss of its last Forward at this count: {full_text(float(twin.losses[-1]))}"
    assert said[3] == "the heights drawn are not those of this point"
    assert "grid point" not in "".join(said)
    plot.display(after_edit(history, Configure("twin", value=False)))
    assert not plot.legend.isVisible()
    assert not len(other.line.getData()[0] if other.line.getData()[0] is not None else ())


def test_a_twin_that_zeroes_is_said_to(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("twin_half"), FORWARD, BACKWARD, UPDATE, FORWARD)
    plot.display(history)
    assert plot.legend.texts == ("this run", "twin")
    plot.display(done(engine, history, *(BACKWARD, UPDATE, FORWARD) * 4))
    assert plot.legend.texts == ("this run", "twin: always Zero grad")


def test_over_one_parameter_the_twin_stands_at_its_losses(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, after_edit(ONE_NUMBER, Configure("twin", value=True)), *STEP * 4, FORWARD)
    plot.display(history)
    twin = engine.answer(Comparison(history.compared), "cpu")
    assert isinstance(twin, Twin)
    x, y = plot.twin.line.getData()
    assert numbers(x) == numbers(twin.path.W[:, 0, 0])
    assert numbers(y) == numbers(twin.losses)
