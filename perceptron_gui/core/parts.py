"""A batch in parts: so many rows at a time, the next ones after each Backward.

The gradient of the whole batch is the sum of the gradients of its parts, so a batch that does not fit can be taken in
parts. With the mean, each part has to be weighted by its rows over the batch's rows.
"""

from collections import Counter

from perceptron_gui.core.snapshot import Rows, Snapshot


def first(part: int, m: int) -> Rows:
    """Return the first `part` of m rows; None, all of them, where they are no part."""
    return tuple(range(part)) if 0 < part < m else None


def following(rows: tuple[int, ...], part: int, m: int) -> Rows:
    """Return the part behind `rows`, shorter at the end of the batch; behind the last row comes the first part."""
    start = rows[-1] + 1
    return tuple(range(start, min(start + part, m))) if start < m else first(part, m)


def covered(snapshot: Snapshot) -> Counter[int]:
    """Return how often each row went into `.grad`, by the Backwards since the last Zero grad that are kept singly."""
    rows: Counter[int] = Counter()
    for deposit in snapshot.deposits:
        rows.update(range(snapshot.m) if deposit.forward.rows is None else deposit.forward.rows)
    return rows


def make_the_batch(snapshot: Snapshot) -> bool:
    """Whether every row is in `.grad` exactly once, each taken at the present values of everything but the rows."""
    counts = covered(snapshot)
    is_here = all(
        not deposit.mixed and set(snapshot.changed_since(deposit.forward)) <= {"rows"} for deposit in snapshot.deposits
    )
    return is_here and len(counts) == snapshot.m and max(counts.values()) == 1
