"""A tensor with its name, its shape and what PyTorch says of it, above its table."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Axis
from perceptron_gui.core.snapshot import TensorName
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.tensor_content import TensorContent
from perceptron_gui.ui.tensor_model import MOST_SHOWN, TensorModel
from perceptron_gui.ui.tensor_view import TensorView
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate


class TensorPanel(QWidget):
    """One tensor of the window. `axes` are the sizes that its rows and columns stand for."""

    action_requested = Signal(object)
    problem_found = Signal(object)

    def __init__(
        self,
        content: TensorContent,
        axes: tuple[Axis | None, Axis | None],
        tensor: TensorName | None,
        few_columns: int,
        colors: Colors,
    ) -> None:
        super().__init__()
        self._title = ElidedLabel(content.name)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont()
        font.setBold(True)
        self._title.setFont(font)
        self._note = ElidedLabel()
        self._note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.model = TensorModel(content, tensor, self)
        self.view = TensorView(self.model, axes, few_columns, colors)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._title)
        layout.addWidget(self._note)
        layout.addWidget(self.view, 1)
        layout.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for source in (self.model, self.view):
            source.action_requested.connect(self.action_requested)
            source.problem_found.connect(self.problem_found)

    def display(self, content: TensorContent, shape: tuple[int, ...], note: str) -> None:
        """Show a tensor: its values, its shape as PyTorch has it, and a line about it."""
        self._title.setText(f"{content.name}  {tuple(shape)}" if shape else content.name)
        self._note.setText(_cut_short(content) or note)
        self.model.display(content)

    def limit_height(self) -> None:
        """Let the table be as high as all its rows, and no higher."""
        self.view.setMaximumHeight(self.view.full_height)

    @property
    def full_height(self) -> int:
        """The height in which every row is seen; more would show white space that looks like rows."""
        labels = self._title.sizeHint().height() + self._note.sizeHint().height()
        return self.view.full_height + labels + 4

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.limit_height()


def _cut_short(content: TensorContent) -> str:
    """Say that a table shows the beginning of its tensor only, where it does."""
    if max(content.shape) <= MOST_SHOWN:
        return ""
    for size, text in zip(
        content.shape,
        (
            translate("TensorPanel", "{shown} of {total} rows shown"),
            translate("TensorPanel", "{shown} of {total} columns shown"),
        ),
        strict=True,
    ):
        if size > MOST_SHOWN:
            return text.format(shown=MOST_SHOWN, total=size)
    return ""
