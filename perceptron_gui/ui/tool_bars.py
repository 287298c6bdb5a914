"""The bars at the top: side by side where there is room, else the settings and the run in a line below the phases."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from perceptron_gui.ui.phase_bar import PhaseBar
from perceptron_gui.ui.run_bar import RunBar
from perceptron_gui.ui.settings_bar import SettingsBar


class ToolBars:
    """Stands the bars of a window."""

    def __init__(self, window: QMainWindow, phases: PhaseBar, settings: SettingsBar, run: RunBar) -> None:
        self._window = window
        self._phases, self._settings, self._run = phases, settings, run
        for bar in (phases, settings, run):
            window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

    def share_room(self) -> None:
        """Break the line before the settings where not all fit."""
        window, settings, run = self._window, self._settings, self._run
        has_break = window.toolBarBreak(settings)
        beside = settings.width_beside_phases + run.width_beside_phases
        phases = self._phases.sizeHint().width()
        fits = phases + beside <= window.width()
        settings.arrange(in_one_line=not fits)
        run.arrange(in_one_line=not fits)
        run.show_buttons(is_shown=phases > window.width())
        if fits and has_break:
            window.removeToolBarBreak(settings)
        elif not fits and not has_break:
            window.insertToolBarBreak(settings)
