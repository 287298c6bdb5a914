"""The oracle: the lesson typed into a notebook by hand, in plain PyTorch that knows nothing of the program."""

import re
from typing import Any

import numpy as np
import torch

from perceptron_gui.core.actions import Assign, AssignElements, Configure, Edit, MarkRows, Operation
from perceptron_gui.core.snapshot import FloatArray, Reduction, Rows, Snapshot, Zeroing

TENSORS = ("x", "y_true", "W", "b")

UPDATE = """
with torch.no_grad():
    W -= lr * W.grad
    b -= lr * b.grad
"""
ZERO_GRAD = """
W.grad.zero_()
b.grad.zero_()
"""
SET_TO_NONE = """
W.grad = None
b.grad = None
"""

Point = dict[str, object]
State = dict[str, list[str] | None]
"""Every number to the last bit (`float.hex`; one NaN is as good as another), by name; None where there is none."""


class Notebook:
    """A kernel, and cells that are run in it one after the other."""

    def __init__(self, start: Snapshot) -> None:
        self.m = start.m
        self.rows: Rows = None
        self.retain_graph = False
        self.zeroing = Zeroing.ZERO
        self.reduction = Reduction.SUM
        self.part = 0
        self.at_forward: Point = {}
        self.points: list[tuple[str, Point]] = []
        self.names: dict[str, Any] = {
            "torch": torch,
            "x": torch.tensor(start.x[0] if self.m == 1 else start.x),
            "y_true": torch.tensor(start.y_true[0] if self.m == 1 else start.y_true),
            "W": torch.tensor(start.W, requires_grad=True),
            "b": torch.tensor(start.b, requires_grad=True),
            "lr": 1.0,
        }

    def do(self, action: Operation | Edit) -> tuple[str, str] | None:
        """Run the cell of an action; return the class and the text of what it raised."""
        match action:
            case Operation.FORWARD:
                self.run(self.forward_cell())
                self.at_forward = self.point()
            case Operation.BACKWARD:
                return self.go_back()
            case Operation.UPDATE:
                return self.run(UPDATE)
            case Operation.ZERO_GRAD:
                refusal = self.run(ZERO_GRAD if self.zeroing is Zeroing.ZERO else SET_TO_NONE)
                if refusal is None:
                    self.points.clear()
                return refusal
            case Assign():
                self.write(action)
            case AssignElements(values):
                for element, value in values:
                    self.put(element.name, element.row, element.column, np.float32(value))
            case MarkRows(rows):
                self.rows = None if rows is None or len(rows) == self.m else rows
                self.part = 0 if self.rows is None else self.part
            case Configure("part", value):
                self.take_parts(int(value))
            case Configure("lr", value):
                self.names["lr"] = value
            case Configure(field, value):
                setattr(self, field, value)
        return None

    def run(self, cell: str) -> tuple[str, str] | None:
        try:
            exec(cell, self.names)  # noqa: S102  a notebook's cells are text
        except (RuntimeError, TypeError, AttributeError, NameError) as error:
            return type(error).__name__, without_versions(str(error))
        return None

    def go_back(self) -> tuple[str, str] | None:
        """Run Backward; what reached a gradient is of the point at Forward, and then comes the next part."""
        before = self.arrived()
        refusal = self.run("loss.backward(retain_graph=True)" if self.retain_graph else "loss.backward()")
        now = self.arrived()
        self.points += [(name, self.at_forward) for name in now if now[name] != before[name]]
        if refusal is None and self.part and self.rows is not None:
            taken = self.at_forward["rows"]
            behind = range(taken[-1] + 1, self.m) if isinstance(taken, tuple) else range(0)
            self.rows = tuple((behind or range(self.m))[: self.part])
        return refusal

    def arrived(self) -> dict[str, int | None]:
        """Return how often each gradient was written to, or None where there is none."""
        grads = {f"{name}.grad": self.names[name].grad for name in ("W", "b")}
        return {name: None if grad is None else grad._version for name, grad in grads.items()}

    def take_parts(self, part: int) -> None:
        """Take so many rows at a time, from the first on."""
        if part != self.part:
            self.part = part
            self.rows = tuple(range(part)) or None

    def forward_cell(self) -> str:
        taken = "" if self.rows is None else f"[{self.rows[0]}]" if len(self.rows) == 1 else f"[{list(self.rows)}]"
        reduced = {
            Reduction.SUM: ".sum()",
            Reduction.MEAN: ".mean()",
            Reduction.WEIGHTED: ".mean()" if self.rows is None else f".mean() * {len(self.rows)} / {self.m}",
        }[self.reduction]
        return f"""
z = x{taken} @ W + b
y_pred = torch.sigmoid(z)
loss = ((y_true{taken} - y_pred) ** 2){reduced}
"""

    def write(self, edit: Assign) -> None:
        """Type a block into a tensor, unless it is there already."""
        tensor = self.names[edit.tensor.value]
        rows, columns = edit.values.shape
        with torch.no_grad():
            table = tensor if tensor.dim() == 2 else tensor.unsqueeze(0)
            block = table[edit.row : edit.row + rows, edit.column : edit.column + columns]
            if bits(block.numpy()) != bits(edit.values):
                block.copy_(torch.tensor(edit.values))

    def put(self, name: str, row: int, column: int, value: np.float32) -> None:
        """Write one number into a tensor, unless it is there already."""
        tensor = self.names[name]
        with torch.no_grad():
            cell = (tensor if tensor.dim() == 2 else tensor.unsqueeze(0))[row : row + 1, column : column + 1]
            if bits(cell.numpy()) != bits(np.array([value])):
                cell.fill_(float(value))

    def point(self) -> Point:
        """Return how often each tensor was written to in place, as PyTorch counts it, and the cell that takes them."""
        return {name: self.names[name]._version for name in TENSORS} | {
            "rows": self.rows,
            "reduction": (self.reduction, self.reduction is Reduction.WEIGHTED and self.rows is None),
        }

    @property
    def stale(self) -> tuple[str, ...]:
        """What was written to since Forward."""
        return self.since(self.at_forward)

    def stale_gradient(self, gradient: str) -> set[str]:
        """Return what was written to since a Forward whose gradient was added and not zeroed."""
        return {name for reached, point in self.points if reached == gradient for name in self.since(point)}

    def since(self, point: Point) -> tuple[str, ...]:
        """Return what is not as it was at a point."""
        now = self.point()
        names = [name for name, value in point.items() if now[name] != value]
        if self.part and point.get("rows") is not None and "rows" in names:
            names.remove("rows")
        if "reduction" in names and same_mean(now["reduction"], point["reduction"]):
            names.remove("reduction")
        return tuple(names)

    @property
    def state(self) -> State:
        """Every number there is."""
        tensors = {name: self.names.get(name) for name in (*TENSORS, "z", "y_pred", "loss")}
        tensors |= {"W.grad": self.names["W"].grad, "b.grad": self.names["b"].grad}
        return {name: None if tensor is None else bits(tensor.detach().numpy()) for name, tensor in tensors.items()}


def same_mean(first: Any, second: Any) -> bool:
    """Whether two reductions are one: the weighted mean of all rows is the mean."""
    means = {(Reduction.MEAN, False), (Reduction.WEIGHTED, True)}
    return first[0] is second[0] or {first, second} <= means


def state(snapshot: Snapshot) -> State:
    """Return what `Notebook.state` does, of a snapshot."""
    forward = snapshot.forward
    shown = {name: getattr(snapshot, name) for name in TENSORS}
    shown |= {name: None if forward is None else getattr(forward, name) for name in ("z", "y_pred", "loss")}
    shown |= {"W.grad": snapshot.W_grad, "b.grad": snapshot.b_grad}
    return {name: None if array is None else bits(array) for name, array in shown.items()}


def accumulated(snapshot: Snapshot) -> State:
    """Return what `.grad` should be by its deposits, added one after the other to what was there at first."""
    sums: State = {}
    for name in ("W_grad", "b_grad"):
        running: torch.Tensor | None = None
        for deposit in snapshot.deposits:
            part = getattr(deposit, name)
            if part is None:
                continue
            if running is None:
                running = (
                    torch.zeros(part.shape) + torch.tensor(part) if snapshot.grad_was_zeros else torch.tensor(part)
                )
            else:
                running = running + torch.tensor(part)
        sums[name.replace("_", ".")] = None if running is None else bits(running.numpy())
    return sums


def bits(array: FloatArray) -> list[str]:
    """Return the numbers of an array in their order, exactly and readably."""
    return [float(value).hex() for value in np.asarray(array).flat]


def without_versions(text: str) -> str:
    """Blank PyTorch's count of in-place writes: a tensor that is made again counts anew."""
    return re.sub(r"is at version \d+; expected version \d+", "is at another version", text)
