"""The report as one HTML document: what both its forms are made of."""

import base64
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from perceptron_gui.core import lines
from perceptron_gui.core.actions import Ran
from perceptron_gui.core.exporting.watching import Watch, unwatched
from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.parsing import display_text
from perceptron_gui.ui import sentences
from perceptron_gui.ui.plots import pictures as painting
from perceptron_gui.ui.report import actions, markup, tensors
from perceptron_gui.ui.report.about import About
from perceptron_gui.ui.report.pictures import Picture

translate = QCoreApplication.translate
Source = Callable[[int], str]
"""Gives the address of a picture, by its place."""


def embedded(pictures: Sequence[Picture]) -> Source:
    """Return addresses that are the pictures themselves."""

    def address(index: int) -> str:
        data = base64.b64encode(painting.png_of(pictures[index].image)).decode()
        return f"data:image/png;base64,{data}"

    return address


def whole(about: About, body: str, style: str = "") -> str:
    """Return an HTML document with that body, in the language of now."""
    return markup.document(about.title, QLocale().bcp47Name(), body, style)


def parts(
    history: History, about: About, pictures: Sequence[Picture], source: Source, watch: Watch = unwatched
) -> Iterator[str]:  # fmt: skip
    """Yield the report up to the shown entry, in the language of now, piece by piece from above."""
    start, now = history.entries[0], history.current
    yield markup.heading(about.title, 1)
    yield _facts(history, about)
    yield markup.SPACE + markup.heading(translate("Report", "Start"), 2)
    yield markup.paragraph(sentences.of_entry(start, None))
    yield tensors.of_start(start.snapshot)
    yield markup.SPACE + markup.heading(translate("Report", "What was done"), 2)
    yield from _about_entries(history)
    yield from actions.tables(history, watch)
    yield markup.SPACE + markup.heading(translate("Report", "The numbers in the end"), 2)
    yield markup.paragraph(_end(history))
    if now.stale:
        yield markup.paragraph(sentences.stale(now.stale, history, "z"))
    yield tensors.of_end(now)
    yield markup.paragraph(_digits(), "muted")
    yield markup.SPACE + markup.heading(translate("Report", "Plots"), 2)
    for index, picture in enumerate(pictures):
        yield markup.heading(picture.title, 3)
        yield f"<p>{markup.image(source(index), picture.size, picture.title)}</p>"


def _facts(history: History, about: About) -> str:
    done = history.path
    losses = _losses(done)
    config = history.current.config
    torch = ", ".join(dict.fromkeys(entry.environment.torch for entry in done if entry.environment is not None))
    refused = sum(entry.refusal is not None for entry in done)
    sizes = {"m": history.current.m, "n": history.current.n, "k": history.current.k}
    facts = [
        (translate("Report", "Written"), about.date),
        (translate("Report", "Program"), f"perceptron-gui {about.program}, PyTorch {torch or '–'}, float32"),
        (translate("Report", "Device"), ", ".join(dict.fromkeys(entry.device for entry in done))),
        (translate("Report", "Layer"), ", ".join(f"{name} = {size}" for name, size in sizes.items())),
        (translate("Report", "Presses and edits"), str(len(done) - 1)),
        (translate("Report", "Updates"), str(history.entry.updates)),
        (translate("Report", "Refusals by PyTorch"), str(refused)),
        ("lr", repr(config.lr)),
        ("loss", f"{display_text(losses[0])} → {display_text(losses[-1])}" if losses else "–"),
    ]
    return markup.table(
        ([markup.cell(markup.text(name), "label"), markup.cell(markup.text(said))] for name, said in facts), "plain"
    )


def _losses(entries: Sequence[Entry]) -> list[float]:
    """Return the first and the last loss that a Forward gave."""

    def losses(entry: Entry) -> list[float]:
        if isinstance(entry.action, Ran):
            return [*map(float, entry.action.curve.losses[:1]), *actions.loss_of(entry)]
        return actions.loss_of(entry)

    first = next((found[0] for entry in entries if (found := losses(entry))), None)
    last = next((found[-1] for entry in reversed(entries) if (found := losses(entry))), None)
    return [found for found in (first, last) if found is not None]


def _about_entries(history: History) -> list[str]:
    said = [translate("Report", "The lines that PyTorch ran, numbered as in the window; loss is that of a Forward.")]
    count = history.index + 1
    if count > actions.MOST_ENTRIES:
        said.append(
            translate(
                "Report",
                "Of {count} entries the first {first}, the last {last} and those that PyTorch refused are shown.",
            ).format(count=count, first=actions.FIRST, last=actions.LAST)
        )
    undone = len(history.entries) - count
    if undone:
        said.append(translate("Report", "Undone, and not in this report: {count}.").format(count=undone))
    return [markup.paragraph(" ".join(said), "muted")]


def _end(history: History) -> str:
    forward = history.current.forward
    said = [translate("Report", "After In [{number}].").format(number=history.index + 1)]
    if forward is None:
        said.append(translate("Report", "There is no Forward of these tensors yet."))
    elif forward.rows is not None:
        rows = lines.list_of_rows(forward.rows)
        said.append(translate("Report", "z, y_pred and loss are of the rows {rows}.").format(rows=rows))
    return " ".join(said)


def _digits() -> str:
    return translate(
        "Report",
        "Numbers have 4 decimals, as in the window. All their digits are in the session file and in what File > Export "
        "writes; of an HTML report also in the tip where the pointer rests on a number.",
    )
