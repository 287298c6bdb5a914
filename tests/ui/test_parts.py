"""A batch in parts, and sum or mean, as a person sets and sees them; plain PyTorch says what is right."""

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox

from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Reduction, Snapshot
from tests.ui.hands import Hands


def whole_gradient(snapshot: Snapshot, *, mean: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return W.grad of all rows at once, and the sum of the absolute values of the rows' shares in it."""
    W, b = torch.tensor(snapshot.W, requires_grad=True), torch.tensor(snapshot.b, requires_grad=True)
    losses = (torch.tensor(snapshot.y_true) - torch.sigmoid(torch.tensor(snapshot.x) @ W + b)) ** 2
    share = losses.numel() if mean else 1
    terms = [torch.autograd.grad(loss / share, W, retain_graph=True)[0] for loss in losses.reshape(-1)]
    (losses.mean() if mean else losses.sum()).backward()  # type: ignore[no-untyped-call]
    assert W.grad is not None
    return W.grad, torch.stack(terms).abs().sum(0)


def choose(hands: Hands, reduction: Reduction) -> None:
    box = hands.find(QComboBox, "reduction_combo_box")
    box.setCurrentIndex(box.findData(reduction))


@pytest.mark.parametrize(("part", "takes"), [
    ("1", ["x[0]", "x[1]", "x[2]", "x[3]"]), ("2", ["x[[0, 1]]", "x[[2, 3]]"]), ("3", ["x[[0, 1, 2]]", "x[3]"]),
])  # fmt: skip
def test_the_parts_add_up_to_the_batch(hands: Hands, part: str, takes: list[str]) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", part)
    taken = []
    for _ in takes:
        taken.append(hands.button("forward").accessibleDescription().partition("z = ")[2].partition(" @")[0])
        hands.click("forward", "backward")
    assert taken == takes
    assert hands.button("forward").accessibleDescription().startswith(f"z = {takes[0]} @"), "from the start again"
    whole, terms = whole_gradient(PRESETS["or_gate"], mean=False)
    assert hands.now.W_grad is not None
    assert (np.abs(hands.now.W_grad - whole.numpy()) <= 1e-6 * terms.numpy()).all()
    assert len(hands.now.deposits) == len(takes)


@pytest.mark.parametrize("reduction", [Reduction.MEAN, Reduction.WEIGHTED])
def test_means_of_parts_add_up_only_when_they_are_weighted(hands: Hands, reduction: Reduction) -> None:
    hands.session.restart("or_gate")
    choose(hands, reduction)
    hands.type_into_box("part_spin_box", "3")
    hands.click("forward", "backward", "forward", "backward")
    whole, terms = whole_gradient(PRESETS["or_gate"], mean=True)
    assert hands.now.W_grad is not None
    error = np.abs(hands.now.W_grad - whole.numpy())
    if reduction is Reduction.WEIGHTED:
        assert (error <= 1e-6 * terms.numpy()).all()
    else:
        assert (error > 0.1 * np.abs(whole.numpy())).any(), "the mean of one row counted as much as that of three"


def test_the_line_on_the_button_is_the_loss_that_is_set(hands: Hands) -> None:
    hands.session.restart("or_gate")
    for reduction, end in (
        (Reduction.MEAN, "** 2).mean()"), (Reduction.WEIGHTED, "** 2).mean()"), (Reduction.SUM, "** 2).sum()"),
    ):  # fmt: skip
        choose(hands, reduction)
        assert hands.button("forward").accessibleDescription().endswith(end)
    choose(hands, Reduction.WEIGHTED)
    hands.type_into_box("part_spin_box", "3")
    assert hands.button("forward").accessibleDescription().endswith("** 2).mean() * 3/4")


def test_a_refused_backward_marks_no_next_part(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "1")
    hands.click("backward")
    assert hands.now.rows == (0,)
    hands.click("forward", "backward", "forward", "backward")
    assert hands.now.rows == (2,)
    hands.click("backward")
    assert hands.history.entry.refusal is not None
    assert hands.now.rows == (2,)


def test_all_rows_again_are_no_parts(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "2")
    assert hands.now.rows == (0, 1)
    hands.action("mark_all_rows").trigger()
    after = hands.now
    assert after.rows is None
    assert after.config.part == 0
    assert hands.text_of("part_spin_box") == "all"


@pytest.mark.parametrize("typed", ["4", "12"])
def test_a_part_as_large_as_the_batch_is_refused_in_a_line(hands: Hands, typed: str) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", typed)
    assert "1 to 3" in hands.message
    assert hands.text_of("part_spin_box") == "all"
    assert hands.now.config.part == 0
    assert len(hands.history.entries) == 2


def test_fewer_samples_begin_with_the_first_part_or_end_the_parts(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "2")
    hands.click("forward", "backward")
    hands.type_into_box("samples_spin_box", "3")
    assert hands.now.rows == (0, 1)
    hands.type_into_box("samples_spin_box", "2")
    after = hands.now
    assert after.rows is None
    assert after.config.part == 0
    hands.type_into_box("samples_spin_box", "1")
    assert not hands.find(QSpinBox, "part_spin_box").isEnabled()


def test_undo_takes_the_next_part_back_with_its_backward(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "1")
    hands.click("forward", "backward")
    hands.action("undo").trigger()
    assert hands.now.rows == (0,)
    assert hands.now.deposits == ()


def test_the_status_line_says_which_part_comes_next_and_what_they_are_together(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "2")
    hands.click("forward", "backward")
    assert "x[[2, 3]]" in hands.message
    hands.click("forward", "backward")
    assert "together they are the gradient of the batch" in hands.message
    hands.click("update")
    assert "older state" not in hands.message
    hands.click("update")
    assert "older state" in hands.message


def test_a_part_that_was_taken_twice_or_elsewhere_makes_no_batch(hands: Hands) -> None:
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "2")
    hands.find(QCheckBox, "retain_graph_check_box").setChecked(True)
    hands.click("forward", "backward", "backward", "forward", "backward")
    assert "together" not in hands.message
    hands.session.restart("or_gate")
    hands.type_into_box("part_spin_box", "2")
    hands.click("forward", "backward")
    hands.type_into_cell("W", 0, 0, "1")
    hands.click("forward", "backward")
    assert "together" not in hands.message


def test_the_sum_of_means_is_not_called_the_gradient_of_the_batch(hands: Hands) -> None:
    hands.session.restart("or_gate")
    choose(hands, Reduction.MEAN)
    hands.type_into_box("part_spin_box", "2")
    hands.click("forward", "backward", "forward", "backward")
    assert "rows/m" in hands.message
    assert "together" not in hands.message
