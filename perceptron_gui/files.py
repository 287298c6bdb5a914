"""Writes files whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from PySide6.QtCore import QIODevice, QLockFile, QSaveFile

from perceptron_gui.core.problems import Problem, Reason

_PIECE = 2**20


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write `data` into a file, piece by piece; whatever fails, what was there before is as it was.

    An exception that the pieces raise comes out as it is, and nothing is written either. Until all is written it lies
    beside, in a file that `clear` knows by its name.

    Raises:
        Problem: NOT_SAVED.
    """
    detail = _in_the_way(path)
    if detail:
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=detail)
    target = Path(os.path.realpath(path))
    part = part_of(target)
    detail = _write_part(part, data)
    if detail:
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=detail)
    with suppress(OSError):
        shutil.copymode(target, part)
    try:
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=str(error)) from error


def clear(path: Path) -> None:
    """Take away what a program that was killed while it wrote this file has left beside; nobody may be writing it."""
    beside = part_of(path).name
    with suppress(OSError):
        for one in path.parent.iterdir():
            if one.name == beside or one.name.startswith(f"{beside}."):
                one.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Return the file in which lies what is not yet whole; names that begin so and a dot are temporary, too."""
    # QSaveFile writes beside, too, but under a name that a person may have given: a.perceptron.backup.
    return path.with_name(f".{path.name}.part")


def _write_part(part: Path, data: bytes | Iterable[bytes]) -> str:
    """Write a file; return why it could not be, and then there is none."""
    file = QSaveFile(str(part))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        return file.errorString()
    try:
        # Of a full disk QSaveFile itself says nothing: it would put a shorter file in the place of the old one.
        is_written = all(file.write(piece) == len(piece) for piece in _pieces(data)) and file.flush()
        detail = file.errorString()
    except BaseException:
        _give_up(file)
        raise
    if not is_written:
        _give_up(file)
        return detail
    return "" if file.commit() else file.errorString()


def _pieces(data: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for chunk in [data] if isinstance(data, bytes) else data:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _give_up(file: QSaveFile) -> None:
    """Take away what was written so far: it lies in a file of its own, beside."""
    file.cancelWriting()
    file.commit()


def _in_the_way(path: Path) -> str:
    """Say what has that name and cannot be written over: QSaveFile would put a file in the place of a device."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    except ValueError as error:
        return str(error)
    if not S_ISREG(mode):
        return "that is a folder" if S_ISDIR(mode) else "that is a device"
    return "" if os.access(path, os.W_OK) else os.strerror(errno.EACCES)


def write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    """Write all of it: of a disk that is nearly full, the first write says only how much went in."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def leave_out(file: BinaryIO, nbytes: int) -> None:
    """Go on so many bytes later: what was never written is read as zeros, and takes no room on most disks."""
    file.truncate(file.seek(nbytes, os.SEEK_CUR))


def lock_at(path: Path) -> QLockFile:
    """Return the lock that a program holds which has something open, by the lock's own name."""
    lock = QLockFile(str(path))
    # Never too old: whether its owner lives is asked, not guessed.
    lock.setStaleLockTime(0)
    return lock
