"""How one number follows from others, by hand: its formula in symbols, with numbers, and checked."""

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFont, QIcon, QKeySequence, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QToolTip, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.derivation import GRADIENTS, PARAMETERS, Derivation, Remark, derived, followed
from perceptron_gui.core.formula import MINUS, Number
from perceptron_gui.core.history import History
from perceptron_gui.core.layer import Names
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.questions import Answer, Check, Checked, Question
from perceptron_gui.core.snapshot import Element
from perceptron_gui.ui import panels, sentences
from perceptron_gui.ui.derivation.check_table import CheckTable
from perceptron_gui.ui.derivation.formula import Leaf
from perceptron_gui.ui.derivation.formula_view import FormulaView
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.tensor_content import contents
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate


class DerivationView(Panel):
    """The formula of the cell that was selected last; until then, that of what the last phase made."""

    elements_linked = Signal(object)
    """The elements of the tables that the number pointed at stands for; an empty tuple for none."""
    element_chosen = Signal(object)
    """The Element whose number was clicked."""

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History | None = None
        self._chosen: Element | None = None
        self._input: Element | None = None
        self._derivation: Derivation | None = None
        self._question: Check | None = None
        self._checked: Checked | None = None
        self._is_old = False
        self._title = ElidedLabel()
        font = QFont()
        font.setBold(True)
        self._title.setFont(font)
        self._remark = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._remark.setContentsMargins(4, 0, 4, 2)
        self._formula = FormulaView(colors)
        self._formula.setObjectName(name)
        self._check = CheckTable()
        self._copy_latex = QAction(QIcon("icons:copy.svg"), "", self)
        self._copy_text = QAction(self)
        self._copy_latex.triggered.connect(self._formula.copy_latex)
        self._copy_text.triggered.connect(self._formula.copy_text)
        self._formula.addActions([self._copy_latex, self._copy_text])
        self._formula.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._formula.tip_requested.connect(self._on_tip_requested)
        self._formula.elements_pointed.connect(self.elements_linked)
        self._formula.element_chosen.connect(self.element_chosen)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        button = QToolButton(autoRaise=True)
        button.setDefaultAction(self._copy_latex)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(button)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self._remark, self._formula, self._check):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        for filled in (self, body, scroll.viewport()):
            filled.setBackgroundRole(QPalette.ColorRole.Base)
            filled.setAutoFillBackground(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)
        self._scroll_bar = scroll.verticalScrollBar()

    @override
    def title(self) -> str:
        return panels.title("derivation_view")

    @override
    def display(self, history: History) -> None:
        if history is self._history:
            return
        self._history = history
        self._input = None
        self._refresh()

    def show_element(self, element: Element) -> None:
        """Show the formula of an element that a person has selected; an input keeps the formula it is part of."""
        if self._history is None:
            return
        if derived(self._history, element) is None:
            self._input = element
        else:
            self._chosen, self._input = element, None
        self._refresh()

    def mark_element(self, element: Element | None) -> None:
        """Mark what stands for an element that the mouse is over in its table."""
        pointed = {element, self._input} - {None}
        self._formula.mark(frozenset(each for each in pointed if each is not None))

    @override
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        if question is self._question:
            self._checked = answer if isinstance(answer, Checked) else None
            self._show_check()

    @override
    def set_colors(self, colors: Colors) -> None:
        self._formula.set_colors(colors)

    @override
    def retranslate(self) -> None:
        self._formula.setAccessibleName(self.title())
        key = QKeySequence(QKeySequence.StandardKey.Copy).toString(QKeySequence.SequenceFormat.NativeText)
        self._copy_latex.setText(translate("DerivationView", "Copy as LaTeX"))
        self._copy_latex.setToolTip(translate("DerivationView", "Copy the formula as LaTeX ({key})").format(key=key))
        self._copy_text.setText(translate("DerivationView", "Copy as text"))
        self._formula.retranslate()
        self._say()
        self._show_check()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            font = QFont(self.font())
            font.setBold(True)
            self._title.setFont(font)

    @override
    def catch_up(self) -> None:
        if self._is_old:
            self._refresh()

    @override
    def copy(self) -> None:
        self._formula.copy_latex()

    def _refresh(self) -> None:
        history = self._history
        self._is_old = not self.is_seen
        if self._is_old:
            # Nothing of a history that was left is kept alive here.
            self._derivation = self._question = self._checked = None
        if self._is_old or history is None:
            return
        derivation = None if self._chosen is None else derived(history, self._chosen)
        if derivation is None:
            self._chosen = None
            derivation = derived(history, followed(history))
        if derivation is None:
            return
        if self._derivation is None or self._derivation.element != derivation.element:
            self._scroll_bar.setValue(0)
        self._derivation = derivation
        self._formula.display(derivation.equations)
        self.mark_element(None)
        self._say()
        self._ask(history, derivation)

    def _ask(self, history: History, derivation: Derivation) -> None:
        last = self._question
        if not derivation.can_be_checked:
            self._question = self._checked = None
            self._show_check()
        elif last is None or (last.snapshot, last.element) != (history.current, derivation.element):
            self._question = Check(history.current, derivation.element, derivation.before)
            self._checked = None
            self._show_check()
            self.question_raised.emit(self._question)

    def _show_check(self) -> None:
        question = self._question
        self._check.setVisible(question is not None)
        if question is not None:
            self._check.display(self._checked, is_gradient=question.element.name in GRADIENTS)

    def _say(self) -> None:
        derivation, history = self._derivation, self._history
        if derivation is None or history is None:
            return
        element = derivation.element
        name = self._code(element)
        value = "" if derivation.value is None else f" = {display_text(derivation.value)}".replace("-", MINUS)
        self._title.setText(f"{name}{value}")
        said: list[str] = []
        if self._input is not None:
            said.append(_of_input(self._input).format(element=self._code(self._input)))
        if derivation.stale:
            said.append(sentences.stale(derivation.stale, history, element.name))
            said.append(translate("DerivationView", "The formula has the values that Forward was made with."))
        if derivation.remark is not None:
            said.append(_of_remark(derivation.remark))
        self._remark.setText(" ".join(said))
        self._remark.setVisible(bool(said))

    def _code(self, element: Element) -> str:
        assert self._history is not None
        snapshot = self._history.current
        rows = snapshot.rows if snapshot.forward is None else snapshot.forward.rows
        return Names(snapshot.m, rows).code(element.name, element.row, element.column)

    def _on_tip_requested(self, leaf: Leaf, place: QPoint) -> None:
        QToolTip.showText(place, self._tip(leaf), self._formula)

    def _tip(self, leaf: Leaf) -> str:
        """Say what a number is in full, and what its cell holds where that is another number by now."""
        if not isinstance(leaf, Number):
            return leaf.code
        said = f"{leaf.code} = {leaf.exact}" if leaf.code else leaf.exact
        if len(leaf.elements) != 1 or self._history is None or not leaf.code:
            return said.replace("-", MINUS)
        (element,) = leaf.elements
        now = contents(self._history)[element.name].exact_text(element.row, element.column)
        if now != leaf.exact:
            said += "\n" + translate("DerivationView", "The table shows {now} by now.").format(now=now)
        return said.replace("-", MINUS)


def _of_input(element: Element) -> str:
    if element.name in PARAMETERS:
        return translate(
            "DerivationView", "{element} is a start value, or was typed: no formula until an Update changes it."
        )
    return translate("DerivationView", "{element} is an input that a person types: it has no formula.")


def _of_remark(remark: Remark) -> str:
    remarks = {
        Remark.NO_FORWARD: translate("DerivationView", "No numbers yet: press Forward."),
        Remark.ROW_NOT_TAKEN: translate("DerivationView", "The last Forward did not take this row."),
        Remark.NO_GRADIENT: translate("DerivationView", ".grad is None: no Backward has put anything here."),
        Remark.ZEROED: translate("DerivationView", "The 0 that Zero grad left: nothing was added to it since."),
        Remark.MERGED: translate("DerivationView", "Of the oldest Backward passes only the sum is kept."),
        Remark.EARLIER_UPDATE: translate("DerivationView", "These are the numbers of the last Update."),
        Remark.WITHIN_RUN: translate(
            "DerivationView",
            "An Update of the Run made it. The moments of the Run that an Update ends have its numbers.",
        ),
    }
    return remarks[remark]
