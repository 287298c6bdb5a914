"""Every plot as a picture and as numbers, and the report, from the menus; nothing of pyqtgraph's own menus is left."""

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QMenu, QWidget

from perceptron_gui.core.operations import Engine
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui.exporting.report import ReportPictures
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.report import pictures
from tests.executors import InlineExecutor, ManualExecutor
from tests.ui.hands import Hands
from tests.ui.plots.scenes import BACKWARD, FORWARD, begin, done
from tests.ui.report.scenes import Reader

PLOTS = ("gradient_plot", "loss_plot", "activation_plot", "weights_plot", "contour_plot")
NO_POPUPS = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing the keyboard)")
RIGHT = Qt.MouseButton.RightButton


def plot(hands: Hands, name: str) -> Plot:
    """Bring a plot to the front."""
    found = next(one for one in hands.window.findChildren(Plot) if one.plot_widget.objectName() == name)
    dock = found.parentWidget()
    while not isinstance(dock, QDockWidget):
        assert dock is not None
        dock = dock.parentWidget()
    dock.raise_()
    hands.qtbot.waitUntil(lambda: found.is_seen)
    QApplication.processEvents()
    return found


def open_menus(hands: Hands) -> list[QMenu]:
    return [menu for menu in hands.window.findChildren(QMenu) if menu.isVisible()]


def write(hands: Hands, path: Path, kind: str = "") -> Path:
    """Choose a file in the dialog that is open, and wait until it is written."""
    dialog = hands.find(QFileDialog, "export_dialog")
    if kind:
        chosen = next(one for one in dialog.nameFilters() if kind in one)
        dialog.selectNameFilter(chosen)
        dialog.filterSelected.emit(chosen)
    dialog.selectFile(str(path))
    getattr(dialog, "accept")()  # noqa: B009  protected in the stubs
    hands.qtbot.waitUntil(lambda: not hands.action("cancel_export").isEnabled() and " is written" in hands.message)
    # The dialog is deleted by and by, and the next one has its name.
    hands.qtbot.waitUntil(lambda: not hands.window.findChildren(QFileDialog, "export_dialog"))
    return Path(hands.message.split(" is written")[0])


@NO_POPUPS
@pytest.mark.parametrize("name", PLOTS)
def test_a_right_click_offers_a_picture_and_the_numbers(hands: Hands, name: str, tmp_path: Path) -> None:
    hands.click("forward", "backward", "update")
    shown = plot(hands, name)
    view: QWidget = shown.plot_widget.viewport()
    QTest.mouseClick(view, RIGHT, pos=view.rect().center())
    (menu,) = open_menus(hands)
    assert [action.objectName() for action in menu.actions()] == ["export_picture", "export_numbers"]
    menu.actions()[0].trigger()
    menu.close()
    written = write(hands, tmp_path / "plot", ".svg")
    assert ET.parse(written).getroot().tag.endswith("svg")  # noqa: S314  our own file
    hands.action("export_picture").trigger()
    assert QImage(str(write(hands, tmp_path / "plot.png"))).width() == 2 * shown.width()
    hands.action("export_numbers").trigger()
    rows = list(csv.reader(write(hands, tmp_path / "plot.csv").read_text().splitlines()))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_drag_with_the_right_button_zooms_and_opens_nothing(hands: Hands) -> None:
    hands.click("forward")
    shown = plot(hands, "loss_plot")
    view = shown.plot_widget.viewport()
    middle = view.rect().center()
    QTest.mousePress(view, RIGHT, pos=middle)
    for step in range(1, 6):
        QTest.mouseMove(view, middle + QPoint(8 * step, 8 * step))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, view.mapToGlobal(middle))
    QApplication.sendEvent(view, event)
    assert open_menus(hands) == []
    QTest.mouseRelease(view, RIGHT, pos=middle + QPoint(40, 40))
    assert open_menus(hands) == []


@NO_POPUPS
def test_the_key_for_menus_opens_it_too(hands: Hands) -> None:
    shown = plot(hands, "weights_plot")
    shown.plot_widget.setFocus()
    place = shown.plot_widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, shown.plot_widget.mapToGlobal(place))
    QApplication.sendEvent(shown.plot_widget, event)
    (menu,) = open_menus(hands)
    menu.close()


def test_without_a_plot_it_says_what_to_do(hands: Hands) -> None:
    hands.go_to("W", 0, 0)
    for name in ("export_picture", "export_numbers"):
        hands.action(name).trigger()
        assert hands.message == "Click on a plot first."
    assert not hands.window.findChildren(QFileDialog)


@pytest.mark.parametrize("kind", [".pdf", ".html"])
def test_a_report(hands: Hands, tmp_path: Path, kind: str) -> None:
    hands.click("update", "forward", "backward")
    hands.action("export_report").trigger()
    written = write(hands, tmp_path / "handed in", kind)
    assert written == tmp_path / f"handed in{kind}"
    if kind == ".pdf":
        assert written.read_bytes().startswith(b"%PDF")
    else:
        read = Reader(written.read_text(encoding="utf-8"))
        assert read.tags.count("img") == len(pictures.KINDS)
        assert f"PyTorch {hands.session.torch_version}" in read.words
        assert "unsupported operand" in read.words


def test_the_report_is_of_the_moment_it_was_asked_for(hands: Hands, tmp_path: Path) -> None:
    hands.click("forward")
    hands.action("export_report").trigger()
    hands.session.undo()
    written = write(hands, tmp_path / "a.html")
    assert "[2]" in Reader(written.read_text(encoding="utf-8")).words


def test_the_window_is_asked_piece_by_piece_and_nobody_takes_anothers_answer(hands: Hands, engine: Engine) -> None:
    """One plot a turn of the event loop; what a panel asks meanwhile is answered, too."""
    worker = ManualExecutor()
    session = Session(begin(), worker, lambda: engine)
    session.prepare()
    worker.work_all()
    history = done(engine, begin("twin"), FORWARD, BACKWARD)
    taking = ReportPictures(session, history, hands.window)
    answered: list[object] = []
    session.answered.connect(lambda question, _: answered.append(question))
    asked: list[object] = []
    turns = 0
    while not taking.pictures.done():
        turns += 1
        assert turns < 100
        QApplication.processEvents()
        if worker.pending:
            other = next(iter(session._questions.values()), None)
            kind = type(other) if other is not None else None
            if kind is not None and not asked:
                # Another asker's question of the same kind does not take the place of this one.
                mine = kind(*(getattr(other, field) for field in kind.__dataclass_fields__))
                asked.append(mine)
                session.ask(mine)
            worker.work_once()
    assert len(taking.pictures.result()) == len(pictures.KINDS)
    while worker.pending:
        worker.work_once()
    assert all(one in answered for one in asked)
    assert turns >= 2 * len(pictures.KINDS)


def test_without_torch_the_pictures_come_without_its_answers(hands: Hands) -> None:
    def fail() -> Engine:
        raise ImportError("no torch")

    session = Session(begin(), InlineExecutor(), fail)
    session.prepare()
    taking = ReportPictures(session, session.history, hands.window)
    hands.qtbot.waitUntil(taking.pictures.done)
    assert len(taking.pictures.result()) == len(pictures.KINDS)


def test_the_title_is_the_name_of_the_document(hands: Hands, document: Document, tmp_path: Path) -> None:
    document.save(tmp_path / "<b>Lab & 3.perceptron")
    hands.action("export_report").trigger()
    read = Reader(write(hands, tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "<b>Lab & 3\n" in read.words
