"""The real program in a process of its own: how it starts where something is missing, and how it ends."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings
from PySide6.QtWidgets import QMainWindow

from perceptron_gui import __version__
from perceptron_gui.preferences import Preferences
from tests.e2e.processes import DRIVER, LIMIT, ROOT, drive, run, seen

CLOSINGS = 4
"""How many moments of a running step the window is closed at; more find rarer races, at 3 s each."""
LONGEST_CLOSING = 3.5


def test_the_version() -> None:
    done = run("-m", "perceptron_gui", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"perceptron-gui {__version__}\n", "")


def test_an_option_that_is_not_known_is_refused() -> None:
    done = run("-m", "perceptron_gui", "--lang", "xx")
    assert done.returncode == 2
    assert "usage: perceptron-gui" in done.stderr


def test_the_window_is_there_before_torch_and_a_press_before_it_is_done() -> None:
    shown = seen(drive("press_early"))
    assert shown["torch_was_there"] is False
    assert "PyTorch is loading" in shown["first_message"]
    assert shown["loss"] == "0.6965"
    assert shown["message"].startswith("Backward: ")
    assert all(shown["icons"])


def moments() -> list[tuple[float, float]]:
    """Return after how many seconds to close, and how long the step takes: ever so long, or ending meanwhile."""
    draw = random.Random(2)  # noqa: S311  no secret
    delays = [draw.uniform(0, 0.8) for _ in range(CLOSINGS)]
    return [(delay, 5.0 if number % 2 else delay + draw.uniform(0, 0.6)) for number, delay in enumerate(delays)]


@pytest.mark.parametrize(("delay", "seconds"), moments())
def test_closing_during_a_step_ends_the_process_soon_and_well(delay: float, seconds: float) -> None:
    """Fault 2."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(DRIVER), f"close_during_step={delay}={seconds}"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "closing\n"
        begun = time.monotonic()
        _, stderr = process.communicate(timeout=LIMIT)
        took = time.monotonic() - begun
    assert process.returncode == 0, stderr
    assert took < LONGEST_CLOSING
    assert "QThread: Destroyed" not in stderr
    assert "Traceback" not in stderr
    assert "Fatal" not in stderr


@pytest.mark.parametrize("delay", [0.0, 0.5])
def test_closing_while_torch_loads_ends_the_process_well(delay: float) -> None:
    done = drive(f"close_at_once={delay}")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "QThread: Destroyed" not in done.stderr


@pytest.mark.parametrize("error", ["OSError('[WinError 1114] c10.dll')", "ImportError('libtorch.so is missing')"])
def test_torch_that_cannot_be_loaded_is_said_with_its_cause(tmp_path: Path, error: str) -> None:
    """Fault 61."""
    fake = tmp_path / "site" / "torch"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(f"raise {error}\n", encoding="utf-8")
    done = drive("read_message_box", PYTHONPATH=f"{fake.parent}{os.pathsep}{ROOT}")
    cause = error.split("'")[1]
    text = json.loads(done.stdout.splitlines()[-1])["text"]
    assert done.returncode == 1
    for said in (text, done.stderr):
        assert cause in said
        assert "PyTorch cannot be loaded" in said
        assert "Install it again" in said


@pytest.mark.skipif(sys.platform != "linux", reason="threads are listed in /proc")
def test_the_window_is_painted_in_one_thread() -> None:
    """Qt shares tall gradients out among threads, which takes longer than painting them."""
    threads = seen(drive("look_without_torch"))["threads"]
    assert threads
    assert "Thread (pooled)" not in threads


def settings_file(home: Path) -> QSettings:
    folder = home / "perceptron-gui"
    folder.mkdir(parents=True)
    return QSettings(str(folder / "perceptron-gui.ini"), QSettings.Format.IniFormat)


@pytest.mark.usefixtures("qapp")
def test_a_window_that_was_on_a_screen_that_is_gone_is_seen_again(tmp_path: Path) -> None:
    """Fault 24."""
    away = QMainWindow()
    away.setGeometry(QRect(9000, 9000, 700, 500))
    Preferences(geometry=bytes(away.saveGeometry().data())).save(settings_file(tmp_path))
    shown = seen(drive("look_without_torch", XDG_CONFIG_HOME=str(tmp_path)))
    assert shown["is_on_a_screen"]


def test_choices_are_kept_between_starts(tmp_path: Path) -> None:
    Preferences(language="ru", font_size=13).save(settings_file(tmp_path))
    shown = seen(drive("look_without_torch", XDG_CONFIG_HOME=str(tmp_path)))
    assert shown["texts"] != ["Re&set"]
    settings = QSettings(str(tmp_path / "perceptron-gui" / "perceptron-gui.ini"), QSettings.Format.IniFormat)
    kept = Preferences.load(settings)
    assert (kept.language, kept.font_size) == ("ru", 13)
    assert kept.geometry
    assert kept.layout
    safe = seen(drive("look_without_torch", "--safe-mode", XDG_CONFIG_HOME=str(tmp_path), LANG="C.UTF-8"))
    assert safe["texts"] == ["Re&set"]


def test_a_device_that_is_not_here_is_the_cpu_and_that_is_said() -> None:
    """Fault 42."""
    name = "cuda:3"
    shown = seen(drive("look_at_once", "--device", name))
    assert shown["device"] == "cpu"
    assert f"The device {name} does not work on this machine" in shown["message"]


def test_poor_machines(tmp_path: Path) -> None:
    """Fault 58: twice the size, no fonts, no OpenGL."""
    shown = seen(
        drive(
            "look", QT_SCALE_FACTOR="2", QT_QPA_FONTDIR=str(tmp_path), QT_OPENGL="software", LIBGL_ALWAYS_SOFTWARE="1"
        )
    )
    assert shown["ratio"] == 2
    assert shown["loss"] == "0.6965"
    assert "forward_button" in shown["whole_buttons"]
