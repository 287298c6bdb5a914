"""Second runs, and plain PyTorch that trains as they do: what the tests of them have in common."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from hypothesis import strategies as st

from perceptron_gui.core.actions import (
    CPU,
    Action,
    Configure,
    Operation,
    Randomize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.questions import Twin
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.core.twin import Replay
from tests.core.notebook import bits
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD

FORGETFUL = (FORWARD, BACKWARD, UPDATE)
CAREFUL = (*FORGETFUL, ZERO_GRAD)
TWIN = Configure("twin", True)
ENGINE = Engine()
NAN, INF = float("nan"), float("inf")
tame_rates = st.one_of(st.floats(-2, 2), st.sampled_from([0.0, 1.0, 0.1]))


def begin(start: Snapshot, lr: float = 1.0) -> History:
    """Return a history that a twin accompanies from the start."""
    marked = replace(start, config=replace(start.config, twin=True, lr=lr))
    return History((), -1).push(Start("twin"), marked, CPU)


def done(history: History, *actions: Action) -> History:
    for action in actions:
        if isinstance(action, Operation | Randomize | SwitchDevice):
            outcome = ENGINE.execute(action, history.current, CPU)
            history = history.push(outcome.action, outcome.snapshot, outcome.device, outcome.refusal)
        else:
            after = edited(history.current, action)  # type: ignore[arg-type]
            history = history if after is history.current else history.push(action, after, CPU)
    return history


def compared(history: History) -> Twin:
    return Replay().compared(history.compared, CPU)


def everything(twin: Twin) -> tuple[object, ...]:
    """Return all that is in a twin, to the last bit."""
    counts = (twin.updates.tolist(), twin.path.updates.tolist(), twin.path.joined.tolist())
    numbers = [bits(array) for array in (twin.losses, twin.path.W, twin.path.b)]
    return (twin.forgets, twin.is_apart, repr(twin.momentum_difference), twin.incomparable, counts, numbers)


class Plain:
    """The lesson's loop in plain PyTorch; it records losses and where each Update led."""

    def __init__(self, start: Snapshot) -> None:
        single = start.m == 1
        self.x = torch.tensor(start.x[0] if single else start.x)
        self.y_true = torch.tensor(start.y_true[0] if single else start.y_true)
        self.W = torch.tensor(start.W, requires_grad=True)
        self.b = torch.tensor(start.b, requires_grad=True)
        self.losses: list[float] = []
        self.path = [(start.W, start.b)]

    def steps(self, update: Callable[[], None], zero_grad: Callable[[], None] | None, count: int) -> None:
        for _ in range(count):
            loss = ((self.y_true - torch.sigmoid(self.x @ self.W + self.b)) ** 2).sum()
            self.losses.append(loss.item())
            loss.backward()  # type: ignore[no-untyped-call]
            update()
            if zero_grad is not None:
                zero_grad()
            self.path.append((self.W.detach().numpy().copy(), self.b.detach().numpy().copy()))

    def train(self, lr: float, count: int, *, forgets: bool) -> None:
        self.steps(lambda: self.descend(lr), None if forgets else self._zero_grad, count)

    def train_with_momentum(self, lr: float, count: int) -> None:
        optimizer = torch.optim.SGD([self.W, self.b], lr=lr, momentum=1)
        self.steps(optimizer.step, optimizer.zero_grad, count)

    def furthest_from(self, other: "Plain") -> float:
        """Return the largest |difference| of W and b over all updates."""
        pairs = [
            pair for own, others in zip(self.path, other.path, strict=True) for pair in zip(own, others, strict=True)
        ]
        return max(float(np.abs(first - second).max()) for first, second in pairs)

    def descend(self, lr: float) -> None:
        with torch.no_grad():
            self.W -= lr * self.W.grad  # type: ignore[operator]
            self.b -= lr * self.b.grad  # type: ignore[operator]

    def _zero_grad(self) -> None:
        for parameter in (self.W, self.b):
            assert parameter.grad is not None
            parameter.grad.zero_()


def path_of(twin: Twin) -> list[tuple[list[str], list[str]]]:
    return [(bits(W), bits(b)) for W, b in zip(twin.path.W, twin.path.b, strict=True)]
