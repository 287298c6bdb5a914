"""A panel that can be moved, floated and hidden."""

from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTableView, QToolButton, QWidget
from typing_extensions import override

from perceptron_gui.ui import panels
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.panel import Panel

translate = QCoreApplication.translate
_ASIDE = 40


class PanelDock(QDockWidget):
    """A dock around a panel, with a title bar of its own: Fusion's keeps the font it was first painted with.

    It can be shown, moved and hidden before it gets its panel.
    """

    def __init__(self, name: str, window: QMainWindow) -> None:
        super().__init__(window)
        self._name = name
        self.setObjectName(f"{name}_dock")
        blank = QWidget(autoFillBackground=True)
        blank.setBackgroundRole(QPalette.ColorRole.Base)
        self.setWidget(blank)
        bar = QWidget()
        self._is_titled = True
        self._is_behind, self._is_in_front = False, True
        self._title = ElidedLabel()
        font = QFont()
        font.setBold(True)
        self._title.setFont(font)
        self._float = QToolButton(autoRaise=True)
        self._float.setIcon(QIcon("icons:float.svg"))
        self._close = QToolButton(autoRaise=True)
        self._close.setIcon(QIcon("icons:close.svg"))
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._title, self._float, self._close):
            layout.addWidget(widget)
        self.setTitleBarWidget(bar)
        self._float.clicked.connect(self._on_float_clicked)
        self._close.clicked.connect(self.close)
        self.topLevelChanged.connect(self._on_top_level_changed)
        self.visibilityChanged.connect(self._on_visibility_changed)
        self.toggleViewAction().triggered.connect(self._on_toggled)
        self.toggleViewAction().setIcon(QIcon("icons:plot.svg"))
        self.retranslate()

    def take(self, panel: Panel) -> None:
        """Show this panel from now on."""
        if not self._is_in_front:
            panel.set_in_front(False)
        self.visibilityChanged.connect(panel.set_in_front)
        before = self.widget()
        self.setWidget(panel)
        before.deleteLater()

    def show_title(self, is_shown: bool) -> None:
        """Show the name of the panel; where a tab says it already, it would stand there twice."""
        self._title.setText(panels.title(self._name) if is_shown else "")
        self._is_titled = is_shown

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        title = panels.title(self._name)
        self.setWindowTitle(title)
        self.show_title(self._is_titled)
        self._float.setToolTip(translate("PanelDock", "Take the panel out of the window, or put it back"))
        self._close.setToolTip(translate("PanelDock", "Hide the panel; the View menu brings it back"))
        toggle = self.toggleViewAction()
        key = toggle.shortcut().toString()
        toggle.setToolTip(translate("PanelDock", "Show or hide: {panel} ({key})").format(panel=title, key=key))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _on_visibility_changed(self, is_visible: bool) -> None:
        self._is_in_front = is_visible
        if not self.isHidden():
            self._is_behind = not is_visible

    def _on_toggled(self, is_shown: bool) -> None:
        """Bring it to the front: who asks for a panel that is behind a tab wants to see it, not to lose its tab."""
        if is_shown or self._is_behind:
            self.show()
            self.raise_()
            # So that its keys work at once.
            for view in self.widget().findChildren(QTableView):
                view.setFocus()

    def _on_top_level_changed(self, is_floating: bool) -> None:
        """Step aside, so that it is seen to float."""
        if is_floating:
            self.move(self.pos() + QPoint(_ASIDE, _ASIDE))

    def _on_float_clicked(self) -> None:
        self.setFloating(not self.isFloating())
