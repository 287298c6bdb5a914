"""Whatever was shown before, the curves are those of the history: hypothesis presses, undoes and replaces."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core.actions import Axis, Configure, Ending, Operation, Ran, Resize, Run
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.recording import Recorder
from perceptron_gui.core.snapshot import FloatArray, Snapshot, frozen
from perceptron_gui.ui.plots.curves import Curves, Reading, Sources
from tests.ui.plots.scenes import FORWARD, UPDATE, begin


def _loss_or_nothing(entry: Entry) -> tuple[FloatArray, ...] | None:
    return (entry.snapshot.b,) if entry.action is FORWARD else None


def _both(entry: Entry) -> tuple[FloatArray, ...]:
    return entry.snapshot.W, entry.snapshot.b


def _reading(point: Callable[[Entry], Sources | None], widest: int) -> Reading:
    of_run = (lambda points: points.parameters) if point is _both else (lambda points: points.losses[:, np.newaxis])
    return Reading(point, of_run, widest)


Points = tuple[list[int], list[list[float]]]


def _scratch(history: History, *, only_forwards: bool, widest: int) -> Points:
    return _projected(history.segment, only_forwards=only_forwards, widest=widest)


def _with_undone(history: History, *, only_forwards: bool, widest: int) -> Points:
    """Return what the curves up to the shown entry, and after it those of the rest, have to be."""
    ahead = history.entries[history.index + (history.moment is None) :]
    later = [*itertools.takewhile(lambda entry: not entry.makes_new_tensors, ahead)]
    counts, values = _projected(history.segment, only_forwards=only_forwards, widest=widest)
    all_counts, all_values = _projected((*history.segment, *later), only_forwards=only_forwards, widest=widest)
    is_replaced = bool(counts) and values[-1] != all_values[len(counts) - 1]
    first = len(counts) - is_replaced
    return [*counts, *all_counts[first:]], [*values, *all_values[first:]]


def _projected(entries: Iterable[Entry], *, only_forwards: bool, widest: int) -> Points:
    points: dict[int, list[float]] = {}
    for entry in entries:
        if isinstance(entry.action, Ran):
            curve = entry.action.curve
            values = curve.losses[:, np.newaxis] if only_forwards else curve.parameters[:, :widest]
            first = entry.updates - entry.action.updates
            points |= {first + place: row.tolist() for place, row in enumerate(values)}
        if only_forwards and entry.action is not FORWARD:
            continue
        arrays = (entry.snapshot.b,) if only_forwards else (entry.snapshot.W, entry.snapshot.b)
        points[entry.updates] = [value for array in arrays for value in array.reshape(-1).tolist()][:widest]
    return list(points), list(points.values())


_PRESSES = st.sampled_from([
    "forward", "update", "edit", "set", "resize", "undo", "redo", "far undo", "back", "forget", "run", "within"
])  # fmt: skip


@given(st.lists(_PRESSES, max_size=60), st.integers(1, 9))
@settings(deadline=None)
def test_the_curves_are_those_of_the_history(presses: list[str], widest: int) -> None:
    history = begin()
    both, forwards = Curves(_reading(_both, widest)), Curves(_reading(_loss_or_nothing, widest))
    for number, press in enumerate(presses):
        history = _after(history, press, number, both)
        shown = [_drawn(curves) for curves in (both, forwards)]
        for before, has_changed, curves in zip(
            shown, [both.follow(history), forwards.follow(history)], (both, forwards), strict=True
        ):
            if not has_changed:
                assert _drawn(curves) == before
        assert (both.counts.tolist(), both.values.tolist()) == _scratch(history, only_forwards=False, widest=widest)
        assert (forwards.counts.tolist(), forwards.values.tolist()) == _scratch(
            history, only_forwards=True, widest=widest
        )
        for curves, only_forwards in ((both, False), (forwards, True)):
            expected = _with_undone(history, only_forwards=only_forwards, widest=widest)
            assert (curves.all_counts.tolist(), curves.all_values.tolist()) == expected
            assert (curves.undone is None) == (len(curves.counts) == len(curves.all_counts))


def _drawn(curves: Curves) -> tuple[list[float], list[list[float]], int | None]:
    return curves.all_counts.tolist(), curves.all_values.tolist(), curves.undone


def _after(history: History, press: str, number: int, curves: Curves) -> History:
    now = history.current
    match press:
        case "forward":
            return history.push(Operation.FORWARD, _with(now, number), "cpu")
        case "update":
            return history.push(Operation.UPDATE, _with(now, number), "cpu")
        case "edit":
            return history.push(Configure("seed", number), _with(now, number), "cpu")
        case "set":
            return history.push(Configure("seed", number), replace(now), "cpu")
        case "resize":
            size = number % 4 + 1
            W = frozen(np.full((size, 1), number))
            return history.push(Resize(Axis.INPUTS, size), replace(now, W=W), "cpu")
        case "run":
            updates = number % 3
            several = np.arange(updates, dtype=np.float32)[:, np.newaxis]
            parameters = np.concatenate([now.W.reshape(-1), now.b]) + several
            recorder = Recorder(now)
            for place, row in enumerate(parameters):
                recorder.put(number + place, row.tolist())
            run = Run()
            phases = len(run.cycle) * updates or 1
            return history.push(Ran(run, phases, Ending.STOPPED, recorder.curve()), _with(now, number), "cpu")
        case "within":
            ran, entry = history.entry.action, history.entries[history.index]
            if not isinstance(ran, Ran):
                return history
            return history.at_moment(entry, ran.first(max(1, ran.phases // 2)), _with(now, number))
        case "undo":
            return history.undo()
        case "redo":
            return history.redo()
        case "far undo":
            return history.at(history.index // 2)
        case "back":
            return history.at(len(history.entries) - 1)
        case _:
            curves.forget()
            return history


def _with(snapshot: Snapshot, number: int) -> Snapshot:
    return replace(snapshot, W=frozen(np.full(snapshot.W.shape, number)), b=frozen([-number]))


def test_nothing_is_read_twice() -> None:
    read: list[Entry] = []

    def reading(entry: Entry) -> tuple[FloatArray, ...]:
        read.append(entry)
        return _both(entry)

    curves = Curves(_reading(reading, 40))
    history = begin()
    for number in range(50):
        history = history.push(UPDATE, _with(history.current, number), "cpu")
        curves.follow(history)
    assert len(read) == 51
    assert not curves.follow(history)
    assert len(read) == 51
    for index in (0, 25, 50, 3):
        assert curves.follow(history.at(index))
        assert curves.counts.tolist() == [*range(index + 1)]
    assert len(read) <= 51 + 4, "to travel reads where one stands"


def test_what_was_forgotten_is_not_kept_alive() -> None:
    curves = Curves(_reading(_both, 40))
    curves.follow(begin())
    curves.forget()
    assert not curves.counts.size
    assert not curves.values.size
