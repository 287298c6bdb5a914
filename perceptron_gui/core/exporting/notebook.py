"""A history as a Jupyter notebook."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

from perceptron_gui.core.exporting.cells import BEGINNING, Cell, about, cells
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import History

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(history: History, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield the notebook piece by piece: a cell an entry, with what PyTorch printed as its output.

    It is one by the format's own checker.
    """
    made: list[dict[str, Any]] = [_text("\n\n".join(about(history)))]
    made += (_code(cell) for cell in cells(history, watch))
    whole = {"cells": made, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    # Imported late: it takes half as long as all else before the window is shown. Its own constructors would check
    # every cell by itself, which takes 15 times as long.
    importlib.import_module("nbformat").validate(whole)
    head, tail = json.dumps(whole | {"cells": []}, indent=1).split("[]")
    yield f"{head}[\n".encode()
    for number, cell in enumerate(made, 1):
        watch(number, len(made))
        # A half of a surrogate pair is written as JSON escapes it.
        yield json.dumps(cell, ensure_ascii=False, indent=1).encode(errors="backslashreplace")
        yield b",\n" if number < len(made) else b"\n"
    yield f"]{tail}\n".encode()


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "about", "metadata": {}, "source": source}


def _code(cell: Cell) -> dict[str, Any]:
    printing = [f'print("{name} =", {name})' for name in cell.shows]
    begun = [f"{BEGINNING}\n"] if cell.number == 1 else []
    outputs = [{"output_type": "stream", "name": "stdout", "text": cell.output}] if cell.output else []
    return {
        "cell_type": "code",
        "id": f"entry-{cell.number}",
        "metadata": {},
        "execution_count": cell.number,
        "source": "\n".join([*begun, cell.code, *printing]),
        "outputs": outputs,
    }
