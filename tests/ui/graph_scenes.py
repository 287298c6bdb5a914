"""A panel of the computation graph, somebody who answers its questions, and what one sees on it."""

import numpy as np

from perceptron_gui.core.actions import CPU, Operation
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.ui import theme
from perceptron_gui.ui.graph.items import Light, NodeItem
from perceptron_gui.ui.graph.view import GraphView
from tests.ui.plots.scenes import begin, done


class Asker:
    """Answers what a panel asks, at once or when told, and remembers the questions."""

    def __init__(self, view: GraphView, engine: Engine) -> None:
        self.questions: list[Question] = []
        self.answers_at_once = True
        self._view = view
        self._engine = engine
        view.question_raised.connect(self._on_question_raised)

    def answer(self, question: Question) -> Answer | None:
        return self._engine.answer(question, CPU)

    def _on_question_raised(self, question: Question) -> None:
        self.questions.append(question)
        if self.answers_at_once:
            self._view.take_answer(question, self.answer(question))


def new_view() -> GraphView:
    """Return a shown panel."""
    view = GraphView("graph_view", theme.LIGHT)
    view.resize(900, 400)
    view.retranslate()
    view.show()
    return view


def item(view: GraphView, tensor: str) -> NodeItem:
    """Return the item of the node whose card bears the name of a tensor."""
    found = [node for node in view.canvas.nodes if node.card.value is not None and node.card.value.heading == tensor]
    assert len(found) == 1
    return found[0]


def numbers(rows: object) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(display_text, row)) for row in np.atleast_2d(np.asarray(rows)).tolist())


def lights(view: GraphView) -> set[Light]:
    return {node.light for node in view.canvas.nodes}


def is_moving(view: GraphView) -> bool:
    return view.movement.state() is view.movement.State.Running


def pressed(view: GraphView, engine: Engine, *phases: Operation) -> History:
    """Press phases after the start, each of them shown."""
    history = begin()
    view.display(history)
    for phase in phases:
        history = done(engine, history, phase)
        view.display(history)
    return history
