"""What the plots have in common."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import STEP, Axis, Randomize, Resize
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.plots.activation import ActivationPlot
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.loss import LossPlot
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.weights import WeightsPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    Brackets,
    Rows,
    begin,
    begin_with,
    done,
    double_click,
    losses,
    on_viewport,
    pixel,
    turn_wheel,
    view,
)

KINDS = (LossPlot, GradientPlot, WeightsPlot, ActivationPlot, ContourPlot)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")
every_plot = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def brackets(qapp: QApplication) -> Iterator[Brackets]:
    translator = Brackets()
    yield translator
    qapp.removeTranslator(translator)


def _far(engine: Engine) -> History:
    return done(engine, begin(), *STEP * 30, FORWARD, BACKWARD)


@every_plot
def test_it_is_found_by_its_name(show: Show, kind: type[Plot]) -> None:
    plot = show(kind)
    assert plot.plot_widget.objectName() == "a_plot"
    assert plot.plot_widget.accessibleName() == plot.title()


@every_plot
def test_the_items_are_the_same_after_a_hundred_renders(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    history = begin()
    # As many words as it ever needs: texts are kept and shown again.
    for task in (*(FORWARD, BACKWARD) * 2, *STEP, *STEP):
        history = done(engine, history, task)
        plot.display(history)
    items = [id(item) for item in plot.view_box.addedItems]
    everything = len(plot.plot_widget.scene().items())
    for _ in range(25):
        for task in STEP:
            history = done(engine, history, task)
            plot.display(history)
    assert [id(item) for item in plot.view_box.addedItems] == items
    assert len(plot.plot_widget.scene().items()) <= everything + 1


@every_plot
def test_what_is_shown_is_not_drawn_again(
    show: Show, engine: Engine, kind: type[Plot], monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = show(kind)
    history = done(engine, begin(), FORWARD, BACKWARD)
    plot.display(history)
    drawn: list[int] = []
    monkeypatch.setattr(plot, "_draw", lambda: drawn.append(1))
    plot.display(history)
    plot.display(history.push(Randomize(), history.current, "cpu").undo())
    assert drawn == []


@every_plot
def test_a_hidden_plot_does_nothing_until_it_is_seen(
    show: Show, engine: Engine, kind: type[Plot], monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = show(kind)
    plot.display(begin())
    plot.hide()
    drawn: list[int] = []
    draw = plot._draw

    def drawing() -> None:
        drawn.append(1)
        draw()

    monkeypatch.setattr(plot, "_draw", drawing)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    plot.set_colors(theme.DARK)
    plot.retranslate()
    assert drawn == []
    plot.show()
    assert drawn == [1]


def test_a_plot_that_was_hidden_shows_the_history_of_now(show: Show, engine: Engine) -> None:
    plot = show(LossPlot)
    plot.display(_far(engine))
    plot.hide()
    plot.display(begin())
    plot.show()
    assert not len(plot.curve.xData)
    plot.hide()
    history = _far(engine)
    plot.display(history)
    plot.show()
    assert len(plot.curve.xData) == len(losses(history))


@every_plot
def test_a_zoomed_view_stays_and_a_double_click_returns(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    history = done(engine, begin(), *STEP, FORWARD, BACKWARD)
    plot.display(history)
    whole = view(plot)
    turn_wheel(plot, 3)
    zoomed = view(plot)
    assert zoomed != whole
    for shown in (_far(engine), done(engine, begin(), Randomize(), *STEP), begin("layer_4x2"), history.undo(), history):
        plot.display(shown)
        assert view(plot) == zoomed
    double_click(plot)
    assert view(plot) == pytest.approx(whole)


@every_plot
def test_a_dragged_view_stays(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    viewport = plot.plot_widget.viewport()
    whole = view(plot)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(200, 120))
    for x in (210, 230, 260):
        QTest.mouseMove(viewport, QPoint(x, 130))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(260, 130))
    dragged = view(plot)
    assert dragged != whole
    plot.display(_far(engine))
    assert view(plot) == dragged
    double_click(plot)
    assert view(plot) != dragged


@every_plot
def test_the_view_holds_the_data_as_they_grow(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    history = begin()
    changes, before = 0, view(plot)
    for task in STEP * 30:
        history = done(engine, history, task)
        plot.display(history)
        (x, y), ranges = plot._bounds(), view(plot)
        assert ranges[0] <= x.low <= x.high <= ranges[1]
        assert ranges[2] <= y.low <= y.high <= ranges[3]
        changes += ranges != before
        before = ranges
    assert changes < 20


@every_plot
@pytest.mark.parametrize("notches", [300, -300])
def test_zooming_without_end_breaks_nothing(show: Show, engine: Engine, kind: type[Plot], notches: int) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), *STEP * 2, FORWARD))
    whole = view(plot)
    for _ in range(20):
        turn_wheel(plot, notches)
    plot.grab()
    double_click(plot)
    assert view(plot) == whole


@every_plot
def test_numbers_at_the_ends_of_float32_are_drawn(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    cases: tuple[Rows, ...] = ([[3.4e38], [-3.4e38], [0]], [[1e-45], [-1e-45], [0]], [[NAN], [INF], [-INF]])
    for W in cases:
        plot.display(done(engine, begin_with(W=frozen(W), W_grad=frozen(W), b_grad=frozen([-3.4e38])), FORWARD))
        plot.grab()


@every_plot
def test_the_numbers_at_the_axes_are_plain(show: Show, kind: type[Plot]) -> None:
    plot = show(kind)
    plot.display(begin_with(W=frozen([[1e-6], [2e-6], [3e-6]])))
    for axis in (plot.x_axis, plot.y_axis):
        assert axis.autoSIPrefix is False
        assert axis.autoSIPrefixScale == 1.0
        assert "x1" not in axis.label.toPlainText()


@every_plot
def test_pyqtgraph_offers_no_menu_and_no_button(show: Show, kind: type[Plot]) -> None:
    plot = show(kind)
    assert not plot.plot_item.menuEnabled()
    assert plot.view_box.menu is None
    assert not plot.plot_item.autoBtn.isVisible()
    assert plot.view_box.autoRangeEnabled() == [False, False]


@every_plot
def test_every_word_is_in_the_language_of_now(
    show: Show, engine: Engine, kind: type[Plot], qapp: QApplication, brackets: Brackets
) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), Resize(Axis.INPUTS, 60), FORWARD, BACKWARD))
    english = plot.title()
    qapp.installTranslator(brackets)
    plot.retranslate()
    assert plot.title() == f"<b>{english}</b>"
    assert plot.plot_widget.accessibleName() == plot.title()
    labels = [axis.label.toPlainText().strip() for axis in (plot.x_axis, plot.y_axis)]
    for text in {"updates", "loss", "value", "gradient"} & {label.strip("<b>/") for label in labels}:
        assert f"<b>{text}</b>" in labels
    assert not plot.note.text() or plot.note.text().startswith("<b>")
    assert plot.note.textFormat() is Qt.TextFormat.PlainText


def test_the_gradient_legend_follows_the_language(show: Show, qapp: QApplication, brackets: Brackets) -> None:
    plot = show(GradientPlot)
    qapp.installTranslator(brackets)
    plot.retranslate()
    assert plot.legend.texts == ("<b>stored .grad</b>", "<b>incoming in the last Backward</b>")


def test_a_tool_tip_is_shown_letter_by_letter(
    show: Show, engine: Engine, qapp: QApplication, brackets: Brackets, qtbot: QtBot
) -> None:
    plot = show(LossPlot)
    history = done(engine, begin(), FORWARD)
    plot.display(history)
    qapp.installTranslator(brackets)
    plot.retranslate()
    _point_at(plot, pixel(plot, 0, losses(history)[0]))
    qtbot.waitUntil(lambda: "&lt;b&gt;loss after 0 updates: 0.69" in QToolTip.text())


# The contour has something to tell everywhere.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ContourPlot])
def test_the_tool_tip_comes_with_the_pointer_and_goes_with_it(
    show: Show, engine: Engine, kind: type[Plot], qtbot: QtBot
) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    at = _a_point(plot)
    expected = plot.hover_text(at).split("\n")[0]
    assert expected
    _point_at(plot, at)
    qtbot.waitUntil(lambda: expected in QToolTip.text())
    nothing = {
        ActivationPlot: QPointF(plot.view_box.width() - 3, 100),
        # Far below the short bar of W[2, 0].
        GradientPlot: QPointF(plot.view_box.width() * 0.6, plot.view_box.height() - 3),
    }.get(kind, QPointF(plot.view_box.width() - 3, 3))
    assert plot.hover_text(nothing) == ""
    _point_at(plot, nothing)
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_the_tool_tip_stays_while_the_pointer_rests(show: Show, engine: Engine, qtbot: QtBot) -> None:
    plot = show(GradientPlot)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    at = _a_point(plot)
    _point_at(plot, at)
    qtbot.waitUntil(QToolTip.isVisible)
    said, viewport = QToolTip.text(), plot.plot_widget.viewport()
    place = viewport.mapToGlobal(at.toPoint())
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at.toPoint(), place))
    QApplication.processEvents()
    assert QToolTip.text() == said


def test_the_tool_tip_follows_the_history(show: Show, engine: Engine, qtbot: QtBot) -> None:
    plot = show(GradientPlot)
    once = done(engine, begin(), FORWARD, BACKWARD)
    plot.display(once)
    at = pixel(plot, 3 - 0.12, float(once.current.b_grad[0]) / 2)  # type: ignore[index]
    _point_at(plot, at)
    qtbot.waitUntil(QToolTip.isVisible)
    plot.display(done(engine, once, FORWARD, BACKWARD))
    expected = plot.hover_text(at).split("\n")[0]
    assert expected.startswith("b.grad[0] = -0.46")
    assert expected in QToolTip.text()


@every_plot
def test_colours_change_live(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    light = plot.grab().toImage()
    plot.set_colors(theme.DARK)
    dark = plot.grab().toImage()
    assert plot.plot_widget.backgroundBrush().color() == QColor(theme.DARK.base)
    assert plot.x_axis.textPen().color() == QColor(theme.DARK.text)
    assert light.pixelColor(3, 3) == QColor(theme.LIGHT.base)
    assert dark.pixelColor(3, 3) == QColor(theme.DARK.base)
    plot.set_colors(theme.LIGHT)
    assert plot.grab().toImage() == light


@every_plot
def test_letters_grow_with_the_font_of_the_program(
    show: Show, engine: Engine, kind: type[Plot], qapp: QApplication, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    plot = show(kind)
    plot.display(done(engine, begin(), FORWARD, BACKWARD))
    usual = qapp.font()
    request.addfinalizer(lambda: qapp.setFont(usual))
    before = plot.labels.height
    large = QFont(usual)
    large.setPointSize(20)
    qapp.setFont(large)
    qtbot.waitUntil(lambda: plot.font().pointSize() == 20)
    for axis in (plot.x_axis, plot.y_axis):
        assert axis.style["tickFont"].pointSize() == 20
        assert axis.label.font().pointSize() == 20
    assert plot.labels.height > before
    qtbot.waitUntil(lambda: plot.x_axis.height() > plot.labels.height)
    plot.grab()


def test_a_plot_stays_where_it_is_when_its_numbers_grow_narrower(
    show: Show, qapp: QApplication, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    plot = show(WeightsPlot)

    def width_with(size: float) -> float:
        plot.display(begin_with(W=frozen([[size], [-size], [0.0]])))
        plot.grab()
        qapp.processEvents()  # the axis asks for its room while it is painted
        plot.grab()
        return float(plot.y_axis.width())

    usual_width = width_with(1)
    wide = width_with(123_456)
    assert usual_width < wide
    assert width_with(1) == wide
    usual = qapp.font()
    request.addfinalizer(lambda: qapp.setFont(usual))
    small = QFont(usual)
    small.setPointSizeF(usual.pointSizeF() - 1)
    qapp.setFont(small)
    qtbot.waitUntil(lambda: plot.font().pointSizeF() == small.pointSizeF())
    assert width_with(1) < usual_width


@every_plot
def test_a_small_plot_is_still_drawn(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    history = done(engine, begin("layer_4x2"), *STEP, FORWARD, BACKWARD)
    for width, height in ((60, 40), (1, 1), (900, 30), (440, 260)):
        plot.resize(width, height)
        plot.display(history)
        plot.grab()
        history = done(engine, history, *STEP)


@every_plot
def test_new_tensors_are_looked_at_anew(show: Show, engine: Engine, kind: type[Plot]) -> None:
    plot = show(kind)
    start = done(engine, begin(), Randomize())
    plot.display(start)
    fresh = view(plot)
    plot.display(done(engine, begin_with(W=frozen([[900], [-900], [80]])), *STEP * 20, FORWARD, BACKWARD))
    plot.display(done(engine, begin(), Randomize()))
    assert view(plot) == pytest.approx(fresh)


def _a_point(plot: Plot) -> QPointF:
    """Return a place where the plot has something to tell, and a pixel beside it too."""
    QApplication.processEvents()
    box = plot.view_box.boundingRect()
    return next(
        QPointF(x, y)
        for x in range(6, int(box.width()), 6)
        for y in range(6, int(box.height()), 6)
        if plot.hover_text(QPointF(x, y))
        and plot.hover_text(QPointF(x + 2, y + 2)) == plot.hover_text(QPointF(x - 2, y - 2))
    )


def _point_at(plot: Plot, position: QPointF) -> None:
    viewport = plot.plot_widget.viewport()
    QTest.mouseMove(viewport, QPoint(1, 1))
    QTest.mouseMove(viewport, on_viewport(plot, position))
