"""The numbers on the stacks: what is stored, which Backward a slab is, where there is None. All places are pixels."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.plots.ledger import words
from perceptron_gui.ui.plots.ledger.geometry import INCOMING, STACK, Bools, Ledger

MOST_LABELLED = 12
GAP = 3
"""Pixels between the end of a bar and its number."""
_MOST_TURNED = 2 / 3
"""Turned numbers may take this part of the height."""
_NEAR = 1.5
"""Lines of text by which a number may stand away from the line of its value, if it is clear of slabs there."""
_FREE_BESIDE = 0.28
"""The part of a parameter's place that is free at the left of its stack."""

ToPixels = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]


@dataclass(frozen=True, slots=True)
class Room:
    """The room for labels: `slot` pixels a parameter, in a view of `width` and `height`."""

    labels: Labels
    to_pixels: ToPixels
    slot: float
    width: float
    height: float

    def kept_inside(self, x: float, text: str) -> float:
        """Return x, moved so that a text around it is not cut."""
        half = self.labels.width(text) / 2
        return min(max(x, half), self.width - half)


def of_numbers(ledger: Ledger, room: Room) -> list[Label]:
    """Return a number, or None, for every bar, where all of them have room; else only the marks of opposite signs."""
    labels, slot = room.labels, room.slot
    marks = _marks(ledger, room)
    if not 0 < len(ledger.parameters) <= MOST_LABELLED:
        return marks
    numbers = [
        _clear_of_stack(label, ledger.extent(column), room)
        for column, label in enumerate(_of_bars(ledger.stored, ledger.is_none, STACK, room))
    ]
    widest = max(labels.width(label.text) for label in numbers)
    turned = widest > slot
    sides = len({label.anchor for label in numbers if not label.muted})
    if turned and (labels.height > slot or sides * widest > _MOST_TURNED * room.height):
        return marks
    incoming = [] if np.isnan(ledger.incoming).all() else _of_bars(
        ledger.incoming, ledger.incoming_is_none, INCOMING, room
    )  # fmt: skip
    both = [label.text for label in (*numbers, *incoming)]
    mark = labels.width(f"{words.OPPOSITE} ") if marks else 0
    if incoming and not turned and max(map(labels.width, both)) + mark + 4 < slot * (INCOMING - STACK):
        return numbers + [
            replace(label, text=f"{words.OPPOSITE} {label.text}") if is_opposite else label
            for label, is_opposite in zip(incoming, ledger.is_opposite.tolist(), strict=True)
        ]
    return [replace(one, turned=turned) for one in numbers] + marks


def of_tensors(ledger: Ledger, room: Room) -> list[Label]:
    """Where numbers have no room, say once a tensor that its gradient is None."""
    made: list[Label] = []
    is_of_W = ledger.parameters < ledger.shape[0] * ledger.shape[1]
    for row, (name, mask) in enumerate((("W", is_of_W), ("b", ~is_of_W))):
        columns = np.flatnonzero(mask)
        if columns.size and ledger.is_none[columns[0]]:
            across, down = room.to_pixels((columns[0] + columns[-1]) / 2, 0.0)
            text = f"{name}.grad: {words.NONE}"
            y = float(down) - GAP - row * room.labels.height
            made.append(Label(text, room.kept_inside(float(across), text), y, (0.5, 1.0)))
    return made


def of_slabs(ledger: Ledger, numbers: tuple[tuple[int, int], ...], taken: list[Label], room: Room) -> list[Label]:
    """Return which Backward each slab is: written in it, or at the left of the stack, where there is room.

    `taken` are labels that stand there already.
    """
    if not ledger.deposits or not len(ledger.parameters) or room.slot < 2 * room.labels.height:
        return []
    height = room.labels.height
    lane_width = ledger.width * room.slot
    left, top = room.to_pixels(ledger.left, ledger.after)
    _, bottom = room.to_pixels(ledger.left, ledger.before)
    middle, tall = (top + bottom) / 2, np.abs(top - bottom)
    boxes = [_box(label, room.labels) for label in taken]
    made: list[Label] = []
    for index, column in np.argwhere(ledger.drawn.T)[:, ::-1].tolist():
        text, y = words.numbered(numbers[index]), float(middle[index, column])
        width, edge = room.labels.width(text), float(left[index, column])
        if tall[index, column] >= height - 2 and width + 4 <= lane_width[column]:
            label = Label(text, edge + lane_width[column] / 2, y)
        elif ledger.lane[index, column] == 0 and width + 2 * GAP <= _FREE_BESIDE * room.slot:
            label = Label(text, edge - GAP, y, (1.0, 0.5))
        else:
            continue
        box = _box(label, room.labels)
        if not any(box.intersects(other) for other in boxes):
            boxes.append(box)
            made.append(label)
    return made


def _box(label: Label, labels: Labels) -> QRectF:
    """Return what a label covers; neighbours in a column may come as near as lines of text do."""
    width, height = labels.width(label.text), labels.height - 3
    if label.turned:
        width, height = height, width
    return QRectF(label.x - label.anchor[0] * width, label.y - label.anchor[1] * height, width, height)


def is_on_stack(label: Label, ledger: Ledger, room: Room) -> bool:
    """Whether a number stands on slabs of its stack, so that it needs a ground of its own."""
    column = round(label.x / room.slot - 0.5) if room.slot else 0
    if label.turned or not 0 <= column < len(ledger.parameters):
        return False
    _, (bottom, top) = room.to_pixels([0.0, 0.0], ledger.extent(column))
    upper = label.y - label.anchor[1] * room.labels.height
    return bool(upper < bottom and upper + room.labels.height > top)


def short(number: float) -> str:
    """Return a number as the tables show it; fewer digits where they show it in scientific form."""
    text = display_text(number)
    return f"{number:.1e}" if "e" in text else text


def _of_bars(values: FloatArray, is_none: Bools, offset: float, room: Room) -> list[Label]:
    made: list[Label] = []
    for index, number in enumerate(values.tolist()):
        is_drawn = bool(np.isfinite(number))
        across, down = room.to_pixels(index + offset, number if is_drawn else 0.0)
        has_bar = is_drawn and number != 0
        is_below = number < 0 if has_bar else down < room.height / 2
        gap = GAP if has_bar else GAP + 4
        text = words.NONE if is_none[index] else short(number)
        y = float(down) + (gap if is_below else -gap)
        x = room.kept_inside(float(across), text) if room.slot >= room.labels.width(text) else float(across)
        made.append(Label(text, x, y, (0.5, 0.0 if is_below else 1.0), muted=not has_bar))
    return made


def _clear_of_stack(label: Label, extent: tuple[float, float], room: Room) -> Label:
    """Return the number behind the end of its stack, where that is only a little further than the stored value."""
    is_below = label.anchor[1] == 0
    _, (bottom, top) = room.to_pixels([0.0, 0.0], extent)
    end = float(bottom) + GAP if is_below else float(top) - GAP
    beyond = end - label.y if is_below else label.y - end
    return replace(label, y=end) if 0 < beyond <= _NEAR * room.labels.height else label


def _marks(ledger: Ledger, room: Room) -> list[Label]:
    """Return a mark at the tip of every incoming bar that points against what is stored."""
    made: list[Label] = []
    for column in np.flatnonzero(ledger.is_opposite).tolist():
        number = float(ledger.incoming[column])
        if np.isfinite(number):
            across, down = room.to_pixels(column + INCOMING, number)
            is_below = number < 0
            y = float(down) + (GAP if is_below else -GAP)
            made.append(Label(words.OPPOSITE, float(across), y, (0.5, 0.0 if is_below else 1.0)))
    return made
