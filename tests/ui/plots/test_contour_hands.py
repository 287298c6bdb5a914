"""A person at the contour, with a mouse and a keyboard."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import (
    STEP,
    Action,
    AssignElements,
    Axis,
    Randomize,
    Resize,
)
from perceptron_gui.core.editing import edited
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Element, FloatArray
from perceptron_gui.session import Session
from perceptron_gui.ui.plots.contour import ContourPlot
from tests.core.play import of_size
from tests.ui.plots.conftest import Show
from tests.ui.plots.contour_hands import B0, LEFT, ONE_NUMBER, W00, W10, answered, chosen, drawn, loss_at
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    UPDATE,
    begin,
    begin_with,
    done,
    double_click,
    numbers,
    on_viewport,
    pixel,
    view,
)


@pytest.fixture(autouse=True)
def _quick_double_clicks(qapp: QApplication) -> Iterator[None]:
    before = qapp.doubleClickInterval()
    qapp.setDoubleClickInterval(60)
    yield
    qapp.setDoubleClickInterval(before)


@pytest.fixture
def plot(show: Show, engine: Engine) -> ContourPlot:
    """A contour whose questions are answered at once."""
    return answered(show(ContourPlot), engine)


@pytest.fixture
def at_work(plot: ContourPlot, session: Session) -> tuple[ContourPlot, Session]:
    """A contour on a session."""
    session.changed.connect(plot.display)
    plot.action_requested.connect(session.perform)
    plot.display(session.history)
    return plot, session


def type_name(box: QComboBox, text: str) -> None:
    line = box.lineEdit()
    assert line is not None
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def click(plot: ContourPlot, qtbot: QtBot, place: QPoint) -> None:
    """Click, and wait until it is known that no second click follows."""
    QTest.mouseClick(plot.plot_widget.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: plot.aim.values == ())


def test_a_click_sets_both_parameters_as_one_edit_that_can_be_undone(
    at_work: tuple[ContourPlot, Session], qtbot: QtBot
) -> None:
    plot, session = at_work
    session.perform(*STEP, FORWARD)
    before = session.history.current
    click(plot, qtbot, on_viewport(plot, pixel(plot, -2.25, 0.125)))
    action, now = session.history.entry.action, session.history.current
    assert isinstance(action, AssignElements)
    assert [element for element, _ in action.values] == [W00, W10]
    unit = (view(plot)[1] - view(plot)[0]) / plot.view_box.width()
    assert [value for _, value in action.values] == pytest.approx([-2.25, 0.125], abs=2 * unit)
    assert [now.W[0, 0], now.W[1, 0]] == [np.float32(value) for _, value in action.values]
    assert now.W[2, 0] == before.W[2, 0]
    assert now.b is before.b
    assert now.forward is before.forward
    assert numbers(np.ravel(plot.run.mark.getData())) == [now.W[0, 0], now.W[1, 0]]
    assert plot.is_fresh
    session.undo()
    assert session.history.current is before
    assert numbers(np.ravel(plot.run.mark.getData())) == [before.W[0, 0], before.W[1, 0]]


def test_a_click_does_what_its_tip_says(at_work: tuple[ContourPlot, Session], qtbot: QtBot) -> None:
    plot, session = at_work
    place = QPoint(150, 90)
    said = plot.hover_text(plot._in_view(QPointF(place))).split("\n")
    click(plot, qtbot, place)
    W = session.history.current.W
    assert f"click: W[0, 0] = {full_text(W[0, 0])}, W[1, 0] = {full_text(W[1, 0])}" in said


def test_the_tip_tells_the_loss_of_the_nearest_place_of_the_grid(plot: ContourPlot) -> None:
    history = begin("or_gate")
    plot.display(history)
    said = plot.hover_text(pixel(plot, 0.6, 0.1)).split("\n")[-1]
    assert said.startswith("loss at the nearest grid point (")
    x, y = (float(number) for number in said.partition("(")[2].partition(")")[0].split(", "))
    assert (x, y) == pytest.approx((0.6, 0.1), abs=0.1)
    assert float(said.rpartition(": ")[2]) == pytest.approx(loss_at(history.current, {W00: x, W10: y}), abs=1e-3)


def test_neither_a_drag_nor_a_double_click_is_a_click(at_work: tuple[ContourPlot, Session], qtbot: QtBot) -> None:
    plot, session = at_work
    viewport = plot.plot_widget.viewport()
    whole = view(plot)
    QTest.mousePress(viewport, LEFT, pos=QPoint(200, 120))
    for x in (210, 230, 260):
        QTest.mouseMove(viewport, QPoint(x, 130))
    QTest.mouseRelease(viewport, LEFT, pos=QPoint(260, 130))
    assert view(plot) != whole
    QTest.mouseClick(viewport, LEFT, pos=QPoint(100, 100))
    assert plot.aim.values
    assert len(plot.aim.item.getData()[0]) == 1
    double_click(plot)
    assert plot.aim.values == ()
    assert not len(plot.aim.item.getData()[0])
    assert view(plot) == whole
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    qtbot.wait(2 * QApplication.doubleClickInterval())
    assert len(session.history.entries) == 1


def test_a_click_beside_the_view_sets_nothing(at_work: tuple[ContourPlot, Session], qtbot: QtBot) -> None:
    plot, session = at_work
    QTest.mouseClick(plot.plot_widget.viewport(), LEFT, pos=QPoint(3, 100))
    assert plot.aim.values == ()
    qtbot.wait(2 * QApplication.doubleClickInterval())
    assert len(session.history.entries) == 1


def test_a_click_on_an_element_that_is_gone_sets_nothing(at_work: tuple[ContourPlot, Session], qtbot: QtBot) -> None:
    plot, session = at_work
    QTest.mouseClick(plot.plot_widget.viewport(), LEFT, pos=QPoint(150, 90))
    session.perform(Resize(Axis.INPUTS, 1))
    entries = len(session.history.entries)
    qtbot.waitUntil(lambda: plot.aim.values == ())
    assert len(session.history.entries) == entries


def test_any_two_parameters_can_be_chosen(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin("layer_4x2"), *STEP * 3)
    plot.display(history)
    assert chosen(plot) == ("W[0, 0]", "W[1, 0]")
    type_name(plot.pair.across_box, "W[3, 1]")
    type_name(plot.pair.down_box, " b[ 0 ] ")
    assert chosen(plot) == ("W[3, 1]", "b[0]")
    found = plot.surface.found
    assert found is not None
    assert (found.across, found.down) == (Element("W", 3, 1), B0)
    places = [(entry.snapshot.W[3, 1], entry.snapshot.b[0]) for entry in history.segment[::4]]
    assert drawn(plot) == [(float(x), float(y)) for x, y in places]
    left, right, bottom, top = view(plot)
    assert left < history.current.W[3, 1] < right
    assert bottom < history.current.b[0] < top
    plot.pair.down_box.setFocus()
    QTest.keyClick(plot.pair.down_box, Qt.Key.Key_Up)
    assert chosen(plot)[1] == "W[3, 1]"


def test_the_parameter_of_the_other_axis_swaps_them(plot: ContourPlot) -> None:
    plot.display(begin())
    type_name(plot.pair.across_box, "W[1, 0]")
    assert chosen(plot) == ("W[1, 0]", "W[0, 0]")


@pytest.mark.parametrize("text", ["W[3, 0]", "W[0]", "b[1]", "b", "x[0]", "", "W[0, 0", "W[-1, 0]", "W[9999999999, 0]"])
def test_what_is_no_parameter_is_refused_and_that_is_seen(plot: ContourPlot, text: str) -> None:
    plot.display(begin())
    type_name(plot.pair.down_box, text) if text else type_name(plot.pair.down_box, " ")
    assert chosen(plot) == ("W[0, 0]", "W[1, 0]")
    assert "is no parameter: W[0, 0] to W[2, 0], b[0] to b[0]" in plot.note.text()
    type_name(plot.pair.down_box, "W[2, 0]")
    assert "is no parameter" not in plot.note.text()
    assert chosen(plot) == ("W[0, 0]", "W[2, 0]")


def test_a_choice_lasts_as_long_as_its_elements(plot: ContourPlot, engine: Engine) -> None:
    history = begin("layer_4x2")
    plot.display(history)
    type_name(plot.pair.across_box, "W[2, 1]")
    type_name(plot.pair.down_box, "b[0]")
    for task in (*STEP, Randomize(), Resize(Axis.INPUTS, 3)):
        history = done(engine, history, task)
        plot.display(history)
        assert chosen(plot) == ("W[2, 1]", "b[0]")
    for size, expected in ((2, ("W[0, 0]", "b[0]")), (1, ("W[0, 0]", "b[0]"))):
        history = done(engine, history, Resize(Axis.INPUTS, size))
        plot.display(history)
        assert chosen(plot) == expected


def test_thousands_of_parameters_are_typed_and_not_listed(plot: ContourPlot) -> None:
    snapshot = of_size(2, 784, 10, 0.1)
    history = begin_with(x=snapshot.x, y_true=snapshot.y_true, W=snapshot.W, b=snapshot.b)
    plot.display(history)
    assert plot.pair.across_box.count() == 110
    assert plot.pair.across_box.findText("b[9]") == 109
    type_name(plot.pair.across_box, "W[783, 9]")
    assert chosen(plot)[0] == "W[783, 9]"
    assert plot.surface.found is not None
    assert plot.surface.found.across == Element("W", 783, 9)


def test_the_curve_is_over_w_or_over_b(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, ONE_NUMBER, *STEP * 2, FORWARD)
    plot.display(history)
    type_name(plot.pair.across_box, "b[0]")
    assert plot.pair.across_box.currentText() == "b[0]"
    x, y = plot.curve.getData()
    for place, loss in list(zip(x, y, strict=True))[::40]:
        assert loss == pytest.approx(loss_at(history.current, {B0: place}), abs=1e-6)
    assert drawn(plot)[-1][0] == history.current.b[0]


def test_a_click_on_a_curve_sets_the_one_parameter(plot: ContourPlot, qtbot: QtBot) -> None:
    plot.display(ONE_NUMBER)
    actions: list[Action] = []
    plot.action_requested.connect(actions.append)
    QTest.mouseClick(plot.plot_widget.viewport(), LEFT, pos=on_viewport(plot, pixel(plot, -1.75, 0.2)))
    assert len(plot.aim.item.getData()[0]) == 1
    qtbot.waitUntil(lambda: len(actions) == 1)
    (action,) = actions
    assert isinstance(action, AssignElements)
    ((element, value),) = action.values
    assert element == W00
    assert value == pytest.approx(-1.75, abs=0.01)
    assert edited(ONE_NUMBER.current, action).W[0, 0] == np.float32(value)


def test_a_point_of_the_path_is_told_in_full(plot: ContourPlot, engine: Engine) -> None:
    history = done(engine, begin(), *STEP * 3, FORWARD, BACKWARD)
    plot.display(history)
    W: FloatArray = history.segment[4].snapshot.W
    said = plot.hover_text(pixel(plot, W[0, 0], W[1, 0])).split("\n")
    forward = history.segment[5].snapshot.forward
    assert forward is not None
    assert said[:4] == [
        "after 1 update",
        f"W[0, 0] = {full_text(W[0, 0])}, W[1, 0] = {full_text(W[1, 0])}",
        f"loss of the last Forward there: {full_text(float(forward.loss))}",
        "the heights drawn are not those of this point",
    ]
    assert "grid point" not in "".join(said)
    now = history.current
    assert now.forward is not None
    assert now.W_grad is not None
    said = plot.hover_text(pixel(plot, now.W[0, 0], now.W[1, 0])).split("\n")
    assert said[0] == "after 3 updates"
    assert said[2] == f"loss = {full_text(float(now.forward.loss))}"
    moves = ", ".join(full_text(-grad) for grad in now.W_grad[:2, 0])
    assert said[3:5] == [f"−lr · stored .grad: {moves}", f"−lr · incoming of the last Backward: {moves}"]
    plot.display(done(engine, history, UPDATE))
    now = done(engine, history, UPDATE).current
    said = plot.hover_text(pixel(plot, now.W[0, 0], now.W[1, 0])).split("\n")
    assert "From an earlier state. Changed since: W, b." in said
    here = float(said[2].removeprefix("loss here, read off the surface: "))
    assert here == pytest.approx(loss_at(now, {}), rel=1e-3)
