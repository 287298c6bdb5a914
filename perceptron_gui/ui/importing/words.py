"""What is said while a file is imported."""

import os
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Axis

translate = QCoreApplication.translate


def name_of(path: Path) -> str:
    """Return the bare name of a file; bytes in it that are no text are shown as such, for they cannot be saved."""
    return os.fsencode(path.name).decode(errors="replace")


def reading(file: str) -> str:
    """Say which file is being read."""
    return translate("ImportDialog", "Reading {file}…").format(file=file)


def shapes_after(sizes: Mapping[Axis, int]) -> str:
    """Say what shapes the tensors will have."""
    m, n, k = sizes[Axis.SAMPLES], sizes[Axis.INPUTS], sizes[Axis.OUTPUTS]
    x, y_true = ((n,), (k,)) if m == 1 else ((m, n), (m, k))
    shapes = f"x {x}, y_true {y_true}, W {(n, k)}, b {(k,)}"
    return translate("ImportDialog", "After the import: {shapes}").format(shapes=shapes)
