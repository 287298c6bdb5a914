"""Writes files whole or not at all."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from PySide6.QtCore import QIODevice, QSaveFile

from perceptron_gui.core.problems import Problem, Reason

_PIECE = 2**20


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write `data` into a file, piece by piece; whatever fails, what was there before is as it was.

    An exception that the pieces raise comes out as it is, and nothing is written either.

    Raises:
        Problem: NOT_SAVED.
    """
    detail = _in_the_way(path)
    file = QSaveFile(str(path))
    if detail or not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=detail or file.errorString())
    try:
        # Of a full disk QSaveFile itself says nothing: it would put a shorter file in the place of the old one.
        is_written = all(file.write(piece) == len(piece) for piece in _pieces(data)) and file.flush()
        detail = file.errorString()
    except BaseException:
        _give_up(file)
        raise
    if not is_written:
        _give_up(file)
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=detail)
    if not file.commit():
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=file.errorString())


def _pieces(data: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for chunk in [data] if isinstance(data, bytes) else data:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _give_up(file: QSaveFile) -> None:
    """Take away what was written so far: it lies in a file of its own, beside."""
    file.cancelWriting()
    file.commit()


def _in_the_way(path: Path) -> str:
    """Say what has that name and is no file: QSaveFile would put a file in the place of a device."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    except ValueError as error:
        return str(error)
    return "" if S_ISREG(mode) else "that is a folder" if S_ISDIR(mode) else "that is a device"
