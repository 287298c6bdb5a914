"""What a training step takes beside the tensors: lr, the way of zeroing, retain_graph, the device."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QToolBar, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import CPU, Configure, SwitchDevice
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Config, Reduction, Zeroing
from perceptron_gui.session import Session
from perceptron_gui.ui.value_spin_box import learning_rate_box
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate
_LINES = 3
_NARROWEST = 240
_REDUCTIONS = ((Reduction.SUM, ".sum()"), (Reduction.MEAN, ".mean()"), (Reduction.WEIGHTED, ".mean() * rows/m"))
_ZEROING = ((Zeroing.ZERO, ".grad.zero_()"), (Zeroing.NONE, ".grad = None"))
_PLACES = {choice: place for choices in (_REDUCTIONS, _ZEROING) for place, (choice, _) in enumerate(choices)}
"""Where each stands in its list: Qt's search takes a while."""


class SettingsBar(QToolBar):
    """lr, the way of zeroing, sum or mean, retain_graph, the device."""

    action_requested = Signal(object)
    problem_found = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("settings_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._lr_label = QLabel("lr")
        self._lr = learning_rate_box()
        self._lr_label.setBuddy(self._lr)
        self._retain_graph = QCheckBox("retain_graph")
        self._retain_graph.setObjectName("retain_graph_check_box")
        self._zeroing_label = QLabel()
        self._zeroing = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._zeroing.setObjectName("zeroing_combo_box")
        for zeroing, code in _ZEROING:
            self._zeroing.addItem(code, zeroing)
        self._reduction_label = QLabel("loss")
        self._reduction = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._reduction.setObjectName("reduction_combo_box")
        for reduction, code in _REDUCTIONS:
            self._reduction.addItem(code, reduction)
        self._device_label = QLabel()
        self._device = QComboBox(sizeAdjustPolicy=QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._device.setObjectName("device_combo_box")
        self._device.addItem(CPU, CPU)
        self._pairs: tuple[tuple[QWidget, QWidget], ...] = (
            (self._lr_label, self._lr),
            (self._zeroing_label, self._zeroing),
            (self._device_label, self._device),
            (self._reduction_label, self._reduction),
        )
        settings = QWidget()
        # Narrower than it ever stands beside the phases: or the window could not become so narrow that it breaks.
        settings.setMinimumWidth(_NARROWEST)
        self.addWidget(settings)
        self._grid = QGridLayout(settings)
        self._grid.setContentsMargins(8, 2, 2, 2)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(3)
        self._is_in_one_line = True
        self.arrange(in_one_line=False)
        self._lr.value_entered.connect(self._on_lr_entered)
        self._lr.problem_found.connect(self.problem_found)
        self._retain_graph.toggled.connect(self._on_retain_graph_toggled)
        self._zeroing.currentIndexChanged.connect(self._on_zeroing_changed)
        self._reduction.currentIndexChanged.connect(self._on_reduction_changed)
        self._device.currentIndexChanged.connect(self._on_device_changed)
        for combo in (self._zeroing, self._reduction, self._device):
            WheelGuard(combo)
        self._wished_config = Config()
        self._wished_device = CPU
        self._shown_devices: object = None
        self.retranslate()

    @property
    def width_beside_phases(self) -> int:
        """The width it takes in several lines."""
        columns = [
            max(pair[place].sizeHint().width() for pair in pairs)
            for pairs in (self._pairs[:_LINES], self._pairs[_LINES:])
            for place in (0, 1)
        ]
        return sum(columns) + 40

    def arrange(self, *, in_one_line: bool) -> None:
        """Stand beside the phases, as high as they are, or in one line of its own."""
        if in_one_line is self._is_in_one_line:
            return
        self._is_in_one_line = in_one_line
        for number, (label, field) in enumerate(self._pairs):
            row, column = (0, 2 * number) if in_one_line else (number % _LINES, number // _LINES * 2)
            self._grid.addWidget(label, row, column)
            self._grid.addWidget(field, row, column + 1)
        row, column = (0, 2 * len(self._pairs)) if in_one_line else (1, 2)
        self._grid.addWidget(self._retain_graph, row, column, 1, 2)

    def display(self, history: History) -> None:
        """Show the settings of a state."""
        self._wished_config = config = history.current.config
        self._lr.display(config.lr)
        self._retain_graph.setChecked(config.retain_graph)
        self._zeroing.setCurrentIndex(_PLACES[config.zeroing])
        self._reduction.setCurrentIndex(_PLACES[config.reduction])

    def display_devices(self, session: Session) -> None:
        """Show the devices that work; one that failed since is greyed until the next start."""
        shown = (session.devices, session.lost_devices, session.device)
        if shown == self._shown_devices and self._wished_device == session.device:
            return
        self._shown_devices = shown
        # Empty: a list that begins to fill shows its first item, which nobody chose.
        self._wished_device = ""
        names = [device.name for device in session.devices] or [session.device]
        if [self._device.itemData(index) for index in range(self._device.count())] != names:
            self._device.clear()
            for name in names:
                self._device.addItem(name, name)
        for index, device in enumerate(session.devices):
            self._device.setItemData(index, device.description or device.name, Qt.ItemDataRole.ToolTipRole)
            is_lost = device.name in session.lost_devices
            # The item's flags: 0 is disabled, None is Qt's own.
            self._device.setItemData(index, 0 if is_lost else None, Qt.ItemDataRole.UserRole - 1)
        self._device.setCurrentIndex(self._device.findData(session.device))
        self._wished_device = session.device

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self._lr.setToolTip(translate("SettingsBar", "Learning rate: Update subtracts the gradient times this"))
        self._lr.setAccessibleName(translate("SettingsBar", "Learning rate"))
        self._retain_graph.setToolTip(
            translate("SettingsBar", "Backward keeps the graph, so that it can go back through it again")
        )
        self._zeroing_label.setText(translate("SettingsBar", "zero by"))
        self._zeroing.setToolTip(
            translate("SettingsBar", "The notebook zeroes in place; optimizers set None since PyTorch 2.0")
        )
        self._reduction.setToolTip(
            translate(
                "SettingsBar",
                "The loss is the sum, as in the notebook, or the mean; a part's mean is to be weighted by rows/m",
            )
        )
        self._device_label.setText(translate("SettingsBar", "device"))
        self._device.setToolTip(translate("SettingsBar", "Where PyTorch computes: the devices that worked when tried"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _on_lr_entered(self, value: float) -> None:
        self._configure("lr", value)

    def _on_retain_graph_toggled(self, checked: bool) -> None:
        self._configure("retain_graph", checked)

    def _on_zeroing_changed(self, index: int) -> None:
        self._configure("zeroing", Zeroing(self._zeroing.itemData(index)))

    def _on_reduction_changed(self, index: int) -> None:
        self._configure("reduction", Reduction(self._reduction.itemData(index)))

    def _on_device_changed(self, index: int) -> None:
        name = self._device.itemData(index)
        if self._wished_device and name is not None and name != self._wished_device:
            self._wished_device = name
            self.action_requested.emit(SwitchDevice(name))

    def _configure(self, field: str, value: float | bool | Zeroing | Reduction) -> None:
        """Ask for a setting that is not there yet: what was asked for before may still wait in line."""
        change: dict[str, Any] = {field: value}
        wished = replace(self._wished_config, **change)
        if wished != self._wished_config:
            self._wished_config = wished
            self.action_requested.emit(Configure(field, value))
