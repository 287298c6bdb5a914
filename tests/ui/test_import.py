"""A person imports a table, and tensors: the preview, what it says, and that it is one edit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QTableView,
)
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.actions import Import
from perceptron_gui.core.history import History
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import FloatArray, frozen, same_bits
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.executors import InlineExecutor, ManualExecutor
from tests.ui.hands import LEFT, Found, Hands

IRIS = "length,width,species,class\n5.1,3.5,setosa,0\n4.9,3.0,virginica,1\n6.2,3.4,virginica,1\n"
EXPECTED = [[5.1, 3.5], [4.9, 3.0], [6.2, 3.4]]


class Importer:
    """A person before an import dialog."""

    def __init__(self, hands: Hands, folder: Path) -> None:
        self.hands = hands
        self.folder = folder

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def open(self, name: str, data: str | bytes) -> None:
        self.hands.window.imports.import_file(self.write(name, data))

    def dialogs(self) -> list[QDialog]:
        found = self.hands.window.findChildren(QDialog)
        return [dialog for dialog in found if dialog.isVisible() and dialog.objectName().startswith("import")]

    def find(self, kind: type[Found], name: str) -> Found:
        found = self.dialogs()[0].findChildren(kind, f"import_{name}")
        assert len(found) == 1, name
        return found[0]

    def click(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        assert button.isEnabled(), self.said
        QTest.mouseClick(button, LEFT)

    def select(self, *columns: int) -> None:
        view = self.find(QTableView, "table")
        view.clearSelection()
        for column in columns:
            point = view.visualRect(view.model().index(0, column)).center()
            modifier = Qt.KeyboardModifier.ControlModifier if column is not columns[0] else Qt.KeyboardModifier(0)
            QTest.mouseClick(view.viewport(), LEFT, modifier, point)

    def choose(self, name: str, text: str) -> None:
        combo = self.find(QComboBox, f"{name}_combo_box")
        combo.setFocus()
        index = next(index for index in range(combo.count()) if text in combo.itemText(index))
        combo.setCurrentIndex(index)
        combo.activated.emit(index)

    @property
    def headers(self) -> list[str]:
        model = self.find(QTableView, "table").model()
        return [str(model.headerData(column, Qt.Orientation.Horizontal)) for column in range(model.columnCount())]

    @property
    def said(self) -> str:
        return self.find(QLabel, "result_label").text()

    @property
    def is_ready(self) -> bool:
        return self.find(QAbstractButton, "ok_button").isEnabled()


@pytest.fixture
def importer(hands: Hands, tmp_path: Path) -> Importer:
    return Importer(hands, tmp_path)


def floats(values: object) -> FloatArray:
    return frozen(np.array(values))


def test_a_table_becomes_x_and_y_true_as_one_edit(importer: Importer) -> None:
    hands = importer.hands
    hands.click("forward", "backward")
    before = hands.history
    importer.open("iris.csv", IRIS)
    assert importer.headers == ["length\nx[:, 0]", "width\nx[:, 1]", "species\n–", "class\ny_true[:, 0]"]
    assert importer.said == "After the import: x (3, 2), y_true (3, 1), W (2, 1), b (1,)"
    importer.click("ok_button")
    assert importer.dialogs() == []
    assert same_bits(hands.now.x, floats(EXPECTED))
    assert hands.now.y_true.tolist() == [[0], [1], [1]]
    assert hands.exact("x") == floats(EXPECTED).tolist()
    assert hands.shown("W_grad") == [["None"], ["None"]]
    assert "Imported from iris.csv: x, y_true." in hands.message
    assert len(hands.history.entries) == len(before.entries) + 1
    action = hands.history.entry.action
    assert isinstance(action, Import)
    assert action.source == "iris.csv"
    assert dict(action.tensors)["x"] is hands.now.x  # type: ignore[index]
    hands.action("undo").trigger()
    assert hands.now is before.current
    hands.action("redo").trigger()
    hands.click("forward", "backward", "update")
    assert hands.now.forward is not None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_file_is_chosen_from_the_menu(importer: Importer) -> None:
    path = importer.write("iris.csv", IRIS)
    importer.hands.action("import").trigger()
    chooser = importer.hands.find(QFileDialog, "import_file_dialog")
    assert "*.csv" in chooser.nameFilters()[0]
    chooser.findChildren(QLineEdit, "fileNameEdit")[0].setText(str(path))
    chooser.accept()
    importer.hands.qtbot.waitUntil(lambda: len(importer.dialogs()) == 1)
    importer.hands.qtbot.waitUntil(lambda: importer.dialogs()[0].objectName() == "import_dialog")


def test_the_columns_are_chosen(importer: Importer) -> None:
    importer.open("a.csv", "a,b,c,d\n1.5,2,3,4\n5,6,7,8\n")
    importer.select(0, 3)
    importer.click("y_true_button")
    importer.select(1)
    importer.click("skip_button")
    assert [header.split("\n")[1] for header in importer.headers] == ["y_true[:, 0]", "–", "x[:, 0]", "y_true[:, 1]"]
    assert importer.said == "After the import: x (2, 1), y_true (2, 2), W (1, 2), b (2,)"
    importer.select(0, 1, 2, 3)
    importer.click("skip_button")
    assert not importer.is_ready
    assert importer.said == "Choose at least one column as x or y_true."
    importer.select(2)
    importer.click("x_button")
    importer.click("ok_button")
    assert importer.hands.now.x.tolist() == [[3], [7]]
    assert importer.hands.now.y_true.tolist() == [[1], [0]]


def test_a_bad_cell_is_named_and_its_column_can_be_left_out(importer: Importer) -> None:
    importer.open("a.csv", "a,b,c\n1.5,2,3\n4,oops,6\n")
    assert not importer.is_ready
    assert importer.said.startswith("Line 3, column 2: “oops” is no finite number")
    importer.select(1)
    importer.click("skip_button")
    assert importer.is_ready


def test_a_comma_that_may_be_either_is_asked_about(importer: Importer) -> None:
    importer.open("gate.csv", "0,0\n0,1\n1,0\n")
    assert not importer.is_ready
    assert "more than one way" in importer.said
    assert importer.find(QComboBox, "separator_combo_box").currentIndex() == -1
    importer.choose("decimal", ",")
    assert "x (3, 1)" in importer.said
    importer.choose("decimal", ".")
    assert importer.said == "After the import: x (3, 1), y_true (3, 1), W (1, 1), b (1,)"
    assert importer.find(QComboBox, "separator_combo_box").currentData() == ","
    importer.click("ok_button")
    assert importer.hands.now.y_true.tolist() == [[0], [1], [0]]


def test_the_header_can_be_overridden_and_choices_stay(importer: Importer) -> None:
    importer.open("a.tsv", "2019\t2020\t2021\n1\t2\t3\n4\t5\t6\n")
    assert not importer.find(QCheckBox, "header_check_box").isChecked()
    importer.select(0)
    importer.click("skip_button")
    importer.click("header_check_box")
    assert importer.headers == ["2019\n–", "2020\nx[:, 0]", "2021\ny_true[:, 0]"]
    importer.click("ok_button")
    assert importer.hands.now.x.tolist() == [[2], [5]]


def test_what_the_separator_spoils_is_said_in_the_dialog(importer: Importer) -> None:
    importer.open("a.csv", "a;b\n1,5;2\n3,25;4,5\n")
    assert importer.is_ready
    importer.choose("separator", "comma")
    assert not importer.is_ready
    assert importer.said.startswith("Line ")
    importer.choose("separator", "semicolon")
    assert importer.is_ready


def test_cancel_changes_nothing(importer: Importer) -> None:
    before = importer.hands.history
    importer.open("iris.csv", IRIS)
    importer.dialogs()[0].reject()
    assert importer.dialogs() == []
    assert importer.hands.history is before


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"\0\0", "a.csv is not imported: it is no text"),
        ("a.docx", b"", "a.docx is not imported: it is neither a table"),
        ("a.npy", b"junk", "a.npy is damaged or holds no tensors"),
        ("a.safetensors", b"junk", "a.safetensors is damaged"),
        ("a.pt", b"junk", "a.pt is damaged"),
    ],
)
def test_what_cannot_be_imported_is_said_in_the_status_line(
    importer: Importer, name: str, data: bytes, said: str, speak: Callable[[str], None]
) -> None:
    before = importer.hands.history
    importer.open(name, data)
    assert importer.dialogs() == []
    assert importer.hands.message.startswith(said)
    assert importer.hands.history is before
    speak("ru")
    assert "импортирован" in importer.hands.message
    importer.hands.click("forward")
    assert "импортирован" not in importer.hands.message


def test_named_tensors_are_imported_at_once(importer: Importer) -> None:
    x, W = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones((3, 2), np.float32)
    importer.open("a.safetensors", safetensors.numpy.save({"x": x, "W": W, "other": W}))
    assert importer.dialogs() == []
    assert same_bits(importer.hands.now.x, x)
    assert same_bits(importer.hands.now.W, W)
    assert importer.hands.now.y_true.tolist() == [[1, 0], [0, 0]]


def test_tensors_that_do_not_fit_each_other_are_refused(importer: Importer) -> None:
    before = importer.hands.history
    tensors = {"x": np.ones((2, 3), np.float32), "W": np.ones((4, 1), np.float32)}
    importer.open("a.safetensors", safetensors.numpy.save(tensors))
    assert importer.hands.message == "x and W do not agree on n: 3 and 4. Nothing was changed."
    assert importer.hands.history is before


def test_an_nn_linear_is_transposed_and_the_window_says_so(importer: Importer) -> None:
    layer = torch.nn.Linear(3, 2)
    torch.save(layer.state_dict(), importer.folder / "l.pt")
    importer.hands.window.imports.import_file(importer.folder / "l.pt")
    assert same_bits(importer.hands.now.W, frozen(layer.weight.detach().numpy().T))
    assert same_bits(importer.hands.now.b, frozen(layer.bias.detach().numpy()))
    assert "transposed" in importer.hands.message
    assert "Imported from l.pt: W, b." in importer.hands.message


def test_of_an_array_without_a_name_a_person_says_what_it_is(importer: Importer) -> None:
    np.save(importer.folder / "data.npy", np.arange(6).reshape(3, 2))
    importer.hands.window.imports.import_file(importer.folder / "data.npy")
    assert importer.said == "After the import: x (3, 2), y_true (3, 1), W (2, 1), b (1,)"
    importer.find(QComboBox, "tensor_combo_box").setCurrentText("b")
    assert not importer.is_ready
    assert importer.said == "The shape (3, 2) does not suit b. Nothing was changed."
    importer.find(QComboBox, "tensor_combo_box").setCurrentText("W")
    importer.click("ok_button")
    assert importer.hands.now.W.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_of_two_layers_a_person_chooses(importer: Importer) -> None:
    network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    torch.save(network.state_dict(), importer.folder / "n.pt")
    importer.hands.window.imports.import_file(importer.folder / "n.pt")
    combo = importer.find(QComboBox, "array_combo_box")
    assert combo.itemText(0) == "0.weight.T: nn.Linear(4, 3)"
    combo.setCurrentIndex(1)
    importer.click("ok_button")
    assert importer.hands.now.W.shape == (3, 2)
    assert "transposed" in importer.hands.message


HOSTILE = ("<b>bold<b>", "<img src=x>", "a < b & c")


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_shown_letter_by_letter(importer: Importer, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 48."""
    asked: list[object] = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *args: asked.append(args))
    importer.open(f"{text}.csv", f"{text},b\n1.5,2\n{text},3\n")
    assert importer.headers[0].startswith(text)
    assert text in importer.said
    labels = [label for label in importer.dialogs()[0].findChildren(QLabel) if text in label.text()]
    assert len(labels) == 2
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    importer.select(0)
    importer.click("skip_button")
    importer.click("ok_button")
    assert f"Imported from {text}.csv: y_true." in importer.hands.message
    assert asked == []


def test_the_dialogs_speak_the_language_of_now(importer: Importer, speak: Callable[[str], None]) -> None:
    importer.open("iris.csv", IRIS)
    importer.select(0)
    importer.click("skip_button")
    speak("ru")
    assert importer.dialogs()[0].windowTitle() == "Импорт таблицы"
    assert importer.said.startswith("После импорта: ")
    assert importer.find(QComboBox, "separator_combo_box").currentText() == "запятая ,"
    assert importer.headers[0] == "length\n–", "what was chosen is not lost"
    importer.dialogs()[0].reject()
    np.save(importer.folder / "data.npy", np.arange(6).reshape(3, 2))
    importer.hands.window.imports.import_file(importer.folder / "data.npy")
    assert importer.dialogs()[0].windowTitle() == "Импорт тензоров"
    speak("en")
    assert importer.dialogs()[0].windowTitle() == "Import tensors"


def test_a_closed_dialog_is_gone(importer: Importer) -> None:
    """Fault 55."""
    before = len(QApplication.topLevelWidgets())
    for _ in range(10):
        importer.open("iris.csv", IRIS)
        importer.dialogs()[0].reject()
    importer.hands.qtbot.waitUntil(lambda: len(QApplication.topLevelWidgets()) <= before)


def test_a_file_that_takes_its_time_holds_nothing_up(qtbot: QtBot, engine: Engine, tmp_path: Path) -> None:
    worker = ManualExecutor()
    session = Session(History.begin("notebook", "cpu"), worker, lambda: engine)
    session.prepare()
    worker.work_all()
    resources.register()
    document = Document(session, InlineExecutor())
    window = MainWindow(session, document, theme.LIGHT)
    qtbot.addWidget(window)
    window.show()
    worker.work_all()
    importer = Importer(Hands(window, qtbot), tmp_path)
    importer.open("iris.csv", IRIS)
    assert importer.dialogs() == []
    qtbot.waitUntil(lambda: importer.hands.message == "Reading iris.csv…")
    worker.work_all()
    assert len(importer.dialogs()) == 1
    importer.click("header_check_box")
    assert not importer.is_ready
    assert importer.said == "Reading iris.csv…"
    worker.work_all()
    assert "“length”" in importer.said
    importer.click("header_check_box")
    importer.dialogs()[0].reject()
    worker.work_all()
    assert importer.dialogs() == [], "what comes too late is dropped"
    importer.open("iris.csv", IRIS)
    importer.open("other.csv", "1,2,3\n")
    worker.work_all()
    assert len(importer.dialogs()) == 1
    assert "other.csv" in importer.dialogs()[0].findChildren(QLabel)[0].text()
    importer.dialogs()[0].reject()
    document.forget()
    window.close()
