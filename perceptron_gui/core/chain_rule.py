"""The loss, and its derivatives by the chain rule: ∂loss/∂ŷ · σ′(z) · x, a term a sample, a sum a Backward."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.editing import as_table
from perceptron_gui.core.formula import (
    MINUS,
    Equation,
    Expression,
    Flow,
    Fraction,
    More,
    Name,
    Number,
    Power,
    Row,
    Symbol,
    added,
    computed,
    derivative,
    equals,
    led,
    product,
    read,
    squared,
)
from perceptron_gui.core.layer import DoubleArray, Layer, Names, summed
from perceptron_gui.core.snapshot import Deposit, Element, FloatArray, ForwardPass, Reduction, Snapshot

MOST_ROWS = 2**17
"""Samples whose terms are added up here: beyond, a Backward is shown as one number."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the reduction makes of a sum over `count` of m samples and k outputs: 1, 1/N, or 1/N · r/m."""

    reduction: Reduction
    count: int
    m: int
    k: int
    is_part: bool

    @classmethod
    def of(cls, names: Names, k: int, reduction: Reduction) -> "Scale":
        """Return the scale of a Forward of the samples taken."""
        return cls(reduction, len(names.taken), names.m, k, names.rows is not None)

    @property
    def value(self) -> float:
        """The factor before the sum of the squares."""
        if self.reduction is Reduction.SUM:
            return 1.0
        mean = 1 / (self.count * self.k)
        return mean * self.count / self.m if self._is_weighted else mean

    def symbols(self, over: str) -> tuple[Expression, ...]:
        """Return the factor times `over`; N is how many numbers y_pred has, r how many of m rows were taken."""
        return self._written(over, "N", "r", "m")

    def numbers(self, over: str) -> tuple[Expression, ...]:
        """Return the factor times `over`, with the numbers of this layer."""
        return self._written(over, str(self.count * self.k), str(self.count), str(self.m))

    @property
    def _is_weighted(self) -> bool:
        return self.reduction is Reduction.WEIGHTED and self.is_part

    def _written(self, over: str, under: str, rows: str, m: str) -> tuple[Expression, ...]:
        if self.reduction is Reduction.SUM:
            return () if over == "1" else (Symbol(f"{over} "),)
        mean = (Fraction(Symbol(over), Symbol(under)), Symbol(" "))
        return (*mean, Symbol("· "), Fraction(Symbol(rows), Symbol(m)), Symbol(" ")) if self._is_weighted else mean


def is_zero(forward: ForwardPass, rows: int) -> npt.NDArray[np.bool_]:
    """Return where ∂loss/∂z is exactly 0 in float32, (rows, k), in the order in which PyTorch's Backward multiplies.

    `rows` is of how many of the samples taken, the first ones.

    Where σ′(z) is 0 it is, unless ∂loss/∂ŷ is not finite; and where the product of both is too small for a float32.
    """
    names = Names(len(forward.x), forward.rows)
    y_pred, y_true = forward.y_pred[:rows], forward.y_true[list(names.taken[:rows])]
    scale = np.float32(Scale.of(names, y_true.shape[1], forward.reduction).value)
    with np.errstate(all="ignore"):
        slope = scale * (np.float32(2) * (y_pred - y_true))
        zero: npt.NDArray[np.bool_] = slope * (np.float32(1) - y_pred) * y_pred == 0
    return zero


def loss_symbols(names: Names, k: int, reduction: Reduction) -> Expression:
    """Return Σ (y − ŷ)², or its mean."""
    column = 0 if k == 1 else "j"
    y, y_pred = names.name("y_true", names.sample, column), names.name("y_pred", names.sample, column)
    return Row((*Scale.of(names, k, reduction).symbols("1"), *names.over(k), squared(y, Symbol(f" {MINUS} "), y_pred)))


def loss_numbers(layer: Layer) -> tuple[Expression, ...]:
    """Return that sum with its numbers, and where it has several terms, with their values."""
    count = len(layer.taken) * layer.k

    def pair(place: int) -> tuple[Number, Number]:
        row, column = layer.taken[place // layer.k], place % layer.k
        return layer.number("y_true", row, column), layer.number("y_pred", row, column)

    def term(place: int) -> Expression:
        y, y_pred = pair(place)
        return squared(y, Symbol(f" {MINUS} "), y_pred)

    def value(place: int) -> Expression:
        y, y_pred = pair(place)
        return computed((y.value - y_pred.value) ** 2, "", (*y.elements, *y_pred.elements))

    def rest(others: slice) -> More:
        return More(others.stop - others.start, computed(_sum_of_squares(layer, others)))

    scale = _scale(layer).numbers("1")
    steps = (_scaled(scale, summed(count, term, rest)),)
    return (*steps, _scaled(scale, summed(count, value, rest))) if count > 1 or scale else steps


def stored_gradient(snapshot: Snapshot, element: Element) -> FloatArray | None:
    """Return the `.grad` that an element of W, b or their gradients belongs to."""
    return snapshot.W_grad if element.name.startswith("W") else snapshot.b_grad


def incoming(deposit: Deposit, element: Element) -> float | None:
    """Return what a Backward added to an element of `.grad`; None where it never arrived."""
    array = deposit.W_grad if element.name.startswith("W") else deposit.b_grad
    return None if array is None else float(as_table(array)[element.row, element.column])


def arrived(snapshot: Snapshot, element: Element) -> tuple[Deposit, ...]:
    """Return the deposits that reached an element of `.grad`."""
    return tuple(deposit for deposit in snapshot.deposits if incoming(deposit, element) is not None)


def in_symbols(snapshot: Snapshot, element: Element) -> tuple[Equation, ...]:
    """Return the chain rule of a Forward and a Backward that are still to come."""
    names = Names(snapshot.m, snapshot.rows)
    _, by = _names(names, element)
    return (Equation(derivative(by), _chain(names, element, Scale.of(names, snapshot.k, snapshot.reduction))),)


def of_zeros(snapshot: Snapshot, element: Element, value: float) -> tuple[Equation, ...]:
    """Return that there is a zero and nothing was added."""
    left, _ = _names(Names(snapshot.m, snapshot.rows), element)
    return (Equation(left, (read(value, left.code, element).bare,)),)


def in_numbers(
    snapshot: Snapshot, element: Element, deposits: tuple[Deposit, ...], value: float
) -> tuple[Equation, ...]:
    """Return how an element of `.grad` came to be: the terms of one Backward, or a sum of several Backwards."""
    first = deposits[0]
    names = Names(snapshot.m, first.forward.rows)
    left, by = _names(names, element)
    total = read(value, left.code, element).bare
    if len(deposits) == 1 and first.count == 1:
        layer = Layer(first.forward)
        steps = (*_chain(names, element, _scale(layer)), *_terms(layer, element), total)
        return (Equation(derivative(by), steps),)
    numbers = [_incoming_number(deposit, element, left) for deposit in deposits]
    shares = [_share(label) for label in _labels(deposits)]

    def rest(others: slice) -> More:
        count = sum(deposit.count for deposit in deposits[others])
        return More(count, computed(sum(number.value for number in numbers[others])))

    summands = summed(len(deposits), shares.__getitem__, rest)
    values = summed(len(deposits), numbers.__getitem__, rest)
    symbols = (Symbol("…") if isinstance(each, More) else each for each in summands)
    equations = [Equation(left, (added(*symbols), added(*values), total)), _general(deposits, element, by)]
    shown = [place for place, share in enumerate(shares) if share in summands]
    equations += _each([(deposits[place], shares[place], numbers[place]) for place in shown], element)
    return tuple(equations)


def terms(forward: ForwardPass, element: Element) -> DoubleArray:
    """Return the term of every sample taken, in float64 from the float32 numbers: (rows,)."""
    layer = Layer(forward)
    y, y_pred = layer.column("y_true", element.column), layer.column("y_pred", element.column)
    by_z = -2 * _scale(layer).value * (y - y_pred) * y_pred * (1 - y_pred)
    return by_z * layer.column("x", element.row) if element.name.startswith("W") else by_z


def _general(deposits: tuple[Deposit, ...], element: Element, by: Name) -> Equation:
    """Return the chain rule of any of the Backwards, as far as it is the same for all."""
    forwards = [deposit.forward for deposit in deposits]
    names = Names(len(forwards[0].x), forwards[0].rows)
    if any(forward.rows != names.rows for forward in forwards):
        names = Names(names.m, None, is_any=True)
    chain, expanded = _chain(names, element, _scale(Layer(forwards[0])))
    steps: tuple[Expression, ...] = (equals(derivative(by), chain),)
    if all(forward.reduction is forwards[0].reduction for forward in forwards):
        steps = (*steps, expanded)
    return Equation(Name("g"), steps)


def _each(summands: list[tuple[Deposit, Expression, Number]], element: Element) -> list[Equation]:
    """Return the terms of each Backward, from the Forward it was made with."""
    equations: list[Equation] = []
    seen: list[tuple[ForwardPass, Expression]] = []
    room = MOST_ROWS
    for deposit, share, number in summands:
        room -= len(Layer(deposit.forward).taken)
        if deposit.count > 1 or (room < 0 and seen):
            continue
        again = next((other for forward, other in seen if forward.is_same_as(deposit.forward)), None)
        steps = _terms(Layer(deposit.forward), element) if again is None else (again,)
        equations.append(Equation(share, (*steps, number.bare)))
        seen.append((deposit.forward, share))
    return equations


def _terms(layer: Layer, element: Element) -> tuple[Expression, ...]:
    """Return the terms of the samples with their numbers: one with its three factors, several with their values."""
    taken = layer.taken
    if len(taken) == 1:
        return _substituted(layer, element, taken[0], MINUS), _factors(layer, element, taken[0])
    values = terms(layer.forward, element)

    def substituted(place: int) -> Expression:
        return _substituted(layer, element, taken[place], "" if place else MINUS)

    def value(place: int) -> Expression:
        return computed(float(values[place]), "", (Element("y_pred", taken[place], element.column),))

    def rest(others: slice) -> More:
        return More(others.stop - others.start, computed(float(values[others].sum())))

    first, *further = summed(len(taken), substituted, rest)
    signed = (led("+ " if isinstance(each, More) else f"{MINUS} ", each) for each in further)
    return Flow((first, *signed)), added(*summed(len(taken), value, rest))


def _substituted(layer: Layer, element: Element, row: int, sign: str) -> Expression:
    """Return 2 (y − ŷ) · ŷ (1 − ŷ) · x with numbers, and a sign before it."""
    y, y_pred = layer.number("y_true", row, element.column), layer.number("y_pred", row, element.column)
    x = layer.number("x", row, element.row) if element.name.startswith("W") else Symbol("1")
    return _expanded((Symbol(sign), *_scale(layer).numbers("2")), y, y_pred, x)


def _factors(layer: Layer, element: Element, row: int) -> Expression:
    """Return ∂loss/∂ŷ · σ′(z) · x, each as one number."""
    y, y_pred = layer.number("y_true", row, element.column), layer.number("y_pred", row, element.column)
    slope = y_pred.value * (1 - y_pred.value)
    by_y_pred = -2 * _scale(layer).value * (y.value - y_pred.value)
    return product(
        computed(by_y_pred, f"∂loss/∂{y_pred.code}", (*y_pred.elements, *y.elements)),
        computed(slope, "σ′(z)", (Element("z", row, element.column), *y_pred.elements)),
        layer.number("x", row, element.row) if element.name.startswith("W") else Symbol("1"),
    )


def _chain(names: Names, element: Element, scale: Scale) -> tuple[Expression, Expression]:
    """Return the three factors by their names, and what they are."""
    s, j = names.sample, element.column
    y, y_pred, z = names.name("y_true", s, j), names.name("y_pred", s, j), names.name("z", s, j)
    x: Expression = names.name("x", s, element.row) if element.name.startswith("W") else Symbol("1")
    chain = product(Row((*names.over(), derivative(y_pred))), Row((Symbol("σ′("), z, Symbol(")"))), x)
    return chain, _expanded((*names.over(), Symbol(MINUS), *scale.symbols("2")), y, y_pred, x)


def _expanded(front: tuple[Expression, ...], y: Expression, y_pred: Expression, x: Expression) -> Expression:
    """Return (y − ŷ) · ŷ (1 − ŷ) · x, and what stands before it."""
    error = Row((*front, Symbol("("), y, Symbol(f" {MINUS} "), y_pred, Symbol(")")))
    slope = Row((y_pred, Symbol(f" (1 {MINUS} "), y_pred, Symbol(")")))
    return product(error, slope, x)


def _names(names: Names, element: Element) -> tuple[Name, Name]:
    """Return the names of an element of `.grad` and of its parameter."""
    parameter = element.name.removesuffix(".grad")
    place = element.row, element.column
    return names.name(f"{parameter}.grad", *place), names.name(parameter, *place)


def _labels(deposits: tuple[Deposit, ...]) -> list[str]:
    """Number the Backwards since the last Zero grad; those that were merged have one label."""
    labels: list[str] = []
    number = 1
    for deposit in deposits:
        last = number + deposit.count - 1
        labels.append(f"({number})" if deposit.count == 1 else f"({number}…{last})")
        number = last + 1
    return labels


def _share(label: str) -> Expression:
    return Power(Name("g"), Symbol(label))


def _incoming_number(deposit: Deposit, element: Element, name: Name) -> Number:
    value = incoming(deposit, element)
    return read(float("nan") if value is None else value, name.code, element)


def _scale(layer: Layer) -> Scale:
    return Scale.of(layer.names, layer.k, layer.forward.reduction)


def _sum_of_squares(layer: Layer, places: slice) -> float:
    """Add up the squares at some places, in float64."""
    forward = layer.forward
    y_true = forward.y_true if forward.rows is None else forward.y_true[np.asarray(forward.rows)]
    difference = (y_true.astype(np.float64) - forward.y_pred).reshape(-1)[places]
    return float(np.vdot(difference, difference))


def _scaled(scale: tuple[Expression, ...], parts: Sequence[Expression]) -> Expression:
    """Return a sum, in parentheses where something is multiplied with it."""
    first, *others = parts
    if not scale or not others:
        return added(Row((*scale, first)), *others)
    *between, last = others
    return added(Row((*scale, Symbol("("), first)), *between, Row((last, Symbol(")"))))
