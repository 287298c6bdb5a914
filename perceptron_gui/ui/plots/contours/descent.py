"""Where the gradients point: the next Update's real move, and the last Backward's share, as arrows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot
from perceptron_gui.ui.plots.contours.arrows import Arrow
from perceptron_gui.ui.plots.contours.room import Pixels, Room
from perceptron_gui.ui.plots.contours.trail import value
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
Move = tuple[float, ...]
_APART = 8
"""Pixels between the arrows of one parameter, which lie on one line."""
LEAST_LENGTH = 22
"""Pixels; shorter moves are drawn larger, and say so."""
_SCALES = tuple(digit * 10.0**power for power in range(-40, 4) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Moves:
    """Of each chosen parameter: lr · .grad taken from it, the value after that, and minus the incoming gradient.

    None where a gradient is None.
    """

    stored: Move | None
    landing: Move | None
    incoming: Move | None


def moves_of(snapshot: Snapshot, *elements: Element) -> Moves:
    """Return what an Update would do now, in float32 as PyTorch does it, and what the last Backward asks for."""
    last = snapshot.deposits[-1] if snapshot.deposits else None
    stored = landing = incoming = None
    grads = _values(elements, snapshot.W_grad, snapshot.b_grad)
    if grads is not None:
        present = _values(elements, snapshot.W, snapshot.b)
        with np.errstate(over="ignore", invalid="ignore"):
            step = np.float32(snapshot.config.lr) * np.array(grads, np.float32)
            stored = tuple((-step).tolist())
            landing = tuple((np.array(present, np.float32) - step).tolist())
    if last is not None and last.count == 1:
        grads = _values(elements, last.W_grad, last.b_grad)
        incoming = None if grads is None else tuple(-grad for grad in grads)
    return Moves(stored, landing, incoming)


def look_alike(first: Snapshot, second: Snapshot) -> bool:
    """Whether the loss around two states is the same, and so are the moves from them."""
    arrays = ("x", "y_true", "W", "b", "W_grad", "b_grad")
    return (
        all(getattr(first, name) is getattr(second, name) for name in arrays)
        and first.deposits[-1:] == second.deposits[-1:]
        and first.rows == second.rows
        and first.reduction is second.reduction
        and first.config.lr == second.config.lr
    )


def said(moves: Moves) -> list[str]:
    """Say both moves in numbers, a line each."""
    names = (
        (translate("Descent", "−lr · stored .grad: {move}"), moves.stored),
        (translate("Descent", "−incoming of the last Backward: {move}"), moves.incoming),
    )
    return [text.format(move=", ".join(map(full_text, move))) for text, move in names if move is not None]


class MoveArrows:
    """The thin arrow is the next Update to scale; the wide one, under it, minus the incoming gradient.

    Where they would be too short, or the wide one would end outside of the view, their scale is another and is said.
    """

    def __init__(self, view_box: Any) -> None:
        self.incoming, self.stored = Arrow(view_box, 6), Arrow(view_box, 2)

    def paint(self, colors: Colors) -> None:
        """Give them their colours."""
        self.incoming.paint(colors.series[3])
        self.stored.paint(colors.text)

    def arrange(
        self, present: Pixels, stored: Pixels | None, incoming: Pixels | None, room: Room, labels: Labels
    ) -> list[Label]:
        """Draw them from `present` by so much, (2,) in pixels each; return their names, where there is room."""
        is_level = all(move is None or move[1] == 0 for move in (stored, incoming))
        apart = np.array([0.0, _APART if is_level and stored is not None and incoming is not None else 0.0])
        larger = _scale_visible(stored)
        # As large as the other, if it is seen then.
        own = max(larger, _scale_visible(incoming)) if stored is not None and stored.any() else _scale_visible(incoming)
        named: list[tuple[str, Arrow]] = []
        for arrow, text, move, place, scale in (
            (self.stored, translate("Descent", "−lr · stored"), stored, present - apart, larger),
            (
                self.incoming,
                translate("Descent", "−incoming"),
                incoming,
                present + apart,
                min(own, _scale_inside(present, incoming, room)),
            ),
        ):
            if _shown(arrow, place, move, scale):
                named.append((text if scale == 1 else f"{text} × {scale:g}", arrow))
        placed: list[Label] = []
        for _, arrow in named:
            room.take(arrow.points(), 8, 8, is_crowd=True)
        for text, arrow in named:
            width, height = labels.width(text), labels.height
            # At the tip, or else further back; on the path only where there is no other place.
            points = arrow.points()[::-1]
            middle = room.beside(points, width, height, _APART)
            middle = middle or room.without_crowd().beside(points, width, height, _APART)
            if middle is not None:
                placed.append(Label(text, *middle))
                room.take(np.array([middle]), width, height)
        return placed


def _values(elements: tuple[Element, ...], W: FloatArray | None, b: FloatArray | None) -> Move | None:
    """Return the elements, or None where one of them is in a tensor that is not there."""
    arrays = {"W": W, "b": b}
    if any(arrays[element.name] is None for element in elements):
        return None
    # What is None is not asked for.
    return tuple(value(element, W, b) for element in elements)  # type: ignore[arg-type]


def _shown(arrow: Arrow, start: Pixels, move: Pixels | None, scale: float) -> bool:
    if move is None or not np.isfinite([*start, *move]).all():
        arrow.hide()
        return False
    return arrow.show(*start, *(scale * move))


def _scale_visible(move: Pixels | None) -> float:
    """Return the least of 1, 2, 5, 10, … at which a move is long enough; 1 where none is."""
    if move is None or not np.isfinite(move).all():
        return 1.0
    length = float(np.hypot(*move))
    return next((scale for scale in _SCALES if scale >= 1 and scale * length >= LEAST_LENGTH), 1.0)


def _scale_inside(start: Pixels, move: Pixels | None, room: Room) -> float:
    """Return the largest of the scales at which a move ends inside; where it begins outside, that is said of any."""
    if move is None or not np.isfinite(move).all() or not room.holds(start):
        return _SCALES[-1]
    return next((scale for scale in reversed(_SCALES) if room.holds(start + scale * move)), 1.0)
