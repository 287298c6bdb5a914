"""Many parameters: maps of all, and the stack of one."""

import numpy as np
import pytest
from hypothesis import given
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from perceptron_gui.core.actions import Assign, Axis, Gesture, Randomize, Resize
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import FloatArray, TensorName, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.ledger import heat_codes
from perceptron_gui.ui.plots.ledger.heat_codes import (
    HIGHEST,
    LOWEST,
    NOT_FINITE,
    ZERO,
    coded,
    largest,
    strides,
    thinned,
)
from perceptron_gui.ui.plots.ledger.heat_maps import HeatMaps
from tests.strategies import briefly, finite, float32_arrays
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    UPDATE,
    ZERO_GRAD,
    after_edit,
    begin,
    begin_with,
    done,
    numbers,
)

FORWARD_BACKWARD = (FORWARD, BACKWARD)


def _large(engine: Engine, n: int = 12, k: int = 5, preset: str = "notebook") -> History:
    return done(engine, begin(preset), Resize(Axis.INPUTS, n), Resize(Axis.OUTPUTS, k), Randomize())


def _place(maps: HeatMaps, index: int, *, of_b: bool, row: float, column: float) -> QPointF:
    QApplication.processEvents()
    box = maps.boxes[index][of_b]
    return QPointF(maps.plot.mapFromScene(box.mapViewToScene(QPointF(column + 0.5, row + 0.5))))


@briefly
@given(float32_arrays((3, 4), finite))
def test_a_colour_tells_the_sign_and_grows_with_the_magnitude(values: FloatArray) -> None:
    codes = coded(frozen(values), (3, 4), largest(frozen(values))).astype(int)
    flat, places = values.reshape(-1), codes.reshape(-1) - ZERO
    assert (np.abs(places) <= HIGHEST - ZERO).all()
    assert (places[flat > 0] >= 0).all()
    assert (places[flat < 0] <= 0).all()
    assert (places[flat == 0] == 0).all()
    order = np.argsort(flat)
    assert (np.diff(places[order]) >= 0).all()
    if flat.any():
        assert np.abs(places).max() == HIGHEST - ZERO


def test_what_is_not_finite_has_a_colour_of_its_own() -> None:
    values = frozen([[NAN, INF, -INF, -2.0, 0.0, 2.0]])
    assert largest(values) == 2
    assert coded(values, (1, 6), 2.0).tolist() == [[NOT_FINITE] * 3 + [LOWEST, ZERO, HIGHEST]]
    assert coded(None, (1, 2), 0.0).tolist() == [[NOT_FINITE] * 2]
    assert largest(frozen([NAN])) == 0
    assert largest(None) == 0


def test_the_ends_of_the_scale_are_told_apart_by_the_colour_blind() -> None:
    for colors in (theme.LIGHT, theme.DARK):
        diverging, rising = heat_codes.tables(colors)
        low, zero, high = (diverging[place].astype(int) for place in (LOWEST, ZERO, HIGHEST))
        # Blue and orange: what a dichromat sees differ in is the blue of them.
        assert low[2] - low[0] > 80
        assert high[0] - high[2] > 80
        assert rising[ZERO].tolist() == zero.tolist()
        assert diverging[NOT_FINITE].tolist() not in (low.tolist(), zero.tolist(), high.tolist())


def test_forty_parameters_have_stacks_and_forty_one_have_maps(ledger: GradientPlot, engine: Engine) -> None:
    for n, is_map in ((39, False), (40, True)):
        ledger.display(done(engine, begin(), Resize(Axis.INPUTS, n), *FORWARD_BACKWARD))
        assert ledger.heat_maps.isVisibleTo(ledger) == is_map
        assert len(ledger.stacks.stored.x0) == (1 if is_map else 40)
    ledger.display(done(engine, begin(), *FORWARD_BACKWARD))
    assert not ledger.heat_maps.isVisibleTo(ledger)


def test_the_maps_are_stored_incoming_and_how_many_backwards(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD, UPDATE, *FORWARD_BACKWARD)
    ledger.display(history)
    now = history.current
    last = now.deposits[-1]
    assert now.W_grad is not None
    assert now.b_grad is not None
    assert last.W_grad is not None
    assert last.b_grad is not None
    for index, (W, b) in enumerate(((now.W_grad, now.b_grad), (last.W_grad, last.b_grad))):
        end = max(np.abs(W).max(), np.abs(b).max())
        scale = float(end) / (HIGHEST - ZERO)
        of_W, of_b = ledger.heat_maps.maps[index]
        assert (of_W.image.astype(float) - ZERO) * scale == pytest.approx(W, abs=scale * 0.51)
        assert (of_b.image.astype(float) - ZERO) * scale == pytest.approx(b[None], abs=scale * 0.51)
        assert ledger.heat_maps.scales[index].ends == (f"{-end:.2g}", f"{end:.2g}")
    assert all((image.image == HIGHEST).all() for image in ledger.heat_maps.maps[2])
    assert ledger.heat_maps.scales[2].ends == ("0", "2")


def test_opposite_signs_are_said_of_all_parameters_not_of_the_selected_one_alone(
    ledger: GradientPlot, engine: Engine
) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD)
    history = done(engine, history, Assign(TensorName.Y_TRUE, 0, 0, frozen(np.zeros((1, 5))), Gesture.PASTE))
    history = done(engine, history, *FORWARD_BACKWARD)
    snapshot = history.current
    last = snapshot.deposits[-1]
    assert last.W_grad is not None
    assert snapshot.W_grad is not None
    against = np.argwhere(np.sign(last.W_grad) * np.sign(snapshot.W_grad) < 0)
    assert 0 < len(against) < last.W_grad.size
    ledger.display(history)
    row, column = against[0]
    assert f"⇅ incoming against stored: W[{row}, {column}]" in ledger.story.text()


def test_backwards_are_counted_on_and_anew_after_undo_and_zero_grad(ledger: GradientPlot, engine: Engine) -> None:
    twice = done(engine, _large(engine), *FORWARD_BACKWARD * 2)
    for history, expected in (
        (twice, "2"),
        (done(engine, twice, *FORWARD_BACKWARD), "3"),
        (twice.undo().undo(), "1"),
        (twice, "2"),
    ):
        ledger.display(history)
        assert ledger.heat_maps.scales[2].ends == ("0", expected)
    ledger.display(done(engine, twice, ZERO_GRAD))
    assert ledger.heat_maps.scales[2].ends == ("None", "None")
    assert ledger.heat_maps.scales[0].ends == ("0", "0")


def test_all_backwards_are_counted_however_many_are_kept_singly(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD * 70)
    ledger.display(history)
    assert len(history.current.deposits) < 70
    assert ledger.heat_maps.scales[2].ends == ("0", "70")
    assert ledger.heat_maps.names[2].text() == "Backwards"


def test_a_backward_counts_only_where_it_arrived(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD, FORWARD)
    changed = Assign(TensorName.X, 0, 0, frozen([[5]]), Gesture.TYPE)
    history = done(engine, after_edit(history, changed), BACKWARD)
    assert history.entry.refusal is not None
    assert history.current.deposits[-1].W_grad is None
    ledger.display(history)
    of_W, of_b = (image.image for image in ledger.heat_maps.maps[2])
    assert (of_b == HIGHEST).all()
    assert of_W.tolist() == np.full(of_W.shape, round(ZERO + (HIGHEST - ZERO) / 2)).tolist()


def test_none_is_said_and_has_no_colour_of_zero(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(_large(engine))
    assert {code for pair in ledger.heat_maps.maps for image in pair for code in numbers(image.image.reshape(-1))} == {
        NOT_FINITE
    }
    assert [scale.ends for scale in ledger.heat_maps.scales] == [("None", "None")] * 3
    assert [label.text for label in ledger.labels.shown] == ["None"]


def test_the_stack_is_that_of_the_largest_stored_until_another_is_clicked(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD)
    ledger.display(history)
    grad = history.current.W_grad
    assert grad is not None
    row, column = np.unravel_index(np.abs(grad).argmax(), grad.shape)
    assert ledger.x_axis._tickLevels[0] == [(0, f"W[{row}, {column}]")]
    viewport = ledger.heat_maps.plot.viewport()
    place = _place(ledger.heat_maps, 0, of_b=False, row=7, column=2)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place.toPoint())
    history = done(engine, history, UPDATE, *FORWARD_BACKWARD)
    ledger.display(history)
    assert ledger.x_axis._tickLevels[0] == [(0, "W[7, 2]")]
    assert history.current.W_grad is not None
    assert numbers(ledger.stacks.stored.y0) == [history.current.W_grad[7, 2]]
    assert sum(len(item.x0) for item in (*ledger.stacks.slabs.fresh, *ledger.stacks.slabs.old)) == 2
    place = _place(ledger.heat_maps, 1, of_b=True, row=0, column=3)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert ledger.x_axis._tickLevels[0] == [(0, "b[3]")]
    ledger.display(done(engine, history, Resize(Axis.INPUTS, 13), *FORWARD_BACKWARD))
    assert ledger.x_axis._tickLevels[0] != [(0, "b[3]")]


def test_a_parameter_under_the_pointer_is_told_in_full(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD * 2)
    ledger.display(history)
    now, maps = history.current, ledger.heat_maps
    last = now.deposits[-1]
    assert now.W_grad is not None
    assert last.W_grad is not None
    at = maps.parameter_at(_place(maps, 2, of_b=False, row=11, column=4))
    assert at == 59
    assert maps.hover_text(at) == (
        f"W.grad[11, 4] = {full_text(now.W_grad[11, 4])}\nincoming: {full_text(last.W_grad[11, 4])}"
    )
    assert maps.parameter_at(QPointF(-5, 5)) is None
    assert maps.hover_text(60).startswith("b.grad[0] = ")


@pytest.mark.parametrize(("shape", "expected"), [((784, 10), (1, 1)), ((1025, 4096), (2, 4)), ((1, 3000), (1, 3))])
def test_no_map_is_larger_than_1024_by_1024(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert strides(shape) == expected
    W, b = thinned(frozen(np.arange(shape[0] * shape[1]).reshape(shape)), frozen(np.arange(shape[1])))
    assert W is not None
    assert b is not None
    assert max(W.shape) <= heat_codes.MOST_ROWS
    assert W.shape[1] == b.shape[1]
    assert W[-1, -1] == ((shape[0] - 1) // expected[0] * expected[0]) * shape[1] + b[0, -1]


def test_what_is_left_out_is_said(ledger: GradientPlot, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.display(done(engine, _large(engine), *FORWARD_BACKWARD))
    assert not ledger.note.text()
    monkeypatch.setattr(heat_codes, "MOST_ROWS", 4)
    ledger.display(done(engine, _large(engine), *FORWARD_BACKWARD))
    assert ledger.note.text() == "maps: one of 3 × 2 parameters drawn"
    assert [image.image.shape for image in ledger.heat_maps.maps[0]] == [(4, 3), (1, 3)]
    at = ledger.heat_maps.parameter_at(_place(ledger.heat_maps, 0, of_b=False, row=3, column=2))
    assert at == 9 * 5 + 4


def test_maps_with_numbers_that_are_not_finite_are_drawn(ledger: GradientPlot) -> None:
    W_grad = np.zeros((50, 1), np.float32)
    W_grad[3], W_grad[5], W_grad[7] = NAN, INF, 4
    start = {"x": frozen(np.ones((1, 50))), "W": frozen(np.ones((50, 1)))}
    ledger.display(begin_with(**start, W_grad=frozen(W_grad), b_grad=frozen([1])))
    codes = ledger.heat_maps.maps[0][0].image[:, 0]
    assert codes[[3, 5, 7, 0]].tolist() == [NOT_FINITE, NOT_FINITE, HIGHEST, ZERO]
    assert ledger.x_axis._tickLevels[0] == [(0, "W[7, 0]")]
    ledger.grab()


def test_a_number_is_painted_in_its_colour(ledger: GradientPlot, engine: Engine) -> None:
    ledger.display(done(engine, _large(engine), *FORWARD_BACKWARD))
    maps = ledger.heat_maps
    for colors in (theme.DARK, theme.LIGHT):
        maps.set_colors(colors)
        diverging, _ = heat_codes.tables(colors)
        places = {
            (row, column): _place(maps, 1, of_b=False, row=row, column=column).toPoint()
            for row in (0, 5, 11)
            for column in range(5)
        }
        picture = maps.plot.viewport().grab().toImage()
        for (row, column), place in places.items():
            painted = picture.pixelColor(place).getRgb()[:3]
            assert list(painted) == diverging[maps.maps[1][0].image[row, column]].tolist()


def test_the_items_of_the_maps_stay_the_same(ledger: GradientPlot, engine: Engine) -> None:
    history = done(engine, _large(engine), *FORWARD_BACKWARD)
    ledger.display(history)
    items = [id(item) for item in ledger.heat_maps.plot.scene().items()]
    for _ in range(5):
        history = done(engine, history, UPDATE, *FORWARD_BACKWARD)
        ledger.display(history)
    assert [id(item) for item in ledger.heat_maps.plot.scene().items()] == items
