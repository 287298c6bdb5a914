"""The stacks as geometry, against PyTorch's own sums."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core.actions import Configure, MarkRows, Operation
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Snapshot, Zeroing, frozen
from perceptron_gui.ui.plots.ledger.geometry import INCOMING, INCOMING_WIDTH, STACK, STACK_WIDTH, Ledger, element
from tests.core.notebook import accumulated, bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after
from tests.strategies import briefly, snapshots


def ledger_of(snapshot: Snapshot) -> Ledger:
    return Ledger.of(snapshot, np.arange(snapshot.W.size + snapshot.b.size))


def stacked(*incoming: float) -> Ledger:
    """Return the stack of one parameter to which these numbers were added."""
    forward = after(NOTEBOOK_START, FORWARD, BACKWARD).deposits[0]
    made = tuple(replace(forward, b_grad=frozen([number]), W_grad=None) for number in incoming)
    start = replace(NOTEBOOK_START, deposits=made, b_grad=frozen([np.sum(frozen(incoming))]))
    return Ledger.of(start, np.array([3]))


@briefly
@given(snapshots(), st.lists(st.sampled_from([UPDATE, FORWARD, MarkRows((0,)), MarkRows(None)]), max_size=8))
@pytest.mark.parametrize("zeroing", Zeroing)
def test_the_last_slab_ends_at_what_pytorch_stores(
    zeroing: Zeroing, start: Snapshot, between: list[Operation | MarkRows]
) -> None:
    actions = [each for action in between for each in (action, FORWARD, BACKWARD)]
    snapshot = after(start, Configure("zeroing", zeroing), FORWARD, BACKWARD, ZERO_GRAD, *actions, FORWARD, BACKWARD)
    ledger = ledger_of(snapshot)
    oracle = accumulated(snapshot)
    assert bits(ledger.after[-1]) == [*(oracle["W.grad"] or []), *(oracle["b.grad"] or [])]
    assert bits(ledger.after[-1]) == bits(ledger.stored)
    assert bits(ledger.before[1:]) == bits(ledger.after[:-1])
    assert not ledger.before[0].any()


@briefly
@given(st.lists(st.sampled_from([-2.0, -0.5, 0.0, 0.25, 3.0]), min_size=1, max_size=12))
def test_no_slab_hides_another(incoming: list[float]) -> None:
    ledger = stacked(*incoming)
    left, right = ledger.left[:, 0], ledger.left[:, 0] + ledger.width[0]
    low = np.minimum(ledger.before, ledger.after)[:, 0]
    high = np.maximum(ledger.before, ledger.after)[:, 0]
    assert left.min() == pytest.approx(STACK - STACK_WIDTH / 2)
    assert right.max() <= STACK + STACK_WIDTH / 2 + 1e-9
    for one in range(len(incoming)):
        for other in range(one):
            beside = max(left[one], left[other]) > min(right[one], right[other]) - 1e-9
            over = max(low[one], low[other]) >= min(high[one], high[other])
            assert beside or over


def test_every_reversal_begins_a_lane() -> None:
    assert stacked(1, 1, -1, -1, 0, -1, 2).lane[:, 0].tolist() == [0, 0, 1, 1, 1, 1, 2]
    assert stacked(1, 1, 1).lanes.tolist() == [1]
    assert stacked(0, 0, -1, 0, 1).lane[:, 0].tolist() == [0, 0, 0, 0, 1]


def test_the_incoming_bar_stands_beside_the_stack() -> None:
    assert STACK + STACK_WIDTH / 2 < INCOMING - INCOMING_WIDTH / 2
    assert INCOMING + INCOMING_WIDTH / 2 < 1 + STACK - STACK_WIDTH / 2


def test_forgetting_on_a_half_ends_in_opposite_signs_at_the_sixth_backward() -> None:
    ledgers = [ledger_of(after(PRESETS["notebook_half"], *(FORWARD, BACKWARD, UPDATE) * n)) for n in range(1, 7)]
    assert [ledger.is_opposite.tolist() for ledger in ledgers] == [[False] * 4] * 5 + [[True] * 4]
    ledger = ledgers[-1]
    assert ledger.incoming[3] == pytest.approx(0.056, abs=5e-4)
    assert ledger.stored[3] == pytest.approx(-0.317, abs=5e-4)
    assert ledger.lanes.tolist() == [2] * 4


def test_where_one_of_both_is_zero_or_none_nothing_is_opposite() -> None:
    assert not ledger_of(NOTEBOOK_START).is_opposite.any()
    assert not stacked(1, -1).is_opposite.any()
    assert stacked(3, -1).is_opposite.all()


def test_what_never_arrived_is_no_slab() -> None:
    whole = after(NOTEBOOK_START, FORWARD, BACKWARD, FORWARD, BACKWARD)
    first, second = whole.deposits
    ledger = ledger_of(replace(whole, deposits=(first, replace(second, W_grad=None)), W_grad=first.W_grad))
    assert ledger.drawn.tolist() == [[True] * 4, [False, False, False, True]]
    assert bits(ledger.after[1, :3]) == bits(first.W_grad)  # type: ignore[arg-type]
    assert ledger.incoming_is_none.tolist() == [True, True, True, False]
    assert not ledger.has_gap


def test_what_is_not_finite_is_a_gap_and_the_slabs_before_it_are_drawn() -> None:
    ledger = stacked(1, np.nan, 2)
    assert ledger.drawn[:, 0].tolist() == [True, False, False]
    assert ledger.has_gap
    assert [end.tolist() for end in ledger.extents] == [[0], [1]]


def test_merged_deposits_are_one_slab_and_no_incoming_gradient() -> None:
    one = stacked(1, 1)
    merged = replace(one.deposits[0], count=2, b_grad=frozen([2]))
    ledger = Ledger.of(replace(NOTEBOOK_START, deposits=(merged,), b_grad=frozen([2])), np.array([3]))
    assert ledger.after.tolist() == [[2]]
    assert np.isnan(ledger.incoming).all()


def test_a_ledger_of_some_parameters_is_those_columns_of_the_whole() -> None:
    snapshot = after(PRESETS["layer_4x2"], *(FORWARD, BACKWARD) * 3)
    some, whole = Ledger.of(snapshot, np.array([9, 2])), ledger_of(snapshot)
    assert some.after.tolist() == whole.after[:, [9, 2]].tolist()
    assert [some.element(column) for column in range(2)] == ["b[1]", "W[1, 0]"]
    assert element(7, (4, 2), ".grad") == "W.grad[3, 1]"
