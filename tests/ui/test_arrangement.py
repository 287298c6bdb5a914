"""The usual arrangement of the panels, small and large, and the one for a lecture."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor
from tests.ui.hands import Hands, is_wholly_visible

PANELS = (
    "gradient_plot", "code_view", "derivation_view", "graph_view",
    "loss_plot", "activation_plot", "weights_plot", "contour_plot", "timeline_view",
)  # fmt: skip
TABLES = ("x", "y_true", "W", "b", "W_grad", "b_grad", "z", "y_pred", "loss")


@pytest.fixture
def large(qtbot: QtBot, session: Session) -> Iterator[Hands]:
    """A window as large as a projector's screen."""
    resources.register()
    window = MainWindow(session, Document(session, InlineExecutor()), theme.LIGHT)
    qtbot.addWidget(window)
    window.resize(1900, 1000)
    with qtbot.waitExposed(window):
        window.show()
    yield Hands(window, qtbot)
    window.documents.document.forget()
    window.close()


def dock(hands: Hands, name: str) -> QDockWidget:
    return hands.find(QDockWidget, f"{name}_dock")


def seen(hands: Hands) -> set[str]:
    """Return the panels a person sees: not hidden, and not behind a tab."""
    QApplication.processEvents()
    return {name for name in PANELS if not dock(hands, name).visibleRegion().isEmpty()}


def tables(hands: Hands) -> set[str]:
    return {name for name in TABLES if hands.table(name).isVisible()}


def titles_above(hands: Hands) -> dict[str, list[str]]:
    """Return the words in the title bar of every panel."""
    QApplication.processEvents()
    bars = {name: dock(hands, name).titleBarWidget() for name in PANELS}
    return {name: [label.text() for label in bar.findChildren(QLabel) if label.text()] for name, bar in bars.items()}


def test_a_laptop_shows_the_ledger_what_pytorch_did_and_the_curves(hands: Hands) -> None:
    assert seen(hands) == {"gradient_plot", "code_view", "loss_plot", "activation_plot"}
    tabs = sorted(bar.count() for bar in hands.window.findChildren(QTabBar) if bar.isVisible() and bar.count() > 1)
    assert tabs == [3, 4]
    assert tables(hands) == set(TABLES)


def test_a_projector_shows_the_numbers_by_hand_and_the_contour_too(large: Hands) -> None:
    assert seen(large) == {
        "gradient_plot", "code_view", "derivation_view", "loss_plot", "activation_plot", "contour_plot",
    }  # fmt: skip
    assert dock(large, "gradient_plot").height() > dock(large, "code_view").height()


def test_every_panel_is_named_once_in_its_tab_or_above_it(hands: Hands) -> None:
    above = titles_above(hands)
    tabbed = {bar.tabText(index) for bar in hands.window.findChildren(QTabBar) for index in range(bar.count())}
    for name in PANELS:
        title = dock(hands, name).windowTitle()
        assert (above[name] == []) == (title in tabbed), name
        assert above[name] in ([], [title])
    dock(hands, "derivation_view").setFloating(True)
    assert titles_above(hands)["derivation_view"] == [dock(hands, "derivation_view").windowTitle()]
    for name in ("graph_view", "timeline_view"):
        dock(hands, name).close()
    assert titles_above(hands)["code_view"] == [dock(hands, "code_view").windowTitle()], "it is alone now"


def test_a_panel_behind_a_tab_is_brought_to_the_front_by_its_key_and_hidden_by_the_next(hands: Hands) -> None:
    for _ in range(2):
        hands.key(Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
        assert "timeline_view" in seen(hands)
        assert "code_view" not in seen(hands)
        hands.key(Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
        assert dock(hands, "timeline_view").isHidden()
        assert "timeline_view" not in seen(hands)


def test_the_usual_arrangement_brings_everything_back(hands: Hands) -> None:
    before = seen(hands)
    for name in PANELS:
        dock(hands, name).close()
    assert seen(hands) == set()
    hands.action("default_layout").trigger()
    assert seen(hands) == before


def test_a_lecture_shows_the_phases_the_ledger_and_one_table_large(hands: Hands) -> None:
    before, width = seen(hands), dock(hands, "gradient_plot").width()
    letters = hands.table("W").font().pointSizeF()
    hands.go_to("W", 1, 0)
    hands.action("lecture_layout").trigger()
    assert seen(hands) == {"gradient_plot"}
    assert tables(hands) == {"W"}
    assert hands.table("W").font().pointSizeF() > 1.5 * letters
    assert dock(hands, "gradient_plot").width() > 1.5 * width
    assert all(hands.button(name).isVisible() for name in ("forward", "backward", "update", "zero_grad"))
    hands.click("forward", "backward")
    assert hands.shown("b_grad") == [["-0.2305"]]
    assert tables(hands) == {"W"}
    hands.action("lecture_layout").trigger()
    assert (seen(hands), tables(hands)) == (before, set(TABLES))
    assert hands.table("W").font().pointSizeF() == letters
    assert not hands.action("lecture_layout").isChecked()


def test_without_a_chosen_table_the_lecture_shows_the_gradients(hands: Hands) -> None:
    hands.button("forward").setFocus()
    hands.action("lecture_layout").trigger()
    assert tables(hands) == {"W_grad"}
    assert hands.action("lecture_layout").isChecked()


def test_the_lecture_shows_the_table_of_the_step_done_last(hands: Hands) -> None:
    hands.button("forward").setFocus()
    hands.action("lecture_layout").trigger()
    for step, table in (("forward", "loss"), ("backward", "W_grad"), ("update", "W"), ("zero_grad", "W_grad")):
        hands.click(step)
        assert tables(hands) == {table}
    hands.action("undo").trigger()
    assert tables(hands) == {"W"}


def test_a_lecture_is_not_what_the_next_start_shows(hands: Hands) -> None:
    before = hands.window.layout_state()
    hands.action("lecture_layout").trigger()
    assert hands.window.layout_state() == before
    hands.action("default_layout").trigger()
    assert tables(hands) == set(TABLES)
    assert not hands.action("lecture_layout").isChecked()


def test_larger_text_in_a_lecture_keeps_its_one_table(hands: Hands) -> None:
    hands.action("lecture_layout").trigger()
    font = hands.window.font()
    font.setPointSizeF(font.pointSizeF() + 3)
    hands.window.setFont(font)
    QApplication.sendPostedEvents(None, QEvent.Type.MetaCall)
    assert tables(hands) == {"W_grad"}
    assert seen(hands) == {"gradient_plot"}


def test_the_twin_is_a_setting_that_is_ticked_and_undone(hands: Hands) -> None:
    action = hands.action("twin")
    action.trigger()
    assert hands.now.config.twin
    assert action.isChecked()
    hands.action("undo").trigger()
    assert not hands.now.config.twin
    assert not action.isChecked()
    hands.action("preset_twin_half").trigger()
    assert action.isChecked()
    hands.action("randomize").trigger()
    assert not action.isChecked(), "new tensors end the comparison"


def test_movements_are_a_choice_that_is_asked_for(hands: Hands) -> None:
    asked: list[bool] = []
    hands.window.animation_requested.connect(asked.append)
    hands.window.set_animated(True)
    hands.action("animations").trigger()
    hands.action("animations").trigger()
    assert asked == [False, True]


def test_every_part_of_the_first_screen_is_whole(hands: Hands) -> None:
    window = hands.window
    for name in ("forward", "backward", "update", "zero_grad", "step"):
        assert is_wholly_visible(hands.button(name)), name
    for name in seen(hands):
        widget: QWidget = dock(hands, name)
        assert window.rect().contains(widget.geometry()), name
