"""What panels ask is answered between the presses; and travel to an entry."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import torch
from typing_extensions import override

from perceptron_gui.core.actions import Configure, Operation
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.questions import (
    Agreement,
    Answer,
    Comparison,
    Gradients,
    Question,
    Tally,
    Twin,
    WholeBatch,
    never,
)
from perceptron_gui.session import Session
from tests.engines import FakeEngine
from tests.executors import ManualExecutor

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation


class AskedEngine(FakeEngine):
    """Some questions fail when told."""

    def __init__(self, *devices: str) -> None:
        super().__init__(*devices)
        self.asked: list[Question] = []
        self.error: Exception | None = None

    @override
    def answer(self, question: Question, device: str, is_awaited: Callable[[], bool] = never) -> Answer | None:
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        return super().answer(question, device, is_awaited)


@dataclass
class Desk:
    engine: AskedEngine
    worker: ManualExecutor
    session: Session
    answers: list[tuple[Question, Answer | None]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@pytest.fixture
def desk() -> Desk:
    """A session that has not begun to load torch, on a machine with two devices."""
    engine, worker = AskedEngine("cpu", "cuda:0"), ManualExecutor()
    session = Session(History.begin("or_gate", "cuda:0"), worker, lambda: engine, "cuda:0")
    made = Desk(engine, worker, session)
    session.answered.connect(lambda question, answer: made.answers.append((question, answer)))
    session.failed.connect(made.problems.append)
    return made


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.session.prepare()
    desk.worker.work_all()
    return desk


def test_what_is_asked_while_torch_loads_is_answered_then(desk: Desk) -> None:
    question = Tally(desk.session.history.current)
    desk.session.ask(question)
    assert not desk.worker.pending
    desk.session.prepare()
    desk.worker.work_all()
    assert desk.answers == [(question, Agreement(W_grad=True, b_grad=True))]


def test_a_newer_question_of_its_kind_takes_the_place_of_one_in_line(ready: Desk) -> None:
    snapshot = ready.session.history.current
    first, second, third, other = Tally(snapshot), Tally(snapshot), Tally(snapshot), WholeBatch(snapshot)
    for question in (first, second, other, third):
        ready.session.ask(question)
    ready.worker.work_all()
    assert ready.engine.asked == [first, third, other]
    assert [question for question, _ in ready.answers] == [first, third, other]


def test_a_press_waits_for_one_question_at_most(ready: Desk) -> None:
    snapshot = ready.session.history.current
    ready.session.ask(Tally(snapshot))
    ready.session.ask(WholeBatch(snapshot))
    ready.session.perform(FORWARD)
    assert ready.session.running is FORWARD
    ready.worker.work_once()
    ready.worker.work_once()
    assert ready.session.history.entry.action is FORWARD
    assert len(ready.answers) == 1
    ready.worker.work_all()
    assert len(ready.answers) == 2


def test_a_second_run_gives_way_to_a_press_and_is_answered_then(ready: Desk) -> None:
    session = ready.session
    session.perform(Configure("twin", True), *[FORWARD, BACKWARD, UPDATE] * 3)
    ready.worker.work_all()
    question = Comparison(session.history.compared)
    session.ask(question)
    session.perform(ZERO_GRAD)
    ready.worker.work_once()
    assert not ready.answers
    assert session.history.entry.action is UPDATE
    ready.worker.work_once()
    assert session.history.entry.action is ZERO_GRAD
    assert not ready.answers
    ready.worker.work_all()
    ((answered, twin),) = ready.answers
    assert answered is question
    assert isinstance(twin, Twin)
    assert twin.updates.tolist() == [0, 1, 2]


def test_the_answer_is_pytorchs_and_no_state_changes(ready: Desk) -> None:
    session = ready.session
    session.perform(FORWARD, BACKWARD)
    ready.worker.work_all()
    history = session.history
    session.ask(WholeBatch(history.current))
    session.perform(Configure("retain_graph", True))
    ready.worker.work_all()
    ((_, answer),) = ready.answers
    assert isinstance(answer, Gradients)
    snapshot = history.current
    W, b = torch.tensor(snapshot.W, requires_grad=True), torch.tensor(snapshot.b, requires_grad=True)
    y_pred = torch.sigmoid(torch.tensor(snapshot.x) @ W + b)
    ((torch.tensor(snapshot.y_true) - y_pred) ** 2).sum().backward()  # type: ignore[no-untyped-call]
    assert W.grad is not None
    assert b.grad is not None
    assert answer.W_grad.tolist() == W.grad.tolist()
    assert answer.b_grad.tolist() == b.grad.tolist()
    session.perform(BACKWARD)
    ready.worker.work_all()
    refusal = session.history.entry.refusal
    assert refusal is not None
    assert "second time" in refusal.text


def test_a_question_that_fails_has_no_answer_and_stops_nothing(ready: Desk) -> None:
    ready.engine.error = ValueError("no")
    question = Tally(ready.session.history.current)
    ready.session.ask(question)
    ready.worker.work_all()
    assert ready.answers == [(question, None)]
    assert not ready.problems
    ready.engine.error = None
    ready.session.ask(question)
    ready.session.perform(FORWARD)
    ready.worker.work_all()
    assert ready.answers[1:] == [(question, Agreement(W_grad=True, b_grad=True))]
    assert ready.session.history.entry.action is FORWARD


def test_a_device_that_is_lost_while_answering_is_lost(ready: Desk) -> None:
    ready.engine.error = Problem(Reason.DEVICE_LOST, device="cuda:0", detail="gone")
    ready.session.ask(Tally(ready.session.history.current))
    ready.worker.work_all()
    assert ready.session.device == "cpu"
    assert ready.session.lost_devices == {"cuda:0"}
    assert [problem.reason for problem in ready.problems] == [Reason.DEVICE_LOST]


def test_a_closed_session_answers_nothing_more(ready: Desk) -> None:
    snapshot = ready.session.history.current
    ready.session.ask(Tally(snapshot))
    ready.session.ask(WholeBatch(snapshot))
    ready.session.close(patience=0)
    ready.session.ask(Tally(snapshot))
    ready.worker.work_all()
    assert ready.answers == []


def test_travel_shows_the_moment_of_an_entry_after_what_was_wished_before(ready: Desk) -> None:
    session = ready.session
    session.perform(FORWARD, BACKWARD, UPDATE)
    ready.worker.work_all()
    entries = session.history.entries
    session.perform(ZERO_GRAD)
    session.travel(entries[1])
    ready.worker.work_all()
    assert session.history.entry is entries[1]
    assert len(session.history.entries) == 5
    session.travel(session.history.entries[4])
    ready.worker.work_all()
    assert session.history.entry.action is ZERO_GRAD


def test_going_on_from_the_past_cuts_the_future_off_until_that_is_undone(ready: Desk) -> None:
    session = ready.session
    session.perform(FORWARD, BACKWARD, UPDATE)
    ready.worker.work_all()
    future = session.history.entries
    session.travel(future[1])
    session.perform(Configure("lr", 0.5))
    ready.worker.work_all()
    assert [entry.action for entry in session.history.entries[1:]] == [FORWARD, Configure("lr", 0.5)]
    session.travel(future[3])
    ready.worker.work_all()
    assert session.history.entry.action == Configure("lr", 0.5), "that entry is gone"
    session.undo()
    session.travel(future[3])
    ready.worker.work_all()
    assert session.history.entry is future[3]
