"""The timeline: every press and edit with its loss, and a way to its moment."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.history import History
from perceptron_gui.ui import panels
from perceptron_gui.ui.entry_list import MARGIN, EntryList
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.theme import Colors
from perceptron_gui.ui.timeline.delegate import TimelineDelegate
from perceptron_gui.ui.timeline.model import Column, TimelineModel
from perceptron_gui.ui.timeline.moment_strip import MomentStrip

translate = QCoreApplication.translate
_WIDEST = {Column.NUMBER: "In [99999]", Column.LOSS: "-0.0000e+00"}


class TimelineView(Panel):
    """One row an entry. Selecting one shows its moment; those that were undone stay, muted, while Redo reaches them."""

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History | None = None
        self._model = TimelineModel()
        self._list = EntryList(self._model)
        self._list.setObjectName(name)
        self._delegate = TimelineDelegate(colors, self._list)
        self._list.setItemDelegate(self._delegate)
        self._list.moment_chosen.connect(self._on_moment_chosen)
        self._is_running = False
        self._strip = MomentStrip()
        self._strip.moment_requested.connect(self.moment_requested)
        header, modes = self._list.horizontalHeader(), QHeaderView.ResizeMode
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        for column in Column:
            header.setSectionResizeMode(column, modes.Fixed if column in _WIDEST else modes.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list)
        layout.addWidget(self._strip)
        self._take_font()
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("timeline_view")

    @override
    def display(self, history: History) -> None:
        if history is not self._history:
            self._history = history
            self._follow()
            self._strip.display(history, is_running=self._is_running)

    def set_running(self, is_running: bool) -> None:
        """Take moments within a run only where none goes on."""
        self._is_running = is_running
        if self._history is not None:
            self._strip.display(self._history, is_running=is_running)

    @override
    def set_colors(self, colors: Colors) -> None:
        self._delegate.colors = colors
        self._list.viewport().update()

    @override
    def retranslate(self) -> None:
        self._list.setAccessibleName(self.title())
        self._model.retranslate()
        self._strip.retranslate()

    @override
    def catch_up(self) -> None:
        self._follow()

    @override
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._model.copied(self._list.selected))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_font()

    def _follow(self) -> None:
        if self._history is not None:
            self._list.display(self._history, is_seen=self.is_seen)

    def _take_font(self) -> None:
        """Give rows and numbers the room that the letters of now need; the shown entry's are bold."""
        font = QFont(self.font())
        font.setBold(True)
        metrics = QFontMetrics(font)
        self._list.verticalHeader().setDefaultSectionSize(metrics.height() + 2)
        for column, text in _WIDEST.items():
            self._list.horizontalHeader().resizeSection(column, metrics.horizontalAdvance(text) + 2 * MARGIN)

    def _on_moment_chosen(self, position: int) -> None:
        self.entry_requested.emit(self._model.entries[position])
