"""A batch in parts: so many rows at a time, the next ones after each Backward.

The gradient of the whole batch is the sum of the gradients of its parts, so a batch that does not fit can be taken in
parts. With the mean, each part has to be weighted by its rows over the batch's rows.
"""

from collections import Counter

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import deposits
from perceptron_gui.core.questions import Gradients, Judgement, Stage
from perceptron_gui.core.snapshot import Reduction, Rows, Snapshot, TensorName, sealed

ROUNDING = 1e-6
"""Sums of a few of the same terms in another order agree within this part of the sum of their magnitudes."""
MOST_WEIGHTED = 2**22
"""Numbers in all deposits up to which their weighted sum is formed too."""
_CHUNK = 2**18
"""Numbers compared at a time: they stay in the processor's cache."""
_QUICK = 2**17
"""Numbers that are compared in a fraction of a millisecond."""
_Reals = npt.NDArray[np.float64]


def first(part: int, m: int) -> Rows:
    """Return the first `part` of m rows; None, all of them, where they are no part."""
    return tuple(range(part)) if 0 < part < m else None


def following(rows: Rows, part: int, m: int) -> Rows:
    """Return the part behind `rows`, shorter at the end of the batch; behind the last row comes the first part."""
    start = m if rows is None else rows[-1] + 1
    return tuple(range(start, min(start + part, m))) if start < m else first(part, m)


def in_order(rows: Rows, part: int, m: int) -> tuple[list[Rows], list[Rows]]:
    """Return the parts from `rows` on until they begin anew, and the parts that then follow each other for ever."""
    lead: list[Rows] = []
    begin = first(part, m)
    while rows != begin and len(lead) <= m:
        lead.append(rows)
        rows = following(rows, part, m)
    round_ = [begin]
    while (rows := following(round_[-1], part, m)) != begin:
        round_.append(rows)
    return lead, round_


def covered(snapshot: Snapshot) -> Counter[int]:
    """Return how often each row went into `.grad`, by the Backwards since the last Zero grad."""
    counts = np.zeros(snapshot.m, np.int64)
    for deposit in snapshot.deposits:
        taken = deposits.rows_taken(deposit)[: snapshot.m]
        counts[: len(taken)] += taken
    return Counter({row: int(counts[row]) for row in np.flatnonzero(counts).tolist()})


def make_the_batch(snapshot: Snapshot) -> bool:
    """Whether every row is in `.grad` exactly once, each taken at the present values of everything but the rows."""
    if any(deposits.age(snapshot, deposit) for deposit in snapshot.deposits):
        return False
    counts = covered(snapshot)
    return len(counts) == snapshot.m and max(counts.values()) == 1


def are_taken(snapshot: Snapshot) -> bool:
    """Whether the gradient is, or is about to be, that of a part of the batch."""
    taken_in_parts = any(deposit.forward.rows is not None or "rows" in deposit.mixed for deposit in snapshot.deposits)
    return snapshot.m > 1 and (snapshot.rows is not None or taken_in_parts)


def is_quick(snapshot: Snapshot) -> bool:
    """Whether comparing `.grad` with the gradient of all rows takes less than painting what was found does."""
    taken = snapshot.x.size + snapshot.y_true.size
    return (len(snapshot.deposits) + 1) * (snapshot.W.size + snapshot.b.size) + taken <= _QUICK


def compared(snapshot: Snapshot, whole: Gradients | None) -> Judgement | None:
    """Compare the stored gradient with that of all rows; None where one is missing or where they cannot be compared."""
    if whole is None or snapshot.W_grad is None or snapshot.b_grad is None:
        return None
    stored = Gradients(snapshot.W_grad, snapshot.b_grad)
    difference = largest_difference(stored, whole)
    if not np.isfinite(difference):
        return None
    counts = covered(snapshot)
    rows = len(counts)
    if any(deposits.age(snapshot, deposit) for deposit in snapshot.deposits):
        return Judgement(Stage.OLD, difference, rows, snapshot.m)
    if rows < snapshot.m:
        return Judgement(Stage.PARTLY, difference, rows, snapshot.m)
    if max(counts.values()) > 1:
        return Judgement(Stage.REPEATED, difference, rows, snapshot.m)
    if agree(snapshot, stored, whole):
        return Judgement(Stage.ADDS_UP, difference, rows, snapshot.m)
    right = weighted(snapshot) if snapshot.W.size * len(snapshot.deposits) <= MOST_WEIGHTED else None
    if right is not None and agree(snapshot, right, whole):
        rest = largest_difference(right, whole)
        return Judgement(Stage.MEANS, difference, rows, snapshot.m, right, rest)
    return Judgement(Stage.DIFFERS, difference, rows, snapshot.m)


def weighted(snapshot: Snapshot) -> Gradients | None:
    """Return the sum of the deposits, each weighted by its rows over the rows of the batch, in float32.

    None unless they are all means of the present state, some of them of a part. Of merged ones it is known how many
    rows they are of together; where that is as many as if each was of as many as the last, that is taken for true: who
    compares the sum with the gradient of the whole batch finds out.
    """
    total_W, total_b = np.zeros_like(snapshot.W), np.zeros_like(snapshot.b)
    is_due = are_taken(snapshot) and bool(snapshot.deposits)
    for deposit in snapshot.deposits:
        forward, W_grad, b_grad = deposit.forward, deposit.W_grad, deposit.b_grad
        is_mean = forward.reduction is Reduction.MEAN and not deposits.age(snapshot, deposit)
        rows = snapshot.m if forward.rows is None else len(forward.rows)
        is_even = deposit.count == 1 or deposits.rows_taken(deposit).sum() == deposit.count * rows
        if not is_due or not is_mean or not is_even or W_grad is None or b_grad is None:
            return None
        weight = np.float32(rows / snapshot.m)
        with np.errstate(over="ignore", invalid="ignore"):
            total_W += weight * W_grad
            total_b += weight * b_grad
    return Gradients(sealed(total_W), sealed(total_b)) if is_due else None


def largest_difference(one: Gradients, other: Gradients) -> float:
    """Return the largest |difference| of two gradients over all parameters; nan where one of them has a nan."""
    largest = np.float32(0)
    for mine, yours in ((one.W_grad, other.W_grad), (one.b_grad, other.b_grad)):
        for start in range(0, mine.size, _CHUNK):
            chunk = slice(start, start + _CHUNK)
            with np.errstate(over="ignore", invalid="ignore"):
                largest = np.maximum(largest, np.abs(mine.reshape(-1)[chunk] - yours.reshape(-1)[chunk]).max())
    return float(largest)


def agree(snapshot: Snapshot, one: Gradients, other: Gradients) -> bool:
    """Whether two gradients of the whole batch differ by no more than rounding, at every single parameter.

    W.grad[i, j] is the sum of x[r, i] * slope[r, j] over the rows r: by Cauchy and Schwarz its terms are together no
    larger than the length of x[:, i] times that of slope[:, j].
    """
    x = snapshot.x.astype(np.float64)
    slopes = np.sqrt((_slopes(snapshot) ** 2).sum(axis=0))
    rounding = ROUNDING * max(1.0, np.sqrt(snapshot.m) / 8)
    of_W, of_b = rounding * np.sqrt((x**2).sum(axis=0)), rounding * np.sqrt(snapshot.m)
    step = max(1, _CHUNK // snapshot.k)
    with np.errstate(over="ignore", invalid="ignore"):
        return all(
            bool((np.abs(one.W_grad[at : at + step] - other.W_grad[at : at + step]) <= bound).all())
            for at in range(0, snapshot.n, step)
            for bound in [of_W[at : at + step, None] * slopes]
        ) and bool((np.abs(one.b_grad - other.b_grad) <= of_b * slopes).all())


def _slopes(snapshot: Snapshot) -> _Reals:
    """Return, (m, k), how large ∂loss/∂z of each row is at most, with what the rounding of z makes of it.

    Rows that were merged are taken where the sigmoid is steepest.
    """
    x, y_true, W, b = (snapshot.tensor(name).astype(np.float64) for name in TensorName)
    steepness = np.full(y_true.shape, 0.25)
    error = np.maximum(np.abs(y_true), np.abs(1 - y_true))
    for deposit in snapshot.deposits:
        if deposit.count == 1:
            taken = ... if deposit.forward.rows is None else list(deposit.forward.rows)
            y_pred = deposit.forward.y_pred.astype(np.float64)
            steepness[taken] = y_pred * (1 - y_pred)
            error[taken] = np.abs(y_pred - y_true[taken])
    z = np.outer(np.sqrt((x**2).sum(axis=1)), np.sqrt((W**2).sum(axis=0))) + np.abs(b)
    share = 1.0 if snapshot.reduction is Reduction.SUM else 1 / y_true.size
    slopes: _Reals = 2 * steepness * (error + (error + 0.25) * z) * share
    return slopes
