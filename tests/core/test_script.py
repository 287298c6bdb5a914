"""The code that is copied, run by plain Python in an empty namespace, leaves the bits that the program holds."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import lines
from perceptron_gui.core.actions import (
    CPU,
    Assign,
    AssignElements,
    Axis,
    Configure,
    Delete,
    Edit,
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
from perceptron_gui.core.editing import edited
from perceptron_gui.core.history import Entry, History, Refusal
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Element, FloatArray, Reduction, Snapshot, TensorName, Zeroing, frozen
from tests.core.notebook import State, bits, state, without_versions
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD, of_size
from tests.strategies import GoBack, Journey, assignments, briefly, finite, float32_arrays, imports, journeys, snapshots

ENGINE = Engine()
NAN, INF = float("nan"), float("inf")


def begun(start: Snapshot) -> History:
    return History((), -1).push(Start("notebook"), start, CPU)


def done(history: History, *actions: Request) -> History:
    """Do actions as the session does."""
    for action in actions:
        before = history.current
        match action:
            case Start(preset):
                history = history.push(action, PRESETS[preset], CPU)
            case MarkRows() | Configure() | Assign() | AssignElements():
                after = edited(before, action)
                history = history if after is before else history.push(action, after, CPU)
            case _:
                outcome = ENGINE.execute(action, before, CPU)
                if outcome.snapshot is not before or outcome.refusal is not None:
                    history = history.push(
                        outcome.action, outcome.snapshot, CPU, outcome.refusal, printed=outcome.printed
                    )
    return history


def script(history: History, first: int = 0) -> str:
    """Return the code of the entries up to the shown one, begun with the state of one of them."""
    cells = ["import torch"]
    before = None
    for entry in history.entries[first : history.index + 1]:
        cells.append(lines.runnable(entry, before))
        before = entry.snapshot
    return "\n\n".join(cells)


def run(text: str) -> tuple[State, str]:
    """Run a script as plain Python does; return every number it leaves, and what it prints."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng():
        exec(compile(text, "copied", "exec"), names)  # noqa: S102  a copied script is text
    tensors = {name: names.get(name) for name in ("x", "y_true", "W", "b", "z", "y_pred", "loss")}
    tensors |= {"W.grad": names["W"].grad, "b.grad": names["b"].grad}
    left = {name: None if tensor is None else bits(tensor.detach().numpy()) for name, tensor in tensors.items()}
    return left, printed.getvalue()


def refusals(entries: tuple[Entry, ...]) -> str:
    return "".join(f"{entry.refusal}\n" for entry in entries if entry.refusal is not None)


def check(history: History, first: int = 0) -> None:
    left, printed = run(script(history, first))
    assert left == state(history.current)
    entries = history.entries[first + 1 : history.index + 1]
    assert without_versions(printed) == without_versions(refusals(entries))


@briefly
@given(journeys(), st.data())
def test_any_way_copied_from_the_start_leaves_the_same_bits(journey: Journey, data: st.DataObject) -> None:
    history = begun(journey.start)
    for step in journey.steps:
        if isinstance(step, GoBack):
            history = history.at(history.index - min(step.states, history.index))
        else:
            history = done(history, step)
    check(history)
    check(history, data.draw(st.integers(0, history.index)))


def settings(m: int) -> st.SearchStrategy[Edit]:
    return st.one_of(
        st.builds(Configure, st.just("part"), st.integers(0, m - 1)),
        st.builds(Configure, st.just("reduction"), st.sampled_from(Reduction)),
        st.builds(Configure, st.just("retain_graph"), st.booleans()),
        st.builds(Configure, st.just("zeroing"), st.sampled_from(Zeroing)),
        st.builds(Configure, st.just("lr"), st.floats(-2, 2)),
        st.builds(Configure, st.just("twin"), st.booleans()),
        st.builds(MarkRows, st.one_of(st.none(), st.sets(st.integers(0, m - 1), min_size=1).map(sorted).map(tuple))),
    )


def elements(snapshot: Snapshot) -> st.SearchStrategy[AssignElements]:
    of_W = st.builds(Element, st.just("W"), st.integers(0, snapshot.n - 1), st.integers(0, snapshot.k - 1))
    of_b = st.builds(Element, st.just("b"), st.just(0), st.integers(0, snapshot.k - 1))
    pairs = st.lists(st.tuples(st.one_of(of_W, of_b), st.floats(-4, 4, width=32)), min_size=1, max_size=2)
    return pairs.map(tuple).map(AssignElements)


def new_tensors(snapshot: Snapshot) -> st.SearchStrategy[Request]:
    sizes = {Axis.SAMPLES: snapshot.m, Axis.INPUTS: snapshot.n, Axis.OUTPUTS: snapshot.k}
    places = st.sampled_from(Axis).flatmap(
        lambda axis: st.one_of(
            st.builds(Insert, st.just(axis), st.integers(0, sizes[axis]), st.integers(1, 2)),
            *([st.just(Delete(axis, 0, 1))] if sizes[axis] > 1 else []),
        )
    )
    return st.one_of(
        st.builds(Start, st.sampled_from(list(PRESETS))),
        st.just(Randomize()),
        imports(),
        st.builds(Resize, st.sampled_from(Axis), st.integers(1, 7)),
        places,
        st.just(SwitchDevice(CPU)),
    )


@briefly
@given(snapshots(), st.data())
def test_new_sizes_presets_parts_and_means_copied_leave_the_same_bits(start: Snapshot, data: st.DataObject) -> None:
    history = begun(start)
    for _ in range(data.draw(st.integers(1, 14))):
        now = history.current
        action = data.draw(
            st.one_of(
                st.sampled_from(Operation),
                st.sampled_from([FORWARD, BACKWARD]),
                settings(now.m),
                assignments(now),
                elements(now),
                new_tensors(now),
            )
        )
        history = done(history, action)
    check(history)
    check(history, data.draw(st.integers(0, history.index)))


def test_a_backward_that_an_edit_of_x_made_impossible_is_refused_again() -> None:
    edit = Assign(TensorName.X, 0, 1, frozen([[7]]), Gesture.TYPE)
    history = done(History.begin("notebook", CPU), FORWARD, edit, BACKWARD, BACKWARD)
    assert [entry.refusal and entry.refusal.exception for entry in history.entries[-2:]] == ["RuntimeError"] * 2
    assert history.current.b_grad is not None
    assert history.current.W_grad is None
    check(history)


def test_a_refused_line_is_caught_by_the_class_that_pytorch_raised() -> None:
    history = done(History.begin("notebook", CPU), UPDATE)
    assert lines.runnable(history.entry, history.before) == (
        "try:\n"
        "    with torch.no_grad():\n"
        "        W -= lr * W.grad\n"
        "        b -= lr * b.grad\n"
        "except TypeError as error:\n"
        '    print(f"{type(error).__name__}: {error}")'
    )


def test_an_exception_that_python_does_not_know_by_its_bare_name_is_caught_too() -> None:
    before = PRESETS["notebook"]
    entry = Entry(ZERO_GRAD, before, CPU, Refusal("AcceleratorError", "…"))
    assert "except Exception as error:" in lines.runnable(entry, before)


def test_many_marked_rows_are_there_before_the_line_that_takes_them() -> None:
    history = done(begun(of_size(9, 2, 1, 1)), MarkRows((0, 2, 3, 5)), FORWARD, MarkRows((2, 3, 4, 5)), FORWARD)
    code = [lines.runnable(entry, history.entries[index].snapshot) for index, entry in enumerate(history.entries[1:])]
    assert code[0] == "rows = [0, 2, 3, 5]"
    assert code[1].startswith("rows = [0, 2, 3, 5]\nz = x[rows] @ W + b\n")
    assert code[3].startswith("rows = list(range(2, 6))\nz = x[rows] @ W + b\n")
    check(history)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (None, "[]"),
        ((3,), "[3]"),
        ((0, 1, 2), "[0, 1, 2]"),
        ((4, 5, 6, 7), "list(range(4, 8))"),
        (tuple(range(0, 1000, 2)), f"[{', '.join(map(str, range(0, 128, 2)))}, …]"),
    ],
)
def test_rows_are_listed(rows: tuple[int, ...] | None, text: str) -> None:
    assert lines.list_of_rows(rows) == text


def test_rows_that_a_script_needs_are_listed_whole() -> None:
    rows = tuple(range(0, 1000, 2))
    assert eval(lines.list_of_rows(rows, is_whole=True)) == list(rows)  # noqa: S307  the list is text


def test_a_large_tensor_is_written_out_in_what_runs() -> None:
    start = of_size(9, 9, 2, 0.1)
    history = done(begun(start), Randomize(), Resize(Axis.INPUTS, 30), FORWARD)
    assert "…" not in script(history)
    check(history)
    assert lines.numbers(history.entries[2], start) == 9 * 30 + 9 * 2 + 30 * 2 + 2


@briefly
@given(float32_arrays((2, 3), st.one_of(finite, st.sampled_from([NAN, INF, -INF, -0.0]))))
def test_what_training_left_not_finite_is_written_too(values: FloatArray) -> None:
    start = Snapshot(frozen(np.ones((1, 2))), frozen(np.zeros((1, 3))), values, frozen([0, -0.0, 1e-45]))
    check(begun(start))
    check(done(begun(start), Resize(Axis.SAMPLES, 40)))


@pytest.mark.parametrize(
    "source",
    ['"""; import os #', "a.csv\nimport os", "a\rb", "a\u2028b", "a\x0cb", "a\x00b", "\ud800", "'\\", "a\u202eb"],
)
def test_a_file_name_stays_within_its_comment(source: str) -> None:
    """Fault 50."""
    history = done(begun(of_size(1, 2, 1, 1)), Import(source, ((TensorName.B, frozen([3])),)))
    check(history)
    for code in (lines.runnable(history.entry, history.before), lines.shown(history.entry, history.before)):
        assert code.startswith("# b from ")
        code.encode()
        assert [line[0] for line in code.splitlines()].count("#") == 1 + code.count("# new tensors")
        assert "import os" not in {line.strip() for line in code.splitlines()}


def test_clearing_keeps_the_sign_of_a_zero_that_was_typed() -> None:
    edit = Assign(TensorName.W, 0, 0, frozen([[-0.0], [0.0]]), Gesture.PASTE)
    check(done(History.begin("notebook", CPU), edit))


@pytest.mark.parametrize("value", [np.finfo(np.float32).max, -np.finfo(np.float32).max, 1e-45, 16777217])
def test_the_largest_and_the_smallest_number_can_be_typed_off(value: float) -> None:
    edit = Assign(TensorName.W, 0, 0, frozen([[value]]), Gesture.TYPE)
    elements_too = AssignElements(((Element("b", 0, 0), float(np.float32(value))),))
    check(done(History.begin("notebook", CPU), edit, elements_too, Resize(Axis.INPUTS, 4)))


def test_on_another_device_the_tensors_are_made_there() -> None:
    start = PRESETS["or_gate"]
    entry = Entry(Start("or_gate"), start, "cuda:0")
    assert lines.runnable(entry, start).count('device="cuda:0"') == 4


def test_a_retained_graph_leaves_its_names() -> None:
    keep = Configure("retain_graph", value=True)
    history = done(History.begin("layer_4x2", CPU), keep, FORWARD, BACKWARD, BACKWARD, SwitchDevice(CPU), BACKWARD)
    assert lines.runnable(history.entries[1], history.entries[0].snapshot) == ""
    assert lines.runnable(history.entries[5], history.entries[4].snapshot).startswith("del z, y_pred, loss\n")
    check(history)
