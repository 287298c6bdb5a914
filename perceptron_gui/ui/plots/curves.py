"""A history as curves over the updates done: one point an update count, always the last at that count."""

from collections.abc import Callable
from operator import is_
from typing import Any

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.history import Entry, History
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
        same = _common_start(self._entries, entries)
        is_cut = same < len(self._entries)
        self._entries = entries
        if same <= self._first:
            self._first = len(entries) - len(history.segment)
            self._cut(-1)
            same = self._first
        elif is_cut:
            # An entry that is gone may have replaced the point at this count.
            count = entries[same - 1].updates
            while same > self._first and entries[same - 1].updates == count:
                same -= 1
            self._cut(count)
        has_new = [self._add(index, entry) for index, entry in enumerate(entries[same:], same)]
        return is_cut or any(has_new)

    def _add(self, index: int, entry: Entry) -> bool:
        has_new_tensors = entry.makes_new_tensors
        if has_new_tensors:
            self._first = index
            self._cut(-1)
        sources = self._read(entry)
        if sources is None:
            return has_new_tensors
        count = entry.updates
        if self._length and self._counts[self._length - 1] == count:
            if len(sources) == len(self._sources) and all(map(is_, sources, self._sources)):
                return has_new_tensors
            self._length -= 1
        self._append(count, sources)
        return True

    def _append(self, count: int, sources: Sources) -> None:
        left = self._widest
        row: list[Any] = []
        for array in sources:
            row.append(array.reshape(-1)[:left])
            left -= row[-1].size
        width = self._widest - left
        if width != self._values.shape[1]:
            self._length = 0
            self._values = np.empty((0, width), np.float32)
        if self._length == len(self._values):
            room = max(64, 2 * self._length)
            self._counts = np.concatenate([self.counts, np.empty(room - self._length)])
            self._values = np.concatenate([self.values, np.empty((room - self._length, width), np.float32)])
        self._counts[self._length] = count
        np.concatenate(row, out=self._values[self._length])
        self._sources = sources
        self._length += 1

    def _cut(self, count: int) -> None:
        """Drop the points from `count` updates on."""
        self._length = int(np.searchsorted(self.counts, count))
        self._sources = ()


def _common_start(first: tuple[Entry, ...], second: tuple[Entry, ...]) -> int:
    """Return how many entries both begin with: entries compare by identity, and slices at the speed of C."""
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    while low < high - 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low
