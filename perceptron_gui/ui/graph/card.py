"""What stands on a node of the graph: PyTorch's name, and blocks of numbers with what they are above or before them."""

import math
import re
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFontMetricsF

from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.questions import MOST_NUMBERS, Node, Numbers
from perceptron_gui.core.snapshot import FloatArray

translate = QCoreApplication.translate
GRAD = "grad"
ADDED = "grad +="
"""Where Backward ends: what it added to a `.grad`, which may hold more."""
NOTHING = "–"
PADDING = 4.0
BETWEEN = 8.0
"""Between two blocks, and between two columns of numbers."""
_USUAL_NUMBER = "-0.0000"


@dataclass(frozen=True, slots=True)
class Style:
    """How much of a tensor is shown in numbers, and whether value and gradient stand side by side.

    A broken name stands in two lines, the second begins with its last word: Sigmoid, Backward0.
    """

    rows: int
    columns: int
    is_wide: bool = True
    has_broken_name: bool = False


STYLES = tuple(
    (Style(rows, columns), Style(rows, columns, is_wide=False), Style(rows, columns, has_broken_name=True))
    for rows, columns in ((4, 3), (3, 2), (3, 1), (2, 1), (1, 1))
)
"""From the most numbers to the fewest."""
_LAST_WORD = re.compile(r"(?<=.)(?=[A-Z][^A-Z]*$)")


@dataclass(frozen=True, slots=True)
class Block:
    """The value or the gradient on a card: its heading and its lines of equally many cells each.

    `room` is the widest text that its first column may come to hold.
    """

    heading: str
    lines: tuple[tuple[str, ...], ...]
    room: str


@dataclass(frozen=True, slots=True)
class Card:
    """A node as it is written: a value block where the tensor has a name, and always a gradient block."""

    name: tuple[str, ...]
    value: Block | None
    grad: Block
    is_wide: bool

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that are there, in their order."""
        return (self.grad,) if self.value is None else (self.value, self.grad)


def card(node: Node, style: Style) -> Card:
    """Write a node in a style. A gradient that has not come yet takes the room that it will take."""
    value = None if node.value is None else Block(node.tensor, *_written(node.value, style))
    lines, room = _written(node.grad or Numbers(node.shape, None), style)
    if node.grad is None:
        lines = _blank(node.shape, style)
    name = tuple(_LAST_WORD.split(node.name)) if style.has_broken_name else (node.name,)
    return Card(name, value, Block(ADDED if node.is_leaf else GRAD, lines, room), style.is_wide)


def card_size(written: Card, font: QFontMetricsF) -> tuple[float, float]:
    """Return the width and the height that a card needs, in pixels."""
    widths = [block_width(block, font, is_wide=written.is_wide) for block in written.blocks]
    heights = [len(block.lines) + written.is_wide for block in written.blocks]
    line = font.height()
    if written.is_wide:
        inner, height = sum(widths) + BETWEEN * (len(widths) - 1), max(heights) * line
    else:
        inner, height = max(widths), sum(heights) * line
    width = max(inner, *map(font.horizontalAdvance, written.name))
    return width + 2 * PADDING, height + line * len(written.name) + 2 * PADDING


def block_width(block: Block, font: QFontMetricsF, *, is_wide: bool) -> float:
    """Return the width of a block; a heading stands above the numbers of a wide card, and before those of another."""
    heading = font.horizontalAdvance(block.heading)
    numbers = sum(cell_widths(block, font)) + BETWEEN * (len(block.lines[0]) - 1)
    return max(heading, numbers) if is_wide else heading + BETWEEN + numbers


def cell_widths(block: Block, font: QFontMetricsF) -> list[float]:
    """Return the width of each column of numbers: a usual number has room, whatever its value."""
    usual = font.horizontalAdvance(_USUAL_NUMBER)
    widths = [max(usual, *map(font.horizontalAdvance, column)) for column in zip(*block.lines, strict=True)]
    return [max(widths[0], font.horizontalAdvance(block.room)), *widths[1:]]


def tip(node: Node, held: FloatArray | None = None) -> str:
    """Say everything about a node: what it is, and its numbers in full; of a leaf, what its `.grad` holds now."""
    said = [node.name]
    if node.is_leaf:
        said.append(translate("GraphView", "Backward ends here: it adds the gradient to {tensor}.grad.").format(
            tensor=node.tensor or "?"))  # fmt: skip
    if node.value is None:
        said.append(translate("GraphView", "The tensor it made has no name: {shape}").format(shape=node.shape))
    else:
        said.append(f"{node.tensor}, {node.shape} = {_in_full(node.value)}")
    if node.grad is None:
        said.append(translate("GraphView", "No Backward has brought a gradient here yet."))
    elif node.is_leaf:
        said += _added(node, node.grad, held)
    else:
        said.append(f"{GRAD}, {node.grad.shape} = {_in_full(node.grad)}")
    return "\n".join(said)


def _added(node: Node, grad: Numbers, held: FloatArray | None) -> list[str]:
    """Say what a Backward added to a `.grad`, and what that holds now."""
    tensor = node.tensor or "?"
    added = translate("GraphView", "Added to {tensor}.grad by the last Backward through this graph: {numbers}")
    said = [added.format(tensor=tensor, numbers=_in_full(grad))]
    if held is None:
        said.append(translate("GraphView", "{tensor}.grad is None now.").format(tensor=tensor))
    elif held.size <= MOST_NUMBERS:
        holds = translate("GraphView", "{tensor}.grad holds now: {numbers}")
        said.append(holds.format(tensor=tensor, numbers=_in_full(Numbers(held.shape, held))))
    return said


def _written(numbers: Numbers, style: Style) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return the lines of a block, and the widest text other than a number that stands or will stand there."""
    rows, columns = _table_shape(numbers.shape)
    shape = str(numbers.shape)
    if not _fits(numbers.shape, style):
        return ((shape,),), shape
    rest = f"… {shape}" if rows > style.rows or columns > style.columns else ""
    shown = style.rows - 1 if rest else rows
    values = np.full((rows, columns), np.nan) if numbers.values is None else numbers.values.reshape(rows, columns)
    lines = [tuple(map(display_text, row)) for row in values[:shown, : style.columns].tolist()]
    if rest:
        lines.append((rest, *[""] * (len(lines[0]) - 1)))
    return tuple(lines), rest


def _blank(shape: tuple[int, ...], style: Style) -> tuple[tuple[str, ...], ...]:
    rows, columns = _table_shape(shape) if _fits(shape, style) else (1, 1)
    rows += columns > style.columns
    return ((NOTHING,) * min(columns, style.columns),) * min(rows, style.rows)


def _fits(shape: tuple[int, ...], style: Style) -> bool:
    """Whether numbers are shown of a tensor of that shape, at least the first."""
    rows, columns = _table_shape(shape)
    is_whole = rows == 1 and columns <= style.columns
    return 0 < rows * columns <= MOST_NUMBERS and (style.rows > 1 or is_whole)


def _table_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return rows and columns: a scalar is one cell, a vector one row."""
    columns = shape[-1] if shape else 1
    return math.prod(shape[:-1]), columns


def _in_full(numbers: Numbers) -> str:
    if numbers.values is None:
        return "…"
    rows = numbers.values.reshape(_table_shape(numbers.shape))
    lines = ["  ".join(map(full_text, row)) for row in rows]
    return lines[0] if len(lines) == 1 else "\n" + "\n".join(f"    {line}" for line in lines)
