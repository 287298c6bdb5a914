"""The ledger: how `.grad` came to be, one slab a Backward, and beside it what the last Backward added."""

from operator import is_
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from perceptron_gui.core import deposits
from perceptron_gui.core.history import History
from perceptron_gui.core.questions import Agreement, Answer, Judgement, Question, Tally
from perceptron_gui.core.snapshot import Deposit, FloatArray, Snapshot
from perceptron_gui.ui import panels
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.ledger import hits as ledger_hits
from perceptron_gui.ui.plots.ledger import labels as ledger_labels
from perceptron_gui.ui.plots.ledger import words
from perceptron_gui.ui.plots.ledger.geometry import BEFORE, FIRST, Ledger, ledger_part, opposite, visible_part
from perceptron_gui.ui.plots.ledger.heat_maps import HeatMaps
from perceptron_gui.ui.plots.ledger.names import Names
from perceptron_gui.ui.plots.ledger.sheet import ledger_sheet
from perceptron_gui.ui.plots.ledger.stacks import Stacks
from perceptron_gui.ui.plots.ledger.story import Story
from perceptron_gui.ui.plots.ledger.sweep import Sweep, is_swept
from perceptron_gui.ui.plots.ledger.whole_batch import Outline
from perceptron_gui.ui.plots.legend import Legend, Pile
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.ranging import Span
from perceptron_gui.ui.plots.sheet import Column, Sheet
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
MOST_PARAMETERS = 40
_TICK_REACH = 60
"""Pixels by which the name of a parameter may stand out at the ends of the axis."""
_TALL = 225
"""Pixels of height from which the story has a line more."""
_STEADY = 3
"""Slabs for which there is room from the first Backward on, so that they keep their size."""
_MAPS_SHARE, _STACK_SHARE = 3, 2


class GradientPlot(Plot):
    """The stack of deposits of every parameter; of many parameters heat maps, and the stack of one of them.

    A Backward is selected by a click on one of its slabs or its bar, the next or the one before by the arrow keys.
    """

    x_is_fitted = True

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        super().__init__(name, colors, plot_widget)
        self._shown: tuple[object, ...] = ()
        self._snapshot: Snapshot | None = None
        self._ledger: Ledger | None = None
        self._numbers: tuple[tuple[int, int], ...] = ()
        self._parameter: int | None = None
        self._chosen: Deposit | None = None
        self._chosen_column = 0
        self._judgement: Judgement | None = None
        self._outline = Outline()
        self._tally: Tally | None = None
        self._is_tally_wanted = False
        self._agreement: Agreement | None = None
        self._is_animated = False
        self._is_of_nothing = False
        self._wholes: tuple[FloatArray, FloatArray] = (np.empty(0, np.float32),) * 2
        """The gradient of the whole batch and the weighted sum, (p,) each; nan where they are not shown."""
        self._reach = Span(0.0, 0.0)
        self._placed: tuple[FloatArray, ledger_labels.Slots, list[Label]] | None = None
        self._arranged: list[Label] | None = None
        self.stacks = Stacks(self.view_box)
        self.sweep = Sweep(self.view_box, self)
        self.x_axis.setGrid(False)
        self.x_axis.setStyle(hideOverlappingLabels=_TICK_REACH)
        self.legend = Legend((Pile(), Pile()))
        self.story = Story(2)
        self.heat_maps = HeatMaps(colors)
        self.heat_maps.setVisible(False)
        self.heat_maps.parameter_chosen.connect(self._on_parameter_chosen)
        self._lay_out()
        self.plot_widget.installEventFilter(self)
        self.plot_widget.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self.set_colors(colors)
        self.retranslate()

    @override
    def title(self) -> str:
        return panels.title("gradient_plot")

    @override
    def retranslate(self) -> None:
        self.legend.set_texts(*words.parts())
        self.heat_maps.retranslate()
        super().retranslate()

    @override
    def set_animated(self, is_animated: bool) -> None:
        self._is_animated = is_animated
        self.sweep.end()

    @override
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        if question is self._tally and isinstance(answer, Agreement):
            self._agreement = answer
            self._tell()
        elif self._outline.take(question, answer) and self._snapshot is not None:
            self._compare(self._snapshot)
            self._redraw()
            if self.is_seen:
                self._ask(self._snapshot)

    @override
    def sheet(self) -> Sheet:
        """Of many parameters the stack beside the maps: those are whole tensors."""
        ledger = self._ledger
        return Sheet((Column("parameter", ()),)) if ledger is None else ledger_sheet(ledger)

    @override
    def hover_text(self, position: QPointF) -> str:
        """The slab or bar that the pointer is in or near; where there is None, the place of the bar."""
        ledger, found = self._ledger, self._hit(position)
        if ledger is None or found is None:
            return ""
        match found:
            case ledger_hits.Slab(index, column):
                told = words.slab(ledger, self._numbers[index], index, column)
            case ledger_hits.Stored(column):
                told = words.stored(ledger, column)
            case _:
                return words.incoming(ledger, found.column)
        whole, weighted = (float(values[column]) for values in self._wholes)
        return "\n".join([told, *words.whole(whole, weighted)])

    @override
    def put_away(self) -> None:
        super().put_away()
        self.sweep.end()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.story.set_lines(3 if self.height() >= _TALL else 2)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.plot_widget:
            return super().eventFilter(watched, event)
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._press(event.key())

    @override
    def _refresh(self) -> None:
        super()._refresh()
        if self._history is not None and self.is_seen:
            self._ask(self._history.current)

    @override
    def _take_font(self) -> None:
        super()._take_font()
        self._placed = None
        self._names = Names(self.x_axis, self.labels)

    @override
    def _read(self, history: History) -> bool:
        snapshot = history.current
        shown = visible_part(snapshot)
        if len(shown) == len(self._shown) and all(map(is_, shown, self._shown)):
            return False
        before, self._shown = self._ledger, shown
        self._ledger = self._read_ledger(snapshot)
        self._snapshot = snapshot
        self._numbers = deposits.numbers(snapshot.deposits)
        if not any(each is self._chosen for each in snapshot.deposits):
            self._chosen = None
        self._compare(snapshot)
        self._add_up(snapshot)
        self.sweep.end()
        if self._is_animated and before is not None and is_swept(history, before):
            self.sweep.begin(before, self._colors)
        return True

    def _add_up(self, snapshot: Snapshot) -> None:
        """Compare the sum of the deposits with what is stored; where that takes a while, the worker is asked."""
        asked = self._tally.snapshot if self._tally is not None else None
        if asked is None or not all(map(is_, ledger_part(snapshot), ledger_part(asked))):
            self._tally = Tally(snapshot)
            self._is_tally_wanted = not deposits.is_quick(snapshot)
            self._agreement = None if self._is_tally_wanted else deposits.tallied(snapshot)

    def _read_ledger(self, snapshot: Snapshot) -> Ledger:
        before, shown = self._ledger, self._snapshot
        count = snapshot.W.size + snapshot.b.size
        is_map = count > MOST_PARAMETERS
        if before is not None and before.shape != snapshot.W.shape:
            self._parameter = None
        if is_map != self.heat_maps.isVisibleTo(self):
            self.heat_maps.setVisible(is_map)
        parameters = np.arange(count) if not is_map else np.array([self._show_maps(snapshot)])
        if before is None or shown is None or before.shape != snapshot.W.shape:
            return Ledger.of(snapshot, parameters)
        is_same = all(map(is_, ledger_part(snapshot), ledger_part(shown)))
        is_same = is_same and np.array_equal(parameters, before.parameters)
        return before.aged(snapshot) if is_same else Ledger.of(snapshot, parameters)

    def _show_maps(self, snapshot: Snapshot) -> int:
        """Show the gradients as colours; return the parameter whose stack is shown."""
        if self._parameter is None and snapshot.W_grad is not None:
            self._parameter = self.heat_maps.largest(snapshot)
        chosen = self._parameter or 0
        self.heat_maps.display(snapshot, chosen)
        return chosen

    def _ask(self, snapshot: Snapshot) -> None:
        """Ask what is wanted and not known of the state that is shown."""
        if self._tally is not None and self._is_tally_wanted:
            self._is_tally_wanted = False
            self.question_raised.emit(self._tally)
        question = self._outline.question(snapshot)
        if question is not None:
            self.question_raised.emit(question)

    def _compare(self, snapshot: Snapshot) -> None:
        """Read what stands beside the ledger, and find out how far all of it reaches."""
        self._judgement, ledger = self._outline.judgement(snapshot), self._ledger
        if ledger is not None:
            weighted = None if self._judgement is None else self._judgement.weighted
            self._wholes = ledger.numbers_of(self._outline.known(snapshot)), ledger.numbers_of(weighted)
            self._reach = Span(*ledger.reach(max(0, _STEADY - len(ledger.deposits)), self._wholes))

    @override
    def _axis_labels(self) -> tuple[str, str]:
        return "", translate("GradientPlot", "gradient")

    @override
    def _bounds(self) -> tuple[Span, Span]:
        ledger = self._ledger
        if ledger is None:
            return Span(0.0, 1.0), Span(0.0, 0.0)
        return Span(FIRST, FIRST + len(ledger.parameters) + BEFORE), self._reach

    @override
    def _fit(self) -> None:
        super()._fit()
        self._is_of_nothing = self._bounds()[1].length == 0

    @override
    def _follow(self, growth: float) -> None:
        if self._is_of_nothing and not self.is_zoomed and self._bounds()[1].length > 0:
            self._fit()
        else:
            super()._follow(growth)

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        _, (below, above) = super()._margins()
        for label in self._number_labels(self._slots()):
            if label.muted:
                continue
            room = (self.labels.width(label.text) - 3 if label.turned else self.labels.height) + ledger_labels.GAP + 4
            below, above = (max(below, room), above) if label.anchor[1] == 0 else (below, max(above, room))
        return (2, 2), (below, above)

    @override
    def _notes(self) -> list[str]:
        notes = [self._gap_note()] if self._ledger is not None and self._ledger.has_gap else []
        if self.heat_maps.isVisibleTo(self):
            notes += [note for note in [self.heat_maps.note()] if note]
        return notes

    @override
    def _draw(self) -> None:
        ledger = self._ledger
        if ledger is None:
            return
        self.stacks.show(ledger, self._numbers, self._chosen_index(), *self._wholes)
        self._show_legend()
        self._tell()

    @override
    def _arrange(self) -> None:
        ledger, slots = self._ledger, self._slots()
        self._names.show(ledger, slots.slot)
        numbers = self._number_labels(slots)
        if ledger is not None and numbers is not self._arranged:
            self._arranged = numbers
            slabs = ledger_labels.of_slabs(ledger, self._numbers, numbers, slots)
            grounded = slabs + ledger_labels.on_stacks(numbers, ledger, slots)
            self.stacks.place_plates(grounded, self.labels)
            has_words = any(not label.text.startswith(words.OPPOSITE) for label in numbers)
            self.labels.place([*slabs, *numbers, *([] if has_words else ledger_labels.of_tensors(ledger, slots))])
        self.stacks.arrange()

    @override
    def _paint(self, colors: Colors) -> None:
        self.stacks.set_colors(colors)
        self.heat_maps.set_colors(colors)
        self.sweep.end()
        self._show_legend()
        self.legend.set_colors(colors.text, colors.text)

    def _lay_out(self) -> None:
        """Legend, what is not drawn, maps beside stacks, and the story."""
        self.column.removeWidget(self.plot_widget)
        row = QHBoxLayout()
        row.addWidget(self.heat_maps, _MAPS_SHARE)
        row.addWidget(self.plot_widget, _STACK_SHARE)
        self.column.insertWidget(0, self.legend)
        self.column.addLayout(row, 1)
        self.column.addWidget(self.story)

    def _show_legend(self) -> None:
        self.legend.set_styles(*self.stacks.swatches())

    def _tell(self) -> None:
        """Say under the plot whether it adds up, which slab is selected, and what else is to be seen."""
        snapshot, ledger = self._snapshot, self._ledger
        if snapshot is None or ledger is None:
            return
        told = [words.tally(snapshot, self._agreement)]
        index = self._chosen_index()
        if index is not None:
            told.append(words.selected(ledger, self._numbers[index], index, self._chosen_column))
        aside = [line for line in (words.hollow(ledger), words.turned_back(ledger)) if line]
        is_map = self.heat_maps.isVisibleTo(self)
        against = opposite(snapshot) if is_map else ledger.parameters[ledger.is_opposite]
        told += [words.batch(self._judgement), words.opposite(against, ledger.shape), " ".join(aside)]
        told = [line for line in told if line]
        if ledger.drawn.any() and len(told) == 1 and self.takes_mouse:
            told.append(words.hint())
        self.story.tell("\n".join(told))

    def _hit(self, position: QPointF) -> ledger_hits.Hit | None:
        if self._ledger is None:
            return None
        return ledger_hits.hit(self._ledger, self._to_pixels, position.x(), position.y())

    def _chosen_index(self) -> int | None:
        """Return the place of the selected deposit."""
        if self._snapshot is None or self._chosen is None:
            return None
        return next(index for index, each in enumerate(self._snapshot.deposits) if each is self._chosen)

    def _choose(self, index: int | None, column: int = 0) -> None:
        if self._snapshot is not None:
            self._chosen = None if index is None else self._snapshot.deposits[index]
            self._chosen_column = column
            self._redraw()

    def _press(self, key: int) -> bool:
        """Select the deposit before or after the selected one, or none; return whether the key meant that."""
        count, index = len(self._numbers), self._chosen_index()
        if key == Qt.Key.Key_Escape and index is not None:
            self._choose(None)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and count:
            step = 1 if key == Qt.Key.Key_Right else -1
            before = (-1 if step > 0 else count) if index is None else index
            self._choose(min(max(before + step, 0), count - 1), self._chosen_column)
        else:
            return False
        return True

    def _on_mouse_clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.double():
            return
        position, last = self.view_box.mapFromScene(event.scenePos()), len(self._numbers) - 1
        match self._hit(position) if self.view_box.boundingRect().contains(position) else None:
            case ledger_hits.Slab(index, column) if (index, column) != (self._chosen_index(), self._chosen_column):
                self._choose(index, column)
            case ledger_hits.Incoming(column) if (last, column) != (self._chosen_index(), self._chosen_column):
                self._choose(last, column)
            case _ if self._chosen is not None:
                self._choose(None)

    def _on_parameter_chosen(self, parameter: int) -> None:
        self._parameter = parameter
        if self._snapshot is not None:
            self._ledger = self._read_ledger(self._snapshot)
            self._compare(self._snapshot)
            self._redraw()
            if not self.is_zoomed:
                self._fit()

    def _slots(self) -> ledger_labels.Slots:
        count = 0 if self._ledger is None else len(self._ledger.parameters)
        return ledger_labels.Slots.of(self.view_box, self.labels, None if self.is_zoomed else count)

    def _number_labels(self, slots: ledger_labels.Slots) -> list[Label]:
        ledger, placed = self._ledger, self._placed
        if ledger is None:
            return []
        # Asked for twice with every press, mostly of the same view, and sometimes of the same numbers.
        if placed is None or placed[0] is not ledger.stored or placed[1] != slots:
            self._placed = placed = ledger.stored, slots, ledger_labels.of_numbers(ledger, slots)
        return placed[2]
