"""A row of the table: what is measured, against what, and what the ratio of the two has to be."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


class NotThereError(Exception):
    """What a row measures, or measures against, is not there."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: how many pairs of measurements, and how many seconds for what goes on until it is stopped."""

    repeats: int
    seconds: float


THOROUGH = Effort(5, 5.0)
SHORT = Effort(1, 1.0)


@dataclass(frozen=True, slots=True)
class Pair:
    """The program's figure, and the other one, measured one after the other."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """The program's over the other."""
        return self.ours / self.theirs


@dataclass(frozen=True, slots=True)
class Measured:
    """Pairs of figures in one unit, and what else is to be told of them."""

    pairs: tuple[Pair, ...]
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(pair.ratio for pair in self.pairs)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the largest ratio."""
        ratios = [pair.ratio for pair in self.pairs]
        return min(ratios), max(ratios)

    @property
    def figures(self) -> tuple[float, float]:
        """The medians of the program's figures and of the others."""
        return median(pair.ours for pair in self.pairs), median(pair.theirs for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Row:
    """One goal. `must` and `aim` are bounds of the ratio, None where there is none."""

    name: str
    goal: str
    must: float | None
    aim: float | None
    measure: Callable[[Effort], Measured]
    more_is_better: bool = False
    is_quick: bool = True
    """Whether the short form measures it."""

    def meets(self, bound: float | None, ratio: float) -> bool:
        """Whether a ratio keeps a bound."""
        return bound is None or (ratio >= bound if self.more_is_better else ratio <= bound)
