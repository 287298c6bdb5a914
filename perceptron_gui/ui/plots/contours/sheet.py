"""The numbers of the slice: the loss at the places of its grid, and the ways of the runs over it."""

import numpy as np

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
    nothing = np.empty(0, np.float32)
    second, first = (nothing, nothing) if grid is None else np.meshgrid(grid.second, grid.first, indexing="ij")
    heights = nothing if grid is None else losses.reshape(-1)
    trails = {"this run": run, "twin": twin}
    what = ["loss"] * heights.size + [name for name, trail in trails.items() for _ in trail.updates]
    x, y = (
        np.concatenate([places.reshape(-1), *(trail.places[:, at] for trail in trails.values())]).astype(np.float32)
        for at, places in enumerate((first, second))
    )
    updates = np.concatenate([np.zeros(heights.size, np.int64), *(trail.updates for trail in trails.values())])
    known = np.concatenate([trail.losses for trail in trails.values()])
    is_of_grid = np.arange(len(what)) < heights.size
    return Sheet((
        Column("what", tuple(what)),
        Column("updates", updates, ~is_of_grid),
        Column(parameter(across), x),
        *([] if down is None else [Column(parameter(down), y)]),
        Column(
            "loss",
            np.concatenate([heights, known]).astype(np.float32),
            is_of_grid | ~np.concatenate([np.zeros(heights.size, np.bool_), np.isnan(known)]),
        ),
    ))  # fmt: skip
