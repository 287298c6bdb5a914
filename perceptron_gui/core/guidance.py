"""What a person would sensibly press next, read off the state alone."""

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.snapshot import GraphState, Snapshot


def next_operation(snapshot: Snapshot) -> Operation:
    """Return the next phase of a training step: Forward, Backward, Update, Zero grad.

    A fresh forward that no Backward has taken wants one; gradients of the present point want an Update; gradients of
    an older point want zeroing; else it is time for a Forward.
    """
    forward = snapshot.forward
    last = snapshot.deposits[-1].forward if snapshot.deposits else None
    if forward is not None and forward.graph is GraphState.LIVE and not snapshot.stale:
        taken = last is not None and last.is_same_as(forward)
        if not taken:
            return Operation.BACKWARD
    if not snapshot.deposits:
        return Operation.FORWARD
    is_fresh = last is not None and not snapshot.changed_since(last)
    return Operation.UPDATE if is_fresh else Operation.ZERO_GRAD
