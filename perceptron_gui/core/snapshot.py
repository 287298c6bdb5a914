"""The immutable values: what one moment of training is.

All arrays are float32, C-contiguous and read-only. An array that an action did not touch is shared with the
snapshot before, so "has it changed since?" is the question `forward.W is not snapshot.W`, and nothing else
remembers the answer.
"""

import weakref
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import memory

FloatArray = npt.NDArray[np.float32]
Rows = tuple[int, ...] | None
"""Which samples Forward takes, in ascending order; None for all of them."""


def frozen(values: npt.ArrayLike) -> FloatArray:
    """Return a read-only float32 copy of `values` that nobody else can write to."""
    given = np.asarray(values)
    array = memory.room(given.shape)
    array[...] = given
    return sealed(array)


def sealed(array: FloatArray) -> FloatArray:
    """Make an array that nobody else holds read-only, without a copy."""
    array.setflags(write=False)
    return array


_CHUNK = 2**19
"""Numbers compared at a time: of large arrays that differ, most do so at once."""
_zeros: "weakref.WeakValueDictionary[tuple[int, ...], FloatArray]" = weakref.WeakValueDictionary()


def zeros(shape: tuple[int, ...]) -> FloatArray:
    """Return read-only zeros, an object of their own; all of one shape lie in the same memory."""
    found = _zeros.get(shape)
    if found is None:
        found = _zeros[shape] = owner(memory.zeros(shape))
    return sealed(found.reshape(shape))


def are_shared_zeros(array: npt.NDArray[Any]) -> bool:
    """Whether an array is one of `zeros`."""
    return owner(array) is _zeros.get(array.shape)


def owner(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the array whose memory an array looks at: another one, or itself."""
    return array.base if isinstance(array.base, np.ndarray) else array


def blocks(arrays: Iterable[npt.NDArray[Any]]) -> dict[int, int]:
    """Return the bytes that arrays take, by what owns their memory: objects that share it count once, `zeros` never."""
    return {id(owner(array)): array.nbytes for array in arrays if not are_shared_zeros(array)}


class TensorName(StrEnum):
    """The tensors a person can edit, by the names they have in PyTorch."""

    X = "x"
    Y_TRUE = "y_true"
    W = "W"
    B = "b"


_TENSORS = tuple(name.value for name in TensorName)


class GraphState(Enum):
    """Whether `loss.backward()` can still walk the graph of a forward pass."""

    LIVE = "live"
    FREED = "freed"


class Zeroing(StrEnum):
    """The two ways to zero a gradient: the notebook's, and the default of `Optimizer.zero_grad()` since 2.0."""

    ZERO = "zero_()"
    NONE = "None"


class Reduction(StrEnum):
    """How the loss becomes one number; the last weights the mean of a part by its rows over the batch's rows."""

    SUM = "sum"
    MEAN = "mean"
    WEIGHTED = "weighted mean"


@dataclass(frozen=True, slots=True)
class Element:
    """One number of the window: `name` is that of its table (`W`, `W.grad`, `z`), counted from [0, 0].

    A vector is a table of one row, a scalar a table of one cell.
    """

    name: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Config:
    """What a person sets beside the tensors.

    lr is a Python float, as in the notebook; retain_graph goes to `loss.backward()`; seed is what the next
    Randomize or resize takes (0 to 2**64 - 1, the range of `torch.manual_seed` without its negative aliases);
    part is how many rows Forward takes at a time, the next ones after each Backward (0: no parts); twin says whether
    a second run, which treats Zero grad the other way, is shown beside this one from the entry on that set it.
    """

    lr: float = 1.0
    retain_graph: bool = False
    zeroing: Zeroing = Zeroing.ZERO
    seed: int = 0
    reduction: Reduction = Reduction.SUM
    part: int = 0
    twin: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ForwardPass:
    """One Forward: what it was made with (the same array objects), what it gave, and whether its graph lives.

    Shapes: z and y_pred are (number of rows taken, k); loss is (). The names of the `grad_fn`s are read from the
    tensors.
    """

    x: FloatArray
    y_true: FloatArray
    W: FloatArray
    b: FloatArray
    rows: Rows
    z: FloatArray
    y_pred: FloatArray
    loss: FloatArray
    graph: GraphState
    y_pred_grad_fn: str
    loss_grad_fn: str
    reduction: Reduction = Reduction.SUM

    def changed_since(self, other: "ForwardPass") -> tuple[str, ...]:
        """Return what is not what `other` was made with: names of tensors, "rows", and "reduction"."""
        return _differences(self, other)

    def is_same_as(self, other: "ForwardPass") -> bool:
        """Whether both are one press of Forward, whatever became of its graph since."""
        return self.z is other.z


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Deposit:
    """What one Backward added to `.grad`: the incoming gradients, read with hooks on AccumulateGrad.

    W_grad (n, k) or b_grad (k,) is None where PyTorch refused before it reached that parameter. A merged deposit
    stands for the oldest `count` ones: it holds their float32 running sum, the last of their forwards that was recorded
    (a run does not record all), in `mixed` what changed between them, and in `taken` how often each row went into it.
    """

    forward: ForwardPass
    W_grad: FloatArray | None
    b_grad: FloatArray | None
    count: int = 1
    mixed: tuple[str, ...] = ()
    taken: npt.NDArray[np.int32] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in (self.W_grad, self.b_grad) if array is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The whole state at one moment.

    Shapes: x (m, n), y_true (m, k), W and W_grad (n, k), b and b_grad (k,). A single sample is a vector for PyTorch
    and a row of one here. `deposits` are the Backwards since the last Zero grad, oldest first; `grad_was_zeros` says
    whether they were added to the zeros that `zero_()` left, or into None (it decides the sign of a zero).
    """

    x: FloatArray
    y_true: FloatArray
    W: FloatArray
    b: FloatArray
    rows: Rows = None
    W_grad: FloatArray | None = None
    b_grad: FloatArray | None = None
    forward: ForwardPass | None = None
    deposits: tuple[Deposit, ...] = ()
    grad_was_zeros: bool = False
    config: Config = Config()

    @property
    def m(self) -> int:
        """Number of samples."""
        return int(self.x.shape[0])

    @property
    def n(self) -> int:
        """Number of inputs of the layer."""
        return int(self.W.shape[0])

    @property
    def k(self) -> int:
        """Number of outputs of the layer."""
        return int(self.W.shape[1])

    @property
    def reduction(self) -> Reduction:
        """How the next Forward reduces the loss."""
        return self.config.reduction

    def shape(self, name: TensorName) -> tuple[int, ...]:
        """Return the shape that the tensor has in PyTorch: a single sample is a vector."""
        shape = self.tensor(name).shape
        is_vector = self.m == 1 and name in {TensorName.X, TensorName.Y_TRUE}
        return shape[1:] if is_vector else shape

    def tensor(self, name: TensorName) -> FloatArray:
        """Return the array of that name."""
        array: FloatArray = getattr(self, name.value)
        return array

    def with_tensor(self, name: TensorName, array: FloatArray) -> "Snapshot":
        """Return the snapshot with one tensor holding other values, in place: gradients and forward stay."""
        changed: dict[str, Any] = {name.value: array}
        return replace(self, **changed)

    def changed_since(self, forward: ForwardPass) -> tuple[str, ...]:
        """Return what is no longer what `forward` was made with: names of tensors, "rows", and "reduction".

        While a batch is taken in parts, its next part is marked by itself: that other rows are marked is no change.
        """
        names = _differences(self, forward)
        in_parts = self.config.part > 0 and forward.rows is not None
        return tuple(name for name in names if name != "rows") if in_parts else names

    @property
    def stale(self) -> tuple[str, ...]:
        """What was changed after the Forward whose z, y_pred and loss are shown; empty when they are fresh."""
        return self.changed_since(self.forward) if self.forward is not None else ()

    def arrays(self) -> dict[int, Any]:
        """Return every array this snapshot keeps alive, by identity."""
        held: list[npt.NDArray[Any] | None] = [self.x, self.y_true, self.W, self.b, self.W_grad, self.b_grad]
        forwards = [deposit.forward for deposit in self.deposits]
        if self.forward is not None:
            forwards.append(self.forward)
        for forward in forwards:
            held += [forward.x, forward.y_true, forward.W, forward.b, forward.z, forward.y_pred, forward.loss]
        for deposit in self.deposits:
            held += [deposit.W_grad, deposit.b_grad, deposit.taken]
        return {id(array): array for array in held if array is not None}


def _differences(now: Snapshot | ForwardPass, then: ForwardPass) -> tuple[str, ...]:
    """Return the tensors that are not the same objects, and "rows" and "reduction" where Forward's line is another."""
    tensors = tuple(name for name in _TENSORS if getattr(now, name) is not getattr(then, name))
    rows = ("rows",) if now.rows != then.rows else ()
    is_reduced_otherwise = now.reduction is not then.reduction and _reduction(now) is not _reduction(then)
    reduction = ("reduction",) if is_reduced_otherwise else ()
    return (*tensors, *rows, *reduction)


def _reduction(state: Snapshot | ForwardPass) -> Reduction:
    """Return how the loss is reduced: the mean of all rows needs no weight."""
    whole_mean = state.reduction is Reduction.WEIGHTED and state.rows is None
    return Reduction.MEAN if whole_mean else state.reduction


def same_bits(first: FloatArray, second: FloatArray) -> bool:
    """Whether two arrays hold the same floats to the last bit: NaN equals itself, -0.0 is not 0.0."""
    if first.shape != second.shape:
        return False
    one, other = first.reshape(-1).view(np.uint32), second.view(np.uint32).reshape(-1)
    return all(np.array_equal(one[at : at + _CHUNK], other[at : at + _CHUNK]) for at in range(0, one.size, _CHUNK))


def same_numbers(first: FloatArray, second: FloatArray) -> bool:
    """Whether two arrays hold the same bits, but for which NaN a NaN is: that depends on who computes."""
    if same_bits(first, second):
        return True
    is_nan = np.isnan(first)
    return first.shape == second.shape and (
        bool(np.array_equal(is_nan, np.isnan(second))) and same_bits(first[~is_nan], second[~is_nan])
    )
