"""The panel of the computation graph: what its items hold, its lamp, and its movement."""

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import CPU, Assign, Configure, Gesture, MarkRows, Start
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Walk
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.graph.canvas import LEAST_SCALE, GraphCanvas
from perceptron_gui.ui.graph.card import card_size
from perceptron_gui.ui.graph.items import Light, NodeItem
from perceptron_gui.ui.graph.lamp import Lit
from perceptron_gui.ui.graph.view import GraphView
from perceptron_gui.ui.main_window import MainWindow
from perceptron_gui.ui.panel_dock import PanelDock
from tests.core.notebook import Notebook
from tests.core.play import of_size
from tests.ui.graph_scenes import Asker, is_moving, item, lights, new_view, numbers
from tests.ui.hands import Hands
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, ZERO_GRAD, Brackets, after_edit, begin, done

NO_BUTTON = Qt.MouseButton.NoButton


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[GraphView]:
    view = new_view()
    qtbot.addWidget(view)
    yield view
    view.close()


@pytest.fixture
def asker(view: GraphView, engine: Engine) -> Asker:
    return Asker(view, engine)


@pytest.fixture
def brackets(qapp: QApplication) -> Iterator[Callable[[], bool]]:
    """Switch the language of the whole program to brackets; afterwards it is English again."""
    language = Brackets(qapp)
    yield lambda: bool(qapp.installTranslator(language))
    qapp.removeTranslator(language)


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_the_items_hold_what_plain_pytorch_has(view: GraphView, engine: Engine, preset: str) -> None:
    view.resize(2000, 800)
    history = done(engine, begin(preset), FORWARD, BACKWARD)
    view.display(history)
    notebook = Notebook(history.entries[0].snapshot)
    notebook.do(FORWARD)
    for name in ("z", "y_pred", "loss"):
        notebook.names[name].retain_grad()
    notebook.do(BACKWARD)
    for name in ("W", "b", "z", "y_pred", "loss"):
        tensor: torch.Tensor = notebook.names[name]
        card = item(view, name).card
        assert card.value is not None
        assert card.value.lines == numbers(tensor.detach())
        assert tensor.grad is not None
        assert card.grad.lines == numbers(tensor.grad)
        assert full_text(float(tensor.grad.flatten()[0])) in item(view, name).toolTip()
    names = ["".join(node.card.name) for node in view.canvas.nodes]
    assert names[-2:].count("AccumulateGrad") == 1 + (preset != "notebook")
    assert ("SqueezeBackward4" in names) == (preset == "notebook")
    assert "MmBackward0" in names
    assert view.outside.text().endswith("x, y_true")


@pytest.mark.usefixtures("asker")
def test_each_edge_runs_between_its_two_nodes_from_left_to_right(view: GraphView, engine: Engine) -> None:
    view.resize(2000, 400)
    view.display(done(engine, begin(), FORWARD))
    canvas = view.canvas
    assert len(canvas.edges) == len(canvas.graph.edges) == 8
    for edge, (consumer, given) in zip(canvas.edges, canvas.graph.edges, strict=True):
        start = canvas.nodes[given].sceneBoundingRect()
        end = canvas.nodes[consumer].sceneBoundingRect()
        assert start.contains(QPointF(*edge.route[0]))
        assert end.contains(QPointF(*edge.route[-1]))
        assert start.right() < end.right()
    assert item(view, "loss").x() == max(node.x() for node in canvas.nodes)
    assert item(view, "W").x() == item(view, "b").x() == min(node.x() for node in canvas.nodes)


@pytest.mark.usefixtures("asker")
def test_the_lamp_follows_the_presses(view: GraphView, engine: Engine) -> None:
    history = begin()
    seen = []
    for phase in (None, BACKWARD, FORWARD, BACKWARD, BACKWARD, UPDATE, ZERO_GRAD, FORWARD):
        history = history if phase is None else done(engine, history, phase)
        view.display(history)
        seen.append((view.lamp.lit, view.state_label.text()))
        if history.entry.refusal is not None:
            assert view.message.text() == str(history.entry.refusal)
    none, built, spent = (Lit.NONE, "No graph"), (Lit.BUILT, "Built"), (Lit.SPENT, "Spent")
    assert seen == [none, none, built, spent, spent, spent, spent, built]


@pytest.mark.usefixtures("asker")
def test_retain_graph_keeps_the_graph_built(view: GraphView, engine: Engine) -> None:
    history = done(engine, after_edit(begin(), Configure("retain_graph", True)), FORWARD)
    for _ in range(3):
        history = done(engine, history, BACKWARD)
        view.display(history)
        assert view.lamp.lit is Lit.BUILT
        assert "retain_graph" in view.message.text()
        assert lights(view) == {Light.BACKWARD}


@pytest.mark.usefixtures("asker")
def test_before_a_forward_there_is_nothing_but_words(view: GraphView, engine: Engine) -> None:
    view.display(begin())
    assert view.canvas.nodes == []
    assert view.canvas.note
    view.display(done(engine, begin(), FORWARD))
    assert len([one for one in view.canvas.scene().items() if isinstance(one, NodeItem) and one.isVisible()]) == 9
    view.display(begin())
    assert not [one for one in view.canvas.scene().items() if one.isVisible()]


@pytest.mark.usefixtures("asker")
def test_at_rest_the_nodes_are_lit_by_what_ran_through_them_last(view: GraphView, engine: Engine) -> None:
    forward = done(engine, begin(), FORWARD)
    view.display(forward)
    assert lights(view) == {Light.FORWARD}
    assert {edge.light for edge in view.canvas.edges} == {Light.FORWARD}
    assert item(view, "z").card.grad.lines == (("–",),)
    view.display(done(engine, forward, BACKWARD))
    assert lights(view) == {Light.BACKWARD}
    assert {edge.light for edge in view.canvas.edges} == {Light.BACKWARD}
    edited = after_edit(forward, Assign(TensorName.X, 0, 0, frozen([[2.0]]), Gesture.TYPE))
    view.display(done(engine, edited, BACKWARD))
    unlit = [node for node in view.canvas.nodes if node.light is not Light.BACKWARD]
    assert unlit == [item(view, "W")], "PyTorch refused before it got there"


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("size", [(395, 250), (900, 400)])
@pytest.mark.parametrize("preset", ["notebook", "or_gate"])
def test_backward_moves_no_node(view: GraphView, engine: Engine, preset: str, size: tuple[int, int]) -> None:
    view.resize(*size)
    history = done(engine, begin(preset), FORWARD)
    view.display(history)
    places = [node.sceneBoundingRect() for node in view.canvas.nodes]
    for phase in (BACKWARD, UPDATE, ZERO_GRAD, FORWARD, BACKWARD):
        history = done(engine, history, phase)
        view.display(history)
        assert [node.sceneBoundingRect() for node in view.canvas.nodes] == places


@pytest.mark.usefixtures("asker")
def test_an_edit_after_forward_hatches_the_numbers_and_says_why(view: GraphView, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD)
    view.display(history)
    assert not any(node.is_stale for node in view.canvas.nodes)
    history = after_edit(history, Assign(TensorName.Y_TRUE, 0, 0, frozen([[0.25]]), Gesture.TYPE))
    view.display(history)
    assert all(node.is_stale for node in view.canvas.nodes)
    assert "y_true" in view.message.text()
    assert "y_true" in item(view, "z").toolTip()
    view.display(done(engine, history, FORWARD))
    assert not any(node.is_stale for node in view.canvas.nodes)


def test_it_asks_when_something_ran_through_the_graph_and_not_else(
    view: GraphView, asker: Asker, engine: Engine
) -> None:
    history = begin()
    asked = []
    for phase in (BACKWARD, FORWARD, BACKWARD, UPDATE, ZERO_GRAD, BACKWARD, FORWARD):
        history = done(engine, history, phase)
        view.display(history)
        asked.append(len(asker.questions))
    assert asked == [0, 1, 2, 2, 2, 2, 3]
    view.display(after_edit(history, MarkRows(None)))
    assert len(asker.questions) == 3


def test_gradients_stay_when_zero_grad_took_the_deposits(view: GraphView, asker: Asker, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    moment = history.current
    view.display(done(engine, history, UPDATE, ZERO_GRAD))
    (question,) = asker.questions
    assert isinstance(question, Walk)
    assert question.snapshot is moment
    assert item(view, "W").card.grad.lines == numbers(moment.deposits[0].W_grad)


def test_hidden_it_asks_nothing(view: GraphView, asker: Asker, engine: Engine) -> None:
    view.hide()
    view.display(done(engine, begin(), FORWARD))
    assert asker.questions == []
    view.show()
    assert len(asker.questions) == 1
    assert len(view.canvas.nodes) == 9


def test_hidden_it_keeps_no_gradient_of_a_history_that_was_left(view: GraphView, asker: Asker, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    view.display(history)
    assert history.current.W_grad is not None
    left = weakref.ref(history.current.W_grad)
    view.hide()
    asker.questions.clear()
    history = done(engine, begin(), FORWARD).at(0)
    view.display(history)
    gc.collect()
    assert left() is None
    view.show()
    assert view.canvas.nodes == []


def test_an_answer_to_an_older_question_is_not_taken(view: GraphView, asker: Asker, engine: Engine) -> None:
    asker.answers_at_once = False
    forward = done(engine, begin(), FORWARD)
    view.display(forward)
    view.display(done(engine, forward, BACKWARD))
    first, second = asker.questions
    view.take_answer(first, asker.answer(first))
    assert view.canvas.nodes == []
    view.take_answer(second, asker.answer(second))
    assert lights(view) == {Light.BACKWARD}


def test_a_graph_that_cannot_be_computed_is_said(view: GraphView, asker: Asker, engine: Engine) -> None:
    asker.answers_at_once = False
    history = done(engine, begin(), FORWARD)
    view.display(history)
    view.take_answer(asker.questions[0], None)
    assert view.canvas.nodes == []
    assert "could not" in view.canvas.note
    asker.answers_at_once = True
    view.display(done(engine, history, BACKWARD))
    assert len(view.canvas.nodes) == 9
    assert not view.canvas.note


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_in_a_small_panel_the_whole_graph_is_seen_in_letters_that_can_be_read(
    view: GraphView, engine: Engine, preset: str
) -> None:
    view.resize(395, 250)
    view.display(done(engine, begin(preset), FORWARD, BACKWARD))
    canvas = view.canvas
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    assert canvas.layout_shown is not None
    assert seen.contains(QRectF(0, 0, *canvas.layout_shown.size))
    assert canvas.transform().m11() >= LEAST_SCALE


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("size", [(250, 150), (395, 250), (900, 400), (2000, 900)])
@pytest.mark.parametrize("points", [6, 9, 20])
def test_no_card_is_cut_in_whatever_letters(
    view: GraphView, engine: Engine, size: tuple[int, int], points: int
) -> None:
    view.display(done(engine, begin("layer_4x2"), FORWARD, BACKWARD))
    view.resize(*size)
    font = QFont(view.font())
    font.setPointSize(points)
    view.setFont(font)
    layout = view.canvas.layout_shown
    assert layout is not None
    metrics = QFontMetricsF(view.canvas.font())
    assert view.canvas.font().pointSize() == points
    for node, box in zip(view.canvas.nodes, layout.boxes, strict=True):
        width, height = card_size(node.card, metrics)
        assert box.width >= width
        assert box.height >= height
        assert (node.x(), node.y()) == (box.x, box.y)
    assert view.canvas.transform().m11() >= LEAST_SCALE


@pytest.mark.usefixtures("asker")
def test_the_wheel_zooms_with_ctrl_and_a_double_click_shows_all(view: GraphView, engine: Engine) -> None:
    view.display(done(engine, begin(), FORWARD))
    canvas = view.canvas
    fitted = canvas.transform().m11()

    def turn(modifier: Qt.KeyboardModifier) -> None:
        middle = QPointF(canvas.viewport().rect().center())
        place = QPointF(canvas.viewport().mapToGlobal(middle.toPoint()))
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(middle, place, QPoint(), QPoint(0, 120), NO_BUTTON, modifier, phase, False)
        QApplication.sendEvent(canvas.viewport(), event)

    turn(Qt.KeyboardModifier.NoModifier)
    assert canvas.transform().m11() == fitted
    turn(Qt.KeyboardModifier.ControlModifier)
    assert canvas.transform().m11() > fitted
    zoomed = canvas.transform().m11()
    view.resize(500, 300)
    assert canvas.transform().m11() == zoomed, "a person's zoom is kept"
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton)
    assert canvas.transform().m11() < zoomed


@pytest.mark.usefixtures("asker")
def test_a_large_tensor_is_a_shape(view: GraphView, engine: Engine) -> None:
    history = History((), -1).push(Start("notebook"), of_size(3, 784, 10, 0.1), CPU)
    view.display(done(engine, history, FORWARD, BACKWARD))
    card = item(view, "W").card
    assert card.value is not None
    assert card.value.lines == card.grad.lines == (("(784, 10)",),)


@pytest.mark.usefixtures("asker")
def test_other_colours_reach_every_item(view: GraphView, engine: Engine) -> None:
    view.display(done(engine, begin(), FORWARD))
    light = view.grab().toImage()
    view.set_colors(theme.DARK)
    dark = view.grab().toImage()
    assert light.pixelColor(3, 200).lightness() > 200
    assert dark.pixelColor(3, 200).lightness() < 60


@pytest.mark.usefixtures("asker")
def test_every_word_is_in_the_language_of_now_and_plain(
    view: GraphView, engine: Engine, brackets: Callable[[], bool]
) -> None:
    view.display(done(engine, begin(), FORWARD))
    brackets()
    view.retranslate()
    assert view.state_label.text() == "<b>Built</b>"
    assert view.state_label.textFormat() is Qt.TextFormat.PlainText
    assert view.message.text().startswith("<b>")
    assert view.outside.text().startswith("<b>")
    assert view.canvas.accessibleName() == "<b>Computation graph</b>"
    tip = item(view, "W").toolTip()
    assert "&lt;b&gt;" in tip
    assert "<b>" not in tip
    view.display(begin())
    assert view.state_label.text() == "<b>No graph</b>"
    assert view.canvas.note.startswith("<b>")


def test_in_the_window_it_is_a_panel_that_follows_the_presses(hands: Hands, window: MainWindow) -> None:
    (view,) = window.findChildren(GraphView)
    hands.click("forward")
    assert view.canvas.nodes == [], "nobody sees it"
    hands.find(PanelDock, "graph_view_dock").raise_()
    hands.qtbot.waitUntil(lambda: len(view.canvas.nodes) == 9)
    assert lights(view) == {Light.FORWARD}
    hands.click("backward")
    assert lights(view) == {Light.BACKWARD}
    assert hands.find(GraphCanvas, "graph_view") is view.canvas
    view.set_animated(True)
    hands.click("forward")
    assert is_moving(view)
    hands.find(PanelDock, "code_view_dock").raise_()
    hands.qtbot.waitUntil(lambda: view.visibleRegion().isEmpty() and not is_moving(view))
    hands.click("backward")
    assert not is_moving(view)
    assert lights(view) == {Light.FORWARD}, "what nobody sees is not drawn"
