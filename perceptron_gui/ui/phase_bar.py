"""The phases of a training step in their order, with the code that each stands for."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolBar, QToolButton

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.actions import STEP
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.phase_button import PhaseButton
from perceptron_gui.ui.theme import Colors


class PhaseBar(QToolBar):
    """Forward, Backward, Update, Zero grad, and all four at once. What has no room is behind an arrow at the end."""

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
        for button in self._buttons:
            self.addWidget(button)
        arrow = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if arrow is not None:
            # The style's own is black, on dark ground too.
            arrow.setIcon(QIcon("icons:more.svg"))

    def display(self, history: History) -> None:
        """Show the code that each press would run now, and the phase to press next."""
        snapshot = history.current
        following = guidance.next_operation(snapshot)
        for phase, button in self._phases.items():
            button.display(lines.of_operation(phase, snapshot), is_next=phase is following)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        for button in self._buttons:
            button.set_colors(colors)

    @property
    def _buttons(self) -> tuple[PhaseButton, ...]:
        return (*self._phases.values(), self._step)
