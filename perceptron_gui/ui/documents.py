"""The commands for the file of a session: new, open, save, recover; and what is asked on the way."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QMimeData, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.storage import SUFFIX
from perceptron_gui.document import Document, Overwrite
from perceptron_gui.recovery import Leftover
from perceptron_gui.saving import LeaveOut
from perceptron_gui.ui import problem_sentences
from perceptron_gui.ui.dropped import file_in
from perceptron_gui.ui.notice_bar import Choice, Notice, NoticeBar

translate = QCoreApplication.translate
_Button = QMessageBox.StandardButton


class Documents(QObject):
    """Does what a person wants done with files, in a window; asks before anything that was not saved would be lost.

    `committed` makes of something to do one that takes what is still being typed first.
    """

    told = Signal(str)
    """What was done, in a sentence."""
    close_agreed = Signal()
    """The window may close now."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        notices: NoticeBar,
        committed: Callable[[Callable[[], object]], Callable[[], None]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self.document = document
        self._notices = notices
        self._committed = committed
        self._question: Notice | None = None
        self._after_save: Callable[[], object] | None = None
        self._after_run: Callable[[], object] | None = None
        self._may_close = False
        self.recent_menu = QMenu(window)
        self.recent_menu.setObjectName("recent_menu")
        document.changed.connect(self._on_changed)
        document.session.waiting_changed.connect(self._on_waiting_changed)
        document.shown.connect(self._on_shown)
        document.saved.connect(self._on_saved)
        document.asked.connect(self._on_asked)
        document.found.connect(self._on_found)
        document.failed.connect(self._on_failed)
        self.show_recent(())
        self.retranslate()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what to do for each command, by its name."""
        return {
            "new": partial(self._leaving, self.document.new),
            "open": self._choose_and_open,
            "save": self._save,
            "save_as": self._save_as,
        }

    def open(self, path: Path) -> None:
        """Open a document, after asking about the one that is shown."""
        self._committed(partial(self._leaving, partial(self.document.open, path)))()

    def may_close(self) -> bool:
        """Whether the window may close now; if not, the person is asked, and `close_agreed` may follow."""
        if self._may_close or not self._has_unsaved:
            return True
        self._leaving(self._agree)
        return False

    def take_drops(self, within: QWidget) -> None:
        """Let the window have what is dropped on any part of a widget of it."""
        for part in within.findChildren(QWidget):
            part.setAcceptDrops(False)
        self._window.setAcceptDrops(True)

    def accepts(self, dropped: QMimeData) -> bool:
        """Whether what is dragged over the window is one document."""
        return _document_in(dropped) is not None

    def drop(self, dropped: QMimeData) -> None:
        """Open the document that was dropped."""
        path = _document_in(dropped)
        if path is not None:
            self.open(path)

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """List the documents opened or saved last, the latest first."""
        self.recent_menu.clear()
        for number, path in enumerate(paths, 1):
            name = path.replace("&", "&&")
            action = self.recent_menu.addAction(f"&{number}  {name}")
            action.triggered.connect(lambda _checked=False, path=path: self.open(Path(path)))
        self.recent_menu.setEnabled(bool(paths))

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        self.recent_menu.setTitle(translate("Documents", "Open &recent"))
        self._notices.retranslate()
        self._on_changed()

    @property
    def _has_unsaved(self) -> bool:
        """Whether something was done, or wished by now, that is in no file."""
        session = self.document.session
        return self.document.is_modified or session.waiting > 0 or session.is_running

    def _leaving(self, then: Callable[[], object]) -> None:
        """Do something that puts the session away, once the person has said what becomes of what is not saved."""
        if not self._has_unsaved:
            then()
            return
        if self.document.is_saving:
            self._after_save = partial(self._leaving, then)
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "perceptron-gui",
            translate("Documents", "{name} has changes that are not saved. Save them?").format(name=self._name()),
            _Button.Save | _Button.Discard | _Button.Cancel,
            self._window,
        )
        box.setObjectName("unsaved_dialog")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(partial(self._on_answered, then))
        box.open()

    def _on_answered(self, then: Callable[[], object], answer: int) -> None:
        if answer == _Button.Discard:
            self.document.forget()
            then()
        elif answer == _Button.Save:
            # What is done while it is written is asked about again.
            self._once_stopped(partial(self._save, partial(self._leaving, then)))

    def _once_stopped(self, then: Callable[[], object]) -> None:
        """Do something once no Run goes on any more: it is stopped."""
        session = self.document.session
        if session.is_running:
            self._after_run = then
            session.stop()
        else:
            then()

    @Slot()
    def _on_waiting_changed(self) -> None:
        then = self._after_run
        if then is not None and not self.document.session.is_running:
            self._after_run = None
            then()

    def _agree(self) -> None:
        self._may_close = True
        self.close_agreed.emit()

    def _choose_and_open(self) -> None:
        dialog = self._dialog(translate("Documents", "Open a session"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def _save(self, then: Callable[[], object] | None = None) -> None:
        self._after_save = then
        if self.document.path is None:
            self._save_as(then)
        else:
            self.document.save()

    def _save_as(self, then: Callable[[], object] | None = None) -> None:
        self._after_save = then
        dialog = self._dialog(translate("Documents", "Save the session"), QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(self._name() if self.document.path is not None else translate("Documents", "session"))
        dialog.fileSelected.connect(lambda name: self.document.save(Path(name), may_overwrite=True))
        dialog.rejected.connect(self._forget_after_save)
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        name_filter = translate("Documents", "Sessions (*{suffix})").format(suffix=SUFFIX)
        dialog = QFileDialog(self._window, title, str(self._folder()), name_filter)
        dialog.setObjectName("file_dialog")
        dialog.setAcceptMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _folder(self) -> Path:
        path = self.document.path
        return path.parent if path is not None else Path.home()

    def _name(self) -> str:
        path = self.document.path
        return path.name if path is not None else translate("Documents", "Untitled")

    @Slot()
    def _settle(self) -> None:
        self._notices.withdraw(self._question)
        self._question = self._after_save = None

    @Slot()
    def _on_shown(self) -> None:
        self._settle()
        path = self.document.path
        if path is not None and not path.exists():
            self.told.emit(translate("Documents", "{name} does not exist yet: Save writes it.").format(name=path.name))

    @Slot()
    def _on_changed(self) -> None:
        self._window.setWindowTitle(f"{self._name().replace('[*]', '')}[*] – perceptron-gui")
        self._window.setWindowModified(self.document.is_modified)

    @Slot()
    def _on_saved(self) -> None:
        self.told.emit(translate("Documents", "{name} is saved.").format(name=self._name()))
        then = self._after_save
        self._settle()
        if then is not None:
            then()

    @Slot()
    def _forget_after_save(self) -> None:
        self._after_save = None

    @Slot(object)
    def _on_failed(self, problem: Problem) -> None:
        if problem.reason in {Reason.NOT_SAVED, Reason.HELD_ELSEWHERE}:
            self._ask(partial(problem_sentences.of_problem, problem))
        elif problem.reason is not Reason.NO_RECOVERY:
            self._after_save = None

    @Slot(object)
    def _on_asked(self, question: Overwrite | LeaveOut) -> None:
        save = partial(self.document.save, question.path)
        if isinstance(question, LeaveOut):
            save_so = partial(save, may_overwrite=question.may_overwrite, may_leave_out=True)
            self._ask(
                partial(_say, question),
                Choice("notice_leave_out", lambda: translate("Documents", "Save it so"), save_so),
            )
        else:
            overwrite = partial(save, may_overwrite=True)
            self._ask(
                partial(_say, question),
                Choice("notice_overwrite", lambda: translate("Documents", "Overwrite it"), overwrite),
                Choice("notice_reload", lambda: translate("Documents", "Reload it"), partial(self.open, question.path)),
            )

    def _ask(self, say: Callable[[], str], *choices: Choice) -> None:
        """Ask what is to become of the document, in place of what was asked about it before."""
        self._notices.withdraw(self._question)
        self._question = Notice(
            say,
            (
                *choices,
                Choice(
                    "notice_save_as",
                    lambda: translate("Documents", "Save as…"),
                    lambda: self._save_as(self._after_save),
                ),
                Choice("notice_cancel", lambda: translate("Documents", "Do not save"), self._forget_after_save),
            ),
        )
        self._notices.ask(self._question)

    @Slot(object)
    def _on_found(self, found: tuple[Leftover, ...]) -> None:
        for leftover in reversed(found):
            self._notices.ask(self._offer(leftover))

    def _offer(self, leftover: Leftover) -> Notice:
        when = QDateTime.fromSecsSinceEpoch(int(leftover.changed))

        def say() -> str:
            path = leftover.kept.path
            name = path.name if path is not None else translate("Documents", "Untitled")
            text = translate("Documents", "Unsaved work was found: {name}, {when}; changes: {count}.")
            at = QLocale().toString(when, QLocale.FormatType.ShortFormat)
            return text.format(name=name, when=at, count=leftover.unsaved)

        return Notice(
            say,
            (
                Choice(
                    "recover_button", lambda: translate("Documents", "Restore it"), partial(self._restore, leftover)
                ),
                Choice("later_button", lambda: translate("Documents", "Later"), leftover.let_go),
                Choice("delete_button", lambda: translate("Documents", "Delete it"), leftover.delete),
            ),
        )

    def _restore(self, leftover: Leftover) -> None:
        """Show it, after asking about what is shown; until then it is offered on."""
        offer = self._offer(leftover)
        self._notices.ask(offer)

        def recover() -> None:
            self._notices.withdraw(offer)
            self.document.recover(leftover)

        self._committed(partial(self._leaving, recover))()


def _say(question: Overwrite | LeaveOut) -> str:
    match question:
        case Overwrite(path):
            text = translate(
                "Documents", "{name} was changed by another program since it was opened here. Nothing is saved yet."
            )
            return text.format(name=path.name)
        case LeaveOut(path, count, 0):
            text = translate(
                "Documents",
                "To stay below 64 MiB, {name} would leave out its oldest {count} entries. Nothing is saved yet.",
            )
            return text.format(name=path.name, count=count)
        case LeaveOut(path, count, undone):
            text = translate(
                "Documents",
                "To stay below 64 MiB, {name} would leave out its oldest {count} entries, and {undone} that were"
                " undone. Nothing is saved yet.",
            )
            return text.format(name=path.name, count=count, undone=undone)


def _document_in(dropped: QMimeData) -> Path | None:
    path = file_in(dropped)
    return path if path is not None and path.suffix == SUFFIX else None
