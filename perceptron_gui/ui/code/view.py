"""What PyTorch did, as in a notebook."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core import lines
from perceptron_gui.core.history import History
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.ui import panels
from perceptron_gui.ui.code.cell import code_of
from perceptron_gui.ui.code.list import COPY, COPY_ALL, CodeList
from perceptron_gui.ui.code.model import CodeModel
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_NUMBERS = 2**20
"""Numbers in one copy: more would hold the window up."""


class CodeView(Panel):
    """One cell an entry: its lines, what PyTorch printed or raised, and a comment where it says nothing.

    Selecting an entry shows its moment. Entries that were undone stay, muted, as long as Redo can reach them.
    """

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History | None = None
        self._is_in_another_language = False
        self._model = CodeModel()
        self._list = CodeList(self._model, colors)
        self._list.setObjectName(name)
        self._copy = self._action("copy_code", self._on_copy_requested)
        self._copy_all = self._action("copy_all_code", self._on_copy_all_requested)
        self._copy_printed = self._action("copy_printed", self._on_copy_printed_triggered)
        self._list.copy_requested.connect(self._on_copy_requested)
        self._list.copy_all_requested.connect(self._on_copy_all_requested)
        self._list.moment_chosen.connect(self._on_moment_chosen)
        self._list.selectionModel().selectionChanged.connect(self._on_selection_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list)
        self._list.set_text_font(self.font())
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("code_view")

    @override
    def display(self, history: History) -> None:
        if history is not self._history:
            self._history = history
            self._follow()

    @override
    def set_colors(self, colors: Colors) -> None:
        self._list.set_colors(colors)

    @override
    def retranslate(self) -> None:
        self._list.setAccessibleName(self.title())
        texts = (
            (self._copy, translate("CodeView", "Copy code"), QKeySequence(COPY)),
            (self._copy_all, translate("CodeView", "Copy all code from the start"), COPY_ALL),
            (self._copy_printed, translate("CodeView", "Copy what PyTorch printed"), QKeySequence()),
        )
        for action, text, key in texts:
            # A menu shows what follows the tab as the key. The list takes the keys itself: Copy is the window's.
            action.setText("\t".join(filter(None, (text, key.toString(QKeySequence.SequenceFormat.NativeText)))))
        self._is_in_another_language = True
        self._follow()

    @override
    def catch_up(self) -> None:
        self._follow()

    @override
    def copy(self) -> None:
        self._on_copy_requested()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._list.set_text_font(self.font())

    def _action(self, name: str, do: Callable[[], None]) -> QAction:
        action = QAction(QIcon("icons:copy.svg"), "", self._list)
        action.setObjectName(name)
        action.triggered.connect(do)
        self._list.addAction(action)
        return action

    def _follow(self) -> None:
        if self._history is None:
            return
        if self.is_seen and self._is_in_another_language:
            self._is_in_another_language = False
            self._model.retranslate()
        self._list.display(self._history, is_seen=self.is_seen)

    def _copy_code(self, positions: range, head: str = "") -> None:
        """Put the code of entries on the clipboard, unless it is too long."""
        cells = [(self._model.entries[position], self._model.before(position)) for position in positions]
        size = sum(lines.numbers(entry, before) for entry, before in cells)
        if size > MOST_NUMBERS:
            self.problem_found.emit(Problem(Reason.TOO_MANY_CELLS, size=size, limit=MOST_NUMBERS))
            return
        code = "\n\n".join(code_of(entry, before) for entry, before in cells)
        QGuiApplication.clipboard().setText(f"{head}{code}\n")

    def _on_copy_requested(self) -> None:
        self._copy_code(self._list.selected)

    def _on_copy_all_requested(self) -> None:
        self._copy_code(range(self._model.present + 1), head="import torch\n\n")

    def _on_copy_printed_triggered(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._printed()))

    def _on_selection_changed(self) -> None:
        self._copy_printed.setEnabled(bool(self._printed()))

    def _printed(self) -> list[str]:
        """Return what PyTorch printed in the selected entries."""
        printed = (self._model.entries[position].printed for position in self._list.selected)
        return [text for text in printed if text]

    def _on_moment_chosen(self, position: int) -> None:
        self.entry_requested.emit(self._model.entries[position])
