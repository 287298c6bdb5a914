"""Files for other programs, from the menu: asked for, written beside the window, told."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from PySide6.QtWidgets import QApplication, QFileDialog, QProgressBar, QWidget

from perceptron_gui.background import Background
from perceptron_gui.core.exporting import script
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.document import Document
from tests.core.exporting.plain import PlainPython
from tests.core.notebook import bits, state
from tests.ui.hands import Hands


def dialog_of(hands: Hands, command: str) -> QFileDialog:
    """Choose a command, and return the dialog that it opens; that of before is gone by then."""
    hands.qtbot.waitUntil(lambda: hands.window.findChildren(QFileDialog) == [])
    hands.action(command).trigger()
    dialog = hands.find(QFileDialog, "export_dialog")
    assert dialog.isVisible()
    return dialog


def export(hands: Hands, command: str, path: Path, name_filter: str = "") -> Path:
    """Choose a command, name the file, wait until it is written, and return it."""
    dialog = dialog_of(hands, command)
    if name_filter:
        chosen = next(one for one in dialog.nameFilters() if name_filter in one)
        dialog.selectNameFilter(chosen)
        dialog.filterSelected.emit(chosen)
    dialog.selectFile(str(path))
    getattr(dialog, "accept")()  # noqa: B009  protected in the stubs
    hands.qtbot.waitUntil(lambda: not hands.action("cancel_export").isEnabled() and str(path) in hands.message)
    QApplication.processEvents()
    return Path(hands.message.split(" is written")[0])


def test_a_script(hands: Hands, tmp_path: Path) -> None:
    hands.click("forward", "backward", "update", "forward", "backward", "backward")
    written = export(hands, "export_script", tmp_path / "my steps")
    assert written == tmp_path / "my steps.py"
    assert hands.message == f"{written} is written."
    with PlainPython(tmp_path) as python:
        left, printed = python.run(written.read_bytes())
    assert left == state(hands.now)
    assert printed.startswith("RuntimeError: Trying to backward through the graph a second time")


def test_the_name_that_is_proposed_is_the_sessions(hands: Hands, document: Document, tmp_path: Path) -> None:
    dialog = dialog_of(hands, "export_notebook")
    assert [Path(one).name for one in dialog.selectedFiles()] == ["session.ipynb"]
    dialog.reject()
    document.save(tmp_path / "Neuron 1.perceptron")
    dialog = dialog_of(hands, "export_script")
    assert dialog.selectedFiles() == [str(tmp_path / "Neuron 1.py")]


def test_a_notebook_and_the_history(hands: Hands, tmp_path: Path) -> None:
    hands.click("forward")
    assert export(hands, "export_notebook", tmp_path / "a").read_text().count('"cell_type": "code"') == 2
    assert len(export(hands, "export_history", tmp_path / "a").read_text().splitlines()) == 3
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["a.csv", "a.ipynb"]


@pytest.mark.parametrize("suffix", [".csv", ".npy", ".safetensors"])
def test_the_tensor_of_the_table_that_has_the_keyboard(hands: Hands, tmp_path: Path, suffix: str) -> None:
    hands.click("forward", "backward")
    hands.go_to("W_grad", 1, 0)
    written = export(hands, "export_tensor", tmp_path / "grad", suffix)
    assert written == tmp_path / f"grad{suffix}"
    read: dict[str, Any] = {
        ".csv": lambda: np.loadtxt(written, np.float32, delimiter=",", ndmin=2),
        ".npy": lambda: np.load(written, allow_pickle=False),
        ".safetensors": lambda: safetensors.numpy.load_file(written)["W.grad"],
    }
    array = read[suffix]()
    assert hands.now.W_grad is not None
    assert array.shape == hands.now.W_grad.shape
    assert bits(array) == bits(hands.now.W_grad)


def test_a_suffix_that_is_typed_chooses_the_form(hands: Hands, tmp_path: Path) -> None:
    hands.go_to("x", 0, 0)
    assert np.load(export(hands, "export_tensor", tmp_path / "x.npy")).shape == (3,)


def test_a_table_offers_it_in_its_own_menu(hands: Hands) -> None:
    assert hands.action("export_tensor") in hands.table("W").actions()


def test_what_is_not_there_is_not_written(hands: Hands) -> None:
    hands.go_to("z", 0, 0)
    hands.action("export_tensor").trigger()
    assert hands.message == "z has no values yet: there is nothing to write."
    hands.find(QWidget, "lr_spin_box").setFocus()
    hands.action("export_tensor").trigger()
    assert hands.message == "Select cells in a table first."
    assert hands.window.findChildren(QFileDialog) == []


def test_all_tensors_by_their_names(hands: Hands, tmp_path: Path) -> None:
    hands.click("forward", "backward")
    written = export(hands, "export_tensors", tmp_path / "all")
    read = safetensors.numpy.load_file(written)
    assert set(read) == {"x", "y_true", "W", "b", "W.grad", "b.grad", "z", "y_pred", "loss"}
    assert hands.message.endswith("In it are: x, y_true, W, b, W.grad, b.grad, z, y_pred, loss.")


def test_a_linear_layer_and_the_transposition_is_said(hands: Hands, tmp_path: Path) -> None:
    written = export(hands, "export_state_dict", tmp_path / "layer")
    layer = torch.nn.Linear(3, 1)
    layer.load_state_dict(torch.load(written, weights_only=True))
    assert bits(layer.weight.detach().numpy()) == bits(hands.now.W.T)
    said = "weight is W transposed, (1, 3), and bias is b, as torch.nn.Linear(3, 1) has them."
    assert hands.message == f"{tmp_path / 'layer.pt'} is written.\n{said}"


def test_a_file_that_cannot_be_written_is_said_with_the_cause(hands: Hands, tmp_path: Path) -> None:
    """Fault 16."""
    dialog = dialog_of(hands, "export_script")
    dialog.fileSelected.emit(str(tmp_path / "missing" / "a.py"))
    dialog.reject()
    hands.qtbot.waitUntil(lambda: "is not saved" in hands.message)
    assert "No such file or directory" in hands.message
    hands.click("forward")
    assert hands.now.forward is not None


def test_an_export_does_not_go_over_a_session(hands: Hands, document: Document, tmp_path: Path) -> None:
    opened, other = tmp_path / "opened", tmp_path / "other.perceptron"
    document.save(opened)
    other.write_bytes(b"a session")
    linked = tmp_path / "linked.py"
    linked.hardlink_to(opened)
    before = opened.read_bytes()
    for path in (opened, linked, other):
        dialog = dialog_of(hands, "export_script")
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        assert hands.message == f"{path} is not saved, and what it held is as it was: that is the name of a session"
    assert (opened.read_bytes(), linked.read_bytes(), other.read_bytes()) == (before, before, b"a session")


class Gate:
    """Work that waits, half done, until it is let go."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def script(self, _history: object, watch: Any) -> Iterator[bytes]:
        yield b"half"
        watch(1, 2)
        self.begun.set()
        assert self.opened.wait(30)
        watch(1, 2)
        yield b"whole"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(script, "script", gate.script)
    yield gate
    gate.opened.set()


def begin(hands: Hands, gate: Gate, path: Path) -> None:
    path.write_bytes(b"old")
    dialog = dialog_of(hands, "export_script")
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    hands.qtbot.waitUntil(gate.begun.is_set)


def test_a_long_export_is_seen_and_can_be_cancelled(hands: Hands, gate: Gate, tmp_path: Path) -> None:
    begin(hands, gate, tmp_path / "100 %p.py")
    bar = hands.find(QProgressBar, "export_progress")
    hands.qtbot.waitUntil(lambda: bar.isVisible() and bar.value() == 50)
    assert bar.text().replace("\u2060", "") == "100 %p.py  50 %"
    assert not hands.action("export_script").isEnabled()
    hands.click("forward")
    assert hands.now.forward is not None
    hands.action("cancel_export").trigger()
    gate.opened.set()
    hands.qtbot.waitUntil(lambda: "Cancelled" in hands.message)
    assert hands.message == f"Cancelled: {tmp_path / '100 %p.py'} is not written."
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir() if one.is_file()] == [("100 %p.py", b"old")]
    assert not bar.isVisible()
    assert hands.action("export_script").isEnabled()
    assert not hands.action("cancel_export").isEnabled()


def test_closing_ends_an_export_without_a_file(hands: Hands, gate: Gate, tmp_path: Path) -> None:
    begin(hands, gate, tmp_path / "a.py")
    assert not hands.window.exports.close(0.01)
    gate.opened.set()
    assert hands.window.exports.close(30)
    assert (tmp_path / "a.py").read_bytes() == b"old"


def test_what_fails_inside_is_said_and_the_next_export_works(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_history: object, _watch: object) -> Iterator[bytes]:
        raise KeyError("inside")
        yield b""

    with monkeypatch.context() as patch:
        patch.setattr(script, "script", fail)
        dialog = dialog_of(hands, "export_script")
        dialog.fileSelected.emit(str(tmp_path / "a.py"))
        dialog.reject()
        hands.qtbot.waitUntil(lambda: "KeyError" in hands.message)
    assert not (tmp_path / "a.py").exists()
    assert export(hands, "export_script", tmp_path / "b").exists()


def test_the_background_does_one_thing_at_a_time(hands: Hands) -> None:
    background = Background(ThreadPoolExecutor(1))
    found: list[object] = []
    background.finished.connect(found.append)
    background.failed.connect(found.append)
    go_on = threading.Event()

    def wait(_watch: object) -> int:
        assert go_on.wait(30)
        return 7

    background.start(wait)
    with pytest.raises(RuntimeError):
        background.start(wait)
    go_on.set()
    hands.qtbot.waitUntil(lambda: found == [7])
    assert not background.is_busy

    def refuse(_watch: object) -> None:
        raise Problem(Reason.NOT_SAVED, file="a", detail="b")

    background.start(refuse)
    hands.qtbot.waitUntil(lambda: len(found) == 2)
    assert isinstance(found[1], Problem)
    assert background.close(10)
