"""Runs verified: what the program wrote holds, here and elsewhere, and an altered digit is found where it stands."""

import json
import random
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU, Configure, MarkRows, Operation, Ran, Request, Run
from perceptron_gui.core.history import Environment, History
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Reduction, Zeroing
from perceptron_gui.core.verification import Verification, verified
from tests.core.sessions import ENGINE, closely_watched, done
from tests.core.test_session_fuzz import opened_or_refused
from tests.strategies import settings_of_a_step

ELSEWHERE = Environment("9.9.9", "Windows AMD64", "AVX512", 8)
FORWARD, BACKWARD = Operation.FORWARD, Operation.BACKWARD


def verify(history: History) -> Verification:
    """Verify what is in the document."""
    opened = storage.decoded(storage.encoded(history).data)
    return verified(opened.history, opened.left_out, ENGINE)


def told(said: Verification) -> object:
    """Return what differs first, as a value."""
    found = said.difference
    return None if found is None else (found.entry, found.what, found.stored, found.recomputed, found.kind)


def elsewhere(history: History) -> History:
    """Return the history as if another machine had made it."""
    entries = tuple(replace(entry, environment=ELSEWHERE) for entry in history.entries)
    return replace(history, entries=entries, moment=None)


def ran(preset: str, *actions: Request, every: int = 2, most_bytes: int = 400) -> History:
    with closely_watched(every, most_bytes):
        return done(History.begin(preset, CPU), *actions)


@st.composite
def sessions(draw: st.DrawFn) -> History:
    """Draw histories with a run or two, its end cut short at any phase."""
    preset = draw(st.sampled_from(["notebook", "notebook_half", "or_gate", "layer_4x2"]))
    start = History.begin(preset, CPU).current
    actions: list[Request] = draw(st.lists(settings_of_a_step(start), max_size=3))
    actions.append(MarkRows((0,) if start.m > 1 and draw(st.booleans()) else None))
    actions += draw(st.lists(st.sampled_from([FORWARD, BACKWARD]), max_size=3))
    run = Run(
        updates=draw(st.integers(1, 12)),
        loss=draw(st.one_of(st.none(), st.floats(0, 2))),
        zeroes=draw(st.booleans()),
        backwards=draw(st.integers(1, 3)),
        seed=draw(st.one_of(st.none(), st.integers(0, 2**32 - 1))),
    )
    history = ran(preset, *actions, run, every=draw(st.integers(1, 5)))
    whole, start = history.entry.action, history.before or start
    assert isinstance(whole, Ran)
    shorter = ENGINE.revisit(whole, start, draw(st.integers(1, whole.phases)), CPU)
    if draw(st.booleans()):
        history = history.at_moment(history.entry, *shorter)
    later: list[list[Request]] = [[], [FORWARD], [FORWARD, BACKWARD], [Run(updates=2)]]
    return ran_on(history, *draw(st.sampled_from(later)))


def ran_on(history: History, *actions: Request) -> History:
    with closely_watched():
        return done(history, *actions)


@settings(max_examples=60, deadline=None)
@given(sessions())
def test_a_run_holds(history: History) -> None:
    here = verify(history)
    assert told(here) is None
    assert here.within_bounds == 0
    there = verify(elsewhere(history))
    assert told(there) is None
    assert there.within_bounds


MANY = (
    ran("notebook_half", Configure("lr", 0.1), FORWARD, Run(updates=9), FORWARD),
    ran("notebook_half", FORWARD, BACKWARD, Run(updates=9, zeroes=False), Operation.UPDATE),
    ran(
        *("or_gate", Configure("part", 3), Configure("reduction", Reduction.WEIGHTED)),
        *(Configure("zeroing", Zeroing.NONE), Configure("lr", 0.1), Run(updates=40, backwards=2, seed=5)),
    ),
)
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


@pytest.mark.parametrize("history", MANY)
def test_an_altered_number_of_a_run_is_found(history: History) -> None:
    text = storage.encoded(history).data.decode()
    number, line = next((number, line) for number, line in enumerate(text.splitlines(), 1) if '"do":"Ran"' in line)
    start = text.index(line)
    places = [match for match in _NUMBER.finditer(line) if '"printed"' not in line[match.start() - 12 : match.start()]]
    chosen = random.Random(1).sample(places, min(60, len(places)))  # noqa: S311  no secret
    for match in chosen:
        digit = match.end() - 1 - (len(match[0]) - len(match[0].partition("e")[0]))
        other = str((int(line[digit]) + 5) % 10)
        bent = f"{text[: start + digit]}{other}{text[start + digit + 1 :]}"
        opened = opened_or_refused(bent.encode())
        if isinstance(opened, Problem):
            assert opened.values["entry"] == number - 1
            continue
        found = verified(opened.history, opened.left_out, ENGINE).difference
        assert found is not None, line[match.start() - 60 : match.end()]
        assert found.entry in {number - 1, number}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"phases": 35}, ""),
        ({"phases": 35, "ending": "stopped"}, "W.grad"),
        ({"phases": 34}, ""),
        ({"ending": "loss", "loss": 1e-3}, "ending"),
        ({"ending": "loss"}, "ending"),
        ({"ending": "not finite"}, "ending"),
        ({"ending": "stopped", "loss": 0.111, "updates": 100}, "phases"),
        ({"zeroes": False}, ""),
        ({"backwards": 2}, ""),
        ({"updates": 8}, ""),
        ({"updates": 10}, ""),
    ],
)
def test_what_else_a_run_says_is_compared(change: dict[str, Any], what: str) -> None:
    """An empty name: it is refused already as it is read."""
    history = MANY[0]
    text = storage.encoded(history).data
    document = json.loads(text)
    record = document["entries"][3]["action"]
    changed = [json.loads(json.dumps(entry)) for entry in document["entries"]]
    changed[3]["action"] = {key: value for key, value in (record | change).items() if value != []}
    head, *_, end = text.splitlines()
    bent = b"\n".join((head, b",\n".join(json.dumps(entry, separators=(",", ":")).encode() for entry in changed), end))
    if not what:
        with pytest.raises(Problem) as caught:
            storage.decoded(bent)
        assert caught.value.values["entry"] == 4
        return
    opened = storage.decoded(bent)
    found = verified(opened.history, opened.left_out, ENGINE).difference
    assert found is not None
    assert found.entry == 4
    assert found.what.startswith(what)
