"""The item models: sound under Qt's own tester, and showing what the contract says in each role."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QStyledItemDelegate, QTableView
from pytestqt.modeltest import ModelTester
from typing_extensions import override

from perceptron_gui.core.actions import (
    Assign,
    Axis,
    Configure,
    Delete,
    Gesture,
    Insert,
    MarkRows,
    Operation,
    Randomize,
    Resize,
    Start,
)
from perceptron_gui.core.snapshot import TensorName, Zeroing, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.ui.hands import Hands

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation
TABLES = ("x", "y_true", "W", "b", "W_grad", "b_grad", "z", "y_pred", "loss")
EDITABLE = ("x", "y_true", "W", "b")
DISPLAY, EDIT = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole
SHAPES = ((1, 3, 1), (2, 4, 2), (4, 2, 1), (1, 1, 1), (3, 9, 5))


def models(window: MainWindow) -> list[QAbstractItemModel]:
    return [window.findChildren(QTableView, f"{name}_table")[0].model() for name in TABLES]


def test_every_model_is_sound_through_all_that_can_happen_to_it(hands: Hands, qtmodeltester: ModelTester) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    testers = [QAbstractItemModelTester(model, fatal) for model in models(hands.window)]
    session = hands.session
    for wish in (
        UPDATE, FORWARD, BACKWARD, BACKWARD, Configure("zeroing", Zeroing.NONE), ZERO_GRAD, Start("or_gate"),
        MarkRows((0, 2)), FORWARD, BACKWARD, Insert(Axis.SAMPLES, 1, 2), FORWARD, Resize(Axis.INPUTS, 12),
        Resize(Axis.OUTPUTS, 3), Randomize(), FORWARD, BACKWARD, Delete(Axis.SAMPLES, 0, 5),
        Assign(TensorName.X, 0, 0, frozen([[1e38]]), Gesture.TYPE), FORWARD,
    ):  # fmt: skip
        session.perform(wish)
        QApplication.processEvents()
    for _ in range(len(session.history.entries)):
        session.undo()
    assert session.history.index == 0
    for model in models(hands.window):
        qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]
    assert [tester.model() for tester in testers] == models(hands.window)


def shapes(hands: Hands) -> dict[str, tuple[int, int]]:
    return {name: (hands.table(name).model().rowCount(), hands.table(name).model().columnCount()) for name in TABLES}


def test_tables_have_the_shapes_of_the_contract(hands: Hands) -> None:
    for m, n, k in SHAPES:
        for axis, size in ((Axis.SAMPLES, m), (Axis.INPUTS, n), (Axis.OUTPUTS, k)):
            hands.session.perform(Resize(axis, size))
        assert shapes(hands) == {
            "x": (m, n), "y_true": (m, k), "W": (n, k), "b": (1, k), "W_grad": (n, k), "b_grad": (1, k),
            "z": (m, k), "y_pred": (m, k), "loss": (1, 1),
        }  # fmt: skip


def test_an_absent_gradient_is_shown_as_none_and_is_none(hands: Hands) -> None:
    assert hands.shown("W_grad") == [["None"], ["None"], ["None"]]
    assert hands.exact("W_grad") == [[None], [None], [None]]
    assert hands.shown("b_grad") == [["None"]]
    assert hands.tip("W_grad", 2, 0) == "W.grad[2, 0] = None"
    hands.session.perform(FORWARD)
    hands.session.perform(BACKWARD)
    hands.session.perform(ZERO_GRAD)
    assert hands.shown("W_grad") == [["0.0000"]] * 3
    assert hands.exact("W_grad") == [[0.0]] * 3


SHOWN = (
    (0.0, "0.0000"),
    (-0.0, "-0.0000"),
    (1.5, "1.5000"),
    (-0.03910978510975838, "-0.0391"),
    (1.23e-5, "1.2300e-05"),
    (4.99e-5, "4.9900e-05"),
    (5.01e-5, "0.0001"),
    (99999.0, "99999.0000"),
    (1e5, "1.0000e+05"),
    (-1e5, "-1.0000e+05"),
    (1e-45, "1.4013e-45"),
    (3.4e38, "3.4000e+38"),
)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_number_is_shown_short_and_edited_whole(hands: Hands, speak: Callable[[str], None], language: str) -> None:
    speak(language)
    for value, shown in SHOWN:
        hands.session.perform(Assign(TensorName.W, 1, 0, frozen([[value]]), Gesture.TYPE))
        assert hands.data("W", 1, 0, DISPLAY) == shown
        edit = hands.data("W", 1, 0, EDIT)
        assert isinstance(edit, float)
        assert np.float32(edit).tobytes() == torch.tensor(value).numpy().tobytes()


def test_tips_name_elements_as_pytorch_indexes_them(hands: Hands) -> None:
    tips = {name: hands.tip(name, 0, 0).split(" = ")[0] for name in TABLES}
    assert tips == {
        "x": "x[0]", "y_true": "y_true[0]", "W": "W[0, 0]", "b": "b[0]", "W_grad": "W.grad[0, 0]",
        "b_grad": "b.grad[0]", "z": "z[0]", "y_pred": "y_pred[0]", "loss": "loss",
    }  # fmt: skip
    hands.session.restart("layer_4x2")
    assert hands.tip("x", 1, 3).startswith("x[1, 3] = -0.4")
    assert hands.tip("W", 3, 1).startswith("W[3, 1] = 0.3")
    assert hands.tip("b_grad", 0, 1) == "b.grad[1] = None"
    assert hands.tip("y_pred", 1, 1) == "y_pred[1, 1] = –"


def test_a_changed_cell_is_marked_and_tells_before_and_after(hands: Hands) -> None:
    for operation in (FORWARD, BACKWARD, UPDATE):
        hands.session.perform(operation)
    assert hands.look("W", 0, 0).is_changed
    assert hands.tip("W", 0, 0) == "W[0, 0] = -2.3227456<br>before: -2.4852 → after: -2.3227456"
    assert not hands.look("W_grad", 0, 0).is_changed
    hands.session.perform(ZERO_GRAD)
    assert not hands.look("W", 0, 0).is_changed
    assert "before" not in hands.tip("W", 0, 0)
    assert "before: -0.16245426 → after: 0.0" in hands.tip("W_grad", 0, 0)


def test_what_is_of_an_older_state_says_so(hands: Hands) -> None:
    hands.session.perform(FORWARD)
    hands.session.perform(Assign(TensorName.W, 0, 0, frozen([[1]]), Gesture.TYPE))
    assert hands.look("y_pred", 0, 0).is_stale
    assert "From an earlier state. Changed since: W." in hands.tip("loss", 0, 0)
    assert not hands.look("W", 0, 0).is_stale
    hands.session.perform(FORWARD)
    assert not hands.look("y_pred", 0, 0).is_stale


def test_computed_tables_cannot_be_edited(hands: Hands) -> None:
    hands.session.perform(FORWARD)
    for name in TABLES:
        model = hands.table(name).model()
        flags = model.flags(model.index(0, 0))
        assert bool(flags & Qt.ItemFlag.ItemIsEditable) is (name in EDITABLE), name
        if name not in EDITABLE:
            assert not model.setData(model.index(0, 0), "1", EDIT)
    assert len(hands.history.entries) == 2


def test_numbers_stand_right_and_headers_count_from_0(hands: Hands) -> None:
    hands.session.restart("layer_4x2")
    model = hands.table("x").model()
    assert hands.data("x", 0, 0, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert [model.headerData(row, Qt.Orientation.Vertical) for row in range(2)] == ["0", "1"]
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in range(4)] == ["0", "1", "2", "3"]


def test_a_model_that_cannot_show_says_it_with_a_mark_and_logs_once(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = hands.table("W").model()

    def fail(*_: object) -> None:
        raise ArithmeticError("in data()")

    monkeypatch.setattr(model, "_data", fail)
    with caplog.at_level(logging.ERROR):
        hands.table("W").viewport().repaint()
        hands.session.perform(FORWARD)
        hands.table("W").viewport().repaint()
        assert hands.shown("W") == [["!"]] * 3
        assert hands.exact("W") == [[None]] * 3
    assert [record.message for record in caplog.records] == ["W cannot be shown"]
    assert "in data()" in caplog.text
    monkeypatch.undo()
    assert hands.shown("W") == [["-2.4852"], ["-0.1744"], ["1.1104"]]


def test_nothing_is_repainted_where_nothing_changed(hands: Hands) -> None:
    hands.session.perform(FORWARD)
    painted: list[str] = []
    for name in TABLES:
        hands.table(name).model().dataChanged.connect(lambda *_, name=name: painted.append(name))
    hands.session.perform(BACKWARD)
    assert {"W_grad", "b_grad"} <= set(painted)
    assert not {"x", "y_true", "W", "b"} & set(painted)
    painted.clear()
    hands.session.perform(UPDATE)
    assert {"W", "b"} <= set(painted)
    assert not {"x", "y_true"} & set(painted)


def test_a_table_of_very_many_rows_shows_the_first_and_says_so(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tensor_model", "tensor_panel"):
        monkeypatch.setattr(f"perceptron_gui.ui.{module}.MOST_SHOWN", 4)
    hands.session.perform(Resize(Axis.INPUTS, 6))
    hands.click("forward", "backward")
    assert hands.now.W.shape == (6, 1)
    assert [hands.table(name).model().rowCount() for name in ("W", "W_grad")] == [4, 4]
    assert hands.table("x").model().columnCount() == 4
    said = {label.text() for label in hands.window.findChildren(QLabel)}
    assert {"4 of 6 rows shown", "4 of 6 columns shown"} <= said


class _Blank(QStyledItemDelegate):
    """Paints cells with nothing in them."""

    @override
    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        painter.fillRect(option.rect, QColor(theme.LIGHT.base))


def test_the_grid_is_where_qt_itself_has_it(hands: Hands) -> None:
    hands.session.perform(Resize(Axis.INPUTS, 12), Resize(Axis.OUTPUTS, 12))
    view = hands.table("W")
    plain = QTableView(hands.window)
    plain.setFrameShape(QTableView.Shape.NoFrame)
    plain.setModel(view.model())
    plain.setItemDelegate(_Blank(plain))
    plain.setHorizontalScrollMode(view.horizontalScrollMode())
    QApplication.processEvents()
    for theirs, ours in (
        (plain.horizontalHeader(), view.horizontalHeader()),
        (plain.verticalHeader(), view.verticalHeader()),
    ):
        theirs.hide()
        theirs.setMinimumSectionSize(1)
        for section in range(ours.count()):
            theirs.resizeSection(section, ours.sectionSize(section))
    for bars in (QTableView.setHorizontalScrollBarPolicy, QTableView.setVerticalScrollBarPolicy):
        bars(plain, Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    plain.resize(view.viewport().size())
    plain.show()
    for part in (0, 0.4, 1):
        for bar, other in (
            (view.horizontalScrollBar(), plain.horizontalScrollBar()),
            (view.verticalScrollBar(), plain.verticalScrollBar()),
        ):
            bar.setValue(round(part * bar.maximum()))
            other.setValue(bar.value())
        drawn, expected = (each.viewport().grab().toImage() for each in (view, plain))
        places = [(x, y) for x in range(expected.width()) for y in range(expected.height())]
        lines = [place for place in places if expected.pixelColor(*place) != QColor(theme.LIGHT.base)]
        assert len(lines) > 100
        assert all(drawn.pixelColor(*place) == expected.pixelColor(*place) for place in lines)


def test_a_selected_cell_is_told_from_the_others(hands: Hands) -> None:
    hands.click("forward", "backward")
    view = hands.table("W")
    view.setCurrentIndex(view.model().index(1, 0))
    picture = view.viewport().grab().toImage()
    corners = [view.visualRect(view.model().index(row, 0)).topLeft() for row in range(3)]
    grounds = [picture.pixelColor(corner + QPoint(8, 4)) for corner in corners]
    assert grounds[0] == grounds[2] == QColor(theme.LIGHT.base)
    assert grounds[1] in [QColor(theme.LIGHT.accent), QColor(theme.LIGHT.grid)]
