"""A history as a Python script."""

from collections.abc import Iterator
from textwrap import fill

from perceptron_gui.core.exporting.cells import BEGINNING, about, cells
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import History

_WIDTH = 100


def script(history: History, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the script piece by piece: all entries from the first kept one to the shown one, each under its number."""
    said = "\n".join(fill(sentence, _WIDTH, initial_indent="# ", subsequent_indent="# ") for sentence in about(history))
    yield f"{said}\n\n{BEGINNING}\n".encode()
    for cell in cells(history, watch):
        yield f"\n# [{cell.number}]\n{cell.code}\n".encode()
