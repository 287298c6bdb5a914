"""A report from the command line, in a process of its own, without a display."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perceptron_gui.core import storage
from perceptron_gui.core.operations import Engine
from tests.ui.report.scenes import Reader, lab


def export(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    environment.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, "-m", "perceptron_gui", "export", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=150)


@pytest.fixture
def saved(engine: Engine, tmp_path: Path) -> Path:
    """A session file whose name would be HTML."""
    path = tmp_path / "a < b & <i>c.perceptron"
    path.write_bytes(storage.encoded(lab(engine)).data)
    return path


def test_a_page_and_a_pdf(saved: Path, tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    for file in (page, paper):
        done = export(str(saved), "--to", "report", "--out", str(file), "--lang", "ru")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    read = Reader(page.read_text(encoding="utf-8"))
    assert "a < b & <i>c\n" in read.words
    assert "Ход работы" in read.words
    assert read.tags.count("img") == 4
    assert paper.read_bytes().startswith(b"%PDF-")
