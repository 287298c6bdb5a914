"""What the status line says: a problem, what was done beside the session, what takes long, or the last press."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QStatusBar

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Run
from perceptron_gui.core.problems import Problem
from perceptron_gui.session import Session
from perceptron_gui.ui import problem_sentences, run_sentences, sentences, waiting_sentences
from perceptron_gui.ui.first_cut import FirstCut
from perceptron_gui.ui.status_line import StatusLine, Still

_PATIENCE_MS = 400
"""What takes longer is said to be running."""


class Narrator(QObject):
    """Says what became of a session in the status bar; what it has to say beside that is for one press."""

    def __init__(self, session: Session, bar: QStatusBar) -> None:
        super().__init__(bar)
        self._session = session
        self._problem: Problem | None = None
        self._told = ""
        self._first_cut = FirstCut()
        self._slow = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._slow.timeout.connect(self._on_slow)
        self._status = StatusLine()
        self._about_torch = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._about_torch.setObjectName("torch_label")
        bar.addWidget(Still(self._status), 1)
        bar.addPermanentWidget(self._about_torch)
        session.readied.connect(self.retranslate)
        session.waiting_changed.connect(self._on_waiting_changed)

    def tell_problem(self, problem: Problem) -> None:
        """Say why something was not done."""
        self._problem = problem
        self.say()

    def tell(self, text: str) -> None:
        """Say what was done beside the session."""
        self._problem, self._told = None, text
        self.say()

    def forget(self) -> None:
        """Say nothing any more of what was told: something new is pressed."""
        self._problem, self._told = None, ""
        self._first_cut.forget()

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        version = self._session.torch_version
        self._about_torch.setText(f"torch {version}\nfloat32" if version else "torch …")
        self.say()

    def say(self) -> None:
        """Say what there is to say now."""
        session = self._session
        if self._problem is not None:
            self._status.say(problem_sentences.of_problem(self._problem))
        elif self._told:
            self._status.say(self._told)
        elif session.is_loading:
            self._status.say(waiting_sentences.loading(session.waiting))
        elif session.is_running and isinstance(session.running, Run):
            run, is_stopping = session.running, session.is_stopping
            self._status.say(run_sentences.going(run, is_stopping=is_stopping, is_awaited=session.waiting > 0))
        else:
            entry, before = session.history.entry, session.history.before
            code = lines.of_action(entry.action, before or entry.snapshot, entry.snapshot)
            self._status.say(sentences.of_history(session.history, self._first_cut.told(session.history)), code)

    def _on_waiting_changed(self) -> None:
        if self._session.is_loading:
            self.say()
        elif self._session.is_running or not self._session.is_busy:
            self._slow.stop()
            self.say()
        elif not self._slow.isActive():
            self._slow.start()

    def _on_slow(self) -> None:
        task = self._session.running
        if task is not None:
            self._status.say(waiting_sentences.running(task, self._session.waiting))
