"""The second run against plain PyTorch that treats Zero grad the other way."""

import gc
import weakref
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import autograd
from perceptron_gui.core import twin as twin_module
from perceptron_gui.core.actions import (
    CPU,
    Action,
    AssignElements,
    Configure,
    Operation,
    Randomize,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Comparison, Twin
from perceptron_gui.core.snapshot import Config, Element, Snapshot, Zeroing
from perceptron_gui.core.twin import Replay
from tests.core.notebook import Notebook, bits
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.core.test_golden import GOLDEN, near
from tests.core.twins import (
    CAREFUL,
    ENGINE,
    FORGETFUL,
    TWIN,
    Plain,
    begin,
    compared,
    done,
    everything,
    path_of,
    tame_rates,
)
from tests.strategies import GoBack, Journey, Scenario, Step, briefly, journeys, scenarios, snapshots


@briefly
@given(snapshots(), tame_rates, st.integers(1, 6), st.booleans())
def test_a_twin_is_the_run_of_who_does_the_other(start: Snapshot, lr: float, count: int, forgets: bool) -> None:
    twin = compared(done(begin(start, lr), *(CAREFUL if forgets else FORGETFUL) * count))
    plain = Plain(start)
    plain.train(lr, count, forgets=forgets)
    assert twin.forgets is forgets
    assert twin.updates.tolist() == list(range(count))
    assert bits(twin.losses) == bits(np.array(plain.losses, np.float32))
    assert twin.path.updates.tolist() == list(range(count + 1))
    assert path_of(twin) == [(bits(W), bits(b)) for W, b in plain.path]


@pytest.mark.parametrize(
    ("step", "own", "other"),
    [(CAREFUL, "with_zero_grad", "forgotten_zero_grad"), (FORGETFUL, "forgotten_zero_grad", "with_zero_grad")],
)
def test_the_two_runs_of_the_notebook_at_one_half(step: tuple[Operation, ...], own: str, other: str) -> None:
    history = done(History.begin("twin_half", CPU), *step * 12)
    mine = [float(entry.snapshot.forward.loss) for entry in history.entries if entry.action is FORWARD]  # type: ignore[union-attr]
    assert mine == near(GOLDEN[own]["loss"])
    twin = compared(history)
    assert twin.losses.tolist() == near(GOLDEN[other]["loss"])
    assert twin.momentum_difference == 0.0


def in_a_notebook(start: Snapshot, steps: tuple[Step, ...], *, forgets: bool) -> tuple[dict[int, list[str]], Notebook]:
    """Type what the twin does into a notebook; return the last loss at each count, and the notebook."""
    notebook, count, losses = Notebook(start), 0, {}
    for step in steps:
        if step is ZERO_GRAD:
            continue
        refusal = notebook.do(step)
        if step is UPDATE and refusal is None:
            count += 1
            if not forgets:
                notebook.do(ZERO_GRAD)
        if step is FORWARD and refusal is None:
            losses[count] = bits(notebook.names["loss"].detach().numpy())
    return losses, notebook


@briefly
@given(scenarios())
def test_whatever_is_pressed_and_edited_is_replayed_to_the_twin(scenario: Scenario) -> None:
    history = done(begin(scenario.start), *scenario.steps)
    twin = compared(history)
    zeroed = [entry for entry in history.entries if entry.action is ZERO_GRAD and entry.refusal is None]
    assert twin.forgets is bool(zeroed)
    losses, notebook = in_a_notebook(scenario.start, scenario.steps, forgets=twin.forgets)
    assert dict(zip(twin.updates.tolist(), ([text] for text in bits(twin.losses)), strict=True)) == losses
    last = [bits(notebook.names[name].detach().numpy()) for name in ("W", "b")]
    assert [bits(twin.path.W[-1]), bits(twin.path.b[-1])] == last


@briefly
@given(journeys())
def test_carried_on_step_by_step_it_is_what_it_is_from_scratch(journey: Journey) -> None:
    replay = Replay()
    history = begin(journey.start)
    handed: list[tuple[Twin, tuple[object, ...]]] = []
    for step in journey.steps:
        if isinstance(step, GoBack):
            for _ in range(step.states):
                history = history.undo()
            history = history.redo()
        else:
            history = done(history, step)
        twin = replay.compared(history.compared, CPU)
        assert everything(twin) == everything(compared(history))
        handed.append((twin, everything(twin)))
    for twin, before in handed:
        assert everything(twin) == before, "an answer that was given is not written to"


def test_one_more_press_is_one_more_phase() -> None:
    replay = Replay()
    history = done(History.begin("twin", CPU), *CAREFUL * 20)
    replay.compared(history.compared, CPU)
    with patch("perceptron_gui.core.twin.phase", wraps=autograd.phase) as phase:
        history = done(history, FORWARD)
        first = replay.compared(history.compared, CPU)
        assert phase.call_count == 1
        assert replay.compared(history.compared, CPU) is first
        assert phase.call_count == 1


def test_a_twin_that_remembers_keeps_what_several_backwards_gather() -> None:
    gather = (*(FORWARD, BACKWARD) * 2, UPDATE)
    careful = done(History.begin("or_gate", CPU), *(*gather, ZERO_GRAD) * 3)
    twin = compared(done(begin(History.begin("or_gate", CPU).current), *gather * 3))
    assert path_of(twin) == [
        (bits(entry.snapshot.W), bits(entry.snapshot.b))
        for entry in careful.entries
        if entry.action in {Start("or_gate"), UPDATE}
    ]


def test_it_zeroes_right_after_every_update_though_no_backward_follows() -> None:
    presses = (FORWARD, BACKWARD, UPDATE, UPDATE, FORWARD, BACKWARD, UPDATE, UPDATE, UPDATE)
    start = History.begin("twin_half", CPU).current
    twin = compared(done(begin(start, 0.3), *presses))
    plain = Plain(start)
    for _ in range(2):
        plain.train(0.3, 1, forgets=False)
        plain.descend(0.3)
    assert [bits(twin.path.W[-1]), bits(twin.path.b[-1])] == [
        bits(parameter.detach().numpy()) for parameter in (plain.W, plain.b)
    ]
    assert twin.path.updates.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((), False),
        ((*FORGETFUL, FORWARD), False),
        ((*CAREFUL, FORWARD), False),
        ((*CAREFUL, FORWARD, BACKWARD), True),
        ((*FORGETFUL, FORWARD, BACKWARD), True),
        ((*FORGETFUL, UPDATE), True),
        ((FORWARD, BACKWARD, ZERO_GRAD), False),
        ((FORWARD, BACKWARD, ZERO_GRAD, UPDATE), True),
    ],
)
def test_the_runs_are_apart_when_zeroing_has_made_a_difference(actions: tuple[Action, ...], expected: bool) -> None:
    twin = compared(done(History.begin("twin_half", CPU), *actions))
    assert twin.is_apart is expected


@briefly
@given(journeys(), st.integers(1, 5), st.sampled_from([2**26, 400, 0]))
def test_a_way_back_goes_on_from_a_stop_and_is_what_it_is_from_scratch(
    journey: Journey, stop_every: int, most_bytes: int
) -> None:
    with patch.multiple(twin_module, STOP_EVERY=stop_every, MOST_STOP_BYTES=most_bytes):
        replay, history = Replay(), begin(journey.start)
        for step in journey.steps:
            if isinstance(step, GoBack):
                for _ in range(step.states):
                    history = history.undo()
            else:
                history = done(history, step)
            assert everything(replay.compared(history.compared, CPU)) == everything(compared(history))


@pytest.mark.parametrize("step", [CAREFUL, FORGETFUL])
def test_undo_of_a_long_run_replays_a_few_entries(step: tuple[Operation, ...]) -> None:
    replay = Replay()
    with patch.object(twin_module, "STOP_EVERY", 16):
        history = done(History.begin("twin", CPU), *step * 50)
        replay.compared(history.compared, CPU)
        for _ in range(3):
            history = history.undo()
            with patch("perceptron_gui.core.twin.phase", wraps=autograd.phase) as phase:
                found = replay.compared(history.compared, CPU)
            assert 0 < phase.call_count < 40
            assert everything(found) == everything(compared(history))


def test_what_another_mark_has_left_is_not_kept() -> None:
    replay, first = Replay(), done(History.begin("twin", CPU), *CAREFUL)
    replay.compared(first.compared, CPU)
    held = weakref.ref(first.entries[2].snapshot.W_grad)
    other = History.begin("twin_half", CPU)
    del first
    assert held() is not None
    replay.compared(other.compared, CPU)
    gc.collect()
    assert held() is None


def test_a_phase_without_a_twin_lets_go_of_the_last_one() -> None:
    engine = Engine()
    history = done(History.begin("twin", CPU), *CAREFUL)
    engine.answer(Comparison(history.compared), CPU)
    held = weakref.ref(history.entries[2].snapshot.W_grad)
    history = History.begin("notebook", CPU)
    assert held() is not None
    engine.execute(FORWARD, history.current, CPU)
    gc.collect()
    assert held() is None


def test_the_first_zero_grad_makes_it_a_twin_that_forgets_and_undo_takes_that_back() -> None:
    replay = Replay()
    history = done(History.begin("twin", CPU), *FORGETFUL * 2)
    assert not replay.compared(history.compared, CPU).forgets
    assert replay.compared(done(history, ZERO_GRAD).compared, CPU).forgets
    assert not replay.compared(done(history, ZERO_GRAD).undo().compared, CPU).forgets


def test_a_refused_zero_grad_is_none() -> None:
    assert not compared(done(History.begin("twin", CPU), ZERO_GRAD)).forgets
    assert compared(done(History.begin("twin", CPU), Configure("zeroing", Zeroing.NONE), ZERO_GRAD)).forgets


def test_marked_in_the_middle_it_starts_there_with_everything_there_is() -> None:
    before = done(History.begin("notebook_half", CPU), *FORGETFUL, FORWARD, BACKWARD)
    twin = compared(done(before, TWIN, UPDATE, FORWARD))
    main = done(before, UPDATE, FORWARD).entry
    assert twin.updates.tolist() == [1, 2]
    assert bits(twin.losses[:1]) == bits(before.current.forward.loss)  # type: ignore[union-attr]
    assert bits(twin.losses[1:]) == bits(main.snapshot.forward.loss)  # type: ignore[union-attr]
    assert path_of(twin)[-1] == (bits(main.snapshot.W), bits(main.snapshot.b))


def test_a_loss_of_before_an_update_is_not_that_of_the_mark() -> None:
    marked = done(History.begin("notebook", CPU), *FORGETFUL, TWIN)
    assert compared(marked).updates.tolist() == []
    assert compared(marked).path.updates.tolist() == [1]


def test_new_tensors_end_the_comparison_and_the_preset_begins_another() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL)
    assert done(history, Randomize()).compared == ()
    again = history.push(Start("twin"), History.begin("twin", CPU).current, CPU)
    assert again.compared == (again.entry,)


def test_a_refusal_is_let_be() -> None:
    twin = compared(done(History.begin("twin", CPU), UPDATE, BACKWARD, *CAREFUL, FORWARD))
    plain = Plain(History.begin("twin", CPU).current)
    plain.train(1.0, 2, forgets=True)
    assert bits(twin.losses) == bits(np.array(plain.losses, np.float32))


def test_after_another_device_there_is_no_graph_for_the_twin_either() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL, FORWARD, SwitchDevice(CPU), BACKWARD, *CAREFUL, FORWARD)
    assert [entry.refusal for entry in history.entries if entry.refusal is not None], "Backward had no loss"
    plain = Plain(History.begin("twin", CPU).current)
    plain.train(1.0, 3, forgets=True)
    assert bits(compared(history).losses) == bits(np.array(plain.losses, np.float32))


def test_what_a_lost_device_has_done_is_done_again_on_the_cpu() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL * 2)
    elsewhere = tuple(replace(entry, device="cuda:99") for entry in history.entries)
    assert everything(Replay().compared(elsewhere, CPU)) == everything(compared(history))


def test_the_path_is_bounded_and_ends_where_the_twin_is() -> None:
    history = done(History.begin("twin", CPU), *CAREFUL * 9)
    whole = compared(history).path
    with patch.object(twin_module, "MOST_PATH_BYTES", 4 * 4 * 4):
        replay = Replay()
        for index in range(len(history.entries)):
            path = replay.compared(history.at(index).compared, CPU).path
            first = path.updates[0]
            assert len(path.updates) <= 4
            assert path.updates.tolist() == whole.updates[first : first + len(path.updates)].tolist()
            assert bits(path.W) == bits(whole.W[path.updates])
            assert path.updates[-1] == history.entries[index].updates
    with patch.object(twin_module, "MOST_PATH_BYTES", 0):
        assert compared(history).path.updates.tolist() == [9]


def test_the_answer_cannot_be_written_to() -> None:
    twin = ENGINE.answer(Comparison(done(History.begin("twin", CPU), *CAREFUL).compared), CPU)
    assert isinstance(twin, Twin)
    for array in (twin.losses, twin.path.W, twin.path.b):
        assert not array.flags.writeable
    for counts in (twin.updates, twin.path.updates):
        assert not counts.flags.writeable


def test_twin_is_off_unless_it_is_asked_for() -> None:
    assert not Config().twin
    assert done(History.begin("notebook", CPU), *CAREFUL).compared == ()


def test_an_edit_is_a_point_of_its_own_that_no_update_leads_to() -> None:
    history = done(begin(PRESETS["notebook"]), *FORGETFUL, *FORGETFUL)
    led = compared(history).path
    edited_there = done(history, AssignElements(((Element("W", 1, 0), -0.5),)))
    path = compared(edited_there).path
    assert path.updates.tolist() == [0, 1, 2, 2]
    assert path.joined.tolist() == [False, True, True, False]
    assert bits(path.W[:3]) == bits(led.W)
    assert path.W[3, 1, 0] == -0.5
    assert compared(done(edited_there, *FORGETFUL)).path.joined.tolist() == [False, True, True, False, True]
