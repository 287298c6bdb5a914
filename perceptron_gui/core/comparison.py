"""An entry as it is stored beside what came of doing it again: where they differ first."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Action
from perceptron_gui.core.bounds import Reals, within
from perceptron_gui.core.editing import as_table
from perceptron_gui.core.history import Entry, Refusal
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.problems import Problem
from perceptron_gui.core.snapshot import Config, Deposit, FloatArray, ForwardPass, Snapshot, same_numbers

_VERSION = re.compile(r"version \d+")
_INDEX = re.compile(r"\[\d+\]")


class Kind(Enum):
    """In what two entries differ: a number or a setting, which object an array is, or the action cannot be done."""

    VALUE = "value"
    IDENTITY = "identity"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Where an entry differs first from what comes of doing it again.

    `what` is an element as PyTorch indexes it (`W[1, 0]`, `z[0]`), behind `forward.` or `deposits[2].` where it belongs
    to one; or the name of a setting, `printed` or `refusal`. `stored` and `recomputed` are numbers in full, or texts.
    `entry` counts from 1, with those that were left out. `problem` is why an action cannot be done.
    """

    what: str
    stored: str = ""
    recomputed: str = ""
    kind: Kind = Kind.VALUE
    action: Action | None = None
    entry: int = 0
    problem: Problem | None = None


@dataclass(slots=True)
class Comparison:
    """Compares one entry, as differences found one after the other.

    `seen` are the identities of the stored arrays before the entry. `leeway` gives the bounds of the numbers that may
    differ, by their names (`W`, `deposits.W.grad`); None where bits are required. `has_same_torch` and
    `has_same_environment` say which texts have to be the same. Afterwards `is_apart` says whether a number was not the
    same to the last bit. It knows arrays by their identities: they have to live as long as it does.
    """

    seen: Collection[int]
    leeway: Callable[[], Mapping[str, Reals]] | None
    has_same_torch: bool
    has_same_environment: bool
    is_apart: bool = False
    _bounds: Mapping[str, Reals] | None = None
    _pairs: dict[int, int] = field(default_factory=dict)
    _taken: set[int] = field(default_factory=set)

    def of_entries(self, stored: Entry, found: Entry) -> Iterator[Difference]:
        """Compare what an action left, whether it was refused and how, where, and what was printed."""
        yield from _of_values("device", stored.device, found.device)
        yield from self._of_refusals(stored.refusal, found.refusal)
        yield from self.of_snapshots(stored.snapshot, found.snapshot)
        if self.has_same_environment:
            yield from _of_texts("printed", stored.printed, found.printed)

    def of_snapshots(self, stored: Snapshot, found: Snapshot) -> Iterator[Difference]:
        """Compare two states."""
        for name in ("x", "y_true", "W", "b", "W_grad", "b_grad"):
            yield from self.of_arrays(name.replace("_grad", ".grad"), getattr(stored, name), getattr(found, name))
        yield from self.of_forwards(stored.forward, found.forward)
        yield from _of_values("deposits", len(stored.deposits), len(found.deposits))
        for index, (one, other) in enumerate(zip(stored.deposits, found.deposits, strict=True)):
            if one is not other:
                yield from self.of_deposits(one, other, f"deposits[{index}].")
        yield from _of_values("rows", stored.rows, found.rows)
        yield from _of_values("grad_was_zeros", stored.grad_was_zeros, found.grad_was_zeros)
        if stored.config != found.config:
            yield from _of_configs(stored.config, found.config)

    def of_forwards(
        self, stored: ForwardPass | None, found: ForwardPass | None, prefix: str = ""
    ) -> Iterator[Difference]:
        """Compare what two Forwards were made with and what they gave."""
        if stored is found:
            return
        if stored is None or found is None:
            yield Difference(f"{prefix}forward", _presence(stored), _presence(found))
            return
        for name in ("z", "y_pred", "loss"):
            yield from self.of_arrays(name, getattr(stored, name), getattr(found, name), prefix)
        for name in ("x", "y_true", "W", "b"):
            yield from self.of_arrays(name, getattr(stored, name), getattr(found, name), f"{prefix}forward.")
        yield from _of_values(f"{prefix}forward.rows", stored.rows, found.rows)
        yield from _of_values(f"{prefix}forward.graph", stored.graph, found.graph)
        yield from _of_values(f"{prefix}forward.reduction", stored.reduction, found.reduction)
        if self.has_same_torch:
            yield from _of_values(f"{prefix}y_pred.grad_fn", stored.y_pred_grad_fn, found.y_pred_grad_fn)
            yield from _of_values(f"{prefix}loss.grad_fn", stored.loss_grad_fn, found.loss_grad_fn)

    def of_deposits(self, stored: Deposit, found: Deposit, prefix: str) -> Iterator[Difference]:
        """Compare what one Backward, or the oldest ones together, added to `.grad`."""
        yield from _of_values(f"{prefix}count", stored.count, found.count)
        yield from self.of_arrays("W.grad", stored.W_grad, found.W_grad, prefix)
        yield from self.of_arrays("b.grad", stored.b_grad, found.b_grad, prefix)
        yield from self.of_forwards(stored.forward, found.forward, prefix)
        yield from _of_values(f"{prefix}mixed", stored.mixed, found.mixed)
        taken, expected = (None if one.taken is None else tuple(one.taken.tolist()) for one in (stored, found))
        yield from _of_values(f"{prefix}taken", taken, expected)

    def of_arrays(
        self, name: str, stored: FloatArray | None, found: FloatArray | None, prefix: str = ""
    ) -> Iterator[Difference]:
        """Compare two arrays: their numbers, and whether they are objects that were there before."""
        if stored is found:
            return
        if stored is None or found is None:
            yield Difference(f"{prefix}{name}", _presence(stored), _presence(found))
        elif self._pairs.get(id(found)) == id(stored):
            return
        elif stored.shape != found.shape:
            yield Difference(f"{prefix}{name}.shape", str(stored.shape), str(found.shape))
        else:
            wrong = self._wrong(_INDEX.sub("", f"{prefix}{name}"), stored, found)
            if wrong is not None:
                table, expected = as_table(stored), as_table(found)
                row, column = divmod(int(np.flatnonzero(wrong)[0]), table.shape[1])
                element = lines.element(name, row, column, len(table))
                values = full_text(table[row, column]), full_text(expected[row, column])
                yield Difference(f"{prefix}{element}", *values)
            elif self._is_another(stored, found):
                yield Difference(f"{prefix}{name}", kind=Kind.IDENTITY)

    def _wrong(self, name: str, stored: FloatArray, found: FloatArray) -> npt.NDArray[np.bool_] | None:
        """Return which numbers are wrong; None where none is."""
        if same_numbers(stored, found):
            return None
        if self.leeway is None:
            bound: Reals | None = None
        else:
            self._bounds = self.leeway() if self._bounds is None else self._bounds
            bound = self._bounds.get(name)
        if bound is None:
            is_same = (stored.view(np.uint32) == found.view(np.uint32)) | (np.isnan(stored) & np.isnan(found))
        else:
            is_same = within(stored, found, bound)
        self.is_apart = True
        return None if is_same.all() else ~is_same

    def _is_another(self, stored: FloatArray, found: FloatArray) -> bool:
        """Whether one of two equal arrays was there before, in the entry or before it, and not as the other."""
        one, other = id(found), id(stored)
        if one in self._pairs or other in self._taken or one in self.seen or other in self.seen:
            return True
        self._pairs[one] = other
        self._taken.add(other)
        return False

    def _of_refusals(self, stored: Refusal | None, found: Refusal | None) -> Iterator[Difference]:
        classes = ("None" if one is None else one.exception for one in (stored, found))
        yield from _of_values("refusal", *classes)
        if stored is None or found is None:
            return
        yield from _of_values("refusal.cause", stored.cause, found.cause)
        if self.has_same_torch:
            # How often a tensor was written to, PyTorch counts from when it was made, also from an opened file.
            is_same = _VERSION.sub("", stored.text) == _VERSION.sub("", found.text)
            yield from () if is_same else _of_texts("refusal", stored.text, found.text)


def _of_configs(stored: Config, found: Config) -> Iterator[Difference]:
    for name in Config.__slots__:
        yield from _of_values(name, getattr(stored, name), getattr(found, name))


def _of_values(what: str, stored: object, found: object) -> Iterator[Difference]:
    if stored != found:
        yield Difference(what, _text(stored), _text(found))


def _of_texts(what: str, stored: str, found: str) -> Iterator[Difference]:
    """Compare texts line by line."""
    if stored == found:
        return
    both = (stored.split("\n"), found.split("\n"))
    length = max(map(len, both))
    first, second = (one + [""] * (length - len(one)) for one in both)
    yield next(Difference(what, *pair) for pair in zip(first, second, strict=True) if pair[0] != pair[1])


def _text(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _presence(value: object) -> str:
    return "None" if value is None else "a tensor"
