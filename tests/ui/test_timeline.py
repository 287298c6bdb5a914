"""The timeline: every press and edit with its loss, a way to its moment, and what becomes of an undone future."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QTableView
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.actions import STEP, Configure, Run
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import frozen
from perceptron_gui.ui import theme
from perceptron_gui.ui.entry_list import EntryList
from perceptron_gui.ui.entry_model import Moment
from perceptron_gui.ui.timeline.model import Column, TimelineModel
from perceptron_gui.ui.timeline.view import TimelineView
from tests.core.play import BACKWARD, FORWARD, UPDATE, of_size
from tests.core.test_script import begun, done
from tests.strategies import GoBack, Journey, briefly, journeys
from tests.ui.hands import LEFT, NO_MODIFIER, SHIFT, Hands
from tests.ui.test_code_model import EDIT_OF_X, story
from tests.ui.test_code_view import repeated

DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole
_PLAIN = """
import torch
x, y_true = torch.tensor([0.7049, 0.3144, 0.1697]), torch.tensor([1.0])
W = torch.tensor([[-2.4852], [-0.1744], [1.1104]], requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for _ in range(2):
    loss = ((y_true - torch.sigmoid(x @ W + b)) ** 2).sum()
    loss.backward()
first = loss.item()
with torch.no_grad():
    W -= W.grad
    b -= b.grad
second = ((y_true - torch.sigmoid(x @ W + b)) ** 2).sum().item()
"""
Row = tuple[str, str, str]


def rows(model: QAbstractItemModel) -> list[Row]:
    """Return what a person reads."""
    return [
        (str(number), str(action), str(loss))
        for number, action, loss in (
            [model.index(row, column).data(DISPLAY) for column in Column] for row in range(model.rowCount())
        )
    ]


def modelled(history: History) -> TimelineModel:
    model = TimelineModel()
    model.display(history)
    return model


def paneled(qtbot: QtBot, history: History) -> tuple[TimelineView, EntryList]:
    resources.register()
    panel = TimelineView("timeline_view", theme.LIGHT)
    qtbot.addWidget(panel)
    panel.resize(395, 230)
    panel.show()
    panel.display(history)
    found = panel.findChild(EntryList, "timeline_view")
    assert isinstance(found, EntryList)
    return panel, found


def losses_of_plain_torch() -> tuple[str, str]:
    """Return the loss of the notebook's start, and after an Update with the sum of two Backwards."""
    after: dict[str, float] = {}
    exec(_PLAIN, after)  # noqa: S102  plain PyTorch, as the notebook has it
    return f"{after['first']:.4f}", f"{after['second']:.4f}"


class TestRows:
    def test_a_row_is_the_number_the_action_and_the_loss_of_then(self) -> None:
        first, second = losses_of_plain_torch()
        assert first == "0.6965"
        assert rows(modelled(done(story(), Configure("lr", 0.5)))) == [
            ("In [1]", "Start values", "–"),
            ("In [2]", "Update: refused", "–"),
            ("In [3]", "Forward", first),
            ("In [4]", "Backward", first),
            ("In [5]", "Forward", first),
            ("In [6]", "Backward", first),
            ("In [7]", "Backward: refused", first),
            ("In [8]", "Update", first),
            ("In [9]", "Zero grad", first),
            ("In [10]", "Forward", second),
            ("In [11]", "Edit of x", second),
            ("In [12]", "Backward: refused", second),
            ("In [13]", "Setting of lr", second),
        ]

    def test_a_loss_of_an_earlier_state_is_stale_and_its_tip_says_why(self) -> None:
        model = modelled(done(History.begin("notebook", "cpu"), FORWARD, EDIT_OF_X, FORWARD, BACKWARD, UPDATE))
        stale = [model.field(position, Column.LOSS).is_stale for position in range(6)]
        assert stale == [False, False, True, False, False, True]
        assert model.index(2, Column.LOSS).data(TIP) == "From an earlier state. Changed since: x."
        assert "W, b" in model.index(5, Column.LOSS).data(TIP)

    def test_the_tip_is_what_the_status_line_said(self) -> None:
        model = modelled(story())
        assert model.index(1, Column.ACTION).data(TIP).startswith("TypeError: unsupported operand")
        assert model.index(2, Column.NUMBER).data(TIP).startswith("Forward: loss = 0.6965.")

    def test_moments_are_said(self) -> None:
        model = modelled(story().at(7))
        said = [model.index(row, Column.ACTION).data(ACCESSIBLE) for row in (6, 7, 8)]
        assert said == ["Backward: refused", "Update (shown now)", "Zero grad (undone)"]
        assert model.index(8, Column.ACTION).data(TIP).endswith("Redo brings it back, and so does a click.")

    @briefly
    @given(journeys(), st.data())
    def test_what_is_shown_is_the_history_whatever_way_it_came_about(
        self, journey: Journey, data: st.DataObject
    ) -> None:
        history = begun(journey.start)
        model = modelled(history)
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for step in journey.steps:
            match step:
                case GoBack(states):
                    for _ in range(states % 4):
                        history = history.undo()
                    history = data.draw(st.sampled_from([history, history.redo(), history.at(0)]))
                case _:
                    history = done(history, step)
            if data.draw(st.booleans()):
                model.display(history)
        model.display(history)
        assert [row[0] for row in rows(model)] == [f"In [{number + 1}]" for number in range(len(history.entries))]
        for position, entry in enumerate(history.entries):
            _, action, loss = rows(model)[position]
            forward = entry.snapshot.forward
            assert (
                loss == "–" if forward is None else float(loss) == pytest.approx(float(forward.loss), 1e-4, 5e-5, True)
            )
            assert action.endswith(": refused") == (entry.refusal is not None)
            expected = [Moment.PAST, Moment.PRESENT, Moment.UNDONE][
                (position >= history.index) + (position > history.index)
            ]
            assert model.moment(position) is expected

    def test_ten_thousand_entries_are_as_quick_as_ten(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[str] = []

        def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object) -> object:
                calls.append(name)
                return function(*args)

            return call

        for name in ("data", "rowCount", "field"):
            monkeypatch.setattr(TimelineModel, name, counted(name, getattr(TimelineModel, name)))
        work: list[list[int]] = []
        for entries in (40, 10_000):
            panel, view = paneled(qtbot, repeated(story(), entries))
            history = repeated(story(), entries + 1, like=History(view.entry_model.entries, entries - 1))
            panel.grab()
            done_here: list[int] = []
            for shown in (history, history.at(0), history, history.at(entries // 2)):
                calls.clear()
                panel.display(shown)
                panel.grab()
                done_here.append(len(calls))
                assert view.selected == range(shown.index, shown.index + 1)
            assert view.entry_model.rowCount() == entries + 1
            work.append(done_here)
        few, many = work
        assert all(much <= 1.5 * little for little, much in zip(few, many, strict=True))

    def test_one_step_among_many_repaints_two_rows(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        panel, view = paneled(qtbot, repeated(story(), 10_000).at(5000))
        changed: list[tuple[int, int]] = []
        view.entry_model.dataChanged.connect(lambda top, bottom: changed.append((top.row(), bottom.row())))
        panel.display(History(view.entry_model.entries, 5001))
        assert changed == [(5000, 5001)]

    def test_hidden_it_keeps_nothing_that_is_gone_and_shown_it_is_up_to_date(self, qtbot: QtBot) -> None:
        panel, view = paneled(qtbot, story())
        panel.hide()
        other = done(begun(of_size(1, 2, 1)), FORWARD)
        panel.display(other)
        assert view.entry_model.entries == ()
        panel.show()
        assert view.entry_model.entries == other.entries

    @pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
    def test_the_present_has_a_bar_and_undone_rows_are_muted(self, qtbot: QtBot, colors: theme.Colors) -> None:
        panel, view = paneled(qtbot, story().at(6))
        panel.set_colors(colors)
        panel.setPalette(theme.palette(colors))
        panel.setFont(QFont(panel.font().family(), 20))  # strokes of whole pixels
        panel.resize(900, 900)
        QApplication.processEvents()

        def colors_in(position: int, left: int, right: int) -> set[str]:
            image = view.viewport().grab().toImage()
            rect = view.visualRect(view.entry_model.index(position, 0))
            rect.setRight(right)
            rect.setLeft(left)
            return {
                QColor(image.pixel(x, y)).name()
                for x in range(rect.left(), rect.right())
                for y in range(rect.top() + 1, rect.bottom())
            }

        assert colors_in(6, 0, 3) == {colors.accent}
        assert colors.accent not in colors_in(5, 0, 3) | colors_in(7, 0, 3)
        assert colors.text in colors_in(5, 8, 800)
        assert colors.text not in colors_in(7, 0, 800)
        assert colors.muted in colors_in(7, 8, 800)
        assert colors.invalid in colors_in(1, 8, 800)
        assert colors.stale in colors_in(7, 500, 880), "W and b are others since that Forward"


@pytest.fixture
def timeline(hands: Hands) -> EntryList:
    """The timeline of the window, brought to the front as a person does, with the keyboard."""
    hands.key(Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    view = hands.find(EntryList, "timeline_view")
    assert isinstance(view, QTableView)
    assert not view.visibleRegion().isEmpty()
    view.setFocus()
    return view


def point_of(view: EntryList, position: int) -> QPoint:
    index = view.entry_model.index(position, Column.ACTION)
    view.scrollTo(index)
    return view.visualRect(index).center()


class TestTravel:
    def test_a_click_shows_the_moment_in_everything(self, hands: Hands, timeline: EntryList) -> None:
        hands.click("step", "step", "update", "forward")
        entries = hands.history.entries
        for position in (8, 3, 0, 10, 5):
            QTest.mouseClick(timeline.viewport(), LEFT, NO_MODIFIER, point_of(timeline, position))
            assert hands.history.entry is entries[position]
            assert hands.history.entries == entries
            assert hands.shown("loss") == [[rows(timeline.model())[position][2]]]
            assert hands.exact("W") == entries[position].snapshot.W.tolist()
            assert list(timeline.selected) == [position]

    def test_keys_travel_and_the_keyboard_stays(self, hands: Hands, timeline: EntryList) -> None:
        hands.click(*["step"] * 6)
        timeline.setFocus()
        keys = Qt.Key
        reached: list[int] = []
        for key in (keys.Key_Up, keys.Key_Up, keys.Key_Down, keys.Key_Home, keys.Key_Up, keys.Key_Down, keys.Key_End):
            hands.key(key)
            assert timeline.hasFocus()
            reached.append(hands.history.index)
        assert reached == [23, 22, 23, 0, 0, 1, 24]
        hands.key(keys.Key_PageUp)
        page = 24 - hands.history.index
        assert 1 < page < 24
        hands.key(keys.Key_PageDown)
        assert hands.history.index == 24
        assert len(hands.history.entries) == 25

    def test_a_click_on_what_is_in_view_scrolls_nothing(self, hands: Hands, timeline: EntryList) -> None:
        hands.click(*["step"] * 12)
        bar = timeline.verticalScrollBar()
        bar.setValue(bar.maximum() // 2)
        before, top = bar.value(), timeline.rowAt(0)
        assert before > 0
        for position in (top + 3, top + 1, top + 4):
            place = timeline.visualRect(timeline.entry_model.index(position, Column.LOSS)).center()
            QTest.mouseClick(timeline.viewport(), LEFT, NO_MODIFIER, place)
            assert hands.history.index == position
            assert bar.value() == before

    def test_the_slider_of_a_run_comes_up_below_its_row(self, hands: Hands, timeline: EntryList) -> None:
        for _ in range(10):
            hands.session.perform(*STEP)
        QApplication.processEvents()
        before = timeline.viewport().height()
        hands.session.perform(Run(updates=3))
        QApplication.processEvents()
        assert timeline.viewport().height() < before
        row = timeline.visualRect(timeline.entry_model.index(timeline.entry_model.present, 0))
        assert timeline.viewport().rect().contains(row)

    def test_several_rows_are_copied_as_a_spreadsheet_takes_them(self, hands: Hands, timeline: EntryList) -> None:
        hands.click("update", "forward", "backward")
        timeline.setFocus()
        hands.key(Qt.Key.Key_Up, SHIFT)
        hands.key(Qt.Key.Key_Up, SHIFT)
        assert hands.history.index == 3, "to select several goes nowhere"
        hands.action("copy").trigger()
        forward = hands.history.entries[2].snapshot.forward
        assert forward is not None
        copied = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
        assert [line[:2] for line in copied] == [["2", "Update: refused"], ["3", "Forward"], ["4", "Backward"]]
        assert frozen(float(copied[1][2])) == forward.loss
        assert copied[0][2] == ""

    def test_another_language_is_at_once_in_it(
        self, hands: Hands, timeline: EntryList, speak: Callable[[str], None]
    ) -> None:
        hands.click("update")
        speak("ru")
        assert rows(timeline.model()) == [("In [1]", "начальные значения", "–"), ("In [2]", "обновление: отказ", "–")]
        heading = timeline.model().headerData(Column.ACTION, Qt.Orientation.Horizontal)
        assert heading == "действие"
        assert hands.find(QDockWidget, "timeline_view_dock").windowTitle() == "История"


class TestGoingOnFromThePast:
    @pytest.mark.parametrize("press", ["forward", "step"])
    def test_the_first_time_it_is_said_and_undo_brings_the_future_back(self, hands: Hands, press: str) -> None:
        hands.click("step", "step")
        entries = hands.history.entries
        for _ in range(5):
            hands.action("undo").trigger()
        assert "gone" not in hands.message
        hands.click(press)
        assert len(hands.history.entries) == 4 + (1 if press == "forward" else 4)
        assert (
            "Undone entries that are gone now: 5. Undoing In [5] brings them back while the program runs;"
            " they are not saved."
        ) in hands.message
        while hands.history.index > 3:
            hands.action("undo").trigger()
        assert "gone" not in hands.message
        assert _same(hands.history.entries[4:9], entries[4:9])
        for _ in range(5):
            hands.action("redo").trigger()
        assert hands.history.entry is entries[8]
        assert hands.exact("W") == entries[8].snapshot.W.tolist()

    def test_the_second_time_it_is_not_said(self, hands: Hands) -> None:
        for time in range(3):
            hands.click("step")
            hands.action("undo").trigger()
            hands.click("forward")
            assert ("gone now" in hands.message) == (time == 0)
            hands.click("backward")
            assert "gone now" not in hands.message

    def test_a_refusal_that_cuts_a_future_off_is_still_told_in_pytorchs_words(self, hands: Hands) -> None:
        hands.click("forward")
        hands.action("undo").trigger()
        hands.click("update")
        assert hands.message.startswith("TypeError: unsupported operand")
        assert "gone now: 1" in hands.message

    def test_it_is_said_in_russian_too(self, hands: Hands, speak: Callable[[str], None]) -> None:
        hands.click("forward", "backward")
        hands.action("undo").trigger()
        hands.click("update")
        speak("ru")
        assert "Отменённые записи убраны: 1. Отмена In [3] вернёт их" in hands.message


def test_asked_for_by_its_key_it_takes_the_next_keys(hands: Hands) -> None:
    hands.click("forward", "backward")
    hands.go_to("W", 0, 0)
    QApplication.processEvents()
    hands.key(Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    view = hands.find(EntryList, "timeline_view")
    hands.qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert hands.history.index == 1


def _same(first: tuple[Entry, ...], second: tuple[Entry, ...]) -> bool:
    """Whether both are the same moments: the entry whose undoing brought others back is a copy."""
    return [entry.snapshot for entry in first] == [entry.snapshot for entry in second] and len(first) == len(second)
