"""The numbers on the stacks: what is stored, which Backward a slab is, where there is None. All places are pixels."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF

from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.plots.ledger import words
from perceptron_gui.ui.plots.ledger.geometry import (
    BEFORE,
    INCOMING,
    INCOMING_WIDTH,
    STACK,
    STACK_WIDTH,
    WIDER,
    Bools,
    Ledger,
)

MOST_LABELLED = 12
GAP = 3
"""Pixels between the end of a bar and its number."""
_MOST_TURNED = 2 / 3
"""Turned numbers may take this part of the height."""
_NEAR = 1.5
"""Lines of text by which a number may stand away from the line of its value, if it is clear of slabs there."""
_FREE_BESIDE = 0.3
"""The part of a parameter's place that is free between its stack and the bar before."""
_LEFT, _RIGHT = -1.0, 1.0


@dataclass(frozen=True, slots=True)
class Slots:
    """The room for labels: `slot` pixels a parameter, in a view of `width` and `height`.

    The view begins at `left` and `top`, of which a pixel is one part of `across` and `down`.
    """

    labels: Labels
    slot: float
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @classmethod
    def of(cls, view_box: Any, labels: Labels, count: int | None) -> "Slots":
        """Return the room in a view box; with as many parameters in it as `count`, where that is known."""
        width, height = float(view_box.width()), float(view_box.height())
        (left, right), (bottom, top) = view_box.viewRange()
        across = width / (right - left)
        slot = across if count is None else width / (max(1, count) + BEFORE)
        return cls(labels, slot, width, height, left, top, across, height / (top - bottom))

    def x(self, place: float) -> float:
        """Return where a place among the parameters is, in pixels."""
        return (place - self.left) * self.across

    def y(self, value: float) -> float:
        """Return where a value is, in pixels."""
        return (self.top - value) * self.down

    def kept_inside(self, x: float, text: str) -> float:
        """Return x, moved so that a text around it is not cut."""
        half = self.labels.width(text) / 2
        return min(max(x, half), self.width - half)


def of_numbers(ledger: Ledger, slots: Slots) -> list[Label]:
    """Return a number, or None, for every bar where all of them have room; opposite signs are marked in any case."""
    labels, slot = slots.labels, slots.slot
    if not 0 < len(ledger.parameters) <= MOST_LABELLED:
        return _marks(ledger, slots, [], turned=False)
    numbers = [
        _clear_of_stack(label, bottom, top, labels.height)
        for label, bottom, top in zip(
            _of_bars(ledger.stored, ledger.is_none, STACK, slots), *_ends(ledger, slots), strict=True
        )
    ]
    widest = max(labels.width(label.text) for label in numbers)
    turned = widest > slot
    sides = len({label.anchor for label in numbers if not label.muted})
    if turned and (labels.height > slot or sides * widest > _MOST_TURNED * slots.height):
        return _marks(ledger, slots, [], turned=False)
    incoming = [] if np.isnan(ledger.incoming).all() else _of_bars(
        ledger.incoming, ledger.incoming_is_none, INCOMING, slots
    )  # fmt: skip
    both = [label.text for label in (*numbers, *incoming)]
    mark = labels.width(f"{words.OPPOSITE} ") if ledger.is_opposite.any() else 0
    if incoming and not turned and max(map(labels.width, both)) + mark + 4 < slot * (INCOMING - STACK):
        return numbers + [
            replace(label, text=f"{words.OPPOSITE} {label.text}") if is_opposite else label
            for label, is_opposite in zip(incoming, ledger.is_opposite.tolist(), strict=True)
        ]
    if turned:
        numbers = [replace(one, turned=True) for one in numbers]
    return numbers + _marks(ledger, slots, numbers, turned=turned)


def of_tensors(ledger: Ledger, slots: Slots) -> list[Label]:
    """Where numbers have no slots, say once a tensor that its gradient is None."""
    made: list[Label] = []
    is_of_W = ledger.parameters < ledger.shape[0] * ledger.shape[1]
    for row, (name, mask) in enumerate((("W", is_of_W), ("b", ~is_of_W))):
        columns = np.flatnonzero(mask)
        if columns.size and ledger.is_none[columns[0]]:
            across = slots.x(float(columns[0] + columns[-1]) / 2)
            text = f"{name}.grad: {words.NONE}"
            y = slots.y(0.0) - GAP - row * slots.labels.height
            made.append(Label(text, slots.kept_inside(across, text), y, (0.5, 1.0)))
    return made


def of_slabs(ledger: Ledger, numbers: tuple[tuple[int, int], ...], taken: list[Label], slots: Slots) -> list[Label]:
    """Return which Backward each slab is: written in it, or beside the stack, where thin neighbours share a label.

    `taken` are labels that stand there already.
    """
    height = slots.labels.height
    if not ledger.deposits or not len(ledger.parameters) or slots.slot < 2 * height:
        return []
    boxes = [_box(label, slots.labels) for label in taken]
    made: list[Label] = []

    def put(label: Label) -> bool:
        box = _box(label, slots.labels)
        is_free = not any(box.intersects(other) for other in boxes)
        if is_free:
            boxes.append(box)
            made.append(label)
        return is_free

    texts = [words.numbered(each) for each in numbers]
    widths = [slots.labels.width(text) for text in texts]
    columns = zip(
        *(array.T.tolist() for array in (ledger.drawn, ledger.left, ledger.before, ledger.after, ledger.lane)),
        (ledger.width * slots.slot).tolist(),
        ledger.lanes.tolist(),
        strict=True,
    )
    for column, (drawn, left, before, after, lane_of, lane_width, lanes) in enumerate(columns):
        thin: dict[int, list[int]] = {}
        top, bottom = [*map(slots.y, after)], [*map(slots.y, before)]
        for index, is_drawn in enumerate(drawn):
            if not is_drawn:
                continue
            if abs(top[index] - bottom[index]) >= height - 2 and widths[index] + 4 <= lane_width:
                x = slots.x(left[index]) + lane_width / 2
                put(Label(texts[index], x, (top[index] + bottom[index]) / 2))
            else:
                thin.setdefault(lane_of[index], []).append(index)
        for lane, beside in ((0, _LEFT), (lanes - 1, _RIGHT)):
            if lane == 0 and beside is _RIGHT:
                continue
            for first, last, y in _grouped(thin.get(lane, []), top, bottom, height - 3):
                text = words.numbered((numbers[first][0], numbers[last][1]))
                if slots.labels.width(text) + 2 <= _FREE_BESIDE * slots.slot:
                    labels = [_beside(text, column, y + away, beside, slots) for away in (0.0, -height / 2, height / 2)]
                    next((one for one in labels if not _is_on_bar(one, ledger, column, slots) and put(one)), None)
    return made


def _grouped(
    indices: list[int], top: list[float], bottom: list[float], line: float
) -> list[tuple[int, int, float]]:  # fmt: skip
    """Return runs of slabs, (d,) each, whose labels would stand nearer than a line: first, last, middle in pixels."""
    groups: list[tuple[int, int, float]] = []
    for index in indices:
        group = (index, index, (top[index] + bottom[index]) / 2)
        while groups and groups[-1][1] + 1 == group[0] and abs(groups[-1][2] - group[2]) < line:
            first, last = groups.pop()[0], group[1]
            group = (first, last, (bottom[first] + top[last]) / 2)
        groups.append(group)
    return groups


def _beside(text: str, column: int, y: float, side: float, slots: Slots) -> Label:
    """Return a text at the left or the right of a stack."""
    edge = slots.x(column + STACK + side * (STACK_WIDTH + WIDER) / 2)
    return Label(text, edge + side * 2, y, (1.0 if side < 0 else 0.0, 0.5))


def _is_on_bar(label: Label, ledger: Ledger, column: int, slots: Slots) -> bool:
    """Whether a label stands on the incoming bar of its own parameter."""
    number = float(ledger.incoming[column])
    if not math.isfinite(number):
        return False
    half = INCOMING_WIDTH / 2
    left, right = slots.x(column + INCOMING - half), slots.x(column + INCOMING + half)
    zero, end = slots.y(0.0), slots.y(number)
    bar = QRectF(left, min(zero, end), right - left, abs(zero - end))
    return bar.intersects(_box(label, slots.labels))


def _box(label: Label, labels: Labels) -> QRectF:
    """Return what a label covers; neighbours in a column may come as near as lines of text do."""
    width, height = labels.width(label.text), labels.height - 3
    if label.turned:
        width, height = height, width
    return QRectF(label.x - label.anchor[0] * width, label.y - label.anchor[1] * height, width, height)


def on_stacks(labels: list[Label], ledger: Ledger, slots: Slots) -> list[Label]:
    """Return the numbers that stand on slabs of their stacks, so that they need a ground of their own."""
    first = slots.x(0.0)
    bottoms, tops = _ends(ledger, slots)
    found: list[Label] = []
    for label in labels:
        column = round((label.x - first) / slots.slot) if slots.slot else 0
        if not label.turned and 0 <= column < len(tops):
            upper = label.y - label.anchor[1] * slots.labels.height
            if upper < bottoms[column] and upper + slots.labels.height > tops[column]:
                found.append(label)
    return found


def _ends(ledger: Ledger, slots: Slots) -> tuple[list[float], list[float]]:
    """Return the lower and the upper end of every stack, in pixels."""
    low, high = ledger.extents
    return [*map(slots.y, low.tolist())], [*map(slots.y, high.tolist())]


def _of_bars(values: FloatArray, is_none: Bools, offset: float, slots: Slots) -> list[Label]:
    made: list[Label] = []
    for index, (number, is_missing) in enumerate(zip(values.tolist(), is_none.tolist(), strict=True)):
        is_drawn = math.isfinite(number)
        across, down = slots.x(index + offset), slots.y(number if is_drawn else 0.0)
        has_bar = is_drawn and number != 0
        is_below = number < 0 if has_bar else down < slots.height / 2
        gap = GAP if has_bar else GAP + 4
        text = words.NONE if is_missing else words.short(number)
        x = slots.kept_inside(across, text) if slots.slot >= slots.labels.width(text) else across
        y = down + (gap if is_below else -gap)
        made.append(Label(text, x, y, (0.5, 0.0 if is_below else 1.0), muted=not has_bar))
    return made


def _clear_of_stack(label: Label, bottom: float, top: float, height: float) -> Label:
    """Return the number behind the end of its stack, where that is only a little further than the stored value."""
    is_below = label.anchor[1] == 0
    end = bottom + GAP if is_below else top - GAP
    beyond = end - label.y if is_below else label.y - end
    return replace(label, y=end) if 0 < beyond <= _NEAR * height else label


def _marks(ledger: Ledger, slots: Slots, taken: list[Label], *, turned: bool) -> list[Label]:
    """Return a mark at the tip of every incoming bar that points against what is stored, with its number if it fits."""
    made: list[Label] = []
    labels = slots.labels
    boxes = [_box(label, labels) for label in taken]
    longest = max((labels.width(label.text) for label in taken), default=0.0)
    for column in np.flatnonzero(ledger.is_opposite).tolist():
        number = float(ledger.incoming[column])
        if math.isfinite(number):
            is_below = number < 0
            x, y = slots.x(column + INCOMING), slots.y(number) + (GAP if is_below else -GAP)
            anchor = (0.5, 0.0 if is_below else 1.0)
            text = f"{words.OPPOSITE} {words.short(number)}"
            full = Label(text, x if turned else slots.kept_inside(x, text), y, anchor, turned)
            has_room = bool(taken) and (
                labels.width(text) + longest + 2 * GAP <= _MOST_TURNED * slots.height
                if turned
                else labels.width(text) + 4 <= slots.slot
            )
            if has_room and not any(_box(full, labels).intersects(box) for box in boxes):
                made.append(full)
            else:
                made.append(Label(words.OPPOSITE, x, y, anchor))
            boxes.append(_box(made[-1], labels))
    return made
