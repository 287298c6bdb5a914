"""A person selects a number and reads how it follows; what is pointed at is marked on both sides."""

import gc
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFont, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QScrollArea, QToolButton, QToolTip, QWidget

from perceptron_gui import resources
from perceptron_gui.core.actions import Configure, Start
from perceptron_gui.core.derivation import derived
from perceptron_gui.core.formula import Number
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.questions import Check
from perceptron_gui.core.snapshot import Element, Reduction, Snapshot, frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.derivation.formula import Typesetter
from perceptron_gui.ui.derivation.formula_view import FormulaView
from perceptron_gui.ui.derivation.view import DerivationView
from tests.ui.hands import LEFT, Hands
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, after_edit, begin, done

W00 = Element("W.grad", 0, 0)


@pytest.fixture
def by_hand(hands: Hands) -> FormulaView:
    """The formula, its panel in front."""
    dock = hands.find(QDockWidget, "derivation_view_dock")
    dock.show()
    dock.raise_()
    view = hands.find(FormulaView, "derivation_view")
    hands.qtbot.waitUntil(view.isVisible)
    return view


def said(hands: Hands) -> str:
    """Return every word around the formula."""
    (panel,) = hands.window.findChildren(DerivationView)
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def places(view: FormulaView, element: Element) -> list[QPoint]:
    """Return where the numbers that are read from an element stand."""
    return [rect.center().toPoint() for rect, leaf in view.leaves
            if isinstance(leaf, Number) and leaf.elements == (element,)]  # fmt: skip


def linked(hands: Hands) -> set[Element]:
    """Return the cells that are framed."""
    names = ("x", "y_true", "W", "b", "W_grad", "b_grad", "z", "y_pred", "loss")
    return {
        Element(name.replace("_grad", ".grad"), row, column)
        for name in names
        for row in range(hands.table(name).model().rowCount())
        for column in range(hands.table(name).model().columnCount())
        if hands.look(name, row, column).is_linked
    }


def hover(view: QWidget, point: QPoint) -> None:
    QTest.mouseMove(view, point + QPoint(1, 0))
    QTest.mouseMove(view, point)


def marks(view: FormulaView) -> list[str]:
    """Return the texts around which a frame is painted."""
    found = []
    image = view.grab().toImage()
    accent = theme.LIGHT.accent
    for rect, leaf in view.leaves:
        edge = QPoint(rect.toAlignedRect().left() - 2, round(rect.center().y()))
        colors = {image.pixelColor(edge + QPoint(by, 0)).name() for by in (-1, 0, 1)}
        if accent in colors:
            found.append(leaf.shown if isinstance(leaf, Number) else leaf.code)
    return found


def test_the_panel_follows_the_last_phase(hands: Hands, by_hand: FormulaView) -> None:
    assert by_hand.accessibleDescription().startswith("z[0] = ")
    starts = {"forward": "loss = ", "backward": "∂loss/∂W[0, 0] = ", "update": "W[0, 0] ← "}
    for phase, start in starts.items():
        hands.click(phase)
        assert by_hand.accessibleDescription().startswith(start)
    hands.click("zero_grad")
    assert by_hand.accessibleDescription() == "W.grad[0, 0] = 0.0000"
    assert "nothing was added" in said(hands)


@pytest.mark.parametrize(
    ("table", "row", "start"),
    [("z", 0, "z[0] = "), ("y_pred", 0, "ŷ[0] = "), ("loss", 0, "loss = "), ("W_grad", 2, "∂loss/∂W[2, 0] = "),
     ("b_grad", 0, "∂loss/∂b[0] = "), ("W", 1, "W[1, 0] ← "), ("b", 0, "b[0] ← ")],
)  # fmt: skip
def test_selecting_a_cell_shows_its_formula(
    hands: Hands, by_hand: FormulaView, table: str, row: int, start: str
) -> None:
    hands.click("forward", "backward", "update")
    hands.go_to(table, row, 0)
    text = by_hand.accessibleDescription()
    assert text.startswith(start)
    number = str(hands.shown(table)[row][0]).replace("-", "−")
    assert text.endswith((f"= {number}", f"≈ {number}"))
    assert f" = {number}" in said(hands)


def test_arrow_keys_in_a_table_show_the_next_formula(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    hands.go_to("W_grad", 0, 0)
    hands.key(Qt.Key.Key_Down)
    assert by_hand.accessibleDescription().startswith("∂loss/∂W[1, 0] = ")


def test_a_chosen_cell_stays_until_it_has_no_formula_any_more(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward", "update")
    hands.go_to("W", 1, 0)
    hands.click("forward")
    assert by_hand.accessibleDescription().startswith("W[1, 0] ← ")
    assert "last Update" in said(hands)
    hands.action("reset").trigger()
    assert by_hand.accessibleDescription().startswith("z[0] = ")
    hands.click("forward")
    assert by_hand.accessibleDescription().startswith("loss = ")


def test_an_input_says_so_and_is_marked_in_the_formula(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    formula = by_hand.accessibleDescription()
    hands.go_to("x", 0, 0)
    assert "x[0] is an input" in said(hands)
    assert by_hand.accessibleDescription() == formula
    assert marks(by_hand) == ["x[0]", "x[0]", "0.7049", "0.7049"]
    hands.go_to("W", 0, 0)
    assert "W[0, 0] is a start value" in said(hands)
    hands.click("forward")
    assert "start value" not in said(hands)


@pytest.mark.usefixtures("by_hand")
def test_the_keyboard_focus_alone_chooses_nothing(hands: Hands) -> None:
    hands.table("x").setFocus()
    hands.table("y_true").setFocus()
    assert "input" not in said(hands)


def test_hovering_a_number_frames_its_cell(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    assert linked(hands) == set()
    hover(by_hand, places(by_hand, Element("x", 0, 0))[0])
    assert linked(hands) == {Element("x", 0, 0)}
    hover(by_hand, places(by_hand, Element("y_pred", 0, 0))[0])
    assert linked(hands) == {Element("y_pred", 0, 0)}
    QApplication.sendEvent(by_hand, QEvent(QEvent.Type.Leave))
    assert linked(hands) == set()
    hover(by_hand, places(by_hand, Element("x", 0, 0))[0])
    hands.find(QDockWidget, "derivation_view_dock").hide()
    assert linked(hands) == set()


def test_the_frame_is_painted_in_the_cell(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    table = hands.table("x")
    rect = table.visualRect(table.model().index(0, 0))
    before = table.viewport().grab(rect).toImage()
    hover(by_hand, places(by_hand, Element("x", 0, 0))[0])
    framed = table.viewport().grab(rect).toImage()
    assert framed != before
    middle = rect.height() // 2
    assert framed.pixelColor(2, middle).name() == theme.LIGHT.accent
    assert before.pixelColor(2, middle).name() != theme.LIGHT.accent
    QApplication.sendEvent(by_hand, QEvent(QEvent.Type.Leave))
    assert table.viewport().grab(rect).toImage() == before


def test_hovering_a_computed_factor_frames_what_it_is_made_of(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    rect = next(rect for rect, leaf in by_hand.leaves if isinstance(leaf, Number) and leaf.code == "∂loss/∂y_pred[0]")
    hover(by_hand, rect.center().toPoint())
    assert linked(hands) == {Element("y_pred", 0, 0), Element("y_true", 0, 0)}


def test_hovering_a_cell_marks_its_numbers_in_the_formula(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    assert marks(by_hand) == []
    hover(hands.table("y_true").viewport(), hands.cell("y_true", 0, 0))
    assert marks(by_hand) == ["y_true[0]", "1.0000", "(−1.6691)"]
    hover(hands.table("x").viewport(), hands.cell("x", 0, 0))
    assert marks(by_hand) == ["x[0]", "x[0]", "0.7049", "0.7049"]
    QApplication.sendEvent(hands.table("x").viewport(), QEvent(QEvent.Type.Leave))
    assert marks(by_hand) == []


def test_clicking_a_number_selects_its_cell_and_shows_its_formula(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    QTest.mouseClick(by_hand, LEFT, pos=places(by_hand, Element("y_pred", 0, 0))[0])
    index = hands.table("y_pred").selectionModel().selectedIndexes()
    assert [(each.row(), each.column()) for each in index] == [(0, 0)]
    assert by_hand.accessibleDescription().startswith("ŷ[0] = ")
    QTest.mouseClick(by_hand, LEFT, pos=places(by_hand, Element("z", 0, 0))[0])
    assert by_hand.accessibleDescription().startswith("z[0] = ")


def test_the_keyboard_goes_from_number_to_number(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward")
    hands.go_to("z", 0, 0)
    by_hand.setFocus()
    for _ in range(3):
        hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Left)
    assert linked(hands) == set(by_hand.leaves[1][1].elements)
    hands.key(Qt.Key.Key_Return)
    assert by_hand.leaves[1][1].elements == (Element("b", 0, 0),)
    assert "b[0] is a start value" in said(hands)


def test_the_keyboard_comes_to_every_number_and_round(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    by_hand.setFocus()
    met: list[tuple[Element, ...]] = []
    by_hand.elements_pointed.connect(met.append)
    for _ in range(len(by_hand.leaves) + 1):
        hands.key(Qt.Key.Key_Right)
    expected = [leaf.elements for _, leaf in by_hand.leaves]
    assert met == [*expected, expected[0]]
    met.clear()
    hands.key(Qt.Key.Key_Left)
    assert met == [expected[-1]]


def test_a_tip_says_the_number_in_full_and_what_the_cell_holds_by_now(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    hands.type_into_cell("x", 0, 0, "0.5")
    point = places(by_hand, Element("x", 0, 0))[0]
    QApplication.sendEvent(by_hand, QHelpEvent(QEvent.Type.ToolTip, point, by_hand.mapToGlobal(point)))
    assert QToolTip.text() == "x[0] = 0.7049\nThe table shows 0.5 by now."
    assert "Changed since: x" in said(hands)
    point = places(by_hand, Element("y_pred", 0, 0))[0]
    QApplication.sendEvent(by_hand, QHelpEvent(QEvent.Type.ToolTip, point, by_hand.mapToGlobal(point)))
    assert QToolTip.text() == f"y_pred[0] = {hands.exact('y_pred')[0][0]:.8f}"
    QToolTip.hideText()


@pytest.mark.usefixtures("by_hand")
def test_three_ways_to_the_gradient_stand_side_by_side(hands: Hands) -> None:
    hands.click("forward", "backward")
    words = said(hands)
    for name in ("autograd, float32", "chain rule, float64", "central difference, float64"):
        assert name in words
    assert words.count("−0.16245") == 3
    assert words.count("Δ ") == 2
    hands.go_to("z", 0, 0)
    assert "central difference" not in said(hands)
    assert "PyTorch, float32" in said(hands)
    hands.action("reset").trigger()
    assert "float64" not in said(hands)


def test_ctrl_c_copies_latex_and_the_button_and_the_menu_do(hands: Hands, by_hand: FormulaView) -> None:
    hands.click("forward", "backward")
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("")
    by_hand.setFocus()
    QTest.keyClick(by_hand, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    latex = clipboard.text()
    assert latex.startswith(r"\begin{aligned}")
    assert r"\frac{\partial \mathrm{loss}}{\partial W_{0,0}} &=" in latex
    assert latex.count("{") == latex.count("}")
    clipboard.setText("")
    (panel,) = hands.window.findChildren(DerivationView)
    button = next(each for each in panel.findChildren(QToolButton) if each.isVisible())
    assert "Ctrl+C" in button.toolTip()
    QTest.mouseClick(button, LEFT)
    assert clipboard.text() == latex
    as_text = next(action for action in by_hand.actions() if action.text() == "Copy as text")
    as_text.trigger()
    assert clipboard.text() == by_hand.accessibleDescription()


def test_other_languages_are_said_at_once(hands: Hands, by_hand: FormulaView, speak: Callable[[str], None]) -> None:
    hands.click("forward")
    formula = by_hand.accessibleDescription()
    speak("ru")
    assert by_hand.accessibleDescription() == formula


def panel_for(qtbot: object, history: History, size: tuple[int, int], element: Element | None = None) -> DerivationView:
    resources.register()
    panel = DerivationView("derivation_view", theme.LIGHT)
    qtbot.addWidget(panel)  # type: ignore[attr-defined]
    panel.resize(*size)
    with qtbot.waitExposed(panel):  # type: ignore[attr-defined]
        panel.show()
    panel.display(history)
    if element is not None:
        panel.show_element(element)
    QApplication.processEvents()
    return panel


def large() -> History:
    """Return a history of 100 samples and 3 Backwards, the loss a weighted mean."""
    values = frozen([[(7 * row + column) % 11 / 11 for column in range(6)] for row in range(100)])
    start = Snapshot(values, values[:, :2], values[:6, 2:4], frozen([-1e-6, 2e5]))
    history = History((), -1).push(Start("notebook"), start, "cpu")
    return after_edit(history, Configure("reduction", Reduction.MEAN))


@pytest.mark.parametrize("points", [9, 9 * 1.75])
@pytest.mark.parametrize("element", [W00, Element("z", 3, 1), Element("y_pred", 3, 1), Element("loss", 0, 0)])
def test_no_line_is_cut_at_the_least_width(qtbot: object, engine: Engine, element: Element, points: float) -> None:
    history = done(engine, large(), *[FORWARD, BACKWARD] * 3)
    panel = panel_for(qtbot, history, (380, 250), element)
    font = panel.font()
    font.setPointSizeF(points)
    panel.setFont(font)
    QApplication.processEvents()
    QApplication.processEvents()
    (scroll,) = panel.findChildren(QScrollArea)
    (view,) = panel.findChildren(FormulaView)
    assert len(view.leaves) >= 3
    assert scroll.horizontalScrollBar().maximum() == 0
    for rect, _ in view.leaves:
        assert view.rect().contains(rect.toAlignedRect())
    assert view.height() >= view.heightForWidth(view.width())


def test_wide_terms_that_fit_share_a_line_and_start_behind_the_relation_sign(qtbot: object, engine: Engine) -> None:
    history = done(engine, begin("or_gate"), FORWARD, BACKWARD)
    lines = {}
    for width in (380, 1400):
        panel = panel_for(qtbot, history, (width, 300), W00)
        (view,) = panel.findChildren(FormulaView)
        lines[width] = {round(rect.center().y()) for rect, leaf in view.leaves if isinstance(leaf, Number)}
        inside = [rect.left() for rect, leaf in view.leaves if isinstance(leaf, Number)]
        result = next(rect for rect, leaf in view.leaves if isinstance(leaf, Number) and leaf.code == "W.grad[0, 0]")
        assert min(inside) >= result.left() - 1
    assert len(lines[380]) > len(lines[1400])


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("times", "signs"), [(2, ["≈ ", "≈ "]), (1, ["= ", "= ", "= ", "= "])])
def test_rounded_numbers_stand_behind_a_sign_that_says_so(engine: Engine, times: int, signs: list[str]) -> None:
    derivation = derived(done(engine, begin(), *[FORWARD, BACKWARD] * times), W00)
    assert derivation is not None
    page = Typesetter(QFont(), str).set(derivation.equations[:1], 1000).page(0)
    found = [glyphs for glyphs in page.glyphs if glyphs.text in {"≈ ", "= "}]
    assert [glyphs.text for glyphs in found] == signs
    assert max(glyphs.position.x() for glyphs in found) - min(glyphs.position.x() for glyphs in found) < 1


def test_a_hidden_panel_asks_nothing_and_asks_when_it_is_shown(qtbot: object, engine: Engine) -> None:
    resources.register()
    panel = DerivationView("derivation_view", theme.LIGHT)
    qtbot.addWidget(panel)  # type: ignore[attr-defined]
    asked: list[Check] = []
    panel.question_raised.connect(asked.append)
    history = done(engine, begin(), FORWARD, BACKWARD)
    panel.display(history)
    assert asked == []
    panel.show()
    assert [(check.snapshot, check.element) for check in asked] == [(history.current, W00)]
    panel.show_element(W00)
    assert len(asked) == 1
    updated = done(engine, history, UPDATE)
    panel.display(updated)
    panel.show_element(Element("W", 1, 0))
    assert asked[-1].before is updated.before


def test_hidden_it_keeps_no_snapshot_of_a_history_that_was_left(qtbot: object, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    panel = panel_for(qtbot, history, (400, 300))
    panel.hide()
    weights = history.entry.snapshot.W_grad
    assert weights is not None
    left = weakref.ref(weights)
    del weights
    history = done(engine, begin(), FORWARD).at(0)
    panel.display(history)
    gc.collect()
    assert left() is None
    panel.show()
    (view,) = panel.findChildren(FormulaView)
    assert view.accessibleDescription().startswith("z[0] = ")


def test_an_answer_to_another_question_is_not_taken(qtbot: object, engine: Engine) -> None:
    history = done(engine, begin(), FORWARD, BACKWARD)
    panel = panel_for(qtbot, history, (400, 300))
    other = Check(history.current, Element("b.grad", 0, 0))
    panel.take_answer(other, engine.answer(other, "cpu"))
    assert not any("Δ" in label.text() for label in panel.findChildren(QLabel))
