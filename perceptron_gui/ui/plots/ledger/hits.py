"""Which slab or bar of a ledger lies under the pointer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.ui.plots.ledger.geometry import INCOMING, INCOMING_WIDTH, STACK, STACK_WIDTH, Ledger
from perceptron_gui.ui.plots.plot import REACH

_Reals = npt.NDArray[np.float64]
ToPixels = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[_Reals, _Reals]]


@dataclass(frozen=True, slots=True)
class Slab:
    """A slab: the index of its deposit, and the column of its parameter."""

    index: int
    column: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored value of a parameter: its line, or the place of its stack."""

    column: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """The bar of the last Backward."""

    column: int


Hit = Slab | Stored | Incoming


def hit(ledger: Ledger, to_pixels: ToPixels, x: float, y: float) -> Hit | None:
    """Return what is at a place, in pixels, or nearest to it within reach; slabs before the rest."""
    found: list[tuple[float, Hit]] = []
    if ledger.drawn.any():
        indices, columns = np.nonzero(ledger.drawn)
        left = ledger.left[ledger.drawn]
        right = left + ledger.width[columns]
        distances = _distances(
            to_pixels, x, y, (left, right), (ledger.before[ledger.drawn], ledger.after[ledger.drawn])
        )
        nearest = int(distances.argmin())
        found.append((float(distances[nearest]), Slab(int(indices[nearest]), int(columns[nearest]))))
    columns = np.arange(len(ledger.parameters))
    values = np.nan_to_num(ledger.stored, nan=0.0, posinf=0.0, neginf=0.0)
    has_slabs = ledger.drawn.any(axis=0)
    low = np.where(has_slabs, values, 0.0)
    for kind, values_at, low_at, place, width, mask in (
        (Stored, values, low, STACK, STACK_WIDTH, np.ones(len(columns), np.bool_)),
        (
            Incoming,
            np.nan_to_num(ledger.incoming, nan=0.0, posinf=0.0, neginf=0.0),
            np.zeros(len(columns)),
            INCOMING,
            INCOMING_WIDTH,
            ~np.isnan(ledger.incoming) | ledger.incoming_is_none,
        ),
    ):
        if mask.any():
            edges = (columns[mask] + place - width / 2, columns[mask] + place + width / 2)
            distances = _distances(to_pixels, x, y, edges, (low_at[mask], values_at[mask]))
            nearest = int(distances.argmin())
            found.append((float(distances[nearest]), kind(int(columns[mask][nearest]))))
    if not found:
        return None
    distance, nearest_hit = min(found, key=lambda pair: pair[0])
    return nearest_hit if distance <= REACH else None


def _distances(
    to_pixels: ToPixels,
    x: float,
    y: float,
    edges: tuple[npt.ArrayLike, npt.ArrayLike],
    ends: tuple[npt.ArrayLike, npt.ArrayLike],
) -> _Reals:
    """Return how far a place lies outside of each of some rectangles."""
    left, first = to_pixels(edges[0], ends[0])
    right, last = to_pixels(edges[1], ends[1])
    with np.errstate(over="ignore", invalid="ignore"):
        across = np.maximum(np.maximum(left - x, x - right), 0)
        down = np.maximum(np.maximum(np.minimum(first, last) - y, y - np.maximum(first, last)), 0)
        distances: _Reals = np.nan_to_num(np.hypot(across, down), nan=np.inf, posinf=np.inf)
    return distances
