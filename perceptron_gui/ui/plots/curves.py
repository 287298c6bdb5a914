"""A history as curves over the updates done: one point an update count, always the last at that count.

Of a long run there are the points of its overview. What was undone is behind all that: it begins with the last point
at the count where one stands, if that is another.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from operator import is_

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.actions import Ran
from perceptron_gui.core.history import Entry, History, common_start
from perceptron_gui.core.recording import Points
from perceptron_gui.core.snapshot import FloatArray, same_bits

Sources = tuple[FloatArray, ...]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a history.

    point gives the arrays of the point that an entry makes, or None where it makes none; of a run that is its end. run
    gives the values of the points before that, (points, width). The first `widest` numbers of a point are kept.
    """

    point: Callable[[Entry], Sources | None]
    run: Callable[[Points], FloatArray]
    widest: int


class Curves:
    """The projection of `history.segment` and of what was undone of it, carried on entry by entry.

    What was read of entries that the next history begins with, the very same objects, is kept; all else is read
    again. So another future and new tensors show what a projection from scratch would, and to travel reads one point.
    """

    def __init__(self, reading: Reading) -> None:
        self._read, self._read_run, self._widest = reading.point, reading.run, reading.widest
        self._entries: tuple[Entry, ...] = ()
        self.first = 0
        """The position of the entry that they begin with."""
        self._sources: Sources = ()
        self._length = 0
        self._counts: Numbers = np.empty(0)
        self._values: FloatArray = np.empty((0, 0), np.float32)
        self._here: FloatArray | None = None
        self.undone: int | None = None
        """Which of all points is the first one that was undone; None where there is none."""
        self.all_counts: Numbers = self._counts
        """The update counts, those that were undone too, (all points,)."""
        self.all_values: FloatArray = self._values
        """The values, those that were undone too, (all points, width)."""

    @property
    def counts(self) -> Numbers:
        """The update counts up to the shown entry, (points,)."""
        return self.all_counts[: self.undone]

    @property
    def values(self) -> FloatArray:
        """The values up to the shown entry, (points, width)."""
        return self.all_values[: self.undone]

    def forget(self) -> None:
        """Keep no entry alive."""
        self._entries, self.first, self._sources, self._length = (), 0, (), 0
        self._divide(None, None)

    def follow(self, history: History) -> bool:
        """Become the projection of `history`; return whether there is anything else to draw."""
        undone, here = self.undone, self._here
        has_changed = self._follow(history, history.entries[: self._end(history)])
        self._stand(history)
        return has_changed or undone != self.undone or not _are_same(here, self._here)

    def _end(self, history: History) -> int:
        """Return where what was undone ends, or begins with new tensors."""
        entries, known = history.entries, len(self._entries)
        is_known = self.first <= history.index < known and entries[:known] == self._entries
        if is_known and known < len(entries) and entries[known].makes_new_tensors:
            return known
        later = range(max(history.index + 1, known if is_known else 0), len(entries))
        return next((index for index in later if entries[index].makes_new_tensors), len(entries))

    def _follow(self, history: History, entries: tuple[Entry, ...]) -> bool:
        same = common_start(self._entries, entries)
        is_cut = same < len(self._entries)
        self._entries = entries
        is_new = same <= self.first
        in_segment = is_new
        if is_new:
            self.first = history.index + 1 - len(history.segment)
            self._cut(-1)
            same = self.first
        elif is_cut:
            # An entry that is gone may have replaced the point at this count.
            count = entries[same - 1].updates
            while same > self.first and entries[same - 1].updates == count:
                same -= 1
            self._cut(count)
        points: dict[int, Sources] = {}
        for index, entry in enumerate(entries[same:], same):
            if not in_segment and entry.makes_new_tensors:
                self.first, is_new = index, True
                self._cut(-1)
                points.clear()
            if isinstance(entry.action, Ran):
                is_new |= self._add(points) | self._add_run(entry, entry.action)
                points.clear()
            sources = self._read(entry)
            if sources is not None:
                points[entry.updates] = sources
        return self._add(points) or is_new or is_cut

    def _stand(self, history: History) -> None:
        """Tell what was undone from what is before it, as one stands at an entry or within a run."""
        index = history.index
        if index + 1 == len(self._entries) and history.moment is None:
            self._divide(None, None)
            return
        count = history.entry.updates
        undone = int(np.searchsorted(self._counts[: self._length], count))
        is_there = undone < self._length and self._counts[undone] == count
        for entry in (history.entry, *reversed(self._entries[self.first : index])):
            if entry.updates != count:
                break
            sources = self._read(entry)
            if sources is not None:
                here = np.concatenate(self._kept(sources, self._sizes(sources)))
                # The last point at this count may be a later one.
                is_same = is_there and same_bits(here, self._values[undone])
                self._divide(undone + is_same, None if is_same else here, count)
                return
        self._divide(undone, None)

    def _divide(self, undone: int | None, here: FloatArray | None, count: int = 0) -> None:
        """Let what was undone begin at a point, behind one at `count` that is not among those that were read."""
        counts, values = self._counts[: self._length], self._values[: self._length]
        self._here = here
        if undone is None or here is None:
            self.all_counts, self.all_values = counts, values
            self.undone = None if undone == self._length else undone
        else:
            self.all_counts = np.insert(counts, undone, count)
            self.all_values = np.insert(values, undone, here, axis=0)
            self.undone = undone + 1

    def _add_run(self, entry: Entry, ran: Ran) -> bool:
        """Add the points of a run before its end, the first in place of what was at that count; return whether any."""
        points = ran.curve.overview
        values = self._read_run(points)[:, : self._widest]
        if not len(values):
            return False
        counts = points.counts + (entry.updates - ran.updates)
        self._cut(int(counts[0]))
        self._make_room(len(counts), values.shape[1])
        first, self._length = self._length, self._length + len(counts)
        self._counts[first : self._length] = counts
        self._values[first : self._length] = values
        return True

    def _add(self, points: dict[int, Sources]) -> bool:
        """Add points, the first of which may replace the last one; return whether there was anything to add."""
        if self._length and points:
            count, sources = next(iter(points.items()))
            if count == self._counts[self._length - 1]:
                if self._sources and all(map(is_, sources, self._sources)):
                    del points[count]
                else:
                    self._length -= 1
        if not points:
            return False
        *_, self._sources = points.values()
        sizes = self._sizes(self._sources)
        arrays: Iterable[FloatArray] = (array for sources in points.values() for array in sources)
        if sum(array.size for array in self._sources) > self._widest:
            arrays = self._kept(arrays, sizes)
        self._make_room(len(points), sum(sizes))
        first, self._length = self._length, self._length + len(points)
        self._counts[first : self._length] = list(points)
        self._values[first : self._length] = np.concatenate([*arrays], axis=None).reshape(len(points), -1)
        return True

    def _sizes(self, sources: Sources) -> list[int]:
        """Return how many numbers are kept of each array of a point."""
        left, sizes = self._widest, []
        for array in sources:
            sizes.append(min(array.size, left))
            left -= sizes[-1]
        return sizes

    @staticmethod
    def _kept(arrays: Iterable[FloatArray], sizes: list[int]) -> list[FloatArray]:
        return [array.reshape(-1)[:size] for array, size in zip(arrays, cycle(sizes), strict=False)]

    def _make_room(self, more: int, width: int) -> None:
        needed = self._length + more
        if width != self._values.shape[1]:
            self._values = np.empty((len(self._counts), width), np.float32)
        if needed > len(self._counts):
            room = max(64, 2 * needed) - self._length
            self._counts = np.concatenate([self._counts[: self._length], np.empty(room)])
            self._values = np.concatenate([self._values[: self._length], np.empty((room, width), np.float32)])

    def _cut(self, count: int) -> None:
        """Drop the points from `count` updates on."""
        self._length = int(np.searchsorted(self._counts[: self._length], count))
        self._sources = ()


def _are_same(first: FloatArray | None, second: FloatArray | None) -> bool:
    return first is second or (first is not None and second is not None and same_bits(first, second))
