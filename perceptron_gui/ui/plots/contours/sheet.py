"""The numbers of the slice: the loss at the places of its grid, and the ways of the runs over it."""

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.lines import parameter
from perceptron_gui.core.questions import Landscape
from perceptron_gui.core.snapshot import Element, FloatArray
from perceptron_gui.ui.plots.contours.trail import Trail
from perceptron_gui.ui.plots.sheet import Column, Sheet


def slice_sheet(
    axes: tuple[Element, Element | None], grid: Landscape | None, losses: FloatArray, run: Trail, twin: Trail
) -> Sheet:
    """Return a row a place of the grid, or a point of a run's way: the parameters of the axes, and the loss there.

    `losses` (rows, columns) are those of `grid`, which is None where there is no surface to be seen. `loss` is empty
    at a point at which no Forward was done.
    """
    across, down = axes
    parts: list[tuple[str, int, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]] = []
    if grid is not None:
        second, first = np.meshgrid(grid.second, grid.first, indexing="ij")
        nowhere = np.ma.masked_all(losses.size, np.int64)
        parts.append(("loss", losses.size, nowhere, first.reshape(-1), second.reshape(-1), losses.reshape(-1)))
    for name, trail in (("this run", run), ("twin", twin)):
        known = np.ma.masked_array(trail.losses, np.isnan(trail.losses))
        parts.append((name, len(trail.places), trail.updates, trail.places[:, 0], trail.places[:, 1], known))
    texts = tuple(name for name, count, *_ in parts for _ in range(count))
    updates, x, y, heights = (np.ma.concatenate([part[at] for part in parts]) for at in (2, 3, 4, 5))
    second_axis: tuple[tuple[str, Column], ...] = () if down is None else ((parameter(down), y.astype(np.float32)),)
    return Sheet((
        ("what", texts),
        ("updates", updates.astype(np.int64)),
        (parameter(across), x.astype(np.float32)),
        *second_axis,
        ("loss", heights.astype(np.float32)),
    ))  # fmt: skip
