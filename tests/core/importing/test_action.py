"""An import as an edit: shapes follow the data, and what is not imported is resized."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import lines, storage
from perceptron_gui.core.actions import CPU, Axis, Configure, Import, MarkRows, Resize
from perceptron_gui.core.editing import edited, sizes_after_import
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.randomness import imported, resized
from perceptron_gui.core.snapshot import Snapshot, TensorName, frozen, same_bits
from tests.core.notebook import state
from tests.core.play import BACKWARD, FORWARD, after, of_size
from tests.strategies import briefly, finite, imports, seeds, snapshots

X, Y_TRUE, W, B = TensorName


def sizes(snapshot: Snapshot) -> dict[Axis, int]:
    return dict(zip(Axis, (snapshot.m, snapshot.n, snapshot.k), strict=True))


@briefly
@given(snapshots(), imports(finite), seeds)
def test_what_is_imported_is_there_and_the_rest_is_as_after_resizes(start: Snapshot, action: Import, seed: int) -> None:
    start = edited(start, Configure("seed", seed))
    changed = imported(start, action)
    held = dict(action.tensors)
    m, n, k = changed.m, changed.n, changed.k
    assert [changed.tensor(name).shape for name in TensorName] == [(m, n), (m, k), (n, k), (k,)]
    expected = start
    for axis in (Axis.SAMPLES, Axis.INPUTS, Axis.OUTPUTS):
        expected = resized(expected, Resize(axis, sizes(changed)[axis]))
    for name in TensorName:
        if name in held:
            assert changed.tensor(name) is held[name]
        elif name is not W:
            assert same_bits(changed.tensor(name), expected.tensor(name))
    grows = n > start.n or k > start.k
    assert changed.config.seed == (start.config.seed + (grows and W not in held)) % 2**64
    if W not in held:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            weights = torch.randn(n, k).numpy().copy()
        weights[: start.n, : start.k] = start.W[:n, :k]
        assert same_bits(changed.W, frozen(weights))


@briefly
@given(snapshots(), imports())
def test_they_are_new_tensors(start: Snapshot, action: Import) -> None:
    before = after(edited(start, Configure("twin", True)), FORWARD, BACKWARD)
    changed = imported(before, action)
    assert (changed.W_grad, changed.b_grad, changed.forward, changed.deposits) == (None, None, None, ())
    assert not changed.grad_was_zeros
    assert not changed.config.twin
    for name in TensorName:
        assert changed.tensor(name) is not before.tensor(name)


def test_new_samples_are_all_taken_or_their_first_part() -> None:
    gate = PRESETS["or_gate"]
    three = Import("a.csv", ((X, frozen(np.ones((3, 2)))),))
    weights = Import("a.pt", ((W, frozen([[1], [2]])),))
    marked = edited(gate, MarkRows((1, 2)))
    assert imported(marked, three).rows is None
    assert imported(marked, weights).rows == (1, 2)
    in_parts = edited(gate, Configure("part", 2))
    assert imported(in_parts, three).rows == (0, 1)
    assert imported(in_parts, three).config.part == 2
    one = imported(in_parts, Import("a.csv", ((X, frozen(np.ones((2, 2)))),)))
    assert (one.rows, one.config.part) == (None, 0)


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ({X: (3, 2), Y_TRUE: (4, 1)}, Reason.SIZES_DIFFER),
        ({X: (3, 2), W: (3, 1)}, Reason.SIZES_DIFFER),
        ({W: (2, 3), B: (2,)}, Reason.SIZES_DIFFER),
        ({Y_TRUE: (3, 2), B: (1,)}, Reason.SIZES_DIFFER),
        ({X: (2**20, 2**5)}, Reason.TOO_LARGE),
        ({X: (2**13, 1), Y_TRUE: (2**13, 2**12)}, Reason.TOO_LARGE),
        ({X: (1, 2**13), B: (2**12,)}, Reason.TOO_LARGE),
        ({X: (0, 2)}, Reason.NOT_A_SIZE),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_made(
    shapes: dict[TensorName, tuple[int, ...]], reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        pytest.fail("allocated")

    arrays = tuple((name, np.broadcast_to(np.float32(0), shape)) for name, shape in shapes.items())
    for module, name in ((torch, "randn"), (np, "zeros"), (np, "array"), (np, "arange")):
        monkeypatch.setattr(module, name, fail)
    with pytest.raises(Problem) as caught:
        imported(PRESETS["notebook"], Import("a.npy", arrays))
    assert caught.value.reason is reason


def test_the_sizes_that_nothing_decides_stay() -> None:
    action = Import("a.npy", ((B, frozen([1, 2])),))
    assert list(sizes_after_import(of_size(5, 4, 3, 0), action).values()) == [5, 4, 2]


@briefly
@given(snapshots(), imports(finite))
def test_one_import_is_one_entry_and_one_undo(engine: Engine, start: Snapshot, action: Import) -> None:
    history = History((), -1).push(Configure("lr", 1.0), after(start, FORWARD, BACKWARD), CPU)
    outcome = engine.execute(action, history.current, CPU)
    assert outcome.action is action
    done = history.push(outcome.action, outcome.snapshot, outcome.device)
    assert len(done.entries) == 2
    assert done.undo().current is history.current
    assert done.segment == (done.entry,)
    assert lines.numbers(done.entry, history.current) == sum(done.current.tensor(name).size for name in TensorName)


@briefly
@given(snapshots(), imports(finite))
def test_a_saved_session_keeps_it(start: Snapshot, action: Import) -> None:
    action = replace(action, source=action.source.encode(errors="replace").decode())
    history = History((), -1).push(Configure("lr", 1.0), start, CPU).push(action, imported(start, action), CPU)
    opened = storage.decoded(storage.encoded(history).data).history
    assert state(opened.current) == state(history.current)
    read = opened.entry.action
    assert isinstance(read, Import)
    assert (read.source, read.is_transposed) == (action.source, action.is_transposed)
    for (name, array), (read_name, read_array) in zip(action.tensors, read.tensors, strict=True):
        assert name is read_name
        assert same_bits(array, read_array)
        assert read_array is opened.current.tensor(name)


def test_the_line_says_what_came_from_where() -> None:
    start = PRESETS["notebook"]
    tensors: Any = ((W, frozen([[1, 2]] * 3)), (B, frozen([1, 2])))
    action = Import("net's.pt", tensors, is_transposed=True)
    changed = imported(start, action)
    assert lines.of_action(action, start, changed) == (
        '# W (weight.T), b from "net\'s.pt"\n# new tensors: x (3,), y_true (2,), W (3, 2), b (2,)'
    )
    wider = Import("a.csv", ((X, frozen([[1, 2, 3, 4]])),))
    assert lines.of_action(wider, start, imported(start, wider)).split("\n") == [
        "# x from 'a.csv'",
        "torch.manual_seed(0)",
        "torch.randn(4, 1)  # the new weights",
        "# new tensors: x (4,), y_true (1,), W (4, 1), b (1,)",
    ]


@given(st.data())
@briefly
def test_what_another_hand_wrote_into_a_session_is_checked(data: st.DataObject) -> None:
    start = of_size(2, 2, 2, 1)
    action = Import("a.csv", ((X, frozen([[1, 2], [3, 4]])), (B, frozen([1, 2]))))
    history = History((), -1).push(Configure("lr", 1.0), start, CPU).push(action, imported(start, action), CPU)
    text = storage.encoded(history).data
    old, new = data.draw(
        st.sampled_from([(b'["b",', b'["x",'), (b'["b",', b'["W",'), (b'"tensors":[["x"', b'"tensors":[["q"')])
    )
    assert old in text
    with pytest.raises(Problem) as caught:
        storage.decoded(text.replace(old, new))
    assert caught.value.reason is Reason.SESSION_DAMAGED
