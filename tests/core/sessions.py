"""Histories made as the program makes them, and all that is in one, to be compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from perceptron_gui.core import running
from perceptron_gui.core.actions import (
    CPU,
    Assign,
    AssignElements,
    Axis,
    Configure,
    Delete,
    Gesture,
    Import,
    Insert,
    MarkRows,
    Paste,
    Ran,
    Randomize,
    Request,
    Resize,
    Run,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.recording import Recorder
from perceptron_gui.core.snapshot import (
    Element,
    FloatArray,
    ForwardPass,
    Reduction,
    Snapshot,
    TensorName,
    Zeroing,
    frozen,
)
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.strategies import GoBack, Step

ENGINE = Engine()


def begun(start: Snapshot) -> History:
    """Return a history that begins with any state."""
    return History((), -1).push(Start("notebook"), start, CPU, environment=ENGINE.environment)


def done(history: History, *actions: Request | GoBack) -> History:
    """Do actions one after the other, as a Session does them; what changes nothing is no entry."""
    for action in actions:
        source = history.current
        match action:
            case GoBack(states):
                history = history.at(max(0, history.index - states % len(history.entries)))
            case Start(preset):
                history = history.push(action, PRESETS[preset], CPU, environment=ENGINE.environment)
            case MarkRows() | Configure():
                after = edited(source, action)
                if after is not source:
                    history = history.push(action, after, CPU, environment=ENGINE.environment)
            case _:
                outcome = ENGINE.execute(action, source, CPU)
                if outcome.snapshot is not source or outcome.refusal is not None:
                    history = history.push(
                        outcome.action,
                        outcome.snapshot,
                        CPU,
                        outcome.refusal,
                        printed=outcome.printed,
                        environment=ENGINE.environment,
                    )
    return history


EVERYTHING: tuple[Request | GoBack, ...] = (
    BACKWARD,
    FORWARD,
    BACKWARD,
    BACKWARD,
    UPDATE,
    ZERO_GRAD,
    Configure("retain_graph", True),
    Configure("lr", 0.1),
    Configure("zeroing", Zeroing.NONE),
    Assign(TensorName.X, 0, 0, frozen([[-0.0, np.inf]]), Gesture.PASTE),
    FORWARD,
    Assign(TensorName.X, 0, 0, frozen([[0.1, 1e-42]]), Gesture.TYPE),
    BACKWARD,
    AssignElements(((Element("W", 0, 0), 0.5), (Element("b", 0, 0), -0.25))),
    ZERO_GRAD,
    UPDATE,
    Start("or_gate"),
    Configure("seed", 2**64 - 1),
    Configure("part", 2),
    FORWARD,
    BACKWARD,
    FORWARD,
    BACKWARD,
    UPDATE,
    MarkRows((0, 3)),
    Configure("reduction", Reduction.WEIGHTED),
    Configure("twin", True),
    FORWARD,
    Run(updates=7, backwards=2, seed=2**32 - 1),
    Run(updates=70, zeroes=False),
    MarkRows(None),
    Run(loss=1e30),
    Resize(Axis.INPUTS, 3),
    Insert(Axis.SAMPLES, 1, 2),
    Delete(Axis.SAMPLES, 0, 1),
    Resize(Axis.OUTPUTS, 2),
    Randomize(),
    Import("a.csv", ((TensorName.X, frozen([[0.5, -1.0]])), (TensorName.B, frozen([0.25, 0.0])))),
    SwitchDevice(CPU),
    FORWARD,
    BACKWARD,
    Paste(TensorName.W, 0, 0, 1, 1, "0.25\t-1"),
    Assign(TensorName.W, 0, 0, frozen([[0.0, 0.0]]), Gesture.CUT),
    Assign(TensorName.Y_TRUE, 0, 0, frozen([[1.0, 1.0]]), Gesture.CLEAR),
    GoBack(3),
)
"""Every kind of action, runs among them, refusals, stale numbers, parts, and a future that was undone."""


def everything() -> History:
    """Return a history with every kind of action in it."""
    with closely_watched():
        return done(History.begin("notebook", CPU), *EVERYTHING)


@contextmanager
def closely_watched(every: int = 2, most_bytes: int = 400) -> Iterator[None]:
    """Have short runs keep checkpoints, so many cycles apart at first, and curves of so many bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "CHECKPOINT_EVERY", every)
        patch.setattr(running, "_SHARE", 0)
        patch.setattr(running, "Recorder", partial(Recorder, most_bytes=most_bytes))
        yield


def travelled(start: Snapshot, steps: tuple[Step | GoBack, ...]) -> History:
    """Return the history of a journey."""
    return done(begun(start), *steps)


def contents(history: History) -> list[Any]:
    """Return all that a history holds, futures that were cut off aside.

    An array is its number, in the order in which arrays are met, and its bytes: so what was one object is one object.
    """
    numbers: dict[int, int] = {}

    def array(values: npt.NDArray[Any] | None) -> object:
        if values is None:
            return None
        known = numbers.setdefault(id(values), len(numbers))
        return known if known < len(numbers) - 1 else (known, values.dtype.str, values.shape, values.tobytes())

    return [history.index, *(_of_entry(entry, array) for entry in history.entries)]


_Array = Callable[[npt.NDArray[Any] | None], object]


def _of_entry(entry: Entry, array: _Array) -> object:
    action = entry.action
    state = _of_state(entry.snapshot, array)
    what: object = action
    if isinstance(action, Import):
        what = action.source, [(name, array(values)) for name, values in action.tensors], action.is_transposed
    if isinstance(action, Assign):
        what = action.tensor, action.row, action.column, array(action.values), action.gesture
    if isinstance(action, Ran):
        curve, seen = action.curve, action.curve.overview
        kept = [array(values) for values in (curve.losses, curve.parameters)]
        overview = [values.tobytes() for values in (seen.counts, seen.losses, seen.parameters)]
        checkpoints = [(one.cycles, _of_state(one.snapshot, array)) for one in action.checkpoints]
        what = action.run, action.phases, action.ending, curve.stride, kept, overview, checkpoints
    where = (
        entry.device,
        entry.environment,
        entry.refusal,
        entry.printed,
        entry.updates,
        entry.preset,
    )
    return what, where, state


def _of_state(state: Snapshot, array: _Array) -> object:
    tensors = (state.x, state.y_true, state.W, state.b, state.W_grad, state.b_grad)
    forwards = [_of_forward(deposit.forward, array) for deposit in state.deposits]
    deposits = [
        (
            array(each.W_grad),
            array(each.b_grad),
            each.count,
            each.mixed,
            None if each.taken is None else bytes(each.taken),
        )
        for each in state.deposits
    ]
    forward = None if state.forward is None else _of_forward(state.forward, array)
    settings = (state.rows, state.grad_was_zeros, state.config)
    return settings, [array(values) for values in tensors], forward, forwards, deposits


def _of_forward(forward: ForwardPass, array: Callable[[FloatArray | None], object]) -> object:
    names = ("x", "y_true", "W", "b", "z", "y_pred", "loss")
    arrays = [array(getattr(forward, name)) for name in names]
    return arrays, forward.rows, forward.graph, forward.reduction, forward.y_pred_grad_fn, forward.loss_grad_fn
