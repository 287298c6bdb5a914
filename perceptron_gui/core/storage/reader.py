"""Records as entries: everything is checked before anything is believed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET, Raw, UnsetType

from perceptron_gui.core.actions import (
    Action,
    Assign,
    AssignElements,
    Configure,
    Delete,
    Import,
    Insert,
    MarkRows,
    Operation,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.deposits import MOST
from perceptron_gui.core.editing import AXES, LARGEST, LARGEST_SEED
from perceptron_gui.core.history import Entry, Environment, Refusal
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.core.snapshot import (
    Config,
    Deposit,
    FloatArray,
    ForwardPass,
    Reduction,
    Snapshot,
    Zeroing,
    sealed,
)
from perceptron_gui.core.storage import schema
from perceptron_gui.core.storage.numbers import DamagedError, is_float32, read_floats, read_ints, read_rows

_Part = TypeVar("_Part")
_decode = msgspec.json.Decoder(schema.EntryRecord).decode
_encode = msgspec.json.Encoder().encode
_SETTINGS: Mapping[str, Callable[[Any], object]] = {
    "lr": float,
    "retain_graph": bool,
    "zeroing": Zeroing,
    "seed": int,
    "reduction": Reduction,
    "part": int,
    "twin": bool,
}
_TENSORS = ("x", "y_true", "W", "b")


@dataclass
class Reader:
    """Reads records in the order in which a Writer made them.

    `outside` gives the array of a number and a shape that is not in the record, or raises DamagedError.
    """

    outside: Callable[[int, tuple[int, ...]], FloatArray] | None = None
    _arrays: dict[int, FloatArray] = field(default_factory=dict)
    _parts: dict[int, object] = field(default_factory=dict)
    _new_bytes: int = 0

    def entry(self, line: bytes | Raw, before: Entry | None) -> Entry:
        """Read the record of the entry that came after `before`.

        Raises:
            DamagedError: it is none, or what it says cannot be.
        """
        try:
            record = _decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise DamagedError(str(error)) from error
        refuse_twice(bytes(line), record)
        self._new_bytes = 0
        snapshot = self._snapshot(record, None if before is None else before.snapshot)
        refusal = record.refusal
        entry = Entry(
            action=self._action(record.action),
            snapshot=snapshot,
            device=record.device,
            refusal=None if refusal is None else Refusal(refusal.exception, refusal.text, refusal.cause),
            new_bytes=self._new_bytes,
            printed=record.printed,
            environment=self._environment(record.environment),
        )
        if before is not None:
            return entry.following(before)
        preset = entry.action.preset if isinstance(entry.action, Start) else record.preset or NOTEBOOK
        return replace(entry, updates=record.updates, preset=_known_preset(preset))

    def _snapshot(self, record: schema.EntryRecord, before: Snapshot | None) -> Snapshot:
        given: dict[str, Any] = {}
        for name in (*_TENSORS, "W_grad", "b_grad"):
            reference = getattr(record, name)
            if reference is not UNSET:
                given[name] = None if reference is None else self._array(reference)
        missing = [name for name in _TENSORS if name not in given]
        if before is None and missing:
            raise DamagedError(f"the first entry has no {missing[0]}")
        if record.grad_was_zeros is not UNSET:
            given["grad_was_zeros"] = record.grad_was_zeros
        if record.config is not UNSET:
            given["config"] = _config(record.config)
        if record.forward is not UNSET:
            given["forward"] = None if record.forward is None else self._forward(record.forward)
        if record.deposits is not UNSET:
            given["deposits"] = tuple(map(self._deposit, record.deposits))
        after = Snapshot(**given) if before is None else replace(before, **given)
        _check_tensors(after)
        if record.rows is not UNSET:
            # Only now it is known how many there are.
            after = replace(after, rows=read_rows(record.rows, after.m))
        _check_rest(after)
        return after

    def _array(self, reference: schema.Reference) -> FloatArray:
        if isinstance(reference, int):
            return _known(self._arrays, reference, "array")
        shape = reference.shape
        count = math.prod(shape)
        if count > LARGEST:
            raise DamagedError(f"an array of {count} numbers is larger than any that the program takes")
        if reference.values is not UNSET:
            array = sealed(read_floats(reference.values, count).reshape(shape))
        elif self.outside is not None:
            array = self.outside(reference.id, shape)
        else:
            raise DamagedError(f"array {reference.id} has no numbers")
        self._new_bytes += array.nbytes
        return _new(self._arrays, reference.id, array)

    def _forward(self, record: int | schema.ForwardRecord) -> ForwardPass:
        if isinstance(record, int):
            return _of_kind(ForwardPass, _known(self._parts, record, "forward"))
        arrays = {name: self._array(getattr(record, name)) for name in (*_TENSORS, "z", "y_pred", "loss")}
        forward = ForwardPass(
            **arrays,
            rows=None if record.rows is UNSET else read_rows(record.rows, len(np.atleast_1d(arrays["x"]))),
            graph=record.graph,
            y_pred_grad_fn=record.y_pred_grad_fn,
            loss_grad_fn=record.loss_grad_fn,
            reduction=record.reduction,
        )
        _check_tensors(forward)
        taken = len(forward.x) if forward.rows is None else len(forward.rows)
        if not forward.z.shape == forward.y_pred.shape == (taken, len(forward.b)) or forward.loss.shape:
            raise DamagedError("z, y_pred or loss of a Forward has another shape")
        _new(self._parts, record.id, forward)
        return forward

    def _deposit(self, record: int | schema.DepositRecord) -> Deposit:
        if isinstance(record, int):
            return _of_kind(Deposit, _known(self._parts, record, "deposit"))
        forward = self._forward(record.forward)
        W_grad, b_grad = (None if one is None else self._array(one) for one in (record.W_grad, record.b_grad))
        _check_gradients(W_grad, b_grad, forward)
        if not set(record.mixed) <= {*_TENSORS, "rows", "reduction"}:
            raise DamagedError("what changed between Backwards has no such name")
        taken: npt.NDArray[np.int32] | None = None
        if record.taken is not UNSET:
            counts = read_ints(record.taken, LARGEST)
            if counts.min() < 0 or counts.max() > np.iinfo(np.int32).max or len(counts) < len(forward.x):
                raise DamagedError("a row cannot have been taken so often")
            taken = counts.astype(np.int32)
            taken.flags.writeable = False
            self._new_bytes += taken.nbytes
        deposit = Deposit(forward, W_grad, b_grad, record.count, record.mixed, taken)
        _new(self._parts, record.id, deposit)
        return deposit

    def _environment(self, record: int | schema.EnvironmentRecord | UnsetType) -> Environment | None:
        if record is UNSET:
            return None
        if isinstance(record, int):
            return _of_kind(Environment, _known(self._parts, record, "environment"))
        environment = Environment(record.torch, record.system, record.capability, record.threads)
        _new(self._parts, record.id, environment)
        return environment

    def _action(self, action: schema.AnyAction) -> Action:
        match action:
            case schema.ForwardAction():
                return Operation.FORWARD
            case schema.BackwardAction():
                return Operation.BACKWARD
            case schema.UpdateAction():
                return Operation.UPDATE
            case schema.ZeroGradAction():
                return Operation.ZERO_GRAD
            case schema.StartAction(preset):
                return Start(_known_preset(preset))
            case schema.AssignAction(tensor, row, column, values, gesture):
                block = self._array(values)
                if block.ndim != 2:
                    raise DamagedError("what was written into a tensor is no block")
                return Assign(tensor, row, column, block, gesture)
            case schema.AssignElementsAction(values):
                if not all(one.name in {"W", "b"} and one.row >= 0 and one.column >= 0 for one, _ in values):
                    raise DamagedError("only elements of W and b are set by a click")
                if not all(is_float32(value) for _, value in values):
                    raise DamagedError("a number is no float32")
                return AssignElements(values)
            case schema.MarkRowsAction(rows):
                marked = None if rows is UNSET else tuple(read_ints(rows, LARGEST).tolist())
                return MarkRows(marked)
            case schema.ConfigureAction(name, value):
                return _configured(name, value)
            case schema.ResizeAction(axis, size):
                return Resize(axis, size)
            case schema.InsertAction(axis, at, count):
                return Insert(axis, at, count)
            case schema.DeleteAction(axis, at, count):
                return Delete(axis, at, count)
            case schema.ImportAction(source, references, is_transposed):
                tensors = tuple((name, self._array(reference)) for name, reference in references)
                if len(dict(tensors)) < len(tensors) or any(len(AXES[name]) != one.ndim for name, one in tensors):
                    raise DamagedError("a tensor was imported twice, or has another number of dimensions")
                return Import(source, tensors, is_transposed)
            case schema.RandomizeAction():
                return Randomize()
            case schema.SwitchDeviceAction(device):
                return SwitchDevice(device)


def refuse_twice(text: bytes, read: msgspec.Struct) -> None:
    """Raise DamagedError where a key stands twice: msgspec takes the last, and somebody else might take the first."""
    if _keys(text) > _keys(_encode(read)):
        raise DamagedError("a key stands twice, or a value is written out that goes without saying")


def _keys(text: bytes) -> int:
    """Return how many keys JSON text has: in a string a quotation mark is escaped, so `":` follows keys alone."""
    return text.count(b'":') - text.count(b'\\":')


def _known(known: Mapping[int, _Part], number: int, kind: str) -> _Part:
    if number not in known:
        raise DamagedError(f"there is no {kind} {number}")
    return known[number]


def _new(known: "dict[int, Any]", number: int, part: _Part) -> _Part:
    if number != len(known):
        raise DamagedError(f"number {number} is given where {len(known)} is due")
    known[number] = part
    return part


def _of_kind(kind: type[_Part], part: object) -> _Part:
    if not isinstance(part, kind):
        raise DamagedError("a number names something else")
    return part


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise DamagedError("there is no such preset")
    return name


def _configured(name: str, value: float | bool | str) -> Configure:
    kind = _SETTINGS.get(name)
    try:
        read = None if kind is None else kind(value)
    except (ValueError, OverflowError) as error:
        raise DamagedError(str(error)) from error
    if read is None or read != value or isinstance(value, bool) is not isinstance(read, bool):
        raise DamagedError("there is no such setting")
    if isinstance(read, float) and not math.isfinite(read):
        raise DamagedError("lr is not finite")
    return Configure(name, read)  # type: ignore[arg-type]


def _config(record: schema.ConfigRecord) -> Config:
    if record.seed > LARGEST_SEED:
        raise DamagedError("the seed is beyond 64 bits")
    return Config(**{name: getattr(record, name) for name in schema.ConfigRecord.__struct_fields__})


def _check_tensors(state: Snapshot | ForwardPass) -> None:
    """Raise DamagedError unless x (m, n), y_true (m, k), W (n, k) and b (k,) fit together."""
    x, y_true, W, b = state.x.shape, state.y_true.shape, state.W.shape, state.b.shape
    if not (len(x) == len(y_true) == len(W) == 2 and len(b) == 1):
        raise DamagedError("a tensor has another number of dimensions")
    if x[0] != y_true[0] or x[1] != W[0] or not y_true[1] == W[1] == b[0]:
        raise DamagedError("the shapes of x, y_true, W and b do not fit together")


def _check_gradients(W_grad: FloatArray | None, b_grad: FloatArray | None, state: Snapshot | ForwardPass) -> None:
    if (W_grad is not None and W_grad.shape != state.W.shape) or (b_grad is not None and b_grad.shape != state.b.shape):
        raise DamagedError("a gradient has another shape than its parameter")


def _check_rest(snapshot: Snapshot) -> None:
    """Raise DamagedError unless gradients, forward, deposits, rows and settings fit the tensors."""
    _check_gradients(snapshot.W_grad, snapshot.b_grad, snapshot)
    if snapshot.rows is not None and snapshot.rows[-1] >= snapshot.m:
        raise DamagedError("a row is marked that x does not have")
    forwards = [deposit.forward for deposit in snapshot.deposits]
    if snapshot.forward is not None:
        forwards.append(snapshot.forward)
    if any(one.x.shape != snapshot.x.shape or one.W.shape != snapshot.W.shape for one in forwards):
        raise DamagedError("a Forward was made with tensors of other shapes")
    if len(snapshot.deposits) > MOST:
        raise DamagedError("there are more deposits than the program keeps")
    if not 0 <= snapshot.config.part < max(snapshot.m, 1):
        raise DamagedError("a part has no such number of rows")
