"""The graph that autograd built: drawn from left to right, lit as Forward and Backward run through it."""

import html

from PySide6.QtCore import QCoreApplication, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from perceptron_gui.core.actions import Operation
from perceptron_gui.core.history import Cause, Entry, History
from perceptron_gui.core.questions import Answer, Graph, Question, Walk
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui import panels, sentences
from perceptron_gui.ui.elided_label import ElidedLabel
from perceptron_gui.ui.graph.canvas import GraphCanvas
from perceptron_gui.ui.graph.items import Light
from perceptron_gui.ui.graph.lamp import GraphLamp, Lit, lit
from perceptron_gui.ui.panel import Panel
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
DURATION = 600
"""Milliseconds from one end of the graph to the other."""
_EMPTY = Graph((), ())
_PHASES = {Operation.FORWARD: Light.FORWARD, Operation.BACKWARD: Light.BACKWARD}


class GraphView(Panel):
    """The computation graph of the last Forward, with a lamp that says whether a Backward can still walk it."""

    def __init__(self, name: str, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History | None = None
        self._question: Walk | None = None
        self._has_failed = False
        self._is_outdated = False
        self._pressed: Light | None = None
        self._is_animated = False
        self.canvas = GraphCanvas(colors)
        self.canvas.setObjectName(name)
        self.lamp = GraphLamp(colors)
        self.state_label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.message = ElidedLabel()
        self.outside = ElidedLabel()
        self.movement = QVariantAnimation(self)
        self.movement.setDuration(DURATION)
        self.movement.setStartValue(0.0)
        self.movement.setEndValue(1.0)
        self.movement.valueChanged.connect(self._on_value_changed)
        self.movement.finished.connect(self.canvas.rest)
        self._lay_out()
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("graph_view")

    @override
    def display(self, history: History) -> None:
        before, self._history = self._history, history
        self._refresh(_pressed_phase(before, history))

    @override
    def set_colors(self, colors: Colors) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(colors.base))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colors.text))
        self.setPalette(palette)
        self.lamp.set_colors(colors)
        self.canvas.set_colors(colors)

    @override
    def retranslate(self) -> None:
        self.canvas.setAccessibleName(self.title())
        self.canvas.retranslate()
        self._say()

    @override
    def set_animated(self, is_animated: bool) -> None:
        self._is_animated = is_animated
        if not is_animated:
            self._end_movement()

    @override
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        if question is not self._question:
            return
        self._has_failed = not isinstance(answer, Graph)
        self.canvas.show_graph(answer if isinstance(answer, Graph) else _EMPTY)
        self._say()
        if self._pressed is not None and self._is_animated and self.is_seen:
            self.canvas.move_to(self._pressed, 0.0)
            self.movement.start()

    @override
    def catch_up(self) -> None:
        if self._is_outdated:
            self._refresh(None)

    @override
    def put_away(self) -> None:
        self._end_movement()

    def _lay_out(self) -> None:
        self.setAutoFillBackground(True)
        font = self.state_label.font()
        font.setBold(True)
        self.state_label.setFont(font)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.lamp)
        top.addWidget(self.state_label)
        top.addWidget(self.message, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 2, 4, 2)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.outside)

    def _refresh(self, pressed: Light | None) -> None:
        """Show the history of now; a movement that is still under way ends where it would have ended."""
        self._is_outdated = not self.is_seen
        self._end_movement()
        if self._is_outdated:
            # Nothing of a history that was left is kept alive here.
            self._question = None
            self.canvas.set_held({})
        if self._history is None or self._is_outdated:
            return
        moment = _moment(self._history)
        self._pressed = None
        if moment is None:
            self._question = None
            self._has_failed = False
            self.canvas.show_graph(_EMPTY)
        elif self._question is None or self._question.snapshot is not moment:
            self._question = Walk(moment)
            self._pressed = pressed
            self.question_raised.emit(self._question)
        self._say()

    def _end_movement(self) -> None:
        self._pressed = None
        if self.movement.state() != QVariantAnimation.State.Stopped:
            self.movement.stop()
            self.canvas.rest()

    def _say(self) -> None:
        if self._history is None:
            return
        now = self._history.current
        state = lit(now)
        self.lamp.set_lit(state)
        self.state_label.setText(_state_text(state))
        said = _message(self._history, state)
        _write(self.message, said)
        self.canvas.set_held({"W": now.W_grad, "b": now.b_grad})
        self.canvas.set_stale(sentences.stale(now.stale) if now.stale else "")
        self.canvas.set_note(self._note(state))
        names = ", ".join(self.canvas.graph.outside)
        outside = translate("GraphView", "Not in the graph, as requires_grad is False: {names}").format(names=names)
        _write(self.outside, outside if names else "")
        self.canvas.setAccessibleDescription(f"{self.state_label.text()}. {said}")

    def _note(self, state: Lit) -> str:
        if self._has_failed:
            return translate("GraphView", "The graph could not be computed.")
        return translate("GraphView", "Forward builds the graph; here it is drawn.") if state is Lit.NONE else ""

    def _on_value_changed(self, progress: float) -> None:
        if not self.is_seen:
            self._end_movement()
        elif self._pressed is not None:
            self.canvas.move_to(self._pressed, progress)


def _write(label: ElidedLabel, text: str) -> None:
    """Write a line; what is elided is whole in the tip."""
    label.setText(text)
    label.setToolTip(f"<qt>{html.escape(text)}</qt>" if text else "")


def _pressed_phase(before: History | None, now: History) -> Light | None:
    """Return the phase that was pressed between two histories; None for any other way from one to the other."""
    if before is None or now.index == 0 or now.entries[now.index - 1] is not before.entry:
        return None
    was_there = now.index < len(before.entries) and before.entries[now.index] is now.entry
    if was_there or now.entry.refusal is not None or not isinstance(now.entry.action, Operation):
        return None
    return _PHASES.get(now.entry.action)


def _moment(history: History) -> Snapshot | None:
    """Return when something last ran through the graph of the shown Forward: that Forward, or a Backward since."""
    forward = history.current.forward
    if forward is None:
        return None
    moment = history.current
    for entry in reversed(history.path):
        if entry.snapshot.forward is None or not entry.snapshot.forward.is_same_as(forward):
            break
        moment = entry.snapshot
        if _has_run_backward(entry):
            break
    return moment


def _has_run_backward(entry: Entry) -> bool:
    """Whether an entry is a Backward that went some way through the graph."""
    is_through = entry.refusal is None or entry.refusal.cause is Cause.X_CHANGED
    return entry.action is Operation.BACKWARD and is_through


def _state_text(state: Lit) -> str:
    texts = {
        Lit.NONE: translate("GraphView", "No graph"),
        Lit.BUILT: translate("GraphView", "Built"),
        Lit.SPENT: translate("GraphView", "Spent"),
    }
    return texts[state]


def _message(history: History, state: Lit) -> str:
    """Say what the lamp means: PyTorch's own refusal first, then what no longer holds, then what can be done."""
    entry, now = history.entry, history.current
    if entry.action is Operation.BACKWARD and entry.refusal is not None:
        return " ".join(str(entry.refusal).split())
    if now.stale:
        return sentences.stale(now.stale)
    has_run = any(deposit.forward.is_same_as(now.forward) for deposit in now.deposits) if now.forward else False
    match state:
        case Lit.NONE:
            return translate("GraphView", "No Forward yet: loss does not exist.")
        case Lit.SPENT:
            return translate("GraphView", "Backward freed it; Forward builds a new one.")
        case Lit.BUILT if has_run:
            return translate("GraphView", "Kept by retain_graph=True: Backward can run again.")
        case Lit.BUILT:
            return translate("GraphView", "Backward can run through it, from right to left.")
