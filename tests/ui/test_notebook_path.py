"""The lecture: the notebook's path by mouse and by keys, in both languages, gives the notebook's numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.lines import of_operation
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.ui.phase_button import PhaseButton
from tests.ui.hands import Hands

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "core" / "golden.json").read_text(encoding="utf-8")
)  # fmt: skip
KEYS = {
    "forward": Qt.Key.Key_F6, "backward": Qt.Key.Key_F7, "update": Qt.Key.Key_F8, "zero_grad": Qt.Key.Key_F9,
}  # fmt: skip
PHASES = tuple(KEYS)


def as_table(values: Any) -> list[list[float]]:
    if not isinstance(values, list):
        return [[values]]
    return values if isinstance(values[0], list) else [values]


def printed(name: str) -> list[list[str]]:
    """Return what the notebook prints, to 4 decimals."""
    return [[f"{value:.4f}" for value in row] for row in as_table(GOLDEN["printed"][name])]


def by_mouse(hands: Hands, phase: str) -> None:
    hands.click(phase)


def by_key(hands: Hands, phase: str) -> None:
    hands.key(KEYS[phase])


@pytest.mark.parametrize("press", [by_mouse, by_key])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("sequence", ["one_step", "accumulate_three"])
def test_every_number_on_the_way_is_the_notebooks(
    hands: Hands,
    speak: Callable[[str], None],
    press: Callable[[Hands, str], None],
    language: str,
    sequence: str,
) -> None:
    speak(language)
    for step in GOLDEN[sequence]:
        press(hands, step["op"])
        for name in step.keys() - {"op", "lr"}:
            for row, expected in zip(hands.exact(name), as_table(step[name]), strict=True):
                assert row == pytest.approx(expected, rel=1e-6, abs=0), (step["op"], name)
    assert len(hands.history.entries) == 1 + len(GOLDEN[sequence])


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_tables_show_what_the_notebook_prints(hands: Hands, speak: Callable[[str], None], language: str) -> None:
    speak(language)
    hands.click("forward")
    assert (hands.shown("y_pred"), hands.shown("loss")) == (printed("y_pred"), printed("loss"))
    hands.click("backward")
    assert (hands.shown("W_grad"), hands.shown("b_grad")) == (printed("W_grad"), printed("b_grad"))
    hands.click("update")
    assert (hands.shown("W"), hands.shown("b")) == (printed("W_after_update"), printed("b_after_update"))
    assert hands.find(QLabel, "update_count_label").text() == "1"
    hands.click("zero_grad")
    assert (hands.shown("W_grad"), hands.shown("b_grad")) == ([["0.0000"]] * 3, [["0.0000"]])


def test_a_whole_step_is_four_entries_in_order(hands: Hands) -> None:
    hands.click("step")
    assert [entry.action for entry in hands.history.entries[1:]] == list(Operation)
    assert hands.shown("W") == printed("W_after_update")
    hands.key(Qt.Key.Key_F10)
    assert [entry.action for entry in hands.history.entries[1:]] == list(Operation) * 2
    assert hands.find(QLabel, "update_count_label").text() == "2"


def test_the_next_phase_is_marked_and_the_code_is_whole(hands: Hands) -> None:
    def marked() -> list[str]:
        buttons = hands.window.findChildren(PhaseButton)
        return [button.objectName() for button in buttons if button.is_next]

    for phase in (*PHASES, *PHASES):
        assert marked() == [f"{phase}_button"]
        hands.click(phase)
    for phase, name in zip(Operation, PHASES, strict=True):
        code = hands.button(name).accessibleDescription()
        assert code == of_operation(phase, hands.now)
    assert "with torch.no_grad():\n    W -= lr * W.grad" in hands.button("update").accessibleDescription()


def test_the_code_on_the_buttons_typed_into_python_gives_the_numbers_of_the_window(hands: Hands) -> None:
    """A 4 × 2 layer with two samples against plain torch, by the very lines a person reads."""
    hands.action("preset_layer_4x2").trigger()
    start = PRESETS["layer_4x2"]
    names: dict[str, Any] = {
        "torch": torch,
        "x": torch.tensor(start.x),
        "y_true": torch.tensor(start.y_true),
        "W": torch.tensor(start.W, requires_grad=True),
        "b": torch.tensor(start.b, requires_grad=True),
        "lr": 0.5,
    }
    hands.type_into_box("lr_spin_box", "0.5")
    for phase in ("forward", "backward", "forward", "backward", "update", "zero_grad", *PHASES):
        exec(hands.button(phase).accessibleDescription(), names)  # noqa: S102  that they run is the point
        hands.click(phase)
        for name in ("x", "y_true", "W", "z", "y_pred"):
            assert hands.exact(name) == names[name].tolist(), (phase, name)
        assert hands.exact("b") == [names["b"].tolist()]
        assert hands.exact("loss") == [[names["loss"].item()]]
        for shown, tensor in (("W_grad", names["W"].grad), ("b_grad", names["b"].grad)):
            if tensor is not None:
                assert hands.exact(shown) == as_table(tensor.tolist()), phase
    assert hands.find(QLabel, "update_count_label").text() == "2"


def test_undo_and_redo_lead_along_the_whole_path(hands: Hands) -> None:
    seen = [hands.exact("W") + hands.exact("W_grad")]
    assert not hands.action("undo").isEnabled()
    for phase in PHASES:
        hands.click(phase)
        seen.append(hands.exact("W") + hands.exact("W_grad"))
    assert not hands.action("redo").isEnabled()
    for expected in reversed(seen[:-1]):
        hands.action("undo").trigger()
        assert hands.exact("W") + hands.exact("W_grad") == expected
    assert not hands.action("undo").isEnabled()
    for expected in seen[1:]:
        hands.action("redo").trigger()
        assert hands.exact("W") + hands.exact("W_grad") == expected
    hands.action("undo").trigger()
    hands.click("zero_grad")
    assert hands.exact("W_grad") == [[0.0]] * 3, "PyTorch goes on from a state that was undone to"


def test_reset_returns_to_the_start_values_of_the_last_preset(hands: Hands) -> None:
    for name, preset in PRESETS.items():
        hands.action(f"preset_{name}").trigger()
        hands.click("step")
        hands.type_into_cell("b", 0, 0, "3")
        hands.action("reset").trigger()
        assert hands.exact("x") == preset.x.tolist(), name
        assert hands.exact("W") == preset.W.tolist(), name
        assert hands.shown("W_grad")[0][0] == "None"
        assert hands.find(QLabel, "update_count_label").text() == "0"
        assert hands.now.config == preset.config
    before = hands.history.index
    hands.action("undo").trigger()
    assert hands.history.index == before - 1, "Reset is undone like anything else"
    assert hands.exact("b")[0][0] == 3.0
