"""What a panel may ask about a state or a history, and what PyTorch answers. No answer is ever stored.

A question is answered on the worker, between the presses; a newer one of its kind takes its place in line. Its
arrays are float32 and read-only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.history import Entry
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot

DoubleArray = npt.NDArray[np.float64]


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


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """The second run, replayed from the history's actions.

    `forgets` says whether the twin leaves Zero grad out (else it zeroes after every Update). `updates` (points,) counts
    as the main run does; `losses` (points,) are of the last Forward at each count; `path` holds the snapshots after
    each Update, the start first. `momentum_difference` is the largest |difference| between the run that forgets and
    torch.optim.SGD(momentum=1) beside it in all of W and b, over all updates; None where the two are not comparable.
    """

    forgets: bool
    updates: npt.NDArray[np.int64]
    losses: FloatArray
    path: tuple[Snapshot, ...]
    momentum_difference: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Is this number, found by hand, what PyTorch finds? Answer: Checked."""

    snapshot: Snapshot
    element: Element


@dataclass(frozen=True, slots=True)
class Checked:
    """One derivative found in three ways: float32 by autograd, float64 by the chain rule and by central difference."""

    autograd: float
    chain_rule: float
    central_difference: float


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Which graph did autograd build in the Forward of this state? Answer: Graph."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node of the graph: its PyTorch name, the named tensor it made or accumulates into, and its gradient.

    `value` is that of the named tensor, None where none has a name; `grad` is what a hook on the node saw in a
    Backward: the gradient with respect to its output.
    """

    name: str
    tensor: str
    value: FloatArray | None
    grad: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The nodes from `loss` on, and its edges (from, to) as `next_functions` gives them, by index."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


Question = Tally | WholeBatch | Landscape | Comparison | Check | Walk
Answer = Agreement | Gradients | Surface | Twin | Checked | Graph
