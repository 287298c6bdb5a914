import math
from itertools import combinations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from perceptron_gui.core.actions import Configure, MarkRows
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import ForwardPass, Reduction, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.activation import ActivationPlot, sigmoid
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import BACKWARD, FORWARD, NAN, UPDATE, after_edit, begin, begin_with, done, numbers, pixel


def _forward(history: History) -> ForwardPass:
    forward = history.current.forward
    assert forward is not None
    return forward


def _points(plot: ActivationPlot) -> list[tuple[float, float]]:
    return list(zip(numbers(plot.points.x), numbers(plot.points.y), strict=True))


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_the_points_are_z_and_y_pred_of_the_tensors(show: Show, engine: Engine, preset: str) -> None:
    plot = show(ActivationPlot)
    history = done(engine, begin(preset), FORWARD)
    plot.display(history)
    forward = _forward(history)
    z, y_pred = forward.z.reshape(-1), forward.y_pred.reshape(-1)
    assert _points(plot) == list(zip(numbers(z), numbers(y_pred), strict=True))


def test_a_tangent_goes_through_its_point_with_its_slope(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    history = done(engine, begin("or_gate"), FORWARD)
    plot.display(history)
    y_pred = _forward(history).y_pred.reshape(-1)
    tangents = plot.tangents
    x, y = np.column_stack([tangents.x0, tangents.x1]), np.column_stack([tangents.y0, tangents.y1])
    assert np.allclose(np.column_stack([x.mean(1), y.mean(1)]), _points(plot), atol=1e-6)
    assert np.allclose(np.diff(y)[:, 0] / np.diff(x)[:, 0], y_pred * (np.float32(1) - y_pred))


def test_without_a_forward_there_is_just_the_curve(show: Show) -> None:
    plot = show(ActivationPlot)
    plot.display(begin())
    assert _points(plot) == []
    assert not len(plot.tangents.x0)
    x, y = plot.curve.x, plot.curve.y
    (left, right), (bottom, top) = plot.view_box.viewRange()
    assert x.min() <= -6
    assert x.max() >= 6
    assert (x.min(), x.max()) == (left, right)
    assert bottom < 0
    assert top > 1
    assert np.allclose(y, 1 / (1 + np.exp(-x)))


def test_the_curve_overflows_nowhere() -> None:
    assert sigmoid(np.array([-1e40, -800.0, 0.0, 800.0, 1e40])).tolist() == [0, 0, 0.5, 1, 1]


def test_a_point_is_told_in_full(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    history = done(engine, begin(), FORWARD)
    plot.display(history)
    forward = _forward(history)
    z, y_pred = forward.z[0, 0], forward.y_pred[0, 0]
    slope = y_pred * (np.float32(1) - y_pred)
    assert plot.hover_text(pixel(plot, float(z), float(y_pred))) == (
        f"z[0] = {full_text(z)}\ny_pred[0] = {full_text(y_pred)}\n"
        f"slope y_pred[0] * (1 - y_pred[0]) = {full_text(slope)}"
    )
    assert plot.hover_text(pixel(plot, 5, 0.2)) == ""


def test_a_point_of_a_marked_row_is_named_as_pytorch_indexes_it(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    history = done(engine, after_edit(begin("or_gate"), MarkRows((1, 3))), FORWARD)
    plot.display(history)
    forward = _forward(history)
    said = plot.hover_text(pixel(plot, float(forward.z[0, 0]), float(forward.y_pred[0, 0]))).split("\n")
    assert said[0] == f"z[0, 0] = {full_text(forward.z[0, 0])}"
    assert said[-1] == "of sample x[1]"


def test_points_of_an_older_state_are_hollow_and_say_so(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    history = done(engine, begin(), FORWARD, BACKWARD)
    plot.display(history)
    filled = plot.points.brush.color()
    history = done(engine, history, UPDATE)
    plot.display(history)
    assert filled == QColor(theme.LIGHT.series[1])
    assert plot.points.brush.color() == QColor(theme.LIGHT.base)
    assert [label.text.replace("\n", " ") for label in plot.labels.shown] == [
        "hollow points: from an earlier state",
        "slope 0.1381",
    ]
    forward = _forward(history)
    said = plot.hover_text(pixel(plot, float(forward.z[0, 0]), float(forward.y_pred[0, 0])))
    assert said.endswith("From an earlier state. Changed since: W, b. Stale since In [4], Update.")
    plot.display(done(engine, history, FORWARD))
    assert plot.points.brush.color() == filled
    assert [label.text for label in plot.labels.shown] == _slopes(plot)


def test_the_view_holds_every_point(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    plot.display(done(engine, begin_with(W=frozen([[400], [0], [0]])), FORWARD))
    (left, right), _ = plot.view_box.viewRange()
    assert left <= -6
    assert right > 400 * 0.7049
    plot.display(done(engine, begin(), FORWARD))
    (left, right), _ = plot.view_box.viewRange()
    assert right < 7


def test_two_hundred_points_are_drawn_and_the_rest_is_told(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    x = np.linspace(-1, 1, 903).reshape(301, 3)
    history = done(engine, begin_with(x=frozen(x), y_true=frozen(np.ones((301, 1)))), FORWARD)
    plot.display(history)
    assert len(_points(plot)) == 200
    assert len(plot.tangents.x0) == 200
    assert plot.note.text() == "200 of 301 points drawn"


def test_what_is_not_finite_is_a_gap_and_a_note(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    x = frozen([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    history = begin_with(x=x, y_true=frozen([[1], [1], [1]]), W=frozen([[1.0], [3e38], [2.0]]), b=frozen([3e38]))
    plot.display(done(engine, history, FORWARD))
    assert len(_points(plot)) == 2
    assert plot.note.text() == "nan/inf not drawn · of the points drawn, the gradient is exactly 0 at 2"
    plot.grab()
    plot.display(done(engine, begin_with(W=frozen([[NAN], [0.0], [0.0]])), FORWARD))
    assert _points(plot) == []
    assert plot.note.text() == "nan/inf not drawn"
    plot.grab()


def test_undo_takes_the_points_back(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    history = done(engine, begin(), FORWARD)
    plot.display(history)
    plot.display(history.undo())
    assert _points(plot) == []


def _slopes(plot: ActivationPlot) -> list[str]:
    return [label.text for label in plot.labels.shown if label.text.startswith("slope")]


@pytest.mark.parametrize("preset", ["notebook", "or_gate", "layer_4x2"])
def test_the_slope_beside_a_point_is_what_autograd_multiplies_by(show: Show, engine: Engine, preset: str) -> None:
    plot = show(ActivationPlot)
    plot.resize(900, 600)
    history = done(engine, begin(preset), FORWARD)
    plot.display(history)
    z = torch.tensor(_forward(history).z, requires_grad=True)
    torch.sigmoid(z).sum().backward()  # type: ignore[no-untyped-call]
    assert z.grad is not None
    slopes = {f"slope {display_text(slope)}" for slope in z.grad.reshape(-1).tolist()}
    assert _slopes(plot)
    assert set(_slopes(plot)) <= slopes


@pytest.mark.parametrize("bias", [0.0, 16.0, 17.0, 20.0, -80.0, -100.0, -110.0])
@pytest.mark.parametrize("target", [0.0, 0.5, 1.0, 1e-30, 1e19, math.inf, math.nan])
@pytest.mark.parametrize("reduction", Reduction)
def test_where_float32_has_no_gradient_left_it_is_said(
    show: Show, engine: Engine, bias: float, target: float, reduction: Reduction
) -> None:  # fmt: skip
    plot = show(ActivationPlot)
    history = begin_with(x=frozen([[1.0]]), y_true=frozen([[target]]), W=frozen([[0.0]]), b=frozen([bias]))
    if reduction is not Reduction.SUM:
        history = after_edit(history, Configure("reduction", reduction))
    history = done(engine, history, FORWARD, BACKWARD)
    plot.display(history)
    grad = history.current.b_grad
    assert grad is not None
    (said,) = _slopes(plot)
    place = pixel(plot, bias, float(_forward(history).y_pred[0, 0]))
    assert ("the gradient is exactly 0 here" in said) == (grad[0] == 0)
    assert ("the gradient is exactly 0 here" in plot.hover_text(place)) == (grad[0] == 0)


def test_words_beside_points_stay_inside_and_cover_no_others(show: Show, engine: Engine) -> None:
    plot = show(ActivationPlot)
    plot.display(done(engine, begin("or_gate"), FORWARD))
    boxes = [
        QRectF(label.x, label.y, plot.labels.width(label.text), plot.labels.height)
        for label in plot.labels.shown
        if label.text.startswith("slope")
    ]
    assert boxes
    assert all(plot.view_box.boundingRect().contains(box) for box in boxes)
    assert not any(first.intersects(second) for first, second in combinations(boxes, 2))
