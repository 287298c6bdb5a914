"""Records as entries: everything is checked before anything is believed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
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
    Ran,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.editing import AXES, LARGEST
from perceptron_gui.core.history import Entry, Environment, Refusal, following
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
from perceptron_gui.core.storage import runs, schema
from perceptron_gui.core.storage.checks import (
    check_action,
    check_config,
    check_exception,
    check_gradients,
    check_shapes,
    check_size,
    check_snapshot,
)
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
_MOST_BESIDE_NUMBERS = 2**20
_LISTS_OF_NUMBERS = re.compile(rb'"(?:values|rows|taken|counts)":\[[^\]]*\]')
_TENSORS = ("x", "y_true", "W", "b")
_FIELDS = tuple(each.name for each in fields(Snapshot))
_SAID_OF_A_FORWARD = ("rows", "reduction", "y_pred_grad_fn", "loss_grad_fn")


@dataclass
class Reader:
    """Reads records in the order in which a Writer made them.

    `outside` gives the array of a number and a shape that is not in the record, or raises DamagedError.
    """

    outside: Callable[[int, tuple[int, ...]], FloatArray] | None = None
    _arrays: dict[int, FloatArray] = field(default_factory=dict)
    _parts: dict[int, object] = field(default_factory=dict)
    _passes: dict[int, ForwardPass] = field(default_factory=dict)
    _deposited: set[tuple[int, int]] = field(default_factory=set)
    _named: list[object] = field(default_factory=list)
    _fresh: list[npt.NDArray[Any]] = field(default_factory=list)
    _made: list[object] = field(default_factory=list)

    def entry(self, line: bytes | Raw, before: Entry | None, run: Ran | None = None) -> Entry:
        """Read the record of the entry that came after `before`, or of a later moment of a `run` that did.

        Raises:
            DamagedError: it is none, or what it says cannot be.
        """
        if len(line_bytes := bytes(line)) > _MOST_BESIDE_NUMBERS:
            _check_rest(line_bytes)
        try:
            record = _decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise DamagedError(str(error)) from error
        refuse_twice(line_bytes, record)
        self._named, self._fresh, self._made = [], [], []
        earlier = None if before is None else before.snapshot
        snapshot = self._snapshot(record, earlier)
        new_bytes = self._new_bytes(snapshot, earlier)
        action = self._action(record.action, snapshot, run)
        if isinstance(action, Ran):
            held = snapshot.arrays() | ({} if earlier is None else earlier.arrays())
            new_bytes += sum(array.nbytes for key, array in action.arrays().items() if key not in held)
        if before is None:
            updates = record.updates
            preset = action.preset if isinstance(action, Start) else _known_preset(record.preset or NOTEBOOK)
        elif record.updates or record.preset:
            raise DamagedError("only the first entry says how many updates came before, and which preset")
        else:
            updates, preset = following(before, action, is_refused=record.refusal is not None)
        entry = Entry(
            action=action,
            snapshot=snapshot,
            device=record.device,
            refusal=_refusal(record.refusal),
            updates=updates,
            new_bytes=new_bytes,
            preset=preset,
            printed=record.printed,
            environment=self._environment(record.environment),
        )
        check_action(entry, earlier)
        if before is None and entry.makes_new_tensors and updates:
            raise DamagedError("new tensors have had no updates")
        return entry

    def _new_bytes(self, snapshot: Snapshot, before: Snapshot | None) -> int:
        """Return the bytes of the arrays that the state before did not hold."""
        if before is not None and self._names_only(before):
            return sum(array.nbytes for array in self._fresh)
        held = {} if before is None else before.arrays()
        return sum(array.nbytes for key, array in snapshot.arrays().items() if key not in held)

    def _names_only(self, before: Snapshot) -> bool:
        """Whether all that the record names by a number belongs to the state before."""
        if not self._named:
            return True
        state, forward = before, before.forward
        held = {id(state.x), id(state.y_true), id(state.W), id(state.b), id(state.W_grad), id(state.b_grad)}
        if forward is not None:
            held |= {id(forward), id(forward.x), id(forward.y_true), id(forward.W), id(forward.b)}
            held |= {id(forward.z), id(forward.y_pred), id(forward.loss)}
        rest = {*map(id, self._named)} - held
        return not rest or rest <= {*map(id, before.deposits), *map(id, self._made)}

    def _snapshot(self, record: schema.EntryRecord, before: Snapshot | None) -> Snapshot:
        given = {} if before is None else {name: getattr(before, name) for name in _FIELDS}
        if before is None or any(getattr(record, name) is not UNSET for name in _TENSORS):
            self._check_shapes(record, before)
        for name in (*_TENSORS, "W_grad", "b_grad"):
            reference = getattr(record, name)
            if reference is not UNSET:
                given[name] = None if reference is None else self._array(reference)
        if record.grad_was_zeros is not UNSET:
            given["grad_was_zeros"] = record.grad_was_zeros
        if record.config is not UNSET:
            given["config"] = _config(record.config)
        if record.forward is not UNSET:
            given["forward"] = None if record.forward is None else self._forward(record.forward)
        if record.deposits is not UNSET:
            given["deposits"] = tuple(map(self._deposit, record.deposits))
        after = Snapshot(**given)
        if record.rows is not UNSET:
            # Only now it is known how many there are.
            after = replace(after, rows=read_rows(record.rows, after.m))
        check_snapshot(after, before)
        return after

    def _check_shapes(self, record: schema.EntryRecord | schema.ForwardRecord, before: Snapshot | None) -> None:
        """Check how the tensors of a record fit together, before a number is read."""
        own: dict[int, tuple[int, ...]] = {}
        shapes: list[tuple[int, ...]] = []
        for name in _TENSORS:
            reference: schema.Reference | UnsetType = getattr(record, name)
            if isinstance(reference, schema.ArrayRecord):
                own[reference.id] = reference.shape
                shapes.append(reference.shape)
            elif isinstance(reference, int):
                shapes.append(own[reference] if reference in own else _known(self._arrays, reference, "array").shape)
            elif before is None:
                raise DamagedError(f"the first entry has no {name}")
            else:
                shapes.append(getattr(before, name).shape)
        check_shapes(*shapes)

    def _array(self, reference: schema.Reference) -> FloatArray:
        if isinstance(reference, int):
            array = _known(self._arrays, reference, "array")
            self._named.append(array)
            return array
        shape = reference.shape
        count = check_size(shape, LARGEST)
        if reference.values is not UNSET:
            array = sealed(read_floats(reference.values, count).reshape(shape))
        elif self.outside is not None:
            array = self.outside(reference.id, shape)
        else:
            raise DamagedError(f"array {reference.id} has no numbers")
        self._fresh.append(array)
        return _new(self._arrays, reference.id, array)

    def _forward(self, record: int | schema.ForwardRecord) -> ForwardPass:
        if isinstance(record, int):
            return self._part(ForwardPass, record)
        self._check_shapes(record, None)
        arrays = {name: self._array(getattr(record, name)) for name in (*_TENSORS, "z", "y_pred", "loss")}
        forward = ForwardPass(
            **arrays,
            rows=None if record.rows is UNSET else read_rows(record.rows, len(arrays["x"])),
            graph=record.graph,
            y_pred_grad_fn=record.y_pred_grad_fn,
            loss_grad_fn=record.loss_grad_fn,
            reduction=record.reduction,
        )
        taken = len(forward.x) if forward.rows is None else len(forward.rows)
        if not forward.z.shape == forward.y_pred.shape == (taken, len(forward.b)) or forward.loss.shape:
            raise DamagedError("z, y_pred or loss of a Forward has another shape")
        first = self._passes.setdefault(id(forward.z), forward)
        if first is not forward and not _is_one_press(first, forward):
            raise DamagedError("two Forwards have one z")
        self._made.append(forward)
        return _new(self._parts, record.id, forward)

    def _deposit(self, record: int | schema.DepositRecord) -> Deposit:
        if isinstance(record, int):
            return self._part(Deposit, record)
        forward = self._forward(record.forward)
        W_grad, b_grad = (None if one is None else self._array(one) for one in (record.W_grad, record.b_grad))
        check_gradients(W_grad, b_grad, forward)
        brought = (id(W_grad), id(b_grad))
        if (W_grad is None and b_grad is None) or brought in self._deposited:
            raise DamagedError("a deposit brings nothing of its own")
        self._deposited.add(brought)
        if not set(record.mixed) <= {*_TENSORS, "rows", "reduction"}:
            raise DamagedError("what changed between Backwards has no such name")
        taken: npt.NDArray[np.int32] | None = None
        if record.taken is not UNSET:
            counts = read_ints(record.taken, LARGEST)
            if counts.max() > min(record.count, np.iinfo(np.int32).max) or len(counts) < len(forward.x):
                raise DamagedError("a row cannot have been taken so often")
            taken = counts.astype(np.int32)
            taken.flags.writeable = False
            self._fresh.append(taken)
        deposit = Deposit(forward, W_grad, b_grad, record.count, record.mixed, taken)
        return _new(self._parts, record.id, deposit)

    def _environment(self, record: int | schema.EnvironmentRecord | UnsetType) -> Environment | None:
        if record is UNSET:
            return None
        if isinstance(record, int):
            return self._part(Environment, record)
        environment = Environment(record.torch, record.system, record.capability, record.threads)
        return _new(self._parts, record.id, environment)

    def _part(self, kind: type[_Part], number: int) -> _Part:
        part = _known(self._parts, number, kind.__name__)
        if not isinstance(part, kind):
            raise DamagedError("a number names something else")
        self._named.append(part)
        return part

    def _action(self, action: schema.AnyAction, after: Snapshot, run: Ran | None) -> Action:
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
            case schema.RanAction():
                return runs.read(action, after, self._array, self._deposit, run)


def _check_rest(line: bytes) -> None:
    """Raise DamagedError where a long line is long by anything but numbers: short lists may be long in a file."""
    if len(_LISTS_OF_NUMBERS.sub(b"", line)) > _MOST_BESIDE_NUMBERS:
        raise DamagedError("an entry is longer than any")


def refuse_twice(text: bytes, read: msgspec.Struct) -> None:
    """Raise DamagedError where a key stands twice: msgspec takes the last, and somebody else might take the first."""
    as_written = _encode(read)
    if as_written != text and _keys(text) != _keys(as_written):
        raise DamagedError("a key stands twice, or a value is written out that goes without saying")


def _keys(text: bytes) -> int:
    """Return how many keys JSON text has: in a string a quotation mark is escaped, so `":` follows keys alone."""
    if b" :" in text or b"\t:" in text or b"\n:" in text or b"\r:" in text:
        text = text.translate(None, b" \t\r\n")
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
    return Configure(name, read)  # type: ignore[arg-type]


def _config(record: schema.ConfigRecord) -> Config:
    config = Config(**{name: getattr(record, name) for name in schema.ConfigRecord.__struct_fields__})
    check_config(config)
    return config


def _refusal(record: schema.RefusalRecord | None) -> Refusal | None:
    if record is None:
        return None
    check_exception(record.exception)
    return Refusal(record.exception, record.text, record.cause)


def _is_one_press(one: ForwardPass, other: ForwardPass) -> bool:
    """Whether two are the same but for what became of the graph."""
    arrays = all(getattr(one, name) is getattr(other, name) for name in (*_TENSORS, "y_pred", "loss"))
    return arrays and all(getattr(one, name) == getattr(other, name) for name in _SAID_OF_A_FORWARD)
