"""What stands on the cards of the graph, and in their tips."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import CPU, Configure, Start
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Zeroing
from perceptron_gui.ui.graph.view import GraphView
from tests.core.play import of_size
from tests.ui.graph_scenes import Asker, item, new_view, numbers
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, ZERO_GRAD, after_edit, begin, done


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[GraphView]:
    view = new_view()
    qtbot.addWidget(view)
    yield view
    view.close()


@pytest.fixture
def asker(view: GraphView, engine: Engine) -> Asker:
    return Asker(view, engine)


@pytest.mark.usefixtures("asker")
def test_a_leaf_says_what_was_added_to_its_grad_and_what_that_holds(view: GraphView, engine: Engine) -> None:
    view.resize(2000, 800)
    history = done(engine, begin(), FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD)
    view.display(history)
    _, last = history.current.deposits
    assert last.b_grad is not None
    assert history.current.b_grad is not None
    card = item(view, "b").card
    assert card.grad.heading == "grad +="
    assert item(view, "z").card.grad.heading == "grad"
    assert card.grad.lines == numbers(last.b_grad)
    added, held = full_text(float(last.b_grad[0])), full_text(float(history.current.b_grad[0]))
    assert added != held
    tip = item(view, "b").toolTip()
    assert f"Added to b.grad by the last Backward through this graph: {added}\nb.grad holds now: {held}" in tip
    view.display(done(engine, history, ZERO_GRAD))
    assert f"{added}\nb.grad holds now: 0.0" in item(view, "b").toolTip()
    assert item(view, "b").card.grad.lines == numbers(last.b_grad)
    none = done(engine, after_edit(history, Configure("zeroing", Zeroing.NONE)), ZERO_GRAD)
    view.display(none)
    assert "b.grad is None now." in item(view, "b").toolTip()


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("size", [(395, 250), (900, 400)])
@pytest.mark.parametrize("shape", [(2, 4, 2), (3, 6, 5), (8, 8, 8)])
def test_of_a_small_matrix_the_first_numbers_are_shown_where_there_is_room(
    view: GraphView, engine: Engine, shape: tuple[int, int, int], size: tuple[int, int]
) -> None:
    view.resize(*size)
    m, n, k = shape
    forward = done(engine, History((), -1).push(Start("notebook"), of_size(m, n, k, 0.1), CPU), FORWARD)
    view.display(forward)
    places = [node.sceneBoundingRect() for node in view.canvas.nodes]
    history = done(engine, forward, BACKWARD)
    view.display(history)
    assert [node.sceneBoundingRect() for node in view.canvas.nodes] == places
    card = item(view, "W").card
    assert card.value is not None
    for block, whole in ((card.value, history.current.W), (card.grad, history.current.W_grad)):
        *rows, last = block.lines
        if size == (900, 400):
            assert rows, "there is room for numbers"
        expected = numbers(whole)
        if len(block.lines) < n or len(block.lines[0]) < k:
            assert last[0] in {f"… {(n, k)}", f"{(n, k)}"}
        else:
            rows.append(last)
        for row, cells in enumerate(rows):
            assert cells == expected[row][: len(cells)]
