"""What has to hold of what was read: that a state is one, and that an action can have led to it."""

import builtins
import math

from perceptron_gui.core.actions import (
    Assign,
    AssignElements,
    Axis,
    Configure,
    Delete,
    Import,
    Insert,
    MarkRows,
    Operation,
    Ran,
    Reshape,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.deposits import MOST
from perceptron_gui.core.editing import LARGEST_SEED, as_table, check_sizes, marked, sizes_after
from perceptron_gui.core.history import Entry
from perceptron_gui.core.parsing import FIRST_TOO_LARGE
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Config, FloatArray, ForwardPass, Snapshot, TensorName
from perceptron_gui.core.storage.numbers import DamagedError

Shape = tuple[int, ...]


def check_shapes(x: Shape, y_true: Shape, W: Shape, b: Shape) -> None:
    """Raise DamagedError unless x (m, n), y_true (m, k), W (n, k) and b (k,) fit together."""
    if not (len(x) == len(y_true) == len(W) == 2 and len(b) == 1):
        raise DamagedError("a tensor has another number of dimensions")
    if x[0] != y_true[0] or x[1] != W[0] or not y_true[1] == W[1] == b[0]:
        raise DamagedError("the shapes of x, y_true, W and b do not fit together")


def check_gradients(W_grad: FloatArray | None, b_grad: FloatArray | None, state: Snapshot | ForwardPass) -> None:
    """Raise DamagedError unless gradients have the shapes of their parameters."""
    if (W_grad is not None and W_grad.shape != state.W.shape) or (b_grad is not None and b_grad.shape != state.b.shape):
        raise DamagedError("a gradient has another shape than its parameter")


def check_config(config: Config) -> None:
    """Raise DamagedError unless settings are such as a person can set."""
    if not 0 <= config.seed <= LARGEST_SEED:
        raise DamagedError("the seed is beyond 64 bits")
    if not abs(config.lr) < FIRST_TOO_LARGE:
        raise DamagedError("lr is beyond float32")


def check_snapshot(snapshot: Snapshot, before: Snapshot | None) -> None:
    """Raise DamagedError unless gradients, forward, deposits, rows and settings fit the tensors.

    Deposits that are those of the state before, which was checked, are not looked at again.
    """
    check_gradients(snapshot.W_grad, snapshot.b_grad, snapshot)
    if snapshot.rows is not None and (len(snapshot.rows) >= snapshot.m or snapshot.rows[-1] >= snapshot.m):
        raise DamagedError("a row is marked that x does not have")
    if not 0 <= snapshot.config.part < snapshot.m:
        raise DamagedError("a part has no such number of rows")
    shapes = (snapshot.x.shape, snapshot.W.shape)
    is_known = (
        before is not None and before.deposits is snapshot.deposits and shapes == (before.x.shape, before.W.shape)
    )
    forwards = {snapshot.forward} if is_known else {snapshot.forward, *(each.forward for each in snapshot.deposits)}
    if any(one is not None and (one.x.shape, one.W.shape) != shapes for one in forwards):
        raise DamagedError("a Forward was made with tensors of other shapes")
    if len(snapshot.deposits) > MOST:
        raise DamagedError("there are more deposits than the program keeps")


def check_exception(name: str) -> None:
    """Raise DamagedError where a name of Python's own is no exception: exported code catches it by this name."""
    known = getattr(builtins, name, Exception)
    if not (isinstance(known, type) and issubclass(known, Exception)):
        raise DamagedError("a refusal is no exception")


def check_action(entry: Entry, before: Snapshot | None) -> None:
    """Raise DamagedError where an action cannot have led from the state before to the one after."""
    after, action = entry.snapshot, entry.action
    if entry.refusal is not None and not isinstance(action, Operation):
        raise DamagedError("only phases are refused by PyTorch")
    match action:
        case Operation.FORWARD if entry.refusal is None and after.forward is None:
            raise DamagedError("a Forward left nothing")
        case Assign(tensor, row, column, values):
            _check_place(after, tensor, row + len(values), column + values.shape[1])
        case AssignElements(values):
            for element, _ in values:
                _check_place(after, TensorName(element.name), element.row + 1, element.column + 1)
        case Import(_, tensors) if any(after.tensor(name).shape != array.shape for name, array in tensors):
            raise DamagedError("a tensor has another size than was imported")
        case MarkRows() if not _are_marked(action, after):
            raise DamagedError("other rows are marked than was wished")
        case Configure(field, value) if getattr(after.config, field) != value:
            raise DamagedError("a setting is not what it was set to")
        case SwitchDevice(device) if device != entry.device:
            raise DamagedError("the tensors are on another device than they were moved to")
        case Resize() | Insert() | Delete():
            _check_sizes(action, before, after)
        case Ran() if after.forward is None:
            raise DamagedError("a run left no Forward")
        case _:
            pass
    makes_sizes = isinstance(action, Start | Import | Resize | Insert | Delete)
    if before is not None and not makes_sizes and (before.x.shape, before.W.shape) != (after.x.shape, after.W.shape):
        raise DamagedError("a tensor changed its size by itself")


def _check_place(snapshot: Snapshot, tensor: TensorName, rows: int, columns: int) -> None:
    shape = as_table(snapshot.tensor(tensor)).shape
    if rows > shape[0] or columns > shape[1]:
        raise DamagedError("what was written into a tensor does not fit")


def _are_marked(action: MarkRows, after: Snapshot) -> bool:
    if action.rows == after.rows:
        return True
    try:
        return marked(after, action.rows).rows == after.rows
    except Problem:
        return False


def _check_sizes(action: Reshape, before: Snapshot | None, after: Snapshot) -> None:
    sizes = {Axis.SAMPLES: after.m, Axis.INPUTS: after.n, Axis.OUTPUTS: after.k}
    try:
        check_sizes(sizes)
        expected = sizes if before is None else sizes_after(before, action)
    except Problem as problem:
        raise DamagedError(f"a size cannot be: {problem.reason.name}") from problem
    is_resized = not isinstance(action, Resize) or sizes[action.axis] == action.size
    if expected != sizes or not is_resized:
        raise DamagedError("a size is not what it was changed to")


def check_size(shape: tuple[int, ...], limit: int) -> int:
    """Return how many numbers an array has. Raises DamagedError for more than `limit`."""
    count = math.prod(shape)
    if count > limit:
        raise DamagedError(f"an array of {count} numbers is larger than any that the program takes")
    return count
