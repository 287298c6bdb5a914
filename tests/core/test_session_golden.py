"""Sessions that each format version wrote, once, with every kind of action: they open for good. Fault 62."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from perceptron_gui.core import storage
from perceptron_gui.core.actions import Action, Ending, Operation, Paste, Ran, Run
from perceptron_gui.core.history import Cause, History
from perceptron_gui.core.snapshot import Reduction, Zeroing
from tests.core.test_golden import GOLDEN, flat, near

FILE = Path(__file__).with_name("golden-1.perceptron")
WITH_RUNS = Path(__file__).with_name("golden-2.perceptron")


@pytest.fixture(scope="module")
def history() -> History:
    return storage.load(FILE).history


def test_it_has_every_kind_of_action(history: History) -> None:
    """Fault 62."""
    kinds = {*get_args(Action)} - {Paste, Run, Ran}
    assert {type(entry.action) for entry in history.entries} == kinds
    assert {entry.action for entry in history.entries} >= {*Operation}
    assert (len(history.entries), history.index) == (42, 38)


def test_its_numbers_are_the_notebooks(history: History) -> None:
    """Fault 62: the floats that PyTorch gave for the notebook, which the file has not been asked for."""
    start, forward, backward = history.entries[0].snapshot, history.entries[2].snapshot, history.entries[3].snapshot
    assert flat(start.W.tolist()) == near(flat(GOLDEN["start"]["W"]))
    assert forward.forward is not None
    steps: list[dict[str, Any]] = GOLDEN["one_step"]
    assert forward.forward.loss.item() == near(steps[0]["loss"])
    assert backward.W_grad is not None
    assert flat(backward.W_grad.tolist()) == near(flat(steps[1]["W_grad"]))
    assert flat(history.entries[5].snapshot.W.tolist()) == near(flat(steps[2]["W"]))


def test_its_floats_are_those_in_its_text(history: History) -> None:
    """Fault 62: the standard library reads the same numbers."""
    entries = json.loads(FILE.read_bytes())["entries"]
    forward = entries[2]["forward"]
    assert history.entries[2].snapshot.forward is not None
    loss = history.entries[2].snapshot.forward.loss
    assert loss.tobytes() == np.array(forward["loss"]["values"], np.float32).tobytes()
    pasted = history.entries[10].snapshot.x
    assert np.signbit(pasted[0, 0])
    assert pasted[0, 1] == np.inf


def test_its_refusals_and_settings_are_there(history: History) -> None:
    """Fault 62."""
    causes = [entry.refusal.cause for entry in history.entries if entry.refusal is not None]
    assert causes[:2] == [Cause.NO_LOSS, Cause.GRAPH_FREED]
    assert Cause.X_CHANGED in causes
    config = history.entries[9].snapshot.config
    assert (config.lr, config.retain_graph, config.zeroing) == (0.1, True, Zeroing.NONE)
    assert history.entries[18].snapshot.config.seed == 2**64 - 1
    parts = history.entries[27].snapshot
    assert (parts.rows, parts.config.part, parts.config.twin) == ((0, 3), 2, True)
    assert parts.reduction is Reduction.WEIGHTED


def test_the_runs_of_version_2_are_there() -> None:
    """Fault 62: the losses that PyTorch gave for the notebook's loops, with Zero grad and without."""
    history = storage.load(WITH_RUNS).history
    assert json.loads(WITH_RUNS.read_bytes())["version"] == 2
    ran = [entry.action for entry in history.entries if isinstance(entry.action, Ran)]
    assert [one.run for one in ran] == [
        Run(updates=5), Run(updates=6, zeroes=False), Run(loss=1e30, seed=3), Run(updates=7, backwards=4, seed=3)
    ]  # fmt: skip
    assert [one.ending for one in ran] == [Ending.UPDATES, Ending.UPDATES, Ending.LOSS, Ending.UPDATES]
    assert [(one.phases, one.updates) for one in ran] == [(20, 5), (18, 6), (1, 0), (70, 7)]
    assert ran[0].curve.losses.tolist() == near(GOLDEN["with_zero_grad"]["loss"][:5])
    assert ran[0].curve.overview.losses.tolist() == ran[0].curve.losses.tolist()
    assert all(one.checkpoints for one in (ran[0], ran[1], ran[3]))
    assert (ran[3].curve.stride, ran[3].curve.overview.counts.tolist()) == (2, list(range(7)))
    assert history.entry.updates == 7
