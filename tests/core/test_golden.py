"""The numbers of the teaching notebook, computed once by PyTorch and written down."""

import json
from pathlib import Path
from typing import Any

import pytest

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Snapshot
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, after, play

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))


def near(expected: object) -> Any:
    """Other CPUs may round the last bit otherwise."""
    return pytest.approx(expected, rel=1e-6, abs=0)


def shown(snapshot: Snapshot, name: str) -> Any:
    holder = snapshot.forward if name in {"z", "y_pred", "loss"} else snapshot
    values = getattr(holder, name).tolist()
    return values[0] if name in {"x", "y_true", "z", "y_pred"} else values


def flat(values: Any) -> list[float]:
    return [number for value in values for number in flat(value)] if isinstance(values, list) else [values]


def test_the_notebook_starts_where_it_does() -> None:
    start = GOLDEN["start"]
    for name in ("x", "W", "b", "y_true"):
        assert flat(shown(NOTEBOOK_START, name)) == near(flat(start[name]))
    assert NOTEBOOK_START.config.lr == start["lr"]


@pytest.mark.parametrize("sequence", ["one_step", "accumulate_three"])
def test_every_number_on_the_way_is_the_notebooks(sequence: str) -> None:
    steps = GOLDEN[sequence]
    for step, outcome in zip(steps, play(NOTEBOOK_START, *(Operation(step["op"]) for step in steps)), strict=True):
        assert outcome.refusal is None
        for name in step.keys() - {"op", "lr"}:
            assert flat(shown(outcome.snapshot, name)) == near(flat(step[name])), (step["op"], name)


@pytest.mark.parametrize("name", ["y_pred", "loss", "W_grad", "b_grad"])
def test_what_is_shown_is_what_the_notebook_prints(name: str) -> None:
    printed = flat(GOLDEN["printed"][name])
    seen = flat(shown(after(NOTEBOOK_START, FORWARD, BACKWARD), name))
    assert [display_text(value) for value in seen] == [f"{value:.4f}" for value in printed]


@pytest.mark.parametrize(("name", "printed"), [("W", "W_after_update"), ("b", "b_after_update")])
def test_what_is_shown_after_update_is_what_the_notebook_prints(name: str, printed: str) -> None:
    seen = flat(shown(after(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE), name))
    assert [display_text(value) for value in seen] == [f"{value:.4f}" for value in flat(GOLDEN["printed"][printed])]


@pytest.mark.parametrize(
    ("run", "step"),
    [
        ("forgotten_zero_grad", (FORWARD, BACKWARD, UPDATE)),
        ("with_zero_grad", (FORWARD, BACKWARD, UPDATE, ZERO_GRAD)),
    ],
)
def test_the_loss_goes_the_way_the_lecture_shows(run: str, step: tuple[Operation, ...]) -> None:
    golden = GOLDEN[run]
    outcomes = play(PRESETS["notebook_half"], *step * len(golden["loss"]))
    losses = [
        outcome.snapshot.forward.loss.item()
        for outcome in outcomes
        if outcome.action is FORWARD and outcome.snapshot.forward is not None
    ]
    assert losses == near(golden["loss"])
