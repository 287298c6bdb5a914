"""The lines that are shown are PyTorch, and they are what runs."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import lines
from perceptron_gui.core.actions import (
    Action,
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Insert,
    MarkRows,
    Operation,
    Paste,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.autograd import Namespace
from perceptron_gui.core.editing import edited
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.randomness import randomized, resized
from perceptron_gui.core.snapshot import Rows, Snapshot, TensorName, Zeroing, frozen, same_bits
from tests.core.notebook import bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, of_size, play
from tests.strategies import assignments, briefly, snapshots

OR_GATE = PRESETS["or_gate"]
NAMES = ("x", "y_true", "W", "b")
SEVEN_ROWS = of_size(7, 2, 1, value=1)


def tensors(snapshot: Snapshot) -> dict[str, Any]:
    """Return the tensors of a snapshot under their names, a single sample as a vector."""
    names: dict[str, Any] = {name: torch.tensor(getattr(snapshot, name)) for name in NAMES}
    if snapshot.m == 1:
        names |= {name: names[name][0] for name in ("x", "y_true")}
    return {"torch": torch, **names}


def executed(text: str, **names: Any) -> dict[str, Any]:
    """Run lines as a person would who types them off."""
    namespace: dict[str, Any] = {"torch": torch, **names}
    exec(compile(text, "typed off", "exec"), namespace)  # noqa: S102  the lines are text
    return namespace


def check_tensors(namespace: dict[str, Any], snapshot: Snapshot) -> None:
    for name in NAMES:
        assert bits(namespace[name].detach().numpy()) == bits(getattr(snapshot, name)), name


class TestPhases:
    @pytest.mark.parametrize("operation", Operation)
    @pytest.mark.parametrize(
        "setting", [Configure("lr", 0.5), Configure("retain_graph", value=True), Configure("zeroing", Zeroing.NONE)]
    )
    @pytest.mark.parametrize("rows", [None, (1,), (0, 2), (0, 1, 2, 3, 4, 5)])
    def test_what_is_shown_is_what_runs(
        self, monkeypatch: pytest.MonkeyPatch, operation: Operation, setting: Configure, rows: Rows
    ) -> None:
        before = after(SEVEN_ROWS, MarkRows(rows), FORWARD, BACKWARD, FORWARD, setting)
        ran: list[str] = []
        execute = Namespace.execute

        def spy(names: Namespace, code: str) -> None:
            ran.append(code)
            execute(names, code)

        monkeypatch.setattr(Namespace, "execute", spy)
        play(before, operation)
        assert ran[-1] == lines.of_operation(operation, before)

    @pytest.mark.parametrize(
        ("rows", "taken"),
        [
            (None, "x"),
            ((2,), "x[2]"),
            ((0, 2), "x[[0, 2]]"),
            ((0, 1, 2), "x[[0, 1, 2]]"),
            ((0, 1, 2, 3, 4, 5), "x[rows]"),
        ],
    )
    def test_forward_says_which_rows_it_takes(self, rows: Rows, taken: str) -> None:
        text = lines.of_operation(FORWARD, edited(SEVEN_ROWS, MarkRows(rows)))
        assert text.splitlines() == [
            f"z = {taken} @ W + b",
            "y_pred = torch.sigmoid(z)",
            f"loss = (({taken.replace('x', 'y_true', 1)} - y_pred) ** 2).sum()",
        ]

    @pytest.mark.parametrize("rows", [None, (2,), (0, 2), (0, 1, 2, 3, 4, 5)])
    def test_the_forward_line_takes_these_rows(self, rows: Rows) -> None:
        start = edited(randomized(SEVEN_ROWS), MarkRows(rows))
        names = executed(lines.of_operation(FORWARD, start), rows=list(rows or ()), **tensors(start))
        expected = after(start, FORWARD).forward
        assert expected is not None
        assert bits(names["y_pred"].numpy()) == bits(expected.y_pred)

    @pytest.mark.parametrize(
        ("operation", "setting", "text"),
        [
            (BACKWARD, Configure("lr", 2.0), "loss.backward()"),
            (BACKWARD, Configure("retain_graph", value=True), "loss.backward(retain_graph=True)"),
            (UPDATE, Configure("lr", 2.0), "with torch.no_grad():\n    W -= lr * W.grad\n    b -= lr * b.grad"),
            (ZERO_GRAD, Configure("lr", 2.0), "W.grad.zero_()\nb.grad.zero_()"),
            (ZERO_GRAD, Configure("zeroing", Zeroing.NONE), "W.grad = None\nb.grad = None"),
        ],
    )
    def test_the_other_phases_say_what_the_notebook_says(
        self, operation: Operation, setting: Configure, text: str
    ) -> None:
        assert lines.of_operation(operation, edited(NOTEBOOK_START, setting)) == text


@pytest.mark.parametrize("preset", PRESETS)
def test_an_element_is_named_as_pytorch_indexes_it(preset: str) -> None:
    snapshot = after(PRESETS[preset], FORWARD, BACKWARD)
    names = executed(lines.forward(None) + "\nloss.backward()", **leaves(snapshot))
    forward = snapshot.forward
    shown = {name: getattr(snapshot, name) for name in NAMES}
    shown |= {name: getattr(forward, name) for name in ("z", "y_pred", "loss")}
    shown |= {"W.grad": snapshot.W_grad, "b.grad": snapshot.b_grad}
    for name, array in shown.items():
        table = np.atleast_2d(array)
        for row, column in np.ndindex(table.shape):
            element = eval(lines.element(name, row, column, snapshot.m), names)  # noqa: S307  the element is text
            assert element.item() == table[row, column]


def leaves(snapshot: Snapshot) -> dict[str, Any]:
    names = tensors(snapshot)
    return names | {name: names[name].requires_grad_() for name in ("W", "b")}


class TestEdits:
    @briefly
    @given(st.data(), snapshots())
    def test_an_assignment_typed_off_does_the_same(self, data: st.DataObject, start: Snapshot) -> None:
        edit = data.draw(assignments(start, st.floats(-(2.0**127), 2.0**127, width=32)))
        changed = edited(start, edit)
        text = lines.of_action(edit, start, changed)
        is_matrix = edit.tensor == "W" or (start.m > 1 and edit.tensor != "b")
        block = torch.tensor(edit.values if is_matrix else edit.values[0])
        names = executed(text.replace("torch.tensor(…)", "block"), **tensors(start), block=block)
        for name in NAMES:
            assert np.array_equal(names[name].numpy().reshape(-1), getattr(changed, name).reshape(-1))

    def test_an_assignment_is_in_place(self) -> None:
        edit = Assign(TensorName.W, 1, 0, frozen([[0.5]]), Gesture.TYPE)
        text = lines.of_action(edit, NOTEBOOK_START, edited(NOTEBOOK_START, edit))
        assert text == "with torch.no_grad():\n    W[1, 0] = 0.5"

    def test_a_small_block_is_written_out_and_a_large_one_is_not(self) -> None:
        small = Assign(TensorName.X, 0, 1, frozen([[0.1, -2]]), Gesture.PASTE)
        text = lines.of_action(small, NOTEBOOK_START, edited(NOTEBOOK_START, small))
        assert text == "with torch.no_grad():\n    x[1:3] = torch.tensor([0.1, -2.0])"
        start = of_size(9, 9, 1)
        large = Assign(TensorName.X, 0, 0, frozen(np.ones((9, 9))), Gesture.PASTE)
        text = lines.of_action(large, start, edited(start, large))
        assert text == "with torch.no_grad():\n    x[0:9, 0:9] = torch.tensor(…)"

    def test_clearing_a_block_says_zero(self) -> None:
        edit = Assign(TensorName.X, 0, 0, frozen([[0, 0, 0]]), Gesture.CLEAR)
        text = lines.of_action(edit, NOTEBOOK_START, edited(NOTEBOOK_START, edit))
        assert text == "with torch.no_grad():\n    x[0:3] = 0"

    def test_the_learning_rate_is_a_line(self) -> None:
        edit = Configure("lr", 0.1)
        assert lines.of_action(edit, NOTEBOOK_START, edited(NOTEBOOK_START, edit)) == "lr = 0.1"

    @pytest.mark.parametrize(
        "edit", [Configure("retain_graph", value=True), MarkRows((0,)), Paste(TensorName.W, 0, 0, 1, 1, "1")]
    )
    def test_what_shows_in_later_lines_has_none_of_its_own(self, edit: Action) -> None:
        assert lines.of_action(edit, OR_GATE, OR_GATE) == ""

    @pytest.mark.parametrize("preset", PRESETS)
    def test_a_preset_typed_off_is_the_preset(self, preset: str) -> None:
        start = PRESETS[preset]
        names = executed(lines.of_action(Start(preset), NOTEBOOK_START, start))
        check_tensors(names, start)
        assert names["lr"] == start.config.lr
        assert [name for name in NAMES if names[name].requires_grad] == ["W", "b"]
        assert names["x"].dim() == (1 if start.m == 1 else 2)

    @pytest.mark.parametrize("start", [NOTEBOOK_START, OR_GATE], ids=["one sample", "several"])
    def test_randomize_typed_off_gives_the_same_numbers(self, start: Snapshot) -> None:
        start = edited(start, Configure("seed", 2**40))
        changed = randomized(start)
        with torch.random.fork_rng():
            names = executed(lines.of_action(Randomize(), start, changed), y_true=torch.tensor(start.y_true))
        check_tensors(names, changed)

    @pytest.mark.parametrize("edit", [Resize(Axis.INPUTS, 4), Insert(Axis.INPUTS, 0, 1), Delete(Axis.INPUTS, 0, 1)])
    def test_new_sizes_are_said(self, edit: Resize | Insert | Delete) -> None:
        changed = resized(NOTEBOOK_START, edit)
        n = changed.n
        text = lines.of_action(edit, NOTEBOOK_START, changed)
        weights = f"torch.manual_seed(0)\ntorch.randn({n}, 1)  # the new weights\n" if n > NOTEBOOK_START.n else ""
        assert text == f"{weights}# new tensors: x ({n},), y_true (1,), W ({n}, 1), b (1,)"

    def test_another_device_typed_off_moves_every_tensor(self) -> None:
        text = lines.of_action(SwitchDevice("cpu"), OR_GATE, OR_GATE)
        names = executed(text, **leaves(OR_GATE))
        check_tensors(names, OR_GATE)
        assert [name for name in NAMES if names[name].requires_grad] == ["W", "b"]

    @pytest.mark.parametrize("operation", Operation)
    def test_a_phase_that_was_done_shows_the_line_that_ran(self, operation: Operation) -> None:
        before = after(OR_GATE, FORWARD, BACKWARD, FORWARD)
        assert lines.of_action(operation, before, after(before, operation)) == lines.of_operation(operation, before)


def test_a_large_tensor_is_not_written_out() -> None:
    large = of_size(9, 9, 1)
    assert "x = torch.tensor(…)\n" in lines.of_action(Start("large"), large, large)


def test_a_value_in_a_line_reads_back_as_the_same_float32() -> None:
    edit = Assign(TensorName.W, 0, 0, frozen([[0.1]]), Gesture.TYPE)
    changed = edited(NOTEBOOK_START, edit)
    names = executed(lines.of_action(edit, NOTEBOOK_START, changed), **tensors(NOTEBOOK_START))
    assert same_bits(names["W"].numpy(), changed.W)
