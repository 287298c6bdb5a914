"""With the real worker thread: the window is touched by its own thread alone, and answers while a step runs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Outcome
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.engines import FakeEngine
from tests.executors import InlineExecutor
from tests.ui.hands import Hands

DISPLAY_METHODS = ("display", "display_devices", "render", "say", "_on_failed", "_on_readied")


def display_methods(window: MainWindow) -> set[tuple[type, str]]:
    """Return the methods by which the window's parts are told what to show, with the classes that define them."""
    parts = [window, *window.findChildren(QObject)]
    found = {
        (next((base for base in type(part).__mro__ if name in vars(base)), object), name)
        for part in parts
        for name in DISPLAY_METHODS
    }
    return {(owner, name) for owner, name in found if owner.__module__.startswith("perceptron_gui.ui")}


class WatchedEngine(FakeEngine):
    """Notes the thread it runs on; waits before a phase while `gate` is closed."""

    def __init__(self) -> None:
        super().__init__("cpu")
        self.threads: set[QThread] = {QThread.currentThread()}
        self.gate = Event()
        self.gate.set()
        self.begun = Event()

    def _run(self, operation: Operation, snapshot: Snapshot, device: str) -> Outcome:
        self.threads.add(QThread.currentThread())
        self.begun.set()
        self.gate.wait(60)
        return super()._run(operation, snapshot, device)


@pytest.fixture
def engines() -> list[WatchedEngine]:
    """Filled by the worker."""
    return []


@pytest.fixture
def threaded(qtbot: QtBot, engines: list[WatchedEngine]) -> Iterator[Hands]:
    """A window whose worker is a thread, as the program's is."""
    resources.register()
    executor = ThreadPoolExecutor(max_workers=1)

    def load() -> WatchedEngine:
        engines.append(WatchedEngine())
        return engines[0]

    session = Session(History.begin("notebook", "cpu"), executor, load)
    window = MainWindow(session, Document(session, InlineExecutor()), theme.LIGHT)
    qtbot.addWidget(window)
    window.resize(1366, 740)
    window.show()
    yield Hands(window, qtbot)
    for engine in engines:
        engine.gate.set()
    executor.shutdown(wait=True, cancel_futures=True)
    window.documents.document.forget()
    window.close()


def recording(method: Callable[..., Any], threads: set[QThread]) -> Callable[..., Any]:
    def record(*args: Any, **kwargs: Any) -> Any:
        threads.add(QThread.currentThread())
        return method(*args, **kwargs)

    return record


def test_views_are_touched_on_the_gui_thread_alone(
    threaded: Hands, engines: list[WatchedEngine], qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, set[QThread]] = {}
    for owner, name in display_methods(threaded.window):
        threads = seen.setdefault(f"{owner.__name__}.{name}", set())
        method = getattr(owner, name)
        monkeypatch.setattr(owner, name, recording(method, threads))
    threaded.session.prepare()
    threaded.click("forward", "backward", "update", "backward")
    threaded.qtbot.waitUntil(lambda: len(threaded.history.entries) == 5)
    engines[0].failures.append(ValueError("in a step"))
    threaded.click("forward")
    threaded.qtbot.waitUntil(lambda: "ValueError: in a step" in threaded.message)
    called = {name: threads for name, threads in seen.items() if threads}
    assert len(called) > 10
    assert {name: threads for name, threads in called.items() if threads != {qapp.thread()}} == {}
    assert qapp.thread() not in engines[0].threads, "the steps ran elsewhere"


def test_fifty_fast_clicks_are_fifty_updates(threaded: Hands) -> None:
    threaded.session.prepare()
    threaded.click("forward", "backward", *["update"] * 50)
    threaded.qtbot.waitUntil(lambda: threaded.find(QLabel, "update_count_label").text() == "50", timeout=20_000)
    assert not threaded.session.is_busy
    assert threaded.history.entry.updates == 50
    assert len(threaded.history.entries) == 53


def test_the_window_answers_while_a_step_runs_and_says_what_waits(
    threaded: Hands, engines: list[WatchedEngine]
) -> None:
    threaded.session.prepare()
    threaded.qtbot.waitUntil(lambda: bool(threaded.session.torch_version))
    engines[0].gate.clear()
    threaded.click("forward")
    threaded.qtbot.waitUntil(engines[0].begun.is_set)
    threaded.click("backward")
    threaded.type_into_cell("W", 0, 0, "0.5")
    assert threaded.now.forward is None
    assert threaded.shown("W")[0] == ["-2.4852"], "the edit waits for its turn"
    engines[0].gate.set()
    threaded.qtbot.waitUntil(lambda: len(threaded.history.entries) == 4)
    assert threaded.shown("W")[0] == ["0.5000"]
    assert threaded.shown("b_grad") == [["-0.2305"]]


def test_reset_during_a_step_stays_reset(threaded: Hands, engines: list[WatchedEngine]) -> None:
    threaded.session.prepare()
    threaded.qtbot.waitUntil(lambda: bool(threaded.session.torch_version))
    engines[0].gate.clear()
    threaded.click("forward")
    threaded.qtbot.waitUntil(engines[0].begun.is_set)
    threaded.action("reset").trigger()
    engines[0].gate.set()
    threaded.qtbot.waitUntil(lambda: not threaded.session.is_busy)
    assert threaded.shown("loss") == [["–"]]
    assert len(threaded.history.entries) == 2
