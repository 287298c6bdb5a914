"""Where the nodes of a graph stand: layers from left to right, in one band or in several below each other. No Qt.

Edges are (consumer, input), as `next_functions` gives them; what has no input stands at the left. An edge over several
layers has a lane of its own in each of them, so none runs through a node.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Edges = Sequence[tuple[int, int]]
Size = tuple[float, float]
"""Width, height."""
Point = tuple[float, float]

COLUMN_GAP = 16.0
ROW_GAP = 10.0
LANE = 7.0
"""Room for one edge beside, above or below the nodes."""
_PORT = 10.0


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Its height at half."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Nodes, and for each edge the points of its way from the input to the consumer; all within (0, 0) and `size`.

    Between two points that differ in both coordinates, anything within their rectangle is free.
    """

    boxes: tuple[Box, ...]
    routes: tuple[tuple[Point, ...], ...]
    layers: tuple[int, ...]
    bands: int
    size: Size


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a layer: of a node, or of an edge that passes."""

    node: int = -1
    edge: int = -1


def layers(count: int, edges: Edges) -> tuple[int, ...]:
    """Return the layer of each of `count` nodes: the longest way to it from a node that has no input."""
    inputs: list[list[int]] = [[] for _ in range(count)]
    for consumer, given in edges:
        inputs[consumer].append(given)
    found: dict[int, int] = {}
    for start in range(count):
        path = [start]
        while path:
            node = path[-1]
            unknown = [given for given in inputs[node] if given not in found]
            if node in found or not unknown:
                path.pop()
                found.setdefault(node, max((found[given] + 1 for given in inputs[node]), default=0))
            else:
                path.append(unknown[0])
    return tuple(found[node] for node in range(count))


def lay_out(sizes: Sequence[Size], edges: Edges, most_bands: int) -> Layout:
    """Return where nodes of these sizes stand, their layers in at most so many bands."""
    layer_of = layers(len(sizes), edges)
    slots = _ordered(layer_of, edges)
    per_band = -(-len(slots) // most_bands) if slots else 1
    bands = [slots[start : start + per_band] for start in range(0, len(slots), per_band)]
    wraps = [sum(1 for consumer, given in edges if layer_of[given] < cut <= layer_of[consumer])
             for cut in range(per_band, len(slots), per_band)]  # fmt: skip
    margin = LANE * (max(wraps) + 1) if wraps else 0.0
    columns = _columns(bands, sizes, margin)
    boxes: dict[int, Box] = {}
    passing: dict[tuple[int, int], float] = {}
    y, bottoms = 0.0, []
    for number, band in enumerate(bands):
        rows = _rows(band, sizes, y)
        for column, layer in enumerate(band):
            for (top, height), slot in zip(rows, layer, strict=False):
                if slot.node >= 0:
                    x, width = columns[column]
                    box_height = sizes[slot.node][1]
                    boxes[slot.node] = Box(x, top + (height - box_height) / 2, width, box_height)
                else:
                    passing[slot.edge, number * per_band + column] = top + height / 2
        bottoms.append(rows[-1][0] + rows[-1][1])
        y = bottoms[-1] + (LANE * (wraps[number] + 1) if number < len(wraps) else 0.0)
    placed = tuple(boxes[node] for node in range(len(sizes)))
    routes = _routes(edges, layer_of, placed, passing=passing, columns=columns, bottoms=bottoms)
    right = max((x + width for x, width in columns), default=0.0)
    return Layout(placed, routes, layer_of, len(bands), (right + margin, y))


def _ordered(layer_of: tuple[int, ...], edges: Edges) -> list[list[_Slot]]:
    """Return the slots of each layer from the top down: each as near to what consumes it as the order allows."""
    count = max(layer_of, default=-1) + 1
    slots: list[list[_Slot]] = [[] for _ in range(count)]
    # A consumer of each slot: in which layer it is what, and by which edge.
    consumers: dict[_Slot, list[tuple[_Slot, int]]] = {}
    lanes: dict[tuple[int, int], _Slot] = {}
    for number, (consumer, given) in enumerate(edges):
        lane = _Slot(edge=number)
        for layer in range(layer_of[given] + 1, layer_of[consumer]):
            lanes[number, layer] = lane
            slots[layer].append(lane)
        is_long = layer_of[consumer] - layer_of[given] > 1
        consumers.setdefault(_Slot(node=given), []).append((lane if is_long else _Slot(node=consumer), number))
    for node, layer in enumerate(layer_of):
        slots[layer].append(_Slot(node=node))
    position: dict[_Slot, float] = {}
    for layer in range(count - 1, -1, -1):
        ranks = {}
        for slot in slots[layer]:
            if slot.edge >= 0:
                end = edges[slot.edge][0]
                behind = [(slot if layer_of[end] - layer > 1 else _Slot(node=end), slot.edge)]
            else:
                behind = consumers.get(slot, [])
            places = [position.get(one, 0.0) for one, _ in behind]
            first = min((edge for _, edge in behind), default=slot.node)
            ranks[slot] = (sum(places) / len(places) if places else 0.0, first)
        slots[layer].sort(key=ranks.__getitem__)
        position |= {slot: float(place) for place, slot in enumerate(slots[layer])}
    return slots


def _columns(bands: list[list[list[_Slot]]], sizes: Sequence[Size], margin: float) -> list[tuple[float, float]]:
    """Return left edge and width of each column; they are the same in all bands."""
    found: list[tuple[float, float]] = []
    x = margin
    for column in range(len(bands[0]) if bands else 0):
        there = [slot for band in bands if column < len(band) for slot in band[column] if slot.node >= 0]
        width = max((sizes[slot.node][0] for slot in there), default=0.0)
        found.append((x, width))
        x += width + COLUMN_GAP
    return found


def _rows(band: list[list[_Slot]], sizes: Sequence[Size], y: float) -> list[tuple[float, float]]:
    """Return top and height of each row of a band."""
    found: list[tuple[float, float]] = []
    for row in range(max(len(layer) for layer in band)):
        nodes = [layer[row].node for layer in band if row < len(layer)]
        height = max([LANE, *(sizes[node][1] for node in nodes if node >= 0)])
        found.append((y, height))
        y += height + ROW_GAP
    return found


def _routes(
    edges: Edges,
    layer_of: tuple[int, ...],
    boxes: tuple[Box, ...],
    *,
    passing: dict[tuple[int, int], float],
    columns: list[tuple[float, float]],
    bottoms: list[float],
) -> tuple[tuple[Point, ...], ...]:
    """Return the way of each edge; from one band to the next it goes round the right end, below, and to the left."""
    ports = _ports(edges, boxes)
    wrapped = [0] * len(bottoms)
    routes: list[tuple[Point, ...]] = []
    for number, (consumer, given) in enumerate(edges):
        points: list[Point] = [(boxes[given].right, boxes[given].middle)]
        for layer in range(layer_of[given] + 1, layer_of[consumer] + 1):
            band, column = divmod(layer, len(columns))
            is_last = layer == layer_of[consumer]
            y = ports[number] if is_last else passing[number, layer]
            x, width = columns[column]
            if column == 0:
                wrapped[band - 1] += 1
                aside = LANE * wrapped[band - 1]
                right = columns[-1][0] + columns[-1][1] + aside
                below = bottoms[band - 1] + aside
                points += [(right, points[-1][1]), (right, below), (x - aside - LANE, below), (x - aside - LANE, y)]
            points.append((x, y))
            if not is_last:
                points.append((x + width, y))
        routes.append(tuple(points))
    return tuple(routes)


def _ports(edges: Edges, boxes: tuple[Box, ...]) -> list[float]:
    """Return at which height each edge enters its consumer: the first input straight, the others beside it."""
    found = [0.0] * len(edges)
    for consumer, box in enumerate(boxes):
        arriving = [number for number, edge in enumerate(edges) if edge[0] == consumer]
        step = min(_PORT, box.height / 2 / max(len(arriving), 1))
        for place, number in enumerate(arriving):
            found[number] = box.middle + place * step
    return found
