"""The second run beside this one, as a person meets it in the window."""

import pytest
from PySide6.QtCore import Qt

from perceptron_gui.core.actions import Run
from perceptron_gui.ui.plots.loss import LossPlot
from tests.core.test_golden import GOLDEN, near
from tests.ui.hands import CTRL, SHIFT, Hands

PHASES = ("forward", "backward", "update")


def plot_of(hands: Hands) -> LossPlot:
    plot = hands.window.findChild(LossPlot)
    assert isinstance(plot, LossPlot)
    return plot


def losses(hands: Hands) -> tuple[list[float], list[float]]:
    """Return what the loss plot shows: this run, and the twin."""
    plot = plot_of(hands)
    return plot.curve.yData.tolist(), plot.twin_curve.yData.tolist()


def test_at_one_half_forgetting_never_settles(hands: Hands) -> None:
    hands.key(Qt.Key.Key_6, CTRL | SHIFT)
    for _ in range(12):
        hands.key(Qt.Key.Key_F10)
    own, twin = losses(hands)
    assert own == near(GOLDEN["with_zero_grad"]["loss"])
    assert twin == near(GOLDEN["forgotten_zero_grad"]["loss"])
    assert plot_of(hands).caption.text().endswith("(the twin ■):\n= torch.optim.SGD(momentum=1), bit for bit")


def test_at_a_moment_within_a_run_the_twin_is_that_of_then(hands: Hands) -> None:
    hands.key(Qt.Key.Key_6, CTRL | SHIFT)
    run = Run(updates=12)
    hands.session.perform(run)
    assert losses(hands)[1] == near(GOLDEN["forgotten_zero_grad"]["loss"])
    hands.session.travel_within(hands.history.entry, 5 * len(run.cycle))
    own, twin = losses(hands)
    assert own[:5] == near(GOLDEN["with_zero_grad"]["loss"][:5])
    assert twin == near(GOLDEN["forgotten_zero_grad"]["loss"][:5])


def test_at_one_forgetting_learns_faster(hands: Hands) -> None:
    hands.key(Qt.Key.Key_5, CTRL | SHIFT)
    for _ in range(12):
        hands.key(Qt.Key.Key_F10)
    own, twin = losses(hands)
    assert own[:2] == twin[:2]
    assert all(faster < slower for slower, faster in zip(own[2:], twin[2:], strict=True))


def test_who_forgets_has_a_twin_that_remembers(hands: Hands) -> None:
    hands.action("preset_twin_half").trigger()
    hands.click(*PHASES * 12)
    own, twin = losses(hands)
    assert own == near(GOLDEN["forgotten_zero_grad"]["loss"])
    assert twin == near(GOLDEN["with_zero_grad"]["loss"])


def test_from_the_present_state_on_and_off_again(hands: Hands) -> None:
    hands.click("step", "step")
    hands.key(Qt.Key.Key_T, CTRL)
    assert hands.action("twin").isChecked()
    hands.click("step", "step", "step", "forward")
    own, twin = losses(hands)
    assert (len(own), len(twin)) == (6, 4)
    assert own[2:4] == twin[:2]
    assert own[4] != twin[2]
    hands.key(Qt.Key.Key_T, CTRL)
    assert not hands.action("twin").isChecked()
    assert losses(hands) == (own, [])
    assert plot_of(hands).note.text() == "The comparison has ended."
    hands.action("undo").trigger()
    assert hands.action("twin").isChecked()
    assert losses(hands) == (own, twin)


def test_undo_and_redo_carry_the_twin(hands: Hands) -> None:
    hands.action("preset_twin_half").trigger()
    seen = [losses(hands)]
    for phase in (*PHASES, "zero_grad", *PHASES, "zero_grad", "forward"):
        hands.click(phase)
        seen.append(losses(hands))
    assert len({str(shown) for shown in seen}) > 3
    for expected in reversed(seen[:-1]):
        hands.action("undo").trigger()
        assert losses(hands) == expected
    for expected in seen[1:]:
        hands.action("redo").trigger()
        assert losses(hands) == expected


@pytest.mark.parametrize("preset", ["twin", "twin_half"])
def test_an_edit_is_made_in_both(hands: Hands, preset: str) -> None:
    hands.action(f"preset_{preset}").trigger()
    hands.click("step", "step")
    hands.type_into_cell("b", 0, 0, "0.25")
    hands.click("step", "forward")
    expected = losses(hands)[1]
    hands.action(f"preset_{preset}").trigger()
    hands.action("twin").trigger()
    hands.click(*PHASES * 2)
    hands.type_into_cell("b", 0, 0, "0.25")
    hands.click(*PHASES, "forward")
    assert losses(hands) == (expected, [])


def test_new_tensors_end_it(hands: Hands) -> None:
    hands.action("preset_twin").trigger()
    hands.click("step", "forward")
    hands.action("randomize").trigger()
    assert not hands.action("twin").isChecked()
    assert plot_of(hands).note.text() == "The comparison has ended: new tensors."
    assert losses(hands)[1] == []
