"""The cells of the code view as a list in which one moves from entry to entry."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

from perceptron_gui.ui.code.delegate import CodeDelegate, line_height
from perceptron_gui.ui.code.model import CodeModel
from perceptron_gui.ui.entry_list import MARGIN, EntryList
from perceptron_gui.ui.theme import Colors

AnyIndex = QModelIndex | QPersistentModelIndex
_SMALLEST = 6
_USUAL_LINES = 5
"""Lines that a cell is taken to have until it is seen."""
COPY = QKeySequence.StandardKey.Copy
COPY_ALL = QKeySequence("Ctrl+Shift+C")


class CodeList(EntryList):
    """A view of a CodeModel, in the fixed font of the system; its lines break where it ends.

    A cell has the height of its lines as soon as it is in view, so that none has to be made before.
    """

    copy_requested = Signal()
    copy_all_requested = Signal()

    def __init__(self, model: CodeModel, colors: Colors) -> None:
        self.code_model = model
        self._line_height = 1
        self._fits = 0
        super().__init__(model)
        self._delegate = CodeDelegate(colors, self)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        # Else the table paints everything once more, for every height that `_fit` gave and painted itself.
        self.verticalHeader().sectionResized.disconnect()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._delegate.set_colors(colors)
        self.viewport().update()

    def set_text_font(self, usual: QFont) -> None:
        """Write in the fixed font of the system, one point smaller than `usual`."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(usual.pointSizeF() - 1, _SMALLEST))
        self.setFont(font)
        self._delegate.set_font(font)
        self._line_height = line_height(QFontMetrics(font))
        self.verticalScrollBar().setSingleStep(self._line_height)
        self.verticalHeader().setDefaultSectionSize(_USUAL_LINES * self._line_height)
        self.updateGeometries()
        self._break_lines()
        self.show_present()

    @override
    def event(self, event: QEvent) -> bool:
        """Take the keys of copying before the window does, which copies numbers from tables."""
        if event.type() == QEvent.Type.ShortcutOverride and self._wish_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        wish = self._wish_of(event)
        if wish is not None:
            wish.emit()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break_lines()

    @override
    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._fit()

    @override
    def dataChanged(self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()) -> None:
        super().dataChanged(first, last, roles)
        self._fit()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        # Moving the pixels waits for the screen, and some of the cells look differently by then anyway.
        self.viewport().setUpdatesEnabled(False)
        super().scrollContentsBy(dx, dy)
        self.viewport().setUpdatesEnabled(True)
        self._fit()

    @override
    def scrollTo(self, index: AnyIndex, hint: QTableView.ScrollHint = QTableView.ScrollHint.EnsureVisible) -> None:
        fits = self._fits
        super().scrollTo(index, hint)
        if self._fits != fits:
            # Only now it has its height, and so has all that is between it and the top.
            super().scrollTo(index, hint)

    def _fit(self) -> None:
        """Give the cells in view the height of their lines: those that begin above it grow upwards."""
        header, bar, top = self.verticalHeader(), self.verticalScrollBar(), self.rowAt(0)
        if top < 0:
            return
        is_at_end = bar.value() == bar.maximum() > 0
        shift, has_changed = 0, False
        for row in range(top, self.code_model.rowCount()):
            place = header.sectionViewportPosition(row) - shift
            if place >= self.viewport().height():
                break
            height = len(self.code_model.lines(row)) * self._line_height
            grown = height - header.sectionSize(row)
            if grown:
                header.resizeSection(row, height)
                has_changed = True
                shift += grown if place < 0 else 0
        if has_changed:
            self._fits += 1
            super().updateGeometries()
            self.viewport().update()
            bar.setValue(bar.maximum() if is_at_end else bar.value() + shift)

    def _wish_of(self, event: QEvent) -> SignalInstance | None:
        pressed = QKeySequence(event.keyCombination()) if isinstance(event, QKeyEvent) else QKeySequence()
        if pressed in QKeySequence.keyBindings(COPY):
            return self.copy_requested
        return self.copy_all_requested if pressed == COPY_ALL else None

    def _break_lines(self) -> None:
        """Break the lines where the view ends."""
        width = self.viewport().width() - MARGIN
        if self.code_model.set_columns(int(width / max(QFontMetricsF(self.font()).horizontalAdvance("0"), 1))):
            self.show_present()
