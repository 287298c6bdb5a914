"""Writes files whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from perceptron_gui.core.problems import Problem, Reason

_PIECE = 2**20


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write `data` into a file, piece by piece; whatever fails, what was there before is as it was.

    An exception that the pieces raise comes out as it is, and nothing is written either. Until all is written it lies
    beside, in a file that `clear` knows by its name.

    Raises:
        Problem: NOT_SAVED.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        # QSaveFile would put a file in the place of a device.
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=_what_is_there(path))
    if path.exists() and not os.access(path, os.W_OK):
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=os.strerror(errno.EACCES))
    # QSaveFile's own name for it could be a person's: a.perceptron.backup.
    part = _part_of(path)
    _write_part(part, data, str(path))
    try:
        with suppress(OSError):
            shutil.copymode(path, part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=str(error)) from error


def clear(path: Path) -> None:
    """Take away what a program that was killed while it wrote this file has left beside; nobody may be writing it."""
    beside = _part_of(path).name
    with suppress(OSError):
        for one in path.parent.iterdir():
            if one.name == beside or one.name.startswith(f"{beside}."):
                one.unlink(missing_ok=True)


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_part(part: Path, data: bytes | Iterable[bytes], name: str) -> None:
    file = QSaveFile(str(part))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise Problem(Reason.NOT_SAVED, file=name, detail=file.errorString())
    try:
        # Of a full disk QSaveFile itself says nothing: it would put a shorter file in the place of the old one.
        is_written = all(file.write(piece) == len(piece) for piece in _pieces(data)) and file.flush()
        detail = file.errorString()
    except BaseException:
        _give_up(file)
        raise
    if not is_written:
        _give_up(file)
        raise Problem(Reason.NOT_SAVED, file=name, detail=detail)
    if not file.commit():
        raise Problem(Reason.NOT_SAVED, file=name, detail=file.errorString())


def _pieces(data: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for chunk in [data] if isinstance(data, bytes) else data:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _give_up(file: QSaveFile) -> None:
    """Take away what was written so far: it lies in a file of its own, beside."""
    file.cancelWriting()
    file.commit()


def _what_is_there(path: Path) -> str:
    return "a folder has that name" if path.is_dir() else "that is no file but a device"
