"""Devices that are not there, run out of memory or fail: the history is kept and the window says it."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from perceptron_gui import resources
from perceptron_gui.core.actions import Operation, SwitchDevice
from perceptron_gui.core.history import History
from perceptron_gui.document import Document
from perceptron_gui.session import Session
from perceptron_gui.ui import theme
from perceptron_gui.ui.main_window import MainWindow
from tests.engines import FakeEngine
from tests.executors import InlineExecutor, ManualExecutor
from tests.ui.hands import Hands

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation
ALLOCATOR = (
    "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: "
    "you tried to allocate 4000000000000 bytes. Error code 12 (Cannot allocate memory)"
)
CUDA_OOM = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 1.00 GiB"
DEVICE_ASSERT = "CUDA error: device-side assert triggered"
Opened = Callable[..., Hands]


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Opened]:
    """A window over an engine, on a device."""
    windows: list[MainWindow] = []

    def open_window(engine: FakeEngine, device: str = "cpu", worker: Executor | None = None) -> Hands:
        resources.register()
        session = Session(History.begin("notebook", device), worker or InlineExecutor(), lambda: engine, device)
        window = MainWindow(session, Document(session, InlineExecutor()), theme.LIGHT)
        qtbot.addWidget(window)
        windows.append(window)
        window.resize(1366, 740)
        with qtbot.waitExposed(window):
            window.show()
        session.prepare()
        return Hands(window, qtbot)

    yield open_window
    for window in windows:
        window.documents.document.forget()
        window.close()


def devices_shown(hands: Hands) -> dict[str, bool]:
    """Return the devices in the list, and whether each can be chosen."""
    box = hands.find(QComboBox, "device_combo_box")
    model = box.model()
    return {
        box.itemText(row): bool(model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled)
        for row in range(box.count())
    }


def device_chosen(hands: Hands) -> str:
    return hands.find(QComboBox, "device_combo_box").currentText()


def choose(hands: Hands, name: str) -> None:
    """Choose a device with the keyboard, as the list shows it."""
    box = hands.find(QComboBox, "device_combo_box")
    box.setFocus()
    steps = box.findText(name) - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


def test_the_list_holds_what_works_and_switching_is_an_entry_that_undo_does_not_take_back(opened: Opened) -> None:
    hands = opened(FakeEngine("cpu", "cuda:0", "cuda:1"))
    assert devices_shown(hands) == {"cpu": True, "cuda:0": True, "cuda:1": True}
    hands.click("forward", "backward")
    grad = hands.exact("W_grad")
    choose(hands, "cuda:0")
    assert hands.history.entry.action == SwitchDevice("cuda:0")
    assert hands.history.entry.device == "cuda:0"
    assert hands.now.forward is None
    assert hands.exact("W_grad") == grad
    assert "cuda:0" in hands.message
    hands.action("undo").trigger()
    assert hands.session.device == "cuda:0"
    assert device_chosen(hands) == "cuda:0"
    hands.click("forward")
    assert hands.history.entry.device == "cuda:0"


@pytest.mark.parametrize(
    "error", [RuntimeError(ALLOCATOR), MemoryError(), torch.OutOfMemoryError(CUDA_OOM)], ids=["cpu", "python", "cuda"]
)
def test_out_of_memory_is_said_and_the_state_kept(opened: Opened, error: Exception) -> None:
    engine = FakeEngine("cpu", "cuda:0")
    hands = opened(engine, "cuda:0")
    hands.click("forward")
    before = hands.history
    engine.failures.append(error)
    hands.click("backward")
    assert hands.history is before
    assert hands.message.startswith("Out of memory on cuda:0; nothing was changed.")
    assert "device cpu" in hands.message, "the way forward is offered"
    assert devices_shown(hands)["cuda:0"], "a smaller layer may still fit there"
    hands.click("backward")
    assert hands.history.entry.action is BACKWARD
    assert hands.history.entry.refusal is None


def test_a_whole_step_ends_where_a_phase_failed(opened: Opened) -> None:
    engine = FakeEngine("cpu")
    hands = opened(engine)
    hands.click("forward", "backward")
    before = hands.history
    engine.failures.append(torch.OutOfMemoryError(CUDA_OOM))
    hands.click("step")
    assert engine.ran_on == ["cpu"] * 3, "forward, backward, and the forward that failed"
    assert hands.history is before
    assert hands.message.startswith("Out of memory on cpu")


def test_pytorchs_own_allocation_failure_comes_through_the_phase(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: torch.Tensor) -> torch.Tensor:
        raise RuntimeError(ALLOCATOR)

    hands.click("forward")
    before = hands.history
    with monkeypatch.context() as patch:
        patch.setattr(torch, "sigmoid", fail)
        hands.click("forward")
    assert hands.history is before
    assert hands.message.startswith("Out of memory on cpu; nothing was changed.")
    hands.click("backward")
    assert hands.history.entry.refusal is None
    assert hands.shown("b_grad") == [["-0.2305"]]


def test_a_lost_device_leaves_the_last_state_on_the_cpu_and_is_greyed(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    engine = FakeEngine("cpu", "cuda:0")
    hands = opened(engine, "cuda:0")
    hands.click("forward", "backward")
    grad, entries = hands.exact("W_grad"), len(hands.history.entries)
    engine.failures.append(torch.AcceleratorError(DEVICE_ASSERT))
    with caplog.at_level(logging.WARNING):
        hands.click("update")
    assert DEVICE_ASSERT in caplog.text
    assert len(hands.history.entries) == entries + 1
    assert hands.history.entry.action == SwitchDevice("cpu")
    assert hands.history.entry.device == "cpu"
    assert hands.exact("W_grad") == grad
    assert hands.message.startswith("The device cuda:0 failed. Work continues on the CPU from the last state.")
    assert devices_shown(hands) == {"cpu": True, "cuda:0": False}
    assert device_chosen(hands) == "cpu"
    engine.ran_on.clear()
    hands.click("update")
    assert engine.ran_on == ["cpu"]
    assert hands.shown("W") == [["-2.3227"], ["-0.1019"], ["1.1495"]]
    choose(hands, "cuda:0")
    assert hands.session.device == "cpu", "greyed until the next start"


@pytest.mark.parametrize("name", ["cuda:3", "mps", "gpu", "meta", "<b>x</b>"])
def test_a_device_that_is_not_here_is_the_cpu_and_that_is_said(opened: Opened, name: str) -> None:
    hands = opened(FakeEngine("cpu", "cuda:0"), name)
    assert f"The device {name} does not work on this machine" in hands.message
    assert hands.session.device == "cpu"
    assert device_chosen(hands) == "cpu"
    assert [entry.device for entry in hands.history.entries] == ["cpu"], "nothing happened there"
    hands.click("forward")
    assert hands.history.entry.device == "cpu"


@pytest.mark.parametrize(("asked", "given"), [("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1")])
def test_a_device_by_its_name_or_kind(opened: Opened, asked: str, given: str) -> None:
    hands = opened(FakeEngine("cpu", "cuda:0", "cuda:1"), asked)
    assert hands.session.device == given
    assert device_chosen(hands) == given
    assert len(hands.history.entries) == 1


def test_presses_made_before_a_missing_device_was_known_run_on_the_cpu(opened: Opened) -> None:
    worker, engine = ManualExecutor(), FakeEngine("cpu")
    hands = opened(engine, "cuda:3", worker)
    hands.click("forward", "backward")
    worker.work_all()
    assert engine.ran_on == ["cpu", "cpu"]
    assert [entry.device for entry in hands.history.entries[1:]] == ["cpu", "cpu"]
    assert hands.shown("b_grad") == [["-0.2305"]]


def test_a_device_that_does_not_work_any_more_when_chosen_is_refused(hands: Hands) -> None:
    before = hands.history
    hands.session.perform(SwitchDevice("cuda:99"))
    assert hands.history is before
    assert hands.message.startswith("The device cuda:99 does not work on this machine.")
    assert device_chosen(hands) == "cpu"
