"""The commands that need no window, in a process of their own, without a display."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from perceptron_gui import headless
from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU, Axis, Operation, Resize
from perceptron_gui.core.history import History
from perceptron_gui.headless import main
from tests.core.exporting.histories import without_the_oldest
from tests.core.exporting.plain import PlainPython
from tests.core.notebook import state
from tests.core.test_script import done

ROOT = Path(__file__).parent.parent.parent
LIMIT = 60


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program where nothing tells Qt of a screen, not even of one that is only thought of."""
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and not name.startswith("QT_")}
    return subprocess.run(
        [sys.executable, "-m", "perceptron_gui", *words],
        env=kept | {"PYTHONPATH": str(ROOT)}, cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip


def saved(folder: Path, history: History, left_out: int = 0) -> Path:
    path = folder / "Сеанс № 1.perceptron"
    path.write_bytes(storage.encoded(history, left_out).data)
    return path


@pytest.fixture
def history() -> History:
    history = done(History.begin("layer_4x2", CPU), *Operation, Operation.UPDATE, Operation.FORWARD, Operation.BACKWARD)
    return history.at(history.index - 1)


def test_a_script_of_a_saved_session_leaves_its_bits(tmp_path: Path, history: History) -> None:
    """Fault 59 too: names with spaces and Cyrillic."""
    file, out = saved(tmp_path, history), tmp_path / "мой скрипт.py"
    finished = run("export", file.name, "--to", "script", "--out", out.name, cwd=tmp_path)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    with PlainPython(tmp_path) as python:
        left, _ = python.run(out.read_bytes())
    assert left == state(history.current)


def test_a_notebook_and_a_table_of_it(tmp_path: Path, history: History) -> None:
    file = saved(tmp_path, history)
    for kind, name in (("notebook", "a.ipynb"), ("csv", "a.csv")):
        finished = run("export", file, "--to", kind, "--out", tmp_path / name, cwd=tmp_path)
        assert (finished.returncode, finished.stderr) == (0, "")
    notebook = nbformat.read(tmp_path / "a.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert len(notebook.cells) == history.index + 2
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as table:
        assert [row["action"] for row in csv.DictReader(table)][1:4] == ["forward", "backward", "update"]


def test_what_is_not_in_it_is_said(tmp_path: Path, history: History) -> None:
    history = done(without_the_oldest(history, 2), Resize(Axis.INPUTS, 99))
    file = saved(tmp_path, history, left_out=2)
    finished = run("export", file, "--to", "csv", "--out", "a.csv", cwd=tmp_path)
    assert finished.returncode == 0
    assert finished.stderr.splitlines() == [
        "perceptron-gui: a.csv begins at entry 3: the session does not hold the earlier ones.",
        "perceptron-gui: a.csv has no columns for the parameters: there are more than 64.",
    ]


@pytest.mark.parametrize(("name", "out", "said"), [
    ("none.perceptron", "a.py", "none.perceptron cannot be read"),
    ("junk.perceptron", "a.py", "junk.perceptron is no session of this program"),
    ("good.perceptron", "missing/a.py", "missing/a.py is not saved"),
    ("good.perceptron", ".", " is not saved, and what it held is as it was: that is a folder"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_status_1(
    tmp_path: Path, history: History, name: str, out: str, said: str
) -> None:
    """Fault 16."""
    saved(tmp_path, history).rename(tmp_path / "good.perceptron")
    (tmp_path / "junk.perceptron").write_bytes(b"\x00junk\n")
    finished = run("export", name, "--to", "script", "--out", out, cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("perceptron-gui: ")
    assert said in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["good.perceptron", "junk.perceptron"]


@pytest.mark.parametrize("out", ["session", "linked", "../{folder}/session", "new.perceptron", "new.PERCEPTRON"])
@pytest.mark.parametrize("to", ["script", "report"])
def test_an_export_does_not_go_over_a_session(
    tmp_path: Path, history: History, out: str, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, history).rename(tmp_path / "session")
    (tmp_path / "linked").hardlink_to(file)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    path = tmp_path / out.format(folder=tmp_path.name)
    assert main(["export", str(file), "--to", to, "--out", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is not saved, and what it held is as it was: that is the name of a session" in said
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


@pytest.mark.parametrize("error", [MemoryError(), ValueError("two\nlines")])
def test_what_nobody_expected_is_one_line_and_status_1(
    tmp_path: Path, history: History, error: Exception, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def fail(_history: History) -> bytes:
        raise error

    file = saved(tmp_path, history)
    monkeypatch.setattr(headless, "script", fail)
    assert main(["export", str(file), "--to", "script", "--out", str(tmp_path / "a.py")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"perceptron-gui: It cannot be done: {type(error).__name__}")
    assert said.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


def test_usage(tmp_path: Path) -> None:
    helped = run("export", "--help", cwd=tmp_path)
    assert helped.returncode == 0
    for word in ("script", "notebook", "csv", "at most 64 parameters"):
        assert word in " ".join(helped.stdout.split())
    wrong = run("export", "a.perceptron", "--to", "pdf", "--out", "a", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "invalid choice: 'pdf'" in wrong.stderr


def test_no_widgets_are_loaded_for_it() -> None:
    code = "import sys, perceptron_gui.headless; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(loaded.stdout.split())
    assert not {"PySide6.QtWidgets", "PySide6.QtGui", "pyqtgraph", "torch", "perceptron_gui.ui.main_window"} & modules
