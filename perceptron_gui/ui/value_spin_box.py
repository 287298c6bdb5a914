"""Number fields of our own: QDoubleSpinBox reads "1.5" as 15 in Russian, and QSpinBox ends at 2^31."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QAbstractSpinBox
from typing_extensions import override

from perceptron_gui.core.editing import LARGEST_SEED
from perceptron_gui.core.parsing import parse_number
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui.wheel_guard import WheelGuard


class ValueSpinBox(QAbstractSpinBox):
    """A field whose text goes through one parser. It shows what it is given and asks for what is typed."""

    value_entered = Signal(object)
    problem_found = Signal(object)

    def __init__(
        self, name: str, parse: Callable[[str], float], step: Callable[[float, int], float], widest: str
    ) -> None:
        super().__init__(keyboardTracking=False, accelerated=True)
        self.setObjectName(name)
        self._parse = parse
        self._step = step
        self._widest = widest
        self._wished: float = 0
        WheelGuard(self)
        self.editingFinished.connect(self._on_editing_finished)
        self._fit_to_font()

    def display(self, value: float) -> None:
        """Show a value; a text that is being typed stays."""
        self._wished = value
        if not self.lineEdit().isModified():
            self.lineEdit().setText(repr(value))

    @override
    def stepBy(self, steps: int) -> None:
        self._ask_for(self._step(self._wished, steps))

    @override
    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_to_font()

    def _on_editing_finished(self) -> None:
        # Not `isModified()`: Return has forgotten that by now.
        text = self.lineEdit().text()
        if text == repr(self._wished):
            return
        self.lineEdit().setText(repr(self._wished))
        try:
            self._ask_for(self._parse(text))
        except Problem as problem:
            self.problem_found.emit(problem)

    def _ask_for(self, value: float) -> None:
        """Ask for a value and show it: it may have to wait in line, and the next one goes on from it."""
        if value != self._wished:
            self._wished = value
            self.lineEdit().setText(repr(value))
            self.value_entered.emit(value)

    def _fit_to_font(self) -> None:
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(self._widest) + 34)


def learning_rate_box() -> ValueSpinBox:
    """Return the field of lr; its arrows go along 1, 2, 5, 10."""
    return ValueSpinBox("lr_spin_box", parse_number, _next_round, "-1.2345e-05")


def seed_box() -> ValueSpinBox:
    """Return the field of the seed, a whole number of up to 64 bits."""
    return ValueSpinBox(
        "seed_spin_box", parse_seed, lambda seed, steps: min(max(seed + steps, 0), LARGEST_SEED), "0" * 8
    )


def parse_seed(text: str) -> int:
    """Read a seed. Raises NOT_A_SEED."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 20 and int(plain) <= LARGEST_SEED):
        raise Problem(Reason.NOT_A_SEED, text=plain[:40])
    return int(plain)


def _next_round(value: float, steps: int) -> float:
    """Return the next of …, 0.5, 1, 2, 5, 10, … (and their negatives, and 0), `steps` times up or down."""
    rounds = sorted(
        {0.0, *(sign * float(f"{digit}e{power}") for power in range(-6, 7) for digit in (1, 2, 5) for sign in (1, -1))}
    )
    for _ in range(abs(steps)):
        beyond = [each for each in rounds if (each > value if steps > 0 else each < value)]
        if beyond:
            value = beyond[0] if steps > 0 else beyond[-1]
    return value
