"""Tensors as tables of numbers, four decimals each as in the window."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import FloatArray, Snapshot, TensorName
from perceptron_gui.ui.report import markup

translate = QCoreApplication.translate
MOST_ROWS = 12
MOST_COLUMNS = 7
"""Of a larger tensor the first ones are shown, and it is said how many there are."""
_ROOM, _NUMBER, _BESIDES = 176, 22, 10
"""Millimetres: what there is from margin to margin, what a number takes, and what the names of rows and a gap take."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One tensor: its name and shape in PyTorch, its numbers (rows, columns) or None, and the names of its rows."""

    name: str
    shape: tuple[int, ...]
    values: FloatArray | None
    rows: Sequence[int]


def of_start(snapshot: Snapshot) -> str:
    """Return x, y_true, W and b."""
    return _side_by_side([_edited(snapshot, name) for name in TensorName])


def of_end(snapshot: Snapshot) -> str:
    """Return everything there is; z, y_pred and loss where there was a Forward."""
    shown = [_edited(snapshot, name) for name in TensorName]
    for name, grad, of in (("W.grad", snapshot.W_grad, TensorName.W), ("b.grad", snapshot.b_grad, TensorName.B)):
        shape = snapshot.shape(of)
        values = None if grad is None else grad.reshape(-1, snapshot.k)
        shown.append(Shown(name, shape, values, range(shape[0] if of is TensorName.W else 1)))
    forward = snapshot.forward
    if forward is not None:
        rows = range(len(forward.x)) if forward.rows is None else forward.rows
        for name, array in (("z", forward.z), ("y_pred", forward.y_pred)):
            shown.append(Shown(name, array.shape[1:] if len(array) == 1 else array.shape, array, rows))
        shown.append(Shown("loss", (), forward.loss.reshape(1, 1), range(1)))
    return _side_by_side(shown)


def _edited(snapshot: Snapshot, name: TensorName) -> Shown:
    array = snapshot.tensor(name)
    values = array.reshape(-1, array.shape[-1])
    return Shown(name.value, snapshot.shape(name), values, range(len(values)))


def _side_by_side(shown: list[Shown]) -> str:
    """Put as many beside each other as there is room for: no table is wider than the paper."""
    lines: list[list[Shown]] = []
    room = 0
    for one in shown:
        columns = 1 if one.values is None else min(one.values.shape[1], MOST_COLUMNS)
        width = columns * _NUMBER + _BESIDES
        if width > room:
            lines.append([])
            room = _ROOM
        lines[-1].append(one)
        room -= width
    return "\n".join(markup.table([[markup.cell(_tensor(one)) for one in line]], "plain") for line in lines)


def _tensor(shown: Shown) -> str:
    name = markup.paragraph(f"{shown.name} {shown.shape}" if shown.shape else shown.name, "tensor")
    if shown.values is None:
        return name + markup.paragraph("None", "code")
    rows, columns = shown.values.shape
    across, down = min(columns, MOST_COLUMNS), min(rows, MOST_ROWS)
    head = [markup.cell(str(column), "number", is_header=True) for column in range(across)] if columns > 1 else []
    is_numbered = rows > 1 or len(shown.shape) > 1
    body = [
        [
            *([markup.cell(str(shown.rows[row]), "name", is_header=True)] if is_numbered else []),
            *(_number(float(value)) for value in shown.values[row, :across]),
        ]
        for row in range(down)
    ]
    if head and is_numbered:
        head = [markup.cell("", "name", is_header=True), *head]
    return name + markup.table(body, "numbers", head) + _left_out((down, rows), (across, columns))


def _number(value: float) -> str:
    return markup.cell(display_text(value), "number", tip=full_text(value))


def _left_out(rows: tuple[int, int], columns: tuple[int, int]) -> str:
    """Say what is not shown: (shown, all) of the rows and of the columns."""
    said = []
    if rows[0] < rows[1]:
        said.append(translate("Report", "the first {shown} of {total} rows").format(shown=rows[0], total=rows[1]))
    if columns[0] < columns[1]:
        said.append(
            translate("Report", "the first {shown} of {total} columns").format(shown=columns[0], total=columns[1])
        )
    return markup.paragraph(f"… {', '.join(said)}", "muted") if said else ""
