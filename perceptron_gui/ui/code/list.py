"""The lines of the code view as a list in which one moves from entry to entry."""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

from perceptron_gui.ui.code.delegate import MARGIN, CodeDelegate
from perceptron_gui.ui.code.model import CodeModel
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex
_Flag = QItemSelectionModel.SelectionFlag
_LEFT = Qt.MouseButton.LeftButton
_SMALLEST = 6
COPY = QKeySequence.StandardKey.Copy
COPY_ALL = QKeySequence("Ctrl+Shift+C")


class CodeList(QTableView):
    """A view of a CodeModel; what is selected are whole entries.

    A table, for it alone lays out any number of rows of one height at once. A selection of one entry by hand chooses
    its moment; Shift, or the mouse held down, selects several, to be copied.
    """

    moment_chosen = Signal(int)
    """The position of the entry that a person selected."""
    copy_requested = Signal()
    copy_all_requested = Signal()

    def __init__(self, model: CodeModel, colors: Colors) -> None:
        super().__init__(showGrid=False, wordWrap=False, cornerButtonEnabled=False)
        self.code_model = model
        self._anchor = self._reach = -1
        self._delegate = CodeDelegate(colors, self)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        modes = QHeaderView.ResizeMode
        for header, mode in ((self.verticalHeader(), modes.Fixed), (self.horizontalHeader(), modes.Stretch)):
            header.hide()
            header.setHighlightSections(False)
            header.setSectionResizeMode(mode)
        self.verticalHeader().setMinimumSectionSize(1)
        self.setModel(model)

    @property
    def selected(self) -> range:
        """The positions of the selected entries."""
        return range(min(self._anchor, self._reach), max(self._anchor, self._reach) + 1)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._delegate.colors = colors
        self.viewport().update()

    def set_text_font(self, usual: QFont) -> None:
        """Write in the fixed font of the system, one point smaller than `usual`."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(usual.pointSizeF() - 1, _SMALLEST))
        self.setFont(font)
        self.verticalHeader().setDefaultSectionSize(QFontMetrics(font).height() + 1)
        self._break_lines()

    def show_present(self) -> None:
        """Select the shown entry and bring it into view."""
        self._select(self.code_model.present)

    @override
    def selectAll(self) -> None:
        self._select(0, len(self.code_model.entries) - 1)

    @override
    def selectionCommand(self, index: AnyIndex, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """Leave the selection to this class: it is of entries, not of rows."""
        return _Flag.NoUpdate

    @override
    def keyboardSearch(self, search: str) -> None:
        """Look for nothing: a letter would be sought through every line."""

    @override
    def event(self, event: QEvent) -> bool:
        """Take the keys of copying before the window does, which copies numbers from tables."""
        if event.type() == QEvent.Type.ShortcutOverride and self._wish_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

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
        wish = self._wish_of(event)
        if wish is not None:
            wish.emit()
            return
        last = len(self.code_model.entries) - 1
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

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break_lines()

    def _wish_of(self, event: QEvent) -> SignalInstance | None:
        pressed = QKeySequence(event.keyCombination()) if isinstance(event, QKeyEvent) else QKeySequence()
        if pressed in QKeySequence.keyBindings(COPY):
            return self.copy_requested
        return self.copy_all_requested if pressed == COPY_ALL else None

    def _choose(self) -> None:
        if self._anchor == self._reach != self.code_model.present:
            self.moment_chosen.emit(self._reach)

    def _position_at(self, event: QMouseEvent) -> int:
        row = self.rowAt(event.position().toPoint().y())
        return self.code_model.position_of(row) if row >= 0 else -1

    def _a_page_from(self, position: int, direction: int) -> int:
        """Return the position a page further, one entry at least."""
        rows = max(self.viewport().height() // self.verticalHeader().defaultSectionSize() - 1, 1)
        row = self.code_model.rows_of(position)[0] + direction * rows
        reached = self.code_model.position_of(min(max(row, 0), self.code_model.rowCount() - 1))
        return reached if reached != position else position + direction

    def _select(self, anchor: int, reach: int | None = None, *, is_scrolled: bool = True) -> None:
        """Select the entries from one to another, and bring the other into view."""
        self._anchor, self._reach = anchor, anchor if reach is None else reach
        if anchor < 0:
            return
        model, chosen = self.code_model, self.selected
        first, last = model.rows_of(chosen[0])[0], model.rows_of(chosen[-1])[1]
        rows = QItemSelection(model.index(first), model.index(last))
        self.selectionModel().select(rows, _Flag.ClearAndSelect)
        first, last = model.rows_of(self._reach)
        self.selectionModel().setCurrentIndex(model.index(first), _Flag.NoUpdate)
        if is_scrolled:
            self.executeDelayedItemsLayout()
            self.scrollTo(model.index(last))
            self.scrollTo(model.index(first))

    def _break_lines(self) -> None:
        """Break the lines where the view ends."""
        width = self.viewport().width() - MARGIN
        if self.code_model.set_columns(int(width / max(QFontMetricsF(self.font()).horizontalAdvance("0"), 1))):
            self.show_present()
