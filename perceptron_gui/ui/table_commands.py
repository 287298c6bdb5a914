"""The commands that act on the table, or the panel, that has the keyboard."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from perceptron_gui.core.actions import MarkRows
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.tensor_view import TensorView

NAMES = (
    "cut", "copy", "paste", "clear", "insert_rows", "insert_columns", "delete_rows", "delete_columns",
    "mark_rows", "mark_all_rows", "export_tensor",
)  # fmt: skip
"""The commands that a table has in its own menu too."""


class TableCommands(QObject):
    """Does them on what has the keyboard in a window, or says why not."""

    action_requested = Signal(object)
    """An Action that a person wants done."""
    problem_found = Signal(object)
    """A Problem: nothing was done."""

    def __init__(self, window: QWidget, panels: Mapping[str, Panel]) -> None:
        super().__init__(window)
        self._window = window
        self._panels = panels

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what to do for each command, by its name."""
        vertical, horizontal = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        return {
            "cut": partial(self._on_table, TensorView.cut),
            "copy": self._copy,
            "paste": partial(self._on_table, TensorView.paste),
            "clear": partial(self._on_table, TensorView.clear),
            "insert_rows": partial(self._on_table, lambda view: view.insert(vertical)),
            "insert_columns": partial(self._on_table, lambda view: view.insert(horizontal)),
            "delete_rows": partial(self._on_table, lambda view: view.delete(vertical)),
            "delete_columns": partial(self._on_table, lambda view: view.delete(horizontal)),
            "mark_rows": partial(self._on_table, self._mark_selected),
        }

    def _copy(self) -> None:
        """Copy from the panel that has the keyboard, or from the table."""
        focused: QWidget | None = self._window.focusWidget()
        panel = next(
            (panel for panel in self._panels.values() if focused is not None and panel.isAncestorOf(focused)), None
        )
        self._on_table(TensorView.copy) if panel is None else self._attempt(panel.copy)

    def _on_table(self, do: Callable[[TensorView], object]) -> None:
        self._attempt(lambda: do(self._focused_view()))

    def _attempt(self, do: Callable[[], object]) -> None:
        try:
            do()
        except Problem as problem:
            self.problem_found.emit(problem)

    def _focused_view(self) -> TensorView:
        view = self._window.focusWidget()
        if isinstance(view, TensorView):
            return view
        raise Problem(Reason.NO_CELLS)

    def _mark_selected(self, view: TensorView) -> None:
        self.action_requested.emit(MarkRows(view.selected_samples()))
