"""The phases in their order with the code each stands for, and beside them what Update and Backward take."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QToolBar, QWidget
from typing_extensions import override

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.actions import Configure, Operation, SwitchDevice
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Config, Zeroing
from perceptron_gui.session import Session
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.phase_button import PhaseButton
from perceptron_gui.ui.theme import Colors
from perceptron_gui.ui.value_spin_box import learning_rate_box

translate = QCoreApplication.translate
_PHASES = (Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE, Operation.ZERO_GRAD)
_ZEROING = ((Zeroing.ZERO, ".grad.zero_()"), (Zeroing.NONE, ".grad = None"))


class TrainingBar(QToolBar):
    """The four phase buttons, the whole step, and the settings of a step."""

    action_requested = Signal(object)
    problem_found = Signal(object)

    def __init__(self, commands: Commands, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("training_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._buttons = {
            phase: PhaseButton(commands[phase.value], str(number), colors) for number, phase in enumerate(_PHASES, 1)
        }
        self._step = PhaseButton(commands["step"], "", colors)
        for button in (*self._buttons.values(), self._step):
            self.addWidget(button)
        self._settings = _Settings(self)
        self.addWidget(self._settings)
        self._settings.action_requested.connect(self.action_requested)
        self._settings.problem_found.connect(self.problem_found)

    def display(self, history: History) -> None:
        """Show the code that each press would run now, the phase to press next, and the settings."""
        snapshot = history.current
        following = guidance.next_operation(snapshot)
        for phase, button in self._buttons.items():
            button.display(lines.of_operation(phase, snapshot), is_next=phase is following)
        self._step.display("1 → 2 → 3 → 4", is_next=False)
        self._settings.display(history)

    def display_devices(self, session: Session) -> None:
        """Show which devices there are, and which of them computes."""
        self._settings.display_devices(session)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        for button in (*self._buttons.values(), self._step):
            button.set_colors(colors)


class _Settings(QWidget):
    """lr, retain_graph, the way of zeroing, the device, and how many updates were done."""

    action_requested = Signal(object)
    problem_found = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lr_label = QLabel("lr")
        self._lr = learning_rate_box()
        self._lr_label.setBuddy(self._lr)
        self._retain_graph = QCheckBox("retain_graph")
        self._retain_graph.setObjectName("retain_graph_check_box")
        self._zeroing_label = QLabel()
        self._zeroing = QComboBox()
        self._zeroing.setObjectName("zeroing_combo_box")
        for zeroing, code in _ZEROING:
            self._zeroing.addItem(code, zeroing)
        self._device_label = QLabel()
        self._device = QComboBox()
        self._device.setObjectName("device_combo_box")
        self._device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._device.addItem("cpu", "cpu")
        self._count_label = QLabel()
        self._count = QLabel("0")
        self._count.setObjectName("update_count_label")
        layout = QGridLayout(self)
        layout.setContentsMargins(10, 2, 4, 2)
        layout.setVerticalSpacing(3)
        for row, (label, field) in enumerate(
            ((self._lr_label, self._lr), (self._zeroing_label, self._zeroing), (self._device_label, self._device))
        ):
            layout.addWidget(label, row, 0)
            layout.addWidget(field, row, 1)
        layout.addWidget(self._retain_graph, 0, 2)
        count = QHBoxLayout()
        count.setSpacing(6)
        count.addWidget(self._count_label)
        count.addWidget(self._count)
        count.addStretch()
        layout.addLayout(count, 1, 2)
        self._lr.value_entered.connect(self._on_lr_entered)
        self._lr.problem_found.connect(self.problem_found)
        self._retain_graph.toggled.connect(self._on_retain_graph_toggled)
        self._zeroing.currentIndexChanged.connect(self._on_zeroing_changed)
        self._device.currentIndexChanged.connect(self._on_device_changed)
        self._shown_config = Config()
        self._shown_device = "cpu"
        self.retranslate()

    def display(self, history: History) -> None:
        """Show the settings of a state."""
        self._shown_config = config = history.current.config
        self._lr.display(config.lr)
        self._retain_graph.setChecked(config.retain_graph)
        self._zeroing.setCurrentIndex(self._zeroing.findData(config.zeroing))
        self._count.setText(str(history.entry.updates))

    def display_devices(self, session: Session) -> None:
        """Show the devices that work; one that failed since is greyed until the next start."""
        self._shown_device = session.device
        names = [device.name for device in session.devices] or [session.device]
        if [self._device.itemData(index) for index in range(self._device.count())] != names:
            # The present device first: a list that begins to fill shows its first item.
            self._device.clear()
            for name in names:
                self._device.addItem(name, name)
        for index, device in enumerate(session.devices):
            self._device.setItemData(index, device.description or device.name, Qt.ItemDataRole.ToolTipRole)
            is_lost = device.name in session.lost_devices
            # The item's flags: 0 is disabled, None is Qt's own.
            self._device.setItemData(index, 0 if is_lost else None, Qt.ItemDataRole.UserRole - 1)
        self._device.setCurrentIndex(self._device.findData(session.device))

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self._lr.setToolTip(translate("TrainingBar", "Learning rate: the share of the gradient that Update subtracts"))
        self._lr.setAccessibleName(translate("TrainingBar", "Learning rate"))
        self._retain_graph.setToolTip(
            translate("TrainingBar", "Backward keeps the graph, so that it can go back through it again")
        )
        self._zeroing_label.setText(translate("TrainingBar", "zero by"))
        self._zeroing.setToolTip(
            translate("TrainingBar", "The notebook zeroes in place; optimizers set None since PyTorch 2.0")
        )
        self._device_label.setText(translate("TrainingBar", "device"))
        self._device.setToolTip(translate("TrainingBar", "Where PyTorch computes: the devices that worked when tried"))
        self._count_label.setText(translate("TrainingBar", "updates:"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _on_lr_entered(self, value: float) -> None:
        self.action_requested.emit(Configure("lr", value))

    def _on_retain_graph_toggled(self, checked: bool) -> None:
        if checked is not self._shown_config.retain_graph:
            self.action_requested.emit(Configure("retain_graph", checked))

    def _on_zeroing_changed(self, index: int) -> None:
        zeroing = Zeroing(self._zeroing.itemData(index))
        if zeroing is not self._shown_config.zeroing:
            self.action_requested.emit(Configure("zeroing", zeroing))

    def _on_device_changed(self, index: int) -> None:
        name = self._device.itemData(index)
        if name is not None and name != self._shown_device:
            self.action_requested.emit(SwitchDevice(name))
