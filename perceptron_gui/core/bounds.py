"""How far two machines may be apart in a number that each of them computed in float32 from the same numbers.

`PART` of the sum of the absolute terms that make a number up, and what the numbers it is made of may be apart already:

    z        c·A                                        A = |x| @ |W| + |b|
    y_pred   c·ŷ + s·δz                                 s = the largest σ′ within z ± δz
    error    c·|e| + δŷ                                 e = y_true − ŷ
    loss     Σ (c·e² + 2·|e|·δe + δe²)                  with the mean times 1/size, and rows/m of a weighted part
    ∂loss/∂z c·g·u + g·δu + u·δg + δg·δu                g = 2·|e|, u = ŷ·(1 − ŷ), δg = c·g + 2·δe
                                                        δu = c·u + |1 − 2·ŷ|·δŷ + δŷ²
    W.grad   |x|ᵀ @ (c·|∂loss/∂z| + δ∂loss/∂z)          of one Backward; b.grad the same with 1 for x
    added up c·(|before| + |incoming|) + δincoming
    Update   c·(|W| + |lr·W.grad|)
    randn    c·(1 + |W|)                                the generator's integers are the same; log and cos may not be

with c = 1e-5, all in float64 from the float32 numbers that went in. Each δ has 2^-126 more: below that float32 has
fewer digits. Where the terms of a number are finite but their sum is beyond float32, it depends on their order whether
it overflows: δ is infinite there. What follows from a NaN or an infinity that went in has no leeway.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.snapshot import FloatArray, ForwardPass, Reduction

PART = 1e-5
_LEAST = 2.0**-126
_LARGEST = float(np.finfo(np.float32).max)
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ForwardBounds:
    """Of one Forward: for z and y_pred (rows taken, k), loss (), and what one Backward brings, (n, k) and (k,)."""

    z: Reals
    y_pred: Reals
    loss: Reals
    W_grad: Reals
    b_grad: Reals


def of_forward(forward: ForwardPass) -> ForwardBounds:
    """Return the bounds of what is computed from the x, y_true, W and b that a Forward was made with."""
    rows = slice(None) if forward.rows is None else list(forward.rows)
    x, y_true = forward.x[rows].astype(np.float64), forward.y_true[rows].astype(np.float64)
    W, b = forward.W.astype(np.float64), forward.b.astype(np.float64)
    with np.errstate(all="ignore"):
        z = x @ W + b
        of_z = _bound(abs(x) @ abs(W) + abs(b))
        y_pred = _sigmoid(z)
        of_y_pred = _bound(y_pred, _slope(np.maximum(abs(z) - of_z, 0)) * of_z)
        error = y_true - y_pred
        of_error = _bound(abs(error), of_y_pred)
        scale = _scale(forward)
        squares = scale * error**2
        of_loss = _bound(squares.sum(), (scale * (2 * abs(error) * of_error + of_error**2)).sum())
        above = 2 * scale * abs(error)
        of_above = _bound(above, 2 * scale * of_error)
        slope = y_pred * (1 - y_pred)
        of_slope = _bound(slope, abs(1 - 2 * y_pred) * of_y_pred + of_y_pred**2)
        by_z = above * slope
        of_by_z = _bound(by_z, above * of_slope + slope * of_above + of_above * of_slope)
        of_W_grad = _bound(abs(x).T @ by_z, abs(x).T @ of_by_z)
        of_b_grad = _bound(by_z.sum(axis=0), of_by_z.sum(axis=0))
    return ForwardBounds(of_z, of_y_pred, of_loss, of_W_grad, of_b_grad)


def of_sum(*terms: FloatArray | Reals, apart: Reals | float = 0.0) -> Reals:
    """Return the bound of a sum of terms, element by element, of which one may be `apart` already."""
    with np.errstate(all="ignore"):
        magnitude = sum((np.abs(term.astype(np.float64)) for term in terms), start=np.zeros(()))
        return _bound(magnitude, apart)


def within(first: FloatArray, second: FloatArray, bound: Reals) -> npt.NDArray[np.bool_]:
    """Return which elements of two arrays are as near as the bound says; NaN is near NaN, infinity its own kind."""
    with np.errstate(all="ignore"):
        is_near = np.abs(first.astype(np.float64) - second.astype(np.float64)) <= bound
    is_same: npt.NDArray[np.bool_] = (first == second) | (np.isnan(first) & np.isnan(second))
    return is_same | is_near | np.isposinf(bound)


def _bound(magnitude: Reals, apart: Reals | float = 0.0) -> Reals:
    """Return PART of a sum of absolute terms and what it is `apart` already; see the head of this file."""
    bound = PART * magnitude + _LEAST + apart
    # 0 times what may have overflowed is 0, or NaN.
    bound = np.where((magnitude > _LARGEST) | np.isnan(bound), np.inf, bound)
    return np.where(np.isfinite(magnitude), bound, 0.0)


def _sigmoid(z: Reals) -> Reals:
    small: Reals = np.exp(-abs(z))
    return np.where(z < 0, small, np.float64(1)) / (1 + small)


def _slope(z: Reals) -> Reals:
    return _sigmoid(z) * _sigmoid(-z)


def _scale(forward: ForwardPass) -> float:
    if forward.reduction is Reduction.SUM:
        return 1.0
    mean = 1 / forward.z.size
    is_part = forward.reduction is Reduction.WEIGHTED and forward.rows is not None
    return mean * len(forward.z) / len(forward.x) if is_part else mean
