"""Long work that is watched: how far it is, and whether it is still wanted."""

from collections.abc import Callable

Watch = Callable[[int, int], None]
"""Called now and then with how much is done, and of how much. What it raises ends the work."""


def unwatched(_done: int, _total: int) -> None:
    """Watch nothing."""


def share(watch: Watch, number: int, of: int) -> Watch:
    """Return what watches one of several parts of the work, counted from 0."""
    return lambda done, total: watch(number * total + done, of * total)
