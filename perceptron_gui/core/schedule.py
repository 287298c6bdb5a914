"""Which rows each Forward of a run takes."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from perceptron_gui.core import parts
from perceptron_gui.core.actions import Run
from perceptron_gui.core.snapshot import Rows, Snapshot


class Schedule:
    """The rows of a run, by the number of the Forward, counted from 0.

    Without parts always those that were marked at its start. Parts follow each other from the marked rows on, as after
    every Backward by hand; shuffled, each time through the batch is `torch.randperm(m)` in parts, sorted, from a seed
    of its own: that of the run plus how often the batch was taken before.
    """

    def __init__(self, run: Run, start: Snapshot) -> None:
        self._start, self._part, self._m = start.rows, start.config.part, start.m
        self._seed = run.seed if parts.first(self._part, self._m) is not None else None
        self._lead: list[Rows] = []
        self._round: list[Rows] = [start.rows]
        if self._part and self._seed is None:
            self._lead, self._round = parts.in_order(start.rows, self._part, self._m)

    @property
    def is_constant(self) -> bool:
        """Whether every Forward takes the same rows."""
        return self._seed is None and not self._lead and len(self._round) == 1

    def rows(self, index: int) -> Rows:
        """Return the rows of one Forward."""
        if self._seed is not None:
            turn, place = divmod(index, -(-self._m // self._part))
            order = _shuffled(self._m, self._seed + turn)
            return tuple(sorted(order[place * self._part : (place + 1) * self._part]))
        if index < len(self._lead):
            return self._lead[index]
        return self._round[(index - len(self._lead)) % len(self._round)]

    def taken(self, first: int, last: int) -> npt.NDArray[np.int32]:
        """Return how often each row goes into the Forwards from `first` up to the one before `last`, (m,)."""
        counts = np.zeros(self._m, np.int32)
        if self.is_constant:
            counts[_index(self._start)] = last - first
            return counts
        length = -(-self._m // self._part) if self._seed is not None else len(self._round)
        # From here on so many take every row once; shuffled, only a whole time through the batch does.
        begin = -(-first // length) * length if self._seed is not None else max(first, len(self._lead))
        begin = min(begin, last)
        whole = (last - begin) // length
        counts += np.int32(whole)
        for index in (*range(first, begin), *range(begin + whole * length, last)):
            counts[_index(self.rows(index))] += 1
        return counts


def _index(rows: Rows) -> list[int] | slice:
    return slice(None) if rows is None else list(rows)


@lru_cache(maxsize=2)
def _shuffled(m: int, seed: int) -> list[int]:
    order: list[int] = torch.randperm(m, generator=torch.Generator().manual_seed(seed)).tolist()
    return order
