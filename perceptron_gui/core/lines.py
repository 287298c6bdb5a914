"""The lines of PyTorch: what a button shows is, to the letter, what `autograd` executes.

Names are PyTorch's and the notebook's. A single sample is a vector `x`; of several samples, `x` is all, `x[i]` a view
of one, `x[[0, 2]]` a copy of some.
"""

import builtins
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from perceptron_gui.core import loops
from perceptron_gui.core.actions import (
    CPU,
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
from perceptron_gui.core.history import Entry
from perceptron_gui.core.parsing import shortest_texts
from perceptron_gui.core.snapshot import (
    Config,
    Element,
    FloatArray,
    ForwardPass,
    GraphState,
    Reduction,
    Rows,
    Snapshot,
    TensorName,
    Zeroing,
)

MANY_ROWS = 4
"""From so many marked rows on, the line says `x[rows]` and `rows` is a list of its own."""
MOST_SHOWN = 64
"""A tensor, or a list of rows, of more numbers is not written out where it is only shown."""
PRINTED: Mapping[Operation, tuple[str, ...]] = MappingProxyType(
    {
        Operation.FORWARD: ("y_pred", "loss"),
        Operation.BACKWARD: ("W.grad", "b.grad"),
        Operation.UPDATE: ("W", "b"),
        Operation.ZERO_GRAD: ("W.grad", "b.grad"),
    }
)
"""What a phase made or changed: the tensors that are printed after it."""
_LEAVES = frozenset({TensorName.W, TensorName.B})


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
    return _forward(taken_rows(rows), reduction, None if rows is None else f"{len(rows)}/{m}")


def forward_in_loop(reduction: Reduction, m: int, size: str) -> str:
    """The same where `rows` is another with each Forward: one row, or a list of `size` rows; without one, no weight."""
    return _forward("[rows]", reduction, f"{size}/{m}" if size else None)


def _forward(taken: str, reduction: Reduction, share: str | None) -> str:
    reduced = "sum()" if reduction is Reduction.SUM else "mean()"
    if reduction is Reduction.WEIGHTED and share is not None:
        reduced += f" * {share}"
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


def parameter(one: Element) -> str:
    """Return an element of W or b as PyTorch would index it."""
    return element(one.name, one.row, one.column, 0)


def of_action(action: Action, before: Snapshot, after: Snapshot) -> str:
    """Return the lines that an action stood for: in place under no_grad, or new tensors."""
    match action:
        case Operation():
            return of_operation(action, before)
        case Ran():
            return _loop(action, before, is_whole=False)
        case Assign():
            return _assignment(action, before.m)
        case AssignElements(values):
            places = [(element(one.name, one.row, one.column, before.m), _number(value)) for one, value in values]
            return "with torch.no_grad():\n" + "\n".join(f"    {place} = {value}" for place, value in places)
        case Paste() | MarkRows() | Run():
            return ""
        case Configure("lr"):
            return f"lr = {after.config.lr!r}"
        case Configure():
            return ""
        case Start():
            return f"{_tensors(after)}\nlr = {after.config.lr!r}"
        case Randomize():
            x = f"{after.n}" if after.m == 1 else f"{after.m}, {after.n}"
            return (
                f"torch.manual_seed({before.config.seed})\n"
                f"x = torch.rand({x})\n"
                f"W = torch.randn({after.n}, {after.k}, requires_grad=True)\n"
                f"b = torch.zeros({after.k}, requires_grad=True)"
            )
        case Import(source, tensors, is_transposed):
            names = ("W (weight.T)" if is_transposed and name is TensorName.W else str(name) for name, _ in tensors)
            # `repr` lets no character of a name end the comment.
            return f"# {', '.join(names)} from {source!r}\n{_new_tensors(before, after)}"
        case Resize() | Insert() | Delete():
            return _new_tensors(before, after)
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


def _loop(ran: Ran, before: Snapshot, *, is_whole: bool) -> str:
    """Return the lines of a run; those that need it with the list of the marked rows before them."""
    marked = _rows_before(before.rows) if is_whole and not before.config.part else ""
    return marked + loops.written(
        ran,
        before,
        lambda operation: of_operation(operation, before),
        lambda size: forward_in_loop(before.reduction, before.m, size),
    )


def _new_tensors(before: Snapshot, after: Snapshot) -> str:
    """Say the new shapes, and the lines that made new weights where there are some."""
    shapes = ", ".join(f"{name} {after.shape(name)}" for name in TensorName)
    made = f"torch.manual_seed({before.config.seed})\ntorch.randn({after.n}, {after.k})  # the new weights\n"
    return f"{made if before.config.seed != after.config.seed else ''}# new tensors: {shapes}"


def shown(entry: Entry, before: Snapshot | None) -> str:
    """Return the code that a person reads of an entry: its lines, or the rows it marked; empty where it has none."""
    after = entry.snapshot
    code = of_action(entry.action, before or after, after)
    return code or _marking(entry, before, is_whole=False)


def runnable(entry: Entry, before: Snapshot | None) -> str:
    """Return the lines of an entry complete: run behind those of the entries before, they leave its very bits.

    Every number is the shortest text that reads back as the same float32. A refused phase is caught, as it was; names
    that went with the old tensors are deleted. Empty where an entry only changes later lines.

    Args:
        entry: what was done.
        before: the state it was done in; None to begin with the state that the entry left, whatever made it.
    """
    after, action = entry.snapshot, entry.action
    if before is None:
        return _state(after, entry.device)
    match action:
        case Operation():
            code = of_operation(action, before)
            if action is Operation.FORWARD:
                code = _rows_before(before.rows) + code
            if entry.refusal is not None:
                code = _caught(code, entry.refusal.exception)
        case Ran():
            code = _loop(action, before, is_whole=True)
        case Assign():
            code = _assignment(action, before.m, is_whole=True)
        case Start():
            code = f"{_tensors(after, entry.device, is_whole=True)}\nlr = {after.config.lr!r}"
        case Randomize() if entry.device == CPU:
            code = of_action(action, before, after)
        case Import():
            origin = of_action(action, before, after).partition("\n")[0]
            code = f"{origin}\n{_tensors(after, entry.device, is_whole=True)}"
        case Randomize() | Resize() | Insert() | Delete():
            code = _tensors(after, entry.device, is_whole=True)
        case _:
            code = of_action(action, before, after) or _marking(entry, before, is_whole=True)
    is_dropped = before.forward is not None and after.forward is None
    return f"del z, y_pred, loss\n{code}" if is_dropped else code


def numbers(entry: Entry, before: Snapshot | None) -> int:
    """Return how many numbers `runnable` writes out, at most."""
    after = entry.snapshot
    rows = 0 if after.rows is None else len(after.rows)
    match entry.action:
        case Start() | Randomize() | Resize() | Insert() | Delete() | Import():
            return _size(after)
        case _ if before is None:
            return 3 * _size(after) + rows
        case Assign(values=values):
            return int(values.size)
        case Operation.FORWARD | MarkRows() | Configure("part") | Ran():
            return rows
    return 0


def _marking(entry: Entry, before: Snapshot | None, *, is_whole: bool) -> str:
    """Return `rows = [0, 2]` where an entry marked rows."""
    rows = entry.snapshot.rows
    is_marked = rows is not None and (before is None or rows != before.rows)
    return f"rows = {list_of_rows(rows, is_whole=is_whole)}" if is_marked else ""


def list_of_rows(rows: Rows, *, is_whole: bool = False) -> str:
    """Return rows as Python's list of them: `[0, 2]`, or a range where many follow one another."""
    rows = rows or ()
    if len(rows) >= MANY_ROWS and rows[-1] - rows[0] == len(rows) - 1:
        return f"list(range({rows[0]}, {rows[-1] + 1}))"
    if len(rows) <= MOST_SHOWN or is_whole:
        return str(list(rows))
    return f"[{', '.join(map(str, rows[:MOST_SHOWN]))}, …]"


def _rows_before(rows: Rows) -> str:
    """Return the line that a Forward with `x[rows]` needs before it."""
    is_named = rows is not None and len(rows) >= MANY_ROWS
    return f"rows = {list_of_rows(rows, is_whole=True)}\n" if is_named else ""


def _caught(code: str, exception: str) -> str:
    known = getattr(builtins, exception, None)
    caught = exception if isinstance(known, type) and issubclass(known, Exception) else "Exception"
    inside = "\n".join(f"    {line}" for line in code.split("\n"))
    return f'try:\n{inside}\nexcept {caught} as error:\n    print(f"{{type(error).__name__}}: {{error}}")'


def _state(snapshot: Snapshot, device: str) -> str:
    """Return lines that bring a whole state back: a graph that was built, spent or edited since, and gradients too."""
    forward_pass = snapshot.forward
    code = [_tensors(forward_pass or snapshot, device, is_whole=True), f"lr = {snapshot.config.lr!r}"]
    if forward_pass is not None:
        rows = forward_pass.rows
        code.append(_rows_before(rows) + forward(rows, forward_pass.reduction, snapshot.m))
        if forward_pass.graph is GraphState.FREED:
            code.append("torch.autograd.grad(loss, [W, b])")
        edited = [name for name in TensorName if snapshot.tensor(name) is not getattr(forward_pass, name.value)]
        if edited:
            code.append("with torch.no_grad():")
            code += [f"    {name}.copy_({_tensor(_as_in_pytorch(name, snapshot), is_whole=True)})" for name in edited]
    for name, grad in (("W", snapshot.W_grad), ("b", snapshot.b_grad)):
        if grad is not None:
            code.append(f"{name}.grad = {_tensor(grad, device=device, is_whole=True)}")
    return "\n".join(code)


def _tensors(state: Snapshot | ForwardPass, device: str = CPU, *, is_whole: bool = False) -> str:
    """Return the lines that make x, y_true, W and b."""
    made = (
        (name, _tensor(_as_in_pytorch(name, state), is_leaf=name in _LEAVES, device=device, is_whole=is_whole))
        for name in TensorName
    )
    return "\n".join(f"{name} = {tensor}" for name, tensor in made)


def _size(snapshot: Snapshot) -> int:
    return sum(snapshot.tensor(name).size for name in TensorName)


def _as_in_pytorch(name: TensorName, state: Snapshot | ForwardPass) -> FloatArray:
    """Return the array of a tensor; a single sample is a vector."""
    array: FloatArray = getattr(state, name.value)
    is_vector = name not in {TensorName.W, TensorName.B} and len(array) == 1
    return array[0] if is_vector else array


def _assignment(action: Assign, m: int, *, is_whole: bool = False) -> str:
    rows, columns = action.values.shape
    if rows == columns == 1:
        target = element(action.tensor, action.row, action.column, m)
        value = _number(float(action.values[0, 0]))
    else:
        row = slice_text(action.row, rows)
        column = slice_text(action.column, columns)
        is_vector = action.tensor is TensorName.B or (m == 1 and action.tensor is not TensorName.W)
        target = f"{action.tensor}[{column}]" if is_vector else f"{action.tensor}[{row}, {column}]"
        is_cleared = not action.values.view(np.uint32).any()
        value = "0" if is_cleared else _tensor(action.values[0] if is_vector else action.values, is_whole=is_whole)
    return f"with torch.no_grad():\n    {target} = {value}"


def slice_text(start: int, count: int) -> str:
    """Return `start:stop`, as Python writes a slice."""
    return f"{start}:{start + count}"


def _tensor(array: FloatArray, *, is_leaf: bool = False, device: str = CPU, is_whole: bool = False) -> str:
    values = _values(array) if is_whole or array.size <= MOST_SHOWN else "…"
    leaf = ", requires_grad=True" if is_leaf else ""
    there = "" if device == CPU else f', device="{device}"'
    return f"torch.tensor({values}{leaf}{there})"


def _values(array: FloatArray) -> str:
    """Return a vector or a matrix as Python's lists; a large matrix a line a row."""
    texts = _numbers(array.reshape(-1))
    if array.ndim == 1:
        return f"[{', '.join(texts)}]"
    width = array.shape[1]
    rows = [f"[{', '.join(texts[start : start + width])}]" for start in range(0, len(texts), width)]
    return f"[{', '.join(rows)}]" if array.size <= MOST_SHOWN else "[\n    " + ",\n    ".join(rows) + ",\n]"


def _number(value: float) -> str:
    return _numbers(np.array([value], np.float32))[0]


def _numbers(values: FloatArray) -> list[str]:
    """Return the texts that Python, which reads float64, and then PyTorch read as the same float32."""
    texts = shortest_texts(values)
    for index in np.flatnonzero(~np.isfinite(values)):
        texts[index] = f'float("{texts[index]}")'
    return texts
