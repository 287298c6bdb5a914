"""What PyTorch did: every entry is there as it was, its moment can be gone back to, and its code be run elsewhere."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core import lines
from perceptron_gui.core.actions import Configure
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui import theme
from perceptron_gui.ui.code import model as code_model
from perceptron_gui.ui.code import view as code_view
from perceptron_gui.ui.code.cell import LineKind, Paragraph, paragraphs
from perceptron_gui.ui.code.delegate import line_height
from perceptron_gui.ui.code.list import CodeList
from perceptron_gui.ui.code.model import CodeModel
from perceptron_gui.ui.code.view import CodeView
from tests.core.notebook import state
from tests.core.play import FORWARD, of_size
from tests.core.test_script import begun, done, run
from tests.ui.hands import CTRL, LEFT, NO_MODIFIER, SHIFT, Hands
from tests.ui.test_code_model import cells, story


def test_one_entry_more_is_as_much_work_among_ten_thousand_as_among_ten(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: dict[str, int] = {}

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            calls[name] = calls.get(name, 0) + 1
            return function(*args)

        return call

    monkeypatch.setattr(code_model, "paragraphs", counted("made", paragraphs))
    for name in ("data", "rowCount", "lines"):
        monkeypatch.setattr(CodeModel, name, counted(name, getattr(CodeModel, name)))
    work: list[dict[str, int]] = []
    for entries in (18, 10_002):
        panel, history = paneled(qtbot, repeated(story(), entries))
        assert listed(panel).code_model.rowCount() == entries
        calls.clear()
        panel.display(repeated(story(), entries + 1, like=history))
        panel.grab()
        work.append(dict(calls))
    few, many = work
    assert few["made"] == many["made"] == 1
    assert all(many[name] <= 1.5 * few[name] for name in ("data", "rowCount", "lines"))


def repeated(history: History, count: int, like: History | None = None) -> History:
    """Return a history of so many entries, those of `history` over and over, begun like another one."""
    begin = like.entries if like is not None else history.entries
    more = (replace(entry) for entry in itertools.cycle(history.entries[1:]))
    entries = (*begin, *itertools.islice(more, count - len(begin)))
    return History(entries, len(entries) - 1)


def paneled(qtbot: QtBot, history: History, width: int = 395, height: int = 230) -> tuple[CodeView, History]:
    resources.register()
    panel = CodeView("code_view", theme.LIGHT)
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    panel.display(history)
    return panel, history


def listed(panel: CodeView) -> CodeList:
    found = panel.findChild(CodeList, "code_view")
    assert isinstance(found, CodeList)
    return found


def visible_positions(view: CodeList) -> set[int]:
    """Return the positions of the entries of which a line is seen."""
    return set(range(view.rowAt(0), view.rowAt(view.viewport().height() - 1) + 1))


def test_oldest_entries_that_are_dropped_while_the_last_one_goes_on_are_no_trouble(qtbot: QtBot) -> None:
    """A run that goes on is another entry with every look, and a full history drops the first ones meanwhile."""
    panel, history = paneled(qtbot, repeated(story(), 12))
    later = history.since(4)
    later = replace(later, entries=(*later.entries[:-1], replace(later.entry)))
    panel.display(later)
    view = listed(panel)
    assert view.code_model.rowCount() == 8
    assert view.selected == range(7, 8)


@pytest.fixture
def panel(qtbot: QtBot) -> CodeView:
    return paneled(qtbot, story())[0]


@pytest.fixture
def asked(panel: CodeView) -> list[Entry]:
    """The entries that the panel asks to be shown."""
    entries: list[Entry] = []
    panel.entry_requested.connect(entries.append)
    return entries


class TestThePanel:
    def test_the_present_entry_is_in_view_after_every_press(self, panel: CodeView) -> None:
        view = listed(panel)
        for position in (0, 11, 5, 10):
            panel.display(story_of(panel).at(position))
            assert view.code_model.present == position
            assert position in visible_positions(view)
            assert list(view.selected) == [position]

    def test_one_scrolled_away_is_brought_back_by_the_next_press(self, panel: CodeView) -> None:
        view = listed(panel)
        view.scrollToTop()
        assert 11 not in visible_positions(view)
        panel.display(done(story_of(panel), FORWARD))
        assert 12 in visible_positions(view)

    def test_to_show_a_history_asks_for_nothing(self, panel: CodeView, asked: list[Entry]) -> None:
        history = story_of(panel)
        for shown_history in (history.at(3), done(history.at(3), FORWARD), history.at(0), history):
            panel.display(shown_history)
        panel.retranslate()
        panel.set_colors(theme.DARK)
        panel.resize(700, 400)
        assert asked == []

    def test_hidden_it_does_nothing_and_shown_it_is_up_to_date(self, qtbot: QtBot) -> None:
        panel, history = paneled(qtbot, story())
        panel.hide()
        panel.display(done(history, FORWARD))
        assert len(listed(panel).code_model.entries) == len(history.entries)
        panel.show()
        assert len(listed(panel).code_model.entries) == len(history.entries) + 1

    def test_a_narrower_panel_breaks_its_lines_and_keeps_the_present_in_view(self, panel: CodeView) -> None:
        view = listed(panel)
        height = view.rowHeight(11)
        panel.resize(250, 230)
        QApplication.processEvents()
        assert view.rowHeight(11) > height
        assert 11 in visible_positions(view)
        assert view.horizontalScrollBar().maximum() == 0

    @pytest.mark.parametrize("size", [8, 18])
    def test_its_font_is_one_point_smaller_than_that_of_the_program(self, panel: CodeView, size: int) -> None:
        font = QFont(panel.font())
        font.setPointSize(size)
        panel.setFont(font)
        view = listed(panel)
        assert view.font().pointSizeF() == size - 1
        assert view.fontMetrics().height() <= view.rowHeight(0)

    @pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
    def test_the_present_has_a_bar_and_undone_entries_are_muted(self, panel: CodeView, colors: theme.Colors) -> None:
        panel.set_colors(colors)
        panel.setPalette(theme.palette(colors))
        panel.setFont(QFont(panel.font().family(), 20))  # strokes of whole pixels
        panel.resize(900, 1400)
        panel.display(story_of(panel).at(7))
        view = listed(panel)
        view.scrollTo(view.code_model.index(6, 0))
        image = view.viewport().grab().toImage()
        assert colors_in(view, image, 7, left=0, right=3) == {colors.accent}
        assert colors.accent not in colors_in(view, image, 6, left=0, right=3)
        assert colors.accent not in colors_in(view, image, 8, left=0, right=3)
        assert colors.text not in colors_in(view, image, 8, left=0, right=800)
        assert colors.text in colors_in(view, image, 7, left=0, right=800)
        assert colors.series[0] in colors_in(view, image, 7, left=8, right=150)

    def test_what_is_undone_says_so(self, panel: CodeView) -> None:
        panel.display(story_of(panel).at(7))
        model = listed(panel).code_model
        first = model.index(8, 0)
        assert first.data(Qt.ItemDataRole.AccessibleTextRole).endswith("(undone)")
        assert "Redo" in first.data(Qt.ItemDataRole.ToolTipRole)
        present = model.index(7, 0)
        assert present.data(Qt.ItemDataRole.AccessibleTextRole).endswith("(shown now)")
        assert present.data(Qt.ItemDataRole.ToolTipRole) is None


def colors_in(view: CodeList, image: QImage, position: int, left: int, right: int) -> set[str]:
    """Return the colours of the pixels in an entry's first line, between two columns."""
    rect = view.visualRect(view.code_model.index(position, 0))
    assert rect.isValid()
    pixels = itertools.product(range(left, right), range(rect.top() + 1, rect.top() + view.fontMetrics().height()))
    return {QColor(image.pixel(x, y)).name() for x, y in pixels}


def story_of(panel: CodeView) -> History:
    entries = listed(panel).code_model.entries
    return History(entries, len(entries) - 1)


def point_of(view: CodeList, position: int) -> QPoint:
    index = view.code_model.index(position, 0)
    view.scrollTo(index)
    return view.visualRect(index).center()


class TestTravel:
    def test_a_click_asks_for_the_moment(self, panel: CodeView, asked: list[Entry]) -> None:
        view = listed(panel)
        for position in (3, 0):
            QTest.mouseClick(view.viewport(), LEFT, NO_MODIFIER, point_of(view, position))
        entries = view.code_model.entries
        assert asked == [entries[3], entries[0]]

    def test_a_click_on_the_present_asks_for_nothing(self, panel: CodeView, asked: list[Entry]) -> None:
        view = listed(panel)
        QTest.mouseClick(view.viewport(), LEFT, NO_MODIFIER, point_of(view, 11))
        assert asked == []

    def test_keys_go_from_entry_to_entry(self, panel: CodeView, asked: list[Entry]) -> None:
        view = listed(panel)
        keys = Qt.Key
        for key in (keys.Key_Up, keys.Key_Up, keys.Key_Down, keys.Key_Home, keys.Key_Up, keys.Key_Down, keys.Key_End):
            QTest.keyClick(view, key)
        entries = view.code_model.entries
        assert [entries.index(entry) for entry in asked] == [10, 9, 10, 0, 0, 1]
        assert list(view.selected) == [11]

    def test_a_page_is_one_entry_at_least(self, panel: CodeView, asked: list[Entry]) -> None:
        view = listed(panel)
        QTest.keyClick(view, Qt.Key.Key_PageUp)
        (up,) = view.selected
        assert 0 < up < 10
        QTest.keyClick(view, Qt.Key.Key_PageDown)
        assert view.selected[0] > up
        panel.resize(395, 40)
        panel.display(story_of(panel).at(5))
        QTest.keyClick(view, Qt.Key.Key_PageUp)
        assert list(view.selected) == [4]

    def test_in_the_window_everything_goes_to_that_moment(self, hands: Hands) -> None:
        hands.click("forward", "backward", "update")
        view = hands.find(CodeList, "code_view")
        entries = hands.history.entries
        QTest.mouseClick(view.viewport(), LEFT, NO_MODIFIER, point_of(view, 2))
        assert hands.history.entry is entries[2]
        assert hands.shown("W") == [["-2.4852"], ["-0.1744"], ["1.1104"]]
        assert view.hasFocus()
        hands.key(Qt.Key.Key_Down)
        assert hands.history.entry is entries[3]
        hands.key(Qt.Key.Key_Home)
        assert hands.history.entry is entries[0]
        assert hands.history.entries == entries
        hands.click("forward")
        assert len(hands.history.entries) == 2
        assert view.code_model.entries == hands.history.entries


@pytest.fixture
def clipboard() -> Iterator[Callable[[], str]]:
    QGuiApplication.clipboard().clear()
    yield QGuiApplication.clipboard().text
    QGuiApplication.clipboard().clear()


class TestCopying:
    def test_the_keys_of_copy_give_the_code_of_the_selected_entry(
        self, panel: CodeView, clipboard: Callable[[], str]
    ) -> None:
        view = listed(panel)
        panel.display(story_of(panel).at(2))
        QTest.keyClick(view, Qt.Key.Key_C, CTRL)
        assert clipboard() == lines.forward(None) + "\n"

    def test_several_entries_are_selected_by_shift_or_by_drawing_over_them(
        self, panel: CodeView, asked: list[Entry], clipboard: Callable[[], str]
    ) -> None:
        view = listed(panel)
        panel.display(story_of(panel).at(8))
        QTest.keyClick(view, Qt.Key.Key_Up, SHIFT)
        assert list(view.selected) == [7, 8]
        QTest.keyClick(view, Qt.Key.Key_C, CTRL)
        assert clipboard() == f"{lines.update()}\n\nW.grad.zero_()\nb.grad.zero_()\n"
        panel.resize(395, 900)
        points = [point_of(view, position) for position in (7, 5)]
        QTest.mousePress(view.viewport(), LEFT, NO_MODIFIER, points[0])
        QTest.mouseMove(view.viewport(), points[1])
        QTest.mouseRelease(view.viewport(), LEFT, NO_MODIFIER, points[1])
        assert list(view.selected) == [5, 6, 7]
        QTest.mouseClick(view.viewport(), LEFT, SHIFT, point_of(view, 8))
        assert list(view.selected) == [7, 8]
        QTest.keyClick(view, Qt.Key.Key_A, CTRL)
        assert list(view.selected) == list(range(12))
        rows = {index.row() for index in view.selectionModel().selectedRows()}
        assert rows == set(range(view.code_model.rowCount()))
        assert asked == []

    def test_the_other_button_selects_what_the_menu_is_for_and_goes_nowhere(
        self, panel: CodeView, asked: list[Entry]
    ) -> None:
        view = listed(panel)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, NO_MODIFIER, point_of(view, 7))
        assert list(view.selected) == [7]
        assert asked == []

    def test_all_code_from_the_start_runs_and_leaves_the_same_numbers(
        self, panel: CodeView, clipboard: Callable[[], str]
    ) -> None:
        history = story_of(panel)
        for position in (11, 8):
            panel.display(history.at(position))
            QTest.keyClick(listed(panel), Qt.Key.Key_C, CTRL | SHIFT)
            text = clipboard()
            assert text.startswith("import torch\n\nx = torch.tensor([0.7049, 0.3144, 0.1697])\n")
            left, printed = run(text)
            assert left == state(history.entries[position].snapshot)
            assert printed.startswith("TypeError: unsupported operand")

    def test_an_entry_without_a_line_is_copied_as_a_comment(self, qtbot: QtBot, clipboard: Callable[[], str]) -> None:
        keep = Configure("retain_graph", value=True)
        panel, _ = paneled(qtbot, done(History.begin("notebook", "cpu"), keep))
        QTest.keyClick(listed(panel), Qt.Key.Key_C, CTRL)
        assert clipboard() == "# Backward keeps the graph from now on.\n"

    def test_what_pytorch_printed_is_copied_whole(self, qtbot: QtBot, clipboard: Callable[[], str]) -> None:
        panel, history = paneled(qtbot, done(begun(of_size(500, 1, 1, 1)), FORWARD))
        action = panel.findChild(QAction, "copy_printed")
        assert isinstance(action, QAction)
        action.trigger()
        assert clipboard() == history.entry.printed
        assert clipboard().count("\n") >= 500
        QTest.keyClick(listed(panel), Qt.Key.Key_Up)
        assert not action.isEnabled(), "the start values print nothing"

    def test_too_much_code_is_refused(
        self, panel: CodeView, clipboard: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(code_view, "MOST_NUMBERS", 7)
        problems: list[Problem] = []
        panel.problem_found.connect(problems.append)
        QTest.keyClick(listed(panel), Qt.Key.Key_C, CTRL | SHIFT)
        (problem,) = problems
        assert problem.reason is Reason.TOO_MANY_CELLS
        assert problem.values == {"size": 9, "limit": 7}
        assert clipboard() == ""

    def test_in_the_window_copy_is_that_of_the_focus(self, hands: Hands, clipboard: Callable[[], str]) -> None:
        hands.click("forward")
        view = hands.find(CodeList, "code_view")
        view.setFocus()
        hands.key(Qt.Key.Key_C, CTRL)
        assert clipboard() == lines.forward(None) + "\n"
        hands.go_to("b", 0, 0)
        hands.key(Qt.Key.Key_C, CTRL)
        assert clipboard() == "0.0"

    def test_each_way_of_copying_is_in_the_menu_with_its_icon_and_key(self, panel: CodeView) -> None:
        actions = listed(panel).actions()
        assert [action.objectName() for action in actions] == ["copy_code", "copy_all_code", "copy_printed"]
        assert [action.text().partition("\t")[2] for action in actions] == ["Ctrl+C", "Ctrl+Shift+C", ""]
        assert all(action.text() and not action.icon().isNull() for action in actions)


def test_another_language_changes_what_is_said_and_not_the_code(hands: Hands, speak: Callable[[str], None]) -> None:
    hands.click("forward")
    hands.type_into_cell("x", 0, 1, "0.5")
    model = hands.find(CodeList, "code_view").code_model
    english = [line for cell in cells(model) for line in cell.lines]
    speak("ru")
    russian = [line for cell in cells(model) for line in cell.lines]
    for kind in (LineKind.CODE, LineKind.PRINTED):
        assert [line for line in russian if line.kind is kind] == [line for line in english if line.kind is kind]
    remarks = [" ".join(line.text for line in said if line.kind is LineKind.COMMENT) for said in (english, russian)]
    assert "z, y_pred and loss are of the old values" in remarks[0].replace(" # ", " ")
    assert "z, y_pred и loss относятся к прежним значениям" in remarks[1].replace(" # ", " ")


def test_copy_of_the_menu_copies_the_code_where_the_keyboard_is(hands: Hands) -> None:
    hands.click("forward")
    hands.find(CodeList, "code_view").setFocus()
    hands.action("copy").trigger()
    assert QGuiApplication.clipboard().text().startswith("z = x @ W + b\n")
    hands.go_to("W", 1, 0)
    hands.action("copy").trigger()
    assert QGuiApplication.clipboard().text() == "-0.1744"


class TestHeights:
    """A cell has the height of its lines once it is in view, and nothing is made that nobody sees."""

    def test_no_more_is_made_of_ten_thousand_entries_than_is_seen(
        self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[Entry] = []

        def counted(entry: Entry, before: Snapshot | None) -> tuple[Paragraph, ...]:
            made.append(entry)
            return paragraphs(entry, before)

        monkeypatch.setattr(code_model, "paragraphs", counted)
        panel, history = paneled(qtbot, repeated(story(), 10_001))

        def hide_and_show() -> None:
            panel.hide()
            panel.display(story())
            panel.display(history)
            panel.show()

        larger = QFont(panel.font().family(), panel.font().pointSize() + 3)
        acts: tuple[Callable[[], None], ...] = (
            lambda: panel.display(history.at(0)),
            lambda: panel.display(done(history.at(5000), FORWARD)),
            lambda: panel.display(history),
            lambda: panel.resize(300, 200),
            lambda: panel.setFont(larger),
            panel.retranslate,
            hide_and_show,
        )
        for act in acts:
            act()
            QApplication.processEvents()
            assert len(made) < 40
            made.clear()

    @pytest.mark.parametrize("columns", [250, 395, 900])
    def test_wherever_it_is_scrolled_to_each_cell_has_room_for_its_lines(self, qtbot: QtBot, columns: int) -> None:
        panel, _ = paneled(qtbot, repeated(story(), 300), width=columns)
        view, draw = listed(panel), random.Random(columns)  # noqa: S311  no secret
        bar, line = view.verticalScrollBar(), line_height(view.fontMetrics())
        for _ in range(60):
            bar.setValue(draw.choice([draw.randint(0, bar.maximum()), bar.value() - 3 * line, bar.value() + 3 * line]))
            for position in visible_positions(view):
                assert view.rowHeight(position) == line * len(view.code_model.lines(position))

    def test_the_wheel_turns_line_by_line_wherever_one_is(self, qtbot: QtBot) -> None:
        panel, _ = paneled(qtbot, repeated(story(), 300))
        view = listed(panel)
        bar, line = view.verticalScrollBar(), line_height(view.fontMetrics())
        assert bar.singleStep() == line
        panel.display(story_of(panel).at(150))
        for _ in range(200):
            top = view.rowAt(0)
            place = view.rowViewportPosition(top)
            bar.setValue(bar.value() - 3 * line)
            assert view.rowViewportPosition(top) == place + 3 * line

    def test_its_end_is_the_last_line_and_its_beginning_the_first(self, qtbot: QtBot) -> None:
        panel, history = paneled(qtbot, repeated(story(), 300), width=250)
        view = listed(panel)
        for _ in range(2):
            view.scrollToTop()
            assert view.rowViewportPosition(0) == 0
            view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
            end = view.rowViewportPosition(299) + view.rowHeight(299)
            assert end == view.viewport().height()
            panel.setFont(QFont(panel.font().family(), panel.font().pointSize() + 4))
            assert 299 in visible_positions(view)
        panel.display(history.at(0))
        assert view.rowViewportPosition(0) == 0
