"""HTML in what comes from outside is shown letter by letter (fault 48)."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocument, QTextDocumentFragment
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit

from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.session import Session
from perceptron_gui.ui.error_report import ErrorReporter
from tests.ui.hands import LEFT, Hands

HOSTILE = ("<b>bold</b>", "<img src=file:///etc/passwd>", "a < b & c", "&lt;script&gt;")


def as_read(text: str) -> str:
    """Return what a person reads of a tool tip or a label of automatic format."""
    return QTextDocumentFragment.fromHtml(text).toPlainText() if GuiQt.mightBeRichText(text) else text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_is_repeated_letter_by_letter(hands: Hands, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *args: asked.append(args))
    hands.type_into_cell("x", 0, 0, text)
    status = hands.find(QLabel, "status_message")
    assert text in status.text()
    assert status.textFormat() is Qt.TextFormat.PlainText
    assert text in as_read(hands.tip("x", 0, 0))
    assert asked == []


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_files_and_devices_are_plain_too(hands: Hands, session: Session, text: str) -> None:
    session.failed.emit(Problem(Reason.FILE_UNREADABLE, file=text, detail=text))
    assert text in hands.message
    session.failed.emit(Problem(Reason.NO_SUCH_DEVICE, device=text, current="cpu"))
    assert text in hands.message


def test_no_label_of_the_window_guesses_that_its_text_is_html(hands: Hands) -> None:
    hands.click("forward", "backward", "backward")
    guessing = [
        label.text()
        for label in hands.window.findChildren(QLabel)
        if label.textFormat() is Qt.TextFormat.AutoText and any(mark in label.text() for mark in "<&>")
    ]
    assert guessing == []


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_opened_status_line_is_plain_and_copied(hands: Hands) -> None:
    hands.type_into_cell("x", 0, 0, "<b>1</b>")
    status = hands.find(QLabel, "status_message")
    QTest.mouseClick(status, LEFT)
    opened = [edit for edit in hands.window.findChildren(QPlainTextEdit) if edit.isVisible()]
    assert len(opened) == 1
    assert opened[0].toPlainText().startswith(status.text())
    assert QGuiApplication.clipboard().text() == opened[0].toPlainText()
    frame = opened[0].window()
    assert frame is not hands.window
    QTest.keyClick(opened[0], Qt.Key.Key_Escape)
    hands.qtbot.waitUntil(lambda: not hands.window.findChildren(QPlainTextEdit))
    assert QApplication.activePopupWidget() is None, "what is pressed next goes to the window again"


def test_an_error_with_html_is_plain_in_its_dialog(hands: Hands, tmp_path: Path) -> None:
    reporter = ErrorReporter(tmp_path / "<i>crash.log")
    reporter.parent_widget = hands.window
    error = ValueError("<img src=file:///etc/passwd>")
    reporter.handle(ValueError, error, None)
    details = hands.window.findChildren(QPlainTextEdit)[-1]
    assert "<img src=file:///etc/passwd>" in details.toPlainText()
    named = [label for label in details.window().findChildren(QLabel) if "crash.log" in label.text()]
    assert [label.textFormat() for label in named] == [Qt.TextFormat.PlainText]
    details.window().close()
