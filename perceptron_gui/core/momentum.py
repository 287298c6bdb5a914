"""Forgetting Zero grad, seen as what it is: gradient descent with momentum 1, by PyTorch's own optimizer.

The gradients that nobody zeroes add up in `.grad` as they do in a momentum buffer that keeps all of itself:

    .grad  = .grad + g            buffer = 1 · buffer + g
    W      = W − lr · .grad       W      = W − lr · buffer
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Action, Assign, AssignElements, Operation
from perceptron_gui.core.autograd import LEAVES, Namespace
from perceptron_gui.core.questions import Incomparable
from perceptron_gui.core.snapshot import FloatArray, Snapshot

_BUFFER = "momentum_buffer"


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """What a Momentum holds before a Forward. `tensors` are each leaf, its gradient and its buffer; none at the end."""

    difference: float | None
    incomparable: Incomparable | None
    backwards: int
    fewest: int
    tensors: tuple[torch.Tensor | None, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        return sum(tensor.nbytes for tensor in self.tensors if tensor is not None)


class Momentum:
    """torch.optim.SGD(momentum=1) beside a run that forgets Zero grad: the same presses on tensors of its own.

    Comparable as long as there is exactly one Backward before an Update, no number is written into a tensor, and
    PyTorch refuses nothing. The learning rate may change: the buffer knows nothing of it. What `.grad` holds at the
    start is in the buffers, so the first Update needs no Backward.
    """

    def __init__(self, start: Snapshot, device: str) -> None:
        self.difference: float | None = None
        self.incomparable: Incomparable | None = Incomparable.NO_UPDATE
        self._start, self._device = replace(start, forward=None), device
        self._backwards = self._fewest = 0
        self._names: Namespace | None = Namespace(start, device)
        self._optimizer: torch.optim.SGD | None = _optimizer(self._names)
        for name in LEAVES:
            leaf = self._names[name]
            if leaf.grad is not None:
                self._optimizer.state[leaf][_BUFFER] = leaf.grad.clone()
                leaf.grad.zero_()

    def take(self, action: Action, after: Snapshot, *, is_refused: bool) -> None:
        """Take the same press.

        Args:
            action: what was pressed.
            after: the state that it left in the run that forgets.
            is_refused: whether PyTorch refused it there.
        """
        names, optimizer = self._names, self._optimizer
        if names is None or optimizer is None or action is Operation.ZERO_GRAD:
            return
        match action:
            case Assign() | AssignElements():
                self._end(Incomparable.EDITED)
            case Operation() if is_refused:
                self._end(Incomparable.REFUSED)
            case Operation.FORWARD:
                names.names["rows"] = list(after.rows or ())
                names.execute(lines.of_operation(action, after))
            case Operation.BACKWARD:
                optimizer.zero_grad()
                names.execute(lines.of_operation(action, after))
                self._backwards += 1
            case Operation.UPDATE if not self._fewest <= self._backwards <= 1:
                self._end(Incomparable.NOT_ONE_BACKWARD)
            case Operation.UPDATE:
                optimizer.param_groups[0]["lr"] = after.config.lr
                optimizer.step()
                self._backwards, self._fewest = 0, 1
                self._compare(names, after)

    def rest(self) -> Rest:
        """Return all that `go_back` needs."""
        tensors: list[torch.Tensor | None] = []
        if self._names is not None and self._optimizer is not None:
            for leaf in (self._names[name] for name in LEAVES):
                held = (leaf.detach(), leaf.grad, self._optimizer.state[leaf].get(_BUFFER))
                tensors += [None if tensor is None else tensor.clone() for tensor in held]
        return Rest(self.difference, self.incomparable, self._backwards, self._fewest, tuple(tensors))

    def go_back(self, rest: Rest) -> None:
        """Be as it was; no graph is of use any more."""
        self.difference, self.incomparable = rest.difference, rest.incomparable
        self._backwards, self._fewest = rest.backwards, rest.fewest
        self._names = self._optimizer = None
        if not rest.tensors:
            return
        self._names = Namespace(self._start, self._device)
        self._optimizer = _optimizer(self._names)
        for index, name in enumerate(LEAVES):
            leaf = self._names[name]
            value, grad, buffer = rest.tensors[3 * index : 3 * index + 3]
            with torch.no_grad():
                leaf.copy_(value)  # type: ignore[arg-type]
            leaf.grad = None if grad is None else grad.clone()
            if buffer is not None:
                self._optimizer.state[leaf][_BUFFER] = buffer.clone()

    def _compare(self, names: Namespace, after: Snapshot) -> None:
        apart = [self.difference or 0.0]
        apart += [difference(after.tensor(name), names[name].detach().cpu().numpy()) for name in LEAVES]
        self.difference, self.incomparable = float(np.max(apart)), None

    def _end(self, reason: Incomparable) -> None:
        self.difference, self.incomparable = None, reason
        self._names = self._optimizer = None


def _optimizer(names: Namespace) -> torch.optim.SGD:
    return torch.optim.SGD([names[name] for name in LEAVES], lr=1.0, momentum=1.0)


def difference(first: FloatArray, second: FloatArray) -> float:
    """Return the largest |difference| of two arrays, elementwise: nan where one alone is nan, 0 where both are."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.abs(first - second)
    apart[(first == second) | (np.isnan(first) & np.isnan(second))] = 0
    return float(apart.max())
