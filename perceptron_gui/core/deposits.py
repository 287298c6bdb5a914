"""How `.grad` came to be: one deposit a Backward since the last Zero grad, bounded in number and bytes."""

from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import memory
from perceptron_gui.core.freshness import changed_in
from perceptron_gui.core.questions import Agreement
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot, same_bits, same_numbers, sealed, zeros

MOST = 64
"""Deposits kept singly."""
MOST_BYTES = 128 * 2**20
_QUICK = 2**17
"""Numbers that are added up in a fraction of a millisecond."""


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
            taken=_added_up(rows_taken(first), rows_taken(second)),
        )
        kept = [merged, *rest]
    return tuple(kept)


def rows_taken(deposit: Deposit) -> npt.NDArray[np.int32]:
    """Return how often each row went into a deposit, by the Forwards that it came from."""
    if deposit.taken is not None:
        return deposit.taken
    counts = np.zeros(len(deposit.forward.x), np.int32)
    counts[... if deposit.forward.rows is None else list(deposit.forward.rows)] = 1
    return counts


def total(parts: tuple[FloatArray | None, ...], *, onto_zeros: bool) -> FloatArray | None:
    """Return the float32 left fold of gradients, as PyTorch adds them; a part that is None never arrived."""
    arrived = [part for part in parts if part is not None]
    return _sum(arrived, onto_zeros=onto_zeros) if arrived else None


def _sum(arrived: list[FloatArray], *, onto_zeros: bool) -> FloatArray:
    first, *later = arrived
    if not onto_zeros and not later:
        return first.view()
    with np.errstate(over="ignore", invalid="ignore"):
        running = np.add(first, np.float32(0) if onto_zeros else later.pop(0), out=memory.room(first.shape))
        for part in later:
            running += part
    return sealed(running)


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


def backwards_in(snapshot: Snapshot) -> tuple[int, int]:
    """Return how many Backwards are summed in W.grad and in b.grad: one that was refused may have reached one alone."""
    counts = [
        sum(deposit.count for deposit in snapshot.deposits if getattr(deposit, name) is not None)
        for name in ("W_grad", "b_grad")
    ]
    return counts[0], counts[1]


def age(snapshot: Snapshot, deposit: Deposit) -> tuple[str, ...]:
    """Return what was changed since a deposit was made: names of tensors, and "reduction".

    Which rows are marked now is no matter: a deposit of some rows is one of the parts that add up to the whole.
    """
    return tuple(name for name in changed_in(deposit, snapshot) if name != "rows")


def is_quick(snapshot: Snapshot) -> bool:
    """Whether comparing the sum of the deposits with `.grad` takes less than painting it does."""
    return (len(snapshot.deposits) + 1) * (snapshot.W.size + snapshot.b.size) <= _QUICK


def tallied(snapshot: Snapshot) -> Agreement:
    """Compare the sum of the deposits with `.grad`, bit for bit; zeros that nothing was added to are such a sum.

    One nan is as good as another: which of them an addition gives depends on who adds.
    """
    onto_zeros = snapshot.grad_was_zeros

    def agrees(parts: tuple[FloatArray | None, ...], grad: FloatArray | None) -> bool:
        arrived = [part.reshape(-1) for part in parts if part is not None]
        if grad is None:
            return not arrived
        if not arrived:
            return onto_zeros and same_bits(grad, zeros(grad.shape))
        numbers = grad.reshape(-1)
        # A piece at a time: the sum of the whole is held nowhere.
        pieces = (slice(at, at + _QUICK) for at in range(0, numbers.size, _QUICK))
        return all(
            same_numbers(_sum([part[piece] for part in arrived], onto_zeros=onto_zeros), numbers[piece])
            for piece in pieces
        )

    return Agreement(
        agrees(tuple(deposit.W_grad for deposit in snapshot.deposits), snapshot.W_grad),
        agrees(tuple(deposit.b_grad for deposit in snapshot.deposits), snapshot.b_grad),
    )


def _added_up(first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Add counts of rows; of batches of two sizes the larger one has room for both."""
    counts = np.zeros(max(len(first), len(second)), np.int32)
    counts[: len(first)] += first
    counts[: len(second)] += second
    counts.flags.writeable = False
    return counts
