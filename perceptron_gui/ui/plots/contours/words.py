"""What the contour says: in notes, in its legend and under the pointer."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QCoreApplication

from perceptron_gui.core import lines
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Element, Snapshot
from perceptron_gui.ui import sentences
from perceptron_gui.ui.plots.contours import descent
from perceptron_gui.ui.plots.contours.descent import Moves
from perceptron_gui.ui.plots.contours.trail import Trail, rows_seen

translate = QCoreApplication.translate
_LONGEST = 20


def about_slices() -> str:
    """Say what the surface is, and what it is not."""
    return translate(
        "ContourPlot",
        "The surface is a slice of the loss at the present values of all other parameters.\n"
        "Earlier points of the path lie on other slices.",
    )


def slice_note() -> str:
    """Say it in short."""
    return translate("ContourPlot", "all other parameters as they are now")


def of_rows(rows: tuple[int, ...]) -> str:
    """Say whose loss it is."""
    return translate("ContourPlot", "loss of {x}").format(x=f"x{lines.taken_rows(rows)}")


def of_all_rows() -> str:
    """Say whose loss it is where Forward takes a part."""
    return translate("ContourPlot", "loss of all rows")


def of_depth(*, is_darker: bool) -> str:
    """Say what the colours mean."""
    return translate("ContourPlot", "darker: lower") if is_darker else translate("ContourPlot", "lighter: lower")


def of_point(trail: Trail, index: int, elements: tuple[Element, Element | None], *, is_twin: bool) -> list[str]:
    """Say which point of a path it is, and where."""
    count = int(trail.updates[index])
    texts = {
        (False, True): translate("ContourPlot", "after 1 update"),
        (False, False): translate("ContourPlot", "after {count} updates"),
        (True, True): translate("ContourPlot", "the twin after 1 update"),
        (True, False): translate("ContourPlot", "the twin after {count} updates"),
    }
    where = [(element, trail.places[index, axis]) for axis, element in enumerate(elements) if element is not None]
    return [texts[is_twin, count == 1].format(count=count), _values(where)]


def of_earlier(loss: float, *, is_twin: bool, is_curve: bool) -> list[str]:
    """Say which loss a Forward gave at a point of a path, and that a surface does not know it."""
    text = (
        translate("ContourPlot", "loss of its last Forward at this count: {loss}")
        if is_twin
        else translate("ContourPlot", "loss of the last Forward there: {loss}")
    )
    said = [] if np.isnan(loss) else [text.format(loss=full_text(loss))]
    return said if is_curve else [*said, translate("ContourPlot", "the heights drawn are not those of this point")]


def of_present(on_surface: float | None, moves: Moves, snapshot: Snapshot) -> list[str]:
    """Say the loss at the present point, and where the gradients point, which may be those of another state."""
    said, forward = [], None if snapshot.stale else snapshot.forward
    is_of_surface = forward is not None and forward.rows == rows_seen(snapshot)
    if forward is not None:
        whose = "loss" if is_of_surface or forward.rows is None else of_rows(forward.rows)
        said.append(f"{whose} = {full_text(float(forward.loss))}")
    if on_surface is not None and not is_of_surface:
        said += [translate("ContourPlot", "loss here, read off the surface: {loss}").format(loss=f"{on_surface:.4g}")]
    about = [sentences.stale(moves.stale)] if moves.stale and moves.stored is not None else []
    return [*said, *descent.said(moves), *about]


def of_click(aim: tuple[tuple[Element, float], ...]) -> str:
    """Say what a click would do."""
    return translate("ContourPlot", "click: {values}").format(values=_values(aim))


def of_place(x: float, y: float, loss: float) -> str:
    """Say the loss at a place of the grid."""
    return translate("ContourPlot", "loss at the nearest grid point ({x}, {y}): {loss}").format(
        x=f"{x:.4g}", y=f"{y:.4g}", loss=f"{loss:.4g}"
    )


def refused(text: str, snapshot: Snapshot) -> str:
    """Say which names there are."""
    shortened = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    last = [lines.parameter(Element(name, row, snapshot.k - 1)) for name, row in (("W", snapshot.n - 1), ("b", 0))]
    return translate("ContourPlot", "“{text}” is no parameter: W[0, 0] to {W}, b[0] to {b}").format(
        text=shortened, W=last[0], b=last[1]
    )


def too_many_samples() -> str:
    """Say why there is no surface."""
    return translate("ContourPlot", "too many samples for a surface: mark some rows")


def failed() -> str:
    """Say that the worker had no answer."""
    return translate("ContourPlot", "the surface could not be computed")


def flat() -> str:
    """Say why there are no lines."""
    return translate("ContourPlot", "the loss is flat here")


def cut(points: int) -> str:
    """Say that the path is longer."""
    return translate("ContourPlot", "the last {count} points of the path").format(count=points)


def _values(numbers: Iterable[tuple[Element, float]]) -> str:
    return ", ".join(f"{lines.parameter(element)} = {full_text(number)}" for element, number in numbers)
