"""Edits of a snapshot that are not training: pure functions, Snapshot -> Snapshot.

Two kinds, as in PyTorch. In place (typing, paste, clear): the tensor stays, so `.grad` and the forward stay, and the
forward may go stale. New tensors (resize, import, Randomize, presets): `.grad` is None and there is no forward.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from perceptron_gui.core import parsing, parts
from perceptron_gui.core.actions import (
    Assign,
    AssignElements,
    Axis,
    Configure,
    Delete,
    Edit,
    Gesture,
    Import,
    Insert,
    MarkRows,
    Paste,
    Reshape,
    Resize,
)
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, Rows, Snapshot, TensorName, frozen, same_bits, sealed

LARGEST = 2**24
"""The most elements that x (m·n), y_true (m·k) or W (n·k) may have: 64 MiB each in float32."""
QUICK = 2**20
"""An edit of a tensor of at most so many elements takes no time that a person would notice."""
AXES = {
    TensorName.X: (Axis.SAMPLES, Axis.INPUTS),
    TensorName.Y_TRUE: (Axis.SAMPLES, Axis.OUTPUTS),
    TensorName.W: (Axis.INPUTS, Axis.OUTPUTS),
    TensorName.B: (Axis.OUTPUTS,),
}
"""The sizes that a tensor's shape is made of."""
LARGEST_SEED = 2**64 - 1
"""`torch.manual_seed` takes no larger one."""


def is_quick(snapshot: Snapshot, edit: Assign | AssignElements) -> bool:
    """Whether an edit can be done in the GUI thread; a larger tensor takes too long to copy for that."""
    names = [edit.tensor] if isinstance(edit, Assign) else [TensorName(one.name) for one, _ in edit.values]
    return all(snapshot.tensor(name).size <= QUICK for name in names)


def edited(snapshot: Snapshot, edit: Edit) -> Snapshot:
    """Do an edit that needs no torch. An edit that changes nothing returns `snapshot` itself.

    Raises:
        Problem: DOES_NOT_FIT, NO_ROWS, NOT_A_PART or NOT_A_SEED; nothing has changed then.
    """
    match edit:
        case Assign():
            return assigned(snapshot, edit)
        case AssignElements():
            return elements_assigned(snapshot, edit)
        case MarkRows(rows):
            return marked(snapshot, rows)
        case Configure("part", part):
            return in_parts(snapshot, int(part))
        case Configure(field, value):
            setting: dict[str, Any] = {field: value}
            config = replace(snapshot.config, **setting)
            if not 0 <= config.seed <= LARGEST_SEED:
                raise Problem(Reason.NOT_A_SEED, text=str(value), largest=LARGEST_SEED)
            return snapshot if config == snapshot.config else replace(snapshot, config=config)


def assigned(snapshot: Snapshot, edit: Assign) -> Snapshot:
    """Write a block into a tensor in place: `with torch.no_grad(): W[1, 0] = 0.5`. `.grad` and the forward stay."""
    table = as_table(snapshot.tensor(edit.tensor))
    rows, columns = edit.values.shape
    parsing.check_fit(edit.values.shape, (table.shape[0] - edit.row, table.shape[1] - edit.column))
    block = (slice(edit.row, edit.row + rows), slice(edit.column, edit.column + columns))
    if same_bits(np.ascontiguousarray(table[block]), edit.values):
        return snapshot
    changed = table.copy()
    changed[block] = edit.values
    return snapshot.with_tensor(edit.tensor, sealed(changed.reshape(snapshot.tensor(edit.tensor).shape)))


def elements_assigned(snapshot: Snapshot, edit: AssignElements) -> Snapshot:
    """Write single numbers in place, as `assigned` does one after the other."""
    for element, value in edit.values:
        one = Assign(TensorName(element.name), element.row, element.column, frozen([[value]]), Gesture.TYPE)
        snapshot = assigned(snapshot, one)
    return snapshot


def pasted(snapshot: Snapshot, paste: Paste) -> Assign:
    """Read the text of a paste; a block that does not fit is refused whole.

    Raises:
        Problem: what `parsing.parse_block` raises, or DOES_NOT_FIT.
    """
    table = as_table(snapshot.tensor(paste.tensor))
    room = (table.shape[0] - paste.row, table.shape[1] - paste.column)
    values = parsing.parse_block(paste.text, room)
    if values.size == 1:
        parsing.check_fit((paste.rows, paste.columns), room)
        values = frozen(np.full((paste.rows, paste.columns), values[0, 0]))
    parsing.check_fit(values.shape, room)
    return Assign(paste.tensor, paste.row, paste.column, values, Gesture.PASTE)


def in_parts(snapshot: Snapshot, part: int) -> Snapshot:
    """Take `part` rows at a time from now on, beginning with the first ones; 0 for all rows.

    Raises:
        Problem: NOT_A_PART unless a part has fewer rows than the batch.
    """
    if part == snapshot.config.part:
        return snapshot
    if not 0 <= part < snapshot.m:
        raise Problem(Reason.NOT_A_PART, most=snapshot.m - 1)
    return replace(snapshot, rows=parts.first(part, snapshot.m), config=replace(snapshot.config, part=part))


def marked(snapshot: Snapshot, rows: Rows) -> Snapshot:
    """Choose the samples that Forward takes. No tensor changes; all samples are no part."""
    if rows is not None:
        rows = tuple(sorted({row for row in rows if 0 <= row < snapshot.m}))
        if not rows:
            raise Problem(Reason.NO_ROWS)
        if len(rows) == snapshot.m:
            rows = None
    config = replace(snapshot.config, part=0) if rows is None else snapshot.config
    return snapshot if rows == snapshot.rows else replace(snapshot, rows=rows, config=config)


def sizes_after(snapshot: Snapshot, edit: Reshape) -> dict[Axis, int]:
    """Return m, n and k after a resize, insertion or deletion, checked before anything is allocated.

    Raises:
        Problem: NOT_A_SIZE, LAST_ONE or TOO_LARGE.
    """
    sizes = {Axis.SAMPLES: snapshot.m, Axis.INPUTS: snapshot.n, Axis.OUTPUTS: snapshot.k}
    match edit:
        case Resize(axis, size):
            sizes[axis] = size
        case Insert(axis, at, count):
            if count < 1 or not 0 <= at <= sizes[axis]:
                raise Problem(Reason.NOT_A_SIZE)
            sizes[axis] += count
        case Delete(axis, at, count):
            if count < 1 or at < 0 or at + count > sizes[axis]:
                raise Problem(Reason.NOT_A_SIZE)
            if count == sizes[axis]:
                raise Problem(Reason.LAST_ONE, axis=axis)
            sizes[axis] -= count
    check_sizes(sizes)
    return sizes


def check_sizes(sizes: dict[Axis, int]) -> None:
    """Raise NOT_A_SIZE or TOO_LARGE unless m, n and k are at least 1 and every table within LARGEST elements."""
    if min(sizes.values()) < 1:
        raise Problem(Reason.NOT_A_SIZE)
    for first, second in ((Axis.INPUTS, Axis.OUTPUTS), (Axis.SAMPLES, Axis.INPUTS), (Axis.SAMPLES, Axis.OUTPUTS)):
        size = sizes[first] * sizes[second]
        if size > LARGEST:
            raise Problem(Reason.TOO_LARGE, product=f"{first}·{second}", size=size, limit=LARGEST)


def reshaped(snapshot: Snapshot, edit: Reshape, new_W: FloatArray) -> Snapshot:
    """Make new tensors of other sizes: old places keep their values, new ones are 0 in x, y_true and b.

    A batch in parts begins with its first part again; the twin, which goes on from the old tensors, ends.

    Args:
        snapshot: the state before.
        edit: what happens to which axis.
        new_W: values for W, (n, k) of the sizes after; those at new places are taken.
    """
    sizes = sizes_after(snapshot, edit)
    sources = {
        axis: _sources(edit, old, sizes[axis]) if axis == edit.axis else np.arange(old)
        for axis, old in ((Axis.SAMPLES, snapshot.m), (Axis.INPUTS, snapshot.n), (Axis.OUTPUTS, snapshot.k))
    }
    m, n, k = sources[Axis.SAMPLES], sources[Axis.INPUTS], sources[Axis.OUTPUTS]
    rows = snapshot.rows
    config = replace(snapshot.config, twin=False)
    if edit.axis is Axis.SAMPLES and config.part:
        rows = parts.first(config.part, len(m))
        config = config if rows is not None else replace(config, part=0)
    elif rows is not None and edit.axis is Axis.SAMPLES:
        rows = tuple(int(row) for row in np.flatnonzero(np.isin(m, rows))) or None
        rows = None if rows is not None and len(rows) == len(m) else rows
    return Snapshot(
        x=_gathered(snapshot.x, m, n),
        y_true=_gathered(snapshot.y_true, m, k),
        W=_gathered(snapshot.W, n, k, new_W),
        b=frozen(_gathered(as_table(snapshot.b), np.zeros(1, np.int64), k)[0]),
        rows=rows,
        config=config,
    )


def sizes_after_import(snapshot: Snapshot, action: Import) -> dict[Axis, int]:
    """Return m, n and k after an import, checked before anything is allocated: the imported arrays decide.

    Raises:
        Problem: SIZES_DIFFER where two of them do not agree, NOT_A_SIZE or TOO_LARGE.
    """
    decided: dict[Axis, tuple[TensorName, int]] = {}
    for name, array in action.tensors:
        for axis, size in zip(AXES[name], array.shape, strict=True):
            other, other_size = decided.setdefault(axis, (name, size))
            if other_size != size:
                raise Problem(
                    Reason.SIZES_DIFFER, axis=axis, first=other, first_size=other_size, second=name, second_size=size
                )
    sizes = {Axis.SAMPLES: snapshot.m, Axis.INPUTS: snapshot.n, Axis.OUTPUTS: snapshot.k}
    sizes |= {axis: size for axis, (_, size) in decided.items()}
    check_sizes(sizes)
    return sizes


def with_tensors(snapshot: Snapshot, action: Import, new_W: FloatArray | None) -> Snapshot:
    """Make new tensors: the imported ones are the very arrays of the action, the others follow as in `reshaped`.

    New samples are all taken, or their first part; the twin, which goes on from the old tensors, ends.

    Args:
        snapshot: the state before.
        action: what a file held.
        new_W: values for W, (n, k) of the sizes after, where it has new places and is not imported.
    """
    sizes = sizes_after_import(snapshot, action)
    held = dict(action.tensors)
    old = {Axis.SAMPLES: snapshot.m, Axis.INPUTS: snapshot.n, Axis.OUTPUTS: snapshot.k}
    m, n, k = (np.where(np.arange(size) < old[axis], np.arange(size), -1) for axis, size in sizes.items())
    rows = snapshot.rows
    config = replace(snapshot.config, twin=False)
    if TensorName.X in held or TensorName.Y_TRUE in held:
        rows = parts.first(config.part, len(m))
        config = config if rows is not None else replace(config, part=0)
    x, y_true, W, b = (held.get(name) for name in TensorName)
    return Snapshot(
        x=_gathered(snapshot.x, m, n) if x is None else x,
        y_true=_gathered(snapshot.y_true, m, k) if y_true is None else y_true,
        W=_gathered(snapshot.W, n, k, new_W) if W is None else W,
        b=sealed(_gathered(as_table(snapshot.b), np.zeros(1, np.int64), k).reshape(-1)) if b is None else b,
        rows=rows,
        config=config,
    )


def as_table(array: FloatArray) -> FloatArray:
    """Return a vector (k,) as its table of one row (1, k), and a scalar as (1, 1); a matrix as it is."""
    return array if array.ndim == 2 else array.reshape(1, -1)


def _sources(edit: Reshape, old: int, new: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For every place along the axis after the edit: which place it was before, or -1 for a new one."""
    match edit:
        case Resize():
            return np.where(np.arange(new) < old, np.arange(new), -1)
        case Insert(_, at, count):
            return np.insert(np.arange(old), at, np.full(count, -1))
        case Delete(_, at, count):
            return np.delete(np.arange(old), slice(at, at + count))


def _gathered(
    old: FloatArray,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    columns: np.ndarray[tuple[int], np.dtype[np.int64]],
    new: FloatArray | None = None,
) -> FloatArray:
    shape = (len(rows), len(columns))
    gathered = np.zeros(shape, np.float32) if new is None else np.array(new)
    kept_rows, kept_columns = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    gathered[np.ix_(kept_rows, kept_columns)] = old[np.ix_(rows[kept_rows], columns[kept_columns])]
    return sealed(gathered)
