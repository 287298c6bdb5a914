"""CSV: a tensor as its numbers alone, or the whole history, a row an entry."""

import csv
import io
from collections.abc import Iterable, Iterator

import numpy as np

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Action, Operation, Ran, Start
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import shortest_texts
from perceptron_gui.core.snapshot import FloatArray

_PIECE = 2**16
"""Numbers that are made text at a time."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def tensor_csv(array: FloatArray, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield a tensor as numbers between commas, a line a row; a vector is one line.

    Each is the shortest text that reads back as the same float32.
    """
    table = array.reshape(-1, array.shape[-1] if array.ndim else 1)
    rows_at_once = max(1, _PIECE // table.shape[1])
    for start in range(0, len(table), rows_at_once):
        watch(start, len(table))
        rows = table[start : start + rows_at_once]
        texts = shortest_texts(rows.reshape(-1))
        width = table.shape[1]
        yield "".join(f"{','.join(texts[at : at + width])}\r\n" for at in range(0, len(texts), width)).encode()


def history_csv(history: History, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield a row an entry up to the shown one: its number, what was done, where, lr, the loss, and each parameter.

    Where the layer has more than `lines.MOST_SHOWN` parameters, there are no columns for them (`has_parameters`). A
    cell is empty where there was no such number then. A run is one row: what it left.
    """
    shown = history.path
    n, k = _largest(shown) if has_parameters(history) else (0, 0)
    names = [*(f"W[{i}, {j}]" for i in range(n) for j in range(k)), *(f"b[{j}]" for j in range(k))]
    grads = [name.replace("[", ".grad[") for name in names]
    yield _row(["entry", "action", "device", "refusal", "updates", "lr", "loss", *names, *grads])
    for number, entry in enumerate(shown, 1):
        watch(number - 1, len(shown))
        after = entry.snapshot
        loss = None if after.forward is None else after.forward.loss
        yield _row([
            str(number),
            text_cell(_name(entry.action)),
            text_cell(entry.device),
            text_cell(str(entry.refusal) if entry.refusal is not None else ""),
            str(entry.updates),
            repr(after.config.lr),
            *_padded(loss, (1, 1)),
            *_padded(after.W, (n, k)),
            *_padded(after.b, (1, k)),
            *_padded(after.W_grad, (n, k)),
            *_padded(after.b_grad, (1, k)),
        ])  # fmt: skip


def has_parameters(history: History) -> bool:
    """Whether the layer was always small enough for a column a parameter."""
    n, k = _largest(history.path)
    return n * k + k <= lines.MOST_SHOWN


def text_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _name(action: Action) -> str:
    match action:
        case Operation():
            return action.value
        case Start(preset):
            return f"Start {preset}"
        case Ran(ending=ending):
            return f"Run ({ending.value})"
        case _:
            return type(action).__name__


def _largest(entries: tuple[Entry, ...]) -> tuple[int, int]:
    shapes = {entry.snapshot.W.shape for entry in entries}
    return max(n for n, _ in shapes), max(k for _, k in shapes)


def _padded(array: FloatArray | None, shape: tuple[int, int]) -> list[str]:
    """Return the numbers of an array in the order of a larger one, with nothing where it has no element."""
    texts = np.full(shape, "", dtype=object)
    if array is not None and texts.size:
        rows = np.atleast_2d(array)
        texts[: rows.shape[0], : rows.shape[1]] = np.reshape(
            np.array(shortest_texts(rows.reshape(-1)), object), rows.shape
        )
    found: list[str] = texts.reshape(-1).tolist()
    return found


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode(errors="backslashreplace")
