"""Whether a large array has a nan or an inf: looked at once, on the worker, and known from then on."""

import math
import weakref

import numpy as np

from perceptron_gui.core.snapshot import FloatArray, Snapshot, owner

_HANDFUL = 32
"""So many numbers are looked at sooner one by one."""
_FEW = 2**16
"""Of so many numbers nothing is remembered: they may be looked at again after a change."""
_known: dict[int, tuple["weakref.ref[FloatArray]", bool]] = {}


def is_finite(array: FloatArray) -> bool:
    """Whether there is no nan and no inf in an array; a larger one than _FEW is one that nobody can write to."""
    if array.size <= _HANDFUL:
        return all(map(math.isfinite, array.ravel().tolist()))
    if array.size <= _FEW:
        return bool(np.isfinite(array).all())
    whole = owner(array)
    if whole.size != array.size:
        whole = array
    key = id(whole)
    known = _known.get(key)
    if known is not None and known[0]() is whole:
        return known[1]
    with np.errstate(all="ignore"):
        # Quicker: with a nan or an inf in it no sum is finite; without, it may still overflow.
        found = bool(np.isfinite(array.sum()) or np.isfinite(array).all())
    _known[key] = weakref.ref(whole, lambda gone: _forget(key, gone)), found
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
