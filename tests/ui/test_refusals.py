"""What PyTorch refuses is pressed, refused by PyTorch, and shown: its words, a plain sentence, a mark, no dialog."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import Assign, Gesture, Operation
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import TensorName, frozen
from tests.core.notebook import Notebook, State, state
from tests.ui.hands import Hands

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation
TABLES = ("x", "y_true", "W", "b", "W_grad", "b_grad", "z", "y_pred", "loss")
TWICE = "RuntimeError: Trying to backward through the graph a second time"
NO_ZERO = "'NoneType' object has no attribute 'zero_'"
CASES = (
    ((UPDATE,), "TypeError: unsupported operand", "which is not 0", {"W_grad", "b_grad"}),
    ((ZERO_GRAD,), f"AttributeError: {NO_ZERO}", "which is not 0", {"W_grad", "b_grad"}),
    ((BACKWARD,), "NameError: name 'loss' is not defined", "Press Forward first", {"loss"}),
    ((FORWARD, BACKWARD, BACKWARD), TWICE, "Press Forward for a new one", {"loss"}),
    (
        (FORWARD, Assign(TensorName.X, 0, 0, frozen([[0.5]]), Gesture.TYPE), BACKWARD),
        "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation",
        "x changed after Forward",
        {"x"},
    ),
)  # fmt: skip


def marked(hands: Hands) -> set[str]:
    """Return the tables whose cells are marked as refused."""
    return {name for name in TABLES if hands.look(name, 0, 0).is_refused}


def by_hand(*actions: Operation | Assign) -> State:
    notebook = Notebook(PRESETS["notebook"])
    for action in actions:
        notebook.do(action)
    return notebook.state


@pytest.mark.parametrize(("actions", "words", "plainly", "where"), CASES, ids=range(len(CASES)))
def test_a_refusal_is_said_in_pytorchs_words_and_plainly_and_marked(
    hands: Hands, actions: tuple[Operation | Assign, ...], words: str, plainly: str, where: set[str]
) -> None:
    for action in actions[:-1]:
        hands.session.perform(action)
    assert marked(hands) == set()
    last = actions[-1]
    assert isinstance(last, Operation)
    hands.click(last.value)
    first, second = hands.message.split("\n")
    assert first.startswith(words)
    assert plainly in second
    assert marked(hands) == where
    assert state(hands.now) == by_hand(*actions), "the state is what PyTorch really left"
    assert len(hands.history.entries) == 1 + len(actions)
    assert words.split(":", maxsplit=1)[0] in hands.tip(min(where), 0, 0)
    assert QApplication.activeModalWidget() is None
    assert QApplication.activePopupWidget() is None
    hands.click("forward")
    assert marked(hands) == set(), "marks stay until the next action"
    assert hands.history.entry.refusal is None


def test_a_refused_backward_after_an_edit_of_x_left_its_share_in_b_grad(hands: Hands) -> None:
    hands.click("forward")
    hands.type_into_cell("x", 0, 0, "0.5")
    hands.click("backward")
    assert hands.shown("W_grad") == [["None"]] * 3
    assert hands.shown("b_grad") == [["-0.2305"]]
    hands.click("backward")
    assert "second time" in hands.message
    for _ in range(2):
        hands.action("undo").trigger()
    assert hands.shown("b_grad") == [["None"]]
    hands.action("redo").trigger()
    assert "inplace operation" in hands.message, "the entry says it again"


def test_update_twice_is_legal(hands: Hands) -> None:
    hands.click("forward", "backward", "update", "update")
    expected = by_hand(FORWARD, BACKWARD, UPDATE, UPDATE)
    assert state(hands.now) == expected
    assert hands.history.entry.refusal is None


@pytest.mark.parametrize(("name", "row"), [("W", 1), ("b", 0), ("y_true", 0)])
def test_an_edit_that_pytorch_lets_through_in_silence_is_said(hands: Hands, name: str, row: int) -> None:
    hands.click("forward")
    hands.type_into_cell(name, row, 0, "0.125")
    assert "of the old values" in hands.message
    hands.click("backward")
    assert hands.history.entry.refusal is None
    assert f"Edited after Forward: {name}" in hands.message
    edit = Assign(TensorName(name), row, 0, frozen([[0.125]]), Gesture.TYPE)
    assert state(hands.now) == by_hand(FORWARD, edit, BACKWARD)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pytorchs_words_stay_and_the_sentence_is_in_the_persons_language(
    hands: Hands, speak: Callable[[str], None], language: str
) -> None:
    speak(language)
    hands.click("update")
    first, second = hands.message.split("\n")
    assert first.startswith("TypeError: unsupported operand")
    assert (first.isascii(), second.isascii()) == (True, language == "en")
    speak("ru" if language == "en" else "en")
    assert hands.message.split("\n")[0] == first
    assert hands.message.split("\n")[1] != second


def test_numbers_that_are_not_finite_any_more_are_said_and_undo_works(hands: Hands) -> None:
    """Fault 34: lr too large for x."""
    hands.click("forward", "backward", "zero_grad")
    good = hands.now
    hands.type_into_box("lr_spin_box", "1e30")
    hands.type_into_cell("x", 0, 0, "1e38")
    hands.type_into_cell("W", 0, 0, "1e-38")
    hands.click("forward", "backward", "update")
    assert hands.exact("W")[0] == [float("inf")]
    assert "Not finite any more (nan or inf): W." in hands.message
    hands.click("zero_grad")
    assert "Not finite" not in hands.message, "only what an action changed is said of it"
    hands.type_into_cell("x", 0, 0, "0")
    hands.click("forward")
    assert hands.shown("loss") == [["nan"]]
    assert "Not finite any more (nan or inf): loss." in hands.message
    assert "Undo" in hands.message
    for _ in range(9):
        hands.action("undo").trigger()
    assert hands.now is good
    assert hands.shown("loss") == [["0.6965"]]


def test_three_backwards_without_zero_grad_add_up_and_zeroing_leaves_zeros(hands: Hands) -> None:
    """Fault 33."""
    hands.click("forward", "backward")
    once = hands.exact("W_grad")
    hands.click("forward", "backward", "forward", "backward")
    for three, one in zip(hands.exact("W_grad"), once, strict=True):
        assert one[0] is not None
        assert three[0] == pytest.approx(3 * one[0], rel=1e-6)
    hands.click("zero_grad")
    assert hands.exact("W_grad") == [[0.0]] * 3
