"""A phase of the training step: its name, and under it the whole code that it runs."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton
from typing_extensions import override

from perceptron_gui.ui.lettering import Lettering
from perceptron_gui.ui.theme import Colors

_MARGIN = 8
_NEXT = "▶ "
_PATIENCE_MS = 50
"""So long it waits at most, when it is let go, to be painted together with what the press brings."""


class PhaseButton(QPushButton):
    """A button over an action. The next sensible phase is filled and carries an arrow."""

    def __init__(self, action: QAction, number: str, widest: str, colors: Colors) -> None:
        super().__init__()
        self.setObjectName(f"{action.objectName()}_button")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        # A click takes no focus: what is being typed elsewhere is committed by the press itself.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._action = action
        self._number = number
        self._colors = colors
        self._code = ""
        self._widest = widest
        self._other_names: tuple[str, ...] = ()
        self._is_next = False
        self._is_lit = False
        self._size = QSize()
        self._name = ""
        self._release = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._release.timeout.connect(self._show_release)
        action.changed.connect(self._on_action_changed)
        self.clicked.connect(action.trigger)
        self._on_action_changed()

    def display(self, code: str, *, is_next: bool) -> None:
        """Show the code that a press runs, and whether this is the phase to press next."""
        self._show_release()
        if (code, is_next) == (self._code, self._is_next):
            return
        has_other_code = code != self._code
        self._code, self._is_next = code, is_next
        if has_other_code:
            self.setAccessibleDescription(code)
            self._measure()
        self.update()

    def keep_room_for(self, *names: str) -> None:
        """Be as wide as it may become under other names: a change of name moves nothing."""
        self._other_names = names
        self._measure()

    def set_lit(self, is_lit: bool) -> None:
        """Look as if pressed, or not."""
        if is_lit is not self._is_lit:
            self._is_lit = is_lit
            self.update()

    def set_colors(self, colors: Colors) -> None:
        """Paint with other colours."""
        self._colors = colors
        self.update()

    @property
    def code(self) -> str:
        """The lines of PyTorch on the button."""
        return self._code

    @property
    def is_next(self) -> bool:
        """Whether the button is marked as the phase to press next."""
        return self._is_next

    @property
    def is_lit(self) -> bool:
        """Whether the button looks as if pressed."""
        return self._is_lit

    @override
    def sizeHint(self) -> QSize:
        return self._size

    def _measure(self) -> None:
        """Find the size anew; the layout is asked only when it is another: a press costs none."""
        # Kept: every press paints some buttons, and making a font takes as long as writing with it.
        title_font = QFont(self.font())
        title_font.setBold(True)
        self._letters = Lettering(title_font), Lettering(_code_font(self.font()))
        title, code = (letters.metrics for letters in self._letters)
        # Room for the widest code it may show: other code moves nothing.
        lines = [*self._widest.split("\n"), *self._code.split("\n")]
        names = [f"{_NEXT}{name}" for name in (self._title(), *self._other_names)]
        widths = [*map(title.horizontalAdvance, names), *map(code.horizontalAdvance, lines)]
        height = title.lineSpacing() + 3 * code.lineSpacing()
        size = QSize(max(widths) + 2 * _MARGIN + 4, height + 2 * _MARGIN)
        if size != self._size:
            self._size = size
            self.updateGeometry()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # Qt paints it before the click is told, alone, and the whole window waits for the screen.
        self.setUpdatesEnabled(False)
        self._release.start()
        super().mouseReleaseEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        if self._is_lit:
            option.state |= QStyle.StateFlag.State_Sunken
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        is_filled = self._is_next or self._is_lit
        if is_filled:
            # Flat, for the style's own gradient would take the contrast from the text.
            accent = QColor(self._colors.accent)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent.darker(125) if self.isDown() or self._is_lit else accent)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 3, 3)
        painter.setPen(QColor(self._colors.on_accent if is_filled else self._colors.text))
        title, code = self._letters
        baseline = _MARGIN + title.metrics.ascent()
        title.write(painter, _MARGIN, baseline, f"{_NEXT}{self._title()}" if self._is_next else self._title())
        baseline = _MARGIN + title.metrics.lineSpacing() + code.metrics.ascent()
        for number, line in enumerate(self._code.split("\n")):
            code.write(painter, _MARGIN, baseline + number * code.metrics.lineSpacing(), line)

    def _on_action_changed(self) -> None:
        # Kept: letters change also while the window is taken down, when there is no action any more.
        self._name = self._action.iconText()
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._title())
        self._measure()
        self.update()

    def _show_release(self) -> None:
        if not self.updatesEnabled():
            self._release.stop()
            self.setUpdatesEnabled(True)

    def _title(self) -> str:
        return f"{self._number}  {self._name}" if self._number else self._name


def _code_font(usual: QFont) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(max(usual.pointSizeF() - 1, 6))
    return font
