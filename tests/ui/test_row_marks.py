"""Which samples Forward takes: the boxes in the header of x."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from perceptron_gui.core.actions import MarkRows
from perceptron_gui.core.snapshot import Rows, Snapshot
from tests.ui.hands import CTRL, LEFT, NO_MODIFIER, SHIFT, Hands


@pytest.fixture
def or_gate(hands: Hands) -> Hands:
    """Four samples."""
    hands.session.restart("or_gate")
    hands.qtbot.wait(0)
    return hands


def click_box(hands: Hands, row: int) -> None:
    header = hands.table("x").verticalHeader()
    middle = header.sectionViewportPosition(row) + header.sectionSize(row) // 2
    QTest.mouseClick(header.viewport(), LEFT, NO_MODIFIER, QPoint(8, middle))


def rows_of(hands: Hands) -> Rows:
    return hands.now.rows


def by_torch(snapshot: Snapshot, rows: list[int]) -> list[float]:
    z = torch.tensor(snapshot.x)[rows] @ torch.tensor(snapshot.W) + torch.tensor(snapshot.b)
    return [value for row in torch.sigmoid(z).tolist() for value in row]


def test_a_click_on_a_box_takes_the_row_out_and_in(or_gate: Hands) -> None:
    click_box(or_gate, 1)
    assert or_gate.history.entry.action == MarkRows((0, 2, 3))
    assert rows_of(or_gate) == (0, 2, 3)
    click_box(or_gate, 3)
    assert rows_of(or_gate) == (0, 2)
    click_box(or_gate, 1)
    assert rows_of(or_gate) == (0, 1, 2)
    click_box(or_gate, 3)
    assert rows_of(or_gate) is None
    assert len(or_gate.history.entries) == 6


def test_rows_that_are_not_taken_show_a_dash(or_gate: Hands) -> None:
    click_box(or_gate, 1)
    click_box(or_gate, 3)
    assert "x[[0, 2]]" in or_gate.button("forward").accessibleDescription()
    or_gate.click("forward")
    expected = by_torch(or_gate.now, [0, 2])
    shown = [row[0] for row in or_gate.shown("y_pred")]
    assert shown == [f"{expected[0]:.4f}", "–", f"{expected[1]:.4f}", "–"]
    assert [row[0] for row in or_gate.shown("z")][1::2] == ["–", "–"]
    assert or_gate.exact("y_pred") == [[expected[0]], [None], [expected[1]], [None]]
    target = torch.tensor(or_gate.now.y_true)[[0, 2]]
    loss = ((target - torch.tensor([[value] for value in expected])) ** 2).sum()
    assert or_gate.exact("loss")[0][0] == pytest.approx(float(loss), rel=1e-6)


def test_the_last_mark_stays_and_that_is_said(or_gate: Hands) -> None:
    for row in range(3):
        click_box(or_gate, row)
    assert rows_of(or_gate) == (3,)
    click_box(or_gate, 3)
    assert rows_of(or_gate) == (3,)
    assert or_gate.message == "Forward needs at least one sample. Nothing was changed."


def test_a_mark_is_undone(or_gate: Hands) -> None:
    click_box(or_gate, 0)
    or_gate.action("undo").trigger()
    assert rows_of(or_gate) is None
    or_gate.action("redo").trigger()
    assert rows_of(or_gate) == (1, 2, 3)


def test_selected_rows_by_key_and_all_again(or_gate: Hands) -> None:
    or_gate.select("y_true", 1, 0, 2, 0)
    or_gate.key(Qt.Key.Key_M, CTRL)
    assert rows_of(or_gate) == (1, 2)
    or_gate.key(Qt.Key.Key_M, CTRL | SHIFT)
    assert rows_of(or_gate) is None


def test_a_click_beside_the_box_selects_the_row(or_gate: Hands) -> None:
    header = or_gate.table("x").verticalHeader()
    middle = header.sectionViewportPosition(2) + header.sectionSize(2) // 2
    QTest.mouseClick(header.viewport(), LEFT, NO_MODIFIER, QPoint(header.width() - 3, middle))
    assert rows_of(or_gate) is None
    assert {index.row() for index in or_gate.table("x").selectedIndexes()} == {2}


def test_a_single_sample_has_no_box(hands: Hands) -> None:
    click_box(hands, 0)
    assert len(hands.history.entries) == 1
    assert not hands.message.startswith("Forward needs")


def test_marking_other_rows_after_forward_shows_what_is_old(or_gate: Hands) -> None:
    or_gate.click("forward")
    before = or_gate.exact("y_pred")
    click_box(or_gate, 0)
    assert or_gate.exact("y_pred") == before, "z and y_pred are still those of the last Forward"
    assert "Changed since: the marked rows." in or_gate.tip("y_pred", 0, 0)
    assert "x[[1, 2, 3]]" in or_gate.message
    assert np.array_equal(or_gate.now.x[:, 0], [0, 0, 1, 1])
