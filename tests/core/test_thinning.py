"""Older runs of a long history: their curves and checkpoints grow thin, their states never."""

import numpy as np
import pytest

from perceptron_gui.core import storage, thinning
from perceptron_gui.core.actions import CPU, Assign, Gesture, Operation, Ran, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Snapshot, TensorName, frozen
from perceptron_gui.core.verification import verified
from tests.core.sessions import ENGINE, closely_watched, done

CYCLES = 200
RUN = Run(updates=CYCLES)


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "MOST_BYTES", 2**18)
    monkeypatch.setattr(thinning, "_ROOM", 2**14)


def of_runs(history: History) -> list[Ran]:
    return [entry.action for entry in history.entries if isinstance(entry.action, Ran)]


def with_runs(count: int) -> History:
    with closely_watched(20, 2**20):
        return done(History.begin("notebook", CPU), *(RUN,) * count)


def bits(state: Snapshot) -> list[bytes | None]:
    tensors = (state.W, state.b, state.W_grad, state.b_grad)
    return [None if tensor is None else tensor.tobytes() for tensor in tensors]


def test_the_oldest_runs_are_thinned_first_and_the_last_never() -> None:
    history = with_runs(12)
    strides = [ran.curve.stride for ran in of_runs(history)]
    assert strides == sorted(strides, reverse=True)
    assert strides[0] > 1
    assert strides[-1] == 1
    assert sum(map(thinning._recorded, history.entries[:-1])) <= thinning.MOST_BYTES
    assert history.nbytes == sum(entry.nbytes for entry in history.entries)


def test_what_is_kept_of_a_thinned_run_are_numbers_of_the_run() -> None:
    thin, whole = of_runs(with_runs(12))[0], of_runs(with_runs(1))[0]
    assert thin.curve.losses.tobytes() == whole.curve.losses[:: thin.curve.stride].tobytes()
    assert thin.curve.parameters.tobytes() == whole.curve.parameters[:: thin.curve.stride].tobytes()
    seen = thin.curve.overview
    assert 0 < len(seen.counts) < len(whole.curve.overview.counts)
    assert seen.losses.tobytes() == whole.curve.losses[seen.counts].tobytes()
    assert seen.losses.max() == whole.curve.losses.max()
    assert seen.losses.min() == whole.curve.losses.min()
    assert len(thin.checkpoints) < len(whole.checkpoints)


@pytest.mark.parametrize("phases", [1, 4 * 57 + 2, 4 * CYCLES - 1])
def test_any_moment_of_a_thinned_run_is_what_presses_leave(phases: int) -> None:
    history = with_runs(12)
    ran, start = of_runs(history)[0], history.entries[0].snapshot
    _, moment = ENGINE.revisit(ran, start, phases, CPU)
    pressed = done(History.begin("notebook", CPU), *(RUN.cycle * CYCLES)[:phases]).current
    assert bits(moment) == bits(pressed)


def test_a_session_with_thinned_runs_is_saved_and_holds() -> None:
    history = with_runs(12)
    opened = storage.decoded(storage.encoded(history).data)
    assert [ran.curve.stride for ran in of_runs(opened.history)] == [ran.curve.stride for ran in of_runs(history)]
    assert verified(opened.history, opened.left_out, ENGINE).holds


def test_runs_of_a_future_that_was_cut_off_are_thinned_and_come_back() -> None:
    edit = Assign(TensorName.W, 0, 0, frozen([[0.5]]), Gesture.CLEAR)
    before = done(with_runs(4), edit)
    with closely_watched(20, 2**20):
        history = done(before.undo().undo().undo(), *(RUN,) * 12)
    cut = next(entry for entry in history.entries if entry.replaced)
    assert [each.action.curve.stride > 1 for each in cut.replaced if isinstance(each.action, Ran)] == [True, True]
    assert cut.replaced[-1].action is edit
    assert history.nbytes == sum(entry.nbytes for entry in history.entries)
    back = history.at(history.entries.index(cut)).undo()
    again = [entry.snapshot for entry in before.entries[-3:]]
    assert [entry.snapshot for entry in back.entries[3:6]] == again


def test_futures_within_futures_are_no_end() -> None:
    history = with_runs(1)
    with closely_watched(20, 2**20):
        for _ in range(3 * thinning._DEEPEST):
            history = done(history.undo(), Operation.FORWARD).undo()
            history = done(history, Operation.FORWARD)
        history = done(history, *(RUN,) * 12)
    assert of_runs(history)[0].curve.stride > 1


def test_without_runs_nothing_is_asked() -> None:
    history = done(History.begin("notebook", CPU), *(Operation.FORWARD,) * 3)
    assert history.with_thinner_runs() is history


def test_who_only_follows_keeps_nothing_of_a_run_but_its_state() -> None:
    entry = with_runs(1).entry
    bare = thinning.bare(entry)
    assert bare.snapshot is entry.snapshot
    assert isinstance(bare.action, Ran)
    assert isinstance(entry.action, Ran)
    assert (bare.action.phases, bare.action.ending) == (entry.action.phases, entry.action.ending)
    assert not bare.action.checkpoints
    assert bare.action.curve.nbytes == 0
    assert not any(np.shares_memory(array, entry.action.curve.losses) for array in bare.action.arrays().values())
    assert 0 <= bare.new_bytes < entry.new_bytes
