"""One layer, trained by real PyTorch autograd, one phase at a time.

    z      = x @ W + b                        x (m, n) or (n,), W (n, k), b (k,)
    y_pred = sigmoid(z)                       (m, k) or (k,)
    loss   = ((y_true - y_pred) ** 2).sum()   ()

`loss.backward()` *adds* ∂loss/∂W and ∂loss/∂b to W.grad and b.grad; Update subtracts lr times what is there; Zero grad
takes it away. The names live in a namespace as they do in a notebook, and a phase executes its lines in it: the text
that `lines` shows is the text that runs, and an error is PyTorch's (or Python's) own.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import get_gradient_edge

from perceptron_gui.core import deposits as ledger
from perceptron_gui.core import devices, lines, parts
from perceptron_gui.core.actions import Operation
from perceptron_gui.core.guidance import cause_of_refusal
from perceptron_gui.core.history import Refusal
from perceptron_gui.core.questions import Gradients
from perceptron_gui.core.snapshot import (
    Deposit,
    FloatArray,
    ForwardPass,
    GraphState,
    Snapshot,
    TensorName,
    frozen,
    same_bits,
    zeros,
)

LEAVES = (TensorName.W, TensorName.B)


class Namespace:
    """The live tensors that belong to one snapshot, on one device, by the names they have in the notebook.

    `incoming` holds, after `backward`, what reached each parameter.
    """

    def __init__(self, snapshot: Snapshot, device: str) -> None:
        self.device = torch.device(device)
        self.incoming: dict[TensorName, torch.Tensor] = {}
        made_with = snapshot.forward or snapshot
        self.names: dict[str, Any] = {"torch": torch, "rows": list(made_with.rows or ()), "lr": snapshot.config.lr}
        for name in TensorName:
            array: FloatArray = getattr(made_with, name.value)
            tensor = self._tensor(array[0] if _is_vector(name, snapshot) else array)
            if name in LEAVES:
                tensor.requires_grad_()
            self.names[name.value] = tensor
        if snapshot.forward is not None:
            self._replay(snapshot.forward, snapshot)
        self["W"].grad = None if snapshot.W_grad is None else self._tensor(snapshot.W_grad)
        self["b"].grad = None if snapshot.b_grad is None else self._tensor(snapshot.b_grad)

    def __getitem__(self, name: str) -> torch.Tensor:
        tensor: torch.Tensor = self.names[name]
        return tensor

    def execute(self, code: str) -> None:
        """Run lines of `perceptron_gui.core.lines`; whatever they raise comes out as it is."""
        exec(compiled(code), self.names)  # noqa: S102  our own lines: what is shown is what runs

    def function(self, code: str) -> Callable[[], object]:
        """Return lines as a function: calling it is executing them, and quicker where it is done often."""
        return FunctionType(compiled(code), self.names)

    def backward(self, code: str) -> None:
        """Run the lines of a Backward, and read what reaches each parameter before PyTorch adds it.

        The hooks are on the nodes that add, AccumulateGrad, and are gone afterwards: a run that looks at no incoming
        gradient calls none.
        """
        self.incoming.clear()
        nodes = {name: get_gradient_edge(self[name]).node for name in LEAVES}
        handles = [node.register_prehook(_reader(name, self.incoming)) for name, node in nodes.items()]
        try:
            self.execute(code)
        finally:
            for handle in handles:
                handle.remove()

    def printed(self, operation: Operation) -> str:
        """Return what PyTorch prints of the tensors that a phase made or changed."""
        # Printing takes most of a phase, and a tenth less where autograd follows nothing of it.
        with torch.inference_mode():
            return "\n".join(f"{name} = {eval(name, self.names)!r}" for name in lines.PRINTED[operation])  # noqa: S307

    def values(self, name: TensorName) -> Callable[[], FloatArray]:
        """Return what reads the values of now, without a copy where they lie in the memory of the CPU."""
        tensor = self[name].detach()
        if self.device.type == "cpu":
            array: FloatArray = tensor.numpy()
            return lambda: array
        return lambda: tensor.cpu().numpy()

    def _replay(self, forward: ForwardPass, snapshot: Snapshot) -> None:
        """Bring the forward pass back as it was: made, spent if it was spent, and edited since if it was."""
        self.execute(lines.forward(forward.rows, forward.reduction, snapshot.m))
        if forward.graph is GraphState.FREED:
            torch.autograd.grad(self["loss"], [self["W"], self["b"]])
        with torch.no_grad():
            for name in TensorName:
                later = snapshot.tensor(name)
                if later is not getattr(forward, name.value):
                    self[name.value].copy_(self._tensor(later[0] if _is_vector(name, snapshot) else later))

    def _tensor(self, array: FloatArray) -> torch.Tensor:
        return torch.tensor(array, device=self.device)


def phase(operation: Operation, snapshot: Snapshot, names: Namespace) -> tuple[Snapshot, Refusal | None]:
    """Run one phase and read back what PyTorch left.

    Args:
        operation: which phase.
        snapshot: the state that `names` hold.
        names: the live tensors; afterwards they hold the state that is returned.

    Returns:
        The next snapshot, and the refusal if the lines raised. A refusal has effects too: its snapshot is what was
        read from the tensors after the exception.

    Raises:
        Problem: OUT_OF_MEMORY or DEVICE_LOST; `names` are of no use then.
    """
    names.names["lr"] = snapshot.config.lr
    names.names["rows"] = list(snapshot.rows or ())
    read_w, read_b = _reread(names["W"], snapshot.W), _reread(names["b"], snapshot.b)
    read_w_grad = _reread(names["W"].grad, snapshot.W_grad)
    read_b_grad = _reread(names["b"].grad, snapshot.b_grad)
    refusal = None
    run = names.backward if operation is Operation.BACKWARD else names.execute
    try:
        run(lines.of_operation(operation, snapshot))
    except (RuntimeError, TypeError, AttributeError, NameError, MemoryError) as error:
        problem = devices.failure(error, str(names.device))
        if problem is not None:
            raise problem from error
        refusal = Refusal(type(error).__name__, str(error), cause_of_refusal(operation, snapshot))
    arrived = {name: read(grad) for name, grad in names.incoming.items()}
    names.incoming.clear()
    # What came in first since Zero grad is, but for the sign of zeros, what `.grad` holds.
    alike = arrived if not snapshot.deposits else {}
    W_grad, b_grad = names["W"].grad, names["b"].grad
    after = replace(
        snapshot,
        W=read_w(names["W"], None),
        b=read_b(names["b"], None),
        W_grad=None if W_grad is None else read_w_grad(W_grad, alike.get(TensorName.W)),
        b_grad=None if b_grad is None else read_b_grad(b_grad, alike.get(TensorName.B)),
    )
    match operation:
        case Operation.FORWARD if refusal is None:
            after = replace(after, forward=_forward_pass(after, names))
        case Operation.BACKWARD:
            after = _after_backward(after, arrived)
            if refusal is None and after.config.part and after.forward is not None:
                after = replace(after, rows=parts.following(after.forward.rows, after.config.part, after.m))
        case Operation.ZERO_GRAD if refusal is None:
            after = replace(after, deposits=(), grad_was_zeros=after.W_grad is not None)
    return after, refusal


def whole_batch(snapshot: Snapshot, device: str) -> Gradients:
    """Return the gradients of the loss of all rows, by a Forward and a Backward of their own; no `.grad` is touched."""
    start = replace(snapshot, rows=None, W_grad=None, b_grad=None, forward=None, deposits=())
    names = Namespace(start, device)
    names.execute(lines.forward(None, snapshot.reduction))
    names.backward(lines.backward(replace(snapshot.config, retain_graph=False)))
    return Gradients(read(names.incoming[TensorName.W]), read(names.incoming[TensorName.B]))


def _reread(
    before: torch.Tensor | None, array: FloatArray | None
) -> Callable[[torch.Tensor, FloatArray | None], FloatArray]:
    """Remember a tensor and the array of its values; return how to read it after a phase.

    Where PyTorch wrote nothing (it is the same tensor at the same version), that is the same array. Where the tensor
    holds the bits of an array that is probably `alike`, it is read into a new object in the memory of that one.
    """
    version = None if before is None else before._version  # noqa: SLF001  PyTorch's own count of in-place writes

    def reread(now: torch.Tensor, alike: FloatArray | None) -> FloatArray:
        if array is not None and now is before and now._version == version:  # noqa: SLF001
            return array
        if alike is not None and same_bits(now.detach().cpu().numpy(), alike):
            return alike.view()
        return read(now)

    return reread


def _reader(name: TensorName, incoming: dict[TensorName, torch.Tensor]) -> Callable[[Sequence[torch.Tensor]], None]:
    """Return a hook that puts a gradient into `incoming`; PyTorch adds it to `.grad`, and writes to it no more."""

    def read_incoming(gradients: Sequence[torch.Tensor]) -> None:
        incoming[name] = gradients[0]

    return read_incoming


def _forward_pass(snapshot: Snapshot, names: Namespace) -> ForwardPass:
    k = snapshot.k
    return ForwardPass(
        x=snapshot.x,
        y_true=snapshot.y_true,
        W=snapshot.W,
        b=snapshot.b,
        rows=snapshot.rows,
        z=read(names["z"].reshape(-1, k)),
        y_pred=read(names["y_pred"].reshape(-1, k)),
        loss=read(names["loss"]),
        graph=GraphState.LIVE,
        y_pred_grad_fn=_grad_fn_name(names["y_pred"]),
        loss_grad_fn=_grad_fn_name(names["loss"]),
        reduction=snapshot.reduction,
    )


def _after_backward(snapshot: Snapshot, arrived: dict[TensorName, FloatArray]) -> Snapshot:
    forward = snapshot.forward
    if forward is None:
        return snapshot
    if not snapshot.config.retain_graph:
        forward = replace(forward, graph=GraphState.FREED)
    if arrived:
        deposit = Deposit(forward, arrived.get(TensorName.W), arrived.get(TensorName.B))
        deposits = ledger.added(snapshot.deposits, deposit, onto_zeros=snapshot.grad_was_zeros)
        snapshot = replace(snapshot, deposits=deposits)
    return replace(snapshot, forward=forward)


def _grad_fn_name(tensor: torch.Tensor) -> str:
    return "" if tensor.grad_fn is None else tensor.grad_fn.name()


def read(tensor: torch.Tensor) -> FloatArray:
    """Return a copy of a tensor's values; zeros have it already."""
    values = tensor.detach().cpu().numpy()
    return frozen(values) if values.reshape(-1).view(np.bool_).any() else zeros(values.shape)


def _is_vector(name: TensorName, snapshot: Snapshot) -> bool:
    return snapshot.m == 1 and name in {TensorName.X, TensorName.Y_TRUE}


@lru_cache(maxsize=64)
def compiled(code: str) -> CodeType:
    """Return lines as `exec` takes them."""
    return compile(code, "<perceptron>", "exec")
