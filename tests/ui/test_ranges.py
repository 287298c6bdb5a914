"""Ranges of cells to and from the clipboard, by keys: one edit each, whole or not at all."""

import time

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import Action, Assign, Axis, Delete, Gesture, Insert, Operation, Resize
from perceptron_gui.core.snapshot import TensorName, frozen
from tests.ui.hands import CTRL, NO_MODIFIER, SHIFT, Hands

FORWARD, BACKWARD, *_ = Operation
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp: QApplication) -> None:
    qapp.clipboard().clear()


def put(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def taken() -> str:
    return QGuiApplication.clipboard().text()


def action_of(hands: Hands) -> Action:
    return hands.history.entry.action


def paste(hands: Hands, name: str, top: int, left: int, text: str) -> None:
    """Go to a cell and press Ctrl+V."""
    put(text)
    hands.go_to(name, top, left)
    hands.key(Qt.Key.Key_V, CTRL)


def rows_of(text: str) -> list[list[float]]:
    return [[float(np.float32(cell)) for cell in line.split("\t")] for line in text.split("\n")]


def test_copy_gives_all_digits_tab_separated(hands: Hands) -> None:
    hands.session.restart("layer_4x2")
    hands.session.perform(Assign(TensorName.W, 1, 0, frozen([[-0.03910978510975838, 1e-8]]), Gesture.TYPE))
    hands.select("W", 1, 0, 2, 1)
    hands.key(Qt.Key.Key_C, CTRL)
    assert [line.split("\t") for line in taken().split("\n")] == [["-0.039109785", "1e-08"], ["0.6", "0.1"]]
    assert np.array_equal(np.array(rows_of(taken()), np.float32), hands.now.W[1:3])


def test_copy_of_computed_tables_and_of_what_is_absent(hands: Hands) -> None:
    hands.select("W_grad", 0, 0, 2, 0)
    hands.key(Qt.Key.Key_C, CTRL)
    assert taken() == "None\nNone\nNone"
    hands.click("forward", "backward")
    hands.select("W_grad", 0, 0, 2, 0)
    hands.key(Qt.Key.Key_C, CTRL)
    assert hands.now.W_grad is not None
    assert np.array_equal(np.array(rows_of(taken()), np.float32), hands.now.W_grad)


def test_cut_copies_and_clears_as_one_edit(hands: Hands) -> None:
    before = hands.history
    hands.select("W", 0, 0, 1, 0)
    hands.key(Qt.Key.Key_X, CTRL)
    assert taken() == "-2.4852\n-0.1744"
    assert hands.exact("W") == [[0.0], [0.0], [hands.now.W[2, 0]]]
    assert len(hands.history.entries) == 2
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.now is before.current


def test_delete_clears_the_selection_as_one_edit_that_undo_takes_back(hands: Hands) -> None:
    before = hands.now
    hands.select("x", 0, 0, 0, 2)
    hands.key(Qt.Key.Key_Delete)
    assert hands.exact("x") == [[0.0, 0.0, 0.0]]
    assert len(hands.history.entries) == 2
    assert "Cleared 1 × 3 values of x" in hands.message
    hands.action("undo").trigger()
    assert hands.now is before


@pytest.mark.parametrize(
    "text",
    ["1.5\t-2\n3\t1e-3", "1,5\t-2\r\n3\t0,001\r\n", '"1.5"\t"−2"\n 3 \t.001\n\n', "1.5\t-2\r3\t1E-3"],
    ids=["points", "commas", "quotes", "old line ends"],
)
def test_a_block_from_a_spreadsheet_is_one_undoable_edit(hands: Hands, text: str) -> None:
    hands.session.restart("layer_4x2")
    before = hands.now
    paste(hands, "W", 1, 0, text)
    expected = torch.tensor(before.W)
    expected[1:3] = torch.tensor([[1.5, -2.0], [3.0, 1e-3]])
    assert hands.exact("W") == expected.tolist()
    assert "Pasted 2 × 2 values into W" in hands.message
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.now is before


def test_what_torch_prints_can_be_pasted(hands: Hands) -> None:
    hands.session.restart("layer_4x2")
    W = torch.randn(4, 2, generator=torch.Generator().manual_seed(3)) * 100
    paste(hands, "W", 0, 0, str(W.requires_grad_()))
    assert np.allclose(hands.now.W, W.detach().numpy(), atol=1e-4)
    paste(hands, "x", 1, 0, str(torch.tensor([1.0, -2.5, 3e-7, 4.0])))
    assert hands.exact("x")[1] == torch.tensor([1.0, -2.5, 3e-7, 4.0]).tolist()
    paste(hands, "b", 0, 1, str(torch.tensor(0.25)))
    assert hands.exact("b") == [[0.0, 0.25]]
    assert len(hands.history.entries) == 5


def test_a_gradient_copied_here_can_be_pasted_there_bit_for_bit(hands: Hands) -> None:
    hands.click("forward", "backward")
    hands.select("W_grad", 0, 0, 2, 0)
    hands.key(Qt.Key.Key_C, CTRL)
    hands.go_to("W", 0, 0)
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.now.W_grad is not None
    assert hands.now.W.tobytes() == hands.now.W_grad.tobytes()


def test_a_single_number_fills_the_selection(hands: Hands) -> None:
    put("0,5")
    hands.select("W", 0, 0, 2, 0)
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.exact("W") == [[0.5]] * 3
    assert len(hands.history.entries) == 2


def test_pasting_what_is_there_is_no_edit(hands: Hands) -> None:
    paste(hands, "W", 0, 0, "-2.4852\n-0.1744\n1.1104")
    assert len(hands.history.entries) == 1


REFUSED = (
    ("W", 1, 0, "1\n2\n3", "3 × 1 values do not fit; there is room for 2 × 1"),
    ("x", 0, 0, "1\t2\t3\t4", "1 × 4 values do not fit; there is room for 1 × 3"),
    ("W", 0, 0, "1\n2\t3", "Line 2 has 2 numbers and the first has 1"),
    ("W", 0, 0, "1\nabc", "“abc” is not a number"),
    ("W", 0, 0, "1\nnan", "“nan” is not a finite number"),
    ("W", 0, 0, "1\n1e39", "“1e39” is beyond float32"),
    ("W", 0, 0, "1.234,5", "two separators"),
    ("W", 0, 0, "", "The clipboard holds no numbers"),
    ("W", 0, 0, "tensor([1., ..., 3.])", "PyTorch cut this printout short"),
    ("W", 0, 0, "\x00\x00", "is not a number"),
    ("W_grad", 0, 0, "1", "W.grad is computed by PyTorch and cannot be edited"),
)


def test_a_block_that_does_not_fit_is_refused_whole_with_the_reason(hands: Hands) -> None:
    before = hands.history
    for name, top, left, text, reason in REFUSED:
        paste(hands, name, top, left, text)
        assert hands.history is before, text
        assert reason in hands.message, text


def test_computed_cells_cannot_be_cut_or_cleared(hands: Hands) -> None:
    before = hands.history
    for name in ("W_grad", "b_grad", "z", "y_pred", "loss"):
        for key, modifier in ((Qt.Key.Key_X, CTRL), (Qt.Key.Key_Delete, NO_MODIFIER)):
            hands.go_to(name, 0, 0)
            hands.key(key, modifier)
            assert f"{name.replace('_grad', '.grad')} is computed by PyTorch and cannot be edited" in hands.message
            assert hands.history is before
    assert taken() == ""


def test_without_a_table_the_window_says_what_to_do(hands: Hands) -> None:
    hands.button("forward").setFocus()
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.message == "Select cells in a table first."


@pytest.mark.parametrize(
    "junk",
    [
        "x" * 10**7, "1" * 10**7, "tensor(" + "[" * 10**7, "\x00" * 10**7, "1,1.1" * (2 * 10**6), "\n" * 10**7,
        "1\t" * 5 * 10**5,
    ],
    ids=["letters", "digits", "brackets", "nul", "separators", "lines", "cells"],
)  # fmt: skip
def test_ten_megabytes_of_junk_are_refused_at_once(hands: Hands, junk: str) -> None:
    before = hands.history
    begun = time.monotonic()
    paste(hands, "x", 0, 0, junk)
    assert time.monotonic() - begun < 5
    assert hands.history is before
    assert len(hands.message) < 200
    assert hands.message != ""


def test_a_picture_on_the_clipboard_is_no_numbers(hands: Hands) -> None:
    data = QMimeData()
    data.setData("image/png", b"\x89PNG")
    QGuiApplication.clipboard().setMimeData(data)
    hands.go_to("x", 0, 0)
    hands.key(Qt.Key.Key_V, CTRL)
    assert hands.message == "The clipboard holds no numbers."


def test_rows_and_columns_are_inserted_before_the_selection_and_deleted(hands: Hands) -> None:
    hands.session.restart("layer_4x2")
    before = hands.now
    hands.select("x", 1, 0, 1, 1)
    hands.key(Qt.Key.Key_R, CTRL | ALT)
    assert action_of(hands) == Insert(Axis.SAMPLES, 1, 1)
    assert hands.exact("x") == [before.x[0].tolist(), [0.0] * 4, before.x[1].tolist()]
    assert hands.exact("y_true") == [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    hands.select("W", 0, 0, 0, 1)
    hands.key(Qt.Key.Key_C, CTRL | ALT)
    assert action_of(hands) == Insert(Axis.OUTPUTS, 0, 2)
    assert hands.exact("b") == [[0.0] * 4]
    assert np.array_equal(hands.now.W[:, 2:], before.W)
    hands.select("y_true", 0, 0, 0, 1)
    hands.key(Qt.Key.Key_C, CTRL | ALT | SHIFT)
    assert action_of(hands) == Delete(Axis.OUTPUTS, 0, 2)
    assert np.array_equal(hands.now.W, before.W)
    hands.select("W", 1, 0, 2, 0)
    hands.key(Qt.Key.Key_R, CTRL | ALT | SHIFT)
    assert action_of(hands) == Delete(Axis.INPUTS, 1, 2)
    assert np.array_equal(hands.now.W, before.W[[0, 3]])
    assert np.array_equal(hands.now.x[[0, 2]], before.x[:, [0, 3]])


def test_the_last_row_stays_and_computed_tables_follow_the_others(hands: Hands) -> None:
    before = hands.history
    hands.select("x", 0, 0, 0, 2)
    hands.key(Qt.Key.Key_R, CTRL | ALT | SHIFT)
    assert hands.message == "At least one has to stay (m = 1). Nothing was changed."
    hands.go_to("W_grad", 0, 0)
    hands.key(Qt.Key.Key_R, CTRL | ALT)
    assert "W.grad are set by the other tables" in hands.message
    assert hands.history is before


def test_a_copy_that_would_hold_the_window_up_is_refused(hands: Hands) -> None:
    put("before")
    hands.session.perform(Resize(Axis.SAMPLES, 2**16 + 1))
    hands.go_to("y_true", 0, 0)
    hands.table("y_true").selectAll()
    hands.key(Qt.Key.Key_C, CTRL)
    assert "65537" in hands.message
    assert "65536" in hands.message
    assert taken() == "before"
