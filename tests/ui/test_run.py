"""Run and Stop as a person meets them: the key, the speed, the counts, the options, and moments within a run."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QLabel, QProgressBar, QSlider, QSpinBox, QTableView, QWidget
from pytestqt.qtbot import QtBot

from perceptron_gui.core.actions import STEP, Assign, Configure, Ending, Gesture, Operation, Ran, Run, Start
from perceptron_gui.core.control import FLAT_OUT, Pace
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import Snapshot, TensorName, frozen
from perceptron_gui.session import Session
from perceptron_gui.ui.meter import Meter, duration_text, rate_text
from perceptron_gui.ui.phase_button import PhaseButton
from perceptron_gui.ui.run_bar import PACES
from perceptron_gui.ui.run_options import composed
from tests.executors import InlineExecutor, ManualExecutor
from tests.ui.hands import CTRL, LEFT, NO_MODIFIER, SHIFT, Hands, is_wholly_visible, shown

DISPLAY = Qt.ItemDataRole.DisplayRole
NAMES: tuple[tuple[type[QWidget], str], ...] = (
    (QWidget, "run_button"),
    (QSlider, "speed_slider"),
    (QLabel, "update_count_label"),
    (QSpinBox, "run_updates_spin_box"),
    (QAbstractSpinBox, "run_loss_edit"),
    (QSpinBox, "run_backwards_spin_box"),
    (QCheckBox, "run_zeroes_check_box"),
    (QCheckBox, "run_shuffle_check_box"),
    (QAbstractSpinBox, "run_seed_edit"),
    (QSlider, "moment_slider"),
    (QSpinBox, "moment_spin_box"),
)


@pytest.fixture
def worker() -> ManualExecutor:
    return ManualExecutor()


@pytest.fixture
def held(qtbot: QtBot, engine: Engine, worker: ManualExecutor) -> Iterator[Hands]:
    """A window whose worker does nothing until it is told."""
    session = Session(History.begin("notebook", "cpu"), worker, lambda: engine)
    session.prepare()
    worker.work_all()
    hands = shown(qtbot, session)
    yield hands
    hands.window.documents.document.forget()
    hands.window.close()


def count(hands: Hands) -> int:
    """Return the updates as a person reads them: digits alone."""
    text = hands.find(QLabel, "update_count_label").text()
    assert text.isascii()
    assert text.isdecimal()
    return int(text)


def ended(hands: Hands) -> Ran:
    """Wait until the run has ended; return what became of it."""
    hands.qtbot.waitUntil(lambda: not hands.session.is_busy, timeout=20_000)
    ran = next(entry.action for entry in reversed(hands.history.entries) if isinstance(entry.action, Ran))
    assert isinstance(ran, Ran)
    return ran


def run_to_end(hands: Hands, updates: int) -> Ran:
    """Set a number of updates, press F5, and wait."""
    hands.find(QSpinBox, "run_updates_spin_box").setValue(updates)
    hands.key(Qt.Key.Key_F5)
    return ended(hands)


def pressed(start: Snapshot, *operations: Operation) -> Snapshot:
    """Return the state that presses leave, from a start of the notebook's values."""
    session = Session(History.begin("notebook", "cpu"), InlineExecutor(), Engine)
    session.prepare()
    assert session.history.current.W.tobytes() == start.W.tobytes()
    session.perform(*operations)
    return session.history.current


def plain_losses(lr: float, updates: int) -> list[float]:
    """Return the losses before each of so many updates, by a loop of plain PyTorch over the notebook's values."""
    x, y_true = torch.tensor([0.7049, 0.3144, 0.1697]), torch.tensor([1.0])
    W = torch.tensor([[-2.4852], [-0.1744], [1.1104]], requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    losses: list[float] = []
    for _ in range(updates):
        loss = ((y_true - torch.sigmoid(x @ W + b)) ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.item())
        with torch.no_grad():
            for tensor in (W, b):
                assert tensor.grad is not None
                tensor.sub_(lr * tensor.grad)
                tensor.grad.zero_()
    return losses


def same_state(one: Snapshot, other: Snapshot) -> bool:
    """Whether two states hold the same bits."""
    pairs = ((getattr(one, name), getattr(other, name)) for name in ("W", "b", "W_grad", "b_grad"))
    return all(first is second or first.tobytes() == second.tobytes() for first, second in pairs)


class TestStartAndStop:
    def test_f5_starts_and_f5_stops(self, running: Hands) -> None:
        running.key(Qt.Key.Key_F5)
        assert running.session.is_running
        assert running.action("run").text() == "Sto&p"
        assert "Run: until it is stopped." in running.message
        running.qtbot.waitUntil(lambda: count(running) > 5)
        running.key(Qt.Key.Key_F5)
        ran = ended(running)
        assert ran.ending is Ending.STOPPED
        assert running.action("run").text() == "Ru&n"
        assert count(running) == ran.updates == running.history.entry.updates
        assert f"updates done: {ran.updates}." in running.message
        assert "Ended by Stop." in running.message

    def test_the_button_does_it_too(self, running: Hands) -> None:
        running.click("run")
        assert running.session.is_running
        running.qtbot.waitUntil(lambda: count(running) > 0)
        running.click("run")
        assert ended(running).ending is Ending.STOPPED

    def test_stop_is_acknowledged_before_the_worker_has_stopped(self, held: Hands, worker: ManualExecutor) -> None:
        held.key(Qt.Key.Key_F5)
        held.key(Qt.Key.Key_F5)
        assert held.session.is_stopping
        assert held.message.startswith("Stopping")
        assert held.action("run").text() == "Stopping…"
        assert not held.action("run").isEnabled()
        worker.work_all()
        assert held.action("run").isEnabled()
        assert held.action("run").text() == "Ru&n"
        assert len(held.history.entries) == 1

    def test_pressed_again_one_that_waits_in_line_does_not_begin(self, held: Hands, worker: ManualExecutor) -> None:
        run = held.action("run")
        began = run.text()
        held.click("forward")
        run.trigger()
        assert run.text().replace("&", "") == "Stop"
        run.trigger()
        assert run.text() == began
        worker.work_all()
        assert [entry.action for entry in held.session.history.entries[1:]] == [Operation.FORWARD]
        assert not held.session.is_running

    def test_an_edit_stops_it_first_and_is_done_after(self, running: Hands) -> None:
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: count(running) > 0)
        running.type_into_box("lr_spin_box", "0.5")
        running.qtbot.waitUntil(lambda: len(running.history.entries) == 3)
        start, run, edit = running.history.entries
        assert isinstance(run.action, Ran)
        assert run.action.ending is Ending.INTERRUPTED
        assert edit.action == Configure("lr", 0.5)
        assert same_state(run.snapshot, edit.snapshot)
        assert start.snapshot.config.lr == 1.0

    def test_a_press_stops_it_first_and_is_done_after(self, running: Hands) -> None:
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: count(running) > 0)
        running.click("forward")
        running.qtbot.waitUntil(lambda: len(running.history.entries) == 3)
        assert running.history.entry.action is Operation.FORWARD
        assert "Ended by the press" in _tip(running, 1)

    def test_reset_ends_it_first_and_comes_after_it(self, running: Hands) -> None:
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: count(running) > 0)
        running.action("reset").trigger()
        assert running.session.waiting == 1
        running.qtbot.waitUntil(lambda: isinstance(running.history.entry.action, Start) and count(running) == 0)
        _, run, _ = running.history.entries
        assert isinstance(run.action, Ran)
        assert run.action.ending is Ending.INTERRUPTED
        assert run.updates == run.action.updates > 0

    def test_a_second_reset_waits_for_nothing(self, held: Hands, worker: ManualExecutor) -> None:
        held.key(Qt.Key.Key_F5)
        before = held.history
        held.action("reset").trigger()
        assert held.history is before
        held.action("reset").trigger()
        assert isinstance(held.history.entry.action, Start)
        assert held.history is not before
        after = held.history
        worker.work_all()
        assert held.history is after
        assert held.session.waiting == 0

    def test_undo_takes_it_back_whole_and_redo_brings_it_back(self, running: Hands) -> None:
        start = running.now
        run_to_end(running, 20)
        end = running.now
        running.key(Qt.Key.Key_Z, CTRL)
        assert running.now is start
        assert count(running) == 0
        running.action("redo").trigger()
        assert running.now is end
        assert count(running) == 20


class TestConditions:
    def test_it_stops_after_so_many_updates(self, running: Hands) -> None:
        ran = run_to_end(running, 7)
        assert (ran.updates, ran.rest, ran.ending) == (7, (), Ending.UPDATES)
        assert same_state(running.now, pressed(running.history.entries[0].snapshot, *STEP * 7))
        assert "Ended after as many updates as were set." in running.message
        text = _code(running)
        assert "for step in range(7):" in text
        assert "# Run: updates done: 7." in text

    @pytest.mark.qt_log_ignore("This plugin does not support raise", "This plugin does not support grabbing")
    def test_it_stops_at_a_loss_typed_with_a_comma(self, running: Hands) -> None:
        losses = plain_losses(1.0, 400)
        limit = losses[6]
        running.key(Qt.Key.Key_F5, SHIFT)
        assert running.find(QWidget, "run_options_panel").isVisible()
        field = running.find(QAbstractSpinBox, "run_loss_edit")
        field.setFocus()
        QTest.keyClicks(field, repr(limit).replace(".", ","))
        # It is taken as the panel closes, without Return.
        running.action("run").trigger()
        ran = ended(running)
        assert ran.run == Run(loss=limit)
        assert ran.ending is Ending.LOSS
        assert ran.updates == next(number for number, loss in enumerate(losses) if loss <= limit)
        assert ran.rest == (Operation.FORWARD,)
        assert "The last phase was Forward." in running.message

    def test_what_is_no_number_is_refused_and_goes_back(self, running: Hands) -> None:
        field = running.type_into_box("run_loss_edit", "1.2.3")
        assert "1.2.3" in running.message
        assert field.text() == ""
        running.session.restart("or_gate")
        running.session.perform(Configure("part", 2))
        running.find(QCheckBox, "run_shuffle_check_box").click()
        running.type_into_box("run_seed_edit", str(2**32))
        assert str(2**32 - 1) in running.message
        assert running.text_of("run_seed_edit") == "0"

    def test_it_stops_at_nan_says_so_and_undo_takes_it_back(self, running: Hands) -> None:
        """Fault 34."""
        for column in (0, 2):
            values = frozen(np.array([[3.4e38]]))
            running.session.perform(Assign(TensorName.X, 0, column, values, Gesture.TYPE))
        before = running.now
        running.key(Qt.Key.Key_F5)
        ran = ended(running)
        assert (ran.ending, ran.phases) == (Ending.NOT_FINITE, 1)
        assert running.shown("loss") == [["nan"]]
        assert "not finite" in running.message
        assert "Undo takes it back." in running.message
        running.action("undo").trigger()
        assert running.now is before

    def test_progress_is_shown_only_where_there_is_a_number_of_updates(
        self, held: Hands, worker: ManualExecutor
    ) -> None:
        bar = held.find(QProgressBar, "run_progress_bar")
        held.find(QSpinBox, "run_updates_spin_box").setValue(5)
        held.key(Qt.Key.Key_F5)
        assert bar.isVisible()
        # Until it is known how long the others take.
        assert bar.text() == "0%"
        worker.work_all()
        assert not bar.isVisible()
        held.find(QSpinBox, "run_updates_spin_box").setValue(0)
        held.key(Qt.Key.Key_F5)
        assert not bar.isVisible()
        held.key(Qt.Key.Key_F5)
        worker.work_all()


class TestOptions:
    def test_every_option_is_in_the_run(self, running: Hands) -> None:
        running.session.restart("or_gate")
        running.session.perform(Configure("part", 2))
        running.find(QSpinBox, "run_updates_spin_box").setValue(6)
        running.find(QSpinBox, "run_backwards_spin_box").setValue(2)
        running.find(QCheckBox, "run_zeroes_check_box").click()
        running.find(QCheckBox, "run_shuffle_check_box").click()
        running.type_into_box("run_seed_edit", "17")
        running.type_into_box("run_loss_edit", "1e-9")
        button = running.find(PhaseButton, "run_button")
        assert button.code == "(1→2)×2→3 …\n× 6\nloss ≤ 1e-09"
        running.key(Qt.Key.Key_F5)
        ran = ended(running)
        assert ran.run == Run(updates=6, loss=1e-9, zeroes=False, backwards=2, seed=17)
        assert "Without Zero grad." in running.message
        assert "Backwards for each Update: 2." in running.message
        assert "Rows shuffled, seed 17." in running.message

    def test_a_number_that_is_taken_ends_what_was_said_of_the_one_before(self, running: Hands) -> None:
        before = running.message
        running.type_into_box("run_loss_edit", "abc")
        assert "abc" in running.message
        running.type_into_box("run_loss_edit", "0.25")
        assert running.message == before

    @pytest.mark.parametrize(
        ("is_shuffled", "takes_parts", "seed"), [(True, True, 3), (True, False, None), (False, True, None)]
    )
    def test_only_parts_have_an_order(self, is_shuffled: bool, takes_parts: bool, seed: int | None) -> None:
        run = composed(Run(updates=9, seed=3), is_shuffled=is_shuffled, takes_parts=takes_parts)
        assert run == Run(updates=9, seed=seed)

    def test_an_order_without_parts_is_disabled_and_says_why(self, running: Hands) -> None:
        box = running.find(QCheckBox, "run_shuffle_check_box")
        assert not box.isEnabled()
        assert "by" in box.toolTip()
        running.session.restart("or_gate")
        running.session.perform(Configure("part", 2))
        assert box.isEnabled()
        assert not running.find(QWidget, "run_seed_edit").isEnabled()
        box.click()
        assert running.find(QWidget, "run_seed_edit").isEnabled()

    def test_while_one_goes_on_the_options_say_that_they_are_for_the_next(self, running: Hands) -> None:
        panel = running.find(QWidget, "run_options_panel")

        def notes() -> str:
            return " ".join(label.text() for label in panel.findChildren(QLabel))

        assert "for the next one" not in notes()
        running.key(Qt.Key.Key_F5)
        assert "for the next one" in notes()
        running.qtbot.waitUntil(lambda: count(running) > 0)
        running.key(Qt.Key.Key_F5)
        ended(running)
        assert "for the next one" not in notes()

    @pytest.mark.qt_log_ignore("This plugin does not support raise", "This plugin does not support grabbing")
    def test_the_panel_is_reached_and_left_by_keys(self, running: Hands) -> None:
        panel = running.find(QWidget, "run_options_panel")
        running.key(Qt.Key.Key_F5, SHIFT)
        assert panel.isVisible()
        QTest.keyClick(panel, Qt.Key.Key_Escape)
        assert not panel.isVisible()


class TestSpeed:
    def test_the_largest_is_flat_out_and_the_slowest_a_phase_a_second(self, running: Hands) -> None:
        slider = running.find(QSlider, "speed_slider")
        assert PACES[slider.maximum()] is FLAT_OUT
        assert PACES[slider.minimum()] == Pace(1, whole_steps=False)
        assert slider.value() == slider.maximum()
        assert running.session.pace is FLAT_OUT
        words = []
        for place in range(slider.maximum() + 1):
            slider.setValue(place)
            words.append(running.find(QLabel, "pace_label").text())
        assert words[0] == "1 phase/s"
        assert words[-1] == "flat out"
        assert len(set(words)) == len(words)

    def test_slowly_each_phase_is_lit_and_faster_it_goes_on_at_once(self, running: Hands) -> None:
        slider = running.find(QSlider, "speed_slider")
        slider.setValue(slider.minimum())
        running.key(Qt.Key.Key_F5)
        buttons = {phase: running.find(PhaseButton, f"{phase.value}_button") for phase in STEP}
        running.qtbot.waitUntil(lambda: buttons[Operation.FORWARD].is_lit)
        assert [phase for phase, button in buttons.items() if button.is_lit] == [Operation.FORWARD]
        assert not any(button.is_next for button in buttons.values())
        running.qtbot.waitUntil(lambda: buttons[Operation.BACKWARD].is_lit)
        slider.setValue(slider.maximum())
        assert running.session.pace is FLAT_OUT
        running.qtbot.waitUntil(lambda: count(running) > 50)
        running.key(Qt.Key.Key_F5)
        ended(running)
        assert not any(button.is_lit for button in buttons.values())
        assert sum(button.is_next for button in buttons.values()) == 1

    def test_updates_a_second_are_shown_while_it_runs_and_no_longer(self, running: Hands) -> None:
        rate = running.find(QLabel, "update_rate_label")
        assert rate.text() == ""
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: rate.text().endswith(" updates/s"))
        running.key(Qt.Key.Key_F5)
        ended(running)
        assert rate.text() == ""

    def test_nothing_moves_while_it_counts(self, running: Hands) -> None:
        places = {
            name: running.find(QWidget, name)
            for name in ("speed_slider", "pace_label", "update_count_label", "update_rate_label", "run_progress_bar")
        }

        def where() -> dict[str, object]:
            return {name: (one.mapTo(running.window, one.rect().topLeft()), one.size()) for name, one in places.items()}

        before = where()
        running.find(QSpinBox, "run_updates_spin_box").setValue(2_000)
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: count(running) > 1_000, timeout=20_000)
        assert where() == before
        ended(running)
        assert where() == before

    def test_nothing_moves_while_it_stops(
        self, held: Hands, worker: ManualExecutor, speak: Callable[[str], None]
    ) -> None:
        speak("ru")
        button = held.find(PhaseButton, "run_button")
        widths = [button.sizeHint().width()]
        for _ in range(2):
            held.key(Qt.Key.Key_F5)
            widths.append(button.sizeHint().width())
        assert held.session.is_stopping
        assert "Останов" in button.accessibleName()
        worker.work_all()
        widths.append(button.sizeHint().width())
        assert len(set(widths)) == 1

    def test_a_meter_measures_between_changes(self) -> None:
        meter = Meter()
        meter.restart(10)
        for tenth in range(200):
            # A count each 4 s, from the third second on.
            meter.see(tenth / 10, 10 + (tenth + 10) // 40)
        assert meter.per_second == pytest.approx(0.25)
        assert meter.seconds_for(20) == pytest.approx(80)
        for tenth in range(200, 230):
            meter.see(tenth / 10, 1000 * tenth)
        assert meter.per_second == pytest.approx(10_000)
        meter.restart(0)
        assert meter.seconds_for(1) is None

    @pytest.mark.parametrize(
        ("rate", "text"), [(0.25, "0.25"), (5.04, "5.0"), (48.2, "48"), (785, "785"), (19_800, "19\u202f800")]
    )
    def test_rates_read_well(self, rate: float, text: str) -> None:
        assert rate_text(rate) == text

    @pytest.mark.parametrize(("seconds", "text"), [(0.2, "0:01"), (80, "1:20"), (7380, "2:03:00")])
    def test_durations_read_well(self, seconds: float, text: str) -> None:
        assert duration_text(seconds) == text


class TestWithin:
    def test_a_moment_within_is_what_presses_leave(self, running: Hands) -> None:
        run_to_end(running, 30)
        run = running.history.entry
        running.window.findChild(QWidget, "timeline_view_dock").raise_()  # type: ignore[union-attr]
        box = running.find(QSpinBox, "moment_spin_box")
        running.qtbot.waitUntil(box.isVisible)
        running.type_into_box("moment_spin_box", "11")
        running.qtbot.waitUntil(lambda: running.history.moment is not None)
        assert same_state(running.now, pressed(running.history.entries[0].snapshot, *STEP * 11))
        assert count(running) == 11
        assert running.find(QSlider, "moment_slider").value() == 11
        assert "after update 11 of 30" in running.message
        assert _row(running, 1) == "Run: 11 of 30"
        _click_row(running, 1)
        assert running.history.moment is None
        assert running.history.entry is run
        assert _row(running, 1) == "Run × 30"
        assert box.value() == 30

    def test_undo_and_redo_leave_it(self, running: Hands) -> None:
        run_to_end(running, 10)
        end = running.now
        for command, index in (("redo", 1), ("undo", 0)):
            running.action("redo").trigger()
            running.find(QSlider, "moment_slider").setValue(4)
            running.qtbot.waitUntil(lambda: running.history.moment is not None)
            running.action(command).trigger()
            assert running.history.moment is None
            assert running.history.index == index
        assert running.history.entries[1].snapshot is end
        assert _strip(running).isHidden()

    def test_only_the_last_wish_of_a_drag_is_computed(self, held: Hands, worker: ManualExecutor) -> None:
        held.find(QSpinBox, "run_updates_spin_box").setValue(40)
        held.key(Qt.Key.Key_F5)
        worker.work_all()
        slider = held.find(QSlider, "moment_slider")
        computed: list[tuple[int, int]] = []
        held.session.changed.connect(lambda history: computed.append((history.entry.updates, slider.value())))
        for place in (39, 30, 22, 12):
            slider.setValue(place)
        worker.work_all()
        assert computed == [(39, 12), (12, 12)], "it stays where it was put"

    def test_the_end_is_the_entry_itself(self, running: Hands) -> None:
        run_to_end(running, 10)
        end = running.history.entry
        slider = running.find(QSlider, "moment_slider")
        slider.setValue(4)
        running.qtbot.waitUntil(lambda: running.history.moment is not None)
        slider.setValue(10)
        assert running.history.entry is end

    def test_while_a_run_goes_on_there_is_no_strip(self, running: Hands) -> None:
        run_to_end(running, 10)
        strip = _strip(running)
        assert not strip.isHidden()
        running.find(QSpinBox, "run_updates_spin_box").setValue(0)
        running.key(Qt.Key.Key_F5)
        assert strip.isHidden()
        running.qtbot.waitUntil(lambda: count(running) > 10)
        running.key(Qt.Key.Key_F5)
        ended(running)
        assert not strip.isHidden()


class TestWindow:
    def test_everything_has_its_name_a_tip_and_a_name_for_assistive_tools(self, running: Hands) -> None:
        for kind, name in NAMES:
            found = running.find(kind, name)
            if name != "update_count_label":
                assert found.toolTip(), name
                assert found.accessibleName() or isinstance(found, QCheckBox), name
        slider = running.find(QSlider, "speed_slider")
        assert slider.accessibleDescription() == "flat out"
        assert {key.toString() for key in running.action("run").shortcuts()} == {"F5"}

    def test_both_languages_also_while_it_runs(self, running: Hands, speak: Callable[[str], None]) -> None:
        running.key(Qt.Key.Key_F5)
        running.qtbot.waitUntil(lambda: count(running) > 0)
        speak("ru")
        assert running.action("run").text() == "С&топ"
        assert "Прогон" in running.message
        running.key(Qt.Key.Key_F5)
        ended(running)
        assert running.action("run").text() == "П&уск"
        slider = running.find(QSlider, "speed_slider")
        words = []
        for place in (0, 1, 2, 3, 4):
            slider.setValue(place)
            words.append(running.find(QLabel, "pace_label").text())
        assert words == ["1 фаза/с", "2 фазы/с", "5 фаз/с", "2 шага/с", "5 шагов/с"]

    @pytest.mark.parametrize("language", ["en", "ru"])
    def test_all_of_it_is_seen_on_a_small_laptop(
        self, running: Hands, speak: Callable[[str], None], language: str
    ) -> None:
        speak(language)
        running.window.resize(1366, 740)
        for name in ("run_button", "speed_slider", "pace_label", "update_count_label", "update_rate_label"):
            running.qtbot.waitUntil(lambda name=name: is_wholly_visible(running.find(QWidget, name)))  # type: ignore[misc]

    def test_a_narrow_window_cuts_nothing(self, running: Hands) -> None:
        running.window.resize(1024, 600)
        running.qtbot.waitUntil(lambda: running.window.width() == 1024)
        for name in ("run_button", "speed_slider", "update_count_label", "update_rate_label"):
            widget = running.find(QWidget, name)
            running.qtbot.waitUntil(lambda widget=widget: not widget.isVisible() or is_wholly_visible(widget))  # type: ignore[misc]
        assert running.find(QLabel, "update_count_label").isVisible()


def _strip(hands: Hands) -> QWidget:
    strip = hands.find(QSlider, "moment_slider").parentWidget()
    assert isinstance(strip, QWidget)
    return strip


def _list(hands: Hands) -> QTableView:
    return hands.find(QTableView, "timeline_view")


def _row(hands: Hands, position: int) -> str:
    return str(_list(hands).model().index(position, 1).data(DISPLAY))


def _tip(hands: Hands, position: int) -> str:
    hands.window.findChild(QWidget, "timeline_view_dock").raise_()  # type: ignore[union-attr]
    hands.qtbot.waitUntil(lambda: _list(hands).isVisible() and _list(hands).model().rowCount() > position)
    return str(_list(hands).model().index(position, 1).data(Qt.ItemDataRole.ToolTipRole))


def _click_row(hands: Hands, position: int) -> None:
    table = _list(hands)
    point = table.visualRect(table.model().index(position, 1)).center()
    QTest.mouseClick(table.viewport(), LEFT, NO_MODIFIER, point)


def _code(hands: Hands) -> str:
    model = hands.find(QTableView, "code_view").model()
    return "\n".join(str(model.index(row, 0).data(DISPLAY))[8:] for row in range(model.rowCount()))
