"""The story that the ledger tells, in the window, with its own buttons and boxes."""

from PySide6.QtWidgets import QSpinBox

from perceptron_gui.ui.plots.gradient import GradientPlot
from tests.ui.hands import Hands
from tests.ui.plots.ledger_hands import count, heights, slabs


def _ledger(hands: Hands) -> GradientPlot:
    (plot,) = hands.window.findChildren(GradientPlot)
    return plot


def test_three_backwards_are_three_slabs_that_add_up(hands: Hands) -> None:
    plot = _ledger(hands)
    assert plot.story.text() == ".grad is None: nothing has been added yet."
    hands.click(*("forward", "backward") * 3)
    assert len(slabs(plot)) == 12
    assert "Backwards: 3, from None on. Their sum is .grad, bit for bit." in plot.story.text()
    hands.click("zero_grad")
    assert not slabs(plot)
    hands.click("forward", "backward")
    assert "Backwards: 1, from zeros on. Their sum is .grad, bit for bit." in plot.story.text()
    hands.action("undo").trigger()
    hands.action("undo").trigger()
    hands.action("undo").trigger()
    assert "Backwards: 3, from None on. Their sum is .grad, bit for bit." in plot.story.text()


def test_forgetting_zero_grad_is_marked_at_the_sixth_backward(hands: Hands) -> None:
    plot = _ledger(hands)
    hands.action("preset_notebook_half").trigger()
    hands.click(*("forward", "backward", "update") * 5, "forward")
    assert "⇅" not in plot.story.text()
    hands.click("backward")
    assert "⇅ incoming against stored: W[0, 0], W[1, 0], W[2, 0], b[0]" in plot.story.text()
    assert hands.shown("b_grad") == [["-0.3170"]]
    assert f"{heights(plot.stacks.incoming)[3]:.3f}" == "0.056"
    assert count(plot.stacks.slabs.old) == 20


def test_a_batch_taken_row_by_row_fills_the_outline(hands: Hands) -> None:
    plot = _ledger(hands)
    hands.action("preset_or_gate").trigger()
    hands.find(QSpinBox, "part_spin_box").setValue(1)
    for rows in (1, 2, 3):
        hands.click("forward", "backward")
        assert f"{rows} of 4 rows are in: difference " in plot.story.text()
    hands.click("forward", "backward")
    assert ": the parts add up to the whole batch, the outline." in plot.story.text()
    assert count(plot.stacks.slabs.old) == 0
    hands.click("update")
    assert " to the outline: all rows at the present values." in plot.story.text()
