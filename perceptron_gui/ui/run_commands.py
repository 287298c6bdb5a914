"""Run and Stop: what the command says and does, its options, and moments within a run."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QWidget

from perceptron_gui.core.actions import Operation, Ran, Run
from perceptron_gui.core.history import Entry, History
from perceptron_gui.session import Session
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.phase_bar import PhaseBar
from perceptron_gui.ui.run_bar import RunBar
from perceptron_gui.ui.run_options import RunOptions

translate = QCoreApplication.translate


class RunCommands(QObject):
    """Starts and stops runs of a session, and shows that one goes on."""

    problem_found = Signal(object)
    """A Problem with what was typed into the options."""
    running_changed = Signal(bool)
    """Whether a run goes on."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._session = session
        self.options = RunOptions(window)
        self.bar = RunBar(session)
        self._commands: Commands | None = None
        self._phases: PhaseBar | None = None
        self._was_on = self._was_running = self._was_stopping = False
        self._wished: tuple[Entry, int] | None = None
        self.options.problem_found.connect(self.problem_found)
        self.options.changed.connect(self._show_phases)
        session.waiting_changed.connect(self._on_waiting_changed)
        session.progressed.connect(self._on_progressed)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what to do for each command, by its name."""
        return {"run": self._toggle, "run_options": self._open_options}

    def take(self, commands: Commands, phases: PhaseBar) -> None:
        """Take the commands that are made of the handlers, and the bar that has their buttons."""
        self._commands, self._phases = commands, phases
        self.options.take(commands)
        self.bar.take(commands)
        # Held down, the key would start and stop by turns.
        commands["run"].setAutoRepeat(False)
        self._show_phases()

    def display(self, history: History) -> None:
        """Show a history."""
        self.options.display(history)
        self.bar.follow()

    def retranslate(self) -> None:
        """Say what the command does now, in the language of now."""
        if self._commands is None:
            return
        session = self._session
        run, stop = translate("actions", "Ru&n"), translate("RunCommands", "Sto&p")
        stopping = translate("RunCommands", "Stopping…")
        if session.is_stopping:
            text, tip = stopping, translate("RunCommands", "It stops after this phase")
        elif self._is_on:
            text, tip = stop, translate("RunCommands", "Stop after a whole phase; what was done stays")
        else:
            text, tip = run, translate("actions", "Repeat whole steps until a condition holds or you stop it")
        if self._phases is not None:
            self._phases.keep_room_for_run(*(name.replace("&", "") for name in (run, stop, stopping)))
        self._commands.say("run", text, tip)
        action = self._commands["run"]
        action.setIcon(QIcon(f"icons:{'stop' if self._is_on else 'run'}.svg"))
        action.setEnabled(not session.is_stopping)

    def travel_within(self, entry: Entry, phases: int) -> None:
        """Show a moment of a run; while one is being computed, only the last one wished is kept."""
        self._wished = entry, phases
        self._ask()

    def _ask(self) -> None:
        """Ask for the moment that is wished, unless something else has come in between."""
        if self._wished is None or self._session.is_busy:
            return
        (entry, phases), self._wished = self._wished, None
        history = self._session.history
        if history.entries[history.index] is not entry or not isinstance(entry.action, Ran):
            return
        if phases < entry.action.phases:
            self._session.travel_within(entry, phases)
        else:
            self._session.travel(entry)

    @property
    def _is_on(self) -> bool:
        """Whether the command stops a Run: one that goes on, or one that waits in line."""
        return self._session.is_running or self._session.is_run_in_line

    def _toggle(self) -> None:
        # What was being typed there is taken as it closes.
        self.options.close()
        if self._is_on:
            self._session.stop()
        else:
            self._session.perform(self.options.run)

    def _open_options(self) -> None:
        button = None if self._phases is None else self._phases.findChild(QWidget, "run_button")
        self.options.open_below(button if button is not None and button.isVisible() else self.bar)

    def _show_phases(self, history: History | None = None) -> None:
        """Show what Run would repeat; of one that goes on phase by phase, the phase done last."""
        if self._phases is None:
            return
        session = self._session
        is_running, pace, task = session.is_running, session.pace, session.running
        is_phase_by_phase = is_running and not (pace.is_flat_out or pace.whole_steps)
        lit = _last_phase(history) if history is not None and is_phase_by_phase else None
        run = task if is_running and isinstance(task, Run) else self.options.run
        self._phases.show_run(run, lit, is_running=is_running)

    def _on_progressed(self, history: History) -> None:
        self._show_phases(history)

    def _on_waiting_changed(self) -> None:
        is_running, is_stopping = self._session.is_running, self._session.is_stopping
        is_on = self._is_on
        has_changed = (is_on, is_running, is_stopping) != (self._was_on, self._was_running, self._was_stopping)
        if has_changed:
            # Not with every press: another text has every button of the command painted.
            self.retranslate()
        self.bar.follow()
        if has_changed or is_running:
            self._show_phases(self._session.history if is_running else None)
        self._was_on, self._was_stopping = is_on, is_stopping
        if is_running is not self._was_running:
            self._was_running = is_running
            self.options.set_running(is_running)
            self.running_changed.emit(is_running)
        self._ask()


def _last_phase(history: History) -> Operation | None:
    ran = history.entry.action
    return ran.last_phase if isinstance(ran, Ran) else None
