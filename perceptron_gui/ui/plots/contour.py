"""The loss over two parameters, and the path of the updates on it."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.history import History
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate


class ContourPlot(Panel):
    """The loss over two parameters, and the path of the updates on it."""

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = colors
        self._view = QLabel()
        self._view.setObjectName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)

    @override
    def title(self) -> str:
        return translate("ContourPlot", "Contour")

    @override
    def display(self, history: History) -> None:
        self._view.setText("")

    @override
    def set_colors(self, colors: Colors) -> None:
        self._colors = colors

    @override
    def retranslate(self) -> None:
        self._view.setAccessibleName(self.title())
