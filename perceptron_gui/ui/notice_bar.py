"""A line with a question and its answers, under the phases: what wants an answer, but not at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolBar
from typing_extensions import override

_LEAST_WIDTH = 560


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: `name` is the objectName of its button, `say` gives its text in the language of now."""

    name: str
    say: Callable[[], str]
    do: Callable[[], object]


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """A question and its answers."""

    say: Callable[[], str]
    choices: tuple[Choice, ...]


class NoticeBar(QToolBar):
    """Shows one question at a time, the latest; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__(movable=False, floatable=False)
        self.setObjectName("notice_bar")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)
        self._notices: list[Notice] = []
        self._text = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._text.setObjectName("notice_label")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        # Else a label that can wrap asks for the height of a narrow one.
        self._text.setMinimumWidth(_LEAST_WIDTH)
        self._text.setMargin(4)
        self._buttons: list[QPushButton] = []
        self.addWidget(self._text)
        self.visibilityChanged.connect(self._on_visibility_changed)
        self.hide()

    def ask(self, notice: Notice) -> None:
        """Ask now; what was asked before comes back afterwards."""
        self._notices.append(notice)
        self._show()

    def withdraw(self, notice: Notice | None) -> None:
        """Ask this no more."""
        if notice in self._notices:
            self._notices.remove(notice)
            self._show()

    def retranslate(self) -> None:
        """Ask in the language of now."""
        if self._notices:
            notice = self._notices[-1]
            self._text.setText(notice.say())
            for button, choice in zip(self._buttons, notice.choices, strict=True):
                button.setText(choice.say())

    @override
    def sizeHint(self) -> QSize:
        return QSize(0, super().sizeHint().height())

    def _show(self) -> None:
        for action in self.actions()[1:]:
            # With it goes its button, once what was clicked on it is done.
            self.removeAction(action)
            action.deleteLater()
        self._buttons = []
        if self._notices:
            for choice in self._notices[-1].choices:
                button = QPushButton()
                button.setObjectName(choice.name)
                button.clicked.connect(partial(self._on_clicked, choice))
                self.addWidget(button)
                self._buttons.append(button)
            self.retranslate()
        self.setVisible(bool(self._notices))

    def _on_clicked(self, choice: Choice) -> None:
        self._notices.pop()
        self._show()
        choice.do()

    @Slot(bool)
    def _on_visibility_changed(self, is_visible: bool) -> None:
        """Come back where an arrangement of the window has hidden an open question."""
        if not is_visible and self._notices and self.isHidden():
            self.show()
