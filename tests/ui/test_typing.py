"""Typing into cells, with real keys."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from perceptron_gui.core.actions import Assign, Gesture, Operation
from perceptron_gui.core.snapshot import TensorName, frozen
from tests.ui.hands import CTRL, Hands

FORWARD, BACKWARD, *_ = Operation
Speak = Callable[[str], None]


def is_marked(hands: Hands, name: str, row: int, column: int) -> bool:
    return hands.look(name, row, column).is_refused


TAKEN = (
    ("0.7049", 0.7049), ("1e-3", 1e-3), ("0,7049", 0.7049), ("-.5", -0.5), ("2,5", 2.5), ("1.5", 1.5),
    (" 3 ", 3.0), ("+4", 4.0), ("1E5", 1e5), ("−7", -7.0), ("5.", 5.0), ("16777217", 16777216.0),
    ("3.4028235e38", 3.4028234663852886e38), ("1e-50", 0.0),
)  # fmt: skip
REFUSED = (
    ("abc", "is not a number"), ("1.234,5", "two separators"), ("1 5", "is not a number"), ("", "is not a number"),
    ("nan", "is not a finite number"), ("inf", "is not a finite number"), ("-Infinity", "is not a finite number"),
    ("1e999", "is beyond float32"), ("1e39", "is beyond float32"), ("0x10", "is not a number"),
    ("1_000", "is not a number"), ("--1", "is not a number"), ("1e", "is not a number"),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
def test_numbers_are_taken_with_either_separator_in_both_languages(hands: Hands, speak: Speak, language: str) -> None:
    speak(language)
    for count, (text, value) in enumerate(TAKEN, 1):
        hands.type_into_cell("x", 0, 1, text)
        assert hands.now.x[0, 1].tobytes() == torch.tensor(value).numpy().tobytes(), text
        assert not is_marked(hands, "x", 0, 1)
        assert len(hands.history.entries) == 1 + count


def test_what_is_no_float32_is_refused_with_the_reason(hands: Hands) -> None:
    before = hands.history
    for text, reason in REFUSED:
        editor = hands.open_editor("x", 0, 2)
        editor.selectAll()
        hands.key(Qt.Key.Key_Delete)
        hands.keys(text)
        hands.key(Qt.Key.Key_Return)
        assert hands.history is before
        assert is_marked(hands, "x", 0, 2), text
        assert not is_marked(hands, "x", 0, 1)
        assert reason in hands.message
        assert "Nothing was changed" in hands.message
        assert reason in hands.tip("x", 0, 2)
    hands.type_into_cell("x", 0, 2, "0.25")
    assert hands.now.x[0, 2] == 0.25
    assert not is_marked(hands, "x", 0, 2)
    assert REFUSED[-1][1] not in hands.message


@pytest.mark.parametrize("leaving", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_opening_a_cell_and_leaving_it_changes_nothing(hands: Hands, leaving: Qt.Key) -> None:
    for value in (-0.0391, 1.23e-5, -0.0, 0.1, 16777217.0, 1e-45, -3.4e38):
        hands.session.perform(Assign(TensorName.W, 1, 0, frozen([[value]]), Gesture.TYPE))
        before = hands.history
        editor = hands.open_editor("W", 1, 0)
        assert np.float32(editor.text()).tobytes() == np.float32(value).tobytes()
        hands.key(leaving)
        assert hands.history is before
        assert not is_marked(hands, "W", 1, 0)


def test_typing_the_value_that_is_there_changes_nothing(hands: Hands) -> None:
    before = hands.history
    hands.type_into_cell("W", 0, 0, "-2.4852")
    hands.type_into_cell("W", 0, 0, "-2,48520")
    assert hands.history is before


def test_a_digit_begins_typing_and_a_double_click_opens_the_cell(hands: Hands) -> None:
    hands.go_to("b", 0, 0)
    hands.key(Qt.Key.Key_4)
    hands.keys("2")
    hands.key(Qt.Key.Key_Return)
    assert hands.now.b[0] == 42.0
    table, point = hands.table("b"), hands.cell("b", 0, 0)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "42.0"


def test_escape_leaves_the_cell_as_it_was(hands: Hands) -> None:
    before = hands.history
    hands.open_editor("x", 0, 0)
    hands.keys("123")
    hands.key(Qt.Key.Key_Escape)
    assert hands.history is before


def test_undo_and_delete_within_an_editor_are_the_editors(hands: Hands) -> None:
    hands.type_into_cell("x", 0, 0, "0.5")
    before = hands.history
    editor = hands.open_editor("x", 0, 0)
    opened_with = editor.text()
    editor.selectAll()
    hands.keys("7")
    hands.key(Qt.Key.Key_Z, CTRL)
    assert editor.text() == opened_with
    hands.key(Qt.Key.Key_Home)
    hands.key(Qt.Key.Key_Delete)
    assert editor.text() == opened_with[1:]
    assert hands.history is before
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.history.index == before.index - 1, "outside the editor it is the session's"


@pytest.mark.parametrize("press", ["key", "click", "action"])
def test_a_press_takes_what_is_still_being_typed(hands: Hands, press: str) -> None:
    hands.open_editor("b", 0, 0).selectAll()
    hands.keys("1,5")
    if press == "key":
        hands.key(Qt.Key.Key_F6)
    elif press == "click":
        hands.click("forward")
    else:
        hands.action("forward").trigger()
    assert [type(entry.action) for entry in hands.history.entries[1:]] == [Assign, Operation]
    x, W = hands.now.x, hands.now.W
    expected = torch.tensor(x[0]) @ torch.tensor(W) + torch.tensor([1.5])
    assert hands.exact("z") == [expected.tolist()]


def test_a_press_is_not_done_on_a_text_that_is_no_number(hands: Hands) -> None:
    before = hands.history
    editor = hands.open_editor("b", 0, 0)
    editor.selectAll()
    hands.keys("abc")
    hands.key(Qt.Key.Key_F6)
    assert hands.history is before
    assert "“abc” is not a number" in hands.message
    assert is_marked(hands, "b", 0, 0)


def test_a_step_that_ends_while_a_cell_is_open_leaves_the_typed_text(hands: Hands) -> None:
    editor = hands.open_editor("W", 0, 0)
    editor.selectAll()
    hands.keys("0,25")
    hands.session.perform(FORWARD)
    hands.session.perform(Assign(TensorName.W, 0, 0, frozen([[3]]), Gesture.TYPE))
    assert editor.text() == "0,25"
    assert editor.isVisible()
    hands.key(Qt.Key.Key_Return)
    assert hands.now.W[0, 0] == 0.25
