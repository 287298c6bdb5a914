"""A window without a screen, and a home that is not the person's."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor
from tests.ui.hands import Hands


@pytest.fixture(autouse=True, scope="session")
def _no_garbage_goes_in_other_threads() -> Iterator[None]:
    """Do as the program does: Qt's objects, freed in a worker's thread, take the timers of this one with them."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _garbage_goes_here() -> Iterator[None]:
    yield
    gc.collect(1)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Real PyTorch."""
    return Engine()


@pytest.fixture
def session(engine: Engine) -> Session:
    """A session on real PyTorch whose worker works at once."""
    session = Session(History.begin("notebook", "cpu"), InlineExecutor(), lambda: engine)
    session.prepare()
    return session


@pytest.fixture
def document(session: Session) -> Document:
    """Where `session` is kept: no file yet, and no journal."""
    return Document(session, InlineExecutor())


@pytest.fixture
def window(qtbot: QtBot, session: Session, document: Document) -> Iterator[MainWindow]:
    """The shown main window of `session`."""
    resources.register()
    window = MainWindow(session, document, theme.LIGHT)
    qtbot.addWidget(window)
    window.resize(1366, 740)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    document.forget()
    window.close()


@pytest.fixture
def hands(window: MainWindow, qtbot: QtBot) -> Hands:
    """A person at the window, which has the keyboard."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Hands(window, qtbot)


@pytest.fixture
def speak(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Switch the language of the whole program; afterwards it is English again."""
    translations = resources.Translations(qapp)

    def switch(language: str) -> None:
        translations.use(language)
        qapp.processEvents()  # LanguageChange is posted

    yield switch
    switch("en")
