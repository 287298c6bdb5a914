"""The last resort: what nobody caught is logged, and shown once, and the program goes on."""

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

translate = QCoreApplication.translate
_log = logging.getLogger(__name__)


class ErrorReporter(QObject):
    """Owns `sys.excepthook` while the program runs.

    One dialog, however many errors come: a later one is only counted in it.
    """

    _caught = Signal(str)

    def __init__(self, crash_log: Path | None) -> None:
        super().__init__()
        self._crash_log = crash_log
        self._dialog: _ErrorDialog | None = None
        self._count = 0
        self.parent_widget: QWidget | None = None
        self._caught.connect(self._on_caught)

    def install(self) -> None:
        """Catch what nobody else does, in every thread."""
        sys.excepthook = self.handle
        threading.excepthook = self._handle_in_thread

    def uninstall(self) -> None:
        """Leave the hooks as Python made them."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an error and show it. Whatever goes wrong in here ends on stderr and in the crash log, never in here."""
        try:
            if issubclass(kind, KeyboardInterrupt):
                QCoreApplication.quit()
                return
            text = "".join(traceback.format_exception(kind, error, trace))
            _log.critical("%s", text)
            self._caught.emit(text)
        except BaseException:  # noqa: BLE001  an exception in the excepthook would come back to it
            self._write_plainly(f"{kind.__name__}: {error!r}\n")

    def _handle_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.handle(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str)
    def _on_caught(self, text: str) -> None:
        self._count += 1
        if self._dialog is None:
            self._dialog = _ErrorDialog(text, self._crash_log, self.parent_widget)
            self._dialog.finished.connect(self._on_dialog_finished)
            self._dialog.open()
        self._dialog.count(self._count)

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._dialog = None
        self._count = 0

    def _write_plainly(self, text: str) -> None:
        stderr = sys.__stderr__
        if stderr is not None:
            stderr.write(text)
        try:
            if self._crash_log is not None:
                with self._crash_log.open("a", encoding="utf-8", errors="replace") as log:
                    log.write(text)
        except OSError:
            return


class _ErrorDialog(QDialog):
    """What failed, with the details to copy."""

    def __init__(self, details: str, crash_log: Path | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("error_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("ErrorDialog", "An error in the program"))
        explanation = translate(
            "ErrorDialog", "Something failed inside the program. The state is as it was; you can go on."
        )
        if crash_log is not None:
            explanation += " " + translate("ErrorDialog", "The details are in {file}.").format(file=crash_log)
        label = QLabel(explanation, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._times = QLabel()
        self._details = QPlainTextEdit(details, readOnly=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(translate("ErrorDialog", "Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_button")
        copy.clicked.connect(self._on_copy_clicked)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (label, self._times, self._details, buttons):
            layout.addWidget(widget)
        self.resize(640, 360)

    def count(self, times: int) -> None:
        """Say how many errors there were since the dialog opened."""
        self._times.setVisible(times > 1)
        self._times.setText(translate("ErrorDialog", "Errors since: {count}").format(count=times))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._details.toPlainText())
