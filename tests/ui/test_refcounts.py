"""Fault 1: some pairs of PySide6 and Python lose a reference to None or True with every call, and die of it."""

import sys

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from perceptron_gui import app

CALLS = 1000
SLACK = 50


class Sender(QObject):
    sent = Signal(object)
    ticked = Signal(bool)


def test_a_thousand_calls_lose_no_reference_to_none_or_true(qtbot: QtBot) -> None:
    sender, button, timer = Sender(), QPushButton(), QTimer()
    qtbot.addWidget(button)
    received: list[object] = []
    sender.sent.connect(received.append)
    sender.ticked.connect(received.append)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(CALLS):
        sender.sent.emit(None)
        sender.ticked.emit(True)
        button.setEnabled(True)
        button.isEnabled()
        timer.setSingleShot(True)
        button.objectName()
    held = received.count(None), received.count(True)
    received.clear()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert held == (CALLS, CALLS)
    assert after[0] > before[0] - SLACK
    assert after[1] > before[1] - SLACK


@pytest.mark.parametrize(
    ("pyside", "python", "loses"),
    [
        ((6, 12, 0, "", ""), (3, 11), True),
        ((6, 13, 1, "", ""), (3, 11), True),
        ((6, 11, 3, "", ""), (3, 11), False),
        ((6, 12, 0, "", ""), (3, 12), False),
        ((6, 10, 0, "", ""), (3, 11), False),
    ],
)
def test_pairs_that_lose_references_are_known(
    pyside: tuple[int | str, ...], python: tuple[int, int], loses: bool
) -> None:
    assert app.loses_references(pyside, python) is loses


def test_the_program_does_not_start_on_such_a_pair(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "loses_references", lambda *_: True)
    assert app.main([]) == 1
    assert "PySide6" in capsys.readouterr().err
