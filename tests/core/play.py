"""Do several things one after the other, as the program does."""

import numpy as np

from perceptron_gui.core.actions import CPU, Edit, Operation
from perceptron_gui.core.editing import edited
from perceptron_gui.core.operations import Engine, Outcome
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.core.snapshot import Snapshot, frozen

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation
NOTEBOOK_START = PRESETS[NOTEBOOK]


def of_size(m: int, n: int, k: int, value: float = 0) -> Snapshot:
    """Return a start state of these sizes, all elements alike."""
    x, y_true, W, b = (frozen(np.full(shape, value)) for shape in [(m, n), (m, k), (n, k), (k,)])
    return Snapshot(x, y_true, W, b)


def play(start: Snapshot, *actions: Operation | Edit, engine: Engine | None = None) -> list[Outcome]:
    """Do the actions, and return what became of each."""
    engine = engine or Engine()
    outcomes: list[Outcome] = []
    snapshot = start
    for action in actions:
        if isinstance(action, Operation):
            outcome = engine.execute(action, snapshot, CPU)
        else:
            outcome = Outcome(action, edited(snapshot, action), CPU)
        outcomes.append(outcome)
        snapshot = outcome.snapshot
    return outcomes


def after(start: Snapshot, *actions: Operation | Edit) -> Snapshot:
    """Do the actions, and return the state they left."""
    return play(start, *actions)[-1].snapshot
