"""The first time that a person goes on from the past, what was undone is said to be gone, and how it comes back."""

from perceptron_gui.core.history import History


class FirstCut:
    """Sees the histories that are shown; it has something to tell once, until `forget` is called."""

    def __init__(self) -> None:
        self._told: tuple[int, int] | None = None
        self._has_been = False

    def told(self, history: History) -> tuple[int, int] | None:
        """Return the number of the entry that cut others off, and how many; None where nothing is to be told."""
        if history.entry.replaced and not self._has_been:
            self._has_been = True
            self._told = history.index + 1, len(history.entry.replaced)
        return self._told

    def forget(self) -> None:
        """Tell it no more."""
        self._told = None
