"""What a person can do, as data. `operations.execute` and `editing.edited` say what it does."""

from dataclasses import dataclass
from enum import StrEnum

from perceptron_gui.core.snapshot import Element, FloatArray, Reduction, Rows, TensorName, Zeroing

CPU = "cpu"
"""The device that is always there."""


class Operation(StrEnum):
    """The four phases of a training step."""

    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"
    ZERO_GRAD = "zero_grad"


STEP = (Operation.FORWARD, Operation.BACKWARD, Operation.UPDATE, Operation.ZERO_GRAD)
"""A whole step, in the notebook's order."""


class Axis(StrEnum):
    """The three sizes of a layer: samples (m), inputs (n), outputs (k)."""

    SAMPLES = "m"
    INPUTS = "n"
    OUTPUTS = "k"


class Gesture(StrEnum):
    """How a block of values came into a table."""

    TYPE = "type"
    PASTE = "paste"
    CUT = "cut"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin from the start values of a preset, by its name; Reset is this too."""

    preset: str


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """Write a block (rows, columns) into a tensor in place, its first value at [row, column]."""

    tensor: TensorName
    row: int
    column: int
    values: FloatArray
    gesture: Gesture


@dataclass(frozen=True, slots=True)
class AssignElements:
    """Write single numbers into W and b in place, as one edit: (element, float32 value) each."""

    values: tuple[tuple[Element, float], ...]


@dataclass(frozen=True, slots=True)
class Paste:
    """Read `text` as numbers and assign them at [row, column]; a single number fills (rows, columns)."""

    tensor: TensorName
    row: int
    column: int
    rows: int
    columns: int
    text: str


@dataclass(frozen=True, slots=True)
class MarkRows:
    """Choose the samples that Forward takes; None for all."""

    rows: Rows


@dataclass(frozen=True, slots=True)
class Configure:
    """Set one field of Config, by its name."""

    field: str
    value: float | bool | Zeroing | Reduction


@dataclass(frozen=True, slots=True)
class Resize:
    """Give one axis another size; what still fits keeps its value."""

    axis: Axis
    size: int


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert `count` new places along one axis before position `at`."""

    axis: Axis
    at: int
    count: int


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete `count` places along one axis from position `at` on."""

    axis: Axis
    at: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Import:
    """Make new tensors: those named hold what a file held, the sizes of the others follow.

    `source` is the bare name of the file, to be shown: it is never opened again. Shapes: x (m, n), y_true (m, k),
    W (n, k), b (k,). `is_transposed` says that W was the weight (k, n) of an `nn.Linear`.
    """

    source: str
    tensors: tuple[tuple[TensorName, FloatArray], ...]
    is_transposed: bool = False


@dataclass(frozen=True, slots=True)
class Randomize:
    """Make x, W and b anew as the notebook does, with the seed in Config."""


@dataclass(frozen=True, slots=True)
class SwitchDevice:
    """Move the tensors to another torch device, by its name."""

    device: str


Reshape = Resize | Insert | Delete
Edit = Assign | AssignElements | MarkRows | Configure
"""Edits that need no torch."""
Task = Operation | Assign | AssignElements | Paste | Reshape | Import | Randomize | SwitchDevice
"""What runs on the worker; an Assign only where the tensor is large."""
Action = Task | Edit | Start
