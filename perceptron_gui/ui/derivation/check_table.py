"""One number in several ways, below each other, with their differences."""

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget
from typing_extensions import override

from perceptron_gui.core.formula import MINUS
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.questions import Checked

translate = QCoreApplication.translate
_WAITING = "…"
_FIGURE = "\u2007"
"""A space in place of a minus sign: the decimal points stand below each other."""


class CheckTable(QWidget):
    """PyTorch's float32, the formula in float64, and of a gradient the central difference."""

    def __init__(self) -> None:
        super().__init__()
        self._labels = [[_label(column) for column in range(3)] for _ in range(3)]
        layout = QGridLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(1)
        layout.setColumnStretch(3, 1)
        for row, labels in enumerate(self._labels):
            for column, label in enumerate(labels):
                layout.addWidget(label, row, column)

    def display(self, checked: Checked | None, *, is_gradient: bool) -> None:
        """Show what was found; None while it is being found."""
        names = (
            "autograd, float32" if is_gradient else "PyTorch, float32",
            translate("CheckTable", "chain rule, float64")
            if is_gradient
            else translate("CheckTable", "formula, float64"),
            translate("CheckTable", "central difference, float64") if is_gradient else "",
        )
        values = [_WAITING] * 3
        differences = [""] * 3
        if checked is not None:
            found = (checked.pytorch, checked.by_hand, checked.central_difference)
            values = [full_text(found[0]), *("" if each is None else f"{each:.10g}" for each in found[1:])]
            values = [value if value.startswith("-") else f"{_FIGURE}{value}" for value in values]
            differences[1:] = ["" if each is None else f"Δ {each - checked.pytorch:+.1e}" for each in found[1:]]
        tip = translate("CheckTable", "The difference from PyTorch's float32")
        for row, labels in enumerate(self._labels):
            labels[-1].setToolTip(tip)
            texts = (names[row], values[row], differences[row])
            for label, text in zip(labels, texts, strict=True):
                label.setText(text.replace("-", MINUS) if label is not labels[0] else text)
                label.setVisible(row < 2 or is_gradient)


class _Name(QLabel):
    """A text in one line where there is room for it, else in several."""

    def __init__(self) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())


def _label(column: int) -> QLabel:
    return _Name() if column == 0 else QLabel(textFormat=Qt.TextFormat.PlainText)
