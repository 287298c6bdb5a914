"""Where the panels stand: the usual arrangement, and the one for a lecture."""

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QMainWindow, QTabWidget, QToolBar, QWidget

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import History
from perceptron_gui.ui.panel_dock import PanelDock
from perceptron_gui.ui.tensor_area import TensorArea

VERSION = 4
_CURVES_SHARE = 0.26
_LEDGER_SHARE = 0.34
_LECTURE_SHARE = 0.6
_LARGER = 1.3
_OF_STEP = {
    Operation.FORWARD: "loss",
    Operation.BACKWARD: "W.grad",
    Operation.UPDATE: "W",
    Operation.ZERO_GRAD: "W.grad",
}
"""The table that tells most of a step."""
_LEDGER_HEIGHT = 0.46
_WIDE, _HIGH = 1700, 900
_MARGINS = 40
_LEAST = 120


class Arrangement:
    """The docks of a window around its tables.

    The ledger stands beside the tables, and under it what PyTorch did; the curves stand at the right. What is looked
    at in its turn shares a place as tabs; a large window has places of their own for the numbers by hand and the
    contour.
    """

    def __init__(
        self,
        window: QMainWindow,
        bars: tuple[QToolBar, QToolBar, QToolBar],
        docks: dict[str, PanelDock],
        center: QWidget,
        tensors: TensorArea,
    ) -> None:
        self._window = window
        self._phase_bar, self._settings_bar, self._run_bar = bars
        self._docks = docks
        self._center = center
        self._tensors = tensors
        self._before_lecture = QByteArray()
        self._is_following = False
        corner, right = Qt.Corner, Qt.DockWidgetArea.RightDockWidgetArea
        for place in (corner.TopRightCorner, corner.BottomRightCorner):
            window.setCorner(place, right)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        gradient, code, derivation, graph, loss, activation, weights, contour, timeline = docks.values()
        window.addDockWidget(right, gradient)
        window.splitDockWidget(gradient, loss, Qt.Orientation.Horizontal)
        window.splitDockWidget(gradient, code, Qt.Orientation.Vertical)
        window.splitDockWidget(loss, activation, Qt.Orientation.Vertical)
        for first, others in ((code, (derivation, graph, timeline)), (activation, (weights, contour))):
            for before, dock in zip((first, *others), others, strict=False):
                window.tabifyDockWidget(before, dock)
            first.raise_()
        self._usual = window.saveState(VERSION)
        # Qt has no signal for tabs that come and go: what makes them is told, and they are looked at when it is done.
        self._moved = QTimer(window, singleShot=True, interval=0)
        self._moved.timeout.connect(self._name_panels)
        for dock in docks.values():
            dock.visibilityChanged.connect(self._moved.start)
            dock.dockLocationChanged.connect(self._moved.start)
            dock.topLevelChanged.connect(self._moved.start)

    @property
    def is_lecture(self) -> bool:
        """Whether the window is arranged for a lecture."""
        return not self._before_lecture.isEmpty()

    def state(self) -> bytes:
        """Return where the panels are when there is no lecture."""
        state = self._before_lecture if self.is_lecture else self._window.saveState(VERSION)
        return bytes(state.data())

    def restore(self, state: bytes) -> bool:
        """Put the panels where they were; return whether that fits this version."""
        return bool(state) and self._window.restoreState(QByteArray(state), VERSION)

    def restore_usual(self) -> None:
        """Put all panels back where they were at first."""
        self.end_lecture()
        self._window.restoreState(self._usual, VERSION)
        self.fit_to_window()

    def fit_to_window(self) -> None:
        """Give panels that stand as at first the places and the room that a window of this size has for them."""
        if self._window.width() >= _WIDE and self._window.height() >= _HIGH:
            gradient, _, derivation, _, loss, _, _, contour, _ = self._docks.values()
            self._window.splitDockWidget(gradient, derivation, Qt.Orientation.Vertical)
            self._window.splitDockWidget(loss, contour, Qt.Orientation.Vertical)
        self.share_room()

    def begin_lecture(self, table: str) -> None:
        """Show the phases, the ledger and one table, large; without a table, that of the step done last."""
        self._before_lecture = self._window.saveState(VERSION)
        self._is_following = not table
        self._tensors.show_only(table or _OF_STEP[Operation.BACKWARD])
        self._set_letters(_LARGER)
        self._settings_bar.hide()
        gradient = self._docks["gradient_plot"]
        for dock in self._docks.values():
            dock.setVisible(dock is gradient)
        width = round(self._window.width() * _LECTURE_SHARE)
        self._window.resizeDocks([gradient], [width], Qt.Orientation.Horizontal)

    def end_lecture(self) -> None:
        """Show everything that was shown before the lecture."""
        if self.is_lecture:
            self._tensors.show_only(None)
            self._set_letters(1.0)
            self._window.restoreState(self._before_lecture, VERSION)
            self._before_lecture = QByteArray()

    def display(self, history: History) -> None:
        """Follow the steps in a lecture: loss after Forward, W after Update, else its gradient."""
        phase = history.entry.last_phase
        if self.is_lecture and self._is_following and phase is not None:
            self._tensors.show_only(_OF_STEP[phase])

    def _set_letters(self, size: float) -> None:
        letters = (self._phase_bar, self._run_bar, self._docks["gradient_plot"], self._window.statusBar())
        for widget in letters:
            font = QFont()
            if size != 1.0:
                font.setPointSizeF(size * self._window.font().pointSizeF())
            widget.setFont(font)

    def _name_panels(self) -> None:
        """Name each panel once: in its tab, or above it."""
        for dock in self._docks.values():
            others = self._window.tabifiedDockWidgets(dock)
            dock.show_title(not any(other.toggleViewAction().isChecked() for other in others))

    def share_room(self) -> None:
        """Give the tables the room they need, the ledger a good third of the width, and the curves the rest."""
        width, height = self._window.width(), self._window.height()
        gradient, code, derivation, _, loss, activation, _, contour, _ = self._docks.values()
        tables = self._center.minimumSizeHint().width() + _MARGINS
        room = max(width - tables, 2 * _LEAST)
        ledger = max(min(round(width * _LEDGER_SHARE), round(room * 0.56)), _LEAST)
        curves = max(min(round(width * _CURVES_SHARE), room - ledger), _LEAST)
        self._window.resizeDocks([gradient, loss], [ledger, curves], Qt.Orientation.Horizontal)
        for column, share in (((gradient, derivation, code), _LEDGER_HEIGHT), ((loss, contour, activation), 0.0)):
            first, middle, last = column
            docks = [first, last] if middle in self._window.tabifiedDockWidgets(last) else [*column]
            top = share or 1 / len(docks)
            rows = [top, *[(1 - top) / (len(docks) - 1)] * (len(docks) - 1)]
            sizes = [max(round(height * row), _LEAST) for row in rows]
            self._window.resizeDocks(docks, sizes, Qt.Orientation.Vertical)
