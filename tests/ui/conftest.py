"""Windows of tests that need more than one that does everything at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.session import Session
from tests.ui.hands import Hands, shown


@pytest.fixture
def running(qtbot: QtBot, engine: Engine) -> Iterator[Hands]:
    """A window whose worker is a thread, as the program's is."""
    executor = ThreadPoolExecutor(max_workers=1)
    session = Session(History.begin("notebook", "cpu"), executor, lambda: engine)
    session.prepare()
    hands = shown(qtbot, session)
    qtbot.waitUntil(lambda: not session.is_loading)
    yield hands
    session.close(20)
    executor.shutdown(wait=True)
    hands.window.documents.document.forget()
    hands.window.close()
