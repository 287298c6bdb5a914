"""What is said while a file is imported."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Axis

translate = QCoreApplication.translate


def reading(file: str) -> str:
    """Say which file is being read."""
    return translate("ImportDialog", "Reading {file}…").format(file=file)


def shapes_after(sizes: Mapping[Axis, int]) -> str:
    """Say what shapes the tensors will have."""
    m, n, k = sizes[Axis.SAMPLES], sizes[Axis.INPUTS], sizes[Axis.OUTPUTS]
    x, y_true = ((n,), (k,)) if m == 1 else ((m, n), (m, k))
    shapes = f"x {x}, y_true {y_true}, W {(n, k)}, b {(k,)}"
    return translate("ImportDialog", "After the import: {shapes}").format(shapes=shapes)
