"""The second run against plain PyTorch that treats Zero grad the other way."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import autograd
from perceptron_gui.core import twin as twin_module
from perceptron_gui.core.actions import (
    CPU,
    Action,
    AssignElements,
    Configure,
    MarkRows,
    Operation,
    Randomize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import History
from perceptron_gui.core.momentum import difference
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.questions import Comparison, Incomparable, Twin
from perceptron_gui.core.snapshot import Config, Element, Snapshot, Zeroing, frozen
from perceptron_gui.core.twin import Replay
from tests.core.notebook import Notebook, bits
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.core.test_golden import GOLDEN, near
from tests.strategies import GoBack, Journey, Scenario, Step, briefly, journeys, scenarios, snapshots

FORGETFUL = (FORWARD, BACKWARD, UPDATE)
CAREFUL = (*FORGETFUL, ZERO_GRAD)
TWIN = Configure("twin", True)
ENGINE = Engine()
NAN, INF = float("nan"), float("inf")
tame_rates = st.one_of(st.floats(-2, 2), st.sampled_from([0.0, 1.0, 0.1]))


def begin(start: Snapshot, lr: float = 1.0) -> History:
    """Return a history that a twin accompanies from the start."""
    marked = replace(start, config=replace(start.config, twin=True, lr=lr))
    return History((), -1).push(Start("twin"), marked, CPU)


def done(history: History, *actions: Action) -> History:
    for action in actions:
        if isinstance(action, Operation | Randomize | SwitchDevice):
            outcome = ENGINE.execute(action, history.current, CPU)
            history = history.push(outcome.action, outcome.snapshot, outcome.device, outcome.refusal)
        else:
            after = edited(history.current, action)  # type: ignore[arg-type]
            history = history if after is history.current else history.push(action, after, CPU)
    return history


def compared(history: History) -> Twin:
    return Replay().compared(history.compared, CPU)


def everything(twin: Twin) -> tuple[object, ...]:
    """Return all that is in a twin, to the last bit."""
    counts = (twin.updates.tolist(), twin.path.updates.tolist())
    numbers = [bits(array) for array in (twin.losses, twin.path.W, twin.path.b)]
    return (twin.forgets, repr(twin.momentum_difference), twin.incomparable, counts, numbers)


class Plain:
    """The lesson's loop in plain PyTorch; it records losses and where each Update led."""

    def __init__(self, start: Snapshot) -> None:
        single = start.m == 1
        self.x = torch.tensor(start.x[0] if single else start.x)
        self.y_true = torch.tensor(start.y_true[0] if single else start.y_true)
        self.W = torch.tensor(start.W, requires_grad=True)
        self.b = torch.tensor(start.b, requires_grad=True)
        self.losses: list[float] = []
        self.path = [(start.W, start.b)]

    def steps(self, update: Callable[[], None], zero_grad: Callable[[], None] | None, count: int) -> None:
        for _ in range(count):
            loss = ((self.y_true - torch.sigmoid(self.x @ self.W + self.b)) ** 2).sum()
            self.losses.append(loss.item())
            loss.backward()  # type: ignore[no-untyped-call]
            update()
            if zero_grad is not None:
                zero_grad()
            self.path.append((self.W.detach().numpy().copy(), self.b.detach().numpy().copy()))

    def train(self, lr: float, count: int, *, forgets: bool) -> None:
        self.steps(lambda: self._descend(lr), None if forgets else self._zero_grad, count)

    def train_with_momentum(self, lr: float, count: int) -> None:
        optimizer = torch.optim.SGD([self.W, self.b], lr=lr, momentum=1)
        self.steps(optimizer.step, optimizer.zero_grad, count)

    def furthest_from(self, other: "Plain") -> float:
        """Return the largest |difference| of W and b over all updates."""
        pairs = [
            pair for own, others in zip(self.path, other.path, strict=True) for pair in zip(own, others, strict=True)
        ]
        return max(float(np.abs(first - second).max()) for first, second in pairs)

    def _descend(self, lr: float) -> None:
        with torch.no_grad():
            self.W -= lr * self.W.grad  # type: ignore[operator]
            self.b -= lr * self.b.grad  # type: ignore[operator]

    def _zero_grad(self) -> None:
        for parameter in (self.W, self.b):
            assert parameter.grad is not None
            parameter.grad.zero_()


def path_of(twin: Twin) -> list[tuple[list[str], list[str]]]:
    return [(bits(W), bits(b)) for W, b in zip(twin.path.W, twin.path.b, strict=True)]


@briefly
@given(snapshots(), tame_rates, st.integers(1, 6), st.booleans())
def test_a_twin_is_the_run_of_who_does_the_other(start: Snapshot, lr: float, count: int, forgets: bool) -> None:
    twin = compared(done(begin(start, lr), *(CAREFUL if forgets else FORGETFUL) * count))
    plain = Plain(start)
    plain.train(lr, count, forgets=forgets)
    assert twin.forgets is forgets
    assert twin.updates.tolist() == list(range(count))
    assert bits(twin.losses) == bits(np.array(plain.losses, np.float32))
    assert twin.path.updates.tolist() == list(range(count + 1))
    assert path_of(twin) == [(bits(W), bits(b)) for W, b in plain.path]


@pytest.mark.parametrize(
    ("step", "own", "other"),
    [(CAREFUL, "with_zero_grad", "forgotten_zero_grad"), (FORGETFUL, "forgotten_zero_grad", "with_zero_grad")],
)
def test_the_two_runs_of_the_notebook_at_one_half(step: tuple[Operation, ...], own: str, other: str) -> None:
    history = done(History.begin("twin_half", CPU), *step * 12)
    mine = [float(entry.snapshot.forward.loss) for entry in history.entries if entry.action is FORWARD]  # type: ignore[union-attr]
    assert mine == near(GOLDEN[own]["loss"])
    twin = compared(history)
    assert twin.losses.tolist() == near(GOLDEN[other]["loss"])
    assert twin.momentum_difference == 0.0


def in_a_notebook(start: Snapshot, steps: tuple[Step, ...], *, forgets: bool) -> tuple[dict[int, list[str]], Notebook]:
    """Type what the twin does into a notebook; return the last loss at each count, and the notebook."""
    notebook, count, owes, losses = Notebook(start), 0, False, {}
    for step in steps:
        if step is ZERO_GRAD and forgets:
            continue
        if step is BACKWARD and owes and not forgets:
            owes = False
            notebook.do(ZERO_GRAD)
        refusal = notebook.do(step)
        if step is UPDATE and refusal is None:
            count, owes = count + 1, True
        if step is FORWARD and refusal is None:
            losses[count] = bits(notebook.names["loss"].detach().numpy())
    return losses, notebook


@briefly
@given(scenarios())
def test_whatever_is_pressed_and_edited_is_replayed_to_the_twin(scenario: Scenario) -> None:
    history = done(begin(scenario.start), *scenario.steps)
    twin = compared(history)
    zeroed = [entry for entry in history.entries if entry.action is ZERO_GRAD and entry.refusal is None]
    assert twin.forgets is bool(zeroed)
    losses, notebook = in_a_notebook(scenario.start, scenario.steps, forgets=twin.forgets)
    assert dict(zip(twin.updates.tolist(), ([text] for text in bits(twin.losses)), strict=True)) == losses
    last = [bits(notebook.names[name].detach().numpy()) for name in ("W", "b")]
    assert [bits(twin.path.W[-1]), bits(twin.path.b[-1])] == last


@briefly
@given(journeys())
def test_carried_on_step_by_step_it_is_what_it_is_from_scratch(journey: Journey) -> None:
    replay = Replay()
    history = begin(journey.start)
    handed: list[tuple[Twin, tuple[object, ...]]] = []
    for step in journey.steps:
        if isinstance(step, GoBack):
            for _ in range(step.states):
                history = history.undo()
            history = history.redo()
        else:
            history = done(history, step)
        twin = replay.compared(history.compared, CPU)
        assert everything(twin) == everything(compared(history))
        handed.append((twin, everything(twin)))
    for twin, before in handed:
        assert everything(twin) == before, "an answer that was given is not written to"


def test_one_more_press_is_one_more_phase() -> None:
    replay = Replay()
    history = done(History.begin("twin", CPU), *CAREFUL * 20)
    replay.compared(history.compared, CPU)
    with patch("perceptron_gui.core.twin.phase", wraps=autograd.phase) as phase:
        history = done(history, FORWARD)
        first = replay.compared(history.compared, CPU)
        assert phase.call_count == 1
        assert replay.compared(history.compared, CPU) is first
        assert phase.call_count == 1


def test_a_twin_that_remembers_keeps_what_several_backwards_gather() -> None:
    gather = (*(FORWARD, BACKWARD) * 2, UPDATE)
    careful = done(History.begin("or_gate", CPU), *(*gather, ZERO_GRAD) * 3)
    twin = compared(done(begin(History.begin("or_gate", CPU).current), *gather * 3))
    assert path_of(twin) == [
        (bits(entry.snapshot.W), bits(entry.snapshot.b))
        for entry in careful.entries
        if entry.action in {Start("or_gate"), UPDATE}
    ]


def test_the_first_zero_grad_makes_it_a_twin_that_forgets_and_undo_takes_that_back() -> None:
    replay = Replay()
    history = done(History.begin("twin", CPU), *FORGETFUL * 2)
    assert not replay.compared(history.compared, CPU).forgets
    assert replay.compared(done(history, ZERO_GRAD).compared, CPU).forgets
    assert not replay.compared(done(history, ZERO_GRAD).undo().compared, CPU).forgets


def test_a_refused_zero_grad_is_none() -> None:
    assert not compared(done(History.begin("twin", CPU), ZERO_GRAD)).forgets
    assert compared(done(History.begin("twin", CPU), Configure("zeroing", Zeroing.NONE), ZERO_GRAD)).forgets


def test_marked_in_the_middle_it_starts_there_with_everything_there_is() -> None:
    before = done(History.begin("notebook_half", CPU), *FORGETFUL, FORWARD, BACKWARD)
    twin = compared(done(before, TWIN, UPDATE, FORWARD))
    main = done(before, UPDATE, FORWARD).entry
    assert twin.updates.tolist() == [1, 2]
    assert bits(twin.losses[:1]) == bits(before.current.forward.loss)  # type: ignore[union-attr]
    assert bits(twin.losses[1:]) == bits(main.snapshot.forward.loss)  # type: ignore[union-attr]
    assert path_of(twin)[-1] == (bits(main.snapshot.W), bits(main.snapshot.b))


def test_a_loss_of_before_an_update_is_not_that_of_the_mark() -> None:
    marked = done(History.begin("notebook", CPU), *FORGETFUL, TWIN)
    assert compared(marked).updates.tolist() == []
    assert compared(marked).path.updates.tolist() == [1]


def test_new_tensors_end_the_comparison_and_the_preset_begins_another() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL)
    assert done(history, Randomize()).compared == ()
    again = history.push(Start("twin"), History.begin("twin", CPU).current, CPU)
    assert again.compared == (again.entry,)


def test_a_refusal_is_let_be() -> None:
    twin = compared(done(History.begin("twin", CPU), UPDATE, BACKWARD, *CAREFUL, FORWARD))
    plain = Plain(History.begin("twin", CPU).current)
    plain.train(1.0, 2, forgets=True)
    assert bits(twin.losses) == bits(np.array(plain.losses, np.float32))


def test_after_another_device_there_is_no_graph_for_the_twin_either() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL, FORWARD, SwitchDevice(CPU), BACKWARD, *CAREFUL, FORWARD)
    assert [entry.refusal for entry in history.entries if entry.refusal is not None], "Backward had no loss"
    plain = Plain(History.begin("twin", CPU).current)
    plain.train(1.0, 3, forgets=True)
    assert bits(compared(history).losses) == bits(np.array(plain.losses, np.float32))


def test_what_a_lost_device_has_done_is_done_again_on_the_cpu() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL * 2)
    elsewhere = tuple(replace(entry, device="cuda:99") for entry in history.entries)
    assert everything(Replay().compared(elsewhere, CPU)) == everything(compared(history))


class TestMomentum:
    """Forgetting is momentum 1."""

    @briefly
    @given(snapshots(), tame_rates.filter(lambda lr: lr >= 0), st.integers(1, 6), st.booleans())
    def test_the_difference_is_that_of_plain_torch(
        self, start: Snapshot, lr: float, count: int, is_twin_forgetful: bool
    ) -> None:
        twin = compared(done(begin(start, lr), *(CAREFUL if is_twin_forgetful else FORGETFUL) * count))
        forgetful, optimized = Plain(start), Plain(start)
        forgetful.train(lr, count, forgets=True)
        optimized.train_with_momentum(lr, count)
        assert twin.momentum_difference == forgetful.furthest_from(optimized)
        assert twin.incomparable is None

    @briefly
    @given(snapshots(), st.integers(1, 8), st.booleans())
    def test_at_lr_1_there_is_none(self, start: Snapshot, count: int, is_twin_forgetful: bool) -> None:
        history = done(begin(start), *(CAREFUL if is_twin_forgetful else FORGETFUL) * count)
        assert compared(history).momentum_difference == 0.0

    def test_at_another_lr_it_is_rounding(self) -> None:
        history = done(begin(History.begin("twin_half", CPU).current, 0.3), *CAREFUL * 12)
        found = compared(history).momentum_difference
        assert found is not None
        assert 0 < found < 1e-6

    def test_what_lay_in_grad_at_the_mark_lies_in_the_buffers(self) -> None:
        history = done(History.begin("notebook_half", CPU), *FORGETFUL * 3, TWIN, *FORGETFUL * 3)
        assert compared(history).momentum_difference == 0.0

    def test_the_learning_rate_may_change(self) -> None:
        history = done(History.begin("twin_half", CPU), *CAREFUL * 2, Configure("lr", -0.5), *CAREFUL * 2)
        found = compared(history).momentum_difference
        assert found is not None
        assert found < 1e-6

    def test_rows_and_reduction_may_change(self) -> None:
        start = History.begin("or_gate", CPU).current
        history = done(begin(start), *CAREFUL, MarkRows((0, 2)), *CAREFUL, Configure("part", 3), *CAREFUL)
        assert compared(history).momentum_difference == 0.0

    @pytest.mark.parametrize(
        ("reason", "actions"),
        [
            (Incomparable.NO_UPDATE, (FORWARD, BACKWARD)),
            (Incomparable.NOT_ONE_BACKWARD, (*CAREFUL, *(FORWARD, BACKWARD) * 2, UPDATE, ZERO_GRAD)),
            (Incomparable.NOT_ONE_BACKWARD, (*CAREFUL, *FORGETFUL, UPDATE)),
            (Incomparable.EDITED, (*CAREFUL, AssignElements(((Element("b", 0, 0), 3.0),)), *CAREFUL)),
            (Incomparable.REFUSED, (*CAREFUL, FORWARD, BACKWARD, BACKWARD, UPDATE, ZERO_GRAD)),
        ],
    )
    def test_what_is_not_comparable_says_why(self, reason: Incomparable, actions: tuple[Action, ...]) -> None:
        twin = compared(done(History.begin("twin", CPU), *actions))
        assert (twin.momentum_difference, twin.incomparable) == (None, reason)

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [([1, NAN], [1.5, NAN], 0.5), ([INF, 0], [INF, -0.0], 0.0), ([NAN, 0], [0, 0], NAN), ([INF, 0], [0, 0], INF)],
    )
    def test_a_difference_of_what_is_not_finite(self, first: list[float], second: list[float], expected: float) -> None:
        assert difference(frozen(first), frozen(second)) == pytest.approx(expected, nan_ok=True)


def test_the_path_is_bounded_and_ends_where_the_twin_is() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL * 9)
    whole = compared(history).path
    with patch.object(twin_module, "MOST_PATH_BYTES", 4 * 4 * 4):
        replay = Replay()
        for index in range(len(history.entries)):
            path = replay.compared(history.at(index).compared, CPU).path
            first = path.updates[0]
            assert len(path.updates) <= 4
            assert path.updates.tolist() == whole.updates[first : first + len(path.updates)].tolist()
            assert bits(path.W) == bits(whole.W[path.updates])
            assert path.updates[-1] == history.entries[index].updates
    with patch.object(twin_module, "MOST_PATH_BYTES", 0):
        assert compared(history).path.updates.tolist() == [9]


def test_the_answer_cannot_be_written_to() -> None:
    twin = ENGINE.answer(Comparison(done(History.begin("twin", CPU), *CAREFUL).compared), CPU)
    assert isinstance(twin, Twin)
    for array in (twin.losses, twin.path.W, twin.path.b):
        assert not array.flags.writeable
    for counts in (twin.updates, twin.path.updates):
        assert not counts.flags.writeable


def test_twin_is_off_unless_it_is_asked_for() -> None:
    assert not Config().twin
    assert done(History.begin("notebook", CPU), *CAREFUL).compared == ()
