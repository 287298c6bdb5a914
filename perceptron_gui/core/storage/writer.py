"""Entries as records: what was written before is named by its number."""

import weakref
from collections.abc import Callable
from typing import Any

import msgspec
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
    Paste,
    Ran,
    Randomize,
    Resize,
    Run,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.history import Entry, Environment
from perceptron_gui.core.snapshot import Config, Deposit, FloatArray, ForwardPass, Snapshot
from perceptron_gui.core.storage import runs, schema
from perceptron_gui.core.storage.numbers import written, written_ints

_PHASES: dict[Operation, schema.AnyAction] = {
    Operation.FORWARD: schema.ForwardAction(),
    Operation.BACKWARD: schema.BackwardAction(),
    Operation.UPDATE: schema.UpdateAction(),
    Operation.ZERO_GRAD: schema.ZeroGradAction(),
}
_LEAST_ROOM = 4096
"""Arrays that are known before one looks which of them are gone."""
_encode = msgspec.json.Encoder().encode


def _nowhere(_number: int, _array: FloatArray) -> bool:
    return False


class Writer:
    """Makes the records of entries, one after the other, as each differs from the one before.

    Two equal arrays that are two objects are written twice. `put_outside` may take an array (its number comes first)
    that is not to stand in the document, and says whether it did. `write` makes the text of one that does. The writer
    keeps no array alive.
    """

    def __init__(
        self,
        put_outside: Callable[[int, FloatArray], bool] = _nowhere,
        write: Callable[[FloatArray], Raw] = written,
    ) -> None:
        self._put_outside = put_outside
        self._write = write
        self._arrays: dict[int, tuple[weakref.ref[npt.NDArray[Any]], int]] = {}
        self._deposits: dict[int, tuple[weakref.ref[Deposit], int]] = {}
        self._array_count = self._part_count = 0
        self._parts: dict[tuple[object, ...], int] = {}
        self._room = _LEAST_ROOM

    def line(self, entry: Entry, before: Snapshot | None) -> bytes:
        """Return the record of an entry as one line of JSON; without a snapshot before it has a whole one."""
        return _encode(self.record(entry, before))

    def record(self, entry: Entry, before: Snapshot | None) -> schema.EntryRecord:
        """Return the record of an entry that followed the snapshot `before`."""
        after = entry.snapshot
        # What an entry begins with is written first: it may be what the action holds as well.
        state: dict[str, Any] = {}
        if before is None:
            state |= {"updates": entry.updates, "preset": entry.preset}
        for name in ("x", "y_true", "W", "b", "W_grad", "b_grad"):
            array = getattr(after, name)
            if before is None or array is not getattr(before, name):
                state[name] = None if array is None else self._array(array)
        if before is None or after.rows != before.rows:
            state["rows"] = Raw(b"null") if after.rows is None else written_ints(after.rows)
        if before is None or _is_other(after.forward, before.forward):
            state["forward"] = None if after.forward is None else self._forward(after.forward)
        if before is None or after.deposits is not before.deposits:
            state["deposits"] = tuple(map(self._deposit, after.deposits))
        if before is None or after.grad_was_zeros is not before.grad_was_zeros:
            state["grad_was_zeros"] = after.grad_was_zeros
        if before is None or after.config != before.config:
            state["config"] = _config(after.config)
        refusal = entry.refusal
        return schema.EntryRecord(
            action=self._action(entry.action),
            device=entry.device,
            environment=self._where(entry.environment),
            refusal=None if refusal is None else schema.RefusalRecord(refusal.exception, refusal.text, refusal.cause),
            printed=entry.printed,
            **state,
        )

    def _array(self, array: FloatArray) -> schema.Reference:
        known = self._arrays.get(id(array))
        if known is not None and known[0]() is array:
            return known[1]
        if len(self._arrays) >= self._room:
            self._forget_dead()
        number = self._array_count
        self._array_count += 1
        self._arrays[id(array)] = weakref.ref(array), number
        if self._put_outside(number, array):
            return schema.ArrayRecord(number, array.shape)
        return schema.ArrayRecord(number, array.shape, self._write(array))

    def _forward(self, forward: ForwardPass) -> int | schema.ForwardRecord:
        names = ("x", "y_true", "W", "b", "z", "y_pred", "loss")
        arrays = {name: self._array(getattr(forward, name)) for name in names}
        numbers = tuple(one if isinstance(one, int) else one.id for one in arrays.values())
        number, is_new = self._number("forward", numbers, forward.graph)
        if not is_new:
            return number
        return schema.ForwardRecord(
            id=number,
            **arrays,
            rows=UNSET if forward.rows is None else written_ints(forward.rows),
            graph=forward.graph,
            y_pred_grad_fn=forward.y_pred_grad_fn,
            loss_grad_fn=forward.loss_grad_fn,
            reduction=forward.reduction,
        )

    def _deposit(self, deposit: Deposit) -> int | schema.DepositRecord:
        known = self._deposits.get(id(deposit))
        if known is not None and known[0]() is deposit:
            return known[1]
        forward = self._forward(deposit.forward)
        grads = [None if grad is None else self._array(grad) for grad in (deposit.W_grad, deposit.b_grad)]
        numbers = tuple(one.id if isinstance(one, schema.ArrayRecord) else one for one in grads)
        of_forward = forward if isinstance(forward, int) else forward.id
        number, is_new = self._number("deposit", numbers, of_forward, deposit.count)
        self._deposits[id(deposit)] = weakref.ref(deposit), number
        if not is_new:
            return number
        W_grad, b_grad = grads
        taken = UNSET if deposit.taken is None else written_ints(deposit.taken.tolist())
        return schema.DepositRecord(number, forward, W_grad, b_grad, deposit.count, deposit.mixed, taken)

    def _number(self, *key: object) -> tuple[int, bool]:
        """Return the number of a part, and whether it is new: a part is what its arrays and values make it."""
        number = self._parts.setdefault(key, self._part_count)
        is_new = number == self._part_count
        self._part_count += is_new
        return number, is_new

    def _forget_dead(self) -> None:
        """Forget the numbers of what is gone, and of the parts that were made of it: nobody will name them again."""
        self._arrays = {key: known for key, known in self._arrays.items() if known[0]() is not None}
        self._deposits = {key: known for key, known in self._deposits.items() if known[0]() is not None}
        alive = {None, *(number for _, number in self._arrays.values())}
        self._parts = {key: number for key, number in self._parts.items() if _is_of(key, alive)}
        self._room = max(_LEAST_ROOM, 2 * len(self._arrays))

    def _where(self, environment: Environment | None) -> int | schema.EnvironmentRecord | UnsetType:
        if environment is None:
            return UNSET
        number, is_new = self._number("environment", environment)
        if not is_new:
            return number
        return schema.EnvironmentRecord(
            number, environment.torch, environment.system, environment.capability, environment.threads
        )

    def _action(self, action: Action) -> schema.AnyAction:
        match action:
            case Operation():
                return _PHASES[action]
            case Start(preset):
                return schema.StartAction(preset)
            case Assign(tensor, row, column, values, gesture):
                return schema.AssignAction(tensor, row, column, self._array(values), gesture)
            case AssignElements(numbers):
                return schema.AssignElementsAction(numbers)
            case MarkRows(rows):
                return schema.MarkRowsAction(UNSET if rows is None else written_ints(rows))
            case Configure(field, value):
                return schema.ConfigureAction(field, value)
            case Resize(axis, size):
                return schema.ResizeAction(axis, size)
            case Insert(axis, at, count):
                return schema.InsertAction(axis, at, count)
            case Delete(axis, at, count):
                return schema.DeleteAction(axis, at, count)
            case Import(source, tensors, is_transposed):
                arrays = tuple((name, self._array(array)) for name, array in tensors)
                return schema.ImportAction(source, arrays, is_transposed)
            case Randomize():
                return schema.RandomizeAction()
            case SwitchDevice(device):
                return schema.SwitchDeviceAction(device)
            case Ran():
                return runs.record(action, self._array, self._deposit)
            case Paste() | Run():
                raise TypeError("a Paste is an Assign, a Run a Ran by the time it is an entry")


def _is_of(key: tuple[object, ...], alive: set[int | None]) -> bool:
    """Whether all arrays of a part are alive; an environment has none."""
    _, of, *_ = key
    return not isinstance(of, tuple) or alive.issuperset(of)


def _is_other(after: ForwardPass | None, before: ForwardPass | None) -> bool:
    """Whether it is another press of Forward, or its graph another; a refused Backward makes the value anew."""
    if after is None or before is None:
        return after is not before
    return not after.is_same_as(before) or after.graph is not before.graph


def _config(config: Config) -> schema.ConfigRecord:
    return schema.ConfigRecord(**{name: getattr(config, name) for name in schema.ConfigRecord.__struct_fields__})
