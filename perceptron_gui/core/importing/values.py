"""What a file that can be imported holds, as it was read: a table, or tensors."""

from collections.abc import Mapping
from dataclasses import dataclass

from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import FloatArray

SEPARATORS = ("\t", ";", ",")
MARKS = (".", ",")
WEIGHT, BIAS = "weight", "bias"
"""What an `nn.Linear` calls its parameters."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written; None is what is to be detected, or what could not be.

    `separator` is one of SEPARATORS, `decimal` one of MARKS.
    """

    separator: str | None = None
    decimal: str | None = None
    has_header: bool | None = None


DETECTED = Dialect()
"""Everything is to be detected."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A file of text as it was read.

    `names` are those of the columns, empty without a header; `head` the first rows as text; `columns` (rows,) numbers
    each, or why a column is none. In `dialect` is None what could not be told.
    """

    dialect: Dialect
    encoding: str
    names: tuple[str, ...]
    head: tuple[tuple[str, ...], ...]
    columns: tuple[FloatArray | Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TensorFile:
    """The float32 arrays of at most two dimensions that a file holds, by their names, in its order."""

    arrays: Mapping[str, FloatArray]

    @property
    def layers(self) -> tuple[str, ...]:
        """What stands before `weight` in the name of each `nn.Linear`: `""`, `"0."`, `"encoder.0."`."""
        prefixes = (name.removesuffix(WEIGHT) for name in self.arrays if name.endswith(WEIGHT))
        return tuple(prefix for prefix in prefixes if self._is_layer(prefix))

    def _is_layer(self, prefix: str) -> bool:
        weight, bias = self.arrays[prefix + WEIGHT], self.arrays.get(prefix + BIAS)
        has_name = not prefix or prefix.endswith(".")
        return has_name and weight.ndim == 2 and (bias is None or bias.shape == weight.shape[:1])
