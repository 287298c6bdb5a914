"""A run in a document: whole where it is short, less of a long one, and refused where its numbers do not fit."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from perceptron_gui.core import recording, storage
from perceptron_gui.core.actions import CPU, Checkpoint, Configure, Ending, Operation, Ran, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.recording import Points, Recorder
from perceptron_gui.core.snapshot import frozen
from perceptron_gui.core.storage import runs
from tests.core.play import of_size
from tests.core.sessions import ENGINE, begun, closely_watched, contents, done
from tests.core.test_session_hostile import refusal


def reread(history: History) -> History:
    data = storage.encoded(history).data
    opened = storage.decoded(data)
    assert storage.encoded(opened.history).data == data
    return opened.history


def the_run(history: History) -> Ran:
    action = history.entry.action
    assert isinstance(action, Ran)
    return action


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.booleans(), st.integers(1, 3), st.sampled_from([50, 200, 10**6]), st.integers(0, 99))
def test_a_run_comes_back_whole(updates: int, zeroes: bool, backwards: int, most_bytes: int, phases: int) -> None:
    with closely_watched(2, most_bytes):
        history = done(
            History.begin("or_gate", CPU),
            *(Configure("part", 3), Configure("lr", 0.1), Operation.FORWARD, Operation.BACKWARD),
            Run(updates, zeroes=zeroes, backwards=backwards, seed=updates),
        )
    assert contents(reread(history)) == contents(history)
    ran, before = the_run(history), history.before
    assert before is not None
    shorter = ENGINE.revisit(ran, before, 1 + phases % ran.phases, CPU)
    # Where there is no point, no stride is written.
    assume(shorter[0].updates or ran.curve.stride == 1)
    stopped = history.undo().push(*shorter, CPU)
    assert contents(reread(stopped)) == contents(stopped)


def long_run(count: int, size: int) -> History:
    """Return a history with a run of so many updates, of so many parameters and a bias."""
    start = of_size(1, size, 1, 0.5)
    recorder = Recorder(start)
    draw = np.random.default_rng(0)
    for _ in range(count):
        W, b = recorder.kept(draw.random((size, 1), np.float32), start.b)
        recorder.put(draw.random(), W.tolist() + b.tolist())
    after = done(begun(start), Operation.FORWARD).current
    states = [replace(start, W=frozen(draw.random((size, 1))), W_grad=frozen(np.zeros((size, 1)))) for _ in range(256)]
    checkpoints = tuple(Checkpoint(place * (count // 256), state) for place, state in enumerate(states, 1))
    ran = Ran(Run(), 4 * count, Ending.STOPPED, recorder.curve(), checkpoints)
    return begun(start).push(ran, replace(after, x=start.x, y_true=start.y_true), CPU)


@pytest.mark.parametrize(("size", "most"), [(3, 1), (60, 3), (7849, 5)])
def test_a_long_run_is_a_small_document(size: int, most: int) -> None:
    history = long_run(50_000, size)
    assert len(storage.encoded(history).data) < most * 2**20
    kept, ran = the_run(reread(history)), the_run(history)
    assert (kept.run, kept.phases, kept.updates) == (ran.run, ran.phases, 50_000)
    every = kept.curve.stride // ran.curve.stride
    assert kept.curve.losses.tobytes() == ran.curve.losses[::every].tobytes()
    assert kept.curve.parameters.tobytes() == ran.curve.parameters[::every].tobytes()
    for name in ("counts", "losses", "parameters"):
        assert getattr(kept.curve.overview, name).tobytes() == getattr(ran.curve.overview, name).tobytes()
    places = {one.cycles: one for one in ran.checkpoints}
    assert len(kept.checkpoints) > (4 if size > 1000 else 100)
    for one in kept.checkpoints:
        assert one.snapshot.W.tobytes() == places[one.cycles].snapshot.W.tobytes()


def test_the_overview_of_a_whole_curve_follows_from_it() -> None:
    recorder = Recorder(of_size(1, 2, 1))
    draw = np.random.default_rng(1)
    some = [0.25, float("nan"), float("inf"), 0.5]
    for _ in range(9000):
        recorder.put(float(draw.choice(some)), draw.random(3, np.float32).tolist())
    curve = recorder.curve()
    found = recording.overview(curve.points)
    assert isinstance(found, Points)
    for name in ("counts", "losses", "parameters"):
        assert getattr(found, name).tobytes() == getattr(curve.overview, name).tobytes()


def bent(**changes: Any) -> bytes:
    """Return a document with a run of which some fields are others."""
    with closely_watched(2, 60):
        history = done(History.begin("notebook_half", CPU), Run(updates=9))
    head, first, second, end = storage.encoded(history).data.splitlines()
    entry = json.loads(second)
    curve = entry["action"]["curve"]
    overview = curve["overview"] | changes.pop("overview", {})
    curve |= {"overview": overview} | changes.pop("curve", {})
    entry["action"] |= changes
    return b"\n".join((head, first, json.dumps(entry, separators=(",", ":")).encode(), end))


def test_what_is_bent_is_good() -> None:
    assert storage.decoded(bent()).history.entry.updates == 9


@pytest.mark.parametrize(
    "changes",
    [
        {"phases": 0},
        {"phases": 2**60},
        {"phases": 33},
        {"phases": 37},
        {"updates": 8},
        {"updates": 10},
        {"updates": -1},
        {"backwards": 0},
        {"backwards": 2**53},
        {"seed": 2**32},
        {"ending": "bored"},
        {"loss": "nan"},
        {"checkpoints": []},
        {"curve": {"stride": 0}},
        {"curve": {"stride": 1}},
        {"curve": {"stride": 2**53}},
        {"curve": {"losses": 0}},
        {"overview": {"counts": []}},
        {"overview": {"counts": [0, 1, 1, 3, 4, 5, 6, 7, 8]}},
        {"overview": {"counts": [0, 1, 2, 3, 4, 5, 6, 7, 9]}},
        {"overview": {"counts": [0, 1, 2, 3, 4, 5, 6, 7]}},
        {"overview": {"counts": [0, 1, 2, 3, 4, 5, 6, 7, 2**63]}},
        {"overview": {"losses": 2}},
    ],
)
def test_a_run_whose_numbers_do_not_fit_is_refused(changes: dict[str, Any]) -> None:
    """Fault 45."""
    problem = refusal(bent(**changes))
    assert problem.reason is Reason.SESSION_DAMAGED
    assert problem.values["entry"] == 2


@pytest.mark.parametrize("change", [{"cycles": 10}, {"cycles": 0}, {"W": 1}, {"rows": [1]}, {"b_grad": 0}])
def test_a_checkpoint_that_is_none_is_refused(change: dict[str, Any]) -> None:
    """Fault 45."""
    checkpoints = json.loads(bent().splitlines()[2])["action"]["checkpoints"]
    checkpoints[-1] |= change
    problem = refusal(bent(checkpoints=checkpoints))
    assert isinstance(problem, Problem)
    assert problem.reason is Reason.SESSION_DAMAGED


def test_a_document_says_which_program_can_read_it() -> None:
    assert json.loads(storage.encoded(begun(of_size(1, 1, 1))).data)["version"] == 1
    assert json.loads(bent())["version"] == 2
    assert runs.MOST_NUMBERS < recording.MOST_BYTES
