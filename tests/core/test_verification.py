"""Documents verified: what the program wrote holds, and an altered digit is found where it stands."""

import contextlib
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from perceptron_gui.core import deposits, storage, verification
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
    Operation,
    Randomize,
    Request,
    Resize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.bounds import PART, of_forward
from perceptron_gui.core.comparison import Kind
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Cause, Environment, History, Refusal
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
from perceptron_gui.core.verification import (
    StartState,
    Verification,
    start_of_history,
    start_of_preset,
    verified,
)
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.strategies import GoBack, Journey, briefly, journeys, numbers, snapshots

ENGINE = Engine()
ELSEWHERE = Environment("9.9.9", "Windows AMD64", "AVX512", 8)
STEP = (FORWARD, BACKWARD, UPDATE, ZERO_GRAD)


def done(history: History, *actions: Request, where: Environment | None = None) -> History:
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


def from_start(start: Snapshot, *actions: Request) -> History:
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


def told(said: Verification) -> tuple[object, ...]:
    """Return what a verification says, as a value that can be compared."""
    found = said.difference
    first = None if found is None else (found.entry, found.what, found.stored, found.recomputed, found.kind)
    return first, said.in_bits, said.within_bounds, said.loss, said.updates


@briefly
@given(journeys())
def test_any_session_holds_to_the_last_bit(journey: Journey) -> None:
    history = travelled(journey)
    found = verify(storage.encoded(history).data)
    assert found.difference is None
    assert found.holds
    assert (found.in_bits, found.within_bounds) == (len(history.entries), 0)
    assert (found.shown, found.last) == (history.index + 1, len(history.entries))


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
        Import("a.csv", ((TensorName.X, frozen([[0.25, 0.5], [1e-7, 3]])), (TensorName.Y_TRUE, frozen([[1], [0]])))),
        Import("b.pt", ((TensorName.W, frozen([[0.7], [0.9]])), (TensorName.B, frozen([0.1]))), is_transposed=True),
        *STEP,
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
    r'"program":"[^"]*"|"index":\d+'  # what wrote it, and which moment is shown
    r"|is at version \d+; expected version \d+"  # what PyTorch counts from when a tensor was made
    r'|"capability":"[^"]*"|"system":"[^"]*"|"threads":\d+',  # another machine: the bounds are used, and that is said
)
DIGITS = [match.start() for match in re.finditer(r"\d", HARMLESS.sub(lambda found: "·" * len(found[0]), TEXT))]


@pytest.fixture(autouse=True)
def _few_deposits() -> Iterator[None]:
    with few_deposits():
        yield


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


def reading_refuses(text: str, entry: int) -> bool:
    """Whether a document cannot be read, for a reason that is not before the entry."""
    try:
        storage.decoded(text.encode())
    except Problem as problem:
        reasons = {Reason.SESSION_DAMAGED, Reason.NOT_A_SESSION, Reason.SESSION_NEWER}
        return problem.reason in reasons and int(str(problem.values.get("entry", entry))) >= entry
    return False


def check_altered(place: int, digit: str) -> None:
    altered = TEXT[:place] + digit + TEXT[place + 1 :]
    entry = entry_at(TEXT, place)
    if reading_refuses(altered, entry):
        return
    found = verify(altered.encode()).difference
    if found is not None:
        assert found.entry >= entry
        return
    # Another text of the very same number: nothing is altered.
    old, new = number_at(TEXT, place), number_at(altered, place)
    assert not in_string(TEXT, place)
    assert "." in old or "e" in old
    assert np.float32(float(old)) == np.float32(float(new)), (entry, TEXT[place - 40 : place + 20], digit)


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(st.data())
def test_one_altered_digit_is_found_where_it_stands(data: st.DataObject) -> None:
    # The entry first: otherwise almost all digits are in the middle of large arrays.
    entry = data.draw(st.integers(0, len(EVERYTHING.entries)))
    places = [place for place in DIGITS if entry_at(TEXT, place) == entry]
    assume(places)
    place = data.draw(st.sampled_from(places))
    check_altered(place, data.draw(st.sampled_from(sorted(set("0123456789") - {TEXT[place]}))))


def in_error(history: History, engine: Engine = ENGINE, left_out: int = 0) -> tuple[int, str, Kind]:
    found = verified(history, left_out, engine).difference
    assert found is not None
    return found.entry, found.what, found.kind


def altered_last(history: History, where: Environment | None = None, **changes: Any) -> History:
    """Return a history whose last entry left something else, made somewhere."""
    *earlier, last = history.entries
    last = replace(last, snapshot=replace(last.snapshot, **changes), environment=where or environment())
    return History((*earlier, last), history.index)


@pytest.mark.parametrize("where", [environment(), ELSEWHERE])
def test_live_tensors_and_tensors_made_anew_say_the_same(where: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT if where == environment() else text_of(elsewhere(EVERYTHING))
    rng = random.Random(5)  # noqa: S311  no secret
    for place in (None, *rng.sample(DIGITS, 8)):
        altered = text if place is None else text[:place] + "7" + text[place + 1 :]
        with contextlib.suppress(Problem):
            live = told(verify(altered.encode()))
            with monkeypatch.context() as patch:
                patch.setattr(verification._Replay, "_keep", lambda *_: None)
                assert told(verify(altered.encode())) == live


def elsewhere(history: History, device: str = CPU) -> History:
    entries = tuple(replace(entry, environment=ELSEWHERE, device=device) for entry in history.entries)
    return History(entries, history.index)


def test_what_another_machine_computed_is_compared_within_bounds() -> None:
    computed = sum(isinstance(entry.action, Operation | Randomize | Resize | Insert | Delete | Import)
                   for entry in EVERYTHING.entries)  # fmt: skip
    found = verified(elsewhere(EVERYTHING), 0, ENGINE)
    assert (found.holds, found.within_bounds, found.in_bits) == (True, computed, len(EVERYTHING.entries) - computed)


def test_what_another_device_computed_is_compared_on_the_cpu_within_bounds() -> None:
    history = done(History.begin("notebook", CPU), *STEP, where=environment())
    entries = [replace(entry, device="cuda:3", printed="") for entry in history.entries]
    moved = replace(entries[0], action=SwitchDevice("cuda:3"))
    found = verified(History((history.entries[0], moved, *entries[1:])), 0, ENGINE)
    assert (found.holds, found.within_bounds) == (True, 4)


def test_a_change_of_device_changes_nothing_but_the_graph() -> None:
    history = done(History.begin("notebook", CPU), FORWARD, SwitchDevice(CPU))
    assert verified(history, 0, ENGINE).holds
    assert in_error(altered_last(history, forward=history.entries[1].snapshot.forward))[1] == "forward"
    assert in_error(altered_last(history, b=frozen([1e-9])))[1] == "b[0]"
    entry = replace(history.entry, device="mps")
    assert in_error(History((*history.entries[:-1], entry)))[1] == "device"


def named(name: str, value: FloatArray) -> dict[str, Any]:
    """Return a field of a value for `replace`."""
    return {name: value}


def nudged(array: FloatArray, by: float) -> FloatArray:
    changed = array.copy()
    changed.flat[-1] += np.float32(by)
    return frozen(changed)


@pytest.mark.parametrize("name", ["W", "b"])
def test_an_update_of_another_machine_may_be_off_by_the_bound_and_no_more(name: str) -> None:
    history = done(History.begin("layer_4x2", CPU), FORWARD, BACKWARD, UPDATE)
    before, after = history.entries[-2].snapshot, history.current
    parameter, grad = getattr(before, name).flat[-1], getattr(before, f"{name}_grad").flat[-1]
    bound = 1e-5 * (abs(float(parameter)) + abs(float(grad)))
    for part, is_found in ((0.5, False), (-0.5, False), (2, True), (-2, True)):
        changed = named(name, nudged(getattr(after, name), part * bound))
        assert (verified(altered_last(history, ELSEWHERE, **changed), 0, ENGINE).difference is not None) is is_found
        assert not verified(altered_last(history, **changed), 0, ENGINE).holds


@pytest.mark.parametrize("name", ["z", "y_pred", "loss"])
def test_a_forward_of_another_machine_may_be_off_by_the_bound_and_no_more(name: str) -> None:
    history = done(History.begin("layer_4x2", CPU), FORWARD)
    forward = history.current.forward
    assert forward is not None
    bound = float(np.ravel(getattr(of_forward(forward), name))[-1])
    for part, is_found in ((0.5, False), (-0.5, False), (2, True), (-2, True)):
        changed = replace(forward, **named(name, nudged(getattr(forward, name), part * bound)))
        found = verified(altered_last(history, ELSEWHERE, forward=changed), 0, ENGINE).difference
        assert (found is not None) is is_found


@pytest.mark.parametrize("name", ["W_grad", "b_grad"])
def test_a_gradient_of_another_machine_may_be_off_by_the_bound_and_no_more(name: str) -> None:
    history = done(History.begin("layer_4x2", CPU), FORWARD, BACKWARD)
    before, after = history.entries[1].snapshot, history.current
    assert before.forward is not None
    bound = float(np.ravel(getattr(of_forward(before.forward), name))[-1])
    for part, is_found in ((0.5, False), (2, True)):
        grad = nudged(getattr(after, name), part * bound)
        deposit = replace(after.deposits[0], **named(name, nudged(grad, 0)))
        changed = altered_last(history, ELSEWHERE, **named(name, grad), deposits=(deposit,))
        assert (verified(changed, 0, ENGINE).difference is not None) is is_found


@briefly
@given(snapshots(numbers), st.sampled_from(Reduction))
def test_the_bounds_hold_what_float64_gives(start: Snapshot, reduction: Reduction) -> None:
    """What float32 left is as near to the true numbers, by PyTorch in float64, as another machine's may be to it."""
    after = done(
        History((), -1).push(Start("notebook"), start, CPU), Configure("reduction", reduction), FORWARD, BACKWARD
    )
    forward, deposit = after.current.forward, after.current.deposits[0]
    assert forward is not None
    x, y_true, W, b = (torch.tensor(array, dtype=torch.float64) for array in (start.x, start.y_true, start.W, start.b))
    W.requires_grad_()
    b.requires_grad_()
    z = x @ W + b
    y_pred = torch.sigmoid(z)
    squares = (y_true - y_pred) ** 2
    loss = squares.sum() if reduction is Reduction.SUM else squares.mean()
    W_grad, b_grad = torch.autograd.grad(loss, [W, b])
    bounds = of_forward(forward)
    # What autograd multiplies on the way: 2 · 1.7e38 is beyond float32.
    has_no_float32 = bool((2 * (y_true - y_pred).abs() > torch.finfo(torch.float32).max).any())
    for name, stored, exact in (
        ("z", forward.z, z), ("y_pred", forward.y_pred, y_pred), ("loss", forward.loss, loss),
        ("W_grad", deposit.W_grad, W_grad), ("b_grad", deposit.b_grad, b_grad),
    ):  # fmt: skip
        assert stored is not None
        difference = np.abs(stored.astype(np.float64) - exact.detach().numpy())
        bound = getattr(bounds, name)
        is_near = difference <= bound
        if has_no_float32:
            # There is no number to be near to.
            is_near |= ~np.isfinite(stored)
        assert is_near.all() or np.isposinf(bound).any(), name


def test_the_bounds_of_tame_numbers_are_narrow() -> None:
    forward = done(History.begin("layer_4x2", CPU), FORWARD).current.forward
    assert forward is not None
    bounds = of_forward(forward)
    terms = np.abs(forward.x.astype(np.float64)) @ np.abs(forward.W.astype(np.float64)) + np.abs(forward.b)
    assert np.allclose(bounds.z, PART * terms, rtol=1e-12, atol=0)
    for bound in (bounds.y_pred, bounds.loss, bounds.W_grad, bounds.b_grad):
        assert bound.max() < 5 * PART


def test_nan_is_near_nan_and_an_infinity_near_itself() -> None:
    history = done(
        History.begin("notebook", CPU),
        Configure("lr", 3e38),
        FORWARD,
        BACKWARD,
        *(UPDATE,) * 30,
        *STEP,
        where=ELSEWHERE,
    )
    assert not np.isfinite(history.current.W).all()
    assert verify(storage.encoded(history).data).holds
    assert in_error(altered_last(history, ELSEWHERE, W_grad=frozen(np.ones((3, 1)))))[1] == "W.grad[0, 0]"


@pytest.mark.parametrize("name", ["x", "y_true", "W", "b"])
def test_a_forward_made_with_another_object_is_found(name: str) -> None:
    """It would be shown as stale."""
    history = done(History.begin("notebook", CPU), FORWARD)
    forward = history.current.forward
    assert forward is not None
    copied = replace(forward, **named(name, frozen(getattr(forward, name))))
    assert in_error(altered_last(history, forward=copied)) == (2, f"forward.{name}", Kind.IDENTITY)
    assert in_error(altered_last(history, **named(name, frozen(getattr(forward, name)))))[2] is Kind.IDENTITY


def test_one_object_where_there_were_two_is_found() -> None:
    history = done(History.begin("notebook", CPU), FORWARD, BACKWARD)
    assert in_error(altered_last(history, W_grad=history.current.deposits[0].W_grad))[2] is Kind.IDENTITY


def test_a_start_is_its_preset() -> None:
    start = History.begin("or_gate", CPU)
    assert in_error(altered_last(start, W=frozen([[0.3], [-0.1]]))) == (1, "W[1, 0]", Kind.VALUE)
    later = done(History.begin("notebook", CPU), FORWARD, Start("or_gate"))
    assert in_error(altered_last(later, config=replace(later.current.config, lr=0.5))) == (3, "lr", Kind.VALUE)
    assert verified(done(later, Start("or_gate"), *STEP), 0, ENGINE).holds


def test_an_action_that_cannot_be_done_is_found() -> None:
    history = done(History.begin("notebook", CPU), FORWARD).push(Delete(Axis.INPUTS, 2, 5), PRESETS["notebook"], CPU)
    found = verified(history, 0, ENGINE).difference
    assert found is not None
    assert (found.entry, found.kind) == (3, Kind.IMPOSSIBLE)
    assert found.problem is not None
    assert found.problem.reason is Reason.NOT_A_SIZE


def test_a_refusal_is_compared() -> None:
    history = done(History.begin("notebook", CPU), BACKWARD)
    entry = history.entry
    for refusal, is_found in (
        (None, True),
        (Refusal("ValueError", "name 'loss' is not defined", Cause.NO_LOSS), True),
        (Refusal("NameError", "name 'loss' is not there", Cause.NO_LOSS), True),
        (Refusal("NameError", "name 'loss' is not defined", Cause.OTHER), True),
        (Refusal("NameError", "name 'loss' is not defined", Cause.NO_LOSS), False),
    ):
        said = History((history.entries[0], replace(entry, refusal=refusal)), 1)
        assert verified(said, 0, ENGINE).holds is not is_found
    other_words = replace(entry, refusal=Refusal("NameError", "no loss", Cause.NO_LOSS), environment=ELSEWHERE)
    assert verified(History((history.entries[0], other_words), 1), 0, ENGINE).holds


@pytest.mark.parametrize("first", range(1, len(EVERYTHING.entries)))
def test_a_history_that_is_said_to_be_whole_begins_with_a_start(first: int) -> None:
    """Who cuts off how it began cannot say that nothing was left out."""
    rest = History(tuple(replace(entry, updates=0) for entry in EVERYTHING.entries[first:]))
    if isinstance(rest.entries[0].action, Start):
        assert verified(rest, 0, ENGINE).holds
    else:
        assert in_error(rest) == (1, "action", Kind.VALUE)


@pytest.mark.parametrize("first", range(1, len(EVERYTHING.entries)))
def test_a_document_whose_beginning_was_left_out_holds(first: int) -> None:
    rest = History(EVERYTHING.entries[first:], len(EVERYTHING.entries) - first - 1)
    found = verify(storage.encoded(rest, first).data)
    assert told(found)[0] is None
    assert (found.left_out, found.last) == (first, len(EVERYTHING.entries))


@pytest.mark.parametrize("name", ["z", "y_pred", "loss"])
def test_what_follows_from_the_rest_of_a_first_entry_is_compared(name: str) -> None:
    history = done(History.begin("layer_4x2", CPU), FORWARD, BACKWARD)
    last, forward = history.entry, history.current.forward
    assert forward is not None
    assert verified(History((last,)), 2, ENGINE).holds
    changed = replace(forward, **named(name, nudged(getattr(forward, name), 0.01)))
    entry = replace(last, snapshot=replace(last.snapshot, forward=changed))
    assert in_error(History((entry,)), left_out=2)[:2] == (
        3,
        {"z": "z[1, 1]", "y_pred": "y_pred[1, 1]"}.get(name, name),
    )


@pytest.mark.parametrize("name", ["W_grad", "b_grad"])
def test_the_gradient_of_a_first_entry_is_the_sum_of_its_deposits(name: str) -> None:
    last = done(History.begin("layer_4x2", CPU), FORWARD, BACKWARD).entry
    grad = nudged(getattr(last.snapshot, name), 1e-6)
    whole = replace(last, snapshot=replace(last.snapshot, **named(name, grad)))
    assert in_error(History((whole,)), left_out=2)[1] in {"W.grad[3, 1]", "b.grad[1]"}
    (deposit,) = last.snapshot.deposits
    deposit = replace(deposit, **named(name, nudged(getattr(deposit, name), 0.01)))
    apart = replace(last, snapshot=replace(last.snapshot, deposits=(deposit,)))
    assert in_error(History((apart,)), left_out=2)[1].startswith("deposits[0].")


def test_where_it_starts_from() -> None:
    begun = done(History.begin("notebook", CPU), Start("or_gate"))
    handed_out = done(begun, Configure("lr", 0.5), Resize(Axis.SAMPLES, 3))
    handed_in = done(handed_out, *STEP)
    start = start_of_history(handed_out, 0)

    def starts(history: History, from_there: StartState, left_out: int = 0) -> bool | None:
        return verified(history, left_out, ENGINE, from_there).starts

    assert verified(handed_in, 0, ENGINE).starts is None
    assert starts(handed_in, start)
    assert starts(handed_out, start)
    assert not starts(done(begun, Configure("lr", 0.25), Resize(Axis.SAMPLES, 3), *STEP), start)
    assert not starts(done(handed_in, Start("or_gate")), start)
    assert not starts(begun, start)
    assert starts(History(handed_in.entries[2:], 5), start, left_out=2)
    assert not starts(History(handed_in.entries[4:], 3), start, left_out=4)
    assert starts(handed_in, start_of_preset("or_gate"))
    assert not starts(handed_in, start_of_preset("notebook"))
    assert starts(handed_in.at(0), start_of_preset("notebook"))
    assert not starts(done(History.begin("notebook", CPU)), start_of_preset("notebook_half"))
