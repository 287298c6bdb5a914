"""The phases of a training step in their order, with the code that each stands for."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.actions import STEP, Operation, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.ui import run_sentences
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.phase_button import PhaseButton
from perceptron_gui.ui.theme import Colors


class PhaseBar(QToolBar):
    """Forward, Backward, Update, Zero grad, all four at once, and again and again.

    What has no room is behind an arrow at the end.
    """

    def __init__(self, commands: Commands, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("phase_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        start = PRESETS[NOTEBOOK]
        widest = replace(start, rows=tuple(range(lines.MANY_ROWS - 1)), config=replace(start.config, retain_graph=True))
        self._phases = {
            phase: PhaseButton(commands[phase.value], str(number), lines.of_operation(phase, widest), colors)
            for number, phase in enumerate(STEP, 1)
        }
        self._step = PhaseButton(commands["step"], "", "", colors)
        self._step.display(" → ".join(str(number) for number in range(1, len(STEP) + 1)), is_next=False)
        self._run = PhaseButton(commands["run"], "", "", colors)
        self._following: Operation | None = None
        self._lit: Operation | None = None
        self._is_running = False
        self._codes = dict.fromkeys(STEP, "")
        for button in self._buttons:
            self.addWidget(button)
        options = QToolButton(autoRaise=True)
        options.setObjectName("run_options_button")
        options.setDefaultAction(commands["run_options"])
        options.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        options.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addWidget(options)
        arrow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if arrow is not None:
            # The style's own is black, on dark ground too.
            arrow.setIcon(QIcon("icons:more.svg"))

    def display(self, history: History) -> None:
        """Show the code that each press would run now, and the phase to press next."""
        snapshot = history.current
        self._following = guidance.next_operation(snapshot)
        self._codes = {phase: lines.of_operation(phase, snapshot) for phase in STEP}
        self._show()

    def keep_room_for_run(self, *names: str) -> None:
        """Let the button of Run be as wide as it is under any of its names."""
        self._run.keep_room_for(*names)

    def show_run(self, run: Run, lit: Operation | None, *, is_running: bool) -> None:
        """Show what Run repeats. While it does, no phase is the next one, and `lit` looks as if pressed."""
        self._run.display(run_sentences.written(run), is_next=False)
        self._lit, self._is_running = lit, is_running
        self._show()

    def _show(self) -> None:
        for phase, button in self._phases.items():
            button.display(self._codes[phase], is_next=phase is self._following and not self._is_running)
            button.set_lit(phase is self._lit)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        for button in self._buttons:
            button.set_colors(colors)

    @property
    def _buttons(self) -> tuple[PhaseButton, ...]:
        return (*self._phases.values(), self._step, self._run)
