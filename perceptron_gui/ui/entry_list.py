"""A list in which one moves from entry to entry, and with it through the history."""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

from perceptron_gui.core.history import History
from perceptron_gui.ui.entry_model import EntryModel, Moment
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex
MARGIN = 8
"""Pixels at the left, where the mark of the shown entry is."""
_BAR = 4
_Flag = QItemSelectionModel.SelectionFlag
_LEFT = Qt.MouseButton.LeftButton


class EntryList(QTableView):
    """A view of an EntryModel; what is selected are whole entries.

    A table, for it alone lays out any number of rows at once. A selection of one entry by hand chooses
    its moment; Shift, or the mouse held down, selects several, to be copied.
    """

    moment_chosen = Signal(int)
    """The position of the entry that a person selected."""

    def __init__(self, model: EntryModel) -> None:
        super().__init__(showGrid=False, wordWrap=False, cornerButtonEnabled=False)
        self.entry_model = model
        self._anchor = self._reach = -1
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        header = self.verticalHeader()
        header.hide()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)
        self.setModel(model)

    @property
    def selected(self) -> range:
        """The positions of the selected entries, as far as there are any while the oldest are being dropped."""
        end = min(max(self._anchor, self._reach) + 1, len(self.entry_model.entries))
        return range(min(self._anchor, self._reach), end)

    def display(self, history: History, *, is_seen: bool) -> None:
        """Show a history; one that nobody sees only keeps nothing alive that is gone from it."""
        if is_seen:
            self.entry_model.display(history)
            self.show_present()
        elif self.entry_model.drop_others(history):
            self.show_present()

    def show_present(self) -> None:
        """Select the shown entry and bring it into view."""
        self._select(self.entry_model.present)

    @override
    def selectAll(self) -> None:
        self._select(0, len(self.entry_model.entries) - 1)

    @override
    def selectionCommand(self, index: AnyIndex, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """Leave the selection to this class: it is of entries, not of rows."""
        return _Flag.NoUpdate

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the entry in view that was: something may come up below it."""
        super().resizeEvent(event)
        if 0 <= self.rowViewportPosition(self._reach) < event.oldSize().height():
            self.scrollTo(self.model().index(self._reach, 0))

    @override
    def keyboardSearch(self, search: str) -> None:
        """Look for nothing: a letter would be sought through every line."""

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self._position_at(event)
        if position < 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._select(self._anchor, position, is_scrolled=False)
        elif event.button() is _LEFT or position not in self.selected:
            self._select(position, is_scrolled=False)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = self._position_at(event)
        if event.buttons() & _LEFT and position not in {-1, self._reach}:
            self._select(self._anchor, position, is_scrolled=False)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is _LEFT and self._position_at(event) >= 0:
            self._choose()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.entry_model.entries) - 1
        match event.key():
            case Qt.Key.Key_Up:
                position = self._reach - 1
            case Qt.Key.Key_Down:
                position = self._reach + 1
            case Qt.Key.Key_PageUp:
                position = self._a_page_from(self._reach, -1)
            case Qt.Key.Key_PageDown:
                position = self._a_page_from(self._reach, 1)
            case Qt.Key.Key_Home:
                position = 0
            case Qt.Key.Key_End:
                position = last
            case _:
                super().keyPressEvent(event)
                return
        position = min(max(position, 0), last)
        is_extended = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._select(self._anchor if is_extended else position, position)
        self._choose()

    def _choose(self) -> None:
        is_elsewhere = self._reach != self.entry_model.present or self.entry_model.is_within
        if self._anchor == self._reach and is_elsewhere:
            self.moment_chosen.emit(self._reach)

    def _position_at(self, event: QMouseEvent) -> int:
        return self.rowAt(event.position().toPoint().y())

    def _a_page_from(self, position: int, direction: int) -> int:
        """Return the position a page further, one entry at least."""
        header = self.verticalHeader()
        usual = header.defaultSectionSize()
        page = max(self.viewport().height() // usual - 1, 1) * usual
        place = header.sectionPosition(position) + direction * page
        reached = header.logicalIndexAt(min(max(place, 0), header.length() - 1) - header.offset())
        return reached if reached != position else position + direction

    def _select(self, anchor: int, reach: int | None = None, *, is_scrolled: bool = True) -> None:
        """Select the entries from one to another, and bring the other into view."""
        self._anchor, self._reach = anchor, anchor if reach is None else reach
        if anchor < 0:
            return
        model, chosen = self.entry_model, self.selected
        rows = QItemSelection(model.index(chosen[0], 0), model.index(chosen[-1], model.columnCount() - 1))
        self.selectionModel().select(rows, _Flag.ClearAndSelect)
        current = model.index(self._reach, 0)
        # Qt brings it into view too, before it is laid out: once is enough.
        self.setAutoScroll(not is_scrolled)
        self.selectionModel().setCurrentIndex(current, _Flag.NoUpdate)
        self.setAutoScroll(True)
        if is_scrolled:
            self.executeDelayedItemsLayout()
            self.scrollTo(current)


def paint_bar(painter: QPainter, rect: QRect, moment: Moment, colors: Colors) -> None:
    """Mark an entry at its left: the shown one has a bar, and undone ones a dotted one."""
    if moment is Moment.PRESENT:
        painter.fillRect(QRect(rect.left(), rect.top(), _BAR, rect.height()), QColor(colors.accent))
    elif moment is Moment.UNDONE:
        painter.setPen(QPen(QColor(colors.muted), 1, Qt.PenStyle.DotLine))
        middle = rect.left() + _BAR // 2
        painter.drawLine(middle, rect.top(), middle, rect.bottom())
