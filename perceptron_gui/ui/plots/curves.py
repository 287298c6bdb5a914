"""A history as curves over the updates done: one point an update count, always the last at that count."""

from collections.abc import Callable
from itertools import cycle
from operator import is_

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.history import Entry, History, common_start
from perceptron_gui.core.snapshot import FloatArray

Sources = tuple[FloatArray, ...]
Numbers = npt.NDArray[np.float64]


class Curves:
    """The projection of `history.segment`, carried on entry by entry.

    What was read of entries that the next history begins with, the very same objects, is kept; all else is read
    again. So undo, redo, another future and new tensors show what a projection from scratch would.
    """

    def __init__(self, read: Callable[[Entry], Sources | None], widest: int) -> None:
        """Read points with `read`.

        Args:
            read: gives the arrays of the point that an entry makes, or None where it makes none.
            widest: how many of their numbers, in order, are kept of a point.
        """
        self._read = read
        self._widest = widest
        self._entries: tuple[Entry, ...] = ()
        self._first = 0
        self._sources: Sources = ()
        self._length = 0
        self._counts: Numbers = np.empty(0)
        self._values: FloatArray = np.empty((0, 0), np.float32)

    @property
    def counts(self) -> Numbers:
        """The update counts, (points,)."""
        return self._counts[: self._length]

    @property
    def values(self) -> FloatArray:
        """The values, (points, width)."""
        return self._values[: self._length]

    def forget(self) -> None:
        """Keep no entry alive."""
        self._entries, self._first, self._sources, self._length = (), 0, (), 0

    def follow(self, history: History) -> bool:
        """Become the projection of `history`; return whether a point was read anew."""
        entries = history.entries[: history.index + 1]
        same = common_start(self._entries, entries)
        is_cut = same < len(self._entries)
        self._entries = entries
        is_new = same <= self._first
        in_segment = is_new
        if is_new:
            self._first = len(entries) - len(history.segment)
            self._cut(-1)
            same = self._first
        elif is_cut:
            # An entry that is gone may have replaced the point at this count.
            count = entries[same - 1].updates
            while same > self._first and entries[same - 1].updates == count:
                same -= 1
            self._cut(count)
        points: dict[int, Sources] = {}
        for index, entry in enumerate(entries[same:], same):
            if not in_segment and entry.makes_new_tensors:
                self._first, is_new = index, True
                self._cut(-1)
                points.clear()
            sources = self._read(entry)
            if sources is not None:
                points[entry.updates] = sources
        return self._add(points) or is_new or is_cut

    def _add(self, points: dict[int, Sources]) -> bool:
        """Add points, the first of which may replace the last one; return whether there was anything to add."""
        if self._length and points:
            count, sources = next(iter(points.items()))
            if count == self._counts[self._length - 1]:
                if all(map(is_, sources, self._sources)):
                    del points[count]
                else:
                    self._length -= 1
        if not points:
            return False
        *_, self._sources = points.values()
        left, sizes = self._widest, []
        for array in self._sources:
            sizes.append(min(array.size, left))
            left -= sizes[-1]
        arrays = [array for sources in points.values() for array in sources]
        if sum(array.size for array in self._sources) > self._widest:
            arrays = [array.reshape(-1)[:size] for array, size in zip(arrays, cycle(sizes), strict=False)]
        self._make_room(len(points), sum(sizes))
        first, self._length = self._length, self._length + len(points)
        self._counts[first : self._length] = list(points)
        self._values[first : self._length] = np.concatenate(arrays, axis=None).reshape(len(points), -1)
        return True

    def _make_room(self, more: int, width: int) -> None:
        needed = self._length + more
        if width != self._values.shape[1]:
            self._values = np.empty((len(self._counts), width), np.float32)
        if needed > len(self._counts):
            room = max(64, 2 * needed) - self._length
            self._counts = np.concatenate([self.counts, np.empty(room)])
            self._values = np.concatenate([self.values, np.empty((room, width), np.float32)])

    def _cut(self, count: int) -> None:
        """Drop the points from `count` updates on."""
        self._length = int(np.searchsorted(self.counts, count))
        self._sources = ()
