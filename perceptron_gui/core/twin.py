"""The second run: the same presses with Zero grad treated the other way, replayed by the same phases."""

from perceptron_gui.core.history import Entry
from perceptron_gui.core.questions import Twin


class Replay:
    """Replays entries; what it has replayed already, the very same entries, it carries on from."""

    def compared(self, entries: tuple[Entry, ...], device: str) -> Twin:
        """Return the second run of these entries."""
        raise NotImplementedError
