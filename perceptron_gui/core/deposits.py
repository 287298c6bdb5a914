"""How `.grad` came to be: one deposit a Backward since the last Zero grad, bounded in number and bytes."""

from dataclasses import replace

import numpy as np

from perceptron_gui.core.questions import Agreement
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot, frozen, same_bits

MOST = 64
"""Deposits kept singly."""
MOST_BYTES = 128 * 2**20


def added(deposits: tuple[Deposit, ...], deposit: Deposit, *, onto_zeros: bool) -> tuple[Deposit, ...]:
    """Return the deposits with one more; beyond the bounds the oldest two are merged into their running sum.

    The merge is a left fold in float32 from what `.grad` was at first, zeros or None, so the bits are PyTorch's own.
    """
    kept = [*deposits, deposit]
    while len(kept) > 1 and (len(kept) > MOST or (len(kept) > 2 and sum(each.nbytes for each in kept) > MOST_BYTES)):
        first, second, *rest = kept
        merged = replace(
            first,
            forward=second.forward,
            mixed=tuple(dict.fromkeys((*first.mixed, *second.mixed, *first.forward.changed_since(second.forward)))),
            W_grad=total((first.W_grad, second.W_grad), onto_zeros=onto_zeros),
            b_grad=total((first.b_grad, second.b_grad), onto_zeros=onto_zeros),
            count=first.count + second.count,
        )
        kept = [merged, *rest]
    return tuple(kept)


def total(parts: tuple[FloatArray | None, ...], *, onto_zeros: bool) -> FloatArray | None:
    """Return the float32 left fold of gradients, as PyTorch adds them; a part that is None never arrived."""
    arrived = [part for part in parts if part is not None]
    if not arrived:
        return None
    running = np.zeros_like(arrived[0]) + arrived[0] if onto_zeros else arrived[0]
    for part in arrived[1:]:
        running = running + part
    return frozen(running)


def tallied(snapshot: Snapshot) -> Agreement:
    """Compare the sum of the deposits with `.grad`, bit for bit; zeros that nothing was added to are such a sum."""
    onto_zeros = snapshot.grad_was_zeros

    def agrees(parts: tuple[FloatArray | None, ...], grad: FloatArray | None) -> bool:
        added_up = total(parts, onto_zeros=onto_zeros)
        if grad is None:
            return added_up is None
        if added_up is None:
            return onto_zeros and same_bits(grad, np.zeros_like(grad))
        return same_bits(added_up, grad)

    return Agreement(
        agrees(tuple(deposit.W_grad for deposit in snapshot.deposits), snapshot.W_grad),
        agrees(tuple(deposit.b_grad for deposit in snapshot.deposits), snapshot.b_grad),
    )
