"""The composition root: command line, application, resources, worker, session, window; and the way out."""

import argparse
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QEvent, QObject, QRect, QSettings, QSize, QStandardPaths, Qt, QTimer, Slot
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox
from typing_extensions import override

from perceptron_gui import __version__, resources
from perceptron_gui.core import loading, memory
from perceptron_gui.core.actions import CPU
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import NOTEBOOK
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.crash_log import CrashLog
from perceptron_gui.document import Document
from perceptron_gui.garbage import Garbage
from perceptron_gui.interruption import Interruption
from perceptron_gui.journal import Journal
from perceptron_gui.preferences import LANGUAGES, LARGEST_FONT, SMALLEST_FONT, Preferences, Theme, keep_bad
from perceptron_gui.session import Session
from perceptron_gui.ui import problem_sentences, theme
from perceptron_gui.ui.error_report import ErrorReporter
from perceptron_gui.ui.main_window import MainWindow

if TYPE_CHECKING:
    from perceptron_gui.core.operations import Engine

NAME = "perceptron-gui"
PATIENCE = 1.5
"""Seconds that closing waits for a step, an export, a save or a load that still runs."""
_AT_ONCE = 0.005
"""Seconds after which no further step is done before the window has had its turn."""
_log = logging.getLogger(__name__)


class Program(QObject):
    """One running program: what belongs to all of it, not to a session, is decided here."""

    def __init__(
        self,
        application: QApplication,
        session: Session,
        document: Document,
        preferences: Preferences,
        language: str,
    ) -> None:
        super().__init__()
        self.preferences = preferences
        self.exit_code = 0
        self._fits = True
        self._application = application
        self._session = session
        self._document = document
        self._usual_font = QFont(application.font())
        self._translations = resources.Translations(application)
        used = self._translations.use(language)
        self._apply_font()
        colors = self._apply_theme()
        self.window = MainWindow(session, document, colors, is_furnished=False)
        self._next_steps = QTimer(self, singleShot=True, interval=0)
        self._next_steps.timeout.connect(self._furnish)
        self.window.check_choices(used, preferences.theme)
        self._problems = [_no_translation(language)] if used != language else []
        self.window.language_requested.connect(self._on_language_requested)
        self.window.theme_requested.connect(self._on_theme_requested)
        self.window.set_animated(preferences.animated)
        self.window.animation_requested.connect(self._on_animation_requested)
        self.window.font_step_requested.connect(self._on_font_step_requested)
        application.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)
        self.window.documents.show_recent(preferences.recent)
        document.opened.connect(self._on_document_opened)
        session.failed.connect(self._on_failed)
        self._place_window()

    def show(self) -> None:
        """Show the window; when it has been painted, make its panels, in small steps, and then load torch."""
        self.window.installEventFilter(self)
        if self._fits:
            self.window.show()
        else:
            self.window.showMaximized()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._next_steps.start()
        return False

    @Slot()
    def _furnish(self) -> None:
        """Do the next steps of it; then what was pressed is taken, before those that follow."""
        until = time.perf_counter() + _AT_ONCE
        for _ in self.window.furnishing:
            if time.perf_counter() > until:
                self._next_steps.start()
                return
        self._session.prepare()
        self._document.look_for_leftovers()

    def say(self, problems: Sequence[Problem]) -> None:
        """Say what was found wrong at the start, a line for each."""
        found = [*problems, *self._problems]
        if found:
            self.window.show_problem(found[0] if len(found) == 1 else Problem(Reason.SEVERAL, problems=found))

    def final_preferences(self) -> Preferences:
        """Return the choices of now, with the window's place and arrangement."""
        geometry = bytes(self.window.saveGeometry().data())
        return replace(self.preferences, geometry=geometry, layout=self.window.layout_state())

    def _place_window(self) -> None:
        window = self.window
        if not window.restoreGeometry(self.preferences.geometry):
            hint, room = window.sizeHint(), window.screen().availableSize()
            self._fits = hint.width() < room.width() and hint.height() < room.height()
            window.resize(hint.boundedTo(room))
        # The part that a person can take hold of.
        title = QRect(window.frameGeometry().topLeft(), QSize(window.width(), 30))
        seen = (screen.availableGeometry().intersected(title) for screen in self._application.screens())
        if not any(part.width() >= 100 and part.height() >= 15 for part in seen):
            window.move(window.screen().availableGeometry().topLeft())
        window.restore_layout(self.preferences.layout)

    def _apply_theme(self) -> theme.Colors:
        colors = theme.colors(self.preferences.theme)
        self._application.setPalette(theme.palette(colors))
        return colors

    def _apply_font(self) -> None:
        font = QFont(self._usual_font)
        if self.preferences.font_size:
            font.setPointSize(self.preferences.font_size)
        self._application.setFont(font)

    @Slot(str)
    def _on_language_requested(self, language: str) -> None:
        self.preferences = replace(self.preferences, language=language)
        used = self._translations.use(language)
        if used != language:
            self.window.check_choices(used, self.preferences.theme)
            self.window.show_problem(_no_translation(language))

    @Slot(str)
    def _on_theme_requested(self, name: str) -> None:
        self.preferences = replace(self.preferences, theme=Theme(name))
        self.window.set_colors(self._apply_theme())

    @Slot(bool)
    def _on_animation_requested(self, is_animated: bool) -> None:
        self.preferences = replace(self.preferences, animated=is_animated)
        self.window.set_animated(is_animated)

    @Slot(Qt.ColorScheme)
    def _on_color_scheme_changed(self) -> None:
        if self.preferences.theme is Theme.SYSTEM:
            self.window.set_colors(self._apply_theme())

    @Slot(int)
    def _on_font_step_requested(self, step: int) -> None:
        usual = self._usual_font.pointSize()
        size = min(max((self.preferences.font_size or usual) + step, SMALLEST_FONT), LARGEST_FONT) if step else 0
        self.preferences = replace(self.preferences, font_size=size)
        self._apply_font()

    @Slot(object)
    def _on_document_opened(self, path: Path) -> None:
        self.preferences = self.preferences.with_recent(str(path))
        self.window.documents.show_recent(self.preferences.recent)

    @Slot(object)
    def _on_failed(self, problem: Problem) -> None:
        if problem.reason is not Reason.TORCH_MISSING or self.exit_code:
            return
        self.exit_code = 1
        text = problem_sentences.of_problem(problem)
        box = QMessageBox(QMessageBox.Icon.Critical, NAME, text, QMessageBox.StandardButton.Close, self.window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self.window.close)
        box.open()
        _print(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program. Returns the exit status: 0; 1 without PyTorch; 130 or 143 after SIGINT or SIGTERM."""
    options = _options(argv)
    if loses_references(PySide6.__version_info__, sys.version_info[:2]):
        _print("PySide6 6.12 on Python below 3.12 ends the process sooner or later; install PySide6 6.11.")
        return 1
    if sys.platform == "win32":
        # There torch's DLLs do not load any more once Qt's have been.
        _load_engine_early()
    memory.use_one_heap()
    memory.take_huge_pages()
    # Else Qt shares tall gradients, even those of a scroll bar, out among threads: to wake them takes ten times as
    # long as to paint, and takes a core from torch.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    application = _application()
    interruption = Interruption()
    garbage = Garbage()
    crash_log = CrashLog(Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)))
    reporter = ErrorReporter(crash_log.path)
    reporter.install()
    settings = (
        None if options.safe_mode else QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME)
    )
    preferences = Preferences() if settings is None else Preferences.load(settings)
    problems = _found_wrong(crash_log, settings, preferences)
    device = CPU if options.safe_mode else options.device
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="torch")
    session = Session(History.begin(NOTEBOOK, CPU), executor, load_engine, device)
    language = options.lang or preferences.language or resources.system_language(LANGUAGES)
    file_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="files")
    has_journal = crash_log.path is not None and not options.safe_mode
    journal_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
    journal = Journal(crash_log.folder / "recovery", journal_executor) if has_journal else None
    document = Document(session, file_executor, journal)
    session.readied.connect(garbage.spare_all)
    program = Program(application, session, document, preferences, language)
    reporter.parent_widget = program.window
    program.show()
    program.say(problems)
    if options.file:
        document.open(Path(options.file), may_be_new=True)
    exit_code = interruption.exit_code or application.exec() or program.exit_code
    is_idle = _close_each(
        session.close,
        program.window.exports.close,
        document.close,
        partial(_close_executor, file_executor),
        partial(_close_executor, journal_executor),
    )

    def keep_preferences() -> None:
        if settings is not None:
            program.final_preferences().save(settings)

    _do_each(keep_preferences, reporter.uninstall, crash_log.end)
    exit_code = interruption.exit_code or exit_code
    if not is_idle:
        # Python would wait at exit for the worker, however long its step takes.
        _log.warning("a step, an export or a file was still under way after %s s; ending without it", PATIENCE)
        logging.shutdown()
        os._exit(exit_code)
    program.window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    interruption.end()
    garbage.end()
    return exit_code


def _application() -> QApplication:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication([NAME])
    application.setApplicationName(NAME)
    application.setApplicationVersion(__version__)
    application.setStyle("Fusion")
    resources.register()
    application.setWindowIcon(QIcon("icons:perceptron.svg"))
    return application


def load_engine() -> "Engine":
    """Import torch and make the engine; on the worker, after the window is shown."""
    engine: Engine = loading.load_with_torch("perceptron_gui.core.operations").Engine()
    return engine


def loses_references(pyside: tuple[int | str, ...], python: tuple[int, int]) -> bool:
    """Whether this pair loses a reference to True with every Signal.emit() and ends in `bool_dealloc`."""
    return python < (3, 12) and tuple(pyside[:2]) >= (6, 12)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Step through the training of one layer by hand.",
        epilog=f"Without a window: `{NAME} export --help` and `{NAME} verify --help`.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="session to open; a new one where there is none yet")
    parser.add_argument("--device", default=CPU, metavar="NAME", help="torch device: cpu, cuda:0, mps, xpu:0, …")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the window")
    parser.add_argument("--safe-mode", action="store_true", help="usual settings, on the CPU; nothing is remembered")
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    return parser.parse_args(argv)


def _load_engine_early() -> None:
    try:
        importlib.import_module("torch")
    except (ImportError, OSError):
        _log.exception("torch could not be loaded; the window will say so")


def _print(text: str) -> None:
    """Write to the console; a program without one (a gui-script on Windows) has no stderr at all."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")


def _close_each(*closes: Callable[[float], bool]) -> bool:
    """Close each, with one patience for all: SIGTERM leaves two seconds in all. Returns whether nothing runs on."""
    until = time.monotonic() + PATIENCE
    is_idle = True
    for close in closes:
        try:
            is_idle &= close(max(until - time.monotonic(), 0))
        except Exception:  # noqa: BLE001  the others have to be closed
            _log.exception("%r failed on the way out", close)
            is_idle = False
    return is_idle


def _close_executor(executor: ThreadPoolExecutor, patience: float) -> bool:
    """Take no more work; return whether all that one thread had was done in so many seconds."""
    last = executor.submit(int)
    executor.shutdown(wait=False)
    return not wait([last], patience).not_done


def _do_each(*steps: Callable[[], object]) -> None:
    """Do every step, whatever goes wrong in those before it."""
    for step in steps:
        try:
            step()
        except Exception:  # noqa: BLE001  the others have to be done
            _log.exception("%r failed on the way out", step)


def _found_wrong(crash_log: CrashLog, settings: QSettings | None, preferences: Preferences) -> list[Problem]:
    """Return what there is to say at the start about the last run, the settings, and folders that keep nothing."""
    problems: list[Problem] = []
    unwritable = [crash_log.folder] if crash_log.path is None else []
    if crash_log.last_run_crashed:
        problems.append(Problem(Reason.RUN_CRASHED, file=crash_log.path))
    if settings is not None:
        is_kept = settings.isWritable()
        try:
            if is_kept and not preferences.is_all_of(settings):
                problems.append(Problem(Reason.SETTINGS_DAMAGED, kept=keep_bad(settings)))
        except OSError:
            is_kept = False
        if not is_kept:
            unwritable.append(Path(settings.fileName()).parent)
    if unwritable:
        problems.append(Problem(Reason.NOT_WRITABLE, folder=", ".join(map(str, unwritable))))
    return problems


def _no_translation(language: str) -> Problem:
    return Problem(Reason.NO_TRANSLATION, file=resources.translation(language))
