"""The loss over a grid of two parameters against the notebook's own lines, run place by place in plain PyTorch."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import landscape
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.questions import Landscape
from perceptron_gui.core.snapshot import Config, Element, FloatArray, Reduction, Snapshot, frozen
from tests.core.play import FORWARD, after, of_size
from tests.strategies import briefly, float32_arrays, marks, snapshots

ROUNDING = 1e-6
"""Several float32 roundings, relative to the sum of the absolute terms."""
TINY = 1e-37
"""What subnormal numbers may lose."""


def elements(snapshot: Snapshot) -> list[Element]:
    """Return every element of W and b."""
    weights = [Element("W", row, column) for row in range(snapshot.n) for column in range(snapshot.k)]
    return [*weights, *(Element("b", 0, column) for column in range(snapshot.k))]


@st.composite
def questions(draw: st.DrawFn, *, across_alone: bool = False) -> Landscape:
    """Draw states with any rows marked and any reduction, two of their parameters, and places for them."""
    start = draw(snapshots())
    rows = draw(marks(start)).rows
    rows = None if rows is None or len(rows) == start.m else rows
    snapshot = replace(start, rows=rows, config=Config(reduction=draw(st.sampled_from(Reduction))))
    across, down = draw(st.permutations(elements(snapshot)))[:2]
    first = draw(st.integers(1, 4).flatmap(lambda count: float32_arrays((count,))))
    second = draw(st.integers(1, 4).flatmap(lambda count: float32_arrays((count,))))
    if across_alone:
        return Landscape(snapshot, across, None, first, second[:1])
    return Landscape(snapshot, across, down, first, second)


def placed(snapshot: Snapshot, values: dict[Element, float]) -> Snapshot:
    """Return the state with some parameters elsewhere."""
    W, b = snapshot.W.copy(), snapshot.b.copy()
    for element, value in values.items():
        if element.name == "W":
            W[element.row, element.column] = value
        else:
            b[element.column] = value
    return replace(snapshot, W=frozen(W), b=frozen(b))


def loss_and_error(snapshot: Snapshot) -> tuple[float, float]:
    """Return the loss as a notebook computes it, and how far another order of the same sums may be from it."""
    taken = slice(None) if snapshot.rows is None else list(snapshot.rows)
    x, y_true = torch.tensor(snapshot.x[taken]), torch.tensor(snapshot.y_true[taken])
    W, b = torch.tensor(snapshot.W), torch.tensor(snapshot.b)
    y_pred = torch.sigmoid(x @ W + b)
    terms = (y_true - y_pred) ** 2
    loss = float(terms.sum())
    # The slope of σ is 1/4 at most, and that of the square twice the distance, which the rounding moves as well.
    error_of_y_pred = 0.25 * ROUNDING * (x.abs() @ W.abs() + b.abs()) + ROUNDING
    error = float((2 * (y_true - y_pred).abs() * error_of_y_pred + error_of_y_pred**2 + ROUNDING * terms).sum())
    factor = 1.0
    if snapshot.reduction is not Reduction.SUM:
        factor /= terms.numel()
    if snapshot.reduction is Reduction.WEIGHTED:
        factor *= len(x) / snapshot.m
    return loss * factor, error * factor + TINY


def check(question: Landscape, losses: FloatArray) -> None:
    """Compare every place with the lines of the notebook."""
    assert losses.shape == (len(question.second), len(question.first))
    assert losses.dtype == np.float32
    assert not losses.flags.writeable
    for (row, column), found in np.ndenumerate(losses):
        values = {question.across: float(question.first[column])}
        if question.down is not None:
            values[question.down] = float(question.second[row])
        loss, error = loss_and_error(placed(question.snapshot, values))
        assert found == pytest.approx(loss, rel=0, abs=error)


@briefly
@given(questions())
def test_every_place_has_the_loss_that_the_notebook_computes_there(question: Landscape) -> None:
    check(question, landscape.surface(question, "cpu").losses)


@briefly
@given(questions(across_alone=True))
def test_of_one_parameter_it_is_a_curve(question: Landscape) -> None:
    check(question, landscape.surface(question, "cpu").losses)


@briefly
@given(questions())
def test_at_the_present_values_it_is_the_loss_of_forward(question: Landscape) -> None:
    snapshot = question.snapshot
    forward = after(snapshot, FORWARD).forward
    assert forward is not None

    def present(element: Element | None) -> FloatArray:
        assert element is not None
        return frozen([snapshot.W[element.row, element.column] if element.name == "W" else snapshot.b[element.column]])

    here = replace(question, first=present(question.across), second=present(question.down))
    _, error = loss_and_error(snapshot)
    losses = landscape.surface(here, "cpu").losses
    assert losses.shape == (1, 1)
    assert float(losses[0, 0]) == pytest.approx(float(forward.loss), rel=0, abs=error)


@pytest.mark.parametrize(
    ("across", "down"),
    [
        (Element("W", 0, 0), Element("W", 3, 0)),
        (Element("W", 1, 1), Element("b", 0, 1)),
        (Element("W", 2, 0), Element("W", 2, 1)),
        (Element("b", 0, 1), Element("b", 0, 0)),
    ],
)
@pytest.mark.parametrize("reduction", Reduction)
def test_two_parameters_of_the_same_output_or_of_two(across: Element, down: Element, reduction: Reduction) -> None:
    places = frozen(np.linspace(-3, 3, 9))
    snapshot = replace(PRESETS["layer_4x2"], rows=(1,), config=Config(reduction=reduction))
    question = Landscape(snapshot, across, down, places, places[:7])
    check(question, landscape.surface(question, "cpu").losses)


def test_the_worker_answers_and_changes_nothing() -> None:
    snapshot = PRESETS["or_gate"]
    values: list[npt.NDArray[np.float32]] = [snapshot.W.copy(), snapshot.b.copy()]
    question = Landscape(snapshot, Element("W", 0, 0), Element("b", 0, 0), frozen([0, 1]), frozen([0, 1, 2]))
    answer = Engine().answer(question, "cpu")
    assert type(answer).__name__ == "Surface"
    assert np.array_equal(snapshot.W, values[0])
    assert np.array_equal(snapshot.b, values[1])


def test_all_places_are_computed_in_a_number_of_calls_that_does_not_grow_with_them() -> None:
    def calls(places: int) -> int:
        line = frozen(np.linspace(-1, 1, places))
        question = Landscape(of_size(5, 3, 2, 0.5), Element("W", 0, 0), Element("W", 1, 0), line, line)
        with torch.profiler.profile() as profile:
            landscape.surface(question, "cpu")
        return len(profile.events())

    assert calls(40) == calls(2)


def test_what_is_not_finite_is_so_at_its_places_alone() -> None:
    snapshot = replace(PRESETS["notebook"], x=frozen([[0.5, 0.0, 0.0]]))
    question = Landscape(
        snapshot, Element("W", 0, 0), Element("b", 0, 0), frozen([0, np.inf, -np.inf]), frozen([0, -np.inf])
    )
    losses = landscape.surface(question, "cpu").losses
    assert losses[0].tolist() == [0.25, 0.0, 1.0]
    assert losses[1, 0] == 1
    assert np.isnan(losses[1, 1])
    assert losses[1, 2] == 1
