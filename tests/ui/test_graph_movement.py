"""Forward lights the graph from the left, Backward from the right, and no press waits for it."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import Configure, Operation
from perceptron_gui.core.operations import Engine
from perceptron_gui.ui.graph.items import Light
from perceptron_gui.ui.graph.view import GraphView
from tests.ui.graph_scenes import Asker, is_moving, item, lights, new_view, pressed
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, after_edit, done

pytestmark = pytest.mark.usefixtures("asker")


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[GraphView]:
    view = new_view()
    qtbot.addWidget(view)
    yield view
    view.close()


@pytest.fixture
def asker(view: GraphView, engine: Engine) -> Asker:
    return Asker(view, engine)


def test_forward_lights_the_nodes_from_left_to_right(view: GraphView, engine: Engine, qtbot: QtBot) -> None:
    view.set_animated(True)
    pressed(view, engine, FORWARD)
    assert lights(view) == {Light.OFF}
    assert not item(view, "loss").shows_value
    qtbot.waitUntil(lambda: item(view, "W").light is Light.FORWARD)
    qtbot.waitUntil(lambda: item(view, "loss").light is Light.FORWARD)
    assert lights(view) == {Light.FORWARD}
    assert item(view, "loss").shows_value


@pytest.mark.parametrize(("phase", "first", "last"), [(FORWARD, "W", "loss"), (BACKWARD, "loss", "W")])
def test_halfway_one_end_is_lit_and_the_other_is_not(
    view: GraphView, engine: Engine, phase: Operation, first: str, last: str
) -> None:
    light = Light.FORWARD if phase is FORWARD else Light.BACKWARD
    pressed(view, engine, FORWARD, *([phase] if phase is BACKWARD else []))
    view.resize(2000, 400)
    order = sorted(view.canvas.nodes, key=lambda node: node.x(), reverse=light is Light.BACKWARD)
    counts = []
    for percent in range(0, 101, 5):
        view.canvas.move_to(light, percent / 100)
        lit = [node for node in order if node.light is light]
        assert lit == order[: len(lit)]
        counts.append(len(lit))
    assert (counts[0], counts[-1]) == (0, 9)
    view.canvas.move_to(light, 0.5)
    assert item(view, first).light is light
    assert item(view, last).light is not light
    assert item(view, last).shows_value == (phase is BACKWARD)
    assert item(view, last).shows_grad == (phase is FORWARD)


def test_the_next_press_ends_a_movement_at_once(view: GraphView, engine: Engine) -> None:
    view.set_animated(True)
    history = pressed(view, engine, FORWARD)
    assert view.movement.state() is view.movement.State.Running
    view.display(after_edit(history, Configure("lr", 0.5)))
    assert view.movement.state() is view.movement.State.Stopped
    assert lights(view) == {Light.FORWARD}
    assert all(node.shows_value for node in view.canvas.nodes)


def test_only_a_press_that_went_through_moves(view: GraphView, engine: Engine) -> None:
    view.set_animated(True)
    forward = pressed(view, engine, FORWARD)
    assert is_moving(view)
    backward = done(engine, forward, BACKWARD)
    view.display(backward)
    assert is_moving(view)
    view.display(backward.undo())
    assert not is_moving(view), "undo"
    view.display(backward)
    assert not is_moving(view), "redo"
    view.display(done(engine, backward, BACKWARD))
    assert not is_moving(view), "refused"
    view.display(done(engine, backward, UPDATE))
    assert not is_moving(view), "another phase"
    view.display(forward)
    assert not is_moving(view), "travel"


def test_without_animation_everything_is_lit_at_once(view: GraphView, engine: Engine) -> None:
    pressed(view, engine, FORWARD)
    assert not is_moving(view)
    assert lights(view) == {Light.FORWARD}
    view.set_animated(True)
    pressed(view, engine, FORWARD)
    assert is_moving(view)
    view.set_animated(False)
    assert not is_moving(view)
    assert lights(view) == {Light.FORWARD}


def test_hidden_it_stands_still(view: GraphView, engine: Engine) -> None:
    view.set_animated(True)
    pressed(view, engine, FORWARD)
    view.hide()
    assert not is_moving(view)
    assert lights(view) == {Light.FORWARD}
