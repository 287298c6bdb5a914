"""Whatever a person does, and in whatever order: the program shows what plain PyTorch computes, to the last bit."""

from unittest.mock import patch

from hypothesis import given

from perceptron_gui.core import lines
from perceptron_gui.core.freshness import GRADIENTS, stale_gradient
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import Snapshot
from tests.core.notebook import Notebook, accumulated, state, without_versions
from tests.core.play import play
from tests.strategies import GoBack, Journey, Scenario, Step, journeys, scenarios, thoroughly

Path = tuple[Step, ...]


def notebook_after(start: Snapshot, path: Path) -> Notebook:
    notebook = Notebook(start)
    for step in path:
        notebook.do(step)
    return notebook


def check_every_step(story: Scenario | Journey, *, is_rebuilt: bool) -> None:
    engine = Engine()
    notebook = Notebook(story.start)
    path: Path = ()
    snapshot = story.start
    visited = [(path, snapshot)]
    for step in story.steps:
        if isinstance(step, GoBack):
            path, snapshot = visited[-1 - step.states % len(visited)]
            notebook = notebook_after(story.start, path)
            continue
        (outcome,) = play(snapshot, step, engine=Engine() if is_rebuilt else engine)
        expected_refusal = notebook.do(step)
        path, snapshot = (*path, step), outcome.snapshot
        visited.append((path, snapshot))
        refusal = outcome.refusal and (outcome.refusal.exception, without_versions(outcome.refusal.text))
        assert refusal == expected_refusal
        assert state(snapshot) == notebook.state
        assert snapshot.stale == notebook.stale
        for name in GRADIENTS:
            assert set(stale_gradient(snapshot, name)) == notebook.stale_gradient(name)
        check_deposits(snapshot)


def check_deposits(snapshot: Snapshot) -> None:
    shown, explained = state(snapshot), accumulated(snapshot)
    for name in ("W.grad", "b.grad"):
        if explained[name] is not None:
            assert shown[name] == explained[name]
        else:
            assert shown[name] is None or set(shown[name] or ()) == {"0x0.0p+0"}


@thoroughly
@given(scenarios())
def test_live_tensors_hold_what_a_notebook_holds(scenario: Scenario) -> None:
    check_every_step(scenario, is_rebuilt=False)


@thoroughly
@given(scenarios())
def test_rows_that_are_a_list_of_their_own_are_the_same_rows(scenario: Scenario) -> None:
    with patch.object(lines, "MANY_ROWS", 2):
        check_every_step(scenario, is_rebuilt=False)


@thoroughly
@given(scenarios())
def test_rebuilt_tensors_hold_what_a_notebook_holds(scenario: Scenario) -> None:
    check_every_step(scenario, is_rebuilt=True)


@thoroughly
@given(journeys())
def test_going_on_from_an_older_state_is_as_if_the_rest_had_not_been(journey: Journey) -> None:
    check_every_step(journey, is_rebuilt=False)
