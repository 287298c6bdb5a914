"""The loss over two parameters, and the path of the updates on it."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPointF, Qt, QTimer
from typing_extensions import override

from perceptron_gui.core.actions import AssignElements
from perceptron_gui.core.history import History
from perceptron_gui.core.questions import Answer, Question
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui import panels
from perceptron_gui.ui.plots import twin_words
from perceptron_gui.ui.plots.contours import words as contour_words
from perceptron_gui.ui.plots.contours.aim import Aim, Values, values_at
from perceptron_gui.ui.plots.contours.bands import Bands
from perceptron_gui.ui.plots.contours.clicks import Clicks
from perceptron_gui.ui.plots.contours.descent import MoveArrows, Moves, look_alike, moves_of
from perceptron_gui.ui.plots.contours.parameter_box import ParameterPair, exists
from perceptron_gui.ui.plots.contours.room import Room
from perceptron_gui.ui.plots.contours.sheet import slice_sheet
from perceptron_gui.ui.plots.contours.surface_asking import SurfaceAsking, places_for, taken
from perceptron_gui.ui.plots.contours.trail import (
    NOWHERE,
    Trail,
    TrailItems,
    TrailReading,
    finite_points,
    hull,
    rows_seen,
    trail_of_twin,
)
from perceptron_gui.ui.plots.labels import Label
from perceptron_gui.ui.plots.legend import Legend, Stroke
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.ranging import Span, followed
from perceptron_gui.ui.plots.sheet import Sheet
from perceptron_gui.ui.plots.twin_asking import TwinAsking
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
LEAST_AROUND = 0.5
"""So far around the start the loss is seen."""
SETTLED_MS = 80
"""A view that has not moved for so long is settled."""
PATIENCE_MS = 60
"""So long the screen keeps the picture of before, whole, while the loss of now is being computed."""
_RUN, _TWIN = Stroke(Qt.PenStyle.SolidLine, "o"), Stroke(Qt.PenStyle.DashLine, "s")
_OWN, _LAST, _OTHER = 0, 1, 2
"""Colours of the series, as where the losses of both runs are drawn."""
_NARROWEST = 120
_MOST_AVOIDED = 60
_GRID_ALPHA = 70


class ContourPlot(Plot):
    """A slice of the loss at the present values of all other parameters: a surface, or a curve where W is one number.

    Both axes of a surface have the same scale, so that the gradient stands at right angles to the lines.
    """

    def __init__(self, name: str, colors: Colors, plot_widget: Any = None) -> None:
        super().__init__(name, colors, plot_widget)
        self.surface = SurfaceAsking()
        self._second_run = TwinAsking()
        self._snapshot: Snapshot | None = None
        self._reading = TrailReading()
        self._trail = self._twin_trail = NOWHERE
        self._refused = ""
        self.pair = ParameterPair(name)
        # Its fields may be cut in a very narrow panel: they would keep the ledger narrower.
        self.pair.setMinimumWidth(_NARROWEST)
        self.legend = Legend((_RUN, _TWIN))
        self.legend.setVisible(False)
        self.column.insertWidget(0, self.pair)
        self.column.insertWidget(1, self.legend)
        self.bands = Bands(self.view_box)
        self.curve: Any = pg.PlotCurveItem(connect="finite", antialias=True)
        self.view_box.addItem(self.curve, ignoreBounds=True)
        self.twin = TrailItems(self.view_box, _TWIN, is_hollow=True)
        self.run = TrailItems(self.view_box, _RUN)
        self.start: Any = pg.ScatterPlotItem(symbol="d")
        self.view_box.addItem(self.start, ignoreBounds=True)
        self.aim = Aim(self.view_box)
        self.arrows = MoveArrows(self.view_box)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        clicks = Clicks(self.plot_widget.viewport())
        clicks.began.connect(self._on_click_began)
        clicks.clicked.connect(self._on_clicked)
        clicks.cancelled.connect(self._on_click_cancelled)
        self.pair.chosen.connect(self._on_chosen)
        self.pair.text_refused.connect(self._on_text_refused)
        self._settled.timeout.connect(self._ask)
        self._patience.timeout.connect(self._stop_waiting)
        self.set_colors(colors)
        self.retranslate()

    @property
    def is_fresh(self) -> bool:
        """Whether the surface that is drawn is that of the state of now."""
        return self._snapshot is not None and self.surface.is_of(self._snapshot, *self.pair.elements)

    @override
    def title(self) -> str:
        return panels.title("contour_plot")

    @override
    def retranslate(self) -> None:
        self.pair.retranslate()
        self.note.setToolTip(contour_words.about_slices())
        super().retranslate()

    @override
    def take_answer(self, question: Question, answer: Answer | None) -> None:
        if self._second_run.take(question, answer):
            self._take_twin()
            self._redraw()
        if not self.surface.take(question, answer):
            return
        found = self.surface.found
        if found is not None and found.down is not None:
            self.bands.set_surface(found.first, found.second, self.surface.losses)
        else:
            self.bands.clear()
        if self.pair.is_single:
            self._redraw()
        elif self._has_drawn:
            self._draw_surface()
            self._say_notes()
            self._arrange()
        self._stop_waiting()

    @override
    def put_away(self) -> None:
        super().put_away()
        self._settled.stop()
        self._stop_waiting()
        self._reading, self._second_run, self.surface = TrailReading(), TwinAsking(), SurfaceAsking()
        self._snapshot, self._trail, self._twin_trail = None, NOWHERE, NOWHERE

    @override
    def sheet(self) -> Sheet:
        found = self.surface.found if self.is_fresh else None
        return slice_sheet(self.pair.elements, found, self.surface.losses, self._trail, self._twin_trail)

    @override
    def hover_text(self, position: QPointF) -> str:
        if self._snapshot is None:
            return ""
        said: list[str] = []
        for trail, is_twin in ((self._drawn_trail(), False), (self._twin_trail, True)):
            index = self._nearest(trail.places[:, 0], trail.places[:, 1], position)
            if index is not None and not said:
                said = contour_words.of_point(trail, index, self.pair.elements, is_twin=is_twin)
                if not is_twin and index == len(trail.places) - 1:
                    loss = self.surface.at_present() if self.is_fresh else None
                    said += contour_words.of_present(loss, self._moves(), self._snapshot)
                else:
                    said += contour_words.of_earlier(trail.losses[index], is_twin=is_twin, is_curve=self.pair.is_single)
        aim = self._values_at(position)
        is_between = not said and self.is_fresh and len(aim) == 2
        near = self.surface.nearest(*(number for _, number in aim)) if is_between else None
        said.append(contour_words.of_click(aim))
        return "\n".join(said if near is None else [*said, contour_words.of_place(*near)])

    @override
    def _refresh(self) -> None:
        super()._refresh()
        self._ask()

    @override
    def _read(self, history: History) -> bool:
        before, now = self._snapshot, history.current
        self._snapshot = now
        has_other_choice = self.pair.display(now.n, now.k)
        trail = self._reading.follow(history, *self.pair.elements)
        has_other_twin = self._second_run.follow(history)
        looks_alike = before is not None and look_alike(before, now) and trail.is_same_as(self._trail)
        # Another loss at a place is said, not drawn.
        self._trail = trail
        if looks_alike and not has_other_twin and not has_other_choice:
            return False
        self._refused = ""
        self._take_twin()
        return True

    @override
    def _draw(self) -> None:
        self._set_mode()
        size = self._symbol_size
        trail = self._drawn_trail()
        self.run.show(trail, size)
        self.twin.show(self._twin_trail, size)
        start = trail.places[: int(trail.is_whole and len(trail.places) > 1)]
        start = start[finite_points(start)]
        self.start.setData(start[:, 0], start[:, 1], size=size)
        self._draw_surface()
        twin = self._second_run.twin
        self.legend.setVisible(self._second_run.is_on)
        if twin is not None or not self._second_run.is_on:
            # While one is being computed, the words are those of the one before.
            self.legend.set_texts(*twin_words.legend(twin))

    @override
    def _arrange(self) -> None:
        room = Room(float(self.view_box.width()), float(self.view_box.height()))
        size = self._symbol_size
        points = [
            np.column_stack(self._to_pixels(*trail.places.T)) for trail in (self._drawn_trail(), self._twin_trail)
        ]
        points = [there[finite_points(there)] for there in points]
        for there in points:
            room.take(there[-1:], size, size)
            room.take(there[-_MOST_AVOIDED:], size / 2, size / 2, is_crowd=True)
        labels = self.arrows.arrange(self._drawn_trail().places[-1:], self._moves(), self._to_pixels, room, self.labels)
        start = self.start.getData()
        if len(start[0]):
            text = translate("ContourPlot", "start")
            point = np.column_stack(self._to_pixels(*start))
            middle = room.beside(point, self.labels.width(text), self.labels.height, size / 2 + 3)
            labels += [Label(text, *middle)] if middle is not None else []
        self.labels.place([*labels, *self.bands.arrange(self._to_pixels, self.labels, room)])
        if self.is_seen:
            self._settled.start()

    @override
    def _paint(self, colors: Colors) -> None:
        self.run.paint(colors.series[_OWN], colors.series[_LAST], colors.base)
        self.twin.paint(colors.series[_OTHER], colors.series[_OTHER], colors.base)
        self.start.setPen(colors.series[_OWN], width=2)
        self.start.setBrush(colors.base)
        self.aim.paint(colors)
        self.arrows.paint(colors)
        self.legend.set_colors(colors.series[_OWN], colors.series[_OTHER])

    @override
    def _notes(self) -> list[str]:
        snapshot = self._snapshot
        if snapshot is None:
            return []
        notes = [contour_words.refused(self._refused, snapshot)] if self._refused else []
        if not places_for(taken(snapshot), is_curve=self.pair.is_single):
            notes.append(contour_words.too_many_samples())
        elif self.surface.has_failed:
            notes.append(contour_words.failed())
        elif self.is_fresh and not np.isfinite(self.surface.losses).all():
            notes.append(self._gap_note())
        elif self.is_fresh and not self.pair.is_single and not self.bands.levels:
            notes.append(contour_words.flat())
        if not self._trail.is_whole:
            notes.append(contour_words.cut(len(self._trail.places)))
        notes += filter(None, [twin_words.trouble(self._second_run)])
        rows = rows_seen(snapshot)
        if rows is not None:
            notes.append(contour_words.of_rows(rows))
        elif snapshot.rows is not None:
            notes.append(contour_words.of_all_rows())
        notes.append(contour_words.slice_note())
        if not self.pair.is_single:
            notes.append(contour_words.of_depth(is_darker=self.bands.is_darker_below(self._colors)))
        return notes

    @override
    def _bounds(self) -> tuple[Span, Span]:
        places = self._drawn_trail().places
        data = np.concatenate([places, self._twin_trail.places])
        start, moves = places[:1], self._moves()
        ends = [landing for landing in (moves.landing, moves.incoming_landing) if landing is not None]
        around = np.concatenate([data, start - LEAST_AROUND, start + LEAST_AROUND])
        x = [*around[:, 0], *(end[0] for end in ends)]
        if not self.pair.is_single:
            y = [*around[:, 1], *(end[1] for end in ends)]
        else:
            y = [0.0, *data[:, 1], *(self.surface.losses[0] if self.is_fresh else ())]
        return hull(x), hull(y)

    @override
    def _margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        _, (bottom, top) = super()._margins()
        room = self.labels.height
        return (room, room), (bottom + room / 2, top + room / 2)

    @override
    def _follow(self, growth: float) -> None:
        """Keep the view of a surface unless the data leave it or are lost in both directions: its axes go together."""
        size = self.view_box.size()
        if self.pair.is_single:
            super()._follow(growth)
        elif not self.is_zoomed and min(size.width(), size.height()) >= 1:
            now, (x, y), (sides, ends) = self._view(), self._bounds(), self._margins()
            after = (
                followed(now[0], x, size.width(), sides, growth),
                followed(now[1], y, size.height(), ends, growth),
            )
            changed = [(old, new) for old, new in zip(now, after, strict=True) if new != old]
            leaves = any(new.low < old.low or new.high > old.high for old, new in changed)
            if leaves or len(changed) == 2:
                self._is_fitted = False
                self._set_view(*after)

    @property
    def _symbol_size(self) -> int:
        return round(0.7 * self.labels.height)

    def _drawn_trail(self) -> Trail:
        """Return the path; over one parameter its last point lies on the curve."""
        loss = self.surface.at_present() if self.pair.is_single and self.is_fresh else None
        return self._trail if loss is None else self._trail.ending_at(loss)

    def _moves(self) -> Moves:
        if self._snapshot is None:
            return Moves(None, None, None, None)
        return moves_of(self._snapshot, *(element for element in self.pair.elements if element is not None))

    def _draw_surface(self) -> None:
        """Show the surface, marked where it is an old one; nothing where it is over other parameters."""
        snapshot, found = self._snapshot, self.surface.found
        is_over = snapshot is not None and self.surface.is_over(snapshot, *self.pair.elements)
        if not is_over or (snapshot is not None and not places_for(taken(snapshot), is_curve=self.pair.is_single)):
            self.bands.clear()
            found = None
        self.bands.set_old(not self.is_fresh)
        self.bands.paint(self._colors)
        if found is not None and self.pair.is_single:
            finite = np.isfinite(self.surface.losses[0])
            self.curve.setPen(
                self._colors.accent if self.is_fresh else self._colors.stale,
                width=2,
                style=Qt.PenStyle.SolidLine if self.is_fresh else Qt.PenStyle.DotLine,
            )
            self.curve.setData(found.first.astype(np.float64), np.where(finite, self.surface.losses[0], np.nan))
        else:
            self.curve.setData([], [])

    def _set_mode(self) -> None:
        """Both axes of a surface have one scale; a curve has room to rise, and a grid."""
        is_surface = not self.pair.is_single
        if is_surface is not bool(self.view_box.state["aspectLocked"]):
            self._is_setting_view = True
            self.view_box.setAspectLocked(is_surface)
            self._is_setting_view = False
            for axis in (self.x_axis, self.y_axis):
                axis.setGrid(_GRID_ALPHA if self.pair.is_single else False)

    def _take_twin(self) -> None:
        self._twin_trail = trail_of_twin(self._second_run.twin, *self.pair.elements, self._snapshot)

    def _ask(self) -> None:
        """Ask for what is not known, or not asked yet, of what is seen."""
        snapshot, size = self._snapshot, self.view_box.size()
        if snapshot is None or not self._has_drawn or not self.is_seen or min(size.width(), size.height()) < 1:
            return
        question = self.surface.next_question(snapshot, *self.pair.elements, self._view())
        if question is not None:
            if self.surface.found is not None and not self.is_fresh:
                self.plot_widget.setUpdatesEnabled(False)
                self._patience.start()
            self.question_raised.emit(question)
        comparison = self._second_run.next_question()
        if comparison is not None:
            self.question_raised.emit(comparison)

    def _stop_waiting(self) -> None:
        self._patience.stop()
        self.plot_widget.setUpdatesEnabled(True)

    def _values_at(self, position: QPointF) -> Values:
        size = self.view_box.size()
        return values_at(position, self.pair.elements, self._view(), size.width(), size.height())

    def _on_click_began(self, place: QPointF) -> None:
        position = self._in_view(place)
        if self._has_drawn and self.view_box.boundingRect().contains(position):
            self.aim.show(self._values_at(position), self._symbol_size)

    def _on_clicked(self) -> None:
        aimed, snapshot = self.aim.values, self._snapshot
        self._on_click_cancelled()
        if aimed and snapshot is not None and all(exists(element, snapshot.n, snapshot.k) for element, _ in aimed):
            self.action_requested.emit(AssignElements(aimed))

    def _on_click_cancelled(self) -> None:
        self.aim.show((), self._symbol_size)

    def _on_chosen(self) -> None:
        if self._history is not None and self._has_drawn and self.is_seen:
            self.is_zoomed = False
            self._read(self._history)
            self._refused = ""
            self._show(is_new=True)
            self._ask()

    def _on_text_refused(self, text: str) -> None:
        self._refused = text
        self._say_notes()
