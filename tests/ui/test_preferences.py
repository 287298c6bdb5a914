"""What is kept between starts: read back as it was, and whatever is damaged is the default."""

import random
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.app import Program
from perceptron_gui.document import Document
from perceptron_gui.preferences import LARGEST_FONT, Preferences, Theme, keep_bad
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from tests.executors import InlineExecutor
from tests.ui.hands import Hands

CHOICES = Preferences("ru", Theme.DARK, 18, False, bytes(range(256)), b"layout\x00\xff")


def at(folder: Path) -> QSettings:
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def test_choices_are_read_back_as_they_were(tmp_path: Path) -> None:
    CHOICES.save(at(tmp_path))
    assert Preferences.load(at(tmp_path)) == CHOICES


def test_without_a_file_everything_is_the_default(tmp_path: Path) -> None:
    assert Preferences.load(at(tmp_path)) == Preferences()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("language", "xx"), ("language", 5), ("theme", "pink"), ("theme", QByteArray(b"dark")), ("font_size", "abc"),
        ("font_size", "1000"), ("font_size", "-3"), ("font_size", "²"), ("geometry", "text"), ("layout", ["a", "b"]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_the_default_and_the_others_stay(tmp_path: Path, key: str, value: object) -> None:
    CHOICES.save(at(tmp_path))
    settings = at(tmp_path)
    settings.setValue(key, value)
    settings.sync()
    loaded = Preferences.load(at(tmp_path))
    assert getattr(loaded, key) == getattr(Preferences(), key)
    others = [field.name for field in fields(Preferences) if field.name != key]
    assert [getattr(loaded, name) for name in others] == [getattr(CHOICES, name) for name in others]
    assert not loaded.is_all_of(at(tmp_path))


def test_settings_are_whole_when_nothing_in_them_is_damaged_or_unknown(tmp_path: Path) -> None:
    """Fault 22."""
    assert Preferences().is_all_of(at(tmp_path))
    CHOICES.save(at(tmp_path))
    assert Preferences.load(at(tmp_path)).is_all_of(at(tmp_path))
    settings = at(tmp_path)
    settings.setValue("lr", "abc")
    settings.sync()
    assert not Preferences.load(at(tmp_path)).is_all_of(at(tmp_path))
    before = (tmp_path / "settings.ini").read_bytes()
    assert Path(keep_bad(at(tmp_path))).read_bytes() == before
    CHOICES.save(at(tmp_path))
    assert Preferences.load(at(tmp_path)).is_all_of(at(tmp_path))


def test_a_block_with_one_other_byte_is_not_used(tmp_path: Path) -> None:
    """Fault 21: QMainWindow.restoreState() can crash on a damaged one."""
    for index in range(0, len(CHOICES.geometry), 17):
        CHOICES.save(at(tmp_path))
        damaged = bytearray(CHOICES.geometry)
        damaged[index] ^= 1
        settings = at(tmp_path)
        settings.setValue("geometry", QByteArray(bytes(damaged)))
        settings.sync()
        loaded = Preferences.load(at(tmp_path))
        assert (loaded.geometry, loaded.layout) == (b"", CHOICES.layout)


@pytest.mark.parametrize("seed", range(5))
def test_a_file_of_random_bytes_gives_defaults(tmp_path: Path, seed: int) -> None:
    """Fault 22."""
    (tmp_path / "settings.ini").write_bytes(random.Random(seed).randbytes(5000))  # noqa: S311  no secret
    assert Preferences.load(at(tmp_path)) == Preferences()


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, session: Session) -> Callable[..., Program]:
    """Start a program in this process."""
    usual, palette = QFont(qapp.font()), qapp.palette()

    def start_program(preferences: Preferences, language: str = "en") -> Program:
        resources.register()
        program = Program(qapp, session, Document(session, InlineExecutor()), preferences, language)

        def put_back(_: object) -> None:
            program._on_language_requested("en")
            qapp.setFont(usual)
            qapp.setPalette(palette)

        qtbot.addWidget(program.window, before_close_func=put_back)
        return program

    return start_program


def test_a_choice_is_applied_and_kept(start: Callable[..., Program], qtbot: QtBot, qapp: QApplication) -> None:
    program = start(Preferences())
    hands = Hands(program.window, qtbot)
    usual = qapp.font().pointSize()
    hands.action("language_ru").trigger()
    hands.action("theme_dark").trigger()
    hands.action("larger_font").trigger()
    hands.action("larger_font").trigger()
    qapp.processEvents()
    assert qapp.font().pointSize() == usual + 2
    assert qapp.palette().base().color().name() == theme.DARK.base
    assert any("а" <= letter <= "я" for letter in hands.action("reset").text())
    kept = program.final_preferences()
    assert (kept.language, kept.theme, kept.font_size) == ("ru", Theme.DARK, usual + 2)
    hands.action("default_font").trigger()
    assert qapp.font().pointSize() == usual
    assert program.final_preferences().font_size == 0


def test_text_grows_and_shrinks_within_bounds(start: Callable[..., Program], qtbot: QtBot, qapp: QApplication) -> None:
    hands = Hands(start(Preferences(font_size=LARGEST_FONT - 1)).window, qtbot)
    for _ in range(3):
        hands.action("larger_font").trigger()
    assert qapp.font().pointSize() == LARGEST_FONT


def test_a_kept_choice_is_there_at_the_next_start(
    start: Callable[..., Program], qtbot: QtBot, qapp: QApplication
) -> None:
    program = start(Preferences("ru", Theme.LIGHT, 13), "ru")
    hands = Hands(program.window, qtbot)
    assert qapp.font().pointSize() == 13
    assert qapp.palette().base().color().name() == theme.LIGHT.base
    assert hands.action("theme_light").isChecked()
    assert hands.action("language_ru").isChecked()
    assert "Далее" in hands.message or any("а" <= letter <= "я" for letter in hands.message)


def test_the_arrangement_of_the_panels_comes_back(start: Callable[..., Program], qtbot: QtBot) -> None:
    program = start(Preferences())
    program.show()
    qtbot.waitExposed(program.window)
    hands = Hands(program.window, qtbot)
    hands.find(QDockWidget, "loss_plot_dock").hide()
    kept = program.final_preferences()
    again = Hands(start(kept).window, qtbot)
    assert again.find(QDockWidget, "loss_plot_dock").isHidden()
    assert not again.find(QDockWidget, "weights_plot_dock").isHidden()
    again.action("default_layout").trigger()
    assert not again.find(QDockWidget, "loss_plot_dock").isHidden()


@pytest.mark.parametrize("layout", [b"", b"junk", b"\x00" * 200])
def test_a_layout_that_does_not_fit_is_left_aside(start: Callable[..., Program], qtbot: QtBot, layout: bytes) -> None:
    hands = Hands(start(Preferences(layout=layout, geometry=layout)).window, qtbot)
    hands.window.show()
    qtbot.waitExposed(hands.window)
    assert all(not dock.isHidden() for dock in hands.window.findChildren(QDockWidget))
    assert hands.find(QLabel, "status_message").isVisible()
