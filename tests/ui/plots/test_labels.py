from itertools import pairwise

import pytest

from perceptron_gui.ui.plots.labels import in_two_lines
from perceptron_gui.ui.plots.weights import element, spread


def test_labels_that_are_apart_stay_where_they_are() -> None:
    assert spread([10, 40, 80], 20, 0, 100) == [10, 40, 80]


def test_labels_that_collide_move_apart_around_their_middle() -> None:
    assert spread([50, 50], 20, 0, 100) == [40, 60]
    assert spread([10, 50, 52, 54], 20, 0, 100) == [10, 32, 52, 72]


def test_labels_stay_inside() -> None:
    assert spread([0, 0, 0], 20, 5, 100) == [5, 25, 45]
    assert spread([100, 100, 100], 20, 5, 95) == [55, 75, 95]
    assert spread([], 20, 0, 100) == []


def test_equal_places_keep_their_order() -> None:
    places = spread([5, 5, 90, 91, 92], 18, 9, 100)
    assert all(second - first >= 18 - 1e-9 for first, second in pairwise(places))


@pytest.mark.parametrize(
    ("text", "broken"), [("older state", "older\nstate"), ("word", "word"), ("a bb cc d", "a bb\ncc d")]
)
def test_a_text_is_broken_near_its_middle(text: str, broken: str) -> None:
    assert in_two_lines(text) == broken


def test_parameters_are_named_in_row_order() -> None:
    assert [element(i, 2, 2) for i in range(6)] == ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]", "b[0]", "b[1]"]
