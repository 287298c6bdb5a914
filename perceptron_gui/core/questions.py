"""What a panel may ask about a state or a history, and what PyTorch answers. No answer is ever stored.

A question is answered on the worker, between the presses; a newer one of its kind takes its place in line. Its
arrays are float32 and read-only.
"""

import pathlib
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.history import Entry
from perceptron_gui.core.importing.values import DETECTED, Dialect, Table, TensorFile
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot


class Interrupted(Exception):  # noqa: N818  it is no error
    """An answer gave way to something that is wanted sooner; asked again, it goes on where it was."""


def never() -> bool:
    """Nothing is wanted sooner."""
    return False


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Do the deposits, added up in their order, give `.grad` to the last bit? Answer: Agreement."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether W.grad and b.grad hold the bits of the sum of their deposits; None equals no deposit."""

    W_grad: bool
    b_grad: bool


@dataclass(frozen=True, slots=True, eq=False)
class WholeBatch:
    """What would one Backward on all rows, at the present values, put into `.grad`? Answer: Gradients."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """∂loss/∂W (n, k) and ∂loss/∂b (k,) of all rows, from a graph of their own."""

    W_grad: FloatArray
    b_grad: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Judging:
    """How does `.grad` compare with `whole`, the gradient of all rows? Answer: Judgement.

    None where they cannot be compared.
    """

    snapshot: Snapshot
    whole: Gradients


class Stage(Enum):
    """What a comparison of the stored gradient with that of the whole batch tells."""

    OLD = "old"
    PARTLY = "partly"
    REPEATED = "repeated"
    ADDS_UP = "adds up"
    MEANS = "means"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The stored gradient beside that of all rows.

    `difference` is the largest over all parameters; `rows` of the `m` rows are in `.grad`; `weighted` is the sum of the
    deposits as it had to be where they are means of parts, `weighted_difference` its largest to the whole batch.
    """

    stage: Stage
    difference: float
    rows: int
    m: int
    weighted: Gradients | None = None
    weighted_difference: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """What is the loss over one or two chosen parameters (elements of W and b), all else as in `snapshot`?

    `first` and `second` hold the places on the axes, (columns,) and (rows,); `down` is None, and `second` one place,
    where there is only one parameter. Answer: Surface.
    """

    snapshot: Snapshot
    across: Element
    down: Element | None
    first: FloatArray
    second: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The loss as Forward computes it (rows and reduction of the snapshot), (rows, columns)."""

    losses: FloatArray


@dataclass(frozen=True, slots=True)
class Comparison:
    """What becomes of the same presses if Zero grad is treated the other way?

    `entries` are `History.compared`. Two panels may ask it: equal questions have equal answers. Answer: Twin.
    """

    entries: tuple[Entry, ...]


MOST_PHASES = 4000
"""Of one Run no more are replayed: that would keep the worker for longer than a second or so. The twin ends in it."""


class Incomparable(Enum):
    """Why the run that forgets Zero grad is not compared with SGD with momentum 1."""

    NO_UPDATE = "there was no Update yet"
    NOT_ONE_BACKWARD = "there was not exactly one Backward before an Update"
    EDITED = "a number was written into a tensor"
    REFUSED = "PyTorch refused a phase"
    LONG_RUN = "a Run had more phases than are replayed: the twin ends in it"


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """W (points, n, k) and b (points, k) at the update counts `updates` (points,), oldest first.

    That is where the run starts, and where each Update or edit led; `joined` (points,) says where it was an Update.
    Beyond 64 MiB the oldest points are dropped; the last one is always there.
    """

    updates: npt.NDArray[np.int64]
    W: FloatArray
    b: FloatArray
    joined: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """The second run, replayed from the history's actions.

    `forgets` says whether the twin leaves Zero grad out (else it zeroes right after every Update), `is_apart` whether
    that has told the two runs apart yet: a Backward left another `.grad`, or an Update another W or b. `updates` are
    counts (points,) of the Updates it did, on from that of the marked entry; `losses` (points,) those of its last
    Forward at each. `momentum_difference` is the largest |difference| between the run that forgets, this one or the
    person's, and torch.optim.SGD(momentum=1) beside it in all of W and b, over all Updates: 0.0 where they are equal.
    It is None where they are not comparable, and `incomparable` says why. The momentum buffers hold at first what
    `.grad` held at the mark, so the first Update is compared without a Backward too.
    """

    forgets: bool
    is_apart: bool
    updates: npt.NDArray[np.int64]
    losses: FloatArray
    path: Path
    momentum_difference: float | None
    incomparable: Incomparable | None


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Is this number, found by hand, what PyTorch finds? Answer: Checked.

    `before` is the state that the Update changed, of an element of W or b.
    """

    snapshot: Snapshot
    element: Element
    before: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One number found in several ways.

    `pytorch` is what stands in the float32 tensor; `by_hand` is its formula in float64, from the float32 numbers that
    the formula shows; `central_difference`, of a gradient alone, is the slope of the loss in float64 from x, W, b and
    y_true. Of `merged` Backwards only the sum is kept: it is in all three as it is.
    """

    pytorch: float
    by_hand: float
    central_difference: float | None = None
    merged: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Which graph did autograd build in the Forward of this state? Answer: Graph."""

    snapshot: Snapshot


MOST_NUMBERS = 64
"""Of a larger tensor in the graph only the shape is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The shape of a tensor, and its numbers, or None where they are more than MOST_NUMBERS."""

    shape: tuple[int, ...]
    values: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node of the graph: its PyTorch name, and the tensor that it made or accumulates into.

    `shape` and `tensor` are that tensor's, "" where it has no name; only of a named one there is a `value`. `grad` is
    what reached the node in a Backward: the gradient with respect to its output. `is_leaf` is True where the node
    accumulates into a `.grad`.
    """

    name: str
    shape: tuple[int, ...]
    tensor: str
    value: Numbers | None
    grad: Numbers | None
    is_leaf: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The nodes from `loss` on, its edges (from, to) as `next_functions` gives them, by index, and what is not in it.

    `outside` names the tensors that need no gradient: autograd knows nothing of them.
    """

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What does a file hold that can be imported? Answer: Table or TensorFile, or the Problem why it is refused.

    `dialect` is, of a table, what a person has chosen.
    """

    path: pathlib.Path
    dialect: Dialect = DETECTED


Question = ReadFile | Tally | WholeBatch | Judging | Landscape | Comparison | Check | Walk
Answer = Table | TensorFile | Problem | Agreement | Gradients | Judgement | Surface | Twin | Checked | Graph
