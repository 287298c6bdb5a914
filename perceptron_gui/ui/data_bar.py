"""The sizes of the layer, the parts of the batch, and the seed of its random numbers, above the tables."""

from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Axis, Configure, Resize
from perceptron_gui.core.history import History
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.value_spin_box import seed_box
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate


class DataBar(QWidget):
    """m, n, k, rows at a time, the seed, Randomize and Reset."""

    action_requested = Signal(object)
    problem_found = Signal(object)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._sizes = {
            Axis.SAMPLES: _SizeBox("samples_spin_box"),
            Axis.INPUTS: _SizeBox("n_spin_box"),
            Axis.OUTPUTS: _SizeBox("k_spin_box"),
        }
        self._wished = dict.fromkeys(Axis, 1)
        self._part_label = QLabel()
        self._part = _SizeBox("part_spin_box")
        self._part.setMinimum(0)
        self._part_label.setBuddy(self._part)
        self._wished_part = 0
        self._part.valueChanged.connect(self._on_part_changed)
        self._seed_label = QLabel()
        self._seed = seed_box()
        self._seed_label.setBuddy(self._seed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for axis, box in self._sizes.items():
            label = QLabel(axis.value)
            label.setBuddy(box)
            layout.addWidget(label)
            layout.addWidget(box)
            if axis is Axis.SAMPLES:
                layout.addWidget(self._part_label)
                layout.addWidget(self._part)
            box.valueChanged.connect(partial(self._on_value_changed, axis))
        layout.addSpacing(8)
        layout.addWidget(self._seed_label)
        layout.addWidget(self._seed)
        for name in ("randomize", "reset"):
            button = QToolButton()
            button.setObjectName(f"{name}_button")
            button.setDefaultAction(commands[name])
            layout.addWidget(button)
        layout.addStretch()
        self._seed.value_entered.connect(self._on_seed_entered)
        self._seed.problem_found.connect(self.problem_found)
        self.retranslate()

    def display(self, history: History) -> None:
        """Show the sizes and the seed of a state; a size that was refused goes back."""
        snapshot = history.current
        self._wished = {Axis.SAMPLES: snapshot.m, Axis.INPUTS: snapshot.n, Axis.OUTPUTS: snapshot.k}
        for axis, box in self._sizes.items():
            # Setting the value it has would wipe out a text that is being typed.
            if box.value() != self._wished[axis]:
                box.setValue(self._wished[axis])
        self._wished_part = snapshot.config.part
        self._part.setEnabled(snapshot.m > 1)
        if self._part.value() != self._wished_part:
            self._part.setValue(self._wished_part)
        self._seed.display(snapshot.config.seed)

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        tips = {
            Axis.SAMPLES: translate("DataBar", "m: number of samples, the rows of x and y_true"),
            Axis.INPUTS: translate("DataBar", "n: number of inputs, the columns of x and the rows of W"),
            Axis.OUTPUTS: translate("DataBar", "k: number of outputs, the columns of W, b and y_true"),
        }
        for axis, tip in tips.items():
            self._sizes[axis].setToolTip(tip)
            self._sizes[axis].setAccessibleName(tip)
        self._part_label.setText(translate("DataBar", "by"))
        part_tip = translate(
            "DataBar", "Rows at a time: Forward takes a part of the batch, and Backward marks the next part"
        )
        self._part.setSpecialValueText(translate("DataBar", "all"))
        self._part.setToolTip(part_tip)
        self._part.setAccessibleName(part_tip)
        self._seed_label.setText(translate("DataBar", "seed"))
        seed_tip = translate("DataBar", "The seed that the next Randomize or new weights take; then it goes on by one")
        self._seed.setToolTip(seed_tip)
        self._seed.setAccessibleName(translate("DataBar", "next seed"))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _on_value_changed(self, axis: Axis, size: int) -> None:
        if size != self._wished[axis]:
            self._wished[axis] = size
            self.action_requested.emit(Resize(axis, size))

    def _on_part_changed(self, part: int) -> None:
        if part != self._wished_part:
            self._wished_part = part
            self.action_requested.emit(Configure("part", part))

    def _on_seed_entered(self, seed: int) -> None:
        self.action_requested.emit(Configure("seed", seed))


class _SizeBox(QSpinBox):
    def __init__(self, name: str) -> None:
        # Larger than any size that is allowed: a digit that the field swallowed would give another size, unsaid.
        super().__init__(minimum=1, maximum=2**31 - 1)
        self.setObjectName(name)
        WheelGuard(self)
        # What is being typed is no size yet: 50 begins with 5.
        self.setKeyboardTracking(False)
        self.setGroupSeparatorShown(False)
        self._fit_to_font()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_to_font()

    def _fit_to_font(self) -> None:
        """Room for four digits: eight, which are allowed, scroll."""
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("00000") + 30)
