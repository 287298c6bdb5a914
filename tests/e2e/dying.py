"""A file whose verification ends the process that does it; without PyTorch, because every process imports it."""

import os
from pathlib import Path

from perceptron_gui import verifying
from perceptron_gui.verifying import Report


def report_on(file: Path, preset: str | None = None, start: Path | None = None, limit: float = 0) -> Report:
    """Die as of a fault in memory, without a word, of each file that is called deadly; others hold."""
    assert preset is None
    assert start is None
    assert limit == verifying.LIMIT
    if file.name.startswith("deadly"):
        os._exit(9)
    return Report(str(file), holds=True)
