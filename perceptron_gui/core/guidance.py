"""What a person wants to know of a state: what to press next, what no longer holds, where a refusal struck."""

from perceptron_gui.core import parts
from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import Cause, Entry
from perceptron_gui.core.snapshot import GraphState, Snapshot


def next_operation(snapshot: Snapshot) -> Operation:
    """Return the next phase of a training step: Forward, Backward, Update, Zero grad.

    A fresh forward that no Backward has taken wants one; gradients of the present point want an Update; gradients of
    an older point want zeroing; else, and where a refused Backward left only a part of them, it is time for a Forward.
    A batch in parts wants a Forward and a Backward for each of its parts first.
    """
    forward = snapshot.forward
    last = snapshot.deposits[-1].forward if snapshot.deposits else None
    if forward is not None and forward.graph is GraphState.LIVE and not snapshot.stale:
        taken = last is not None and last.is_same_as(forward)
        if not taken:
            return Operation.BACKWARD
    if last is None or snapshot.W_grad is None or snapshot.b_grad is None:
        return Operation.FORWARD
    if snapshot.changed_since(last):
        return Operation.ZERO_GRAD
    is_whole = not snapshot.config.part or len(parts.covered(snapshot)) == snapshot.m
    return Operation.UPDATE if is_whole else Operation.FORWARD


def cause_of_refusal(operation: Operation, before: Snapshot) -> Cause:
    """Return why PyTorch refuses `operation` in the state `before`, as far as the state tells."""
    match operation:
        case Operation.UPDATE | Operation.ZERO_GRAD if before.W_grad is None or before.b_grad is None:
            return Cause.NO_GRADIENT
        case Operation.BACKWARD if before.forward is None:
            return Cause.NO_LOSS
        case Operation.BACKWARD if before.forward is not None and before.forward.graph is GraphState.FREED:
            return Cause.GRAPH_FREED
        case Operation.BACKWARD if "x" in before.stale:
            return Cause.X_CHANGED
        case _:
            return Cause.OTHER


def refused_at(entry: Entry) -> frozenset[str]:
    """Return the tensors at which the refusal of an entry struck."""
    match entry.refusal and entry.refusal.cause:
        case Cause.NO_GRADIENT:
            left = {"W.grad": entry.snapshot.W_grad, "b.grad": entry.snapshot.b_grad}
            return frozenset(name for name, grad in left.items() if grad is None)
        case Cause.NO_LOSS | Cause.GRAPH_FREED:
            return frozenset({"loss"})
        case Cause.X_CHANGED:
            return frozenset({"x"})
        case _:
            return frozenset()
