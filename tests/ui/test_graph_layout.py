"""No two nodes overlap, and no edge runs through a node, whatever the graph."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.ui.graph.layout import Box, Edges, Layout, Point, Size, lay_out, layers
from tests.strategies import thoroughly

NOTEBOOK = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (4, 6), (5, 7), (7, 8))
"""Sum, Pow, Sub, Sigmoid, Add, Squeeze, AccumulateGrad of b, Mm, AccumulateGrad of W."""
NEAR = 1e-6


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[tuple[int, int]]]:
    """Draw graphs without a circle, some of them in several pieces, some with the same edge twice."""
    count = draw(st.integers(1, 12))
    sides = st.floats(1, 200)
    sizes = draw(st.lists(st.tuples(sides, sides), min_size=count, max_size=count))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    drawn = draw(st.lists(pairs, max_size=20)) if count > 1 else []
    return sizes, [(min(pair), max(pair)) for pair in drawn]


def overlap(first: Box, second: Box) -> bool:
    return (
        first.x < second.right - NEAR
        and second.x < first.right - NEAR
        and first.y < second.bottom - NEAR
        and second.y < first.bottom - NEAR
    )


def touches(start: Point, end: Point, box: Box) -> bool:
    """Whether the rectangle between two points has anything inside a box."""
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < box.right - NEAR and right > box.x + NEAR and top < box.bottom - NEAR and bottom > box.y + NEAR


def longest(node: int, edges: Edges) -> int:
    return max((1 + longest(given, edges) for consumer, given in edges if consumer == node), default=0)


@given(graphs(), st.integers(1, 5))
@thoroughly
def test_nothing_overlaps_and_no_edge_runs_through_a_node(
    graph: tuple[list[Size], list[tuple[int, int]]], bands: int
) -> None:
    sizes, edges = graph
    layout = lay_out(sizes, edges, bands)
    assert layout.bands <= bands
    for (width, height), box in zip(sizes, layout.boxes, strict=True):
        assert box.width >= width
        assert box.height == height
        assert box.x >= 0
        assert box.y >= -NEAR
        assert box.right <= layout.size[0] + NEAR
        assert box.bottom <= layout.size[1] + NEAR
    assert not [pair for pair in combinations(layout.boxes, 2) if overlap(*pair)]
    for route in layout.routes:
        for start, end in pairwise(route):
            assert not [box for box in layout.boxes if touches(start, end, box)]
        assert all(-NEAR <= x <= layout.size[0] + NEAR and -NEAR <= y <= layout.size[1] + NEAR for x, y in route)


@given(graphs(), st.integers(1, 5))
@thoroughly
def test_each_edge_leads_from_the_right_of_its_input_to_the_left_of_its_consumer(
    graph: tuple[list[Size], list[tuple[int, int]]], bands: int
) -> None:
    sizes, edges = graph
    layout = lay_out(sizes, edges, bands)
    for (consumer, given_), route in zip(edges, layout.routes, strict=True):
        first, last = layout.boxes[given_], layout.boxes[consumer]
        assert route[0] == (first.right, first.middle)
        assert route[-1][0] == last.x
        assert last.y <= route[-1][1] <= last.bottom


@given(graphs())
@thoroughly
def test_layers_are_longest_paths(graph: tuple[list[Size], list[tuple[int, int]]]) -> None:
    sizes, edges = graph
    found = layers(len(sizes), edges)
    assert found == tuple(longest(node, edges) for node in range(len(sizes)))
    layout = lay_out(sizes, edges, 1)
    for consumer, given_ in edges:
        assert layout.boxes[given_].right < layout.boxes[consumer].x


def of_notebook(bands: int) -> Layout:
    return lay_out([(80.0, 40.0)] * 9, NOTEBOOK, bands)


def test_the_one_layer_graph_is_a_straight_line_with_b_below_it() -> None:
    layout = of_notebook(1)
    assert layout.layers == (7, 6, 5, 4, 3, 2, 0, 1, 0)
    *chain, b = (*(layout.boxes[node] for node in (8, 7, 5, 4, 3, 2, 1, 0)), layout.boxes[6])
    assert len({box.middle for box in chain}) == 1
    assert [box.x for box in chain] == sorted(box.x for box in chain)
    assert b.x == chain[0].x
    assert b.y > chain[0].bottom


@pytest.mark.parametrize("bands", [2, 3, 4])
def test_more_bands_are_narrower_and_read_from_left_to_right(bands: int) -> None:
    layout = of_notebook(bands)
    assert layout.bands == bands
    assert layout.size[0] < of_notebook(bands - 1).size[0]
    assert layout.size[1] > of_notebook(bands - 1).size[1]
    order = [layout.boxes[node] for node in (8, 7, 5, 4, 3, 2, 1, 0)]
    for before, after in pairwise(order):
        assert after.x > before.x or after.y > before.bottom


def test_two_edges_between_the_same_nodes_are_two_lines() -> None:
    layout = lay_out([(80.0, 40.0)] * 2, ((0, 1), (0, 1)), 1)
    assert layout.routes[0] != layout.routes[1]


def test_no_node_is_no_trouble() -> None:
    assert lay_out([], (), 1).boxes == ()
