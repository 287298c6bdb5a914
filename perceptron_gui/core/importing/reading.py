"""Reads any file that can be imported; on the worker, for it may take a while."""

from pathlib import Path

from perceptron_gui.core.importing import tables
from perceptron_gui.core.importing.arrays import read_npy, read_safetensors
from perceptron_gui.core.importing.checkpoints import read_pt
from perceptron_gui.core.importing.tables import LARGEST_TABLE
from perceptron_gui.core.importing.values import Dialect, Table, TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.storage import read_bytes

_READERS = {".npy": read_npy, ".safetensors": read_safetensors, ".pt": read_pt, ".pth": read_pt}


def read(path: Path, dialect: Dialect) -> Table | TensorFile:
    """Read a file by what its name ends in.

    Args:
        path: the file.
        dialect: of a table, what is not to be detected.

    Raises:
        Problem: why it is refused.
    """
    suffix = path.suffix.lower()
    if suffix in tables.SUFFIXES:
        return tables.read(read_bytes(path, LARGEST_TABLE), path.name, dialect)
    if suffix not in _READERS:
        raise Problem(Reason.NOT_IMPORTABLE, file=path.name)
    try:
        held = _READERS[suffix](path)
    except (OSError, ValueError) as error:
        raise Problem(Reason.FILE_UNREADABLE, file=path.name, detail=str(error)) from error
    if not held.arrays:
        raise Problem(Reason.NO_SUCH_TENSOR, file=path.name)
    return held
