"""Numbers as colours: places on a scale around zero, as bytes that a table of colours is looked up by. No drawing."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from perceptron_gui.core.snapshot import FloatArray, Snapshot
from perceptron_gui.ui.theme import Colors

MOST_ROWS = 1024
"""A larger side of W is drawn in strides: the map is smaller on the screen anyway."""
NOT_FINITE, LOWEST, ZERO, HIGHEST = 0, 1, 128, 255
Codes = npt.NDArray[np.uint8]


def tables(colors: Colors) -> tuple[Codes, Codes]:
    """Return the colours (256, 3) of a scale around zero, blue below and orange above, and of one that begins at 0."""
    below, zero, above, counted, nothing = (
        _rgb(name) for name in (colors.series[0], colors.base, colors.series[1], colors.series[2], colors.stale)
    )
    places = np.arange(256)[:, None]
    part = np.minimum(np.abs(places - ZERO) / (HIGHEST - ZERO), 1.0)
    diverging = zero + part * (np.where(places < ZERO, below, above) - zero)
    rising = zero + part * (counted - zero)
    for table in (diverging, rising):
        table[NOT_FINITE] = nothing
    return diverging.astype(np.uint8), rising.astype(np.uint8)


def coded(values: FloatArray | None, shape: tuple[int, int], largest: float) -> Codes:
    """Return numbers as places on a scale from -largest to largest: 1 to 255, and 0 where there is none to show."""
    if values is None:
        return np.full(shape, NOT_FINITE, np.uint8)
    with np.errstate(over="ignore", invalid="ignore"):
        # Divided first: 127 / largest would be inf for a subnormal one.
        places = values / np.float32(largest) if largest else np.zeros_like(values)
        places *= np.float32(HIGHEST - ZERO)
        places += np.float32(ZERO)
        np.rint(places, out=places)
        codes = places.astype(np.uint8)
    if not np.isfinite(values.sum(dtype=np.float64)):
        codes[~np.isfinite(values)] = NOT_FINITE
    return codes


def strides(shape: tuple[int, int]) -> tuple[int, int]:
    """Return of how many rows and columns one is drawn."""
    rows, columns = (-(-size // MOST_ROWS) for size in shape)
    return rows, columns


def thinned(W: FloatArray | None, b: FloatArray | None) -> tuple[FloatArray | None, FloatArray | None]:
    """Return what is drawn of W (n, k) and b (k,), both as tables."""
    across = 1 if b is None else strides((1, len(b)))[1]
    if W is not None:
        down, across = strides((W.shape[0], W.shape[1]))
        W = np.ascontiguousarray(W[::down, ::across])
    return W, None if b is None else b[None, ::across]


def backwards(snapshot: Snapshot) -> tuple[FloatArray | None, FloatArray | None]:
    """Return how many Backwards since the last Zero grad reached what is drawn of W and of b; None before the first."""
    if not snapshot.deposits:
        return None, None
    down, across = strides(snapshot.W.shape)
    shape = snapshot.W[::down, ::across].shape
    of_W = sum(deposit.count for deposit in snapshot.deposits if deposit.W_grad is not None)
    of_b = sum(deposit.count for deposit in snapshot.deposits if deposit.b_grad is not None)
    return np.full(shape, of_W, np.float32), np.full((1, shape[1]), of_b, np.float32)


def largest(values: FloatArray | None) -> float:
    """Return the largest finite magnitude, 0 where there is none."""
    if values is None or not values.size:
        return 0.0
    largest = float(max(values.max(), -values.min()))
    if np.isfinite(largest):
        return largest
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _rgb(name: str) -> npt.NDArray[np.float64]:
    color = QColor(name)
    return np.array([color.red(), color.green(), color.blue()], np.float64)
