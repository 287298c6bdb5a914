"""The window: lays out the panels, hands the history down to them, and passes their wishes to the session."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QAbstractSpinBox, QFrame, QLineEdit, QMainWindow, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import STEP, Configure, MarkRows, Operation, Randomize, Request
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import panels, table_commands
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.arrangement import Arrangement
from perceptron_gui.ui.data_bar import DataBar
from perceptron_gui.ui.derivation.view import DerivationView
from perceptron_gui.ui.documents import Documents
from perceptron_gui.ui.exporting.commands import ExportCommands
from perceptron_gui.ui.importing.commands import ImportCommands
from perceptron_gui.ui.live import Live
from perceptron_gui.ui.narrator import Narrator
from perceptron_gui.ui.notice_bar import NoticeBar
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.panel_dock import PanelDock
from perceptron_gui.ui.phase_bar import PhaseBar
from perceptron_gui.ui.run_commands import RunCommands
from perceptron_gui.ui.settings_bar import SettingsBar
from perceptron_gui.ui.table_commands import TableCommands
from perceptron_gui.ui.tensor_area import TensorArea
from perceptron_gui.ui.tensor_view import TensorView
from perceptron_gui.ui.theme import Colors
from perceptron_gui.ui.timeline.view import TimelineView
from perceptron_gui.ui.tool_bars import ToolBars


class MainWindow(QMainWindow):
    """Shows one session. What belongs to the whole program (language, colours, font) it asks for by signal."""

    language_requested = Signal(str)
    theme_requested = Signal(str)
    animation_requested = Signal(bool)
    font_step_requested = Signal(int)
    """+1, -1, or 0 for the usual size."""

    def __init__(
        self, session: Session, document: Document, colors: Colors, *, is_furnished: bool = True
    ) -> None:  # fmt: skip
        """Lay it out.

        Args:
            session: what is shown.
            document: where it is kept.
            colors: what it is painted with.
            is_furnished: whether the panels are made at once; else by and by, with the steps of `furnishing`.
        """
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowIcon(QIcon("icons:perceptron.svg"))
        self.session = session
        self._colors = colors
        self._typed_problem = False
        self._has_layout = False
        self._panels: dict[str, Panel] = {}
        self._table_commands = TableCommands(self, self._panels)
        self._notices = NoticeBar()
        self.documents = Documents(self, document, self._notices, self._committed)
        self.imports = ImportCommands(self, session)
        self.exports = ExportCommands(self, document)
        self.runs = RunCommands(self, session)
        self.commands = Commands(self, self._handlers())
        self.commands.menu("file").insertMenu(self.commands["save"], self.documents.recent_menu)
        self._phase_bar = PhaseBar(self.commands, colors)
        self._settings_bar = SettingsBar()
        self._bars = ToolBars(self, self._phase_bar, self._settings_bar, self.runs.bar)
        self.runs.take(self.commands, self._phase_bar)
        self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self._notices)
        self._data_bar = DataBar(self.commands)
        self._tensors = TensorArea(session.history, colors)
        self._lay_out_center()
        self._docks = {name: self._dock(name, number) for number, name in enumerate(panels.NAMES, 1)}
        bars = (self._phase_bar, self._settings_bar, self.runs.bar)
        self._arrangement = Arrangement(self, bars, self._docks, self._center, self._tensors)
        self._narrator = Narrator(session, self.statusBar())
        self.statusBar().insertPermanentWidget(1, self.exports.progress_for(self.commands))
        self._connect()
        self._live = Live(session, self.display, self._tensors, self._panels)
        self.documents.take_drops(self)
        self.retranslate()
        self.display(session.history)
        self.furnishing = self._furnish()
        """Makes the panels, a little with every step."""
        if is_furnished:
            self._end_furnishing()

    def _furnish(self) -> Iterator[None]:
        yield from panels.loaded()
        for name, dock in self._docks.items():
            panel = yield from panels.made(name, lambda: self._colors)
            self._panels[name] = panel
            panel.set_animated(self.commands["animations"].isChecked())
            yield
            self._connect_panel(panel)
            self.documents.take_drops(panel)
            yield
            dock.take(panel)
            panel.display(self.session.history)
            yield

    def _end_furnishing(self) -> None:
        deque(self.furnishing, 0)

    def _connect_panel(self, panel: Panel) -> None:
        panel.question_raised.connect(self.session.ask)
        panel.entry_requested.connect(self._on_entry_requested)
        panel.moment_requested.connect(self._on_moment_requested)
        self.session.answered.connect(panel.take_answer)
        panel.action_requested.connect(self._on_action_requested)
        panel.problem_found.connect(self._on_problem_typed)
        self.exports.offer_on(panel, self.commands)
        if isinstance(panel, TimelineView):
            self.runs.running_changed.connect(panel.set_running)
        elif isinstance(panel, DerivationView):
            self._tensors.element_selected.connect(panel.show_element)
            self._tensors.element_pointed.connect(panel.mark_element)
            panel.elements_linked.connect(self._tensors.link)
            panel.element_chosen.connect(self._tensors.go_to)

    def _connect(self) -> None:
        session = self.session
        sources: tuple[Any, ...] = (self._settings_bar, self._data_bar, self._tensors)
        for source in sources:
            source.action_requested.connect(self._on_action_requested)
            source.problem_found.connect(self._on_problem_typed)
        table_actions = [self.commands[name] for name in table_commands.NAMES]
        for view in self._tensors.views:
            view.addActions(table_actions)
        session.changed.connect(self.display)
        session.failed.connect(self.show_problem)
        session.readied.connect(self._on_readied)
        session.waiting_changed.connect(self._enable_travel)
        self._table_commands.action_requested.connect(session.perform)
        self._table_commands.problem_found.connect(self.show_problem)
        self.imports.action_requested.connect(self._on_action_requested)
        self.imports.problem_found.connect(self.show_problem)
        self.imports.told.connect(self.show_message)
        self.runs.problem_found.connect(self.show_problem)
        self.runs.options.taken.connect(self._on_option_taken)
        self.documents.told.connect(self.show_message)
        self.exports.told.connect(self.show_message)
        self.exports.problem_found.connect(self.show_problem)
        self.documents.close_agreed.connect(self.close)
        self.documents.document.failed.connect(self.show_problem)

    def display(self, history: History) -> None:
        """Show a history: every panel gets it and shows its part."""
        self._phase_bar.display(history)
        self._settings_bar.display(history)
        self._settings_bar.display_devices(self.session)
        self._data_bar.display(history)
        self.runs.display(history)
        self._tensors.display(history)
        self._arrangement.display(history)
        for panel in self._panels.values():
            panel.display(history)
        self.commands["twin"].setChecked(history.current.config.twin)
        self._enable_travel()
        self._narrator.say()

    def show_problem(self, problem: Problem) -> None:
        """Say why something was not done; settings that asked for it go back."""
        self._narrator.tell_problem(problem)
        self._data_bar.display(self.session.history)
        self._settings_bar.display(self.session.history)
        self._settings_bar.display_devices(self.session)

    def show_message(self, text: str) -> None:
        """Say what was done beside the session, until the next press or edit."""
        self._narrator.tell(text)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._colors = colors
        self._phase_bar.set_colors(colors)
        self._tensors.set_colors(colors)
        for panel in self._panels.values():
            panel.set_colors(colors)

    def set_animated(self, is_animated: bool) -> None:
        """Show changes as movements, or at once."""
        self.commands["animations"].setChecked(is_animated)
        for panel in self._panels.values():
            panel.set_animated(is_animated)

    def check_choices(self, language: str, theme: str) -> None:
        """Tick the language and the colours of now in the menu."""
        self.commands[f"language_{language}"].setChecked(True)
        self.commands[f"theme_{theme}"].setChecked(True)

    def layout_state(self) -> bytes:
        """Return where the panels are, for the next start."""
        return self._arrangement.state()

    def restore_layout(self, state: bytes) -> None:
        """Put the panels where they were; what does not fit this version is left aside."""
        self._has_layout = self._arrangement.restore(state)

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self.commands.retranslate()
        self.runs.retranslate()
        self.documents.retranslate()
        for panel in self._panels.values():
            panel.retranslate()
        self._narrator.retranslate()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            # When the tables know how much they need now.
            QTimer.singleShot(0, self, self._arrangement.share_room)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        if not self._has_layout:
            self._has_layout = True
            self._arrangement.fit_to_window()
        super().showEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Resize}:
            self._bars.share_room()
        return super().event(event)

    @override
    def sizeHint(self) -> QSize:
        return QSize(1800, 1000)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        # An error in either keeps no window open: the event is accepted until it is said that it is not.
        try:
            self._commit_typed()
            event.setAccepted(self.documents.may_close())
        except Exception as error:  # noqa: BLE001  reported as any other
            # Here: left to PySide it is pending while Qt hides the panels, and their slots then end the process.
            sys.excepthook(type(error), error, error.__traceback__)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.documents.accepts(event.mimeData()) or self.imports.accepts(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        taker = self.documents if self.documents.accepts(event.mimeData()) else self.imports
        taker.drop(event.mimeData())

    def _lay_out_center(self) -> None:
        self._center = QWidget()
        layout = QVBoxLayout(self._center)
        layout.setContentsMargins(8, 6, 6, 4)
        layout.addWidget(self._data_bar)
        layout.addWidget(self._tensors, 1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._center)
        self.setCentralWidget(scroll)

    def _dock(self, name: str, number: int) -> PanelDock:
        dock = PanelDock(name, self)
        dock.toggleViewAction().setShortcut(f"Alt+{number}")
        dock.retranslate()
        self.commands.menu("view").addAction(dock.toggleViewAction())
        return dock

    def _handlers(self) -> dict[str, Callable[[], object]]:
        parts = (self.documents, self.imports, self.runs)
        return {
            "quit": self.close,
            **{name: self._committed(do) for part in parts for name, do in part.handlers().items()},
            **{name: self._committed(partial(self._export, do)) for name, do in self.exports.handlers().items()},
            "undo": self._committed(self.session.undo),
            "redo": self._committed(self.session.redo),
            **self._table_commands.handlers(),
            "mark_all_rows": self._doer(MarkRows(None)),
            **{operation.value: self._doer(operation) for operation in Operation},
            "step": self._doer(*STEP),
            "randomize": self._doer(Randomize()),
            "reset": self._committed(self._reset),
            **{f"preset_{name}": self._committed(partial(self.session.restart, name)) for name in PRESETS},
            **{f"language_{name}": partial(self.language_requested.emit, name) for name in ("en", "ru")},
            **{f"theme_{name}": partial(self.theme_requested.emit, name) for name in ("system", "light", "dark")},
            "larger_font": partial(self.font_step_requested.emit, 1),
            "smaller_font": partial(self.font_step_requested.emit, -1),
            "default_font": partial(self.font_step_requested.emit, 0),
            "twin": self._committed(self._toggle_twin),
            "animations": lambda: self.animation_requested.emit(self.commands["animations"].isChecked()),
            "lecture_layout": self._toggle_lecture,
            "default_layout": self._restore_usual_layout,
        }

    def _doer(self, *actions: Request) -> Callable[[], None]:
        return self._committed(lambda: self.session.perform(*actions))

    def _committed(self, do: Callable[[], object]) -> Callable[[], None]:
        """Take what is still being typed before a press: the numbers on the screen are the ones that count."""

        def press() -> None:
            if self._commit_typed():
                self._narrator.forget()
                do()

        return press

    def _commit_typed(self) -> bool:
        """End an open editor as Return would. Returns whether what was typed was accepted."""
        self._typed_problem = False
        focused: QWidget | None = self.focusWidget()
        if isinstance(focused, QAbstractSpinBox | QLineEdit):
            table = next((view for view in self._tensors.views if view.isAncestorOf(focused)), None)
            (table or self).setFocus()
            if table is None:
                focused.setFocus()
        return not self._typed_problem

    def _export(self, do: Callable[[], object]) -> None:
        """Do what may need the plots: they are there before, and the modules they come from, whole."""
        self._end_furnishing()
        do()

    def _reset(self) -> None:
        self.session.restart(self.session.history.preset)

    def _restore_usual_layout(self) -> None:
        self._data_bar.show()
        self._arrangement.restore_usual()
        self.commands["lecture_layout"].setChecked(False)

    def _toggle_lecture(self) -> None:
        if self._arrangement.is_lecture:
            self._arrangement.end_lecture()
            self._data_bar.show()
        else:
            view = self.focusWidget()
            name = view.tensor_model.content.name if isinstance(view, TensorView) else ""
            self._data_bar.hide()
            self._arrangement.begin_lecture(name)
        self.commands["lecture_layout"].setChecked(self._arrangement.is_lecture)

    def _toggle_twin(self) -> None:
        self.session.perform(Configure("twin", not self.session.history.current.config.twin))

    def _on_option_taken(self) -> None:
        self._narrator.forget()
        self._narrator.say()

    def _on_action_requested(self, action: Request) -> None:
        self._narrator.forget()
        self.session.perform(action)

    def _on_entry_requested(self, entry: Entry) -> None:
        if self._commit_typed():
            self._narrator.forget()
            self.session.travel(entry)

    def _on_moment_requested(self, entry: Entry, phases: int) -> None:
        self._narrator.forget()
        self.runs.travel_within(entry, phases)

    def _on_problem_typed(self, problem: Problem) -> None:
        self._typed_problem = True
        self.show_problem(problem)

    def _on_readied(self) -> None:
        self._settings_bar.display_devices(self.session)

    def _enable_travel(self) -> None:
        """What is pressed while something runs waits in line, so there may be something to undo by then."""
        history, is_busy = self.session.history, self.session.is_busy
        self.commands["undo"].setEnabled(is_busy or history.index > 0)
        self.commands["redo"].setEnabled(
            is_busy or history.moment is not None or history.index < len(history.entries) - 1
        )
