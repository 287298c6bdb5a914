"""The lines of the code view as a list in which one moves from entry to entry."""

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView
from typing_extensions import override

from perceptron_gui.ui.code.delegate import CodeDelegate
from perceptron_gui.ui.code.model import CodeModel
from perceptron_gui.ui.entry_list import MARGIN, EntryList
from perceptron_gui.ui.theme import Colors

_SMALLEST = 6
COPY = QKeySequence.StandardKey.Copy
COPY_ALL = QKeySequence("Ctrl+Shift+C")


class CodeList(EntryList):
    """A view of a CodeModel, in the fixed font of the system; its lines break where it ends."""

    copy_requested = Signal()
    copy_all_requested = Signal()

    def __init__(self, model: CodeModel, colors: Colors) -> None:
        super().__init__(model)
        self.code_model = model
        self._delegate = CodeDelegate(colors, self)
        self.setItemDelegate(self._delegate)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

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
