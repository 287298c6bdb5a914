"""Random tensors are those of `torch.manual_seed`, in the notebook's order."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given

from perceptron_gui.core.actions import Configure, MarkRows
from perceptron_gui.core.editing import edited
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.randomness import randomized
from perceptron_gui.core.snapshot import Snapshot, same_bits
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, after, of_size
from tests.strategies import briefly, seeds, snapshots


def with_seed(snapshot: Snapshot, seed: int) -> Snapshot:
    return edited(snapshot, Configure("seed", seed))


@pytest.mark.parametrize("seed", [0, 42, 2**40, 2**63, 2**64 - 1])
@pytest.mark.parametrize(("n", "k"), [(3, 1), (4, 2), (40, 17)])
def test_one_sample_is_randomized_as_in_the_notebook(n: int, k: int, seed: int) -> None:
    changed = randomized(with_seed(of_size(1, n, k), seed))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        x, W = torch.rand(n), torch.randn(n, k)
    assert same_bits(changed.x[0], x.numpy())
    assert same_bits(changed.W, W.numpy())
    assert same_bits(changed.b, torch.zeros(k).numpy())


@briefly
@given(snapshots(), seeds)
def test_several_samples_are_a_matrix(start: Snapshot, seed: int) -> None:
    changed = randomized(with_seed(start, seed))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        x, W = torch.rand(start.m, start.n), torch.randn(start.n, start.k)
    assert same_bits(changed.x, x.numpy())
    assert same_bits(changed.W, W.numpy())


@briefly
@given(snapshots(), seeds)
def test_the_same_seed_gives_the_same_numbers(start: Snapshot, seed: int) -> None:
    first, second = (randomized(with_seed(start, seed)) for _ in range(2))
    assert same_bits(first.x, second.x)
    assert same_bits(first.W, second.W)


def test_pressing_again_gives_other_numbers() -> None:
    first = randomized(NOTEBOOK_START)
    assert not same_bits(randomized(first).W, first.W)


@pytest.mark.parametrize(("seed", "following"), [(0, 1), (2**40, 2**40 + 1), (2**63, 2**63 + 1), (2**64 - 1, 0)])
def test_the_seed_moves_on_by_one(seed: int, following: int) -> None:
    assert randomized(with_seed(NOTEBOOK_START, seed)).config.seed == following


def test_targets_marks_and_settings_stay() -> None:
    start = after(PRESETS["or_gate"], MarkRows((1,)), Configure("lr", 0.5))
    changed = randomized(start)
    assert changed.y_true is start.y_true
    assert changed.rows == (1,)
    assert changed.config == replace(start.config, seed=start.config.seed + 1)


def test_new_tensors_have_no_gradient_and_no_forward() -> None:
    changed = randomized(after(NOTEBOOK_START, FORWARD, BACKWARD))
    assert changed.W_grad is None
    assert changed.b_grad is None
    assert changed.forward is None
    assert changed.deposits == ()


def test_the_generator_of_the_process_is_left_alone() -> None:
    before = torch.get_rng_state()
    randomized(NOTEBOOK_START)
    assert torch.equal(torch.get_rng_state(), before)
