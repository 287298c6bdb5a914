"""What a person finds who reckons with the rounded numbers of a formula, and where that is not what stands there."""

import math
import re
from dataclasses import dataclass

from perceptron_gui.core.formula import (
    MINUS,
    Equation,
    Expression,
    Flow,
    Fraction,
    More,
    Number,
    Power,
    Row,
    Symbol,
)
from perceptron_gui.core.parsing import display_text

ABOUT = "≈"
_TOKENS = re.compile(r"\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?|[A-Za-z]+|\S)")
Token = float | str


def relations(equation: Equation) -> tuple[str, ...]:
    """Return what stands before each step: ≈ where its rounded numbers give another number than the step before.

    What has symbols gives what the equation ends with.
    """
    values = [reckoned(step) for step in equation.steps]
    before = values[-1]
    found: list[str] = []
    for place, value in enumerate(values):
        is_about = value is not None and before is not None and _shown(value) != _shown(before)
        found.append(ABOUT if is_about else "=" if place else equation.relation)
        before = values[-1] if value is None else value
    return tuple(found)


def reckoned(expression: Expression) -> float | None:
    """Return what the numbers of an expression give as they are shown; None where it has symbols."""
    try:
        tokens = _tokens(expression)
        reader = _Reader(tokens)
        value = reader.sum()
    except (ValueError, IndexError):
        return None
    return value if reader.place == len(tokens) else None


@dataclass(slots=True)
class _Reader:
    """Reads tokens as mathematics writes them: side by side means times."""

    tokens: list[Token]
    place: int = 0

    def sum(self) -> float:
        value = self._product()
        while self._next in {"+", MINUS}:
            sign = 1.0 if self._take() == "+" else -1.0
            value += sign * self._product()
        return value

    @property
    def _next(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _product(self) -> float:
        value = self._factor()
        while isinstance(self._next, float) or self._next in {"·", "("}:
            if self._next == "·":
                self._take()
            value *= self._factor()
        return value

    def _factor(self) -> float:
        first = self._take()
        if isinstance(first, float):
            return first
        if first == MINUS:
            return -self._factor()
        if first != "(":
            raise ValueError(first)
        value = self.sum()
        if self._take() != ")":
            raise ValueError(first)
        return value


def _tokens(expression: Expression) -> list[Token]:
    match expression:
        case Symbol("e"):
            return [math.e]
        case Symbol(text):
            return [float(token) if token[0].isdigit() else token for token in _TOKENS.findall(text)]
        case Number(text=text) | More(rest=Number(text=text)):
            return [float(text)]
        case Row(parts) | Flow(parts):
            return [token for part in parts for token in _tokens(part)]
        case Fraction(over, under):
            return [_value(over) / _value(under)]
        case Power(base, exponent):
            return [_power(_value(base), _value(exponent))]
        case _:
            raise ValueError(expression)


def _value(expression: Expression) -> float:
    value = reckoned(expression)
    if value is None:
        raise ValueError(expression)
    return value


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def _shown(value: float) -> float | None:
    """Return a number as it is shown; None is not a number, which equals itself here."""
    return None if math.isnan(value) else float(display_text(value))
