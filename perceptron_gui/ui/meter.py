"""How fast something is counted up, and how long what is left will take."""

from collections import deque

_WINDOW = 1.0
"""Seconds that are measured over, or two counts where they come more seldom."""
_MANY = 100
_GROUPED = 10_000


class Meter:
    """Measures from what it is told: a moment in seconds, and the count of then."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: deque[tuple[float, int]] = deque()

    def restart(self, count: int) -> None:
        """Forget what was measured: from this count on something new is counted."""
        self._seen.clear()
        self._count = count

    def see(self, now: float, count: int) -> None:
        """Take the count of a moment that is not before the last one."""
        if count == self._count:
            return
        self._count = count
        self._seen.append((now, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """Counts a second, between the first and the last change of the window; 0 before there are two."""
        if len(self._seen) < 2:
            return 0.0
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / (end - start) if end > start else 0.0

    def seconds_for(self, count: int) -> float | None:
        """Return how long so many more take at this rate; None while there is none."""
        rate = self.per_second
        return count / rate if rate > 0 else None


def rate_text(per_second: float) -> str:
    """Write a rate with two digits at least: 0.25, 5.0, 48, 19 800."""
    if per_second >= _MANY / 10:
        grouped = f"{per_second:,.0f}" if per_second >= _GROUPED else f"{per_second:.0f}"
        return grouped.replace(",", "\u202f")
    return f"{per_second:.1f}" if per_second >= 1 else f"{per_second:.2f}"


def duration_text(seconds: float) -> str:
    """Write a duration as 0:07, 1:20 or 2:03:00, rounded up."""
    whole = -int(-seconds // 1)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
