"""A surface seen from above: filled bands between lines of equal height, and the heights written on the lines."""

from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from contourpy import FillType, LineType, contour_generator
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from perceptron_gui.core.snapshot import FloatArray
from perceptron_gui.ui.plots.contours.room import Pixels, Room, ToPixels
from perceptron_gui.ui.plots.labels import Label, Labels
from perceptron_gui.ui.theme import Colors

MOST_BANDS = 12
_MOST_STEPS = 8
_FLAT = 1e-5
"""What differs by less than this part of it is as good as flat: float32 ends at 6e-8, and sums lose some of that."""
_DEEPEST = 0.55
_APART = 25
"""Pixels between the heights of two lines, so that they do not pile up."""
_BEHIND = -10
"""Below the data."""


class Bands:
    """The lower, the deeper the colour. Items stand in pixels on the view box: no range is too small or too large.

    What is old is grey and has no numbers.
    """

    def __init__(self, view_box: Any) -> None:
        self.levels: tuple[float, ...] = ()
        self.lines: list[list[Pixels]] = []
        """Of each level its lines, (points, 2) each, in data coordinates."""
        self._fills: list[tuple[Pixels, npt.NDArray[np.int32]]] = []
        self._is_old = False
        self.fill_items = [QGraphicsPathItem(view_box) for _ in range(MOST_BANDS)]
        self.line_item = QGraphicsPathItem(view_box)
        for item in (*self.fill_items, self.line_item):
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            item.setZValue(_BEHIND)
            item.setPen(QPen(Qt.PenStyle.NoPen))

    def clear(self) -> None:
        """Show nothing."""
        self.levels, self.lines, self._fills = (), [], []

    def set_surface(self, first: FloatArray, second: FloatArray, heights: FloatArray) -> None:
        """Take heights (rows, columns) over the places `first` (columns,) and `second` (rows,)."""
        self.clear()
        is_finite = np.isfinite(heights)
        if not is_finite.any() or min(heights.shape) < 2:
            return
        low, high = float(heights[is_finite].min()), float(heights[is_finite].max())
        drawn = heights.astype(np.float64)
        self.levels = round_levels(low, high)
        generator: Any = contour_generator(
            first.astype(np.float64),
            second.astype(np.float64),
            drawn if is_finite.all() else np.ma.masked_array(drawn, ~is_finite),
            line_type=LineType.Separate,
            fill_type=FillType.OuterOffset,
        )
        self.lines = [list(generator.lines(level)) for level in self.levels]
        edges = (low - 1 - abs(low), *self.levels, high + 1 + abs(high))
        for lower, upper in pairwise(edges):
            points, offsets = generator.filled(lower, upper)
            if not points:
                self._fills.append((np.empty((0, 2)), np.empty(0, np.int32)))
                continue
            joined = [np.ones(len(ring), np.int32) for ring in points]
            for connect, ends in zip(joined, offsets, strict=True):
                connect[ends[1:].astype(np.int64) - 1] = 0
            self._fills.append((np.concatenate(points), np.concatenate(joined)))

    def set_old(self, is_old: bool) -> None:
        """Mark what is shown as that of an earlier state; `paint` and `arrange` afterwards."""
        self._is_old = is_old

    def paint(self, colors: Colors) -> None:
        """Give the bands their colours."""
        count = len(self._fills)
        hue = colors.stale if self._is_old else colors.muted
        for index, item in enumerate(self.fill_items[:count]):
            depth = _DEEPEST * (1 - index / max(count - 1, 1))
            item.setBrush(QBrush(blended(colors.base, hue, depth)))
        pen = QPen(blended(colors.base, colors.muted, 0.8), 1)
        pen.setStyle(Qt.PenStyle.DotLine if self._is_old else Qt.PenStyle.SolidLine)
        self.line_item.setPen(pen)

    @staticmethod
    def is_darker_below(colors: Colors) -> bool:
        """Whether a deeper colour is a darker one."""
        return QColor(colors.muted).lightness() < QColor(colors.base).lightness()

    def arrange(self, to_pixels: ToPixels, labels: Labels, room: Room) -> list[Label]:
        """Place everything; return the heights, each on its line where there is room for it."""
        for item, (points, joined) in zip(self.fill_items, self._fills, strict=False):
            across, down = to_pixels(points[:, 0], points[:, 1])
            path = pg.arrayToQPath(across, down, connect=joined) if points.size else QPainterPath()
            path.setFillRule(Qt.FillRule.OddEvenFill)
            item.setPath(path)
        for item in self.fill_items[len(self._fills) :]:
            item.setPath(QPainterPath())
        placed: list[Label] = []
        spots: list[tuple[float, float, float]] = []
        pieces: list[Pixels] = []
        for level, lines in zip(self.levels, self.lines, strict=True):
            drawn = [np.column_stack(to_pixels(line[:, 0], line[:, 1])) for line in lines]
            text = "" if self._is_old else self.text(level)
            width, height = labels.width(text), labels.height
            spot = _spot(drawn, width, height, room, spots) if text else None
            if spot is not None:
                placed.append(Label(text, *spot))
                spots.append((*spot, width))
                drawn = [_without(line, spot, width / 2 + 2, height / 2) for line in drawn]
            pieces += drawn
        path = QPainterPath()
        if pieces:
            gap = np.full((1, 2), np.nan)
            whole = np.concatenate([part for piece in pieces for part in (piece, gap)])
            path = pg.arrayToQPath(whole[:, 0], whole[:, 1], connect="finite")
        self.line_item.setPath(path)
        return placed

    def text(self, level: float) -> str:
        """Return a level with as many digits as tell it from its neighbours."""
        if level == 0 or len(self.levels) < 2:
            return f"{level:.6g}"
        step = min(self.levels[1] - self.levels[0], abs(level))
        digits = floor(log10(abs(level)) + 1e-9) - floor(log10(step) + 1e-9) + 1
        return f"{level:.{max(digits, 1)}g}"


def round_levels(low: float, high: float) -> tuple[float, ...]:
    """Return round numbers between two heights, fewer than MOST_BANDS; none where it is flat.

    They are equally far apart, but for some more next to 0, where a valley would else be empty.
    """
    if not high - low > _FLAT * max(abs(low), abs(high)):
        return ()
    raw = (high - low) / _MOST_STEPS
    power = 10.0 ** floor(log10(raw))
    step = next(digit * power for digit in (1, 2, 5, 10, 20) if digit * power >= raw)
    counts = [0.1, 0.2, 0.5] if 0 <= low < step else []
    levels = [float(f"{count * step:.12g}") for count in (*counts, *range(ceil(low / step), floor(high / step) + 1))]
    return tuple(level for level in levels if low < level < high and level != 0)


def blended(first: str, second: str, share: float) -> QColor:
    """Return the first colour with so much of the second."""
    one, other = QColor(first).getRgb()[:3], QColor(second).getRgb()[:3]  # type: ignore[index]
    return QColor(*(round(a + share * (b - a)) for a, b in zip(one, other, strict=True)))


def _without(line: Pixels, spot: tuple[float, float], half_width: float, half_height: float) -> Pixels:
    """Return a line with a gap where a text stands."""
    inside = (np.abs(line[:, 0] - spot[0]) < half_width) & (np.abs(line[:, 1] - spot[1]) < half_height)
    return np.where(inside[:, None], np.nan, line)


def _spot(
    lines: list[Pixels], width: float, height: float, room: Room, others: list[tuple[float, float, float]]
) -> tuple[float, float] | None:
    """Return a free place for a text on the longest of the lines, as near to its middle as can be.

    It is not near `others`: texts of their widths, by their middles.
    """
    if not lines:
        return None
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines]
    longest = int(np.argmax(lengths))
    if not lengths[longest] > 3 * width:
        return None
    line = lines[longest]
    line = line[np.argsort(np.abs(np.arange(len(line)) - len(line) / 2), kind="stable")]
    for x, y, wide in others:
        is_near = (np.abs(line[:, 0] - x) < (width + wide) / 2 + _APART) & (np.abs(line[:, 1] - y) < _APART)
        line = line[~is_near]
    index = room.first_free(line, width, height)
    return None if index is None else (float(line[index, 0]), float(line[index, 1]))
