"""Runs the real program in a process of its own, and does at given moments what a person would.

Called by the tests as `python driver.py PLAN [ARGUMENT…]`; the arguments are the program's own. What the program looks
like then is written to stdout as one line of JSON.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QMessageBox, QPushButton, QTableView

from perceptron_gui import app, files, journal_file
from perceptron_gui.core.actions import Assign, Gesture
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.session import Session
from perceptron_gui.ui.main_window import MainWindow
from tests.e2e.monkey import Monkey


class SlowEngine:
    """Needs no torch, and the given time for a step."""

    version = "none"
    environment = None
    devices = (SimpleNamespace(name="cpu", description=""),)

    def __init__(self, seconds: float) -> None:
        self.begun = threading.Event()
        self.seconds = seconds

    def execute(self, *_: Any) -> Any:
        self.begun.set()
        threading.Event().wait(self.seconds)
        raise ValueError("the step has ended")

    def answer(self, *_: Any) -> None:
        """Know nothing."""


def window() -> MainWindow:
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    return found[0]


def when(condition: Callable[[], object], do: Callable[[], None]) -> None:
    """Do something as soon as a condition holds; the window goes on meanwhile."""
    if is_running() and condition():
        do()
    else:
        QTimer.singleShot(5, lambda: when(condition, do))


def is_running() -> bool:
    return any(isinstance(widget, MainWindow) and widget.isVisible() for widget in QApplication.topLevelWidgets())


def report(**values: Any) -> None:
    """Say what the window shows, and close it."""
    shown = window()
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    buttons = shown.findChildren(QPushButton)
    phases = [button for button in buttons if button.objectName() in {"forward_button", "backward_button"}]
    table = shown.findChildren(QTableView, "loss_table")[0].model()
    values |= {
        "title": shown.windowTitle(),
        "message": shown.findChildren(QLabel, "status_message")[0].text(),
        "device": shown.findChildren(QComboBox, "device_combo_box")[0].currentText(),
        "loss": table.data(table.index(0, 0)),
        "is_on_a_screen": any(screen.contains(shown.frameGeometry().topLeft() + QPoint(40, 10)) for screen in screens),
        "whole_buttons": [
            button.objectName()
            for button in phases
            if button.isVisible() and button.visibleRegion().boundingRect() == button.rect()
        ],
        "ratio": shown.devicePixelRatioF(),
        "texts": [action.text() for action in shown.findChildren(QAction) if action.objectName() == "reset"],
        "icons": [not action.icon().isNull() for action in shown.findChildren(QAction) if action.objectName()],
        "has_torch": "torch" in sys.modules,
        "threads": [path.read_text(encoding="utf-8").strip() for path in Path("/proc/self/task").glob("*/comm")],
    }
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()
    shown.documents.document.forget()
    shown.close()


def idle() -> bool:
    session, document = window().session, window().documents.document
    return bool(session.torch_version and not session.is_busy and not session.waiting and document._loading is None)


def edit(value: float) -> None:
    """Type a number into W[0, 0]."""
    window().session.perform(Assign(TensorName.W, 0, 0, frozen([[value]]), Gesture.TYPE))


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def look() -> None:
    """Wait until torch is there, press Forward, say what is seen."""
    first: dict[str, Any] = {}

    def begin() -> None:
        first["first_message"] = window().findChildren(QLabel, "status_message")[0].text()
        press("forward")

    when(lambda: bool(window().session.torch_version), begin)
    when(lambda: idle() and loss() != "–", lambda: report(**first))


def look_at_once() -> None:
    """Say what is seen as soon as torch is there."""
    when(idle, report)


def look_without_torch() -> None:
    """Say what is seen, with an engine that needs no time to load."""
    app.load_engine = lambda: SlowEngine(0)  # type: ignore[assignment, return-value]
    when(idle, report)


def press_early() -> None:
    """Press as soon as the window is seen, before torch is there."""
    seen: dict[str, Any] = {}

    def first() -> None:
        seen["torch_was_there"] = bool(window().session.torch_version)
        seen["first_message"] = window().findChildren(QLabel, "status_message")[0].text()
        press("forward")
        press("backward")

    when(lambda: True, first)
    when(lambda: seen and idle() and len(window().session.history.entries) >= 3, lambda: report(**seen))


def answer_notice(name: str) -> None:
    """Answer what the bar asks, with an engine that needs no time to load, and say what is seen then."""
    app.load_engine = lambda: SlowEngine(0)  # type: ignore[assignment, return-value]

    def answer() -> None:
        asked = window().findChildren(QLabel, "notice_label")[0].text()
        window().findChildren(QPushButton, name)[0].click()
        document = window().documents.document

        def is_done() -> bool:
            return name != "recover_button" or document.is_modified

        when(is_done, lambda: report(asked=asked, is_modified=document.is_modified))

    when(lambda: idle() and window().findChildren(QPushButton, name), answer)


def press(name: str) -> None:
    window().findChildren(QPushButton, f"{name}_button")[0].click()


def loss() -> str:
    table = window().findChildren(QTableView, "loss_table")[0].model()
    return str(table.data(table.index(0, 0)))


def close_during_step(delay: str, seconds: str, edited: str = "") -> None:
    """Close the window some seconds after a step began that takes so many seconds; save what was edited before."""
    engine = SlowEngine(float(seconds))

    def begin() -> None:
        if edited:
            edit(float(edited))
        press("forward")

    def close() -> None:
        say("closing")
        shown = window()
        shown.close()
        for box in shown.findChildren(QMessageBox):
            box.button(QMessageBox.StandardButton.Save).click()

    app.load_engine = lambda: engine  # type: ignore[assignment, return-value]
    when(idle, begin)
    when(engine.begun.is_set, lambda: QTimer.singleShot(round(float(delay) * 1000), close))


def close_at_once(delay: str) -> None:
    """Close the window some seconds after it was shown, torch or not."""
    when(lambda: True, lambda: QTimer.singleShot(round(float(delay) * 1000), lambda: window().close()))


def read_message_box() -> None:
    """Wait for the message box, say its text, close it."""

    def read() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        sys.stdout.write(json.dumps({"text": box.text()}) + "\n")
        sys.stdout.flush()
        box.buttons()[0].click()

    when(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), read)


def wait_for_signal(seconds: str) -> None:
    """Edit W, begin a step that takes so many seconds, if any; say when that is done, and when the program ends."""
    engine = SlowEngine(float(seconds))
    close = Session.close

    def say_and_close(session: Session, patience: float) -> bool:
        say("leaving")
        return close(session, patience)

    for number in (signal.SIGINT, signal.SIGTERM):
        # As in a terminal, wherever the tests run.
        signal.signal(number, signal.SIG_DFL)
    setattr(Session, "close", say_and_close)  # noqa: B010  mypy takes no assignment
    app.load_engine = lambda: engine  # type: ignore[assignment, return-value]

    def begin() -> None:
        edit(2.0)
        if engine.seconds:
            press("forward")
        when(lambda: engine.begun.is_set() or not engine.seconds, lambda: say("ready"))

    when(idle, begin)


def save_without_end(path: str) -> None:
    """Edit W, begin a save that does not end, edit W again, and say when the journal has that, too."""
    app.load_engine = lambda: SlowEngine(0)  # type: ignore[assignment, return-value]
    journal_file.LARGE = 1
    journals = Path(os.environ["XDG_DATA_HOME"]) / "perceptron-gui" / "recovery"
    is_writing = threading.Event()

    def write(*_: Any) -> None:
        is_writing.set()
        threading.Event().wait(60)

    files.write = write  # type: ignore[assignment]

    def has_both() -> bool:
        left = next(journals.glob("*.journal"), None)
        return is_writing.is_set() and left is not None and left.read_bytes().count(b'{"push"') == 3

    def begin() -> None:
        edit(2.0)
        window().documents.document.save(Path(path))
        when(is_writing.is_set, go_on)

    def go_on() -> None:
        edit(3.0)
        when(has_both, lambda: say("ready"))

    when(idle, begin)


def fail_while_closing(*names: str) -> None:
    """Close the window; on the way out these methods of the window and the program raise.

    Where it is the window's that asks what to do with unsaved work, there is some.
    """

    def fail(*_: Any) -> None:
        raise ValueError("on the way out")

    app.load_engine = lambda: SlowEngine(0)  # type: ignore[assignment, return-value]

    def close() -> None:
        if "_commit_typed" in names:
            edit(2.0)
        for name in names:
            setattr(MainWindow if hasattr(MainWindow, name) else app.Program, name, fail)
        window().close()

    when(idle, close)


def die() -> None:
    """Edit W, and read at address 0."""
    app.load_engine = lambda: SlowEngine(0)  # type: ignore[assignment, return-value]

    def read() -> None:
        edit(2.0)
        ctypes.string_at(0)

    when(idle, read)


def save_and_export(folder: str) -> None:
    """Press Forward, save and export all there is into a folder; say which calls reached beyond this process."""
    calls: list[str] = []
    place = Path(folder)

    def hear(event: str, _: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
            calls.append(event)

    sys.addaudithook(hear)
    waiting = ["script", "notebook", "history", "tensors", "state_dict", "report"]

    def export_next() -> None:
        if not waiting:
            report(calls=calls, has_network="PySide6.QtNetwork" in sys.modules)
            return
        window().findChildren(QAction, f"export_{waiting.pop(0)}")[0].trigger()
        (dialog,) = window().findChildren(QFileDialog, "export_dialog")
        dialog.selectFile(str(place / "Моя работа"))
        dialog.accept()
        cancel = window().findChildren(QAction, "cancel_export")[0]
        when(lambda: not cancel.isEnabled() and not window().findChildren(QFileDialog), export_next)

    def save() -> None:
        document = window().documents.document
        document.save(place / "Моя работа.perceptron")
        when(lambda: not document.is_saving, export_next)

    when(lambda: bool(window().session.torch_version), lambda: press("forward"))
    when(lambda: idle() and loss() != "–", save)


def monkey(seed: str, count: str) -> None:
    """Let a monkey do so much; then start anew, press Forward, and say what is seen."""
    kept: list[Monkey] = []

    def begin() -> None:
        kept.append(Monkey(window(), int(seed), int(count), end))

    def end() -> None:
        window().session.restart("notebook")
        press("forward")
        when(lambda: idle() and loss() != "–", report)

    when(idle, begin)


PLANS: dict[str, Callable[..., None]] = {
    plan.__name__: plan
    for plan in (
        look,
        look_at_once,
        look_without_torch,
        press_early,
        close_during_step,
        close_at_once,
        read_message_box,
        answer_notice,
        wait_for_signal,
        save_without_end,
        fail_while_closing,
        die,
        save_and_export,
        monkey,
    )
}


def main() -> int:
    name, *given = sys.argv[1].split("=")
    application = QApplication(["perceptron-gui"])
    PLANS[name](*given)
    exit_code = app.main(sys.argv[2:])
    del application
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
