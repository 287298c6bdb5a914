"""Where the gradients point: the next Update's real move, and the last Backward's share, as arrows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.freshness import stale_gradient
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Element, FloatArray, Snapshot
from perceptron_gui.ui.plots.contours.arrows import Arrow
from perceptron_gui.ui.plots.contours.room import Pixels, Room, ToPixels
from perceptron_gui.ui.plots.contours.trail import value
from perceptron_gui.ui.plots.curves import Numbers
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.theme import Colors

translate = QCoreApplication.translate
Move = tuple[float, ...]
_APART = 10
"""Pixels between arrows that lie on one line, and between an arrow and its name."""
_ONE_LINE = 0.3
"""The sine of the angle between them, at most."""
SHORT = 12
"""Pixels; where no move is longer, both are drawn larger, and it is said how much."""
_LEAST_LENGTH = 22
_SCALES = tuple(digit * 10.0**power for power in range(40) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Moves:
    """Of each chosen parameter: what lr · .grad takes from it, and what lr · the incoming gradient alone would.

    Each with the value after that; None where a gradient is None.
    """

    stored: Move | None
    landing: Move | None
    incoming: Move | None
    incoming_landing: Move | None
    stale: tuple[str, ...] = ()
    """What was changed since the gradients were computed."""


def moves_of(snapshot: Snapshot, *elements: Element) -> Moves:
    """Return what an Update would do now, in float32 as PyTorch does it, and what the last Backward asks for."""
    last = snapshot.deposits[-1] if snapshot.deposits else None
    present = np.array(_values(elements, snapshot.W, snapshot.b), np.float32)

    def from_present(W_grad: FloatArray | None, b_grad: FloatArray | None) -> tuple[Move | None, Move | None]:
        grads = _values(elements, W_grad, b_grad)
        if grads is None:
            return None, None
        with np.errstate(over="ignore", invalid="ignore"):
            step = np.float32(snapshot.config.lr) * np.array(grads, np.float32)
            return tuple((-step).tolist()), tuple((present - step).tolist())

    stored, landing = from_present(snapshot.W_grad, snapshot.b_grad)
    is_single = last is not None and last.count == 1
    incoming = from_present(last.W_grad, last.b_grad) if last is not None and is_single else (None, None)
    names = dict.fromkeys(f"{element.name}.grad" for element in elements)
    stale = dict.fromkeys(changed for name in names for changed in stale_gradient(snapshot, name))
    return Moves(stored, landing, *incoming, tuple(stale))


def look_alike(first: Snapshot, second: Snapshot) -> bool:
    """Whether the loss around two states is the same, and so are the moves from them."""
    arrays = ("x", "y_true", "W", "b", "W_grad", "b_grad")
    return (
        all(getattr(first, name) is getattr(second, name) for name in arrays)
        and first.deposits[-1:] == second.deposits[-1:]
        and first.rows == second.rows
        and first.config.part == second.config.part
        and first.reduction is second.reduction
        and first.config.lr == second.config.lr
    )


def said(moves: Moves) -> list[str]:
    """Say both moves in numbers, a line each."""
    names = (
        (translate("Descent", "−lr · stored .grad: {move}"), moves.stored),
        (translate("Descent", "−lr · incoming of the last Backward: {move}"), moves.incoming),
    )
    return [text.format(move=", ".join(map(full_text, move))) for text, move in names if move is not None]


class MoveArrows:
    """The thin arrow is the next Update; the wide one, under it, what the last Backward alone would make of it.

    Both are drawn to one scale: the plot's own, or where both would be too short a larger one, which is said.
    """

    def __init__(self, view_box: Any) -> None:
        self.incoming, self.stored = Arrow(view_box, 6), Arrow(view_box, 2)

    def paint(self, colors: Colors) -> None:
        """Give them their colours."""
        self.incoming.paint(colors.series[3])
        self.stored.paint(colors.text)

    def arrange(self, place: Numbers, moves: Moves, to_pixels: ToPixels, room: Room, labels: Labels) -> list[Label]:
        """Draw them from a place (1, 2), or none where it is (0, 2); return their names, where there is room."""
        if not len(place):
            return []
        present = np.concatenate(to_pixels(*place.T))

        def in_pixels(move: Move | None) -> Pixels | None:
            if move is None:
                return None
            with np.errstate(invalid="ignore"):
                there = place + np.array([*move, 0.0][:2])
                return np.concatenate(to_pixels(*there.T)) - present

        stored, incoming = in_pixels(moves.stored), in_pixels(moves.incoming)
        apart = _aside(stored, incoming)
        scale = _scale(present, [move for move in (stored, incoming) if move is not None], room)
        named = [
            (text, arrow)
            for arrow, text, move, place in (
                (self.stored, translate("Descent", "−lr · stored"), stored, present),
                (self.incoming, translate("Descent", "−lr · incoming"), incoming, present + apart),
            )
            if _shown(arrow, place, move, scale, is_old=bool(moves.stale))
        ]
        if scale != 1 and named:
            text = translate("Descent", "{move} (both × {scale})") if len(named) > 1 else "{move} × {scale}"
            named[0] = text.format(move=named[0][0], scale=f"{scale:g}"), named[0][1]
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


def _shown(arrow: Arrow, start: Pixels, move: Pixels | None, scale: float, *, is_old: bool) -> bool:
    if move is None or not np.isfinite([*start, *move]).all():
        arrow.hide()
        return False
    return arrow.show(*start, *(scale * move), is_old=is_old)


def _aside(stored: Pixels | None, incoming: Pixels | None) -> Pixels:
    """Return how far the incoming arrow is moved at right angles, where it would lie on the other."""
    if stored is None or incoming is None or not np.isfinite([*stored, *incoming]).all():
        return np.zeros(2)
    lengths = np.hypot(*stored), np.hypot(*incoming)
    if not min(lengths) > 0:
        return np.zeros(2)
    along, other = stored / lengths[0], incoming / lengths[1]
    is_over = along @ other > 0 and abs(along[0] * other[1] - along[1] * other[0]) < _ONE_LINE
    if not is_over:
        return np.zeros(2)
    # Always to the lower side.
    across, down = (-along[1], along[0]) if along[0] >= 0 else (along[1], -along[0])
    return np.array([_APART * across, _APART * down])


def _scale(start: Pixels, moves: list[Pixels], room: Room) -> float:
    """Return 1, or where no move is longer than SHORT the least of 2, 5, 10, … that makes one long enough.

    Less where one would end outside.
    """
    moves = [move for move in moves if np.isfinite(move).all()]
    longest = max((float(np.hypot(*move)) for move in moves), default=0.0)
    if not 0 < longest <= SHORT:
        return 1.0
    enough = next((scale for scale in _SCALES if scale * longest >= _LEAST_LENGTH), 1.0)
    inside = (scale for scale in reversed(_SCALES) if scale <= enough)
    return next((scale for scale in inside if all(room.holds(start + scale * move) for move in moves)), 1.0)
