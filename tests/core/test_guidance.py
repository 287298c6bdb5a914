"""What to press next, what no longer holds, and why PyTorch refused."""

import pytest
from hypothesis import given

from perceptron_gui.core.actions import Assign, Configure, Edit, Gesture, MarkRows, Operation
from perceptron_gui.core.freshness import stale_gradient
from perceptron_gui.core.guidance import next_operation, refused_at
from perceptron_gui.core.history import Cause, Entry
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Snapshot, TensorName, Zeroing, frozen
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, play
from tests.strategies import Scenario, scenarios, thoroughly

EDIT_X = Assign(TensorName.X, 0, 0, frozen([[2]]), Gesture.TYPE)
EDIT_W = Assign(TensorName.W, 0, 0, frozen([[2]]), Gesture.TYPE)
EDIT_Y_TRUE = Assign(TensorName.Y_TRUE, 0, 0, frozen([[0.25]]), Gesture.TYPE)
RETAIN_GRAPH = Configure("retain_graph", value=True)
SET_TO_NONE = Configure("zeroing", Zeroing.NONE)
CAUSES = {
    "NoneType": Cause.NO_GRADIENT,
    "name 'loss' is not defined": Cause.NO_LOSS,
    "a second time": Cause.GRAPH_FREED,
    "modified by an inplace operation": Cause.X_CHANGED,
}

Actions = list[Operation | Edit]


def state_after(actions: Actions) -> Snapshot:
    return after(NOTEBOOK_START, *actions) if actions else NOTEBOOK_START


@pytest.mark.parametrize("settings", [[], [RETAIN_GRAPH], [SET_TO_NONE]], ids=["plain", "retain_graph", "None"])
def test_the_marked_phases_are_the_step_of_the_notebook(settings: Actions) -> None:
    snapshot, marked = state_after(settings), []
    for _ in range(8):
        marked.append(next_operation(snapshot))
        snapshot = after(snapshot, marked[-1])
    assert marked == [FORWARD, BACKWARD, UPDATE, ZERO_GRAD] * 2


@pytest.mark.parametrize(("part", "times"), [(1, 4), (2, 2), (3, 2)])
def test_a_batch_in_parts_takes_them_all_before_the_update(part: int, times: int) -> None:
    snapshot, marked = after(PRESETS["or_gate"], Configure("part", part)), []
    for _ in range(2 * (2 * times + 2)):
        marked.append(next_operation(snapshot))
        snapshot = after(snapshot, marked[-1])
    assert marked == [*[FORWARD, BACKWARD] * times, UPDATE, ZERO_GRAD] * 2


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([BACKWARD], FORWARD),
        ([UPDATE], FORWARD),
        ([FORWARD, FORWARD], BACKWARD),
        ([FORWARD, BACKWARD, FORWARD], BACKWARD),
        ([FORWARD, BACKWARD, FORWARD, BACKWARD], UPDATE),
        ([FORWARD, BACKWARD, BACKWARD], UPDATE),
        ([RETAIN_GRAPH, FORWARD, BACKWARD, BACKWARD], UPDATE),
        ([FORWARD, BACKWARD, UPDATE, FORWARD], BACKWARD),
        ([FORWARD, BACKWARD, ZERO_GRAD], FORWARD),
        ([FORWARD, EDIT_X], FORWARD),
        ([FORWARD, EDIT_W], FORWARD),
        ([FORWARD, BACKWARD, EDIT_W], ZERO_GRAD),
        ([FORWARD, BACKWARD, UPDATE, UPDATE], ZERO_GRAD),
    ],
)
def test_the_phase_that_makes_sense_next_is_marked(actions: Actions, expected: Operation) -> None:
    assert next_operation(state_after(actions)) is expected


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([], ()),
        ([FORWARD, EDIT_W], ()),
        ([FORWARD, BACKWARD], ()),
        ([FORWARD, BACKWARD, UPDATE], ("W", "b")),
        ([FORWARD, BACKWARD, EDIT_Y_TRUE], ("y_true",)),
        ([FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD], ("W", "b")),
        ([FORWARD, BACKWARD, UPDATE, ZERO_GRAD, FORWARD, BACKWARD], ()),
    ],
)
def test_a_gradient_is_stale_when_a_deposit_is_of_an_older_point(actions: Actions, expected: tuple[str, ...]) -> None:
    assert stale_gradient(state_after(actions)) == expected


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([FORWARD, BACKWARD] * 3, ()),
        ([FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD, FORWARD, BACKWARD], ("W", "b")),
        ([FORWARD, BACKWARD, EDIT_Y_TRUE, FORWARD, BACKWARD, FORWARD, BACKWARD], ("y_true",)),
    ],
)
def test_merged_deposits_are_as_old_as_the_oldest_of_them(
    monkeypatch: pytest.MonkeyPatch, actions: Actions, expected: tuple[str, ...]
) -> None:
    monkeypatch.setattr("perceptron_gui.core.deposits.MOST", 1)
    snapshot = state_after(actions)
    assert [deposit.count for deposit in snapshot.deposits] == [3]
    assert stale_gradient(snapshot) == expected


def test_after_a_backward_that_got_half_way_it_is_time_for_a_forward() -> None:
    assert next_operation(state_after([FORWARD, EDIT_X, BACKWARD])) is FORWARD


def test_other_marks_make_a_gradient_stale() -> None:
    snapshot = after(PRESETS["or_gate"], FORWARD, BACKWARD, MarkRows((0,)))
    assert stale_gradient(snapshot) == ("rows",)


@thoroughly
@given(scenarios())
def test_the_cause_of_every_refusal_is_what_pytorch_says(scenario: Scenario) -> None:
    for outcome in play(scenario.start, *scenario.steps):
        if outcome.refusal is not None:
            (cause,) = (cause for fragment, cause in CAUSES.items() if fragment in outcome.refusal.text)
            assert outcome.refusal.cause is cause


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([FORWARD], set()),
        ([UPDATE], {"W.grad", "b.grad"}),
        ([ZERO_GRAD], {"W.grad", "b.grad"}),
        ([BACKWARD], {"loss"}),
        ([FORWARD, BACKWARD, BACKWARD], {"loss"}),
        ([FORWARD, EDIT_X, BACKWARD], {"x"}),
        ([FORWARD, EDIT_X, BACKWARD, UPDATE], {"W.grad"}),
    ],
)
def test_a_refusal_strikes_where_it_does(actions: Actions, expected: set[str]) -> None:
    last = play(NOTEBOOK_START, *actions)[-1]
    assert refused_at(Entry(last.action, last.snapshot, last.device, last.refusal)) == expected
