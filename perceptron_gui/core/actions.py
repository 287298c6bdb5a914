"""What a person can do, as data. `operations.execute` and `editing.edited` say what it does."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from perceptron_gui.core.recording import Curve
from perceptron_gui.core.snapshot import Element, FloatArray, Reduction, Rows, Snapshot, TensorName, Zeroing

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


class Ending(StrEnum):
    """Why a run came to its end. GOES_ON says that it had not: what a session saved in the middle of one holds."""

    GOES_ON = "goes on"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    UPDATES = "updates"
    LOSS = "loss"
    NOT_FINITE = "not finite"


@dataclass(frozen=True, slots=True)
class Run:
    """Repeat whole steps, one cycle of phases after the other, until a condition holds or somebody stops it.

    A cycle is `backwards` times Forward and Backward, each on the next part where a batch is taken in parts; then
    Update; then Zero grad, unless not `zeroes`. The run ends after `updates` cycles (0: that is no condition), after a
    Forward whose loss is at most `loss`, and always at a number that is not finite. With a `seed` (0 to 2**32 - 1) the
    parts are shuffled rows, anew each time through the batch.
    """

    updates: int = 0
    loss: float | None = None
    zeroes: bool = True
    backwards: int = 1
    seed: int | None = None

    @property
    def cycle(self) -> tuple[Operation, ...]:
        """The phases of one cycle."""
        ending = (Operation.UPDATE, Operation.ZERO_GRAD) if self.zeroes else (Operation.UPDATE,)
        return (Operation.FORWARD, Operation.BACKWARD) * self.backwards + ending


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A state between two cycles of a run, and how many cycles came before it."""

    cycles: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What became of a Run: how many phases were done, and why no more; where several parts took part, in which order.

    `checkpoints` are ascending states on the way, from which any moment is computed again.
    """

    run: Run
    phases: int
    ending: Ending
    curve: Curve
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def cycles(self) -> int:
        """How many whole cycles were done."""
        return self.phases // len(self.run.cycle)

    @property
    def rest(self) -> tuple[Operation, ...]:
        """The phases that were done of the cycle after those."""
        return self.run.cycle[: self.phases % len(self.run.cycle)]

    @property
    def last_phase(self) -> Operation | None:
        """The phase that was done last; None where there was none."""
        cycle = self.run.cycle
        return cycle[(self.phases - 1) % len(cycle)] if self.phases else None

    @property
    def updates(self) -> int:
        """How many Updates were done."""
        return self.cycles + int(Operation.UPDATE in self.rest)

    def arrays(self) -> dict[int, Any]:
        """Return every array this run keeps alive, by identity."""
        curve = self.curve
        held = (curve.losses, curve.parameters, curve.overview.losses, curve.overview.parameters, curve.overview.counts)
        kept = {key: array for checkpoint in self.checkpoints for key, array in checkpoint.snapshot.arrays().items()}
        return kept | {id(array): array for array in held}

    def thinner(self) -> "Ran":
        """Return it with half of the counts of its curve and of its checkpoints; itself where that is hardly less."""
        curve = self.curve.thinner()
        return self if curve is self.curve else replace(self, curve=curve, checkpoints=self.checkpoints[1::2])

    def first(self, phases: int) -> "Ran":
        """Return the same run as it was after so many of its phases."""
        shorter = replace(self, phases=phases, ending=Ending.GOES_ON)
        checkpoints = tuple(one for one in self.checkpoints if one.cycles <= shorter.cycles)
        return replace(shorter, curve=self.curve.first(shorter.updates), checkpoints=checkpoints)

    def since(self, earlier: "Ran") -> "Ran":
        """Return it with what was recorded of it after an earlier moment: see `behind`."""
        checkpoints = tuple(one for one in self.checkpoints if one.cycles >= earlier.cycles)
        return replace(self, curve=self.curve.since(earlier.updates), checkpoints=checkpoints)

    def behind(self, earlier: "Ran") -> "Ran":
        """Return it with what was recorded of an earlier moment of it, too.

        Raises:
            ValueError: that was no earlier moment of this run.
        """
        if earlier.run != self.run or earlier.phases > self.phases:
            raise ValueError("a run does not go on from another")
        first = self.checkpoints[0].cycles if self.checkpoints else math.inf
        known = tuple(one for one in earlier.checkpoints if one.cycles < first)
        curve = self.curve.behind(earlier.curve, self.updates)
        return replace(self, curve=curve, checkpoints=known + self.checkpoints)


Reshape = Resize | Insert | Delete
Edit = Assign | AssignElements | MarkRows | Configure
"""Edits that need no torch."""
Task = Operation | Run | Assign | AssignElements | Paste | Reshape | Import | Randomize | SwitchDevice
"""What runs on the worker; an Assign only where the tensor is large."""
Request = Task | Edit | Start
"""What a person can wish."""
Action = Request | Ran
