"""The forms that something can be written in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perceptron_gui.core.exporting.watching import Watch

Made = Callable[[Watch], Iterator[bytes]]
"""Makes a file, piece by piece, on the worker."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write it: the suffix of such files, what they are called, how they are made, what is said then."""

    suffix: str
    name: str
    make: Made
    remark: str = ""

    @property
    def name_filter(self) -> str:
        """The kind of file, as a file dialog lists it."""
        return f"{self.name} (*{self.suffix})"
