"""What part of an axis a plot shows while nobody has zoomed: all data, and as few changes as possible.

A change of range has the axes drawn again, the dearest part of a live frame.
"""

from dataclasses import dataclass

GROWTH = 1.5
"""So much more room than the data need is made when they leave the view."""
LEAST_FILLED = 1 / 3
"""Data that would fill less of the axis are brought nearer."""
LARGEST_MARGINS = 2 / 3
"""Margins never take more of the axis than this."""
_CLOSEST = 1e-9
"""The data are float32, which ends at 6e-8 of a number."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one axis."""

    low: float
    high: float

    @property
    def length(self) -> float:
        """How long it is."""
        return self.high - self.low


def fitted(data: Span, pixels: float, margins: tuple[float, float]) -> Span:
    """Return the view that shows `data` with so many pixels of margin before and behind them."""
    if data.length <= 0:
        data = _widened(data)
    before, after = _bounded(margins, pixels)
    unit = data.length / (pixels - before - after)
    return Span(data.low - before * unit, data.high + after * unit)


def followed(view: Span, data: Span, pixels: float, margins: tuple[float, float], growth: float = GROWTH) -> Span:
    """Return the view after the data have changed: the same one, unless they leave it or would look lost in it.

    Args:
        view: what is shown now.
        data: the least and the largest value.
        pixels: length of the axis.
        margins: pixels that stay free before and behind the data.
        growth: how much more room than needed is made on a side where the data leave.
    """
    if data.length <= 0 and view.low <= data.low <= view.high:
        return view
    before, after = _bounded(margins, pixels)
    unit = view.length / pixels
    leaves_low = data.low - before * unit < view.low - unit
    leaves_high = data.high + after * unit > view.high + unit
    if leaves_low or leaves_high:
        extra = (growth - 1) * data.length
        grown = Span(data.low - extra * leaves_low, data.high + extra * leaves_high)
        return fitted(grown, pixels, margins)
    room = view.length - (before + after) * unit
    return fitted(data, pixels, margins) if 0 < data.length < LEAST_FILLED * room else view


def is_sound(view: Span) -> bool:
    """Whether the ends of a view are so far apart that places between them can be told from each other."""
    return view.length > _CLOSEST * max(abs(view.low), abs(view.high))


def whole_steps(span: float, most: float) -> int:
    """Return the least of 1, 2, 5, 10, 20, … that divides `span` into at most `most` steps."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if span <= digit * power * max(most, 1.0):
                return digit * power
        power *= 10


def _bounded(margins: tuple[float, float], pixels: float) -> tuple[float, float]:
    before, after = margins
    factor = min(1.0, LARGEST_MARGINS * pixels / (before + after)) if before + after > 0 else 1.0
    return before * factor, after * factor


def _widened(data: Span) -> Span:
    half = abs(data.low) / 2 or 1.0
    return Span(data.low - half, data.high + half)
