"""Fault 55: nothing grows with what is opened and closed, nor with the steps."""

import gc
import io
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from perceptron_gui.core.actions import STEP
from perceptron_gui.ui.error_report import ErrorReporter
from perceptron_gui.ui.exporting.report import ReportPictures
from tests.thorough import many
from tests.ui.hands import LEFT, Hands

OPENINGS = many(30, 300)
STEPS = many(60, 3000)
MOST_GROWTH = 20 * 2**20
STATM = Path("/proc/self/statm")


def living(hands: Hands) -> Counter[str]:
    """Count what may not grow."""
    for _ in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    gc.collect()
    return Counter(
        {
            "top-level widgets": len(QApplication.topLevelWidgets()),
            "widgets": len(QApplication.allWidgets()),
            "objects": len(hands.window.findChildren(QObject)),
            "timers": len(hands.window.findChildren(QTimer)),
            "threads": threading.active_count(),
        }
    )


def resident() -> int:
    """Return the bytes of memory that the process holds; 0 where the system does not say it so."""
    return int(STATM.read_text(encoding="ascii").split()[1]) * 4096 if STATM.exists() else 0


def open_error(hands: Hands) -> None:
    reporter = ErrorReporter(None)
    reporter.parent_widget = hands.window
    reporter.handle(ValueError, ValueError("again"), None)


def open_message(hands: Hands) -> None:
    QTest.mouseClick(hands.find(QLabel, "status_message"), LEFT)


def open_question(hands: Hands) -> None:
    hands.action("randomize").trigger()
    hands.action("new").trigger()


def open_file_dialog(hands: Hands) -> None:
    hands.action("save_as").trigger()


def open_export(hands: Hands) -> None:
    hands.action("export_notebook").trigger()


def open_report(hands: Hands) -> None:
    hands.action("export_report").trigger()


def open_import(hands: Hands) -> None:
    hands.action("import").trigger()


def open_table(hands: Hands) -> None:
    hands.window.imports.import_file(written("table.csv", b"length,class\n5.1,0\n4.9,1\n"))


def open_tensors(hands: Hands) -> None:
    data = io.BytesIO()
    np.save(data, np.ones((3, 2), np.float32))
    hands.window.imports.import_file(written("array.npy", data.getvalue()))


def written(name: str, data: bytes) -> Path:
    """Write a file into the home of a test, where there is none yet."""
    path = Path.home() / name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(data)
    return path


def open_menu(hands: Hands) -> None:
    bar = hands.window.menuBar()
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(bar.actions()[0]).center() + QPoint(1, 1))


@pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise|grabbing)")
@pytest.mark.parametrize(
    "open_it",
    [
        open_error, open_message, open_question, open_file_dialog, open_menu,
        open_export, open_report, open_import, open_table, open_tensors,
    ],
)  # fmt: skip
def test_what_is_opened_and_closed_leaves_nothing(hands: Hands, open_it: Callable[[Hands], None]) -> None:
    def open_and_close(times: int) -> None:
        for _ in range(times):
            open_it(hands)
            opened: QWidget | None = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            assert opened is not None
            opened.close()
            QApplication.processEvents()
            # Those of a report are taken to the end, whatever becomes of it.
            hands.qtbot.waitUntil(lambda: hands.window.findChildren(ReportPictures) == [])

    open_and_close(3)
    before, size = living(hands), resident()
    open_and_close(OPENINGS if open_it is not open_report else OPENINGS // 10)
    assert living(hands) - before == Counter()
    assert resident() - size < MOST_GROWTH


def test_steps_leave_nothing_but_the_history(hands: Hands) -> None:
    hands.session.perform(*STEP * 10)
    hands.session.restart("notebook")
    before, size = living(hands), resident()
    for _ in range(STEPS // len(STEP)):
        hands.session.perform(*STEP)
        QApplication.processEvents()
    assert len(hands.history.entries) >= STEPS
    assert living(hands) - before == Counter()
    assert resident() - size < MOST_GROWTH
