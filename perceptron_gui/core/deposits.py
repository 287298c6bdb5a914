"""How `.grad` came to be: one deposit a Backward since the last Zero grad, bounded in number and bytes."""

from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.questions import Agreement, Gradients
from perceptron_gui.core.snapshot import Deposit, FloatArray, Reduction, Snapshot, frozen, same_bits, sealed

MOST = 64
"""Deposits kept singly."""
MOST_BYTES = 128 * 2**20
ROUNDING = 1e-6
"""Sums of the same terms in another order agree within this part of the sum of their magnitudes."""
_CHUNK = 2**18
"""Numbers compared at a time: they stay in the processor's cache."""


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


def folded(parts: FloatArray, arrived: npt.NDArray[np.bool_], *, onto_zeros: bool) -> FloatArray:
    """Return what `.grad` held after each deposit, (deposits, parameters): the same fold as `total`, step by step.

    `parts` and `arrived` are (deposits, parameters) too; a part that did not arrive leaves what was there, and 0 where
    nothing was.
    """
    sums = np.zeros_like(parts)
    running = np.zeros(parts.shape[1], np.float32)
    is_there = np.full(parts.shape[1], onto_zeros)
    with np.errstate(over="ignore", invalid="ignore"):
        for index, (part, has_come) in enumerate(zip(parts, arrived, strict=True)):
            running = np.where(has_come, np.where(is_there, running + part, part), running)
            is_there = is_there | has_come
            sums[index] = running
    return sealed(sums)


def numbers(deposits: tuple[Deposit, ...]) -> tuple[tuple[int, int], ...]:
    """Return the first and the last Backward that each deposit stands for, counted from 1 since the last Zero grad."""
    ends = accumulate((deposit.count for deposit in deposits), initial=0)
    return tuple((before + 1, after) for before, after in pairwise(ends))


def age(snapshot: Snapshot, deposit: Deposit) -> tuple[str, ...]:
    """Return what was changed since a deposit was made: names of tensors, and "reduction".

    Which rows are marked now is no matter: a deposit of some rows is one of the parts that add up to the whole.
    """
    changed = snapshot.changed_since(deposit.forward)
    if deposit.forward.reduction is snapshot.reduction:
        changed = tuple(name for name in changed if name != "reduction")
    return tuple(name for name in dict.fromkeys((*deposit.mixed, *changed)) if name != "rows")


def is_in_parts(snapshot: Snapshot) -> bool:
    """Whether the gradient is, or is about to be, that of a part of the batch."""
    taken_in_parts = any(deposit.forward.rows is not None or "rows" in deposit.mixed for deposit in snapshot.deposits)
    return snapshot.m > 1 and (snapshot.rows is not None or taken_in_parts)


def weighted(snapshot: Snapshot) -> Gradients | None:
    """Return the sum of the deposits, each weighted by its rows over the rows of the batch, in float32.

    None unless they are all means of the present state, some of them of a part, with no two of them merged.
    """
    total_W, total_b = np.zeros_like(snapshot.W), np.zeros_like(snapshot.b)
    is_due = is_in_parts(snapshot) and bool(snapshot.deposits)
    for deposit in snapshot.deposits:
        forward, W_grad, b_grad = deposit.forward, deposit.W_grad, deposit.b_grad
        is_mean = forward.reduction is Reduction.MEAN and deposit.count == 1 and not age(snapshot, deposit)
        if not is_due or not is_mean or W_grad is None or b_grad is None:
            return None
        weight = np.float32(1 if forward.rows is None else len(forward.rows) / snapshot.m)
        with np.errstate(over="ignore", invalid="ignore"):
            total_W += weight * W_grad
            total_b += weight * b_grad
    return Gradients(sealed(total_W), sealed(total_b)) if is_due else None


def largest_difference(first: Gradients, second: Gradients) -> float:
    """Return the largest |difference| of two gradients over all parameters; nan where one of them has a nan."""
    largest = np.float32(0)
    for one, other in ((first.W_grad, second.W_grad), (first.b_grad, second.b_grad)):
        for start in range(0, one.size, _CHUNK):
            chunk = slice(start, start + _CHUNK)
            with np.errstate(over="ignore", invalid="ignore"):
                largest = np.maximum(largest, np.abs(one.reshape(-1)[chunk] - other.reshape(-1)[chunk]).max())
    return float(largest)


def magnitude(deposits: tuple[Deposit, ...]) -> float:
    """Return the sum of the largest magnitudes of W's and of b's part of each deposit: rounding is small against it."""
    arrays = [array for each in deposits for array in (each.W_grad, each.b_grad) if array is not None]
    return float(sum(max(float(array.max()), -float(array.min())) for array in arrays))


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
