"""The names by which tests and assistive tools find things, and what every action has."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QAction, QHelpEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QSpinBox,
    QTableView,
    QToolTip,
    QWidget,
)

from perceptron_gui.core.snapshot import Snapshot
from tests.ui.hands import Hands

PHASES = ("forward", "backward", "update", "zero_grad", "step")
ACTIONS = (
    *PHASES, "run", "run_options", "import", "undo", "redo", "reset", "randomize",
    "preset_notebook", "preset_notebook_half", "preset_or_gate", "preset_layer_4x2",
    "preset_twin", "preset_twin_half", "twin", "animations", "lecture_layout", "default_layout",
)  # fmt: skip
NAMES: tuple[tuple[type[QObject], tuple[str, ...]], ...] = (
    (QAction, ACTIONS),
    (QPushButton, tuple(f"{name}_button" for name in (*PHASES, "run"))),
    (QSlider, ("speed_slider",)),
    (QTableView, ("x_table", "y_true_table", "W_table", "b_table", "W_grad_table", "b_grad_table")),
    (QTableView, ("z_table", "y_pred_table", "loss_table")),
    (QAbstractSpinBox, ("lr_spin_box", "samples_spin_box", "n_spin_box", "k_spin_box")),
    (QSpinBox, ("samples_spin_box", "n_spin_box", "k_spin_box")),
    (QSpinBox, ("part_spin_box",)),
    (QComboBox, ("device_combo_box", "zeroing_combo_box", "reduction_combo_box")),
    (QCheckBox, ("retain_graph_check_box",)),
    (QLabel, ("update_count_label", "status_message")),
    (QWidget, ("loss_plot", "gradient_plot", "weights_plot", "activation_plot", "contour_plot")),
    (QWidget, ("code_view", "derivation_view", "graph_view", "timeline_view")),
)  # fmt: skip
KEYS = {
    "forward": {"Ctrl+1", "F6"}, "backward": {"Ctrl+2", "F7"}, "update": {"Ctrl+3", "F8"},
    "zero_grad": {"Ctrl+4", "F9"}, "step": {"F10"}, "run": {"F5"},
}  # fmt: skip


def all_actions(hands: Hands) -> list[QAction]:
    """Return what a person can choose: the window's own actions and those that show and hide panels."""
    found = hands.window.findChildren(QAction)
    return [action for action in found if not action.isSeparator() and not isinstance(action.menu(), QMenu)
            and not action.objectName().startswith("_q_") and action.isVisible()
            and (action.parent() is hands.window or action.shortcuts())]  # fmt: skip


def test_everything_has_the_name_of_the_contract(hands: Hands) -> None:
    for kind, names in NAMES:
        for name in names:
            assert len(hands.window.findChildren(kind, name)) == 1, name
    for name in ACTIONS:
        assert hands.action(name).parent() is hands.window


def test_every_action_has_text_tip_icon_key_and_menu(hands: Hands) -> None:
    in_menus = {
        action for menu in hands.window.menuBar().findChildren(QMenu) for action in menu.actions()
    }  # fmt: skip
    actions = all_actions(hands)
    assert len(actions) >= 35
    for action in actions:
        name = action.objectName() or action.text()
        assert action.text().strip(), name
        assert action.toolTip().strip(), name
        assert not action.icon().isNull(), name
        assert not action.icon().pixmap(24, 24).isNull(), name
        assert action.shortcuts(), name
        assert action in in_menus, name


def test_no_two_actions_share_a_key(hands: Hands) -> None:
    owners: dict[str, list[str]] = {}
    for action in all_actions(hands):
        for key in {sequence.toString(QKeySequence.SequenceFormat.PortableText) for sequence in action.shortcuts()}:
            owners.setdefault(key, []).append(action.objectName() or action.text())
    assert {key: names for key, names in owners.items() if len(names) > 1} == {}
    assert len(owners) > 35


def test_no_two_menus_of_the_bar_share_a_letter(hands: Hands, speak: Callable[[str], None]) -> None:
    for language in ("en", "ru"):
        speak(language)
        titles = [action.text() for action in hands.window.menuBar().actions()]
        letters = [title[title.index("&") + 1].lower() for title in titles if "&" in title]
        assert len(letters) == len(set(letters)) == len(titles), titles


def test_commands_have_the_keys_of_the_contract_and_of_the_platform(hands: Hands) -> None:
    for name, keys in KEYS.items():
        assert {key.toString() for key in hands.action(name).shortcuts()} == keys
    for name in ("undo", "redo", "cut", "copy", "paste"):
        standard = QKeySequence.StandardKey[name.capitalize()]
        assert hands.action(name).shortcut() in QKeySequence.keyBindings(standard)


def test_tables_stand_for_the_state(hands: Hands) -> None:
    start: Snapshot = hands.now
    assert hands.exact("x") == start.x.tolist()
    assert hands.exact("W") == start.W.tolist()
    assert hands.exact("b") == [start.b.tolist()]
    assert hands.exact("y_true") == start.y_true.tolist()


def test_everything_a_person_sets_has_a_name_for_assistive_tools_and_a_tip(hands: Hands) -> None:
    for name in ("lr_spin_box", "samples_spin_box", "n_spin_box", "k_spin_box", "seed_spin_box", "part_spin_box"):
        box = hands.find(QAbstractSpinBox, name)
        assert box.accessibleName(), name
        assert box.toolTip(), name
    for kind, name in (
        (QComboBox, "device_combo_box"),
        (QComboBox, "reduction_combo_box"),
        (QCheckBox, "retain_graph_check_box"),
    ):
        assert hands.find(kind, name).toolTip(), name
    for phase in PHASES:
        assert hands.button(phase).accessibleName(), phase
        assert hands.button(phase).toolTip(), phase


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_hovering_a_cell_shows_its_tip(hands: Hands) -> None:
    table, point = hands.table("W"), hands.cell("W", 1, 0)
    event = QHelpEvent(QEvent.Type.ToolTip, point, table.viewport().mapToGlobal(point))
    QApplication.sendEvent(table.viewport(), event)
    assert QToolTip.text() == "W[1, 0] = -0.1744"
    QToolTip.showText(QPoint(), "")


def test_torch_and_grad_fn_stand_where_the_notebook_prints_them(hands: Hands) -> None:
    labels = " ".join(label.text() for label in hands.window.findChildren(QLabel) if label.isVisible())
    assert f"torch {hands.session.torch_version}" in labels
    assert labels.count("requires_grad=True") == 2
    assert "grad_fn" not in labels
    hands.click("forward")
    labels = " ".join(label.text() for label in hands.window.findChildren(QLabel) if label.isVisible())
    assert "grad_fn=<SigmoidBackward0>" in labels
    assert "grad_fn=<SumBackward0>" in labels
