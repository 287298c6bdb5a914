"""Whether a number still follows from what the tables show, and since when it does not.

z, y_pred and loss are fresh when their Forward was made with the present x, y_true, W, b, rows and reduction; a
gradient is fresh when every deposit in it was. While a batch is taken in parts, which part is marked is no change.
"""

from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Deposit, Snapshot

GRADIENTS = {"W.grad": "W_grad", "b.grad": "b_grad"}


def stale_since(history: History, name: str) -> int | None:
    """Return the index of the entry that made the numbers of a table stale, as they have been since.

    Args:
        history: where the present state is the shown entry's.
        name: `z`, `y_pred`, `loss`, `W.grad` or `b.grad`; the tensors that a person edits are never stale.

    Returns:
        The index, or None where the numbers are fresh or there are none.
    """
    first = None
    for index in range(history.index, -1, -1):
        entry = history.entry if index == history.index else history.entries[index]
        if not _is_stale(entry.snapshot, name):
            break
        first = index
    return first


def stale_gradient(snapshot: Snapshot, name: str = "") -> tuple[str, ...]:
    """Return what was changed since a Backward whose deposit is in a gradient; empty when every deposit is of here.

    `name` is `W.grad` or `b.grad`; without one, in either: a refused Backward may have reached only one of them.
    """
    changed: dict[str, None] = {}
    for deposit in snapshot.deposits:
        if _reached(deposit, name):
            changed.update(dict.fromkeys(changed_in(deposit, snapshot)))
    return tuple(changed)


def changed_in(deposit: Deposit, snapshot: Snapshot) -> tuple[str, ...]:
    """Return what is not, or was not always, what it was in the Backward or Backwards of a deposit."""
    mixed = tuple(name for name in deposit.mixed if name != "rows" or not snapshot.config.part)
    return tuple(dict.fromkeys((*mixed, *snapshot.changed_since(deposit.forward))))


def _is_stale(snapshot: Snapshot, name: str) -> bool:
    if name not in GRADIENTS:
        return bool(snapshot.stale)
    return any(_reached(deposit, name) and changed_in(deposit, snapshot) for deposit in snapshot.deposits)


def _reached(deposit: Deposit, name: str) -> bool:
    return not name or getattr(deposit, GRADIENTS[name]) is not None
