"""The graph that autograd built, walked from `loss.grad_fn` along `next_functions`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch.autograd.graph import Node as GradFn

from perceptron_gui.core import devices, lines
from perceptron_gui.core.autograd import Namespace
from perceptron_gui.core.questions import MOST_NUMBERS, Graph, Node, Numbers
from perceptron_gui.core.snapshot import Config, ForwardPass, GraphState, Snapshot, frozen

_NAMED = ("x", "y_true", "W", "b", "z", "y_pred", "loss")


def walked(snapshot: Snapshot, device: str) -> Graph:
    """Return the graph of the Forward of a state, with the values of then; empty where there is no Forward.

    It is built anew by the same lines, on tensors of its own. Where a Backward has gone through it, one goes through
    it here: as far as PyTorch went, when it refused because x had been edited.
    """
    forward = snapshot.forward
    if forward is None:
        return Graph((), ())
    last = snapshot.deposits[-1] if snapshot.deposits else None
    deposit = last if last is not None and last.forward.is_same_as(forward) else None
    was_refused = deposit is not None and (deposit.W_grad is None or deposit.b_grad is None)
    names = _made_again(snapshot, forward, device)
    if was_refused:
        with torch.no_grad():
            names["x"].copy_(torch.tensor(snapshot.x).reshape(names["x"].shape))
    has_run = deposit is not None or forward.graph is GraphState.FREED
    backward = partial(_backward, names, snapshot.config, was_refused=was_refused) if has_run else None
    return walk(names["loss"], {name: names[name] for name in _NAMED}, backward)


def walk(loss: torch.Tensor, named: Mapping[str, torch.Tensor], backward: Callable[[], object] | None = None) -> Graph:
    """Return the graph that autograd built for `loss`: every node once, breadth first from `loss.grad_fn`.

    Args:
        loss: the tensor to start from.
        named: tensors by their names; a node shows the value of the one that it made, or accumulates into.
        backward: runs a backward pass through this graph; hooks on the nodes read the gradients that reach them.
            None: there has been none. Of a node with several outputs, the first gradient that arrives is read.
    """
    grad_fns = _reachable(loss)
    index = {grad_fn: number for number, grad_fn in enumerate(grad_fns)}
    edges = [
        (index[grad_fn], index[following])
        for grad_fn in grad_fns
        for following, _ in grad_fn.next_functions
        if following is not None
    ]
    leaves = {id(grad_fn.variable): grad_fn for grad_fn in grad_fns if hasattr(grad_fn, "variable")}
    names: dict[GradFn, str] = {}
    outside: list[str] = []
    for name, tensor in named.items():
        made_by = leaves.get(id(tensor)) if tensor.is_leaf else tensor.grad_fn
        if made_by in index:
            names[made_by] = name
        elif not tensor.requires_grad:
            outside.append(name)
    values = {name: _numbers(named[name]) for name in names.values()}
    grads = {} if backward is None else _recorded(grad_fns, backward)
    nodes = [
        Node(
            name=grad_fn.name().rpartition("::")[2],
            shape=_output_shape(grad_fn),
            tensor=names.get(grad_fn, ""),
            value=values.get(names.get(grad_fn, "")),
            grad=grads.get(grad_fn),
            is_leaf=hasattr(grad_fn, "variable"),
        )
        for grad_fn in grad_fns
    ]
    return Graph(tuple(nodes), tuple(edges), tuple(outside))


def _output_shape(grad_fn: GradFn) -> tuple[int, ...]:
    """Return the shape of the (first) tensor that a node made, as PyTorch checks it in a Backward."""
    metadata: Any = grad_fn._input_metadata[0]  # noqa: SLF001  the only place where PyTorch tells it
    return tuple(metadata.shape)


def _reachable(loss: torch.Tensor) -> list[GradFn]:
    """Return the nodes in the order they are met. While they are held, PyTorch gives the same object for each."""
    found: dict[GradFn, None] = {} if loss.grad_fn is None else {loss.grad_fn: None}
    waiting = list(found)
    for grad_fn in waiting:
        for following, _ in grad_fn.next_functions:
            if following is not None and following not in found:
                found[following] = None
                waiting.append(following)
    return waiting


def _recorded(grad_fns: list[GradFn], backward: Callable[[], object]) -> dict[GradFn, Numbers]:
    """Run a backward pass and return what reached each node, read before the node runs."""
    seen: dict[GradFn, Numbers] = {}

    def reader(grad_fn: GradFn) -> Callable[[tuple[torch.Tensor | None, ...]], None]:
        def read(grads: tuple[torch.Tensor | None, ...]) -> None:
            arrived = next((grad for grad in grads if grad is not None), None)
            if arrived is not None:
                seen[grad_fn] = _numbers(arrived)

        return read

    handles = [grad_fn.register_prehook(reader(grad_fn)) for grad_fn in grad_fns]
    try:
        backward()
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _backward(names: Namespace, config: Config, *, was_refused: bool) -> None:
    try:
        names.execute(lines.backward(config))
    except RuntimeError as error:
        if not was_refused or devices.failure(error, str(names.device)) is not None:
            raise


def _made_again(snapshot: Snapshot, forward: ForwardPass, device: str) -> Namespace:
    """Return the tensors just after that Forward, its graph whole."""
    before = replace(
        snapshot,
        x=forward.x,
        y_true=forward.y_true,
        W=forward.W,
        b=forward.b,
        W_grad=None,
        b_grad=None,
        deposits=(),
        forward=None,
    )
    names = Namespace(before, device)
    for name in ("W", "b"):
        # The hooks of a Namespace copy gradients, which may be as large as W: these leaves have none.
        names.names[name] = names[name].detach().requires_grad_()
    names.names["rows"] = list(forward.rows or ())
    names.execute(lines.forward(forward.rows, forward.reduction, snapshot.m))
    return names


def _numbers(tensor: torch.Tensor) -> Numbers:
    is_small = tensor.numel() <= MOST_NUMBERS
    return Numbers(tuple(tensor.shape), frozen(tensor.detach().cpu().numpy()) if is_small else None)
