"""The stacks of deposits as geometry: which slab lies where, in numbers and in lanes. No Qt, no drawing."""

import math
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import deposits, lines, parts
from perceptron_gui.core.questions import Gradients
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Places = npt.NDArray[np.float64]

STACK, STACK_WIDTH = -0.12, 0.44
"""Where the stack of a parameter stands beside its whole number, and how wide it is."""
INCOMING, INCOMING_WIDTH = 0.23, 0.18
WIDER = 0.06
"""By so much the outline and the line of the stored value stand out of the stack."""
BEFORE = 0.12
"""By so much more room is before the first stack than behind the last bar, in parts of a parameter's place."""
FIRST = -0.55 - BEFORE
_LEAST_LINE = STACK_WIDTH / 8
_MOST_COMPARED = 2**16


@dataclass(frozen=True, eq=False)
class Ledger:
    """How `.grad` of some parameters came to be.

    `parameters` (p,) counts W in row order, then b; `shape` is that of W. `stored` (p,) is nan where `is_none`. Of the
    d deposits, `added`, `before` and `after` (d, p) are float32: what each added, and the running sum around it, 0
    where there was None; `arrived` (d, p) is False where PyTorch refused before it reached the parameter. Every
    reversal of direction begins a lane: `lane` (d, p) counts them from 0, and there are `lanes` (p,).
    """

    shape: tuple[int, int]
    parameters: Ints
    deposits: tuple[Deposit, ...]
    ages: tuple[tuple[str, ...], ...]
    stored: FloatArray
    is_none: Bools
    added: FloatArray
    arrived: Bools
    before: FloatArray
    after: FloatArray
    lane: Ints
    lanes: Ints

    @classmethod
    def of(cls, snapshot: Snapshot, parameters: Ints) -> "Ledger":
        """Read the stacks of these parameters off a state."""
        stored, is_there = gathered(snapshot.W_grad, snapshot.b_grad, parameters, snapshot.W.size)
        read = [gathered(one.W_grad, one.b_grad, parameters, snapshot.W.size) for one in snapshot.deposits]
        size = (len(read), len(parameters))
        added = np.array([values for values, _ in read], np.float32).reshape(size)
        arrived = np.array([came for _, came in read], np.bool_).reshape(size)
        after = deposits.folded(added, arrived, onto_zeros=snapshot.grad_was_zeros)
        before = np.concatenate([np.zeros((1, size[1]), np.float32), after])[:-1]
        lane, lanes = _lanes(before, after)
        ages = tuple(deposits.age(snapshot, deposit) for deposit in snapshot.deposits)
        shape = (snapshot.n, snapshot.k)
        return cls(
            shape, parameters, snapshot.deposits, ages, stored, ~is_there, added, arrived, before, after, lane, lanes
        )

    def aged(self, snapshot: Snapshot) -> "Ledger":
        """Return the ledger of another state in which only the ages are others: the numbers are the same objects."""
        ages = tuple(deposits.age(snapshot, deposit) for deposit in snapshot.deposits)
        made = copy(self)
        # With all that is known of the numbers already.
        object.__setattr__(made, "ages", ages)
        return made

    @cached_property
    def drawn(self) -> Bools:
        """Which slabs can be drawn, (d, p)."""
        return self.arrived & np.isfinite(self.before) & np.isfinite(self.after)

    @cached_property
    def incoming(self) -> FloatArray:
        """What the last Backward added, (p,); nan where nothing came, and where it was merged with those before."""
        return self.added[-1] if self._has_incoming else np.full(len(self.parameters), np.nan, np.float32)

    @cached_property
    def incoming_is_none(self) -> Bools:
        """Where the last Backward brought nothing although there was one, (p,)."""
        return ~self.arrived[-1] if self._has_incoming else np.zeros(len(self.parameters), np.bool_)

    @cached_property
    def is_opposite(self) -> Bools:
        """Where the last Backward points against what is stored, (p,)."""
        return _are_opposite(self.stored, self.incoming)

    @cached_property
    def has_gap(self) -> bool:
        """Whether a number is there that cannot be drawn."""
        unsound = ~np.isfinite(self.stored) & ~self.is_none
        return bool(unsound.any() or (self.arrived & ~self.drawn).any())

    @cached_property
    def left(self) -> Places:
        """The left edge of every slab, (d, p)."""
        return np.arange(len(self.parameters)) + STACK - STACK_WIDTH / 2 + self.lane * self.width

    @cached_property
    def width(self) -> Places:
        """The width of the lanes of every parameter, (p,)."""
        return STACK_WIDTH / np.maximum(self.lanes, 1)

    @cached_property
    def ends(self) -> tuple[Places, Places]:
        """The left edge and the width of the line of each stored value, (p,): it lies at the end of the last lane."""
        whole = STACK_WIDTH + WIDER
        wide: Places = np.where(self.lanes > 1, np.maximum(self.width, _LEAST_LINE) + WIDER / 2, whole)
        left: Places = np.arange(len(self.parameters)) + STACK + whole / 2 - wide
        return left, wide

    @property
    def _has_incoming(self) -> bool:
        return bool(self.deposits) and self.deposits[-1].count == 1

    def numbers_of(self, gradients: Gradients | None) -> FloatArray:
        """Return what other gradients are at the parameters, (p,); nan where there are none."""
        nothing: tuple[None, None] = (None, None)
        W, b = nothing if gradients is None else (gradients.W_grad, gradients.b_grad)
        return gathered(W, b, self.parameters, self.shape[0] * self.shape[1])[0]

    def reach(self, more: int, beside: tuple[FloatArray, ...]) -> tuple[float, float]:
        """Return the least and the largest finite number of all that is drawn, and 0.

        Args:
            more: so many times what the last Backward added has room beyond what is stored.
            beside: what else is drawn.
        """
        stored, incoming = self.stored.tolist(), self.incoming.tolist()
        steady = [now + more * last for now, last in zip(stored, incoming, strict=True)]
        others = [number for values in (*self.extents, *beside) for number in values.tolist()]
        finite = [number for number in (0.0, *stored, *steady, *incoming, *others) if math.isfinite(number)]
        return min(finite), max(finite)

    def element(self, column: int, suffix: str = "") -> str:
        """Name a parameter as PyTorch indexes it: `W[0, 0]`, or `W.grad[0, 0]` with the suffix `.grad`."""
        return element(int(self.parameters[column]), self.shape, suffix)

    @cached_property
    def extents(self) -> tuple[FloatArray, FloatArray]:
        """The lowest and the highest place that each stack reaches, (p,) each."""
        reached = np.where(self.drawn, self.after, np.float32(0))
        return reached.min(axis=0, initial=0), reached.max(axis=0, initial=0)


def gathered(
    W: FloatArray | None, b: FloatArray | None, parameters: Ints, size: int
) -> tuple[FloatArray, Bools]:  # fmt: skip
    """Return the numbers of some parameters, the first `size` of which are W's, and whether they are there."""
    if W is not None and b is not None and len(parameters) == size + b.size:
        return np.concatenate([W.reshape(-1), b])[parameters], np.ones(len(parameters), np.bool_)
    values = np.full(len(parameters), np.nan, np.float32)
    is_there = np.zeros(len(parameters), np.bool_)
    is_of_W = parameters < size
    for array, mask, first in ((W, is_of_W, 0), (b, ~is_of_W, size)):
        if array is not None:
            values[mask] = array.reshape(-1)[parameters[mask] - first]
            is_there |= mask
    return values, is_there


def opposite(snapshot: Snapshot) -> Ints:
    """Return the parameters of a whole layer, W in row order, then b, at which the last Backward points the other way.

    None of a layer so large that the window would wait.
    """
    count = snapshot.W.size + snapshot.b.size
    if count > _MOST_COMPARED or not snapshot.deposits or snapshot.deposits[-1].count > 1:
        return np.empty(0, np.intp)
    last, every = snapshot.deposits[-1], np.arange(count)
    stored, _ = gathered(snapshot.W_grad, snapshot.b_grad, every, snapshot.W.size)
    added, _ = gathered(last.W_grad, last.b_grad, every, snapshot.W.size)
    return np.flatnonzero(_are_opposite(stored, added))


def _are_opposite(stored: FloatArray, incoming: FloatArray) -> Bools:
    return np.sign(stored) * np.sign(incoming) < 0


def element(parameter: int, shape: tuple[int, int], suffix: str = "") -> str:
    """Name a parameter of a layer (n, k): W in row order, then b."""
    row, column = divmod(parameter, shape[1])
    return lines.element(f"{'W' if row < shape[0] else 'b'}{suffix}", row, column, 0)


def _lanes(before: FloatArray, after: FloatArray) -> tuple[Ints, Ints]:
    lane = np.zeros(before.shape, np.intp)
    if len(before) < 2:
        return lane, np.ones(before.shape[1], np.intp)
    now = np.zeros(before.shape[1], np.intp)
    last = np.zeros(before.shape[1], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        directions = np.nan_to_num(np.sign(after - before))
    for index, direction in enumerate(directions):
        moves = direction != 0
        now = now + (moves & (last != 0) & (direction != last))
        last = np.where(moves, direction, last)
        lane[index] = now
    return lane, now + 1


def ledger_part(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what the sum of the deposits is compared with, and what it is made of."""
    return snapshot.W_grad, snapshot.b_grad, snapshot.deposits, snapshot.grad_was_zeros


def visible_part(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what the ledger shows of a state; by identity."""
    tensors = (snapshot.x, snapshot.y_true, snapshot.W, snapshot.b)
    return (*ledger_part(snapshot), *tensors, snapshot.reduction, parts.are_taken(snapshot))
