"""The real program, started many times from one process that has imported everything and made the window already.

Called as `python kill_driver.py`; each line of stdin is one start: JSON with `plan`, `folder` and `seed`. What is
started opens hw.perceptron in that folder, shows the window, and does its plan until it is killed; after each action it
says on stdout how many there were, the place in the history and its length. `ready` is said first, `born PID` for each
start, and `dead` when it is gone.
"""

import json
import os
import random
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QPushButton

from perceptron_gui import app, journal
from perceptron_gui.core.actions import Run
from perceptron_gui.ui.main_window import MainWindow

PHASES = ("forward", "backward", "update", "zero_grad")


scripts: "list[Script]" = []
"""Qt does not keep what it calls alive."""


class Script:
    """Does one thing after the other at the window, as fast as it is done; every one is said when it is."""

    def __init__(self, plan: str, seed: int) -> None:
        self._plan = plan
        self._draw = random.Random(seed)  # noqa: S311  no secret
        self._done = 0
        self._is_waiting = False
        self._before: object = None
        self._folder = Path(os.environ["XDG_DATA_HOME"]) / "perceptron-gui" / "recovery"

    @property
    def window(self) -> MainWindow:
        return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))

    def go_on(self) -> None:
        found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
        if not found or not found[0].session.torch_version:
            QTimer.singleShot(5, self.go_on)
            return
        session, document = found[0].session, found[0].documents.document
        if session.is_busy or session.waiting or document.is_saving:
            QTimer.singleShot(0, self.go_on)
            return
        if self._is_waiting and session.history is not self._before:
            self._done += 1
        say(f"{self._done} {session.history.index} {len(session.history.entries)}")
        self._before, self._is_waiting = session.history, True
        self._act()
        QTimer.singleShot(0, self.go_on)

    def run(self) -> None:
        """Let a Run go on, and say how often the journal was written to, how many Updates there were, and entries."""
        found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
        if found and found[0].session.torch_version:
            session = found[0].session
            if not session.is_running:
                session.perform(Run())
            written = sum(path.read_bytes().count(b'"push"') for path in self._folder.glob("*.journal"))
            say(f"{written} {session.updates} {len(session.history.entries)}")
        QTimer.singleShot(5, self.run)

    def _act(self) -> None:
        window, draw = self.window, self._draw
        if self._plan == "save" and self._done % 2:
            window.documents.document.save()
        kind = draw.random()
        if kind < 0.7:
            window.findChildren(QPushButton, f"{draw.choice(PHASES)}_button")[0].click()
        elif kind < 0.85:
            window.findChildren(QAction, draw.choice(["undo", "redo", "randomize"]))[0].trigger()
        else:
            box = window.findChildren(QAbstractSpinBox, "lr_spin_box")[0]
            box.stepBy(draw.choice([1, -1]))


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def wait_for_starts(show: Callable[[], None]) -> None:
    """Fork for each line of stdin; what is forked goes on where the program was: before its window is shown."""
    say("ready")
    for line in sys.stdin:
        start: dict[str, Any] = json.loads(line)
        child = os.fork()
        if child == 0:
            os.chdir(start["folder"])
            scripts.append(Script(start["plan"], start["seed"]))
            if start["plan"] == "run":
                journal.FRAME_EVERY = 0.02
                scripts[0].run()
            else:
                scripts[0].go_on()
            show()
            return
        say(f"born {child}")
        os.waitpid(child, 0)
        say("dead")
    os._exit(0)


def main() -> None:
    application = QApplication(["perceptron-gui"])
    engine = app.load_engine()
    show = app.Program.show
    setattr(app, "load_engine", lambda: engine)  # noqa: B010
    setattr(app.Program, "show", lambda program: wait_for_starts(partial(show, program)))  # noqa: B010
    app.main(["--lang", "en", "hw.perceptron"])
    del application


if __name__ == "__main__":
    main()
