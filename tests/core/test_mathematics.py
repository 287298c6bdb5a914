"""The numbers against the formulas, in NumPy's float64 and by hand."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given

from perceptron_gui.core import lines
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import FloatArray, ForwardPass, Snapshot
from tests.core.play import BACKWARD, FORWARD, UPDATE, after
from tests.strategies import briefly, snapshots

Float64Array = npt.NDArray[np.float64]

ROUNDING = 1e-6
"""Several float32 roundings, relative to the sum of the absolute terms."""
TINY = 1e-37
"""What subnormal numbers may lose."""


def in_float64(*float32_arrays: FloatArray) -> list[Float64Array]:
    return [array.astype(np.float64) for array in float32_arrays]


def sigmoid(z: Float64Array) -> Float64Array:
    return np.exp(-np.logaddexp(0, -z))


def forward_and_gradients(start: Snapshot) -> tuple[ForwardPass, FloatArray, FloatArray]:
    snapshot = after(start, FORWARD, BACKWARD)
    assert snapshot.forward is not None
    assert snapshot.W_grad is not None
    assert snapshot.b_grad is not None
    return snapshot.forward, snapshot.W_grad, snapshot.b_grad


@briefly
@given(snapshots())
def test_forward_is_the_sigmoid_of_x_W_plus_b(start: Snapshot) -> None:
    x, W, b, y_true = in_float64(start.x, start.W, start.b, start.y_true)
    forward, *_ = forward_and_gradients(start)
    z, y_pred, loss = in_float64(forward.z, forward.y_pred, forward.loss)
    assert np.all(np.abs(z - (x @ W + b)) <= ROUNDING * (np.abs(x) @ np.abs(W) + np.abs(b)) + TINY)
    assert np.all(np.abs(y_pred - sigmoid(z)) <= ROUNDING * sigmoid(z))
    assert loss == pytest.approx(((y_true - y_pred) ** 2).sum(), rel=ROUNDING, abs=TINY)


@briefly
@given(snapshots())
def test_gradients_are_the_closed_form_at_the_prediction(start: Snapshot) -> None:
    forward, W_grad, b_grad = forward_and_gradients(start)
    x, y_true, y_pred = in_float64(start.x, start.y_true, forward.y_pred)
    by_z = -2 * (y_true - y_pred) * y_pred * (1 - y_pred)
    assert np.all(np.abs(W_grad - x.T @ by_z) <= ROUNDING * (np.abs(x).T @ np.abs(by_z)) + TINY)
    assert np.all(np.abs(b_grad - by_z.sum(axis=0)) <= ROUNDING * np.abs(by_z).sum(axis=0) + TINY)


@briefly
@given(snapshots())
def test_gradients_are_the_slope_of_the_loss(start: Snapshot) -> None:
    x, W, b, y_true = in_float64(start.x, start.W, start.b, start.y_true)
    forward, W_grad, b_grad = forward_and_gradients(start)
    (y_pred,) = in_float64(forward.y_pred)
    step = 1e-5

    def loss(W: Float64Array, b: Float64Array) -> float:
        return float(((y_true - sigmoid(x @ W + b)) ** 2).sum())

    # What float32 loses in z and in y_pred, and what that does to each sample's part of the gradient; then what
    # central differences lose themselves: their third derivative, and the digits that the subtraction cancels.
    error_of_z = ROUNDING * (np.abs(x) @ np.abs(W) + np.abs(b))
    error_of_y_pred = y_pred * (1 - y_pred) * error_of_z + 2e-7
    error = 2 * (0.25 + np.abs(y_true - y_pred)) * error_of_y_pred
    error_of_slope = step**2 * np.maximum(np.abs(x), 1).sum() ** 3 * 8 + 1e-14 * (loss(W, b) + 1) / step
    for index in np.ndindex(W.shape):
        nudge = np.zeros_like(W)
        nudge[index] = step
        slope = (loss(W + nudge, b) - loss(W - nudge, b)) / (2 * step)
        bound = np.abs(x[:, index[0]]) @ error[:, index[1]] + error_of_slope
        assert abs(W_grad[index] - slope) <= bound
    for column in range(len(b)):
        nudge = np.zeros_like(b)
        nudge[column] = step
        slope = (loss(W, b + nudge) - loss(W, b - nudge)) / (2 * step)
        assert abs(b_grad[column] - slope) <= error[:, column].sum() + error_of_slope


@pytest.mark.parametrize("rows", [None, (1,), (0, 2)])
def test_gradcheck_passes_on_the_very_lines_that_run(rows: tuple[int, ...] | None) -> None:
    torch_generator = torch.Generator().manual_seed(1)
    x, y_true, W, b = (
        torch.randn(shape, dtype=torch.float64, generator=torch_generator) for shape in [(3, 4), (3, 2), (4, 2), (2,)]
    )

    def loss(W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        names: dict[str, Any] = {"torch": torch, "x": x, "y_true": y_true, "W": W, "b": b}
        exec(lines.forward(rows), names)  # noqa: S102  the lines are text
        tensor: torch.Tensor = names["loss"]
        return tensor

    assert torch.autograd.gradcheck(loss, (W.requires_grad_(), b.requires_grad_()))


@briefly
@given(snapshots())
def test_the_batch_gradient_is_the_sum_of_the_samples_gradients(start: Snapshot) -> None:
    _, W_grad, b_grad = forward_and_gradients(start)
    parts = [forward_and_gradients(row_of(start, row)) for row in range(start.m)]
    for whole, each in ((W_grad, [part[1] for part in parts]), (b_grad, [part[2] for part in parts])):
        terms = np.array(each, np.float64)
        assert np.all(np.abs(whole - terms.sum(axis=0)) <= 4 * ROUNDING * np.abs(terms).sum(axis=0) + TINY)


def row_of(start: Snapshot, row: int) -> Snapshot:
    return Snapshot(start.x[row : row + 1], start.y_true[row : row + 1], start.W, start.b)


def test_a_step_of_the_layer_of_four_by_two_is_plain_pytorchs() -> None:
    start = PRESETS["layer_4x2"]
    layer = torch.nn.Linear(4, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(start.W.T.copy()))
        layer.bias.copy_(torch.tensor(start.b))
    optimizer = torch.optim.SGD(layer.parameters(), lr=start.config.lr)
    y_pred = torch.sigmoid(layer(torch.tensor(start.x)))
    torch.nn.functional.mse_loss(y_pred, torch.tensor(start.y_true), reduction="sum").backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    snapshot = after(start, FORWARD, BACKWARD, UPDATE)
    assert snapshot.forward is not None
    assert snapshot.forward.y_pred == pytest.approx(y_pred.detach().numpy(), rel=ROUNDING)
    assert pytest.approx(layer.weight.detach().numpy().T, rel=ROUNDING) == snapshot.W
    assert snapshot.b == pytest.approx(layer.bias.detach().numpy(), rel=ROUNDING)
