"""The numbers and names of one Forward, as parts of formulas: each knows the cell that it stands in."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import lines
from perceptron_gui.core.formula import (
    Expression,
    More,
    Name,
    Number,
    Sum,
    read,
)
from perceptron_gui.core.snapshot import Element, FloatArray, ForwardPass, Rows

MOST_TERMS = 6
"""Terms of a sum that are shown one by one; of more, the first ones and the last."""
_FIRST_TERMS = 4
_FEW_ROWS = 4
_TEXTS = {"y_true": "y", "y_pred": "ŷ"}
_OF_SAMPLES = frozenset({"z", "y_pred"})
Index = int | str
DoubleArray = npt.NDArray[np.float64]


def summed(count: int, term: Callable[[int], Expression], rest: Callable[[slice], More]) -> list[Expression]:
    """Return the terms of a sum by their places: all, or `rest` for several between the first ones and the last."""
    if count <= MOST_TERMS:
        return [term(place) for place in range(count)]
    first = [term(place) for place in range(_FIRST_TERMS)]
    return [*first, rest(slice(_FIRST_TERMS, count - 1)), term(count - 1)]


@dataclass(frozen=True, slots=True)
class Names:
    """How the elements of a layer of m samples are called; `rows` are those that Forward takes.

    `is_any` means any Forward of several, whose rows are not the same.
    """

    m: int
    rows: Rows
    is_any: bool = False

    @property
    def taken(self) -> tuple[int, ...] | range:
        """The samples that Forward takes, by their rows in the tables."""
        return range(self.m) if self.rows is None else self.rows

    @property
    def sample(self) -> Index:
        """The index of a sample in a formula: a letter, where there are several."""
        return self.taken[0] if len(self.taken) == 1 and not self.is_any else "s"

    def over(self, outputs: int = 1) -> tuple[Expression, ...]:
        """Return a Σ over the samples taken and over so many outputs; none where there is one term."""
        indices: list[str] = []
        if self.is_any:
            indices.append("s ∈ rows")
        elif len(self.taken) > 1:
            few = self.rows is not None and len(self.rows) < _FEW_ROWS
            within = f"{{{', '.join(map(str, self.rows or ()))}}}" if few else "rows"
            indices.append("s" if self.rows is None else f"s ∈ {within}")
        if outputs > 1:
            indices.append("j")
        return (Sum(", ".join(indices)),) if indices else ()

    def name(self, name: str, row: Index = 0, column: Index = 0) -> Name:
        """Return the symbol of an element; letters among the indices stand for no cell."""
        if name == "loss":
            return Name("loss", (), "loss", (Element("loss", 0, 0),))
        is_vector = name.startswith("b") or (self.m == 1 and name in {"x", "y_true", "z", "y_pred"})
        indices = (column,) if is_vector else (row, column)
        text = _TEXTS.get(name, name)
        if isinstance(row, int) and isinstance(column, int):
            return Name(text, indices, self.code(name, row, column), (Element(name, row, column),))
        return Name(text, indices, name)

    def code(self, name: str, row: int, column: int) -> str:
        """Return an element as PyTorch would index it; z and y_pred of some rows by the place among them."""
        if self.rows is None or name not in _OF_SAMPLES:
            return lines.element(name, row, column, self.m)
        place = bisect_left(self.rows, row)
        if place == len(self.rows) or self.rows[place] != row:
            return f"{name} ← x[{row}]"
        return f"{lines.element(name, place, column, len(self.rows))} ← x[{row}]"


class Layer:
    """What one Forward was made with and what it made, element by element, rows counted as in the tables."""

    def __init__(self, forward: ForwardPass) -> None:
        self.forward = forward
        self.names = Names(len(forward.x), forward.rows)
        self.n, self.k = forward.W.shape
        self.taken = self.names.taken

    def number(self, name: str, row: int = 0, column: int = 0) -> Number:
        """Return an element: name is `x`, `y_true`, `W`, `b`, `z`, `y_pred` or `loss`."""
        array: FloatArray = getattr(self.forward, name)
        if name in _OF_SAMPLES:
            value = array[bisect_left(self.taken, row), column]
        elif name == "loss":
            value = np.float32(array)
        else:
            value = array[column] if name == "b" else array[row, column]
        return read(float(value), self.names.code(name, row, column), Element(name, row, column))

    def column(self, name: str, column: int) -> DoubleArray:
        """Return a column of x, y_true or y_pred in float64, the rows taken."""
        array: FloatArray = getattr(self.forward, name)
        if name not in _OF_SAMPLES and self.forward.rows is not None:
            array = array[np.asarray(self.forward.rows), column]
        else:
            array = array[:, column]
        return array.astype(np.float64)
