"""The history: nothing that happened is lost by going back and doing something else."""

import weakref
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import history as history_module
from perceptron_gui.core.actions import CPU, Action, Assign, Axis, Gesture, Import, Operation, Randomize, Resize, Start
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry, History, Refusal
from perceptron_gui.core.presets import NOTEBOOK, PRESETS
from perceptron_gui.core.snapshot import FloatArray, Snapshot, TensorName, frozen
from tests.core.notebook import state
from tests.core.play import BACKWARD, FORWARD, UPDATE, of_size, play
from tests.strategies import Scenario, briefly, scenarios, thoroughly

BEGIN = History.begin(NOTEBOOK, CPU)
REFUSAL = Refusal("TypeError", "…")


@dataclass(frozen=True)
class Push:
    """Do an action; PyTorch may refuse it."""

    action: Action
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Undo:
    """Go one back."""


@dataclass(frozen=True)
class Redo:
    """Go one on."""


@dataclass(frozen=True)
class At:
    """Go anywhere."""

    part: float


Move = Push | Undo | Redo | At

actions = st.sampled_from([*Operation, UPDATE, UPDATE, Resize(Axis.SAMPLES, 2), Randomize(), Start("or_gate")])
pushes = st.builds(Push, actions, st.sampled_from([None, None, REFUSAL]))
moves = st.one_of(pushes, pushes, st.just(Undo()), st.just(Undo()), st.just(Redo()), st.builds(At, st.floats(0, 1)))


def fresh_snapshot() -> Snapshot:
    return of_size(1, 2, 1)


def push(history: History, action: Action = FORWARD, refusal: Refusal | None = None) -> History:
    return history.push(action, fresh_snapshot(), CPU, refusal)


def moved(history: History, move: Move) -> History:
    match move:
        case Push(action, refusal):
            return push(history, action, refusal)
        case Undo():
            return history.undo()
        case Redo():
            return history.redo()
        case At(part):
            return history.at(round(part * (len(history.entries) - 1)))


def after_moves(done: list[Move]) -> History:
    history = BEGIN
    for move in done:
        history = moved(history, move)
    return history


def snapshots_of(history: History) -> list[Snapshot]:
    return [entry.snapshot for entry in history.entries]


def all_entries(entries: tuple[Entry, ...]) -> list[Entry]:
    return [each for entry in entries for each in (entry, *all_entries(entry.replaced))]


histories = st.lists(moves, max_size=25).map(after_moves)


def test_a_history_begins_with_the_preset() -> None:
    assert list(BEGIN.current.arrays()) == list(PRESETS[NOTEBOOK].arrays())
    assert BEGIN.entry.action == Start(NOTEBOOK)
    assert BEGIN.before is None
    assert BEGIN.index == 0


@thoroughly
@given(histories, pushes)
def test_push_shows_the_new_state_behind_the_one_that_was_shown(history: History, new: Push) -> None:
    snapshot = fresh_snapshot()
    pushed = history.push(new.action, snapshot, CPU, new.refusal)
    assert pushed.current is snapshot
    assert pushed.before is history.current
    assert pushed.entry.action == new.action
    assert pushed.entry.refusal is new.refusal
    assert pushed.entries[:-1] == history.entries[: history.index + 1]


@thoroughly
@given(histories)
def test_undo_takes_a_push_back_with_the_future_that_it_cut_off(history: History) -> None:
    undone = push(history).undo()
    assert undone.current is history.current
    had_a_future = history.index < len(history.entries) - 1
    assert snapshots_of(undone)[: len(history.entries)] == snapshots_of(history)
    assert len(undone.entries) == len(history.entries) + (not had_a_future)


@thoroughly
@given(histories)
def test_redo_does_again_what_undo_took_back(history: History) -> None:
    pushed = push(history.at(len(history.entries) - 1))
    assert pushed.undo().redo().current is pushed.current


@thoroughly
@given(histories)
def test_undo_shows_the_state_before(history: History) -> None:
    assert history.undo().current is (history.before or history.current)


@thoroughly
@given(histories)
def test_redo_ends_at_the_last_state(history: History) -> None:
    redone = history.redo()
    assert redone.index == min(history.index + 1, len(history.entries) - 1)
    assert redone.entries == history.entries


@thoroughly
@given(st.lists(moves, max_size=25))
def test_no_state_that_ever_was_is_lost(done: list[Move]) -> None:
    history, seen = BEGIN, [BEGIN.current]
    for move in done:
        history = moved(history, move)
        seen.append(history.current)
    kept = {id(entry.snapshot) for entry in all_entries(history.entries)}
    assert kept == {id(snapshot) for snapshot in seen}


@pytest.mark.parametrize("futures", [2, 3, 5])
def test_undo_and_redo_go_round_all_futures_of_a_state(futures: int) -> None:
    history = BEGIN
    pushed = []
    for _ in range(futures):
        history = push(history.at(0))
        pushed.append(history.current)
    seen = []
    for _ in range(futures):
        seen.append(history.current)
        history = history.undo().redo()
    assert {id(snapshot) for snapshot in seen} == {id(snapshot) for snapshot in pushed}
    assert history.current is pushed[-1]


def test_a_future_comes_back_whole() -> None:
    old = push(push(push(BEGIN), BACKWARD), UPDATE)
    undone = push(push(old.at(1)), BACKWARD).undo().undo()
    assert snapshots_of(undone) == snapshots_of(old)
    assert undone.index == 1


def test_many_futures_of_one_state_are_no_trouble() -> None:
    history = BEGIN
    for _ in range(3000):
        history = push(history.at(0))
    assert history.entry.nbytes == 3000 * history.entry.new_bytes
    assert history.undo().current is BEGIN.current


@thoroughly
@given(histories)
def test_updates_are_counted_since_the_tensors_were_made(history: History) -> None:
    done = list(history.entries[: history.index + 1])
    while any(entry.makes_new_tensors for entry in done):
        done.pop(0)
    assert history.entry.updates == sum(entry.action is UPDATE and entry.refusal is None for entry in done)


@thoroughly
@given(histories)
def test_a_segment_begins_where_tensors_were_made(history: History) -> None:
    segment = history.segment
    assert segment[-1] is history.entry
    assert segment[0].makes_new_tensors
    assert not any(entry.makes_new_tensors for entry in segment[1:])
    assert segment == history.entries[history.index + 1 - len(segment) : history.index + 1]


@pytest.mark.parametrize(
    ("action", "is_so"),
    [
        (Start(NOTEBOOK), True),
        (Randomize(), True),
        (Resize(Axis.INPUTS, 2), True),
        (Import("a.csv", ()), True),
        (UPDATE, False),
        (Assign(TensorName.W, 0, 0, frozen([[1]]), Gesture.TYPE), False),
    ],
)
def test_which_actions_make_new_tensors(action: Action, *, is_so: bool) -> None:
    assert push(BEGIN, action).entry.makes_new_tensors == is_so


@thoroughly
@given(histories)
def test_reset_returns_to_the_last_preset_chosen(history: History) -> None:
    starts = [entry.action for entry in history.entries[: history.index + 1] if isinstance(entry.action, Start)]
    assert history.preset == starts[-1].preset


@briefly
@given(scenarios())
def test_undo_to_the_start_gives_the_byte_equal_first_state(scenario: Scenario) -> None:
    first = state(scenario.start)
    history = History((), -1).push(Start(NOTEBOOK), scenario.start, CPU)
    for outcome in play(scenario.start, *scenario.steps):
        history = history.push(outcome.action, outcome.snapshot, outcome.device, outcome.refusal)
    for _ in scenario.steps:
        history = history.undo()
    assert history.current is scenario.start
    assert state(history.current) == first


class TestBytes:
    """A history is bounded by the bytes of its arrays."""

    @thoroughly
    @given(st.lists(moves, max_size=25), st.integers(0, 400))
    def test_the_count_is_that_of_the_entries(self, done: list[Move], largest: int) -> None:
        with patch.object(history_module, "LARGEST_HISTORY", largest):
            history = after_moves(done)
        assert history.nbytes == sum(entry.nbytes for entry in history.entries)

    @thoroughly
    @given(st.lists(moves, max_size=25), st.integers(0, 400))
    def test_no_more_is_held_than_is_counted(self, done: list[Move], largest: int) -> None:
        with patch.object(history_module, "LARGEST_HISTORY", largest):
            history = after_moves(done)
        arrays: dict[int, FloatArray] = {}
        for entry in all_entries(history.entries):
            arrays |= entry.snapshot.arrays()
        assert sum(array.nbytes for array in arrays.values()) <= history.nbytes

    @thoroughly
    @given(st.lists(moves, max_size=25), st.integers(0, 400))
    def test_the_oldest_are_dropped_until_it_fits(self, done: list[Move], largest: int) -> None:
        with patch.object(history_module, "LARGEST_HISTORY", largest):
            history = push(after_moves(done))
        assert history.nbytes <= max(largest, *(held(history.entries[-2:]), 2 * fresh_bytes()))

    @thoroughly
    @given(st.lists(actions, max_size=12), st.integers(0, 400))
    def test_no_entry_is_dropped_that_would_have_fitted(self, done: list[Action], largest: int) -> None:
        with patch.object(history_module, "LARGEST_HISTORY", largest):
            history = BEGIN
            for action in done:
                before, history = history, push(history, action)
                if len(history.entries) <= len(before.entries):
                    dropped = len(before.entries) + 1 - len(history.entries)
                    assert held((*before.entries[dropped - 1 :], history.entry)) > largest

    def test_what_is_shown_and_what_undo_leads_to_are_never_dropped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history_module, "LARGEST_HISTORY", 0)
        before = push(push(BEGIN))
        history = push(before)
        assert len(history.entries) == 2
        assert history.undo().current is before.current

    def test_an_entry_that_is_dropped_takes_its_arrays_with_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history_module, "LARGEST_HISTORY", 0)
        history = push(BEGIN)
        of_it = weakref.ref(history.current.W)
        history = push(history)
        assert of_it() is not None
        history = push(history)
        assert of_it() is None

    def test_after_the_start_was_dropped_its_preset_is_still_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history_module, "LARGEST_HISTORY", 0)
        assert push(push(BEGIN, Start("or_gate"))).preset == "or_gate"

    def test_futures_go_where_the_oldest_entries_are_not_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Do and undo, again and again: the arrays of each are in the future that the next one cut off."""
        history = push(push(History.begin(NOTEBOOK, CPU)))
        history = push(history).undo()
        room = history.nbytes + 2 * fresh_bytes()
        monkeypatch.setattr(history_module, "LARGEST_HISTORY", room)
        for _ in range(20):
            last = history.entries[-1]
            history = push(history)
            assert history.nbytes <= room
            assert history.nbytes >= held(history.entries)
            history = history.undo()
            # The latest of them is still there.
            assert [entry.snapshot for entry in history.entries[history.index + 1 :]] == [last.snapshot]
            history = push(history).undo()

    def test_an_array_that_is_shared_is_counted_once(self) -> None:
        edit = Assign(TensorName.B, 0, 0, frozen([[1]]), Gesture.TYPE)
        pushed = BEGIN.push(edit, edited(BEGIN.current, edit), CPU)
        assert pushed.entry.nbytes == BEGIN.current.b.nbytes


def held(entries: tuple[Entry, ...]) -> int:
    """Return the bytes of what entries keep alive, each array once."""
    arrays: dict[int, FloatArray] = {}
    for entry in all_entries(entries):
        arrays |= entry.snapshot.arrays()
    return sum(array.nbytes for array in arrays.values())


def fresh_bytes() -> int:
    return sum(array.nbytes for array in fresh_snapshot().arrays().values())


def test_a_refusal_says_its_class_and_its_words() -> None:
    assert str(Refusal("TypeError", "no")) == "TypeError: no"
