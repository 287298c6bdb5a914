"""What is asked for while something runs goes on from what was asked for before, not from what is shown."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QCheckBox, QSpinBox
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor, ManualExecutor
from tests.ui.hands import Hands


@pytest.fixture
def worker() -> ManualExecutor:
    return ManualExecutor()


@pytest.fixture
def busy(qtbot: QtBot, engine: Engine, worker: ManualExecutor) -> Iterator[Hands]:
    """A window whose Forward is still running."""
    resources.register()
    session = Session(History.begin("notebook", "cpu"), worker, lambda: engine)
    window = MainWindow(session, Document(session, InlineExecutor()), theme.LIGHT)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    session.prepare()
    worker.work_all()
    hands = Hands(window, qtbot)
    hands.click("forward")
    yield hands
    window.documents.document.forget()
    window.close()


def test_a_box_ticked_and_unticked_ends_unticked(busy: Hands, worker: ManualExecutor) -> None:
    box = busy.find(QCheckBox, "retain_graph_check_box")
    box.click()
    box.click()
    worker.work_all()
    assert not busy.now.config.retain_graph
    assert not box.isChecked()


def test_two_steps_of_lr_are_two_steps(busy: Hands, worker: ManualExecutor) -> None:
    box = busy.find(QAbstractSpinBox, "lr_spin_box")
    box.stepUp()
    box.stepUp()
    worker.work_all()
    assert busy.now.config.lr == 5.0


def test_a_size_up_and_down_ends_where_it_was(busy: Hands, worker: ManualExecutor) -> None:
    box = busy.find(QSpinBox, "n_spin_box")
    box.stepUp()
    box.stepDown()
    worker.work_all()
    assert busy.now.n == 3
    assert box.value() == 3


def test_undo_waits_behind_the_first_press(busy: Hands, worker: ManualExecutor) -> None:
    assert busy.action("undo").isEnabled()
    busy.action("undo").trigger()
    worker.work_all()
    assert busy.history.index == 0


def test_the_wheel_turns_a_field_only_when_it_has_the_focus(busy: Hands, worker: ManualExecutor) -> None:
    worker.work_all()
    box = busy.find(QSpinBox, "n_spin_box")
    busy.table("x").setFocus()
    up = QWheelEvent(
        QPointF(5, 5), QPointF(box.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, up)
    assert box.value() == 3


@pytest.mark.parametrize("name", ["W", "b", "loss", "W_grad"])
def test_rows_of_other_tables_are_no_samples(hands: Hands, name: str) -> None:
    hands.action("preset_or_gate").trigger()
    before = hands.history
    hands.table(name).setFocus()
    hands.table(name).selectRow(0)
    hands.action("mark_rows").trigger()
    assert hands.history is before
    assert hands.message.startswith("Samples are the rows of x")


def test_a_refused_text_stops_the_press_by_mouse_too(hands: Hands) -> None:
    editor = hands.open_editor("x", 0, 0)
    QTest.keyClicks(editor, "0.7x")
    hands.click("forward")
    assert len(hands.history.entries) == 1
    assert "0.7x" in hands.message


def test_the_keys_of_an_action_are_each_there_once(hands: Hands) -> None:
    for action in (hands.action("redo"), hands.action("undo"), hands.action("larger_font")):
        keys = [key.toString() for key in action.shortcuts()]
        assert len(keys) == len(set(keys))


def test_a_letter_in_a_table_of_results_looks_for_nothing(hands: Hands) -> None:
    hands.click("forward", "backward")
    table = hands.table("W_grad")
    table.setCurrentIndex(table.model().index(0, 0))
    table.setFocus()
    QTest.keyClicks(table, "-")
    assert table.currentIndex().row() == 0


def test_a_button_that_is_let_go_looks_so_though_nothing_comes_of_it(busy: Hands) -> None:
    button = busy.button("backward")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isDown()
    busy.qtbot.waitUntil(button.updatesEnabled)


def test_a_press_leaves_what_run_says(busy: Hands, worker: ManualExecutor) -> None:
    said: list[str] = []
    run = busy.action("run")
    run.changed.connect(lambda: said.append(run.text()))
    worker.work_all()
    busy.click("backward")
    worker.work_all()
    assert not said
