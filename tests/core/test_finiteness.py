"""Whether an array is finite is what NumPy says of all of it, however large it is and however often one asks."""

import gc
import weakref

import numpy as np
import pytest

from perceptron_gui.core import finiteness
from perceptron_gui.core.finiteness import is_finite
from perceptron_gui.core.snapshot import frozen

LARGE = 2**18 + 3


@pytest.mark.parametrize("size", [1, LARGE])
@pytest.mark.parametrize("value", [0.0, 3.4e38, -3.4e38, 1e-45, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, -1])
def test_one_number_anywhere_decides(size: int, value: float, place: int) -> None:
    numbers = np.full(size, 3.4e38, np.float32)
    numbers[place] = value
    array = frozen(numbers)
    assert is_finite(array) is is_finite(array) is bool(np.isfinite(array).all())


def test_a_matrix_is_looked_at_whole() -> None:
    numbers = np.zeros((513, 514), np.float32)
    assert is_finite(frozen(numbers))
    numbers[512, 513] = np.inf
    assert not is_finite(frozen(numbers))


def test_what_is_known_keeps_no_array_alive_and_goes_with_it() -> None:
    array = frozen(np.zeros(LARGE))
    is_finite(array)
    known, gone = len(finiteness._known), weakref.ref(array)
    del array
    gc.collect()
    assert gone() is None
    assert len(finiteness._known) == known - 1
