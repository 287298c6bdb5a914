"""How one number of the window follows from others, as data: symbols, and the numbers of this moment.

What is shown as read is a float32 of a tensor; what is computed from such is float64.
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from perceptron_gui.core import chain_rule
from perceptron_gui.core.actions import Operation, Ran
from perceptron_gui.core.editing import as_table
from perceptron_gui.core.formula import (
    MINUS,
    Equation,
    Expression,
    Fraction,
    More,
    Name,
    Number,
    Power,
    Row,
    Sum,
    Symbol,
    added,
    computed,
    equals,
    product,
    read,
)
from perceptron_gui.core.freshness import stale_gradient
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.layer import Layer, Names, summed
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot, TensorName

PARAMETERS = frozenset({"W", "b"})
GRADIENTS = frozenset({"W.grad", "b.grad"})


class Remark(Enum):
    """Why there are no numbers, or of when they are."""

    NO_FORWARD = "no forward"
    ROW_NOT_TAKEN = "row not taken"
    NO_GRADIENT = "no gradient"
    ZEROED = "zeroed"
    MERGED = "merged"
    EARLIER_UPDATE = "earlier update"
    WITHIN_RUN = "within run"


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """The formula of one number.

    `value` is the number itself, None where there is none. `stale` names what was changed since it was computed.
    `before` is the state that an Update changed, where it made this number.
    """

    element: Element
    equations: tuple[Equation, ...]
    value: float | None
    remark: Remark | None = None
    stale: tuple[str, ...] = ()
    before: Snapshot | None = None

    @property
    def can_be_checked(self) -> bool:
        """Whether there is a number that follows from others."""
        return self.value is not None and self.remark not in {Remark.ZEROED, Remark.WITHIN_RUN}


def followed(history: History) -> Element:
    """Return the number to show while a person has chosen none: what the last phase is about."""
    snapshot = history.current
    wanted = {
        Operation.FORWARD: Element("loss", 0, 0),
        Operation.BACKWARD: Element("W.grad", 0, 0),
        Operation.UPDATE: Element("W", 0, 0),
        Operation.ZERO_GRAD: Element("W.grad", 0, 0),
    }
    last = next((entry.last_phase for entry in reversed(history.segment) if entry.last_phase is not None), None)
    if last is not None:
        found = derived(history, wanted[last])
        if found is not None and found.value is not None:
            return wanted[last]
    if snapshot.deposits:
        return wanted[Operation.BACKWARD]
    if snapshot.forward is not None:
        return wanted[Operation.FORWARD]
    return Element("z", 0 if snapshot.rows is None else snapshot.rows[0], 0)


def derived(history: History, element: Element) -> Derivation | None:
    """Return how an element follows from others; None for one that is an input, or is not there."""
    snapshot = history.current
    m, n, k = snapshot.m, snapshot.n, snapshot.k
    sizes = {
        "z": (m, k),
        "y_pred": (m, k),
        "loss": (1, 1),
        "W": (n, k),
        "W.grad": (n, k),
        "b": (1, k),
        "b.grad": (1, k),
    }
    rows, columns = sizes.get(element.name, (0, 0))
    if not (0 <= element.row < rows and 0 <= element.column < columns):
        return None
    if element.name in PARAMETERS:
        return _parameter(history, element)
    if element.name in GRADIENTS:
        return _gradient(snapshot, element)
    return _of_forward(snapshot, element)


def _of_forward(snapshot: Snapshot, element: Element) -> Derivation:
    forward = snapshot.forward
    names = Names(snapshot.m, snapshot.rows if forward is None else forward.rows)
    left = names.name(element.name, element.row, element.column)
    if element.name == "loss":
        reduction = snapshot.reduction if forward is None else forward.reduction
        steps = (chain_rule.loss_symbols(names, snapshot.k, reduction),)
    else:
        steps = (_SYMBOLS[element.name](names, element),)
    if forward is None:
        return Derivation(element, (Equation(left, steps),), None, Remark.NO_FORWARD)
    if element.name != "loss" and element.row not in names.taken:
        return Derivation(element, (Equation(left, steps),), None, Remark.ROW_NOT_TAKEN)
    layer = Layer(forward)
    stored = layer.number(element.name, element.row, element.column)
    equation = Equation(left, (*steps, *_NUMBERS[element.name](layer, element), stored.bare))
    return Derivation(element, (equation,), stored.value, stale=snapshot.stale)


def _z_symbols(names: Names, element: Element) -> Expression:
    x, W = names.name("x", element.row, "i"), names.name("W", "i", element.column)
    return added(product(Row((Sum("i"), x)), W), names.name("b", 0, element.column))


def _z_numbers(layer: Layer, element: Element) -> tuple[Expression, ...]:
    row, column = element.row, element.column

    def term(i: int) -> Expression:
        return product(layer.number("x", row, i), layer.number("W", i, column))

    def rest(others: slice) -> More:
        x, W = layer.forward.x[row, others], layer.forward.W[others, column]
        return More(len(x), computed(float(x.astype(np.float64) @ W.astype(np.float64))))

    terms = summed(layer.n, term, rest)
    return (added(*terms, layer.number("b", 0, column)),)


def _y_pred_symbols(names: Names, element: Element) -> Expression:
    z = names.name("z", element.row, element.column)
    return equals(Row((Symbol("σ("), z, Symbol(")"))), _sigmoid(z))


def _y_pred_numbers(layer: Layer, element: Element) -> tuple[Expression, ...]:
    return (_sigmoid(layer.number("z", element.row, element.column)),)


def _sigmoid(z: Expression) -> Fraction:
    return Fraction(Symbol("1"), Row((Symbol("1 + "), Power(Symbol("e"), Row((Symbol(MINUS), z))))))


def _loss_numbers(layer: Layer, _element: Element) -> tuple[Expression, ...]:
    return chain_rule.loss_numbers(layer)


_SYMBOLS = {"z": _z_symbols, "y_pred": _y_pred_symbols}
_NUMBERS = {"z": _z_numbers, "y_pred": _y_pred_numbers, "loss": _loss_numbers}


def _gradient(snapshot: Snapshot, element: Element) -> Derivation:
    stored = chain_rule.stored_gradient(snapshot, element)
    if stored is None:
        return Derivation(element, chain_rule.in_symbols(snapshot, element), None, Remark.NO_GRADIENT)
    value = float(as_table(stored)[element.row, element.column])
    deposits = chain_rule.arrived(snapshot, element)
    if not deposits:
        return Derivation(element, chain_rule.of_zeros(snapshot, element, value), value, Remark.ZEROED)
    equations = chain_rule.in_numbers(snapshot, element, deposits, value)
    remark = Remark.MERGED if any(deposit.count > 1 for deposit in deposits) else None
    return Derivation(element, equations, value, remark, stale_gradient(snapshot, element.name))


def _parameter(history: History, element: Element) -> Derivation | None:
    """Return the last Update of an element of W or b; None where it was typed or made since."""
    made = _made_by_update(history, element)
    if made is None:
        return None
    path = history.path
    after, is_run = path[made].snapshot, isinstance(path[made].action, Ran)
    before = _before_update(path[made]) if is_run else path[made - 1].snapshot
    gradient = None if before is None else chain_rule.stored_gradient(before, element)
    names = Names(after.m, after.rows)
    name = names.name(element.name, element.row, element.column)
    by = names.name(f"{element.name}.grad", element.row, element.column)
    symbols = added(name, product(Name("lr", (), "lr"), by), sign=MINUS)
    if before is None or gradient is None:
        # The Update went before the phase that a run ended with: its numbers are those of another moment.
        value = _number(_array(after, element), name).value
        return Derivation(element, (Equation(name, (symbols,), "←"),), value, Remark.WITHIN_RUN)
    lr = before.config.lr
    old = _number(_array(before, element), name)
    numbers = added(old, product(Number(lr, repr(lr), repr(lr), "lr"), _number(gradient, by)), sign=MINUS)
    new = _number(_array(after, element), name)
    return Derivation(
        element,
        (Equation(name, (symbols, numbers, new.bare), "←"),),
        new.value,
        None if made == history.index else Remark.EARLIER_UPDATE,
        before=before,
    )


def _array(snapshot: Snapshot, element: Element) -> FloatArray:
    return snapshot.tensor(TensorName(element.name))


def _number(array: FloatArray, name: Name) -> Number:
    """Return the element of W, b or their gradients that a name stands for."""
    (element,) = name.elements
    return read(float(as_table(array)[element.row, element.column]), name.code, element)


def _made_by_update(history: History, element: Element) -> int | None:
    """Return the index of the entry whose Update, or last Update, gave an element its value."""
    path = history.path
    for index in range(history.index, 0, -1):
        entry, before = path[index], path[index - 1].snapshot
        if entry.makes_new_tensors:
            return None
        now, then = _array(entry.snapshot, element), _array(before, element)
        if now is then:
            continue
        if entry.action is Operation.UPDATE or isinstance(entry.action, Ran):
            return index
        place = element.row, element.column
        if as_table(now)[place].tobytes() != as_table(then)[place].tobytes():
            return None
    return None


def _before_update(entry: Entry) -> Snapshot | None:
    """Return the state before the Update that a run ended with; None where it went on with another phase."""
    forward = entry.snapshot.forward
    if entry.last_phase is not Operation.UPDATE or forward is None:
        return None
    return replace(entry.snapshot, W=forward.W, b=forward.b)
