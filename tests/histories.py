"""Whether two histories are the very same: bits, which objects are one, which entry is shown, what was cut off."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from perceptron_gui.core.history import Entry, History

COMPUTED = {"new_bytes", "nbytes"}
"""How much an entry brought counts what stands in the file, which an entry may name twice."""


def contents(history: History, *, with_futures: bool = True) -> tuple[int, list[object]]:
    """Return all that a history holds; an array is its shape and bits where it is first met, then its number."""
    numbers: dict[int, int] = {}
    kept: list[object] = []
    entries = [one for entry in history.entries for one in (_with_futures(entry) if with_futures else [entry])]
    lengths = [len(entry.replaced) for entry in entries if with_futures]
    return history.index, [_content(entry, numbers, kept) for entry in entries] + lengths


def _with_futures(entry: Entry) -> Iterator[Entry]:
    """Return an entry, and the ones that it cut off, however deep."""
    waiting = [entry]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.replaced


def _content(value: Any, numbers: dict[int, int], kept: list[object]) -> object:
    if isinstance(value, np.ndarray):
        kept.append(value)
        known = numbers.setdefault(id(value), len(numbers))
        return (known, value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, Entry):
        named = [field.name for field in fields(value) if field.name not in {*COMPUTED, "replaced"}]
        return tuple(_content(getattr(value, name), numbers, kept) for name in named)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, *(_content(getattr(value, field.name), numbers, kept) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(_content(one, numbers, kept) for one in value)
    if isinstance(value, float) and not isinstance(value, Enum):
        return value.hex()
    return value
