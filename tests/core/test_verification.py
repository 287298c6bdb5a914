"""Documents verified: what the program wrote holds, and an altered digit is found where it stands."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from perceptron_gui.core import deposits, storage
from perceptron_gui.core.actions import (
    CPU,
    Action,
    Assign,
    AssignElements,
    Axis,
    Configure,
    Delete,
    Edit,
    Gesture,
    Insert,
    MarkRows,
    Operation,
    Randomize,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.bounds import PART, of_forward
from perceptron_gui.core.comparison import Kind
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry, Environment, History, Refusal
from perceptron_gui.core.operations import Engine, environment
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import (
    Element,
    FloatArray,
    Reduction,
    Snapshot,
    TensorName,
    Zeroing,
    frozen,
)
from perceptron_gui.core.verification import Verification, start_of_history, start_of_preset, verified
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.strategies import GoBack, Journey, briefly, journeys

ENGINE = Engine()
ELSEWHERE = Environment("9.9.9", "Windows AMD64", "AVX512", 8)
STEP = (FORWARD, BACKWARD, UPDATE, ZERO_GRAD)


class Rebuilding(Engine):
    """Makes the tensors of each entry anew."""

    def adopt(self, snapshot: Snapshot, made: Snapshot) -> None:
        self._snapshot = None


def done(history: History, *actions: Action, where: Environment | None = None) -> History:
    """Do actions as the session does."""
    where = where or environment()
    for action in actions:
        before = history.current
        if isinstance(action, Start):
            history = history.push(action, replace(PRESETS[action.preset]), CPU, environment=where)
        elif isinstance(action, MarkRows | Configure | Assign | AssignElements):
            after = edited(before, action)
            history = history if after is before else history.push(action, after, CPU, environment=where)
        else:
            outcome = ENGINE.execute(action, before, CPU)
            if outcome.snapshot is not before or outcome.refusal is not None:
                history = history.push(
                    outcome.action, outcome.snapshot, CPU, outcome.refusal, printed=outcome.printed, environment=where
                )
    return history


def from_start(start: Snapshot, *actions: Action) -> History:
    """Begin with the notebook's preset, and bring the tensors of a state in by edits that keep their bits."""
    sizes = [Resize(Axis.SAMPLES, start.m), Resize(Axis.INPUTS, start.n), Resize(Axis.OUTPUTS, start.k)]
    writes = [Assign(name, 0, 0, frozen(np.atleast_2d(start.tensor(name))), Gesture.PASTE) for name in TensorName]
    return done(History.begin("notebook", CPU), *sizes, *writes, *actions)


def travelled(journey: Journey) -> History:
    history = from_start(journey.start)
    first = history.index
    for step in journey.steps:
        if isinstance(step, GoBack):
            history = history.at(max(first, history.index - step.states))
        else:
            history = done(history, step)
    return history


def verify(data: bytes, engine: Engine = ENGINE) -> Verification:
    opened = storage.decoded(data)
    return verified(opened.history, opened.left_out, engine)


def text_of(history: History) -> str:
    return storage.encoded(history).data.decode()


def told(verification: Verification) -> tuple[object, ...]:
    """Return what a verification says, as a value that can be compared."""
    found = verification.difference
    said = None if found is None else (found.entry, found.what, found.stored, found.recomputed, found.kind)
    return said, verification.in_bits, verification.within_bounds, verification.loss, verification.updates


@briefly
@given(journeys())
def test_any_session_holds_to_the_last_bit(journey: Journey) -> None:
    history = travelled(journey)
    verification = verify(storage.encoded(history).data)
    assert verification.difference is None
    assert verification.holds
    assert (verification.in_bits, verification.within_bounds) == (len(history.entries), 0)
    assert (verification.shown, verification.last) == (history.index + 1, len(history.entries))


def everything() -> History:
    """Return a session with every kind of action and of refusal, marks, parts and merged deposits."""
    history = done(
        History.begin("notebook", CPU),
        BACKWARD, UPDATE, FORWARD, BACKWARD, BACKWARD,
        Configure("lr", 0.30000000000000004),
        Start("layer_4x2"),
        Configure("seed", 1234567890123456789),
        Randomize(),
        Resize(Axis.SAMPLES, 3), Insert(Axis.INPUTS, 1, 1), Delete(Axis.INPUTS, 0, 2), Insert(Axis.OUTPUTS, 0, 1),
        Assign(TensorName.X, 0, 0, frozen(np.random.default_rng(1).normal(size=(3, 3))), Gesture.PASTE),
        Assign(TensorName.Y_TRUE, 0, 0, frozen(np.random.default_rng(2).uniform(size=(3, 3))), Gesture.PASTE),
        Assign(TensorName.B, 0, 0, frozen([[0.1234567, 1e-20, 12345.678]]), Gesture.TYPE),
        AssignElements(((Element("W", 0, 1), float(np.float32(0.1234567))), (Element("b", 0, 2), -1.5))),
        MarkRows((0, 2)), Configure("zeroing", Zeroing.NONE), *STEP, UPDATE,
        MarkRows((1,)), FORWARD, Assign(TensorName.X, 1, 1, frozen([[7.5]]), Gesture.TYPE), BACKWARD,
        Configure("zeroing", Zeroing.ZERO), Configure("retain_graph", value=True),
        Configure("part", 2), Configure("reduction", Reduction.WEIGHTED),
        *(FORWARD, BACKWARD) * 3, UPDATE, SwitchDevice(CPU), Configure("twin", value=True), *STEP,
    )  # fmt: skip
    assert any(deposit.count > 1 for entry in history.entries for deposit in entry.snapshot.deposits)
    assert {entry.refusal.cause.name for entry in history.entries if entry.refusal} == {
        "NO_LOSS", "NO_GRADIENT", "GRAPH_FREED", "X_CHANGED",
    }  # fmt: skip
    return history


@contextlib.contextmanager
def few_deposits() -> Iterator[None]:
    """Have the oldest deposits merged from the third on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deposits, "MOST", 2)
        yield


with few_deposits():
    EVERYTHING = everything()
TEXT = text_of(EVERYTHING)
HARMLESS = re.compile(
    r'^"program":"[^"]*"|"index":\d+'  # what wrote it, and which moment is shown
    r"|is at version \d+; expected version \d+"  # what PyTorch counts from when a tensor was made
    r'|"capability":"[^"]*"|"system":"[^"]*"|"threads":\d+',  # another machine: the bounds are used, and that is said
    re.MULTILINE,
)
DIGITS = [match.start() for match in re.finditer(r"\d", HARMLESS.sub(lambda found: "·" * len(found[0]), TEXT))]


def test_everything_holds() -> None:
    assert told(verify(TEXT.encode()))[:3] == (None, len(EVERYTHING.entries), 0)
    assert len(DIGITS) > 2000


def number_at(text: str, place: int) -> str:
    """Return the number that a place of a text belongs to."""
    start, end = place, place
    while text[start - 1] in "0123456789.eE+-":
        start -= 1
    while text[end] in "0123456789.eE+-":
        end += 1
    return text[start:end]


def in_string(text: str, place: int) -> bool:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return len(re.findall(r'(?<!\\)"', line)) % 2 == 1


def entry_at(text: str, place: int) -> int:
    """Return which entry a place of a document belongs to, counted from 1; 0 for its head."""
    first = text.index('"entries":[') + len('"entries":[')
    return text.count("\n", first, place) if place > first else 0


@given(st.data())
@briefly
def test_one_altered_digit_is_found_where_it_stands(data: st.DataObject) -> None:
    # First where: otherwise almost all digits are in the middle of large arrays.
    line = data.draw(st.integers(0, len(EVERYTHING.entries)))
    places = [place for place in DIGITS if entry_at(TEXT, place) == line]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != TEXT[place]]))
    check_altered(place, digit)


def check_altered(place: int, digit: str) -> None:
    altered = TEXT[:place] + digit + TEXT[place + 1 :]
    entry = entry_at(TEXT, place)
    old, new = number_at(TEXT, place), number_at(altered, place)
    try:
        verification = verify(altered.encode())
    except Problem as problem:
        assert problem.reason in {Reason.SESSION_DAMAGED, Reason.NOT_A_SESSION, Reason.SESSION_NEWER}
        if problem.reason is Reason.SESSION_DAMAGED and entry:
            assert problem.values["entry"] >= entry
        return
    if verification.difference is None:
        # Another text of the very same number: nothing is altered.
        assert not in_string(TEXT, place)
        assert np.float32(float(old)) == np.float32(float(new)), (entry, TEXT[place - 40 : place + 20], digit)
        assert "." in old or "e" in old
    else:
        assert verification.difference.entry >= entry
