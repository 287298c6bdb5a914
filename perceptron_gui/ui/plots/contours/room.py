"""Who stands where in a plot: words find a free place, in pixels."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float64]
ToPixels = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[Pixels, Pixels]]
_SIDES = np.array([(1, 0), (-1, 0), *((across, down) for across in (0, 0.5, -0.5, 1, -1) for down in (-1, 1))])
_GAP = 2.0


class Room:
    """A rectangle from (0, 0) to (width, height), and the boxes in it that are taken.

    A crowd is what a word that has to be said may stand on.
    """

    def __init__(self, width: float, height: float) -> None:
        self._size = np.array([width, height])
        self._taken: Pixels = np.empty((0, 4))
        self._crowd: Pixels = np.empty((0, 4))

    def holds(self, point: Pixels) -> bool:
        """Whether a point (2,) lies inside."""
        return bool((point >= 0).all() and (point <= self._size).all())

    def take(self, middles: Pixels, width: float, height: float, *, is_crowd: bool = False) -> None:
        """Take boxes of one size around `middles`, (boxes, 2)."""
        boxes = _boxes(middles, width, height)
        if is_crowd:
            self._crowd = np.concatenate([self._crowd, boxes])
        else:
            self._taken = np.concatenate([self._taken, boxes])

    def without_crowd(self) -> "Room":
        """Return the same room, in which nothing but the crowd may be stood on."""
        room = Room(*self._size.tolist())
        room._taken = self._taken
        return room

    def first_free(self, middles: Pixels, width: float, height: float) -> int | None:
        """Return the first of the places (places, 2) around which a box lies inside and free; it is taken then."""
        left, top, right, bottom = _boxes(middles, width + _GAP, height).T
        is_inside = (left >= 0) & (top >= 0) & (right <= self._size[0]) & (bottom <= self._size[1])
        others = np.concatenate([self._taken, self._crowd]).T[:, :, None]
        overlaps = (left < others[2]) & (right > others[0]) & (top < others[3]) & (bottom > others[1])
        found = np.flatnonzero(is_inside & ~overlaps.any(axis=0))
        if not found.size:
            return None
        self.take(middles[found[:1]], width, height)
        return int(found[0])

    def beside(self, points: Pixels, width: float, height: float, distance: float) -> tuple[float, float] | None:
        """Return the middle of a free box beside the first of the points (points, 2) that has one; it is taken then."""
        reach = np.array([distance + width / 2, distance + height / 2])
        middles = (points[:, None] + _SIDES * reach).reshape(-1, 2)
        index = self.first_free(middles, width, height)
        return None if index is None else (float(middles[index, 0]), float(middles[index, 1]))


def _boxes(middles: Pixels, width: float, height: float) -> Pixels:
    half = np.array([width, height]) / 2
    return np.concatenate([middles - half, middles + half], axis=1)
