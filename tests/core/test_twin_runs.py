"""The second run takes a Run phase by phase, as if it was pressed, up to a bound."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core import twin as twin_module
from perceptron_gui.core.actions import CPU, MarkRows, Operation, Ran, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Incomparable, Interrupted
from perceptron_gui.core.schedule import Schedule
from perceptron_gui.core.twin import Replay
from tests.core import twins
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.core.twins import ENGINE, begin, compared, everything


def ran(history: History, run: Run) -> History:
    outcome = ENGINE.execute(run, history.current, CPU)
    return history.push(outcome.action, outcome.snapshot, CPU)


def pressed(history: History, run: Run) -> History:
    """Press the phases of a run, and mark the rows of a shuffled one."""
    schedule, turn = Schedule(run, history.current), 0
    for _ in range(run.updates):
        for operation in run.cycle:
            if operation is FORWARD:
                if history.current.rows != schedule.rows(turn):
                    history = twins.done(history, MarkRows(schedule.rows(turn)))
                turn += 1
            history = twins.done(history, operation)
    return twins.done(history, MarkRows(schedule.rows(turn)))


runs = st.builds(
    Run,
    updates=st.integers(1, 6),
    zeroes=st.booleans(),
    backwards=st.integers(1, 2),
    seed=st.one_of(st.none(), st.integers(0, 99)),
)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["notebook_half", "or_gate"]),
    st.integers(0, 3),
    st.lists(st.sampled_from([FORWARD, BACKWARD, UPDATE, ZERO_GRAD]), max_size=4),
    st.lists(runs, min_size=1, max_size=2),
)
def test_a_run_is_to_the_twin_what_its_presses_are(
    preset: str, part: int, before: list[Operation], wished: list[Run]
) -> None:
    start = PRESETS[preset]
    start = replace(start, config=replace(start.config, part=min(part, start.m - 1)))
    one = other = twins.done(begin(start, 0.1), *before)
    replay = Replay()
    for run in wished:
        one, other = ran(one, run), pressed(other, run)
        assert everything(replay.compared(one.compared, CPU)) == everything(compared(other))
    one, other = (twins.done(history, FORWARD, BACKWARD, UPDATE) for history in (one, other))
    assert everything(replay.compared(one.compared, CPU)) == everything(compared(other))


@settings(max_examples=20, deadline=None)
@given(st.lists(runs, min_size=1, max_size=3), st.integers(1, 5), st.integers(0, 3))
def test_one_that_gives_way_goes_on_where_it_was(wished: list[Run], every: int, back: int) -> None:
    replay, history, steps = Replay(), begin(PRESETS["notebook_half"], 0.1), 0

    def is_awaited() -> bool:
        nonlocal steps
        steps += 1
        return steps % every == 0

    for run in wished:
        history = twins.done(ran(history, run), FORWARD)
        with contextlib.suppress(Interrupted):
            replay.compared(history.compared, CPU, is_awaited)
    history = history.at(len(history.entries) - 1 - min(back, len(wished)))
    expected = everything(compared(history))
    for _ in range(sum(entry.updates * 5 + 2 for entry in history.entries)):
        # Each time it is a phase further, whatever waits.
        with contextlib.suppress(Interrupted):
            assert everything(replay.compared(history.compared, CPU, is_awaited)) == expected
            break
    else:
        pytest.fail("it does not end")


def test_a_run_that_is_too_long_ends_the_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin_module, "MOST_PHASES", 20)
    before = ran(begin(PRESETS["notebook_half"], 0.1), Run(updates=5))
    replay = Replay()
    known = replay.compared(before.compared, CPU)
    assert known.incomparable is None
    after = twins.done(ran(before, Run(updates=6)), FORWARD)
    ended = replay.compared(after.compared, CPU)
    assert ended.incomparable is Incomparable.LONG_RUN
    assert ended.momentum_difference is None
    # As far as the bound lets it: five updates of the second run, behind those of the first.
    as_far = replay.compared(twins.done(ran(before, Run(updates=5)), FORWARD).compared, CPU)
    assert ended.updates.tolist() == list(range(10))
    assert [loss.tobytes() for loss in ended.losses] == [loss.tobytes() for loss in as_far.losses[:10]]
    assert isinstance(after.entries[2].action, Ran)
    assert everything(replay.compared(before.compared, CPU)) == everything(known)
    later = twins.done(before, FORWARD, BACKWARD, UPDATE)
    assert everything(replay.compared(later.compared, CPU)) == everything(compared(later))
