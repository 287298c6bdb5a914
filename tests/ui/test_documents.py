"""Files as a person meets them in the window: the star, the questions, what is dropped on it, what is recovered."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolBar,
    QWidget,
)

from perceptron_gui.core import storage
from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.document import Document
from perceptron_gui.preferences import MOST_RECENT, Preferences
from perceptron_gui.session import Session
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor, ManualExecutor
from tests.histories import contents
from tests.ui.hands import LEFT, Hands

Button = QMessageBox.StandardButton


@pytest.fixture
def document(session: Session, tmp_path: Path) -> Iterator[Document]:
    """Where `session` is kept, with a journal."""
    document = Document(session, InlineExecutor(), tmp_path / "recovery")
    yield document
    document.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hw.perceptron"


@pytest.fixture
def other(tmp_path: Path, engine: Engine) -> Path:
    """Return another document: the notebook's example after Forward and Backward."""
    path = tmp_path / "other.perceptron"
    session = Session(History.begin("notebook", "cpu"), InlineExecutor(), lambda: engine)
    session.prepare()
    session.perform(Operation.FORWARD, Operation.BACKWARD)
    document = Document(session, InlineExecutor())
    document.save(path)
    document.close()
    return path


def left(engine: Engine, journals: Path, path: Path | None = None) -> Path:
    """Have another program do Forward and Backward, save if there is a path, undo, and end without a word."""
    session = Session(History.begin("notebook", "cpu"), InlineExecutor(), lambda: engine)
    session.prepare()
    document = Document(session, InlineExecutor(), journals)
    before = set(journals.glob("*.journal"))
    session.perform(Operation.FORWARD, Operation.BACKWARD)
    if path is not None:
        document.save(path)
    session.undo()
    document.close()
    (new,) = set(journals.glob("*.journal")) - before
    return new


def dialog() -> QFileDialog:
    found = QApplication.activeModalWidget()
    assert isinstance(found, QFileDialog)
    return found


def choose(path: Path) -> None:
    """Choose a path in the file dialog, as it says so (to click would have it ask about files that exist, and wait)."""
    shown = dialog()
    shown.done(QFileDialog.DialogCode.Accepted)
    shown.fileSelected.emit(str(path))
    QApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete.value)


def answer(hands: Hands, button: Button) -> None:
    """Answer whether to save."""
    box = hands.find(QMessageBox, "unsaved_dialog")
    assert box.isVisible()
    QTest.mouseClick(box.button(button), LEFT)
    QApplication.sendPostedEvents(box, QEvent.Type.DeferredDelete.value)


def asked(hands: Hands) -> str:
    """Return what the bar asks; empty while it asks nothing."""
    label = hands.find(QLabel, "notice_label")
    return label.text() if hands.find(QToolBar, "notice_bar").isVisible() else ""


def notice(hands: Hands, name: str) -> None:
    """Click an answer in the bar."""
    QApplication.processEvents()
    buttons = [button for button in hands.window.findChildren(QPushButton, name) if button.isVisible()]
    assert len(buttons) == 1
    QTest.mouseClick(buttons[0], LEFT)


def saved(hands: Hands, path: Path) -> None:
    """Save the session for the first time."""
    hands.action("save").trigger()
    choose(path)
    assert path.exists()


def test_the_star_is_there_while_something_is_not_saved(hands: Hands, window: MainWindow, path: Path) -> None:
    assert window.windowTitle() == "Untitled[*] – perceptron-gui"
    assert not window.isWindowModified()
    hands.click("forward")
    assert window.isWindowModified()
    saved(hands, path)
    assert window.windowTitle() == "hw.perceptron[*] – perceptron-gui"
    assert not window.isWindowModified()
    assert hands.message == "hw.perceptron is saved."
    hands.action("undo").trigger()
    assert window.isWindowModified()
    hands.action("redo").trigger()
    assert not window.isWindowModified()
    hands.session.travel(hands.history.entries[0])
    assert window.isWindowModified()
    hands.action("save").trigger()
    assert not window.isWindowModified()
    assert contents(storage.load(path).history) == contents(hands.history)


def test_save_as_goes_on_in_the_new_file(hands: Hands, window: MainWindow, path: Path) -> None:
    saved(hands, path)
    before = path.read_bytes()
    hands.click("forward")
    hands.action("save_as").trigger()
    choose(path.with_name("next.perceptron"))
    assert window.windowTitle() == "next.perceptron[*] – perceptron-gui"
    assert path.read_bytes() == before
    assert storage.load(path.with_name("next.perceptron")).history.index == 1


def test_new_begins_at_the_notebook_s_example(hands: Hands, window: MainWindow, path: Path) -> None:
    saved(hands, path)
    hands.click("forward", "backward", "update")
    assert hands.shown("W")[0] != ["-2.4852"]
    hands.action("save").trigger()
    hands.action("new").trigger()
    assert hands.shown("W")[0] == ["-2.4852"]
    assert window.windowTitle().startswith("Untitled[*]")
    assert not window.isWindowModified()
    assert not hands.action("undo").isEnabled()


def test_open_shows_what_was_saved(hands: Hands, window: MainWindow, other: Path) -> None:
    hands.action("open").trigger()
    choose(other)
    assert window.windowTitle() == "other.perceptron[*] – perceptron-gui"
    assert hands.shown("loss") == [["0.6965"]]
    assert hands.shown("W_grad")[0] != ["None"]
    assert not window.isWindowModified()


@pytest.mark.parametrize("command", ["new", "open", "close", "recent", "drop"])
def test_whatever_puts_the_session_away_asks_first(
    hands: Hands, window: MainWindow, path: Path, other: Path, command: str
) -> None:
    saved(hands, path)
    window.documents.show_recent((str(other),))

    def do() -> None:
        match command:
            case "open":
                hands.action("open").trigger()
                choose(other)
            case "close":
                window.close()
            case "recent":
                hands.find(QMenu, "recent_menu").actions()[0].trigger()
            case "drop":
                drop(window, other)
            case _:
                hands.action(command).trigger()

    hands.click("forward")
    before = hands.history
    do()
    answer(hands, Button.Cancel)
    assert hands.history is before
    assert window.isVisible()
    assert window.isWindowModified()
    do()
    answer(hands, Button.Save)
    assert storage.load(path).history.index == 1
    assert not window.isVisible() if command == "close" else hands.history is not before


def test_discard_closes_and_leaves_no_recovery(hands: Hands, window: MainWindow, tmp_path: Path) -> None:
    hands.click("forward")
    assert list((tmp_path / "recovery").glob("*.journal"))
    window.close()
    answer(hands, Button.Discard)
    assert not window.isVisible()
    window.documents.document.close()
    assert not list((tmp_path / "recovery").iterdir())


def test_closing_waits_until_a_document_without_a_name_has_one(hands: Hands, window: MainWindow, path: Path) -> None:
    hands.click("forward")
    window.close()
    answer(hands, Button.Save)
    dialog().reject()
    assert window.isVisible()
    saved(hands, path)
    assert window.isVisible()
    hands.click("backward")
    hands.action("save_as").trigger()
    dialog().reject()
    window.close()
    answer(hands, Button.Save)
    assert not window.isVisible()
    assert storage.load(path).history.index == 2


def test_what_is_discarded_is_still_unsaved_when_nothing_comes_in_its_place(
    hands: Hands, window: MainWindow, other: Path
) -> None:
    hands.click("forward")
    hands.action("open").trigger()
    dialog().reject()
    assert window.isWindowModified()
    other.write_bytes(b"{}")
    hands.action("open").trigger()
    choose(other)
    answer(hands, Button.Discard)
    assert hands.message.startswith("other.perceptron is no session of this program")
    assert window.isWindowModified()
    assert hands.shown("loss") == [["0.6965"]]
    window.close()
    answer(hands, Button.Cancel)


def test_what_was_said_of_one_file_is_not_said_of_the_next(hands: Hands, window: MainWindow, other: Path) -> None:
    damaged = other.with_name("damaged.perceptron")
    damaged.write_bytes(b"\xff")
    drop(window, damaged)
    assert hands.message.startswith("damaged.perceptron is no session")
    drop(window, other)
    assert hands.message.startswith("Backward: ")


def drag(path: Path | None, *, text: str = "") -> QMimeData:
    mime = QMimeData()
    if path is not None:
        mime.setUrls([QUrl.fromLocalFile(str(path))])
    mime.setText(text)
    return mime


def drop(part: QWidget, path: Path) -> bool:
    """Drag a file over a part of the window and let it fall, as Qt hands it on; return whether somebody took it."""
    mime = drag(path, text=path.as_uri())
    middle, actions, no_key = part.rect().center(), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    target: QWidget | None = part
    while target is not None:
        # A drag goes up from the widget under the mouse to the first that takes it.
        if target.acceptDrops():
            entered = QDragEnterEvent(QPoint(middle), actions, mime, LEFT, no_key)
            entered.ignore()
            QApplication.sendEvent(target, entered)
            if entered.isAccepted():
                QApplication.sendEvent(target, QDropEvent(QPointF(middle), actions, mime, LEFT, no_key))
                return True
        target = None if target.isWindow() else target.parentWidget()
    return False


def test_a_document_is_dropped_on_any_part_of_the_window(hands: Hands, window: MainWindow, other: Path) -> None:
    parts = [part for part in window.findChildren(QWidget) if part.isVisible() and part.window() is window]
    assert len(parts) > 100
    mime = drag(other, text="x")
    assert window.documents.accepts(mime)
    assert not [part for part in parts if part.acceptDrops()]
    for part in (
        hands.table("W").viewport(),
        hands.find(QWidget, "loss_plot"),
        hands.find(QWidget, "lr_spin_box"),
        window,
    ):
        hands.action("new").trigger()
        assert drop(part, other)
        assert hands.shown("loss") == [["0.6965"]]


def test_a_table_that_is_dropped_is_imported(hands: Hands, window: MainWindow, tmp_path: Path) -> None:
    table = tmp_path / "data.csv"
    table.write_text("a;b;y\n1.5;2.5;0\n3.5;4.5;1\n", encoding="utf-8")
    assert drop(window, table)
    hands.qtbot.waitUntil(lambda: window.findChild(QDialog, "import_dialog") is not None)
    hands.find(QAbstractButton, "import_ok_button").click()
    hands.qtbot.waitUntil(lambda: hands.shown("x") == [["1.5000", "2.5000"], ["3.5000", "4.5000"]])


def test_what_is_no_document_is_not_taken(window: MainWindow, other: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.md"
    text.write_text("1", encoding="utf-8")
    assert not drop(window, text)
    two = QMimeData()
    two.setUrls([QUrl.fromLocalFile(str(other)), QUrl.fromLocalFile(str(other))])
    away = QMimeData()
    away.setUrls([QUrl("http://example.org/hw.perceptron")])
    for mime in (two, away, drag(None, text=str(other))):
        assert not window.documents.accepts(mime)


def test_recent_documents_are_listed_kept_and_harmless_when_damaged(
    hands: Hands, window: MainWindow, path: Path, other: Path, tmp_path: Path
) -> None:
    opened: list[Path] = []
    window.documents.document.opened.connect(opened.append)
    menu = hands.find(QMenu, "recent_menu")
    assert not menu.isEnabled()
    saved(hands, path)
    drop(window, other)
    assert opened == [path, other]
    preferences = Preferences()
    for number in range(MOST_RECENT):
        preferences = preferences.with_recent(f"/{number}.perceptron")
    for one in (*opened, path, tmp_path / "R&D.perceptron"):
        preferences = preferences.with_recent(str(one))
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    preferences.save(settings)
    assert Preferences.load(settings).recent[:3] == (str(tmp_path / "R&D.perceptron"), str(path), str(other))
    assert len(Preferences.load(settings).recent) == MOST_RECENT
    window.documents.show_recent(Preferences.load(settings).recent)
    assert menu.isEnabled()
    assert menu.actions()[0].text().endswith("R&&D.perceptron")
    for damaged in ("", "[1]", "{", '{"a": 1}', '"x"', "[" * 9999, json.dumps([["x"]]), '[""]'):
        settings.setValue("recent", damaged)
        assert Preferences.load(settings).recent == ()


def test_a_recent_document_that_is_gone_is_said_and_none_begins(hands: Hands, window: MainWindow, path: Path) -> None:
    window.documents.show_recent((str(path),))
    hands.find(QMenu, "recent_menu").actions()[0].trigger()
    assert hands.message.startswith(f"{path} cannot be read: ")
    assert window.windowTitle().startswith("Untitled")


def changed_elsewhere(hands: Hands, path: Path, other: Path) -> bytes:
    """Save, have another program write another session there, press, and save again."""
    saved(hands, path)
    path.write_bytes(other.read_bytes())
    hands.click("forward")
    hands.action("save").trigger()
    assert asked(hands).startswith("hw.perceptron was changed by another program")
    return path.read_bytes()


def test_a_file_that_changed_on_the_disk_is_asked_about(hands: Hands, path: Path, other: Path) -> None:
    """Fault 17."""
    theirs = changed_elsewhere(hands, path, other)
    hands.action("save").trigger()
    notice(hands, "notice_cancel")
    assert asked(hands) == ""
    assert path.read_bytes() == theirs
    hands.action("save").trigger()
    notice(hands, "notice_overwrite")
    assert storage.load(path).history.index == 1
    assert asked(hands) == ""


def test_a_file_that_changed_on_the_disk_is_shown_or_let_be(
    hands: Hands, window: MainWindow, path: Path, other: Path
) -> None:
    """Fault 17."""
    theirs = changed_elsewhere(hands, path, other)
    notice(hands, "notice_save_as")
    choose(path.with_name("mine.perceptron"))
    assert path.read_bytes() == theirs
    assert window.windowTitle().startswith("mine.perceptron")
    mine = path.with_name("mine.perceptron")
    mine.write_bytes(theirs)
    hands.click("zero_grad")
    hands.action("save").trigger()
    notice(hands, "notice_reload")
    answer(hands, Button.Discard)
    assert hands.history.entry.action is not None
    assert len(hands.history.entries) == 3
    assert not window.isWindowModified()


def test_a_question_goes_when_it_is_out_of_date(hands: Hands, path: Path, other: Path) -> None:
    """Else its answer would write the next session over the file of this one."""
    theirs = changed_elsewhere(hands, path, other)
    hands.action("new").trigger()
    answer(hands, Button.Discard)
    assert asked(hands) == ""
    assert path.read_bytes() == theirs


def test_closing_goes_on_after_the_question_and_not_much_later(
    hands: Hands, window: MainWindow, path: Path, other: Path
) -> None:
    changed_elsewhere(hands, path, other)
    window.close()
    answer(hands, Button.Save)
    hands.click("backward")
    hands.action("save_as").trigger()
    choose(path.with_name("next.perceptron"))
    assert window.isVisible()
    path.with_name("next.perceptron").write_bytes(other.read_bytes())
    hands.click("update")
    window.close()
    answer(hands, Button.Save)
    notice(hands, "notice_overwrite")
    assert not window.isVisible()


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_place_that_takes_no_file_is_said_and_another_offered(
    hands: Hands, window: MainWindow, path: Path, tmp_path: Path, is_folder: bool
) -> None:
    """Fault 16."""
    place = tmp_path / "missing" / "hw.perceptron"
    if is_folder:
        place = tmp_path / "folder.perceptron"
        place.mkdir()
    hands.click("forward")
    window.documents.document.save(place)
    for said in (asked(hands), hands.message):
        assert said.startswith(f"{place} is not saved")
    assert window.isWindowModified()
    notice(hands, "notice_save_as")
    choose(path)
    assert asked(hands) == ""
    assert not window.isWindowModified()


def test_leaving_out_the_oldest_entries_is_asked_first(
    hands: Hands, window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = storage.encoded
    monkeypatch.setattr(storage, "encoded", lambda history, left_out: encoded(history, left_out, 6000))
    for _ in range(10):
        hands.click("forward", "backward", "update")
    window.documents.document.save(path)
    assert "would leave out its oldest" in asked(hands)
    assert not path.exists()
    notice(hands, "notice_leave_out")
    assert storage.load(path).left_out > 0
    assert not window.isWindowModified()


def look_for_leftovers(window: MainWindow) -> None:
    window.documents.document.look_for_leftovers()


def test_recovered_work_is_unsaved(
    hands: Hands, window: MainWindow, engine: Engine, path: Path, tmp_path: Path
) -> None:
    """Fault 13."""
    journal = left(engine, tmp_path / "recovery", path)
    look_for_leftovers(window)
    assert asked(hands).startswith("Unsaved work was found: hw.perceptron, ")
    assert asked(hands).endswith("; changes: 1.")
    notice(hands, "recover_button")
    assert window.windowTitle().startswith("hw.perceptron[*]")
    assert window.isWindowModified()
    assert hands.action("redo").isEnabled()
    assert hands.shown("W_grad")[0] == ["None"]
    assert not journal.exists()
    hands.action("save").trigger()
    assert not window.isWindowModified()
    assert storage.load(path).history.index == 1


def test_later_keeps_it_and_delete_does_not(hands: Hands, window: MainWindow, engine: Engine, tmp_path: Path) -> None:
    """Fault 13."""
    journals = [left(engine, tmp_path / "recovery")]
    os.utime(journals[0], (1, 1))
    journals.append(left(engine, tmp_path / "recovery"))
    look_for_leftovers(window)
    first = asked(hands)
    assert first.startswith("Unsaved work was found: Untitled, ")
    notice(hands, "later_button")
    assert "70" in asked(hands)  # the older one comes second: 1970
    notice(hands, "delete_button")
    assert asked(hands) == ""
    assert [path.exists() for path in journals] == [False, True]
    look_for_leftovers(window)
    assert asked(hands) == first
    notice(hands, "delete_button")
    assert not any(path.exists() for path in journals)


def test_restoring_asks_about_the_work_of_now(hands: Hands, window: MainWindow, engine: Engine, tmp_path: Path) -> None:
    left(engine, tmp_path / "recovery")
    hands.click("forward", "backward")
    look_for_leftovers(window)
    notice(hands, "recover_button")
    answer(hands, Button.Discard)
    assert hands.history.index == 1
    assert window.isWindowModified()


def test_a_question_about_saving_comes_before_what_was_left(
    hands: Hands, window: MainWindow, engine: Engine, path: Path, other: Path, tmp_path: Path
) -> None:
    left(engine, tmp_path / "recovery")
    look_for_leftovers(window)
    changed_elsewhere(hands, path, other)
    notice(hands, "notice_overwrite")
    assert asked(hands).startswith("Unsaved work was found")


def test_the_questions_are_asked_in_the_language_of_now(
    hands: Hands, window: MainWindow, engine: Engine, tmp_path: Path, speak: Callable[[str], None]
) -> None:
    """Fault 54, for these."""
    left(engine, tmp_path / "recovery")
    look_for_leftovers(window)
    english = {button.text() for button in hands.window.findChildren(QPushButton)}
    speak("ru")
    assert asked(hands).startswith("Найдена несохранённая работа")
    assert "Restore it" in english
    assert "Restore it" not in {button.text() for button in hands.window.findChildren(QPushButton)}
    assert hands.find(QMenu, "recent_menu").title() != "Open &recent"


def test_a_folder_for_recovery_that_cannot_be_written_is_said_once(hands: Hands, tmp_path: Path, path: Path) -> None:
    """Fault 18."""
    (tmp_path / "recovery").write_text("no folder", encoding="utf-8")
    hands.click("forward")
    assert hands.message.startswith("Nothing can be recovered if the program ends without a word")
    hands.click("backward")
    assert hands.message.startswith("Backward")
    saved(hands, path)
    assert asked(hands) == ""


def test_closing_while_the_file_is_written_waits_for_it(path: Path, hands: Hands, window: MainWindow) -> None:
    worker = ManualExecutor()
    window.documents.document._executor = worker
    hands.click("forward")
    window.documents.document.save(path)
    window.close()
    assert window.isVisible()
    assert not window.findChildren(QMessageBox)
    worker.work_all()
    assert not window.isVisible()
    assert path.exists()


def test_what_is_done_while_it_is_saved_to_close_is_asked_about_again(
    path: Path, hands: Hands, window: MainWindow
) -> None:
    worker = ManualExecutor()
    window.documents.document._executor = worker
    hands.click("forward")
    window.documents.document.save(path)
    worker.work_all()
    hands.click("backward")
    window.close()
    answer(hands, Button.Save)
    hands.click("update")
    worker.work_all()
    assert window.isVisible()
    assert len(storage.load(path).history.entries) == 3
    answer(hands, Button.Save)
    worker.work_all()
    assert not window.isVisible()
    assert len(storage.load(path).history.entries) == 4


def test_restoring_that_is_cancelled_is_offered_on(
    hands: Hands, window: MainWindow, engine: Engine, tmp_path: Path
) -> None:
    left(engine, tmp_path / "recovery")
    hands.click("forward", "backward")
    look_for_leftovers(window)
    first = asked(hands)
    notice(hands, "recover_button")
    answer(hands, Button.Cancel)
    assert asked(hands) == first
    assert len(hands.history.entries) == 3
    notice(hands, "recover_button")
    answer(hands, Button.Discard)
    assert asked(hands) == ""
    assert hands.history.index == 1


def test_every_file_command_is_a_command_of_the_window(hands: Hands) -> None:
    for name in ("new", "open", "save", "save_as"):
        action = hands.find(QAction, name)
        assert action.shortcuts()
        assert not action.icon().isNull()
        assert action.toolTip()
