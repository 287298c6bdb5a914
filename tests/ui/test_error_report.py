"""What nobody caught (faults 5 and 9): one dialog, the program goes on, and no way to fail within the failing."""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget

from perceptron_gui.ui.error_report import ErrorReporter
from tests.ui.hands import LEFT, Hands

pytestmark = [pytest.mark.qt_no_exception_capture, pytest.mark.usefixtures("reporter")]


@pytest.fixture
def reporter(hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ErrorReporter]:
    """Catches what nobody else does."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    reporter = ErrorReporter(tmp_path / "crash.log")
    reporter.parent_widget = hands.window
    reporter.install()
    yield reporter
    reporter.uninstall()
    for dialog in dialogs(hands):
        dialog.reject()


def dialogs(hands: Hands) -> list[QDialog]:
    return [dialog for dialog in hands.window.findChildren(QDialog, "error_dialog") if dialog.isVisible()]


def fail() -> None:
    raise ValueError("in a slot")


def test_a_hundred_exceptions_in_slots_are_one_dialog_and_the_program_goes_on(
    hands: Hands,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Fault 5."""
    before = hands.history
    for _ in range(100):
        QTimer.singleShot(0, fail)
    with caplog.at_level(logging.CRITICAL):
        hands.qtbot.waitUntil(lambda: len(caplog.records) == 100)
    assert len(dialogs(hands)) == 1
    details = dialogs(hands)[0].findChildren(QPlainTextEdit)[0].toPlainText()
    assert "ValueError: in a slot" in details
    assert "in fail" in details
    assert any("100" in label.text() for label in dialogs(hands)[0].findChildren(QWidget) if hasattr(label, "text"))
    assert hands.history is before
    dialogs(hands)[0].reject()
    hands.click("forward")
    assert hands.shown("loss") == [["0.6965"]]


def test_the_details_can_be_copied(hands: Hands) -> None:
    QTimer.singleShot(0, fail)
    hands.qtbot.waitUntil(lambda: bool(dialogs(hands)))
    dialog = dialogs(hands)[0]
    QTest.mouseClick(dialog.findChildren(QPushButton, "copy_button")[0], LEFT)
    assert QGuiApplication.clipboard().text() == dialog.findChildren(QPlainTextEdit)[0].toPlainText()
    assert dialog.isVisible()


def test_after_the_dialog_was_closed_the_next_error_opens_another(hands: Hands) -> None:
    for _ in range(2):
        QTimer.singleShot(0, fail)
        hands.qtbot.waitUntil(lambda: len(dialogs(hands)) == 1)
        dialogs(hands)[0].reject()
        assert dialogs(hands) == []


def test_an_exception_in_an_action_leaves_the_state(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    before = hands.history
    monkeypatch.setattr(type(hands.session), "perform", lambda *_: fail())
    hands.click("forward")
    hands.qtbot.waitUntil(lambda: len(dialogs(hands)) == 1)
    assert hands.history is before
    monkeypatch.undo()
    dialogs(hands)[0].reject()
    hands.click("forward")
    assert len(hands.history.entries) == 2


def test_an_exception_in_another_thread_is_shown_by_this_one(hands: Hands) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    hands.qtbot.waitUntil(lambda: len(dialogs(hands)) == 1)
    assert dialogs(hands)[0].thread() is hands.window.thread()


def test_an_error_within_the_report_ends_on_stderr_and_in_the_log(
    hands: Hands,
    reporter: ErrorReporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fault 9."""
    said: list[str] = []
    calls = 0

    def raise_within(*_: object) -> list[str]:
        nonlocal calls
        calls += 1
        raise RecursionError("in the formatter")

    class Stderr:
        def write(self, text: str) -> None:
            said.append(text)

    with monkeypatch.context() as patch:
        patch.setattr(traceback, "format_exception", raise_within)
        patch.setattr(sys, "__stderr__", Stderr())
        reporter.handle(ValueError, ValueError("the first"), None)
    assert calls == 1
    assert said == ["ValueError: ValueError('the first')\n"]
    assert (tmp_path / "crash.log").read_text(encoding="utf-8") == said[0]
    assert dialogs(hands) == []


@pytest.mark.parametrize("place", ["missing/crash.log", ""])
def test_a_log_that_cannot_be_written_is_no_second_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    reporter = ErrorReporter(tmp_path / place)
    said: list[str] = []
    monkeypatch.setattr(sys, "__stderr__", type("Stderr", (), {"write": lambda _, text: said.append(text)})())
    monkeypatch.setattr(traceback, "format_exception", lambda *_: 1 / 0)
    reporter.handle(ValueError, ValueError("first"), None)
    assert said == ["ValueError: ValueError('first')\n"]
