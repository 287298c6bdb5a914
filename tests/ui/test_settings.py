"""What a person sets beside the tensors: sizes, seed, lr, retain_graph, zeroing."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLabel, QSpinBox

from perceptron_gui.core.actions import Axis, Configure, Operation, Randomize, Resize
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Zeroing
from tests.ui.hands import LEFT, Hands

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation


def size_shown(hands: Hands) -> tuple[int, int, int]:
    m, n, k = (hands.find(QSpinBox, f"{name}_spin_box").value() for name in ("samples", "n", "k"))
    return m, n, k


def normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_sizes_are_those_of_the_tensors(hands: Hands) -> None:
    assert size_shown(hands) == (1, 3, 1)
    hands.action("preset_or_gate").trigger()
    assert size_shown(hands) == (4, 2, 1)
    hands.action("undo").trigger()
    assert size_shown(hands) == (1, 3, 1)


def test_new_places_are_zeros_and_weights_of_the_seed_and_old_ones_stay(hands: Hands) -> None:
    before = hands.now
    hands.click("forward", "backward")
    hands.type_into_box("seed_spin_box", "7")
    hands.type_into_box("n_spin_box", "5")
    assert hands.history.entry.action == Resize(Axis.INPUTS, 5)
    assert hands.exact("x") == [[*before.x[0].tolist(), 0.0, 0.0]]
    assert hands.now.W[:3].tobytes() == before.W.tobytes()
    assert hands.now.W[3:].tolist() == normal(7, 5, 1)[3:].tolist()
    assert hands.shown("W_grad") == [["None"]] * 5
    assert hands.shown("loss") == [["–"]]
    hands.type_into_box("k_spin_box", "2")
    assert hands.exact("b") == [[0.0, 0.0]]
    assert hands.exact("y_true") == [[1.0, 0.0]]
    assert hands.now.W[:, 1].tolist() == normal(8, 5, 2)[:, 1].tolist()
    hands.type_into_box("samples_spin_box", "3")
    assert hands.now.x.shape == (3, 5)
    assert not hands.now.x[1:].any()
    hands.type_into_box("n_spin_box", "2")
    assert hands.now.W[:, 0].tobytes() == before.W[:2, 0].tobytes()


def test_one_click_on_an_arrow_is_one_edit(hands: Hands) -> None:
    box = hands.find(QSpinBox, "n_spin_box")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert (size_shown(hands), len(hands.history.entries)) == ((1, 4, 1), 2)
    hands.action("undo").trigger()
    assert (size_shown(hands), hands.history.index) == ((1, 3, 1), 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [("n", "50000"), ("k", "16777217"), ("samples", "99999999"), ("n", "1099511627776"), ("k", "4294967297")],
)
def test_a_size_beyond_the_cap_is_refused_before_anything_is_made(hands: Hands, name: str, text: str) -> None:
    if text == "50000":
        hands.session.perform(Resize(Axis.OUTPUTS, 400))
    before, sizes = hands.history, size_shown(hands)
    begun = time.monotonic()
    hands.type_into_box(f"{name}_spin_box", text)
    assert time.monotonic() - begun < 5, "fault 38: torch.rand(50000, 50000) takes 26 s"
    assert hands.history is before
    assert size_shown(hands) == sizes
    assert f"{2**24}" in hands.message
    hands.click("forward")
    assert hands.history.entry.action is FORWARD


def test_n_and_k_of_fifty_thousand_are_refused(hands: Hands) -> None:
    hands.session.perform(Resize(Axis.INPUTS, 50_000))
    before = hands.history
    hands.session.perform(Resize(Axis.OUTPUTS, 50_000))
    assert hands.history is before
    assert "2500000000" in hands.message
    assert size_shown(hands) == (1, 50_000, 1)


@pytest.mark.parametrize("seed", [0, 42, 2**40, 2**64 - 1])
@pytest.mark.parametrize("preset", ["notebook", "layer_4x2"])
def test_randomize_is_what_the_notebook_does_with_the_typed_seed(hands: Hands, seed: int, preset: str) -> None:
    hands.action(f"preset_{preset}").trigger()
    y_true = hands.now.y_true
    hands.click("forward", "backward")
    hands.type_into_box("seed_spin_box", str(seed))
    assert hands.text_of("seed_spin_box") == str(seed)
    hands.action("randomize").trigger()
    torch.manual_seed(seed)
    m, n, k = size_shown(hands)
    x, W = torch.rand(n) if m == 1 else torch.rand(m, n), torch.randn(n, k)
    assert hands.now.x.tobytes() == x.numpy().tobytes()
    assert hands.now.W.tobytes() == W.numpy().tobytes()
    assert not hands.now.b.any()
    assert hands.now.y_true.tobytes() == y_true.tobytes()
    assert hands.shown("b_grad")[0][0] == "None"
    assert str(seed) in hands.message
    assert hands.text_of("seed_spin_box") == str((seed + 1) % 2**64), "the next one"


def test_what_is_no_seed_is_refused_and_the_field_goes_back(hands: Hands) -> None:
    before = hands.history
    for text in (str(2**64), "-1", "1.5", "abc", "0x10", "9" * 30):
        hands.type_into_box("seed_spin_box", text)
        assert hands.history is before, text
        assert hands.text_of("seed_spin_box") == "0"
        assert "no seed" in hands.message
        hands.window.session.failed.emit(Problem(Reason.NO_CELLS))


def test_the_arrows_of_the_seed_end_where_seeds_do(hands: Hands) -> None:
    box = hands.find(QAbstractSpinBox, "seed_spin_box")
    box.stepBy(-1)
    assert hands.now.config.seed == 0
    hands.type_into_box("seed_spin_box", str(2**64 - 1))
    box.stepBy(1)
    assert hands.text_of("seed_spin_box") == str(2**64 - 1)
    box.stepBy(-1)
    assert hands.now.config.seed == 2**64 - 2


LEARNING_RATES = (("0,5", 0.5), ("0.1", 0.1), ("1e-3", 1e-3), ("-2", -2.0), ("0", 0.0), ("1e30", 1e30), (".25", 0.25))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_lr_is_taken_with_either_separator(hands: Hands, speak: Callable[[str], None], language: str) -> None:
    speak(language)
    for count, (text, lr) in enumerate(LEARNING_RATES, 2):
        hands.type_into_box("lr_spin_box", text)
        assert hands.now.config.lr == lr
        assert hands.text_of("lr_spin_box") == repr(lr)
        assert len(hands.history.entries) == count


def test_lr_that_is_no_number_is_refused_and_the_field_goes_back(hands: Hands) -> None:
    before = hands.history
    for text in ("abc", "1.234,5", "", "nan", "inf", "1e39", "1 2"):
        hands.type_into_box("lr_spin_box", "", end=False)
        hands.key(Qt.Key.Key_Delete)
        hands.keys(text)
        hands.key(Qt.Key.Key_Return)
        assert hands.history is before, text
        assert hands.text_of("lr_spin_box") == "1.0"
        assert "Nothing was changed" in hands.message
        hands.window.session.failed.emit(Problem(Reason.NO_CELLS))


def test_a_press_takes_the_lr_on_the_screen(hands: Hands) -> None:
    hands.click("forward", "backward")
    hands.type_into_box("lr_spin_box", "0,25", end=False)
    hands.key(Qt.Key.Key_F8)
    assert [entry.action for entry in hands.history.entries[3:]] == [Configure("lr", 0.25), UPDATE]
    start = hands.history.entries[0].snapshot
    grad = hands.now.W_grad
    assert grad is not None
    expected = torch.tensor(start.W)
    expected -= 0.25 * torch.tensor(grad)
    assert hands.exact("W") == expected.tolist()


def test_a_press_is_not_done_with_an_lr_that_is_no_number(hands: Hands) -> None:
    hands.click("forward", "backward")
    before = hands.history
    hands.type_into_box("lr_spin_box", "1,2,3", end=False)
    hands.key(Qt.Key.Key_F8)
    assert hands.history is before
    assert "1,2,3" in hands.message


def test_leaving_the_field_of_lr_takes_it_and_leaving_it_as_it_was_does_not(hands: Hands) -> None:
    hands.type_into_box("lr_spin_box", "0.5", end=False)
    hands.key(Qt.Key.Key_Tab)
    assert hands.now.config.lr == 0.5
    before = hands.history
    hands.find(QAbstractSpinBox, "lr_spin_box").setFocus()
    hands.key(Qt.Key.Key_Return)
    hands.key(Qt.Key.Key_Tab)
    assert hands.history is before


def test_a_result_leaves_an_lr_that_is_being_typed(hands: Hands) -> None:
    hands.type_into_box("lr_spin_box", "0.12", end=False)
    hands.session.perform(FORWARD)
    assert hands.text_of("lr_spin_box") == "0.12"
    hands.key(Qt.Key.Key_5)
    hands.key(Qt.Key.Key_Return)
    assert hands.now.config.lr == 0.125


def test_a_result_leaves_a_size_that_is_being_typed(hands: Hands) -> None:
    hands.type_into_box("n_spin_box", "1", end=False)
    hands.session.perform(FORWARD)
    assert hands.text_of("n_spin_box") == "1"
    hands.key(Qt.Key.Key_2)
    hands.key(Qt.Key.Key_Return)
    assert size_shown(hands) == (1, 12, 1)
    assert hands.now.n == 12


def test_retain_graph_goes_to_backward_and_gives_exactly_twice_the_gradient(hands: Hands) -> None:
    box = hands.find(QCheckBox, "retain_graph_check_box")
    QTest.mouseClick(box, LEFT, pos=box.rect().center() - box.rect().center() / 2)
    assert hands.now.config.retain_graph
    assert hands.button("backward").accessibleDescription() == "loss.backward(retain_graph=True)"
    hands.click("forward", "backward")
    once = hands.now.W_grad
    hands.click("backward")
    twice = hands.now.W_grad
    assert once is not None
    assert twice is not None
    assert np.array_equal(twice, once + once)
    assert hands.history.entry.refusal is None
    for _ in range(4):
        hands.action("undo").trigger()
    assert not box.isChecked(), "a setting is undone like an edit"


def test_zeroing_to_none_is_none_and_the_next_update_is_refused(hands: Hands) -> None:
    box = hands.find(QComboBox, "zeroing_combo_box")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert hands.now.config.zeroing is Zeroing.NONE
    assert hands.button("zero_grad").accessibleDescription() == "W.grad = None\nb.grad = None"
    hands.click("forward", "backward", "zero_grad")
    assert hands.shown("W_grad") == [["None"]] * 3
    hands.click("update")
    assert hands.message.startswith("TypeError: ")
    QTest.keyClick(box, Qt.Key.Key_Up)
    hands.click("forward", "backward", "zero_grad")
    assert hands.shown("W_grad") == [["0.0000"]] * 3


def test_the_count_of_updates_is_never_cut_to_32_bits(hands: Hands) -> None:
    entry = replace(hands.history.entry, updates=2**40)
    hands.session.history = replace(hands.history, entries=(entry,))
    hands.click("forward", "backward", "update")
    assert hands.find(QLabel, "update_count_label").text() == str(2**40 + 1)


def test_two_presses_of_randomize_give_two_results_and_the_seed_again_the_first(hands: Hands) -> None:
    hands.session.perform(Randomize())
    first = hands.now.W
    hands.session.perform(Randomize())
    assert hands.now.W.tobytes() != first.tobytes()
    hands.type_into_box("seed_spin_box", "0")
    hands.action("randomize").trigger()
    assert hands.now.W.tobytes() == first.tobytes()
