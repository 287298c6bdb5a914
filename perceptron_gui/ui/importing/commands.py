"""The import command: finds out what a file holds, and asks what to take where there is a choice."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from perceptron_gui.core.actions import Import
from perceptron_gui.core.importing import tensors
from perceptron_gui.core.importing.values import Dialect, Table, TensorFile
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.questions import Answer, Question, ReadFile
from perceptron_gui.session import Session
from perceptron_gui.ui.dropped import file_in
from perceptron_gui.ui.importing import words
from perceptron_gui.ui.importing.table_dialog import TableDialog
from perceptron_gui.ui.importing.tensor_dialog import TensorDialog

translate = QCoreApplication.translate
SUFFIXES = (".csv", ".tsv", ".txt", ".npy", ".safetensors", ".pt", ".pth")
"""What the names of importable files end in."""
_PATIENCE_MS = 400


class ImportCommands(QObject):
    """Has files read on the worker, and asks for the import; where there is a choice, by a dialog over `window`."""

    action_requested = Signal(object)
    """The Import that a person wants done."""
    problem_found = Signal(object)
    """A Problem: nothing is imported."""
    told = Signal(str)
    """What is going on, where that takes a while; empty when it has ended."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._folder = ""
        self._asked: ReadFile | None = None
        self._has_told = False
        self._dialog: TableDialog | TensorDialog | None = None
        self._slow = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._slow.timeout.connect(self._on_slow)
        session.answered.connect(self._on_answered)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what to do for each command, by its name."""
        return {"import": self.choose_file}

    def choose_file(self) -> None:
        """Let a person choose a file, and import it."""
        title = translate("ImportCommands", "Import")
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        kinds = translate("ImportCommands", "Tables and tensors ({patterns})").format(patterns=patterns)
        dialog = QFileDialog(self._window, title, self._folder, kinds)
        dialog.setObjectName("import_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_file_selected)
        dialog.open()

    def accepts(self, dropped: QMimeData) -> bool:
        """Whether what is dragged over the window is one file that can be imported, by its name."""
        path = file_in(dropped)
        return path is not None and path.suffix.lower() in SUFFIXES

    def drop(self, dropped: QMimeData) -> None:
        """Import the file that was dropped."""
        path = file_in(dropped)
        if path is not None:
            self.import_file(path)

    def import_file(self, path: Path) -> None:
        """Have a file read; what is in it comes later."""
        self._folder = str(path.parent)
        if self._dialog is not None:
            self._dialog.reject()
        self._ask(ReadFile(path))

    def _ask(self, question: ReadFile) -> None:
        self._asked = question
        self._slow.start()
        self._session.ask(question)

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        self.import_file(Path(name))

    @Slot()
    def _on_slow(self) -> None:
        if self._asked is not None:
            self._has_told = True
            self.told.emit(words.reading(words.name_of(self._asked.path)))

    @Slot(object, object)
    def _on_answered(self, question: Question, answer: Answer | None) -> None:
        if question is not self._asked or not isinstance(question, ReadFile):
            return
        self._end_reading()
        file = words.name_of(question.path)
        match answer:
            case Table():
                self._show_table(answer, question.path)
            case TensorFile():
                self._take(answer, file)
            case Problem():
                self._refuse(answer)
            case _:
                self._refuse(Problem(Reason.FILE_UNREADABLE, file=file, detail=""))

    def _refuse(self, problem: Problem) -> None:
        """Say why a file is not imported: in the dialog of a table, where another choice may help, or in the window."""
        if isinstance(self._dialog, TableDialog):
            self._dialog.display_problem(problem)
        else:
            self.problem_found.emit(problem)

    def _show_table(self, table: Table, path: Path) -> None:
        if isinstance(self._dialog, TableDialog):
            self._dialog.display(table)
            return
        dialog = TableDialog(table, words.name_of(path), self._session.history.current, self._window)
        dialog.dialect_requested.connect(self._on_dialect_requested)
        self._path = path
        self._open(dialog)

    def _take(self, held: TensorFile, file: str) -> None:
        current = self._session.history.current
        try:
            found = tensors.found(held, file, current.m)
        except Problem as problem:
            self._refuse(problem)
            return
        if found is not None:
            self.action_requested.emit(found)
        else:
            self._open(TensorDialog(held, file, current, self._window))

    def _open(self, dialog: TableDialog | TensorDialog) -> None:
        self._dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.import_chosen.connect(self._on_import_chosen)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    @Slot(object)
    def _on_dialect_requested(self, dialect: Dialect) -> None:
        self._ask(ReadFile(self._path, dialect))

    @Slot(object)
    def _on_import_chosen(self, action: Import) -> None:
        self.action_requested.emit(action)

    @Slot()
    def _on_finished(self) -> None:
        self._dialog = None
        self._end_reading()

    def _end_reading(self) -> None:
        self._asked = None
        self._slow.stop()
        if self._has_told:
            self._has_told = False
            self.told.emit("")
