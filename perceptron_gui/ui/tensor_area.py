"""The nine tables, each gradient beside its parameter."""

from itertools import permutations

from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Axis, MarkRows
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Element, Snapshot, TensorName
from perceptron_gui.ui.row_header import RowHeader
from perceptron_gui.ui.tensor_content import contents
from perceptron_gui.ui.tensor_panel import TensorPanel
from perceptron_gui.ui.tensor_view import TensorView, check_number
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
_AXES: dict[str, tuple[Axis | None, Axis | None]] = {
    "x": (Axis.SAMPLES, Axis.INPUTS),
    "y_true": (Axis.SAMPLES, Axis.OUTPUTS),
    "W": (Axis.INPUTS, Axis.OUTPUTS),
    "W.grad": (None, None),
    "b": (None, Axis.OUTPUTS),
    "b.grad": (None, None),
    "z": (None, None),
    "y_pred": (None, None),
    "loss": (None, None),
}
_LINES = (("x", "y_true"), ("W", "W.grad"), ("b", "b.grad"), ("z", "y_pred", "loss"))
_FEW_COLUMNS = {"x": 5, "y_true": 2, "W": 3, "W.grad": 3, "b": 3, "b.grad": 3, "z": 2, "y_pred": 2, "loss": 1}
_EDITABLE = {name.value: name for name in TensorName}
_MOST_SHARE = 4
_LARGE = 1.8
_SHARES = {"z": 30, "y_pred": 50, "loss": 45}


class TensorArea(QWidget):
    """x and y_true, W and b with their gradients, and what Forward made of them."""

    action_requested = Signal(object)
    problem_found = Signal(object)
    element_selected = Signal(object)
    """The Element that a person went to."""
    element_pointed = Signal(object)
    """The Element under the mouse; None when it has left its table."""

    def __init__(self, history: History, colors: Colors) -> None:
        super().__init__()
        shown = contents(history)
        self.panels = {
            name: TensorPanel(shown[name], axes, _EDITABLE.get(name), _FEW_COLUMNS[name], colors)
            for name, axes in _AXES.items()
        }
        self._lines = [QHBoxLayout() for _ in _LINES]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for line, names in zip(self._lines, _LINES, strict=True):
            for name in names:
                line.addWidget(self.panels[name], _SHARES.get(name, 1))
            self._column.addLayout(line)
            self._column.addStretch()
        self._history = history
        self._only: str | None = None
        self._sizes = (0, 0, 0)
        self._header = RowHeader(self.panels["x"].view)
        self.panels["x"].view.set_row_header(self._header)
        self._header.row_toggled.connect(self._on_row_toggled)
        for names in (("x", "y_true", "z", "y_pred"), ("W", "W.grad")):
            self._scroll_together(*(self.panels[name].view.verticalScrollBar() for name in names))
        for names in (("W", "W.grad"), ("b", "b.grad")):
            self._scroll_together(*(self.panels[name].view.horizontalScrollBar() for name in names))
        for panel in self.panels.values():
            panel.action_requested.connect(self.action_requested)
            panel.problem_found.connect(self.problem_found)
            panel.view.element_selected.connect(self.element_selected)
            panel.view.element_pointed.connect(self.element_pointed)

    @property
    def views(self) -> tuple[TensorView, ...]:
        """The tables, in reading order."""
        return tuple(panel.view for panel in self.panels.values())

    def display(self, history: History) -> None:
        """Show the tensors of a state and what the last action changed in them."""
        self._history = history
        snapshot = history.current
        notes = _notes(snapshot)
        for name, content in contents(history).items():
            self.panels[name].display(content, self._shape(name), notes[name])
        self._header.display(snapshot.rows, snapshot.m)
        sizes = (snapshot.m, snapshot.n, snapshot.k)
        if sizes != self._sizes:
            self._sizes = sizes
            self._share_room(snapshot)
            self._limit_heights()

    def link(self, elements: tuple[Element, ...]) -> None:
        """Mark the cells of these elements, and no others."""
        for name, panel in self.panels.items():
            panel.model.link(frozenset((each.row, each.column) for each in elements if each.name == name))

    def go_to(self, element: Element) -> None:
        """Select the cell of an element."""
        self.panels[element.name].view.go_to(element.row, element.column)

    def show_only(self, name: str | None) -> None:
        """Show one table alone, in large letters, or all of them again."""
        if name == self._only:
            return
        self._only = name
        for shown, panel in self.panels.items():
            panel.setVisible(name is None or shown == name)
            font = QFont()
            if shown == name:
                font.setPointSizeF(_LARGE * self.font().pointSizeF())
            panel.setFont(font)
        self._share_room(self._history.current)
        self._limit_heights()

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        for view in self.views:
            view.set_colors(colors)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            notes = _notes(self._history.current)
            for name, panel in self.panels.items():
                panel.display(panel.model.content, self._shape(name), notes[name])
                panel.model.retranslate()
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._limit_heights()

    def _shape(self, name: str) -> tuple[int, ...]:
        return self._history.current.shape(_EDITABLE[name]) if name in _EDITABLE else ()

    @staticmethod
    def _scroll_together(*bars: QScrollBar) -> None:
        """What is side by side belongs together: a target stays beside its sample."""
        for bar, other in permutations(bars, 2):
            bar.valueChanged.connect(other.setValue)

    def _limit_heights(self) -> None:
        """The tables of a line end together, below the last row of the longest."""
        for names in _LINES:
            panels = [self.panels[name] for name in names]
            for panel in panels:
                panel.limit_height()
            height = max(panel.full_height for panel in panels)
            for panel in panels:
                panel.setMaximumHeight(height)

    def _share_room(self, snapshot: Snapshot) -> None:
        """Give every table room by its shape, not by its values: nothing jumps while training."""
        heights = (snapshot.m, snapshot.n, 1, snapshot.m)
        for line, rows in enumerate(heights):
            is_shown = self._only is None or self._only in _LINES[line]
            self._column.setStretch(2 * line, 2 + min(rows, 2 * _MOST_SHARE) if is_shown else 0)
        self._lines[0].setStretch(0, min(snapshot.n, _MOST_SHARE))
        self._lines[0].setStretch(1, min(snapshot.k, _MOST_SHARE))

    def _on_row_toggled(self, row: int) -> None:
        snapshot = self._history.current
        try:
            check_number(snapshot.m - 1 if snapshot.rows is None else len(snapshot.rows))
        except Problem as problem:
            self.problem_found.emit(problem)
            return
        marked = set(range(snapshot.m) if snapshot.rows is None else snapshot.rows)
        self.action_requested.emit(MarkRows(tuple(sorted(marked ^ {row}))))


def _notes(snapshot: Snapshot) -> dict[str, str]:
    """Say of each tensor what the notebook prints beside it, or what its rows and columns are."""
    forward = snapshot.forward
    rows = snapshot.rows if forward is None else forward.rows
    return {
        "x": translate("TensorArea", "rows: samples · columns: inputs"),
        "y_true": translate("TensorArea", "target"),
        "W": "requires_grad=True",
        "W.grad": "∂loss/∂W",
        "b": "requires_grad=True",
        "b.grad": "∂loss/∂b",
        "z": f"x{lines.taken_rows(rows)} @ W + b",
        "y_pred": "" if forward is None else f"grad_fn=<{forward.y_pred_grad_fn}>",
        "loss": "" if forward is None else f"grad_fn=<{forward.loss_grad_fn}>",
    }
