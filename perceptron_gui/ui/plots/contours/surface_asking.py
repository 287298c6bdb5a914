"""Asking for the loss around the present point, and keeping the answer with what it was found for."""

from dataclasses import replace
from math import isqrt

import numpy as np
import numpy.typing as npt

from perceptron_gui.core.questions import Answer, Landscape, Question, Surface
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot, frozen
from perceptron_gui.ui.plots.contours.trail import rows_seen, value
from perceptron_gui.ui.plots.ranging import Span

MOST_PLACES = 41
"""Of each axis of a surface."""
FEWEST_PLACES = 9
MOST_CURVE_PLACES = 201
_USUAL_NUMBERS, _MOST_NUMBERS = 2**22, 2**24
"""Places times samples: what takes no time that a person would notice, and 64 MiB."""
_LARGEST = float(np.finfo(np.float32).max)


class SurfaceAsking:
    """What is known of the loss over the parameters `across` and `down`, or over `across` alone.

    It is that of the rows that Forward takes; of a batch in parts, which are others every time, that of all rows.
    """

    def __init__(self) -> None:
        self.found: Landscape | None = None
        """What `losses` were found for."""
        self.losses: FloatArray = np.empty((0, 0), np.float32)
        self.has_failed = False
        self._asked: Landscape | None = None
        self._view: tuple[Span, Span | None] = (Span(0.0, 0.0), None)

    def next_question(
        self, snapshot: Snapshot, across: Element, down: Element | None, view: tuple[Span, Span]
    ) -> Landscape | None:
        """Return what is to be asked for this view, (x, y); None where it is asked already, or is too much."""
        seen = (view[0], view[1] if down is not None else None)
        if self._asked is not None and seen == self._view and _is_of(self._asked, snapshot, across, down):
            return None
        count = places_for(taken(snapshot), is_curve=down is None)
        if not count:
            return None
        first = places(view[0], count, _value(across, snapshot))
        second = frozen([0]) if down is None else places(view[1], count, _value(down, snapshot))
        self._view = seen
        whole = replace(snapshot, rows=None) if snapshot.config.part else snapshot
        self._asked = Landscape(whole, across, down, first, second)
        return self._asked

    def take(self, question: Question, answer: Answer | None) -> bool:
        """Take an answer, which may be to another's question; return whether it is to the one that was asked last."""
        if question is not self._asked or not isinstance(question, Landscape):
            return False
        self.has_failed = not isinstance(answer, Surface)
        if isinstance(answer, Surface):
            self.found, self.losses = question, answer.losses
        else:
            self.found = None
        return True

    def is_of(self, snapshot: Snapshot, across: Element, down: Element | None) -> bool:
        """Whether what is known is the loss of this state over these parameters."""
        return self.found is not None and _is_of(self.found, snapshot, across, down)

    def is_over(self, snapshot: Snapshot, across: Element, down: Element | None) -> bool:
        """Whether what is known is over these parameters of such a layer, in whatever state."""
        found = self.found
        return found is not None and _axes(found) == (across, down) and found.snapshot.W.shape == snapshot.W.shape

    def nearest(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Return the place of the grid that is nearest to (x, y), and the loss there."""
        if self.found is None:
            return None
        first, second = self.found.first, self.found.second
        with np.errstate(over="ignore"):
            column, row = int(np.abs(first - x).argmin()), int(np.abs(second - y).argmin())
        return float(first[column]), float(second[row]), float(self.losses[row, column])

    def at_present(self) -> float | None:
        """Return the loss at the present values; None where they lie outside."""
        if self.found is None:
            return None
        snapshot, across, down = self.found.snapshot, self.found.across, self.found.down
        columns = np.flatnonzero(self.found.first == np.float32(_value(across, snapshot)))
        rows = np.flatnonzero(self.found.second == np.float32(_value(down, snapshot))) if down is not None else [0]
        return float(self.losses[rows[0], columns[0]]) if len(rows) and len(columns) else None


def taken(snapshot: Snapshot) -> int:
    """Return of how many samples the loss is shown."""
    rows = rows_seen(snapshot)
    return snapshot.m if rows is None else len(rows)


def places_for(samples: int, *, is_curve: bool) -> int:
    """Return how many places an axis has; 0 where so many samples are too much."""
    if is_curve:
        count = min(MOST_CURVE_PLACES, max(_USUAL_NUMBERS // samples, min(FEWEST_PLACES, _MOST_NUMBERS // samples)))
    else:
        fewest = min(FEWEST_PLACES, isqrt(_MOST_NUMBERS // samples))
        count = min(MOST_PLACES, max(isqrt(_USUAL_NUMBERS // samples), fewest))
    return count if count >= FEWEST_PLACES else 0


def places(span: Span, count: int, present: float) -> FloatArray:
    """Return float32 places, equally far apart, from end to end of a stretch; and the present one if it lies there."""
    ends = np.clip([span.low, span.high], -_LARGEST, _LARGEST)
    line: npt.NDArray[np.float64] = np.linspace(ends[0], ends[1], count)
    if ends[0] <= present <= ends[1]:
        line = np.append(line, present)
    return frozen(np.unique(line.astype(np.float32)))


def _is_of(question: Landscape, snapshot: Snapshot, across: Element, down: Element | None) -> bool:
    """Whether a question asks for the loss of this state; only what the loss depends on counts."""
    asked = question.snapshot
    return (
        _axes(question) == (across, down)
        and asked.x is snapshot.x
        and asked.y_true is snapshot.y_true
        and asked.W is snapshot.W
        and asked.b is snapshot.b
        and asked.rows == rows_seen(snapshot)
        and asked.reduction is snapshot.reduction
    )


def _axes(question: Landscape) -> tuple[Element, Element | None]:
    return question.across, question.down


def _value(element: Element, snapshot: Snapshot) -> float:
    return value(element, snapshot.W, snapshot.b)
