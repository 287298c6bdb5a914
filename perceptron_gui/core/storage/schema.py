"""What a session document looks like, as msgspec types: every key, every type, nothing else.

An array is written out where it is first met, with a number, and named by that number from then on; so are the
environment, each Forward and each deposit. A field that an entry does not have is as in the entry before.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from perceptron_gui.core.actions import Axis, Ending, Gesture
from perceptron_gui.core.history import Cause
from perceptron_gui.core.snapshot import Element, GraphState, Reduction, TensorName, Zeroing

FORMAT = "perceptron-gui session"
VERSION = 2
WITHOUT_RUNS = 1
"""The version of a document in which no Ran is: what knew of no runs reads it."""
MOST_BACKWARDS = 2**12
MOST_CHECKPOINTS = 2**10
Number = Annotated[int, Meta(ge=0, le=2**53)]
Seed = Annotated[int, Meta(ge=0)]
Size = Annotated[int, Meta(ge=1, le=2**24)]
Device = Annotated[str, Meta(pattern=r"\A[a-z]{1,20}(:[0-9]{1,4})?\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Record(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a document are like."""


class ArrayRecord(Record):
    """A float32 array; `values` is a list of all its numbers, row after row, or is missing where they lie elsewhere."""

    id: Number
    shape: Annotated[tuple[Size, ...], Meta(max_length=2)]
    values: Raw | UnsetType = UNSET


Reference = Number | ArrayRecord


class ForwardRecord(Record):
    """A ForwardPass; `rows` is null or a list of rows."""

    id: Number
    x: Reference
    y_true: Reference
    W: Reference
    b: Reference
    z: Reference
    y_pred: Reference
    loss: Reference
    y_pred_grad_fn: str
    loss_grad_fn: str
    graph: GraphState
    reduction: Reduction = Reduction.SUM
    rows: Raw | UnsetType = UNSET


class DepositRecord(Record):
    """A Deposit; `taken` is how often each row went into it, where it stands for several."""

    id: Number
    forward: Number | ForwardRecord
    W_grad: Reference | None = None
    b_grad: Reference | None = None
    count: Annotated[int, Meta(ge=1, le=2**53)] = 1
    mixed: tuple[str, ...] = ()
    taken: Raw | UnsetType = UNSET


class ConfigRecord(Record):
    """A Config."""

    lr: float
    seed: Seed
    retain_graph: bool = False
    zeroing: Zeroing = Zeroing.ZERO
    reduction: Reduction = Reduction.SUM
    part: Number = 0
    twin: bool = False


class RefusalRecord(Record):
    """A Refusal. `exception` is a class by its name, as exported code catches it."""

    exception: Annotated[str, Meta(pattern=r"\A[A-Za-z_]{1,80}\Z")]
    text: str
    cause: Cause = Cause.OTHER


class EnvironmentRecord(Record):
    """An Environment."""

    id: Number
    torch: str
    system: str
    capability: str
    threads: Number


class ActionRecord(Record, tag_field="do"):
    """An action: its name, and exactly its own fields."""


class ForwardAction(ActionRecord, tag="forward"):
    """Operation.FORWARD."""


class BackwardAction(ActionRecord, tag="backward"):
    """Operation.BACKWARD."""


class UpdateAction(ActionRecord, tag="update"):
    """Operation.UPDATE."""


class ZeroGradAction(ActionRecord, tag="zero_grad"):
    """Operation.ZERO_GRAD."""


class StartAction(ActionRecord, tag="Start"):
    """A Start."""

    preset: str


class AssignAction(ActionRecord, tag="Assign"):
    """An Assign."""

    tensor: TensorName
    row: Number
    column: Number
    values: Reference
    gesture: Gesture


class AssignElementsAction(ActionRecord, tag="AssignElements"):
    """An AssignElements: (element, number as text) each."""

    values: Annotated[tuple[tuple[Element, float], ...], Meta(min_length=1, max_length=2)]


class MarkRowsAction(ActionRecord, tag="MarkRows"):
    """A MarkRows; without rows, all."""

    rows: Raw | UnsetType = UNSET


class ConfigureAction(ActionRecord, tag="Configure"):
    """A Configure."""

    field: str
    value: int | float | bool | str


class ResizeAction(ActionRecord, tag="Resize"):
    """A Resize."""

    axis: Axis
    size: Size


class InsertAction(ActionRecord, tag="Insert"):
    """An Insert."""

    axis: Axis
    at: Number
    count: Size


class DeleteAction(ActionRecord, tag="Delete"):
    """A Delete."""

    axis: Axis
    at: Number
    count: Size


class ImportAction(ActionRecord, tag="Import"):
    """An Import: the name of the file, which is never opened again, and (tensor, array) each."""

    source: Annotated[str, Meta(max_length=1000)]
    tensors: Annotated[tuple[tuple[TensorName, Reference], ...], Meta(min_length=1, max_length=4)]
    is_transposed: bool = False


class RandomizeAction(ActionRecord, tag="Randomize"):
    """A Randomize."""


class SwitchDeviceAction(ActionRecord, tag="SwitchDevice"):
    """A SwitchDevice."""

    device: Device


class OverviewRecord(Record):
    """The overview of a Curve; `counts` is a list of update counts."""

    counts: Raw
    losses: Reference
    parameters: Reference


class CurveRecord(Record):
    """A Curve; where it is whole, its overview follows from it."""

    losses: Reference
    parameters: Reference
    stride: Annotated[int, Meta(ge=1, le=2**53)] = 1
    overview: OverviewRecord | UnsetType = UNSET


class CheckpointRecord(Record):
    """A Checkpoint: what of its snapshot may differ from that of its entry; without rows, all."""

    cycles: Number
    W: Reference
    b: Reference
    W_grad: Reference | None = None
    b_grad: Reference | None = None
    rows: Raw | UnsetType = UNSET
    deposits: Annotated[tuple[Number | DepositRecord, ...], Meta(max_length=64)] = ()
    grad_was_zeros: bool = False


class RanAction(ActionRecord, tag="Ran"):
    """A Ran, the fields of its Run among its own; without a curve, there was no Update."""

    phases: Annotated[int, Meta(ge=1, le=2**53)]
    ending: Ending
    updates: Number = 0
    loss: float | None = None
    zeroes: bool = True
    backwards: Annotated[int, Meta(ge=1, le=MOST_BACKWARDS)] = 1
    seed: Annotated[int, Meta(ge=0, lt=2**32)] | None = None
    curve: CurveRecord | UnsetType = UNSET
    checkpoints: Annotated[tuple[CheckpointRecord, ...], Meta(max_length=MOST_CHECKPOINTS)] = ()


AnyAction = (
    ForwardAction
    | BackwardAction
    | UpdateAction
    | ZeroGradAction
    | StartAction
    | AssignAction
    | AssignElementsAction
    | MarkRowsAction
    | ConfigureAction
    | ResizeAction
    | InsertAction
    | DeleteAction
    | ImportAction
    | RandomizeAction
    | SwitchDeviceAction
    | RanAction
)


class EntryRecord(Record):
    """An Entry: what was done, where, and what its snapshot has that the one before has not.

    The first one of a document has a whole snapshot, and says how many updates came before it and which preset.
    """

    action: AnyAction
    device: Device
    environment: Number | EnvironmentRecord | UnsetType = UNSET
    refusal: RefusalRecord | None = None
    printed: str = ""
    x: Reference | UnsetType = UNSET
    y_true: Reference | UnsetType = UNSET
    W: Reference | UnsetType = UNSET
    b: Reference | UnsetType = UNSET
    W_grad: Reference | UnsetType | None = UNSET
    b_grad: Reference | UnsetType | None = UNSET
    rows: Raw | UnsetType = UNSET
    forward: Number | ForwardRecord | UnsetType | None = UNSET
    deposits: Annotated[tuple[Number | DepositRecord, ...], Meta(max_length=64)] | UnsetType = UNSET
    grad_was_zeros: bool | UnsetType = UNSET
    config: ConfigRecord | UnsetType = UNSET
    updates: Number = 0
    preset: str = ""


class Header(Record):
    """A document: what made it, on its first line. `index` is the shown entry.

    Then its entries: each an EntryRecord, on a line of its own, so that one after the other can be read and refused.
    `device` and `seed` are those of the shown entry. `left_out` entries came before the first. `tensors` is the SHA-256
    of the file beside the document that holds its arrays, where they are too large for it.
    """

    format: str
    version: Number
    program: str
    torch: str
    device: Device
    seed: Seed
    index: Number
    entries: tuple[()]
    left_out: Number = 0
    tensors: Digest | UnsetType = UNSET
