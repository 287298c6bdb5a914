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
    """A field whose text goes through one parser. It shows what it is given and asks for what is typed.

    Where the parser knows an empty text, the value is None then.
    """

    value_entered = Signal(object)
    problem_found = Signal(object)

    def __init__(
        self, name: str, parse: Callable[[str], float | None], step: Callable[[float, int], float], widest: str
    ) -> None:
        super().__init__(keyboardTracking=False, accelerated=True)
        self.setObjectName(name)
        self._parse = parse
        self._step = step
        self._widest = widest
        self._wished: float | None = 0
        WheelGuard(self)
        self.editingFinished.connect(self._on_editing_finished)
        self._fit_to_font()

    @property
    def value(self) -> float | None:
        """What is shown, or was asked for last."""
        return self._wished

    def display(self, value: float | None) -> None:
        """Show a value; a text that is being typed stays."""
        self._wished = value
        if not self.lineEdit().isModified():
            self.lineEdit().setText(_text(value))

    @override
    def stepBy(self, steps: int) -> None:
        self._ask_for(self._step(0 if self._wished is None else self._wished, steps))

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
        if text == _text(self._wished):
            return
        self.lineEdit().setText(_text(self._wished))
        try:
            self._ask_for(self._parse(text))
        except Problem as problem:
            self.problem_found.emit(problem)

    def _ask_for(self, value: float | None) -> None:
        """Ask for a value and show it: it may have to wait in line, and the next one goes on from it."""
        if value != self._wished:
            self._wished = value
            self.lineEdit().setText(_text(value))
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


def loss_box(name: str) -> ValueSpinBox:
    """Return a field of a loss; empty is none. Its arrows begin at 0.01."""
    return ValueSpinBox(
        name,
        lambda text: parse_number(text) if text.strip() else None,
        lambda loss, steps: max(_next_round(loss or 0.005, steps), 0.0),
        "1.2345e-05",
    )


def small_seed_box(name: str, largest: int) -> ValueSpinBox:
    """Return the field of a seed that is at most `largest`, at 0."""
    box = ValueSpinBox(
        name,
        lambda text: parse_seed(text, largest),
        lambda seed, steps: min(max(seed + steps, 0), largest),
        str(largest),
    )
    box.display(0)
    return box


def parse_seed(text: str, largest: int = LARGEST_SEED) -> int:
    """Read a seed. Raises NOT_A_SEED."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 20 and int(plain) <= largest):
        raise Problem(Reason.NOT_A_SEED, text=plain[:40], largest=largest)
    return int(plain)


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


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
