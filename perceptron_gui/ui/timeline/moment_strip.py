"""Where one stands within a run, and the way to another moment of it."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import Entry, History
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate
_PAGES = 20


class MomentStrip(QWidget):
    """A slider and a field along the updates of the shown run; hidden where there is none.

    The moment has to be computed: until it comes, the slider stays where a person has put it.
    """

    moment_requested = Signal(object, object)
    """The Entry of a run, and after how many of its phases it is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self._ran: Ran | None = None
        self._shown = 0
        self._wished: int | None = None
        self._before, self._behind = QLabel(), QLabel()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("moment_slider")
        self._box = QSpinBox()
        self._box.setObjectName("moment_spin_box")
        self._box.setKeyboardTracking(False)
        self._before.setBuddy(self._box)
        for field in (self._slider, self._box):
            WheelGuard(field)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.addWidget(self._slider, 1)
        for widget in (self._before, self._box, self._behind):
            layout.addWidget(widget)
        self._slider.valueChanged.connect(self._on_changed)
        self._box.valueChanged.connect(self._on_changed)
        self.hide()

    def display(self, history: History, *, is_running: bool) -> None:
        """Show where a history stands, unless it is in a run that goes on."""
        entry = history.entries[history.index]
        whole, shown = entry.action, history.entry.action
        if is_running or not isinstance(whole, Ran) or not isinstance(shown, Ran) or not whole.updates:
            self._entry = self._ran = self._wished = None
            self.hide()
            return
        if entry is not self._entry:
            self._entry, self._ran, self._wished = entry, whole, None
        self._shown = shown.updates
        if self._wished in {None, self._shown}:
            self._wished = None
            self._put(self._shown)
        self._behind.setText(translate("MomentStrip", "of {count}").format(count=whole.updates))
        self.show()

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        tip = translate("MomentStrip", "Show the run as it was after so many updates; it is computed again")
        self._before.setText(translate("MomentStrip", "after update"))
        for field in (self._slider, self._box):
            field.setToolTip(tip)
            field.setAccessibleName(tip)
        if self._ran is not None:
            self._behind.setText(translate("MomentStrip", "of {count}").format(count=self._ran.updates))

    def _put(self, updates: int) -> None:
        whole = self._ran
        if whole is None:
            return
        # What is put here is shown already: nothing is to be asked for.
        self._ran = None
        for field in (self._slider, self._box):
            field.setRange(0, whole.updates)
            field.setValue(updates)
        self._slider.setPageStep(max(whole.updates // _PAGES, 1))
        self._ran = whole

    def _on_changed(self, updates: int) -> None:
        whole, entry = self._ran, self._entry
        if whole is None or entry is None or updates == self._wished:
            return
        self._wished = updates
        self._slider.setValue(updates)
        self._box.setValue(updates)
        # The last moment is the end itself, with the phases that were done of the next cycle.
        phases = whole.phases if updates == whole.updates else updates * len(whole.run.cycle)
        self.moment_requested.emit(entry, phases)
