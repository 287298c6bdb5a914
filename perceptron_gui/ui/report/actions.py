"""What was done, entry by entry, as the code view shows it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QCoreApplication

from perceptron_gui.core.actions import Operation, Ran
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import display_text, full_text
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui.code.cell import LineKind, Paragraph, paragraphs
from perceptron_gui.ui.report import markup

translate = QCoreApplication.translate
MOST_ENTRIES = 400
"""So many entries are shown whole: a hundred steps, some twenty pages."""
FIRST, LAST = 40, 160
"""Of more, so many at both ends, and of those between them what PyTorch refused."""
MOST_REFUSALS = 100
_ROWS_AT_ONCE = 40
_WIDTHS = (9, 78, 13)
"""Percent: the same in all the tables."""


def shown_of(history: History) -> list[int]:
    """Return the positions of the entries that are shown, in order."""
    count = history.index + 1
    if count <= MOST_ENTRIES:
        return list(range(count))
    refused = (position for position in range(FIRST, count - LAST) if history.entries[position].refusal is not None)
    between = [position for position, _ in zip(refused, range(MOST_REFUSALS), strict=False)]
    return [*range(FIRST), *between, *range(count - LAST, count)]


def tables(history: History, watch: Watch = unwatched) -> Iterator[str]:
    """Yield a row an entry, with the number that it has in the window, and a row for what is left out.

    They are tables of a few rows, for Qt holds everything up while it lays out one.
    """
    head = [
        markup.cell("In [n]", "name", is_header=True, width=_WIDTHS[0]),
        markup.cell("PyTorch", is_header=True, width=_WIDTHS[1]),
        markup.cell("loss", "number", is_header=True, width=_WIDTHS[2]),
    ]
    rows = _rows(history, watch)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield markup.table(some, "actions", head)
        head = []


def _rows(history: History, watch: Watch) -> Iterator[list[str]]:
    positions = shown_of(history)
    before = -1
    for done, position in enumerate(positions):
        watch(done, len(positions))
        if position > before + 1:
            yield _gap(before + 1, position)
        entry = history.entry if position == history.index else history.entries[position]
        yield _row(position, entry, history.entries[position - 1].snapshot if position else None)
        before = position


def _row(position: int, entry: Entry, before: Snapshot | None) -> list[str]:
    read = paragraphs(replace(entry, printed=""), before)
    if isinstance(entry.action, Ran):
        read += (Paragraph(LineKind.COMMENT, f"# lr = {entry.snapshot.config.lr!r}"),)
    loss = next(iter(loss_of(entry)), None)
    return [
        markup.cell(f"[{position + 1}]", "name", width=_WIDTHS[0]),
        markup.cell(markup.code((line.kind.value, line.text) for line in read), width=_WIDTHS[1]),
        markup.cell(
            "" if loss is None else display_text(loss),
            "loss",
            tip="" if loss is None else full_text(loss),
            width=_WIDTHS[2],
        ),
    ]


def loss_of(entry: Entry) -> list[float]:
    """Return the loss of the last Forward that an entry did; empty where it did none."""
    forward = entry.snapshot.forward
    has_loss = isinstance(entry.action, Ran) or (entry.action is Operation.FORWARD and entry.refusal is None)
    return [float(forward.loss)] if has_loss and forward is not None else []


def _gap(first: int, end: int) -> list[str]:
    """Say that the entries from `first` up to before `end` are left out."""
    said = translate("Report", "… and {count} more: In [{first}] to In [{last}]").format(
        count=end - first, first=first + 1, last=end
    )
    return [markup.cell("…", "name"), markup.cell(markup.paragraph(said, "muted")), markup.cell("", "loss")]
