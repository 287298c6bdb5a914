"""A file is written whole or not at all, whatever fails."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perceptron_gui import files
from perceptron_gui.core.problems import Problem, Reason

_FULL_AT_EVERY_BYTE = """
import resource, sys
from pathlib import Path
from perceptron_gui import files
from perceptron_gui.core.problems import Problem, Reason

path, old, new = Path(sys.argv[1]), b"what was there before", bytes(range(256)) * int(sys.argv[2])
path.write_bytes(old)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for room in range(0, len(new), int(sys.argv[3])):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        files.write(path, [new[: len(new) // 2], new[len(new) // 2 :]])
    except Problem as problem:
        assert problem.reason is Reason.NOT_SAVED and problem.values["detail"], room
    else:
        raise SystemExit(f"a full disk at {room} bytes was not seen")
    assert path.read_bytes() == old, room
    assert [one.name for one in path.parent.iterdir()] == [path.name], room
resource.setrlimit(resource.RLIMIT_FSIZE, (len(new), hard))
files.write(path, new)
assert path.read_bytes() == new
"""


def alone(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"some", b"x" * (2**20 + 1), [b"", b"one", b"two" * 2**20]])
def test_all_of_it_is_written_in_place_of_what_was_there(tmp_path: Path, data: bytes | list[bytes]) -> None:
    path = tmp_path / "файл с пробелами.py"
    for _ in range(2):
        files.write(path, data)
        assert path.read_bytes() == (data if isinstance(data, bytes) else b"".join(data))
    assert alone(tmp_path) == [path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is Unix's")
@pytest.mark.parametrize(("times", "step"), [(2, 1), (16 * 2**10, 2**18 - 1)])
def test_a_disk_that_is_full_at_any_byte_leaves_the_old_file(tmp_path: Path, times: int, step: int) -> None:
    """Faults 14 and 15."""
    command = [sys.executable, "-c", _FULL_AT_EVERY_BYTE, str(tmp_path / "kept"), str(times), str(step)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def places(folder: Path) -> Iterator[Path]:
    yield folder / "missing" / "file"
    yield folder
    yield folder / ("long" * 100)
    yield folder / "a\0b"
    for device in ("/dev/full", "/proc/none", "/sys/none"):
        if Path(device).parent.exists():
            yield Path(device)


def mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def test_where_nothing_can_be_written_it_is_said_why(tmp_path: Path) -> None:
    """Fault 16: a missing folder, a folder of that name, a name too long, a device, folders that take no files."""
    for path in places(tmp_path):
        before = mode(path)
        with pytest.raises(Problem) as raised:
            files.write(path, b"some")
        assert raised.value.reason is Reason.NOT_SAVED
        assert raised.value.values["file"] == str(path)
        assert raised.value.values["detail"]
        assert mode(path) == before
    assert alone(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """Fault 16."""
    (tmp_path / "file").write_bytes(b"old")
    tmp_path.chmod(0o500)
    with pytest.raises(Problem, match="NOT_SAVED"):
        files.write(tmp_path / "file", b"new")
    tmp_path.chmod(0o700)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_pieces_that_fail_leave_the_old_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise KeyError

    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(KeyError):
        files.write(path, pieces())
    assert path.read_bytes() == b"old"
    assert alone(tmp_path) == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_stays_a_link_to_the_file_that_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    files.write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
