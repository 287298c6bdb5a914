"""English and Russian, switched live: every visible text changes, and nothing that is being typed is lost."""

import string
from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from perceptron_gui.core.actions import Operation
from perceptron_gui.ui.main_window import MainWindow
from tests.ui.hands import CTRL, Hands, is_wholly_visible

FORWARD, BACKWARD, *_ = Operation
Speak = Callable[[str], None]
UNTRANSLATED = {
    "y_true", "y_pred", "loss", "seed", "cpu", "English", "retain_graph", "float32", "torch", "None", "grad", "True",
    "requires_grad", "float", "grad_fn", "no_grad", "rand", "randn", "PyTorch", "LaTeX",
}  # fmt: skip


def texts(window: MainWindow) -> dict[str, str]:
    """Return what the window says in words, by where it says it."""
    found: dict[str, str] = {}
    for action in window.findChildren(QAction):
        if action.objectName() and not action.objectName().startswith("_"):
            found[f"{action.objectName()} text"] = action.text()
            found[f"{action.objectName()} tip"] = action.toolTip()
    for number, action in enumerate(window.menuBar().actions()):
        found[f"menu {number}"] = action.text()
    for dock in window.findChildren(QDockWidget):
        found[dock.objectName()] = dock.windowTitle()
    for widget in window.findChildren(QWidget):
        name = widget.objectName()
        if name.endswith(("_spin_box", "_combo_box", "_check_box", "_plot", "_button")) and widget.toolTip():
            found[f"{name} tip"] = widget.toolTip()
    found["status_message"] = window.findChildren(QLabel, "status_message")[0].text()
    return found


def test_every_text_changes_and_changes_back(hands: Hands, speak: Speak) -> None:
    hands.click("forward", "backward")
    english = texts(hands.window)
    assert len(english) > 80
    speak("ru")
    russian = texts(hands.window)
    assert russian.keys() == english.keys()
    same = {where for where in english if english[where] == russian[where]}
    assert same == {"language_en text", "language_ru text"}, "each language is named in itself"
    assert not [text for where, text in russian.items() if where not in same and not any("а" <= c <= "я" for c in text)]
    speak("en")
    assert texts(hands.window) == english


def test_no_english_word_is_left_on_the_screen_in_russian(hands: Hands, speak: Speak) -> None:
    hands.click("forward", "backward")
    speak("ru")
    shown: set[str] = set()
    for widget in hands.window.findChildren(QWidget):
        if widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel | QAbstractButton):
            shown.add(widget.text())
        elif isinstance(widget, QGroupBox):
            shown.add(widget.title())
    code = {button.accessibleDescription() for button in hands.window.findChildren(QPushButton)}
    plain = str.maketrans(dict.fromkeys(string.punctuation.replace("_", "") + string.digits, " "))
    words = {word for text in shown - code for word in text.translate(plain).split() if word.isascii()}
    left = {word for word in words if len(word) > 2} - UNTRANSLATED
    assert {word for word in left if not word.endswith("Backward")} == set()


def test_an_open_editor_keeps_what_is_typed_and_its_number_is_not_read_again(hands: Hands, speak: Speak) -> None:
    """Fault 54."""
    editor = hands.open_editor("W", 0, 0)
    editor.selectAll()
    hands.keys("1,5")
    speak("ru")
    assert (editor.text(), editor.isVisible(), editor.hasFocus()) == ("1,5", True, True)
    hands.key(Qt.Key.Key_2)
    speak("en")
    hands.key(Qt.Key.Key_Return)
    assert hands.now.W[0, 0].item() == pytest.approx(1.52, rel=1e-7)
    assert len(hands.history.entries) == 2


@pytest.mark.parametrize(("name", "typed"), [("lr_spin_box", "0,5"), ("n_spin_box", "7"), ("seed_spin_box", "99")])
def test_a_number_field_keeps_what_is_typed(hands: Hands, speak: Speak, name: str, typed: str) -> None:
    box = hands.type_into_box(name, typed, end=False)
    speak("ru")
    assert box.text() == typed
    hands.key(Qt.Key.Key_Return)
    assert len(hands.history.entries) == 2
    config = hands.now.config
    assert {"lr_spin_box": config.lr, "n_spin_box": hands.now.n, "seed_spin_box": config.seed}[name] == float(
        typed.replace(",", ".")
    )


def test_numbers_have_a_point_in_both_languages(hands: Hands, speak: Speak) -> None:
    hands.click("step")
    names = ("x", "W", "b", "W_grad", "loss", "y_pred")
    english = {name: hands.shown(name) for name in names}
    speak("ru")
    assert {name: hands.shown(name) for name in names} == english
    assert english["W"][0] == ["-2.3227"]
    assert hands.find(QAbstractSpinBox, "lr_spin_box").text() == "1.0"


def test_tips_of_cells_change_too(hands: Hands, speak: Speak) -> None:
    hands.click("forward", "backward", "update")
    english = hands.tip("W", 0, 0)
    speak("ru")
    assert hands.tip("W", 0, 0) != english
    assert "-2.4852" in hands.tip("W", 0, 0)


def test_the_menu_asks_for_a_language_and_for_colours(hands: Hands) -> None:
    for name in ("language_ru", "language_en"):
        with hands.qtbot.waitSignal(hands.window.language_requested) as asked:
            hands.action(name).trigger()
        assert asked.args == [name.removeprefix("language_")]
    for name in ("theme_light", "theme_dark", "theme_system"):
        with hands.qtbot.waitSignal(hands.window.theme_requested) as asked:
            hands.action(name).trigger()
        assert asked.args == [name.removeprefix("theme_")]


def test_the_keys_of_a_projector_ask_for_another_size_of_text(hands: Hands) -> None:
    keys = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_0: 0}
    for key, step in keys.items():
        with hands.qtbot.waitSignal(hands.window.font_step_requested) as asked:
            hands.key(key, CTRL)
        assert asked.args == [step]


@pytest.mark.parametrize("size", [QSize(1366, 740), QSize(1024, 600), QSize(400, 400)])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_phase_button_is_cut_on_a_small_screen(hands: Hands, speak: Speak, size: QSize, language: str) -> None:
    """Fault 58: whole, or behind the button that a tool bar shows where there is no room."""
    speak(language)
    hands.window.resize(size)
    buttons = [hands.button(name) for name in ("forward", "backward", "update", "zero_grad", "step")]
    more = hands.window.findChildren(QToolButton, "qt_toolbar_ext_button")

    def is_reachable(button: QPushButton) -> bool:
        if button.isVisible():
            return is_wholly_visible(button) and button.width() >= button.sizeHint().width()
        return any(is_wholly_visible(tool) for tool in more)

    hands.qtbot.waitUntil(lambda: all(is_reachable(button) for button in buttons))
    assert is_reachable(hands.button("forward"))
    assert hands.window.width() <= max(size.width(), 640)
    hands.key(Qt.Key.Key_F6)
    assert hands.history.entry.action is FORWARD, "the keys work whatever is seen"


def test_large_text_makes_room(hands: Hands) -> None:
    font = hands.window.font()
    table = hands.table("W")
    size = table.font().pointSize()
    font.setPointSize(font.pointSize() * 2)
    hands.window.setFont(font)
    hands.qtbot.waitUntil(lambda: table.font().pointSize() == 2 * size)
    hands.qtbot.waitUntil(lambda: table.rowHeight(0) >= table.fontMetrics().height())
    for name in ("x", "W", "W_grad", "loss"):
        width = hands.table(name).columnWidth(0)
        assert width >= hands.table(name).fontMetrics().horizontalAdvance("-2.4852"), name
