"""What each table shows of a history: values, what the last action changed, and what no longer holds."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.editing import as_table
from perceptron_gui.core.freshness import stale_gradient
from perceptron_gui.core.history import History, Refusal
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import FloatArray, Rows, Snapshot

NONE = "None"
NOTHING = "–"


@dataclass(frozen=True, slots=True, eq=False)
class TensorContent:
    """One table.

    `values` (a vector is a row, a scalar a cell) has a row for every table row, or for those in `taken` alone, or is
    None when there is none; `absent` is what stands where there is no value. `before` is the same table before the
    last action. `stale` names what was edited after these values were computed, which `history` dates. `refusal` is
    PyTorch's, where it struck here.
    """

    name: str
    samples: int
    shape: tuple[int, int]
    values: FloatArray | None
    absent: str = NOTHING
    taken: Rows = None
    before: "TensorContent | None" = None
    stale: tuple[str, ...] = ()
    refusal: Refusal | None = None
    history: History | None = None

    def value(self, row: int, column: int) -> np.float32 | None:
        """Return one element, or None where there is none."""
        if self.values is None:
            return None
        if self.taken is not None:
            position = bisect_left(self.taken, row)
            if position == len(self.taken) or self.taken[position] != row:
                return None
            row = position
        table = as_table(self.values)
        if row >= table.shape[0] or column >= table.shape[1]:
            return None
        element: np.float32 = table[row, column]
        return element

    def block(self, row: int, column: int, rows: int, columns: int) -> FloatArray:
        """Return a rectangle of a table that has a value in every row."""
        if self.values is None or self.taken is not None:
            raise ValueError(self.name)
        return as_table(self.values)[row : row + rows, column : column + columns]

    def text(self, row: int, column: int) -> str:
        """Return one element as a person reads it."""
        value = self.value(row, column)
        return self.absent if value is None else display_text(float(value))

    def exact_text(self, row: int, column: int) -> str:
        """Return one element in full."""
        value = self.value(row, column)
        return self.absent if value is None else full_text(float(value))

    def element_name(self, row: int, column: int) -> str:
        """Return the element as PyTorch would index it: of a tensor made of some rows, by its place among them."""
        if self.taken is None:
            return lines.element(self.name, row, column, self.samples)
        position = bisect_left(self.taken, row)
        if self.value(row, column) is None:
            return f"x[{row}]"
        return f"{lines.element(self.name, position, column, len(self.taken))} ← x[{row}]"

    def has_changed(self, row: int, column: int) -> bool:
        """Whether the last action gave this element another value, to the last bit."""
        if self.before is None or self.before.values is self.values:
            return False
        now, then = self.value(row, column), self.before.value(row, column)
        if now is None or then is None:
            return now is not then
        return now.tobytes() != then.tobytes()

    def shows_the_same_as(self, other: "TensorContent | None") -> bool:
        """Whether there is nothing to repaint after `other`."""
        return (
            other is not None
            and self.values is other.values
            and self.shape == other.shape
            and self.taken == other.taken
            and self.samples == other.samples
            and self.stale == other.stale
            and self.refusal is other.refusal
            and (None if self.before is None else self.before.values)
            is (None if other.before is None else other.before.values)
        )


def contents(history: History) -> dict[str, TensorContent]:
    """Return what the nine tables show, by the names of their tensors."""
    entry, before, snapshot = history.entry, history.before, history.current
    earlier = {} if before is None else {each[0]: TensorContent(*each) for each in _tables(before)}
    refused = guidance.refused_at(entry)
    stale = {name: stale_gradient(snapshot, name) for name in ("W.grad", "b.grad")}
    stale |= dict.fromkeys(("z", "y_pred", "loss"), snapshot.stale)
    return {
        each[0]: TensorContent(
            *each,
            before=earlier.get(each[0]),
            stale=stale.get(each[0], ()),
            refusal=entry.refusal if each[0] in refused else None,
            history=history if stale.get(each[0]) else None,
        )
        for each in _tables(snapshot)
    }


_Table = tuple[str, int, tuple[int, int], FloatArray | None, str, Rows]


def _tables(snapshot: Snapshot) -> tuple[_Table, ...]:
    """Return the first fields of the contents of all tables."""
    m, n, k = snapshot.m, snapshot.n, snapshot.k
    forward = snapshot.forward
    z, y_pred, loss, rows = (
        (None, None, None, None) if forward is None else (forward.z, forward.y_pred, forward.loss, forward.rows)
    )
    return (
        ("x", m, (m, n), snapshot.x, NOTHING, None),
        ("y_true", m, (m, k), snapshot.y_true, NOTHING, None),
        ("W", m, (n, k), snapshot.W, NOTHING, None),
        ("b", m, (1, k), snapshot.b, NOTHING, None),
        ("W.grad", m, (n, k), snapshot.W_grad, NONE, None),
        ("b.grad", m, (1, k), snapshot.b_grad, NONE, None),
        ("z", m, (m, k), z, NOTHING, rows),
        ("y_pred", m, (m, k), y_pred, NOTHING, rows),
        ("loss", m, (1, 1), loss, NOTHING, None),
    )
