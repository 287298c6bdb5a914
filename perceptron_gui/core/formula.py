"""A formula as data: what it is made of.

A `Row` is one piece; a `Flow` may go on in the next line between any two of its parts. Symbols and numbers carry the
elements of the tables they stand for.
"""

from dataclasses import dataclass, replace

from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import Element

MINUS = "−"


@dataclass(frozen=True, slots=True)
class Symbol:
    """Operators, brackets, and constants that stand for no element."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity with its indices: `ŷ`, `W`, `loss`. `code` is what it is called in the program: `y_pred[0]`."""

    text: str
    indices: tuple[int | str, ...] = ()
    code: str = ""
    elements: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A number: read from the one element it has, or computed from several, or from none.

    `text` is how it is shown, `exact` in full; a negative one is put in parentheses unless `is_bare`.
    """

    value: float
    text: str
    exact: str
    code: str = ""
    elements: tuple[Element, ...] = ()
    is_bare: bool = False

    @property
    def shown(self) -> str:
        """The number as mathematics writes it."""
        text = self.text.replace("-", MINUS)
        return f"({text})" if self.is_negative and not self.is_bare else text

    @property
    def bare(self) -> "Number":
        """The number without parentheses, as it stands alone."""
        return replace(self, is_bare=True)

    @property
    def is_negative(self) -> bool:
        """Whether it is written with a minus sign, as -0.0 is."""
        return self.text.startswith("-")


@dataclass(frozen=True, slots=True)
class Row:
    """Parts side by side, on one line."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Flow:
    """Parts with a space between them, in as many lines as it takes."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Fraction:
    """One above the other."""

    over: "Expression"
    under: "Expression"


@dataclass(frozen=True, slots=True)
class Power:
    """An exponent, or a mark in its place."""

    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True, slots=True)
class Sum:
    """The sign Σ with what it runs over."""

    over: str


@dataclass(frozen=True, slots=True)
class More:
    """`count` further terms that are not shown one by one, and their sum."""

    count: int
    rest: Number


Expression = Symbol | Name | Number | Row | Flow | Fraction | Power | Sum | More


@dataclass(frozen=True, slots=True)
class Equation:
    """A left side, and what it equals, step by step; `relation` stands before the first step."""

    left: Expression
    steps: tuple[Expression, ...]
    relation: str = "="


def read(value: float, code: str, element: Element) -> Number:
    """Return a float32 number that stands in a cell."""
    return Number(value, display_text(value), full_text(value), code, (element,))


def computed(value: float, code: str = "", elements: tuple[Element, ...] = ()) -> Number:
    """Return a number found in float64 from those of some cells."""
    return Number(value, display_text(value), f"{value:.10g}", code, elements)


def product(*factors: Expression) -> Flow:
    """Return factors with a dot between them."""
    first, *others = factors
    return Flow((first, *(Row((Symbol("· "), factor)) for factor in others)))


def added(*terms: Expression, sign: str = "+") -> Flow:
    """Return a sum of terms; with a minus for `sign`, those behind the first are subtracted."""
    first, *others = terms
    first = first.bare if isinstance(first, Number) else first
    return Flow((first, *(led(f"{sign} ", term) for term in others)))


def equals(*expressions: Expression) -> Flow:
    """Return expressions that equal each other, one after the other."""
    first, *others = expressions
    return Flow((first, *(led("= ", each) for each in others)))


def derivative(by: Expression) -> Fraction:
    """Return ∂loss/∂by as a fraction."""
    loss = Name("loss", (), "loss", (Element("loss", 0, 0),))
    return Fraction(Row((Symbol("∂"), loss)), Row((Symbol("∂"), by)))


def squared(*inside: Expression) -> Power:
    """Return (…)²."""
    return Power(Row((Symbol("("), *inside, Symbol(")"))), Symbol("2"))


def leaves(expression: Expression) -> tuple[Name | Number, ...]:
    """Return the names and numbers in an expression, in reading order."""
    match expression:
        case Name() | Number():
            return (expression,)
        case Row(parts) | Flow(parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Fraction(first, second) | Power(first, second):
            return (*leaves(first), *leaves(second))
        case More(_, rest):
            return (rest,)
        case _:
            return ()


def led(sign: str, expression: Expression) -> Expression:
    """Return an expression with a sign before it that stays beside its beginning."""
    if isinstance(expression, Row):
        return Row((Symbol(sign), *expression.parts))
    if not isinstance(expression, Flow):
        return Row((Symbol(sign), expression))
    first, *others = expression.parts
    return Flow((led(sign, first), *others))
