"""What Run does, to be chosen: when it stops, whether it zeroes, when it updates, and the order of the rows."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QFrame, QLabel, QSpinBox, QToolButton, QWidget
from typing_extensions import override

from perceptron_gui.core import parts
from perceptron_gui.core.actions import Run
from perceptron_gui.core.history import History
from perceptron_gui.ui.actions import Commands
from perceptron_gui.ui.value_spin_box import loss_box, small_seed_box
from perceptron_gui.ui.wheel_guard import WheelGuard

translate = QCoreApplication.translate
LARGEST_SEED = 2**32 - 1
MOST_BACKWARDS = 1000
_MOST_UPDATES = 2**31 - 1
_NOTE_LETTERS = 44


def composed(wished: Run, *, is_shuffled: bool, takes_parts: bool) -> Run:
    """Return the run that a filled form stands for: only parts of a batch have an order."""
    return wished if is_shuffled and takes_parts else replace(wished, seed=None)


class RunOptions(QFrame):
    """Opens below a button, until Esc or a click elsewhere. What is set stays set for the next runs."""

    changed = Signal()
    """`run` is another."""
    taken = Signal()
    """Something that a person set was taken."""
    problem_found = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("run_options_panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._takes_parts = self._is_running = False
        self._updates = _count_box("run_updates_spin_box", 0, _MOST_UPDATES)
        self._loss = loss_box("run_loss_edit")
        self._loss.display(None)
        self._backwards = _count_box("run_backwards_spin_box", 1, MOST_BACKWARDS)
        self._zeroes = QCheckBox()
        self._zeroes.setObjectName("run_zeroes_check_box")
        self._zeroes.setChecked(True)
        self._shuffle = QCheckBox()
        self._shuffle.setObjectName("run_shuffle_check_box")
        self._seed = small_seed_box("run_seed_edit", LARGEST_SEED)
        self._button = QToolButton()
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._note = QLabel(wordWrap=True)
        self._fields = (self._updates, self._loss, self._backwards, self._seed)
        self._labels = tuple(QLabel() for _ in self._fields)
        updates, loss, backwards, seed = self._labels
        layout = QFormLayout(self)
        layout.addRow(updates, self._updates)
        layout.addRow(loss, self._loss)
        layout.addRow(self._note)
        layout.addRow(backwards, self._backwards)
        layout.addRow(self._zeroes)
        layout.addRow(self._shuffle)
        layout.addRow(seed, self._seed)
        layout.addRow(self._button)
        for label, field in zip(self._labels, self._fields, strict=True):
            label.setBuddy(field)
        for count in (self._updates, self._backwards):
            count.valueChanged.connect(self._on_changed)
        for choice in (self._zeroes, self._shuffle):
            choice.toggled.connect(self._on_changed)
        for field in (self._loss, self._seed):
            field.value_entered.connect(self._on_changed)
            field.problem_found.connect(self.problem_found)
        self.retranslate()

    @property
    def run(self) -> Run:
        """The Run that is set."""
        seed = self._seed.value
        wished = Run(
            updates=self._updates.value(),
            loss=self._loss.value,
            zeroes=self._zeroes.isChecked(),
            backwards=self._backwards.value(),
            seed=None if seed is None else int(seed),
        )
        return composed(wished, is_shuffled=self._shuffle.isChecked(), takes_parts=self._takes_parts)

    def take(self, commands: Commands) -> None:
        """Take the command that starts it, and its key: keys of the window do not reach what has popped up."""
        self._button.setDefaultAction(commands["run"])
        self.addAction(commands["run"])

    def open_below(self, anchor: QWidget) -> None:
        """Open below a widget, as far left and up as the screen wants it."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(0, anchor.height()))
        room = anchor.screen().availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.width())))
        corner.setY(max(room.top(), min(corner.y(), room.bottom() - self.height())))
        self.move(corner)
        self.show()
        self._updates.setFocus()
        self._updates.selectAll()

    def display(self, history: History) -> None:
        """Offer an order of the rows only where a batch is taken in parts."""
        snapshot = history.current
        takes_parts = parts.first(snapshot.config.part, snapshot.m) is not None
        if takes_parts is not self._takes_parts:
            self._takes_parts = takes_parts
            self._enable()
            self.changed.emit()

    def retranslate(self) -> None:
        """Say everything in the language of now."""
        never = translate("RunOptions", "never")
        self._updates.setSpecialValueText(never)
        self._loss.lineEdit().setPlaceholderText(never)
        texts = (
            translate("RunOptions", "Stop after so many updates"),
            translate("RunOptions", "Stop at a loss of at most"),
            translate("RunOptions", "Backwards for each Update"),
            translate("RunOptions", "Seed of the order"),
        )
        tips = (
            translate("RunOptions", "Run ends when it has done so many updates; 0 is no condition"),
            translate("RunOptions", "Run ends after a Forward whose loss is not larger; empty is no condition"),
            translate("RunOptions", "So often Forward and Backward before an Update: gradients add up, part by part"),
            translate("RunOptions", "The seed of torch.randperm: it goes on by one each time through the batch"),
        )
        for label, field, text, tip in zip(self._labels, self._fields, texts, tips, strict=True):
            label.setText(text)
            label.setToolTip(tip)
            field.setToolTip(tip)
            field.setAccessibleName(text)
        self._say_note()
        self._zeroes.setText(translate("RunOptions", "Zero grad after every Update"))
        self._zeroes.setToolTip(translate("RunOptions", "Unticked, Zero grad is forgotten: .grad goes on adding up"))
        self._shuffle.setText(translate("RunOptions", "Shuffle the rows"))
        self._enable()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_note"):
            self._say_note()
        super().changeEvent(event)

    def set_running(self, is_running: bool) -> None:
        """Say which run it is that is set: one that goes on is as it was begun."""
        self._is_running = is_running
        self._say_note()

    def _say_note(self) -> None:
        self._note.setText(
            translate("RunOptions", "A run goes on as it was begun. What is set now is for the next one.")
            if self._is_running
            else translate("RunOptions", "Without a condition it goes on until Stop. At nan or inf it always stops.")
        )
        # A form does not ask a label how high it is at this width.
        self._note.setFixedWidth(self._note.fontMetrics().averageCharWidth() * _NOTE_LETTERS)
        self._note.setMinimumHeight(self._note.heightForWidth(self._note.width()))

    def _enable(self) -> None:
        tip = (
            translate("RunOptions", "Each time through the batch its rows are parted in another order")
            if self._takes_parts
            else translate("RunOptions", "All rows are taken at once, so they have no order: set “by” beside m first")
        )
        self._shuffle.setEnabled(self._takes_parts)
        self._shuffle.setToolTip(tip)
        self._seed.setEnabled(self._takes_parts and self._shuffle.isChecked())

    def _on_changed(self) -> None:
        self._enable()
        self.changed.emit()
        self.taken.emit()


def _count_box(name: str, least: int, most: int) -> QSpinBox:
    box = QSpinBox(minimum=least, maximum=most)
    box.setObjectName(name)
    # What is being typed is no count yet.
    box.setKeyboardTracking(False)
    box.setAccelerated(True)
    WheelGuard(box)
    return box
