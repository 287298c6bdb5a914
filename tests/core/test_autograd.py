"""What PyTorch does in every situation that a lesson shows, and what its refusals leave behind."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from perceptron_gui.core.actions import Assign, Configure, Edit, Gesture, MarkRows, Operation
from perceptron_gui.core.history import Refusal
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import FloatArray, GraphState, Snapshot, TensorName, Zeroing, frozen, same_bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, of_size, play

RETAIN_GRAPH = Configure("retain_graph", value=True)
SET_TO_NONE = Configure("zeroing", Zeroing.NONE)
OR_GATE = PRESETS["or_gate"]

Run = Callable[..., tuple[Snapshot, Refusal | None]]


@pytest.fixture(params=["live tensors", "tensors made again"])
def run(request: pytest.FixtureRequest) -> Run:
    """Do actions, with one engine for all or another for each; return the state and the refusal of the last."""
    shared = Engine() if request.param == "live tensors" else None

    def run(start: Snapshot, *actions: Operation | Edit) -> tuple[Snapshot, Refusal | None]:
        snapshot, refusal = start, None
        for action in actions:
            (outcome,) = play(snapshot, action, engine=shared)
            snapshot, refusal = outcome.snapshot, outcome.refusal
        return snapshot, refusal

    return run


def write(tensor: TensorName, value: float, row: int = 0, column: int = 0) -> Assign:
    return Assign(tensor, row, column, frozen([[value]]), Gesture.TYPE)


EDIT_X = write(TensorName.X, 2)


def gradients(snapshot: Snapshot) -> tuple[FloatArray, FloatArray]:
    assert snapshot.W_grad is not None
    assert snapshot.b_grad is not None
    return snapshot.W_grad, snapshot.b_grad


def check_gradients_are(snapshot: Snapshot, expected: Snapshot, times: float = 1) -> None:
    for found, once in zip(gradients(snapshot), gradients(expected), strict=True):
        assert same_bits(found, np.float32(times) * once)


def test_there_is_no_gradient_before_any_backward(run: Run) -> None:
    snapshot, refusal = run(NOTEBOOK_START, FORWARD)
    assert refusal is None
    assert snapshot.W_grad is None
    assert snapshot.b_grad is None


@pytest.mark.parametrize(
    ("actions", "exception", "fragment"),
    [
        ([UPDATE], "TypeError", "unsupported operand type(s) for *: 'float' and 'NoneType'"),
        ([ZERO_GRAD], "AttributeError", "'NoneType' object has no attribute 'zero_'"),
        ([BACKWARD], "NameError", "name 'loss' is not defined"),
        ([FORWARD, BACKWARD, BACKWARD], "RuntimeError", "Trying to backward through the graph a second time"),
        ([FORWARD, BACKWARD, SET_TO_NONE, ZERO_GRAD, UPDATE], "TypeError", "'NoneType'"),
        ([FORWARD, EDIT_X, BACKWARD], "RuntimeError", "modified by an inplace operation"),
        ([FORWARD, EDIT_X, BACKWARD, BACKWARD], "RuntimeError", "second time"),
        ([FORWARD, EDIT_X, BACKWARD, UPDATE], "TypeError", "'NoneType'"),
        ([FORWARD, EDIT_X, BACKWARD, ZERO_GRAD], "AttributeError", "'NoneType'"),
        ([FORWARD, EDIT_X, RETAIN_GRAPH, BACKWARD, BACKWARD], "RuntimeError", "modified by an inplace operation"),
    ],
    ids=lambda value: (
        "-".join(str(getattr(each, "value", "edit")) for each in value) if isinstance(value, list) else ""
    ),
)
def test_pytorch_refuses_in_its_own_words(
    run: Run, actions: list[Operation | Edit], exception: str, fragment: str
) -> None:
    _, refusal = run(NOTEBOOK_START, *actions)
    assert refusal is not None
    assert refusal.exception == exception
    assert fragment in refusal.text


@pytest.mark.parametrize("operation", [BACKWARD, UPDATE, ZERO_GRAD])
def test_a_refusal_at_the_start_changes_no_number(run: Run, operation: Operation) -> None:
    snapshot, _ = run(NOTEBOOK_START, operation)
    assert snapshot.W is NOTEBOOK_START.W
    assert snapshot.b is NOTEBOOK_START.b
    assert snapshot.W_grad is None
    assert snapshot.deposits == ()


def test_a_second_backward_leaves_the_gradient_of_the_first(run: Run) -> None:
    snapshot, _ = run(NOTEBOOK_START, FORWARD, BACKWARD, BACKWARD)
    check_gradients_are(snapshot, after(NOTEBOOK_START, FORWARD, BACKWARD))
    assert len(snapshot.deposits) == 1


def test_with_retain_graph_a_second_backward_doubles_the_gradient(run: Run) -> None:
    snapshot, refusal = run(NOTEBOOK_START, RETAIN_GRAPH, FORWARD, BACKWARD, BACKWARD)
    assert refusal is None
    check_gradients_are(snapshot, after(NOTEBOOK_START, FORWARD, BACKWARD), times=2)


def test_the_last_backward_without_retain_graph_frees_the_graph(run: Run) -> None:
    snapshot, _ = run(NOTEBOOK_START, RETAIN_GRAPH, FORWARD, BACKWARD)
    assert snapshot.forward is not None
    assert snapshot.forward.graph is GraphState.LIVE
    snapshot, _ = run(snapshot, Configure("retain_graph", value=False), BACKWARD)
    assert snapshot.forward is not None
    assert snapshot.forward.graph is GraphState.FREED


@pytest.mark.parametrize("times", [1, 2, 3])
def test_gradients_accumulate_without_zero_grad(run: Run, times: int) -> None:
    snapshot, _ = run(NOTEBOOK_START, *(FORWARD, BACKWARD) * times)
    check_gradients_are(snapshot, after(NOTEBOOK_START, FORWARD, BACKWARD), times)


@pytest.mark.parametrize("times", [1, 2, 3, 10])
def test_zero_grad_leaves_zeros_after_any_number_of_backwards(run: Run, times: int) -> None:
    snapshot, refusal = run(NOTEBOOK_START, *(FORWARD, BACKWARD) * times, ZERO_GRAD)
    assert refusal is None
    for gradient in gradients(snapshot):
        assert same_bits(gradient, np.zeros_like(gradient))
    assert snapshot.deposits == ()


def test_zeros_change_no_parameter(run: Run) -> None:
    before, _ = run(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, ZERO_GRAD)
    snapshot, refusal = run(before, UPDATE)
    assert refusal is None
    assert same_bits(snapshot.W, before.W)
    assert same_bits(snapshot.b, before.b)


def test_none_takes_the_gradients_away(run: Run) -> None:
    snapshot, refusal = run(NOTEBOOK_START, FORWARD, BACKWARD, SET_TO_NONE, ZERO_GRAD)
    assert refusal is None
    assert snapshot.W_grad is None
    assert snapshot.b_grad is None
    assert snapshot.deposits == ()


def test_update_twice_takes_the_same_gradient_again(run: Run) -> None:
    start = NOTEBOOK_START
    snapshot, refusal = run(start, Configure("lr", 0.5), FORWARD, BACKWARD, UPDATE, UPDATE)
    W_grad, b_grad = gradients(snapshot)
    step = np.float32(0.5)
    assert refusal is None
    assert same_bits(snapshot.W, start.W - step * W_grad - step * W_grad)
    assert same_bits(snapshot.b, start.b - step * b_grad - step * b_grad)


def test_update_keeps_gradients_and_forward_and_makes_them_stale(run: Run) -> None:
    before, _ = run(NOTEBOOK_START, FORWARD, BACKWARD)
    snapshot, _ = run(before, UPDATE)
    check_gradients_are(snapshot, before)
    assert snapshot.forward is before.forward
    assert snapshot.stale == ("W", "b")


class TestAfterAnEditOfX:
    """`x @ W` saved x: the pass back reaches b, and is refused on its way to W."""

    def test_the_refused_backward_has_already_put_its_deposit_into_b(self, run: Run) -> None:
        snapshot, _ = run(NOTEBOOK_START, FORWARD, EDIT_X, BACKWARD)
        _, b_grad = gradients(after(NOTEBOOK_START, FORWARD, BACKWARD))
        assert snapshot.b_grad is not None
        assert same_bits(snapshot.b_grad, b_grad)
        assert snapshot.W_grad is None

    def test_the_deposit_says_that_nothing_came_to_W(self, run: Run) -> None:
        snapshot, _ = run(NOTEBOOK_START, FORWARD, EDIT_X, BACKWARD)
        (deposit,) = snapshot.deposits
        assert deposit.W_grad is None
        assert deposit.b_grad is not None

    def test_a_refused_zero_grad_leaves_that_deposit(self, run: Run) -> None:
        before, _ = run(NOTEBOOK_START, FORWARD, EDIT_X, BACKWARD)
        snapshot, refusal = run(before, ZERO_GRAD)
        assert refusal is not None
        assert snapshot.deposits == before.deposits
        assert snapshot.b_grad is before.b_grad

    def test_b_accumulates_and_W_does_not(self, run: Run) -> None:
        snapshot, refusal = run(NOTEBOOK_START, FORWARD, BACKWARD, FORWARD, EDIT_X, BACKWARD)
        once = after(NOTEBOOK_START, FORWARD, BACKWARD)
        W_grad, b_grad = gradients(snapshot)
        assert refusal is not None
        assert same_bits(W_grad, gradients(once)[0])
        assert same_bits(b_grad, 2 * gradients(once)[1])

    def test_a_new_forward_makes_all_well(self, run: Run) -> None:
        snapshot, refusal = run(NOTEBOOK_START, FORWARD, EDIT_X, FORWARD, BACKWARD)
        assert refusal is None
        check_gradients_are(snapshot, after(NOTEBOOK_START, EDIT_X, FORWARD, BACKWARD))

    def test_putting_the_old_number_back_does_not_help(self, run: Run) -> None:
        back = write(TensorName.X, float(NOTEBOOK_START.x[0, 0]))
        _, refusal = run(NOTEBOOK_START, FORWARD, EDIT_X, back, BACKWARD)
        assert refusal is not None
        assert "modified by an inplace operation" in refusal.text


@pytest.mark.parametrize("tensor", [TensorName.W, TensorName.B, TensorName.Y_TRUE])
class TestAfterAnEditOfAnythingElse:
    """Nothing saved was written to: the pass back goes through, at the old point."""

    def test_backward_silently_gives_the_gradient_of_the_old_point(self, run: Run, tensor: TensorName) -> None:
        snapshot, refusal = run(NOTEBOOK_START, FORWARD, write(tensor, 0.25), BACKWARD)
        assert refusal is None
        check_gradients_are(snapshot, after(NOTEBOOK_START, FORWARD, BACKWARD))
        assert snapshot.tensor(tensor).flat[0] == 0.25

    def test_the_state_says_what_is_stale(self, run: Run, tensor: TensorName) -> None:
        snapshot, _ = run(NOTEBOOK_START, FORWARD, write(tensor, 0.25), BACKWARD)
        assert snapshot.stale == (tensor.value,)

    def test_a_forward_after_the_backward_sees_the_edit(self, run: Run, tensor: TensorName) -> None:
        snapshot, _ = run(NOTEBOOK_START, FORWARD, write(tensor, 0.25), BACKWARD, FORWARD)
        expected = after(NOTEBOOK_START, write(tensor, 0.25), FORWARD)
        assert snapshot.forward is not None
        assert expected.forward is not None
        assert same_bits(snapshot.forward.loss, expected.forward.loss)

    def test_a_new_forward_is_fresh(self, run: Run, tensor: TensorName) -> None:
        snapshot, _ = run(NOTEBOOK_START, FORWARD, write(tensor, 0.25), FORWARD)
        assert snapshot.stale == ()


@pytest.mark.parametrize(
    ("rows", "is_refused"),
    [(None, True), ((2,), True), ((0, 2), False)],
    ids=["x", "x[i] is a view", "x[[i, j]] is a copy"],
)
def test_the_rows_taken_decide_whether_an_edit_of_x_is_seen(
    run: Run, rows: tuple[int, ...] | None, *, is_refused: bool
) -> None:
    _, refusal = run(OR_GATE, MarkRows(rows), FORWARD, write(TensorName.X, 5, 2, 0), BACKWARD)
    assert (refusal is not None) == is_refused


def test_a_copy_of_rows_gives_the_gradient_of_the_old_point(run: Run) -> None:
    marks = MarkRows((0, 2))
    snapshot, _ = run(OR_GATE, marks, FORWARD, write(TensorName.X, 5, 2, 0), BACKWARD)
    check_gradients_are(snapshot, after(OR_GATE, marks, FORWARD, BACKWARD))
    assert snapshot.stale == ("x",)


@pytest.mark.parametrize("rows", [None, (1,), (0, 3), (1, 2, 3)])
def test_forward_takes_the_marked_rows_alone(run: Run, rows: tuple[int, ...] | None) -> None:
    snapshot, _ = run(OR_GATE, MarkRows(rows), FORWARD)
    taken = list(range(4)) if rows is None else list(rows)
    assert snapshot.forward is not None
    assert snapshot.forward.rows == rows
    assert snapshot.forward.z == pytest.approx(OR_GATE.x[taken] @ OR_GATE.W + OR_GATE.b)


def test_other_marks_make_a_forward_stale(run: Run) -> None:
    snapshot, refusal = run(OR_GATE, FORWARD, MarkRows((1,)), BACKWARD)
    assert refusal is None
    assert snapshot.stale == ("rows",)
    check_gradients_are(snapshot, after(OR_GATE, FORWARD, BACKWARD))


def test_many_rows_are_those_of_the_forward_whatever_is_marked_since(run: Run) -> None:
    start = replace(of_size(7, 1, 1), x=frozen([[1], [2], [3], [4], [5], [6], [7]]))
    marks = MarkRows((0, 1, 2, 3, 4, 5))
    snapshot, refusal = run(start, marks, FORWARD, MarkRows((1, 2, 3, 4, 5, 6)), BACKWARD)
    assert refusal is None
    check_gradients_are(snapshot, after(start, marks, FORWARD, BACKWARD))


def test_the_names_of_the_grad_fns_are_pytorchs(run: Run) -> None:
    snapshot, _ = run(NOTEBOOK_START, FORWARD)
    assert snapshot.forward is not None
    assert snapshot.forward.y_pred_grad_fn.startswith("SigmoidBackward")
    assert snapshot.forward.loss_grad_fn.startswith("SumBackward")


def test_an_array_that_nothing_wrote_to_is_the_same_array(run: Run) -> None:
    before, _ = run(NOTEBOOK_START, FORWARD, BACKWARD)
    snapshot, _ = run(before, FORWARD)
    for name in ("x", "y_true", "W", "b", "W_grad", "b_grad"):
        assert getattr(snapshot, name) is getattr(before, name)


def test_numbers_that_overflow_flow_on(run: Run) -> None:
    start = replace(NOTEBOOK_START, x=frozen([[1e38]]), W=frozen([[1e-38]]), y_true=frozen([[0]]))
    snapshot, refusal = run(start, Configure("lr", 1e30), FORWARD, BACKWARD, UPDATE, FORWARD)
    assert refusal is None
    assert snapshot.forward is not None
    assert np.isneginf(snapshot.W).all()
    assert np.isneginf(snapshot.forward.z).all()


def test_a_loss_that_is_nan_is_shown_as_nan(run: Run) -> None:
    start = after(NOTEBOOK_START, write(TensorName.X, 1e38), write(TensorName.W, 1e38), write(TensorName.B, -np.inf))
    snapshot, refusal = run(start, FORWARD, BACKWARD)
    assert refusal is None
    assert snapshot.forward is not None
    assert np.isnan(snapshot.forward.loss)
    assert np.isnan(gradients(snapshot)[0]).any()
