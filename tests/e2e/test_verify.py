"""`perceptron-gui verify` in a process of its own, where there is no display."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perceptron_gui import verifying
from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU, Configure, Run, Start
from perceptron_gui.core.history import History
from perceptron_gui.headless import main
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD
from tests.core.test_verification import STEP, done
from tests.e2e import dying

ROOT = Path(__file__).parent.parent.parent


def saved(path: Path, history: History) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(storage.encoded(history).data)
    return path


def verify(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it without a display: whatever needs one would end the process."""
    own = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    own |= {"QT_QPA_PLATFORM": "no such platform", "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "perceptron_gui", "verify", *map(str, arguments)]
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class: one did it, one began elsewhere, one altered a digit, one handed in something else."""
    whole = done(History.begin("notebook", CPU), *STEP * 3)
    saved(tmp_path / "anna.perceptron", whole)
    saved(tmp_path / "group 2" / "boris.perceptron", done(History.begin("notebook", CPU), Start("or_gate"), *STEP))
    forged = saved(tmp_path / "вера.perceptron", whole)
    lines = forged.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if '"do":"update"' in line)
    before, digits = lines[at].split('"values":[', 1)
    altered = digits.replace(digits[3], str((int(digits[3]) + 1) % 10), 1)
    lines[at] = f'{before}"values":[{altered}'
    forged.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "essay.perceptron").write_text("Dear professor,", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not looked at", encoding="utf-8")
    return tmp_path


def test_a_line_a_file_and_an_exit_status_that_is_0_only_if_all_hold(folder: Path) -> None:
    ran = verify(folder)
    assert (ran.returncode, ran.stderr) == (1, "")
    anna, essay, boris, vera = ran.stdout.splitlines()
    assert "holds" in anna
    assert "3 updates" in anna
    assert "13 entries to the last bit; from the preset notebook" in anna
    assert "unreadable" in essay
    assert "is no session of this program" in essay
    assert "group 2" in boris
    assert "holds" in boris
    assert "differs" in vera
    assert "In [4], Update: W[0, 0] is stored as -2." in vera
    assert ", recomputed as -2." in vera
    assert {line.index(word) for line, word in ((anna, "holds"), (boris, "holds"), (vera, "differs"))} == {
        essay.index("unreadable")
    }
    one = verify(folder / "anna.perceptron", folder / "group 2")
    assert (one.returncode, len(one.stdout.splitlines()), one.stderr) == (0, 2, "")


def test_json(folder: Path) -> None:
    ran = verify("--json", "--preset", "notebook", folder)
    anna, essay, boris, vera = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert (anna["holds"], anna["starts"], anna["updates"], anna["in_bits"]) == (True, True, 3, 13)
    assert anna["loss"] == pytest.approx(0.4, abs=0.4)
    assert anna["difference"] is None
    assert (essay["holds"], essay["difference"]) == (False, None)
    assert "no session" in essay["problem"]
    assert (boris["holds"], boris["starts"], boris["preset"]) == (False, False, "or_gate")
    found = vera["difference"]
    assert (found["entry"], found["action"], found["what"]) == (4, "Update", "W[0, 0]")
    assert float(found["stored"]) != float(found["recomputed"])


def test_torch_that_cannot_be_loaded_is_said(tmp_path: Path, folder: Path) -> None:
    """Fault 61."""
    fake = tmp_path / "site" / "torch"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("raise OSError('[WinError 1114] c10.dll')\n", encoding="utf-8")
    ran = verify(folder / "anna.perceptron", PYTHONPATH=f"{fake.parent}{os.pathsep}{ROOT}")
    assert ran.returncode == 1
    assert "PyTorch cannot be loaded" in ran.stdout
    assert "c10.dll" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_options_that_cannot_be_meant_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["verify"], ["verify", "--preset", "none", "x"], ["verify", "--preset", "twin", "--start", "x", "x"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
    assert "usage: perceptron-gui verify" in capsys.readouterr().err


def test_what_others_start_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handed_out = done(History.begin("notebook", CPU), Configure("lr", 0.5))
    start = saved(tmp_path / "start.perceptron", handed_out)
    good = saved(tmp_path / "good.perceptron", done(handed_out, *STEP))
    other = saved(tmp_path / "other.perceptron", done(History.begin("notebook", CPU), Configure("lr", 0.25), *STEP))
    assert main(["verify", "--start", str(start), str(good)]) == 0
    assert main(["verify", "--start", str(start), str(good), str(other)]) == 1
    assert "other start" in capsys.readouterr().out
    assert main(["verify", "--start", str(tmp_path / "none.perceptron"), str(good)]) == 1
    assert "none.perceptron cannot be read" in capsys.readouterr().err


def test_a_folder_without_sessions_and_a_file_that_is_not_there_do_not_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path), str(tmp_path / "gone.perceptron")]) == 1
    empty, gone = capsys.readouterr().out.splitlines()
    assert "No *.perceptron in this folder." in empty
    assert "cannot be read" in gone


def test_what_stands_in_a_file_does_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "a.perceptron", done(History.begin("notebook", CPU), FORWARD))
    path.write_bytes(path.read_bytes().replace(b'"printed":"', b'"printed":"\\u001b[2J'))
    assert main(["verify", str(path)]) == 1
    said = capsys.readouterr().out
    assert r"\x1b[2J" in said
    assert "\x1b" not in said


def test_a_program_without_a_console_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.perceptron", done(History.begin("notebook", CPU), FORWARD, BACKWARD, UPDATE, ZERO_GRAD))
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["verify", str(path)]) == 0


def test_several_processes_share_many_files_and_say_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(folder.rglob("*.perceptron"))
    alone = list(verifying.reported(files))
    monkeypatch.setattr(verifying, "MANY", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert list(verifying.reported(files)) == alone


def test_a_run_that_takes_too_long_does_not_hold_and_the_others_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file may claim more phases than anybody has time for."""
    short = saved(tmp_path / "b short.perceptron", done(History.begin("notebook", CPU), *STEP))
    long = saved(tmp_path / "a run.perceptron", done(History.begin("notebook", CPU), Run(updates=20)))
    assert main(["verify", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["verify", "--limit", "0", str(tmp_path)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{long}")
    assert "too long     It takes longer than 0 s" in first
    assert second.startswith(f"{short}")
    assert "holds" in second
    assert main(["verify", "--json", "--limit", "0", str(long)]) == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["holds"], report["took_too_long"], report["difference"]) == (False, True, None)


@pytest.mark.parametrize("limit", ["nan", "-1", "soon"])
def test_a_limit_is_a_number_of_seconds(limit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", f"--limit={limit}", str(tmp_path)])
    assert ended.value.code == 2
    assert "--limit" in capsys.readouterr().err


def test_a_file_that_kills_its_process_does_not_take_the_others_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / name for name in ("a", "b", "deadly 1", "c", "d", "deadly 2", "e")]
    monkeypatch.setattr(verifying, "report_on", dying.report_on)
    monkeypatch.setattr(verifying, "MANY", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    reports = list(verifying.reported(files))
    assert [report.file for report in reports] == [str(file) for file in files]
    assert [report.holds for report in reports] == [not file.name.startswith("deadly") for file in files]
    assert "the process died" in (reports[2].problem or "")
    assert main(["verify", *map(str, files[:4])]) == 1
    assert [line.split()[-2:] for line in capsys.readouterr().out.splitlines()].count(["it,", "twice."]) == 1
