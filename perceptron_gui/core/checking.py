"""One number in several ways: as PyTorch left it, by its formula, and a gradient by the central difference too."""

import math

import torch

from perceptron_gui.core.chain_rule import Scale, arrived, incoming, stored_gradient
from perceptron_gui.core.editing import as_table
from perceptron_gui.core.layer import Layer
from perceptron_gui.core.questions import Check, Checked
from perceptron_gui.core.snapshot import Element, FloatArray, ForwardPass, Snapshot, TensorName

_EPSILON = torch.finfo(torch.float64).eps
_STEP = _EPSILON ** (1 / 3)
"""Of the sum z: there the error of the difference and that of the rounding are about alike."""


def checked(check: Check) -> Checked:
    """Find a number anew in float64 on the CPU, of one column of the layer a Backward, whatever the layer's size.

    Raises:
        ValueError: there is no such number, or it follows from no other.
    """
    snapshot, element = check.snapshot, check.element
    match element.name:
        case "W.grad" | "b.grad":
            found = _gradient(snapshot, element)
        case "W" | "b":
            found = None if check.before is None else _parameter(snapshot, element, check.before)
        case _:
            found = None if snapshot.forward is None else _made_by_forward(snapshot.forward, element)
    if found is None:
        raise ValueError(element)
    return found


def by_chain_rule(forward: ForwardPass, element: Element) -> float:
    """Return ∂loss/∂ŷ · σ′(z) · x in float64, added up over the samples, from the float32 ŷ."""
    y_true, y_pred = _column(forward, "y_true", element.column), _column(forward, "y_pred", element.column)
    by_y_pred = -2 * _scale(forward) * (y_true - y_pred)
    by_z = by_y_pred * y_pred * (1 - y_pred)
    by_parameter = by_z * _column(forward, "x", element.row) if element.name.startswith("W") else by_z
    return float(by_parameter.sum())


def slope(forward: ForwardPass, element: Element) -> float:
    """Return the central difference of the loss of one Forward by the parameter of a gradient, all in float64."""
    row, column = element.row, element.column
    y_true, scale = _column(forward, "y_true", column), _scale(forward)
    x = _double(forward.x if forward.rows is None else forward.x[list(forward.rows)])
    z = x @ _double(forward.W[:, column]) + float(forward.b[column])
    is_weight = element.name.startswith("W")
    parameter = float(forward.W[row, column] if is_weight else forward.b[column])
    z_by_parameter = x[:, row] if is_weight else torch.ones_like(z)
    step = max(_STEP / max(float(z_by_parameter.abs().max()), 1.0), abs(parameter) * math.sqrt(_EPSILON))

    def y_pred(value: float) -> torch.Tensor:
        return torch.sigmoid(z + (value - parameter) * z_by_parameter)

    above, below = parameter + step, parameter - step
    higher, lower = y_pred(above), y_pred(below)
    # A difference of two squares, as a product: where y_true is large, its square would leave nothing of it.
    difference = scale * ((lower - higher) * (2 * y_true - higher - lower)).sum()
    return float(difference / (above - below))


def _gradient(snapshot: Snapshot, element: Element) -> Checked | None:
    stored = stored_gradient(snapshot, element)
    deposits = arrived(snapshot, element)
    if stored is None or not deposits:
        return None
    by_hand = difference = 0.0
    merged = 0
    for deposit in deposits:
        if deposit.count > 1:
            kept = incoming(deposit, element) or 0.0
            by_hand, difference, merged = by_hand + kept, difference + kept, merged + deposit.count
        else:
            by_hand += by_chain_rule(deposit.forward, element)
            difference += slope(deposit.forward, element)
    return Checked(float(as_table(stored)[element.row, element.column]), by_hand, difference, merged)


def _parameter(snapshot: Snapshot, element: Element, before: Snapshot) -> Checked | None:
    gradient = stored_gradient(before, element)
    if gradient is None:
        return None
    name, place = TensorName(element.name), (element.row, element.column)
    old, new = as_table(before.tensor(name))[place], as_table(snapshot.tensor(name))[place]
    return Checked(float(new), float(old) - before.config.lr * float(as_table(gradient)[place]))


def _made_by_forward(forward: ForwardPass, element: Element) -> Checked | None:
    layer = Layer(forward)
    if element.name == "loss":
        y_true = forward.y_true if forward.rows is None else forward.y_true[list(forward.rows)]
        squares = (_double(y_true) - _double(forward.y_pred)) ** 2
        return Checked(float(forward.loss), _scale(forward) * float(squares.sum()))
    row, column = element.row, element.column
    if row not in layer.taken:
        return None
    stored = layer.number(element.name, row, column).value
    if element.name == "y_pred":
        z = torch.tensor(layer.number("z", row, column).value, dtype=torch.float64)
        return Checked(stored, float(torch.sigmoid(z)))
    z = _double(forward.x[row]) @ _double(forward.W[:, column])
    return Checked(stored, float(z) + float(forward.b[column]))


def _scale(forward: ForwardPass) -> float:
    return Scale.of(Layer(forward).names, forward.W.shape[1], forward.reduction).value


def _column(forward: ForwardPass, name: str, column: int) -> torch.Tensor:
    """Return a column of x, y_true or y_pred, of the rows taken, in float64."""
    return torch.tensor(Layer(forward).column(name, column))


def _double(array: FloatArray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64)
