"""What is fresh, and since when it is not: against how often PyTorch says that each real tensor was written to."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from perceptron_gui.core.actions import CPU, Assign, Configure, Edit, Gesture, MarkRows, Operation
from perceptron_gui.core.editing import edited
from perceptron_gui.core.freshness import stale_since
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import Reduction, Snapshot, TensorName, frozen
from tests.core.notebook import Notebook
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.strategies import edits, snapshots

ENGINE = Engine()
Flags = dict[str, bool]


def after(history: History, action: Operation | Edit) -> History:
    if isinstance(action, Operation):
        outcome = ENGINE.execute(action, history.current, CPU)
        return history.push(action, outcome.snapshot, CPU, outcome.refusal)
    return history.push(action, edited(history.current, action), CPU)


class Freshness(RuleBasedStateMachine):
    """A notebook that does what the program does; `flags` holds, an entry each, what PyTorch's counts make stale."""

    @initialize(start=snapshots())
    def begin(self, start: Snapshot) -> None:
        self.start = start
        self.history = History((), -1).push(Configure("lr", 1.0), start, CPU)
        self.done: list[Operation | Edit] = []
        self.notebook = Notebook(start)
        self.flags: list[Flags] = [self.flags_now()]

    def flags_now(self) -> Flags:
        forward = bool(self.notebook.stale)
        gradients = {name: bool(self.notebook.stale_gradient(name)) for name in ("W.grad", "b.grad")}
        return {"z": forward, "y_pred": forward, "loss": forward, **gradients}

    def do(self, action: Operation | Edit) -> None:
        self.history = after(self.history, action)
        self.notebook.do(action)
        self.done.append(action)
        self.flags.append(self.flags_now())

    @rule(operation=st.sampled_from([*Operation, FORWARD, BACKWARD]))
    def press(self, operation: Operation) -> None:
        self.do(operation)

    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        self.do(data.draw(edits(self.start)))

    @rule()
    def undo(self) -> None:
        if self.done:
            self.history = self.history.undo()
            self.done.pop()
            self.flags.pop()
            self.notebook = Notebook(self.start)
            for action in self.done:
                self.notebook.do(action)

    @invariant()
    def says_since_when(self) -> None:
        for name in ("z", "y_pred", "loss", "W.grad", "b.grad"):
            index = len(self.flags)
            while index > 0 and self.flags[index - 1][name]:
                index -= 1
            assert stale_since(self.history, name) == (index if index < len(self.flags) else None)


TestFreshness = Freshness.TestCase
TestFreshness.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def start(rows: int = 1) -> History:
    x, y_true = [[0.5, -1.0]] * rows, [[1.0]] * rows
    snapshot = Snapshot(frozen(x), frozen(y_true), frozen([[0.1], [0.2]]), frozen([0.0]))
    return History((), -1).push(Configure("lr", 1.0), snapshot, CPU)


@pytest.mark.parametrize("name", [TensorName.W, TensorName.B, TensorName.Y_TRUE])
def test_an_edit_that_pytorch_lets_through_in_silence_is_dated(name: TensorName) -> None:
    history = after(start(), FORWARD)
    history = after(history, Assign(name, 0, 0, frozen([[3.0]]), Gesture.TYPE))
    history = after(history, BACKWARD)
    assert history.entry.refusal is None
    assert stale_since(history, "loss") == 2, "the edit"
    assert stale_since(history, "W.grad") == 3, "the Backward that followed it"


def test_update_twice_is_dated_from_the_first() -> None:
    history = start()
    for action in (FORWARD, BACKWARD, UPDATE, UPDATE):
        history = after(history, action)
    assert history.entry.refusal is None
    assert stale_since(history, "W.grad") == 3
    history = after(history, ZERO_GRAD)
    assert stale_since(history, "W.grad") is None
    assert stale_since(history, "z") == 3


def test_an_edit_that_is_typed_back_stays_an_edit() -> None:
    history = after(start(), FORWARD)
    for value in (3.0, 0.1):
        history = after(history, Assign(TensorName.W, 0, 0, frozen([[value]]), Gesture.TYPE))
    assert stale_since(history, "loss") == 2


@pytest.mark.parametrize("edit", [MarkRows((1,)), Configure("reduction", Reduction.MEAN), Configure("part", 1)])
def test_another_line_of_forward_makes_everything_stale(edit: Edit) -> None:
    history = start(rows=2)
    for action in (FORWARD, BACKWARD, edit):
        history = after(history, action)
    assert stale_since(history, "loss") == stale_since(history, "W.grad") == 3


def test_a_weight_that_weighs_nothing_changes_nothing() -> None:
    history = start(rows=2)
    for action in (Configure("reduction", Reduction.MEAN), FORWARD, Configure("reduction", Reduction.WEIGHTED)):
        history = after(history, action)
    assert stale_since(history, "loss") is None


def test_the_tensors_of_a_person_are_never_stale() -> None:
    history = after(start(), UPDATE)
    assert stale_since(history, "z") is None
    assert stale_since(history, "W.grad") is None


def test_a_refused_backward_makes_only_the_gradient_stale_that_it_reached() -> None:
    history = start()
    for action in (FORWARD, Assign(TensorName.X, 0, 0, frozen([[3.0]]), Gesture.TYPE), BACKWARD, FORWARD, BACKWARD):
        history = after(history, action)
    assert stale_since(history, "W.grad") is None
    assert stale_since(history, "b.grad") == 3


def test_the_next_part_is_marked_and_nothing_is_stale() -> None:
    history = start(rows=2)
    for action in (Configure("part", 1), FORWARD, BACKWARD):
        history = after(history, action)
    assert history.current.rows == (1,)
    for name in ("z", "loss", "W.grad", "b.grad"):
        assert stale_since(history, name) is None


def test_other_rows_of_a_weighted_mean_are_other_rows_and_not_another_reduction() -> None:
    history = start(rows=2)
    for action in (Configure("reduction", Reduction.WEIGHTED), FORWARD, MarkRows((0,))):
        history = after(history, action)
    assert history.current.stale == ("rows",)
