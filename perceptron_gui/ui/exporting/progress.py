"""How far an export is, in the status bar."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

_WORD_JOINER = "\u2060"
_PATIENCE_MS = 400
"""What takes longer is shown to be running."""


class ProgressLine(QWidget):
    """A bar with the file's name, and the button that ends the work; hidden while there is none, and at first."""

    def __init__(self, cancel: QAction) -> None:
        super().__init__()
        self._bar = QProgressBar(minimum=0, maximum=100)
        self._bar.setObjectName("export_progress")
        self._bar.setMinimumWidth(180)
        button = QToolButton(autoRaise=True)
        button.setDefaultAction(cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar)
        layout.addWidget(button)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        self.hide()

    def display(self, file: str, share: float) -> None:
        """Show that a file is being written; `share` of it, 0 to 1, is done."""
        # Qt would write numbers for a "%p" in the name, and knows no escape: an invisible letter parts the two.
        self._bar.setFormat(f"{file.replace('%', f'%{_WORD_JOINER}')}  %p %")
        self._bar.setAccessibleName(file)
        self._bar.setValue(round(100 * share))
        if self.isHidden() and not self._patience.isActive():
            self._patience.start()

    def end(self) -> None:
        """Go away."""
        self._patience.stop()
        self.hide()
