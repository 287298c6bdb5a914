"""What the contour says: in notes, in its legend and under the pointer."""

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core import guidance, lines
from perceptron_gui.core.parsing import full_text
from perceptron_gui.core.snapshot import Element, Snapshot
from perceptron_gui.ui import sentences
from perceptron_gui.ui.plots.contours import descent
from perceptron_gui.ui.plots.contours.descent import Moves
from perceptron_gui.ui.plots.contours.trail import Trail

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


def of_point(trail: Trail, index: int, elements: tuple[Element, Element | None], *, is_twin: bool) -> list[str]:
    """Say which point of a path it is, and where."""
    count = int(trail.updates[index])
    texts = {
        (False, True): translate("ContourPlot", "after 1 update"),
        (False, False): translate("ContourPlot", "after {count} updates"),
        (True, True): translate("ContourPlot", "the twin after 1 update"),
        (True, False): translate("ContourPlot", "the twin after {count} updates"),
    }
    place = trail.places[index]
    names = [(name_of(element) if element is not None else "loss") for element in elements]
    said = [f"{name} = {full_text(number)}" for name, number in zip(names, place, strict=True)]
    return [texts[is_twin, count == 1].format(count=count), ", ".join(said)]


def of_present(loss: float | None, moves: Moves, snapshot: Snapshot) -> list[str]:
    """Say the loss at the present point, and where the gradients point, which may be those of another state."""
    said = [] if loss is None else [f"loss = {full_text(loss)}"]
    stale = guidance.stale_gradient(snapshot)
    about = [sentences.stale(stale)] if stale and moves.stored is not None else []
    return [*said, *descent.said(moves), *about]


def of_click(aim: tuple[tuple[Element, float], ...]) -> str:
    """Say what a click would do."""
    values = ", ".join(f"{name_of(element)} = {full_text(number)}" for element, number in aim)
    return translate("ContourPlot", "click: {values}").format(values=values)


def of_place(x: float, y: float, loss: float) -> str:
    """Say the loss at a place of the grid."""
    return translate("ContourPlot", "loss at the nearest grid point ({x}, {y}): {loss}").format(
        x=f"{x:.4g}", y=f"{y:.4g}", loss=full_text(loss)
    )


def refused(text: str, snapshot: Snapshot) -> str:
    """Say which names there are."""
    shortened = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    last = [name_of(Element(name, row, snapshot.k - 1)) for name, row in (("W", snapshot.n - 1), ("b", 0))]
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


def name_of(element: Element) -> str:
    """Return how PyTorch indexes an element of W or b."""
    return lines.element(element.name, element.row, element.column, 0)
