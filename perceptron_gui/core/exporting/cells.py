"""A history as cells that run: what scripts and notebooks are made of.

Run one after the other by plain Python, with `torch` imported, they leave x, y_true, W, b, z, y_pred, loss and the
gradients with the very bits of the shown state. They run on the CPU, wherever the entries were done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from perceptron_gui import __version__
from perceptron_gui.core import lines
from perceptron_gui.core.actions import CPU, Configure, Operation, Ran, Start, SwitchDevice
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import Config, Snapshot

BEGINNING = "import torch\n\ntorch.set_num_threads(1)  # as the program does: more of them may add in another order"
"""What stands before the first cell's lines."""
_SETTINGS = frozenset(field.name for field in fields(Config))
# What comes from a file is written only if it looks like this: it stands in comments and in Markdown.
_VERSION = re.compile(r"[0-9A-Za-z.+]{1,40}")
_DEVICE = re.compile(r"[a-z]{1,20}(:[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry.

    `number` counts from 1, as the window does. `code` are lines that run, or a comment where there are none. `shows`
    names the tensors that PyTorch printed then; `output` is what was printed, of them or of the caught exception.
    """

    number: int
    code: str
    shows: tuple[str, ...] = ()
    output: str = ""


def cells(history: History, watch: Watch = unwatched) -> Iterator[Cell]:
    """Yield the entries up to the shown one; the first brings its whole state, whatever came before it."""
    shown = history.path
    before: Snapshot | None = None
    for number, entry in enumerate(shown, 1):
        watch(number - 1, len(shown))
        yield _cell(number, entry, before)
        before = entry.snapshot


def about(history: History) -> list[str]:
    """Say in a few sentences what a file made of the cells is, and where its numbers come from."""
    shown = history.path
    versions = _matching(_VERSION, (entry.environment.torch for entry in shown if entry.environment is not None))
    others = _matching(_DEVICE, (entry.device for entry in shown if entry.device != CPU))
    recorded_with = f"torch {', '.join(versions)}" if versions else "an unknown version of torch"
    said = [
        f"One layer, trained step by step: a session of perceptron-gui {__version__} as lines of PyTorch.",
        f"Recorded with {recorded_with}; the next seed is {history.current.config.seed:d}.",
        "Needs torch alone, and runs on the CPU.",
        "In the end x, y_true, W, b, y_pred, loss and the gradients in .grad hold the bits they had in the program.",
    ]
    if any(entry.device != CPU for entry in shown):
        said.append(f"Parts were recorded on {', '.join(others) or 'another device'}: there last digits may differ.")
    if not isinstance(shown[0].action, Start):
        said.append("It begins with a whole state: the program no longer had the steps before it.")
    return said


def _cell(number: int, entry: Entry, before: Snapshot | None) -> Cell:
    entry = _on_cpu(entry)
    code = lines.runnable(entry, before) or _comment(entry)
    if before is None:
        return Cell(number, code)
    if entry.refusal is not None:
        return Cell(number, code, output=f"{entry.refusal}\n")
    # The program prints of a run what its last Update changed.
    printing = Operation.UPDATE if isinstance(entry.action, Ran) else entry.action
    if isinstance(printing, Operation) and entry.printed:
        return Cell(number, code, lines.PRINTED[printing], f"{entry.printed}\n")
    return Cell(number, code)


def _on_cpu(entry: Entry) -> Entry:
    if isinstance(entry.action, SwitchDevice):
        entry = replace(entry, action=SwitchDevice(CPU))
    return replace(entry, device=CPU)


def _comment(entry: Entry) -> str:
    """Say what an entry did that only changes later lines."""
    if isinstance(entry.action, Configure) and entry.action.field in _SETTINGS:
        return f"# {entry.action.field} = {getattr(entry.snapshot.config, entry.action.field)}"
    return "# rows: all" if entry.snapshot.rows is None else "# the same rows"


def _matching(pattern: re.Pattern[str], found: Iterator[str]) -> list[str]:
    return [text for text in dict.fromkeys(found) if pattern.fullmatch(text)]
