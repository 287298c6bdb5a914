"""The report on the command line: no window, no display, and nothing to wait for."""

import importlib
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from perceptron_gui import files, resources
from perceptron_gui.core.actions import CPU
from perceptron_gui.core.history import History
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.preferences import LANGUAGES, Preferences
from perceptron_gui.ui.report import forms, pictures
from perceptron_gui.ui.report.about import About

if TYPE_CHECKING:
    from perceptron_gui.core.operations import Engine

_NAME = "perceptron-gui"
_log = logging.getLogger(__name__)


def write(history: History, title: str, path: Path, language: str = "") -> None:
    """Write a report: HTML where the path says so, else PDF.

    Args:
        history: what it is of, up to the shown entry.
        title: what stands above it; any text.
        path: the file.
        language: "" for that of the window: the one chosen there, or else the system's.

    Raises:
        Problem: NOT_SAVED.
    """
    application = _application()
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, _NAME, _NAME)
    chosen = language or Preferences.load(settings).language or resources.system_language(LANGUAGES)
    translations = resources.Translations(application)
    translations.use(chosen)
    resources.register()
    engine: Engine = importlib.import_module("perceptron_gui.core.operations").Engine()

    def answer(question: Question) -> Answer | None:
        return engine.answer(question, CPU)

    about = About(title, datetime.now(UTC).astimezone())
    make = forms.html if path.suffix.lower() in {".html", ".htm"} else forms.pdf
    files.write(path, make(history, about, pictures.taken(history, answer)))


def _application() -> QApplication:
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    # What a platform without a screen says of itself is nothing for the console.
    qInstallMessageHandler(_log_message)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication([_NAME])
    application.setStyle("Fusion")
    return application


def _log_message(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    _log.info("%s", text)
