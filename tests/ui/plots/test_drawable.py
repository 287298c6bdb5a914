"""What is drawn of many points: few of them, and no peak and no gap is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from perceptron_gui.ui.plots.curves import Numbers
from perceptron_gui.ui.plots.updates_plot import drawable


def _counts(points: int) -> Numbers:
    return np.arange(points, dtype=np.float64) * 3 + 7


def test_few_points_are_drawn_as_they_are() -> None:
    values = np.array([[1, 2], [np.inf, 3], [np.nan, 4], [-np.inf, 5]], np.float32)

    counts, drawn = drawable(_counts(4), values, 2)

    np.testing.assert_array_equal(counts, np.array([[7, 7], [10, 10], [13, 13], [16, 16]]))
    np.testing.assert_array_equal(drawn, np.array([[1, 2], [np.nan, 3], [np.nan, 4], [np.nan, 5]]))


def test_nothing_is_drawn_of_nothing() -> None:
    counts, drawn = drawable(np.empty(0), np.empty((0, 0), np.float32), 1)

    assert counts.shape == drawn.shape == (0, 0)


@pytest.mark.parametrize("columns", [1, 3, 27, 40])
def test_what_is_drawn_is_bounded_however_many_points_there_are(columns: int) -> None:
    values = np.random.default_rng(1).normal(size=(60_000, columns)).astype(np.float32)

    counts, drawn = drawable(_counts(len(values)), values, 500)

    assert counts.shape == drawn.shape
    assert len(drawn) <= 3 * 500
    np.testing.assert_array_equal(drawn.min(axis=0), values.min(axis=0))
    np.testing.assert_array_equal(drawn.max(axis=0), values.max(axis=0))


@given(
    values=npst.arrays(
        np.float32,
        st.tuples(st.integers(1, 60), st.integers(1, 3)),
        elements=st.floats(-4, 4, width=32) | st.sampled_from([np.inf, -np.inf, np.nan]),
    )
)
def test_each_column_shows_the_extremes_and_the_gaps_of_every_stretch(values: np.ndarray) -> None:
    most = 6
    counts, drawn = drawable(_counts(len(values)), values, most)

    size = max((len(values) - 1) // most, 1)
    for column in range(values.shape[1]):
        places = (counts[:, column] - 7) / 3
        assert (np.diff(places) >= 0).all()
        assert places[-1] == len(values) - 1
        shown = values[places.astype(int), column]
        np.testing.assert_array_equal(drawn[:, column], np.where(np.isfinite(shown), shown, np.nan))
        for begin in range(0, len(values), size):
            stretch = values[begin : begin + size, column]
            finite = stretch[np.isfinite(stretch)]
            seen = drawn[(places >= begin) & (places < begin + size), column]
            if finite.size:
                assert np.nanmin(seen) == finite.min()
            if finite.size < stretch.size:
                assert np.isnan(seen).any()
            else:
                assert seen.max() == finite.max()
