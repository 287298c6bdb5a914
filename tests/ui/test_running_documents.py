"""A document while a Run goes on: saved in the middle of it, closed, and what becomes of the run then. Fault 4."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core import storage
from perceptron_gui.core.actions import Ending, Ran, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.document import Document
from perceptron_gui.journal import Journal
from perceptron_gui.recovery import leftovers
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor
from tests.histories import contents
from tests.ui.hands import LEFT, Hands

Button = QMessageBox.StandardButton


@pytest.fixture
def running(qtbot: QtBot, tmp_path: Path, engine: Engine) -> Iterator[Hands]:
    """A window with a document that has a name, in which a Run goes on."""
    resources.register()
    executor = ThreadPoolExecutor(max_workers=1)
    session = Session(History.begin("notebook_half", "cpu"), executor, lambda: engine)
    document = Document(session, InlineExecutor(), Journal(tmp_path / "recovery", InlineExecutor()))
    window = MainWindow(session, document, theme.LIGHT)
    qtbot.addWidget(window)
    window.resize(1366, 740)
    window.show()
    session.prepare()
    qtbot.waitUntil(lambda: bool(session.torch_version))
    document.save(tmp_path / "hw.perceptron")
    qtbot.waitUntil(lambda: not document.is_modified)
    session.perform(Run())
    hands = Hands(window, qtbot)
    goes_further(hands)
    yield hands
    assert session.close(60)
    document.forget()
    document.close()
    window.close()


def goes_further(hands: Hands) -> None:
    """Wait until the run has gone further than it has by now."""
    session, seen = hands.window.session, hands.window.session.history.entry.updates
    hands.qtbot.waitUntil(lambda: session.history.entry.updates > seen)
    assert session.is_running


def answer(hands: Hands, button: Button) -> None:
    box = hands.find(QMessageBox, "unsaved_dialog")
    QTest.mouseClick(box.button(button), LEFT)
    QApplication.sendPostedEvents(box, QEvent.Type.DeferredDelete.value)


def the_run(history: History) -> Ran:
    ran = history.entry.action
    assert isinstance(ran, Ran)
    return ran


def in_the_file(path: Path) -> History:
    return storage.load(path).history


def test_a_run_goes_on_where_its_session_is_saved(running: Hands, tmp_path: Path) -> None:
    window = running.window
    document = window.documents.document
    assert window.isWindowModified()
    document.save()
    saved = in_the_file(tmp_path / "hw.perceptron")
    assert the_run(saved).ending is Ending.GOES_ON
    assert saved.entry.updates == window.session.history.entry.updates
    assert not window.isWindowModified()
    goes_further(running)
    assert window.isWindowModified()


def test_cancel_keeps_the_run_going(running: Hands) -> None:
    """Fault 4."""
    running.window.close()
    goes_further(running)
    answer(running, Button.Cancel)
    goes_further(running)
    assert running.window.isVisible()
    assert running.window.isWindowModified()


def test_save_stores_the_last_finished_step_and_closes(running: Hands, tmp_path: Path) -> None:
    """Fault 4."""
    window = running.window
    window.close()
    goes_further(running)
    answer(running, Button.Save)
    running.qtbot.waitUntil(lambda: not window.isVisible())
    saved, now = in_the_file(tmp_path / "hw.perceptron"), window.session.history
    assert the_run(saved).ending is Ending.STOPPED
    assert saved.entry.updates == now.entry.updates
    assert contents(saved)[0] == 1
    for name in ("W", "b"):
        assert getattr(saved.current, name).tobytes() == getattr(now.current, name).tobytes()
    assert not window.documents.document.is_modified


def test_discard_closes_and_leaves_nothing_to_recover(running: Hands, tmp_path: Path) -> None:
    """Fault 4."""
    window = running.window
    document, session = window.documents.document, window.session
    window.close()
    goes_further(running)
    answer(running, Button.Discard)
    assert not window.isVisible()
    goes_further(running)
    assert not document.is_modified
    assert session.close(60)
    document.close()
    assert leftovers(tmp_path / "recovery") == []
    assert len(in_the_file(tmp_path / "hw.perceptron").entries) == 1


def test_a_run_that_is_under_way_is_left_for_the_next_start(running: Hands, tmp_path: Path) -> None:
    """Fault 11, while a run goes on: what was seen last is there."""
    session = running.window.session
    assert session.close(60)
    running.window.documents.document.close()
    (leftover,) = leftovers(tmp_path / "recovery")
    left = leftover.read()
    assert the_run(left).run == Run()
    assert left.entry.updates == session.history.entry.updates
    leftover.delete()
