"""Writes files whole or not at all."""

from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from perceptron_gui.core.problems import Problem, Reason

_PIECE = 2**20


def write(path: Path, data: bytes) -> None:
    """Write `data` into a file; whatever fails, what was there before is as it was.

    Raises:
        Problem: NOT_SAVED.
    """
    file = QSaveFile(str(path))
    is_written = file.open(QIODevice.OpenModeFlag.WriteOnly) and all(
        # Of a full disk QSaveFile itself says nothing: it would put a shorter file in the place of the old one.
        file.write(data[start : start + _PIECE]) == len(data[start : start + _PIECE])
        for start in range(0, len(data), _PIECE)
    )
    if not (is_written and file.flush()):
        detail = file.errorString()
        file.cancelWriting()
        file.commit()
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=detail)
    if not file.commit():
        raise Problem(Reason.NOT_SAVED, file=str(path), detail=file.errorString())
