"""Whether a large array has a nan or an inf: looked at once, on the worker, and known from then on."""

import weakref

import numpy as np

from perceptron_gui.core.snapshot import FloatArray, Snapshot

_CHUNK = 2**16
"""Numbers looked at a time: they stay in the processor's cache. Of fewer nothing is remembered."""
_known: dict[int, tuple["weakref.ref[FloatArray]", bool]] = {}


def is_finite(array: FloatArray) -> bool:
    """Whether there is no nan and no inf in an array that nobody can write to."""
    if array.size <= _CHUNK:
        return bool(np.isfinite(array).all())
    known = _known.get(id(array))
    if known is not None and known[0]() is array:
        return known[1]
    numbers = array.reshape(-1)
    found = all(np.isfinite(numbers[start : start + _CHUNK]).all() for start in range(0, numbers.size, _CHUNK))
    key = id(array)
    _known[key] = weakref.ref(array, lambda gone: _forget(key, gone)), found
    return found


def look_at(snapshot: Snapshot) -> None:
    """Find out about all that a phase changes, so that nobody has to wait for it later."""
    for array in (snapshot.W, snapshot.b, snapshot.W_grad, snapshot.b_grad):
        if array is not None:
            is_finite(array)


def _forget(key: int, gone: "weakref.ref[FloatArray]") -> None:
    known = _known.get(key)
    if known is not None and known[0] is gone:
        del _known[key]
