"""The lines of PyTorch: what a button shows is, to the letter, what `autograd` executes.

Names are PyTorch's and the notebook's. A single sample is a vector `x`; of several samples, `x` is all, `x[i]` a view
of one, `x[[0, 2]]` a copy of some.
"""

from perceptron_gui.core.actions import (
    Action,
    Assign,
    AssignElements,
    Configure,
    Delete,
    Insert,
    MarkRows,
    Operation,
    Paste,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Config, FloatArray, Reduction, Rows, Snapshot, TensorName, Zeroing

MANY_ROWS = 4
"""From so many marked rows on, the line says `x[rows]` and `rows` is a list of its own."""


def of_operation(operation: Operation, snapshot: Snapshot) -> str:
    """Return the lines that `operation` stands for in this state."""
    match operation:
        case Operation.FORWARD:
            return forward(snapshot.rows, snapshot.reduction, snapshot.m)
        case Operation.BACKWARD:
            return backward(snapshot.config)
        case Operation.UPDATE:
            return update()
        case Operation.ZERO_GRAD:
            return zero_grad(snapshot.config.zeroing)


def forward(rows: Rows, reduction: Reduction = Reduction.SUM, m: int = 0) -> str:
    """ŷ = σ(x W + b), loss = Σ (y_true − ŷ)² or its mean, on the samples taken.

    A weighted mean is that of the part times its rows over the m rows of the batch; all rows need no weight.
    """
    taken = taken_rows(rows)
    reduced = "sum()" if reduction is Reduction.SUM else "mean()"
    if reduction is Reduction.WEIGHTED and rows is not None:
        reduced += f" * {len(rows)}/{m}"
    return (
        f"z = x{taken} @ W + b\n"
        "y_pred = torch.sigmoid(z)\n"
        f"loss = ((y_true{taken} - y_pred) ** 2).{reduced}"
    )  # fmt: skip


def backward(config: Config) -> str:
    """∂loss/∂W and ∂loss/∂b are *added* to W.grad and b.grad."""
    return f"loss.backward({'retain_graph=True' if config.retain_graph else ''})"


def update() -> str:
    """One step of gradient descent, in place, unseen by autograd."""
    return "with torch.no_grad():\n    W -= lr * W.grad\n    b -= lr * b.grad"


def zero_grad(zeroing: Zeroing) -> str:
    """Zero what Backward would otherwise add to."""
    if zeroing is Zeroing.NONE:
        return "W.grad = None\nb.grad = None"
    return "W.grad.zero_()\nb.grad.zero_()"


def taken_rows(rows: Rows) -> str:
    """Return the index that takes these rows: nothing, `[i]`, `[[i, j]]`, or `[rows]` for many."""
    if rows is None:
        return ""
    if len(rows) == 1:
        return f"[{rows[0]}]"
    return f"[{list(rows)}]" if len(rows) < MANY_ROWS else "[rows]"


def element(name: str, row: int, column: int, m: int) -> str:
    """Return an element as PyTorch would index it: `W[0, 0]`, `b[0]`, and `x[0]` where one sample is a vector."""
    is_vector = name.startswith("b") or (m == 1 and name in {"x", "y_true", "z", "y_pred"})
    if name == "loss":
        return name
    return f"{name}[{column}]" if is_vector else f"{name}[{row}, {column}]"


def of_action(action: Action, before: Snapshot, after: Snapshot) -> str:
    """Return the lines that an action stood for: in place under no_grad, or new tensors."""
    match action:
        case Operation():
            return of_operation(action, before)
        case Assign():
            return _assignment(action, before.m)
        case AssignElements(values):
            places = [(element(one.name, one.row, one.column, before.m), full_text(value)) for one, value in values]
            return "with torch.no_grad():\n" + "\n".join(f"    {place} = {value}" for place, value in places)
        case Paste() | MarkRows():
            return ""
        case Configure("lr"):
            return f"lr = {after.config.lr!r}"
        case Configure():
            return ""
        case Start():
            return "\n".join(f"{name} = {_tensor(name, after)}" for name in TensorName) + f"\nlr = {after.config.lr!r}"
        case Randomize():
            x = f"{after.n}" if after.m == 1 else f"{after.m}, {after.n}"
            return (
                f"torch.manual_seed({before.config.seed})\n"
                f"x = torch.rand({x})\n"
                f"W = torch.randn({after.n}, {after.k}, requires_grad=True)\n"
                f"b = torch.zeros({after.k}, requires_grad=True)"
            )
        case Resize() | Insert() | Delete():
            shapes = ", ".join(f"{name} {after.shape(name)}" for name in TensorName)
            made = f"torch.manual_seed({before.config.seed})\ntorch.randn({after.n}, {after.k})  # the new weights\n"
            return f"{made if before.config.seed != after.config.seed else ''}# new tensors: {shapes}"
        case SwitchDevice(device):
            kept = [name for name, grad in (("W", before.W_grad), ("b", before.b_grad)) if grad is not None]
            return "\n".join(
                [
                    *(f"{name}_grad = {name}.grad" for name in kept),
                    *(f'{name} = {name}.to("{device}")' for name in ("x", "y_true")),
                    *(f'{name} = {name}.detach().to("{device}").requires_grad_()' for name in ("W", "b")),
                    *(f'{name}.grad = {name}_grad.to("{device}")' for name in kept),
                ]
            )


def _assignment(action: Assign, m: int) -> str:
    rows, columns = action.values.shape
    if rows == columns == 1:
        target = element(action.tensor, action.row, action.column, m)
        value = full_text(action.values[0, 0])
    else:
        row = slice_text(action.row, rows)
        column = slice_text(action.column, columns)
        is_vector = action.tensor is TensorName.B or (m == 1 and action.tensor is not TensorName.W)
        target = f"{action.tensor}[{column}]" if is_vector else f"{action.tensor}[{row}, {column}]"
        value = "0" if not action.values.any() else "torch.tensor(…)"
    return f"with torch.no_grad():\n    {target} = {value}"


def slice_text(start: int, count: int) -> str:
    """Return `start:stop`, as Python writes a slice."""
    return f"{start}:{start + count}"


def _tensor(name: TensorName, snapshot: Snapshot) -> str:
    array: FloatArray = snapshot.tensor(name)
    if snapshot.m == 1 and name in {TensorName.X, TensorName.Y_TRUE}:
        array = array[0]
    if array.size > 64:
        return "torch.tensor(…)"
    values = str([[float(full_text(v)) for v in row] for row in array] if array.ndim == 2 else
                 [float(full_text(v)) for v in array])  # fmt: skip
    leaf = ", requires_grad=True" if name in {TensorName.W, TensorName.B} else ""
    return f"torch.tensor({values}{leaf})"
