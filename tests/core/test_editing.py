"""Edits: what is written in place keeps gradients and forward; new tensors keep what still fits."""

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from perceptron_gui.core.actions import (
    Assign,
    Axis,
    Configure,
    Delete,
    Edit,
    Gesture,
    Insert,
    MarkRows,
    Paste,
    Reshape,
    Resize,
)
from perceptron_gui.core.editing import LARGEST, assigned, edited, pasted, sizes_after
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.randomness import resized
from perceptron_gui.core.snapshot import Rows, Snapshot, TensorName, Zeroing, frozen, same_bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, after
from tests.strategies import assignments, briefly, marks, snapshots

OR_GATE = PRESETS["or_gate"]
LAYER = PRESETS["layer_4x2"]
NUMPY_AXES = {
    TensorName.X: {Axis.SAMPLES: 0, Axis.INPUTS: 1},
    TensorName.Y_TRUE: {Axis.SAMPLES: 0, Axis.OUTPUTS: 1},
    TensorName.W: {Axis.INPUTS: 0, Axis.OUTPUTS: 1},
    TensorName.B: {Axis.OUTPUTS: 0},
}


def trained(start: Snapshot) -> Snapshot:
    return after(start, FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD)


def reason_of(snapshot: Snapshot, edit: Edit) -> Reason:
    with pytest.raises(Problem) as caught:
        edited(snapshot, edit)
    return caught.value.reason


class TestInPlace:
    @briefly
    @given(st.data(), snapshots())
    def test_a_block_is_written_where_numpy_writes_it(self, data: st.DataObject, start: Snapshot) -> None:
        edit = data.draw(assignments(start))
        rows, columns = edit.values.shape
        expected = np.atleast_2d(start.tensor(edit.tensor)).copy()
        expected[edit.row : edit.row + rows, edit.column : edit.column + columns] = edit.values
        changed = edited(start, edit).tensor(edit.tensor)
        assert same_bits(changed, frozen(expected.reshape(changed.shape)))

    @briefly
    @given(st.data(), snapshots())
    def test_all_else_stays_the_very_same(self, data: st.DataObject, start: Snapshot) -> None:
        before = trained(start)
        edit = data.draw(assignments(before))
        changed = edited(before, edit)
        for field in ("x", "y_true", "W", "b", "W_grad", "b_grad", "forward", "deposits", "rows", "config"):
            if field != edit.tensor.value:
                assert getattr(changed, field) is getattr(before, field)

    @pytest.mark.parametrize(
        "edit",
        [
            Assign(TensorName.W, 0, 0, OR_GATE.W, Gesture.TYPE),
            Assign(TensorName.B, 0, 0, frozen([[0.0]]), Gesture.CLEAR),
            MarkRows(None),
            MarkRows((0, 1, 2, 3)),
            Configure("lr", 1.0),
            Configure("zeroing", Zeroing.ZERO),
        ],
    )
    def test_an_edit_that_changes_nothing_is_the_same_state(self, edit: Edit) -> None:
        assert edited(OR_GATE, edit) is OR_GATE

    def test_minus_zero_is_another_number_than_zero(self) -> None:
        changed = edited(OR_GATE, Assign(TensorName.B, 0, 0, frozen([[-0.0]]), Gesture.TYPE))
        assert np.signbit(changed.b[0])

    @pytest.mark.parametrize(
        ("row", "column", "shape"), [(0, 0, (5, 1)), (3, 0, (2, 1)), (0, 1, (1, 2)), (0, 0, (1, 3))]
    )
    def test_a_block_that_does_not_fit_is_refused_whole(self, row: int, column: int, shape: tuple[int, int]) -> None:
        edit = Assign(TensorName.X, row, column, frozen(np.ones(shape)), Gesture.PASTE)
        assert reason_of(OR_GATE, edit) is Reason.DOES_NOT_FIT


class TestPaste:
    def test_a_block_goes_where_the_cell_is(self) -> None:
        edit = pasted(LAYER, Paste(TensorName.W, 1, 0, 1, 1, "1,5\t2\n3\t4"))
        changed = assigned(LAYER, edit)
        assert changed.W[1:3].tolist() == [[1.5, 2], [3, 4]]
        assert same_bits(changed.W[[0, 3]], LAYER.W[[0, 3]])

    def test_a_single_number_fills_the_range(self) -> None:
        changed = assigned(LAYER, pasted(LAYER, Paste(TensorName.W, 1, 0, 3, 2, "0.5")))
        assert same_bits(changed.W[1:], frozen(np.full((3, 2), 0.5)))
        assert same_bits(changed.W[:1], LAYER.W[:1])

    def test_a_vector_is_a_row(self) -> None:
        assert assigned(LAYER, pasted(LAYER, Paste(TensorName.B, 0, 0, 1, 1, "7\t8"))).b.tolist() == [7, 8]

    def test_a_pasted_state_is_marked_as_such(self) -> None:
        assert pasted(LAYER, Paste(TensorName.B, 0, 0, 1, 1, "7")).gesture is Gesture.PASTE

    @pytest.mark.parametrize(
        ("paste", "values"),
        [
            (Paste(TensorName.X, 1, 0, 1, 1, "1\n2"), {"rows": 2, "columns": 1, "room_rows": 1, "room_columns": 4}),
            (Paste(TensorName.B, 0, 1, 1, 1, "1\t2"), {"rows": 1, "columns": 2, "room_rows": 1, "room_columns": 1}),
            (Paste(TensorName.W, 3, 0, 2, 1, "1"), {"rows": 2, "columns": 1, "room_rows": 1, "room_columns": 2}),
        ],
    )
    def test_a_paste_beyond_the_edge_is_refused_whole(self, paste: Paste, values: dict[str, Any]) -> None:
        with pytest.raises(Problem) as caught:
            pasted(LAYER, paste)
        assert caught.value.reason is Reason.DOES_NOT_FIT
        assert caught.value.values == values

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("1\t2\n3", Reason.RAGGED), ("1\tx", Reason.NOT_A_NUMBER), ("", Reason.NOTHING_TO_PASTE)],
    )
    def test_text_that_is_no_block_is_refused_whole(self, text: str, reason: Reason) -> None:
        with pytest.raises(Problem) as caught:
            pasted(LAYER, Paste(TensorName.W, 0, 0, 1, 1, text))
        assert caught.value.reason is reason


class TestMarks:
    @pytest.mark.parametrize(
        ("rows", "expected"),
        [(None, None), ((2,), (2,)), ((3, 0), (0, 3)), ((1, 1), (1,)), ((1, 9), (1,)), ((0, 1, 2, 3), None)],
    )
    def test_marks_are_in_order_and_all_is_none(self, rows: Rows, expected: Rows) -> None:
        assert edited(OR_GATE, MarkRows(rows)).rows == expected

    @pytest.mark.parametrize("rows", [(), (4,), (-1,)])
    def test_no_row_at_all_is_refused(self, rows: Rows) -> None:
        assert reason_of(OR_GATE, MarkRows(rows)) is Reason.NO_ROWS

    def test_marks_change_nothing_else(self) -> None:
        before = trained(OR_GATE)
        changed = edited(before, MarkRows((1,)))
        for field in ("x", "y_true", "W", "b", "W_grad", "b_grad", "forward", "deposits", "config"):
            assert getattr(changed, field) is getattr(before, field)


class TestConfigure:
    @pytest.mark.parametrize(
        ("field", "value"), [("lr", 0.1), ("retain_graph", True), ("zeroing", Zeroing.NONE), ("seed", 2**64 - 1)]
    )
    def test_one_setting_changes_alone(self, field: str, value: float | bool | Zeroing) -> None:
        changed = edited(NOTEBOOK_START, Configure(field, value))
        before, now = asdict(NOTEBOOK_START.config), asdict(changed.config)
        assert now == before | {field: value}
        assert changed.W is NOTEBOOK_START.W

    @pytest.mark.parametrize("seed", [-1, 2**64])
    def test_a_seed_that_torch_does_not_take_is_refused(self, seed: int) -> None:
        assert reason_of(NOTEBOOK_START, Configure("seed", seed)) is Reason.NOT_A_SEED


@st.composite
def reshapes(draw: st.DrawFn, snapshot: Snapshot) -> Reshape:
    axis, old = draw(
        st.sampled_from([(Axis.SAMPLES, snapshot.m), (Axis.INPUTS, snapshot.n), (Axis.OUTPUTS, snapshot.k)])
    )
    resize: st.SearchStrategy[Reshape] = st.builds(Resize, st.just(axis), st.integers(1, 6))
    insert = st.builds(Insert, st.just(axis), st.integers(0, old), st.integers(1, 3))
    kinds = [resize, insert]
    if old > 1:
        at = draw(st.integers(0, old - 1))
        kinds.append(st.builds(Delete, st.just(axis), st.just(at), st.integers(1, min(old - at, old - 1))))
    return draw(st.one_of(kinds))


def by_numpy(array: npt.NDArray[Any], axis: int, edit: Reshape, new: float) -> npt.NDArray[Any]:
    """Do along an axis what `edit` says; new places hold `new`."""
    match edit:
        case Resize(_, size) if size < array.shape[axis]:
            return np.take(array, range(size), axis)
        case Resize(_, size):
            old = array.shape[axis]
            return np.insert(array, [old] * (size - old), new, axis)
        case Insert(_, at, count):
            return np.insert(array, [at] * count, new, axis)
        case Delete(_, at, count):
            return np.delete(array, range(at, at + count), axis)


def reshaped_by_numpy(start: Snapshot, name: TensorName, edit: Reshape) -> npt.NDArray[Any]:
    array, axes = start.tensor(name), NUMPY_AXES[name]
    if edit.axis not in axes:
        return array
    if name is not TensorName.W:
        return by_numpy(array, axes[edit.axis], edit, 0)
    is_new = by_numpy(np.zeros(array.shape, bool), axes[edit.axis], edit, new=True)
    kept = by_numpy(array, axes[edit.axis], edit, 0)
    with torch.random.fork_rng():
        torch.manual_seed(start.config.seed)
        return np.where(is_new, torch.randn(*is_new.shape).numpy(), kept)


class TestNewSizes:
    @briefly
    @given(st.data(), snapshots(), st.integers(0, 2**64 - 1))
    def test_what_still_fits_is_kept_and_new_weights_come_from_the_seed(
        self, data: st.DataObject, start: Snapshot, seed: int
    ) -> None:
        start = edited(start, Configure("seed", seed))
        edit = data.draw(reshapes(start))
        changed = resized(start, edit)
        for name in TensorName:
            assert same_bits(changed.tensor(name), frozen(reshaped_by_numpy(start, name, edit)))

    @briefly
    @given(st.data(), snapshots())
    def test_the_tables_fit_each_other(self, data: st.DataObject, start: Snapshot) -> None:
        changed = resized(start, data.draw(reshapes(start)))
        m, n, k = changed.m, changed.n, changed.k
        assert [changed.tensor(name).shape for name in TensorName] == [(m, n), (m, k), (n, k), (k,)]

    @briefly
    @given(st.data(), snapshots())
    def test_new_tensors_have_no_gradient_and_no_forward(self, data: st.DataObject, start: Snapshot) -> None:
        before = trained(start)
        changed = resized(before, data.draw(reshapes(start)))
        assume(changed is not before)
        assert changed.W_grad is None
        assert changed.b_grad is None
        assert changed.forward is None
        assert changed.deposits == ()
        assert not changed.grad_was_zeros

    @pytest.mark.parametrize("axis", Axis)
    def test_the_size_that_is_there_changes_nothing(self, axis: Axis) -> None:
        sizes = {Axis.SAMPLES: 1, Axis.INPUTS: 3, Axis.OUTPUTS: 1}
        start = trained(PRESETS["notebook"])
        assert resized(start, Resize(axis, sizes[axis])) is start

    @briefly
    @given(st.data(), snapshots())
    def test_the_seed_moves_on_when_it_was_used(self, data: st.DataObject, start: Snapshot) -> None:
        changed = resized(start, data.draw(reshapes(start)))
        grows = changed.n > start.n or changed.k > start.k
        assert changed.config.seed == start.config.seed + grows

    @briefly
    @given(st.data(), snapshots())
    def test_marks_follow_their_rows(self, data: st.DataObject, start: Snapshot) -> None:
        start = edited(start, data.draw(marks(start)))
        edit = data.draw(reshapes(start))
        rows = resized(start, edit).rows
        is_marked = np.isin(np.arange(start.m), list(range(start.m)) if start.rows is None else start.rows)
        if edit.axis is Axis.SAMPLES:
            is_marked = by_numpy(is_marked, 0, edit, start.rows is None)
        expected = tuple(np.flatnonzero(is_marked).tolist())
        assert rows == (expected if 0 < len(expected) < len(is_marked) else None)

    def test_rows_that_are_left_alone_are_all(self) -> None:
        start = edited(OR_GATE, MarkRows((0, 1)))
        assert resized(start, Delete(Axis.SAMPLES, 2, 2)).rows is None

    def test_without_a_marked_row_left_all_are_taken(self) -> None:
        start = edited(OR_GATE, MarkRows((3,)))
        assert resized(start, Resize(Axis.SAMPLES, 3)).rows is None


def huge(m: int, n: int, k: int) -> Snapshot:
    """Sizes without memory: every element is the same one."""
    x, y_true, W, b = (np.broadcast_to(np.float32(0), shape) for shape in [(m, n), (m, k), (n, k), (k,)])
    return Snapshot(x, y_true, W, b)


@pytest.fixture
def nothing_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        pytest.fail("allocated")

    for module, name in ((torch, "randn"), (torch, "zeros"), (np, "zeros"), (np, "array"), (np, "arange")):
        monkeypatch.setattr(module, name, fail)


@pytest.mark.usefixtures("nothing_is_allocated")
class TestSizesThatAreRefused:
    @pytest.mark.parametrize(
        ("start", "edit", "product"),
        [
            (huge(1, 50_000, 1), Resize(Axis.OUTPUTS, 50_000), "n·k"),
            (huge(1, 1, 50_000), Resize(Axis.INPUTS, 50_000), "n·k"),
            (huge(2**24, 1, 1), Resize(Axis.OUTPUTS, 2**24), "m·k"),
            (huge(1, 1, 2**24), Resize(Axis.SAMPLES, 2**24), "m·k"),
            (huge(2**12, 2**12, 1), Insert(Axis.SAMPLES, 0, 1), "m·n"),
            (huge(1, 1, 1), Resize(Axis.INPUTS, 2**62), "n·k"),
        ],
    )
    def test_a_table_beyond_the_limit(self, start: Snapshot, edit: Reshape, product: str) -> None:
        with pytest.raises(Problem) as caught:
            resized(start, edit)
        assert caught.value.reason is Reason.TOO_LARGE
        assert caught.value.values["product"] == product
        assert caught.value.values["limit"] == LARGEST

    @pytest.mark.parametrize(
        ("edit", "reason"),
        [
            (Resize(Axis.SAMPLES, 0), Reason.NOT_A_SIZE),
            (Resize(Axis.INPUTS, -1), Reason.NOT_A_SIZE),
            (Insert(Axis.INPUTS, 3, 1), Reason.NOT_A_SIZE),
            (Insert(Axis.INPUTS, -1, 1), Reason.NOT_A_SIZE),
            (Insert(Axis.INPUTS, 0, 0), Reason.NOT_A_SIZE),
            (Delete(Axis.SAMPLES, 3, 2), Reason.NOT_A_SIZE),
            (Delete(Axis.SAMPLES, -1, 1), Reason.NOT_A_SIZE),
            (Delete(Axis.SAMPLES, 0, 0), Reason.NOT_A_SIZE),
            (Delete(Axis.SAMPLES, 0, 4), Reason.LAST_ONE),
            (Delete(Axis.OUTPUTS, 0, 1), Reason.LAST_ONE),
        ],
    )
    def test_a_size_that_is_none(self, edit: Reshape, reason: Reason) -> None:
        with pytest.raises(Problem) as caught:
            resized(OR_GATE, edit)
        assert caught.value.reason is reason

    @pytest.mark.parametrize(
        ("start", "edit"),
        [
            (huge(1, 2**12, 1), Resize(Axis.OUTPUTS, 2**12)),
            (huge(1, 1, 1), Resize(Axis.SAMPLES, 2**24)),
            (huge(2**12, 2**12, 1), Delete(Axis.SAMPLES, 0, 1)),
        ],
    )
    def test_the_limit_itself_is_allowed(self, start: Snapshot, edit: Reshape) -> None:
        assert max(sizes_after(start, edit).values()) >= 2**12
