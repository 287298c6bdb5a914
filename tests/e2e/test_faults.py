"""Faults of the whole process: signals, crashes, damaged files, places that cannot be written, no network."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
import safetensors.numpy
import torch
from PySide6.QtCore import QByteArray, QSettings

from perceptron_gui.core import storage
from perceptron_gui.core.history import History
from perceptron_gui.preferences import Preferences
from perceptron_gui.recovery import leftovers
from tests.core.exporting.plain import PlainPython
from tests.core.notebook import state
from tests.e2e.processes import DRIVER, LIMIT, ROOT, drive, run, seen, unexpected
from tests.thorough import many

LONGEST_ENDING = 3.0
"""Seconds; 2 are promised, the third is for a busy machine."""
OWN = "perceptron-gui"
SEEDS = range(many(3, 200))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the processes of a test keep what they keep."""
    return tmp_path / "home"


def move_home(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, place)


def crash_log(home: Path) -> Path:
    return home / OWN / "crash.log"


def marks(home: Path) -> list[Path]:
    return list((home / OWN).glob("run-*.lock"))


def settings_file(home: Path) -> Path:
    return home / OWN / f"{OWN}.ini"


def stored(home: Path) -> QSettings:
    settings_file(home).parent.mkdir(parents=True, exist_ok=True)
    return QSettings(str(settings_file(home)), QSettings.Format.IniFormat)


@contextmanager
def running(plan: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(DRIVER), plan, *arguments]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def left_in(home: Path) -> list[float]:
    """Return W[0, 0] of each session whose unsaved work the next start will offer."""
    found = leftovers(home / OWN / "recovery")
    for leftover in found:
        leftover.let_go()
    return [float(leftover.read().current.W[0, 0]) for leftover in found]


def kept_in(path: Path) -> Path:
    """Write a session of the notebook's start values."""
    path.write_bytes(storage.encoded(History.begin("notebook", "cpu")).data)
    return path


def test_a_worker_that_does_not_stop_is_left_behind(home: Path, tmp_path: Path) -> None:
    """Fault 3: and what was to be saved is, before that."""
    path = kept_in(tmp_path / "old.perceptron")
    with running("close_during_step=0=60=2", str(path)) as process:
        assert said(process) == "closing"
        begun = time.monotonic()
        _, stderr = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert time.monotonic() - begun < LONGEST_ENDING
    for log in (stderr, crash_log(home).read_text(encoding="utf-8")):
        assert "was still under way after" in log
        assert "Fatal" not in log
    assert marks(home) == []
    assert Preferences.load(stored(home)).geometry
    assert storage.load(path).history.current.W[0, 0] == 2


@pytest.mark.parametrize("failing", ["_commit_typed", "final_preferences"])
def test_an_error_on_the_way_out_keeps_nothing_from_ending(home: Path, failing: str) -> None:
    """Fault 8: in closeEvent, which then asks nothing and leaves the work to the next start; and in what follows."""
    done = drive(f"fail_while_closing={failing}")
    assert done.returncode == 0
    assert done.stderr.count("CRITICAL") + done.stderr.count("ERROR") == 1
    assert "on the way out" in crash_log(home).read_text(encoding="utf-8")
    assert marks(home) == []
    assert bool(Preferences.load(stored(home)).geometry) is (failing == "_commit_typed")
    assert left_in(home) == ([2.0] if failing == "_commit_typed" else [])


def test_a_crash_leaves_its_stacks_and_the_next_start_says_so(home: Path) -> None:
    """Fault 10: and offers what was not saved."""
    died = drive("die")
    assert died.returncode == -signal.SIGSEGV
    log = crash_log(home).read_text(encoding="utf-8")
    assert "Fatal Python error: Segmentation fault" in log
    assert "driver.py" in log
    after = drive("look_without_torch")
    assert after.returncode == 0
    assert "was not closed the last time" in after.stdout
    assert str(crash_log(home)) in after.stdout
    assert crash_log(home).read_text(encoding="utf-8").startswith(log)
    assert marks(home) == []
    assert left_in(home) == [2.0]
    restored = seen(drive("answer_notice=recover_button"))
    assert restored["asked"].startswith("Unsaved work was found")
    assert restored["is_modified"]


def test_two_programs_with_one_session(home: Path, tmp_path: Path) -> None:
    """Fault 19: the second has a copy and says who holds it; neither's unsaved work goes with the other."""
    path = kept_in(tmp_path / "one.perceptron")
    before = path.read_bytes()
    with running("wait_for_signal=0", str(path)) as first:
        assert said(first) == "ready"
        with running("wait_for_signal=0", str(path)) as second:
            assert said(second) == "ready"
            third = seen(drive("look_without_torch", str(path)))
            assert f"one.perceptron is open in another window of the program (process {first.pid})" in third["message"]
            assert "one" not in third["title"]
            assert len(list((home / OWN / "recovery").glob("*.journal"))) == 2
            assert left_in(home) == [], "they are of programs that go on"
            for process in (first, second):
                process.terminate()
                process.communicate(timeout=LIMIT)
    assert left_in(home) == [2.0, 2.0]
    assert path.read_bytes() == before


def test_a_run_that_goes_on_is_no_crash_and_one_that_was_killed_is_said_once(tmp_path: Path) -> None:
    """Fault 10: whatever else ends a run out of order."""
    code = (
        "import sys; from pathlib import Path; from perceptron_gui.crash_log import CrashLog\n"
        "log = CrashLog(Path(sys.argv[1])); print(log.last_run_crashed, flush=True); sys.stdin.readline(); log.end()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]

    def begin() -> "tuple[subprocess.Popen[str], str]":
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        return process, said(process)

    first, found = begin()
    assert found == "False"
    second, found = begin()
    assert found == "False"
    first.kill()
    first.communicate()
    third, found = begin()
    assert found == "True"
    fourth, found = begin()
    assert found == "False"
    for process in (second, third, fourth):
        process.communicate("\n")
    assert list(tmp_path.glob("*.lock")) == []


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGINT, 0), (signal.SIGTERM, 60)])
def test_a_signal_ends_the_program_in_order(home: Path, number: signal.Signals, seconds: int) -> None:
    """Fault 11: idle, and while a step runs; what was not saved is there for the next start."""
    with running(f"wait_for_signal={seconds}") as process:
        assert said(process) == "ready"
        process.send_signal(number)
        begun = time.monotonic()
        _, stderr = process.communicate(timeout=LIMIT)
    assert process.returncode == 128 + number
    assert time.monotonic() - begun < LONGEST_ENDING
    assert "Traceback" not in stderr
    assert "Fatal" not in stderr
    assert marks(home) == []
    assert Preferences.load(stored(home)).geometry
    (left,) = leftovers(home / OWN / "recovery")
    assert left.read().current.W[0, 0] == 2


def test_a_signal_waits_for_no_save_that_does_not_end(home: Path, tmp_path: Path) -> None:
    """Faults 11 and 13: what is done while it is written is in the journal; the file is the old one."""
    path = tmp_path / "old.perceptron"
    with running(f"save_without_end={path}") as process:
        assert said(process) == "ready"
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        process.communicate(timeout=LIMIT)
    assert process.returncode == 128 + signal.SIGTERM
    assert time.monotonic() - begun < LONGEST_ENDING
    assert not path.exists()
    assert marks(home) == []
    (left,) = leftovers(home / OWN / "recovery")
    assert left.read().current.W[0, 0] == 3


def test_a_second_signal_ends_the_program_at_once() -> None:
    """Fault 11."""
    with running("wait_for_signal=60") as process:
        assert said(process) == "ready"
        process.send_signal(signal.SIGTERM)
        assert said(process) == "leaving"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT)
    assert process.returncode == -signal.SIGINT


def test_folders_that_cannot_be_written_are_said_and_everything_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 18."""
    nowhere = "/proc/none"
    move_home(monkeypatch, nowhere)
    shown = seen(drive("look"))
    assert shown["first_message"].count("Nothing can be written to") == 1
    assert f"{nowhere}/{OWN}, {nowhere}/{OWN}." in shown["first_message"]
    assert shown["loss"] == "0.6965"
    assert shown["message"].startswith("Forward: ")
    assert shown["is_on_a_screen"]


@pytest.fixture(scope="module")
def sound_settings(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run leaves as its settings."""
    place = tmp_path_factory.mktemp("sound")
    seen(drive("look_without_torch", XDG_CONFIG_HOME=str(place), XDG_DATA_HOME=str(place)))
    assert Preferences.load(stored(place)).layout
    return settings_file(place).read_bytes()


@pytest.mark.parametrize("seed", SEEDS)
def test_settings_with_one_other_byte_never_keep_it_from_starting(home: Path, sound_settings: bytes, seed: int) -> None:
    """Fault 21: anywhere in the file, or in the arrangement."""
    draw = random.Random(seed)  # noqa: S311  no secret
    settings_file(home).parent.mkdir(parents=True)
    damaged = bytearray(sound_settings)
    if seed % 2:
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        settings_file(home).write_bytes(damaged)
    else:
        settings_file(home).write_bytes(sound_settings)
        settings = stored(home)
        layout = settings.value("layout")
        assert isinstance(layout, QByteArray)
        changed = bytearray(layout.data())
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        settings.setValue("layout", QByteArray(bytes(changed)))
        settings.sync()
    shown = seen(drive("look_without_torch"))
    assert "forward_button" in shown["whole_buttons"]
    assert seed % 2 or "Settings that could not be read" in shown["message"]


def test_settings_that_are_junk_are_kept_aside(home: Path) -> None:
    """Fault 22."""
    junk = random.Random(22).randbytes(5000)  # noqa: S311  no secret
    settings_file(home).parent.mkdir(parents=True)
    settings_file(home).write_bytes(junk)
    bad = settings_file(home).with_name(f"{OWN}.ini.bad")
    shown = seen(drive("look_without_torch"))
    assert "Settings that could not be read are the usual ones" in shown["message"]
    assert str(bad) in shown["message"]
    assert bad.read_bytes() == junk
    settings = stored(home)
    assert Preferences.load(settings).is_all_of(settings)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the program in a folder with spaces and Russian letters."""
    place = tmp_path / "Мои программы (x86)" / "Персептрон № 1"
    for name in ("perceptron_gui", "resources"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    return place


def test_a_damaged_translation_is_english_and_said(installed: Path) -> None:
    """Fault 23."""
    file = installed / "resources" / "i18n" / "perceptron_gui_ru.qm"
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 4
    file.write_bytes(data)
    done = drive("look_without_torch", "--lang", "ru", PYTHONPATH=f"{installed}{os.pathsep}{ROOT}")
    assert done.returncode == 0
    assert '"texts": ["Re&set"]' in done.stdout
    assert "is missing or damaged, so the texts are English" in done.stdout
    assert [line for line in unexpected(done.stderr) if not line.endswith("is damaged")] == []


def assert_worked_in(folder: Path) -> None:
    """Look at what was saved and exported after a Forward: whole, and the same."""
    name = "Моя работа"
    now = storage.load(folder / f"{name}.perceptron").history.current
    assert now.forward is not None
    with PlainPython(folder) as python:
        left, _ = python.run((folder / f"{name}.py").read_bytes())
    assert left == state(now)
    nbformat.validate(json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8")))
    assert len((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert safetensors.numpy.load_file(folder / f"{name}.safetensors")["W"].tolist() == now.W.tolist()
    assert torch.load(folder / f"{name}.pt", weights_only=True)["weight"].T.tolist() == now.W.tolist()
    assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF-")


def test_an_installation_that_nobody_can_write_in_a_place_with_any_name(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 59; and 23: a translation that lies in a person's folders is not read."""
    home = tmp_path / "Ёжик в тумане"
    for place in (home, home / OWN, home / "i18n", home / "resources" / "i18n"):
        place.mkdir(parents=True, exist_ok=True)
        for name in ("perceptron_gui_ru.qm", "qtbase_ru.qm", "SHA256SUMS"):
            (place / name).write_bytes(b"\xff" * 999)
    everything = sorted(installed.rglob("*"))
    for entry in (installed, *everything):
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    move_home(monkeypatch, str(home))
    # Root may write anywhere: that nothing was written is looked at afterwards.
    where = run(
        "-c", "import perceptron_gui; print(*perceptron_gui.__path__)", PYTHONPATH=str(installed), cwd=str(home)
    )
    assert where.stdout.strip() == str(installed / "perceptron_gui")
    path = f"{installed}{os.pathsep}{ROOT}"
    shown = seen(drive(f"save_and_export={home}", "--lang", "ru", PYTHONPATH=path, cwd=str(home)))
    assert shown["texts"] == ["&Сначала"]
    assert all(shown["icons"])
    assert_worked_in(home)
    assert settings_file(home).exists()
    found = [entry for entry in sorted(installed.rglob("*")) if "__pycache__" not in entry.parts]
    assert found == everything


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    """Fault 60: everything works without one."""
    alone = ["unshare", "--map-root-user", "--net"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        alone = []
    shown = seen(drive(f"save_and_export={tmp_path}", before=alone))
    assert (shown["calls"], shown["has_network"]) == ([], False)
    assert shown["loss"] == "0.6965"
    assert_worked_in(tmp_path)


@pytest.mark.timeout(many(180, 1300))
@pytest.mark.parametrize("seed", range(56, 56 + many(1, 5)))
def test_a_monkey_finds_no_error(seed: int) -> None:
    """Fault 56."""
    done = drive(f"monkey={seed}={many(250, 10_000)}", limit=many(120, 1200))
    acts = done.stdout.splitlines()
    refusal = " WARNING perceptron_gui.session: (<Reason."
    errors = [line for line in unexpected(done.stderr) if refusal not in line]
    assert (done.returncode, errors) == (0, []), "\n".join([f"seed {seed}", *acts[-30:]])
    assert '"loss": "0.6965"' in acts[-1]
