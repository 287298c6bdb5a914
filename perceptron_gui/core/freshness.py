"""Since when a number no longer follows from what the tables show.

z, y_pred and loss are fresh when their Forward was made with the present x, y_true, W, b, rows and reduction; a
gradient is fresh when every deposit in it was.
"""

from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Snapshot

GRADIENTS = frozenset({"W.grad", "b.grad"})


def stale_since(history: History, name: str) -> int | None:
    """Return the index of the entry that made the numbers of a table stale, as they have been since.

    Args:
        history: where the present state is the shown entry's.
        name: `z`, `y_pred`, `loss`, `W.grad` or `b.grad`; the tensors that a person edits are never stale.

    Returns:
        The index, or None where the numbers are fresh or there are none.
    """
    is_stale = _has_stale_gradient if name in GRADIENTS else _has_stale_forward
    first = None
    for index in range(history.index, -1, -1):
        if not is_stale(history.entries[index].snapshot):
            break
        first = index
    return first


def _has_stale_forward(snapshot: Snapshot) -> bool:
    return bool(snapshot.stale)


def _has_stale_gradient(snapshot: Snapshot) -> bool:
    return any(deposit.mixed or snapshot.changed_since(deposit.forward) for deposit in snapshot.deposits)
