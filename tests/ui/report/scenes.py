"""Histories to report on, and how other programs read what is written."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from typing_extensions import override

from perceptron_gui.core.actions import STEP
from perceptron_gui.core.history import Entry, History, Refusal
from perceptron_gui.core.operations import Engine
from perceptron_gui.ui.report.about import About
from tests.ui.plots.scenes import BACKWARD, FORWARD, UPDATE, begin, done

HOSTILE = "<img src=file:///etc/passwd> <b>a < b & c</b> \"'</title><script>alert(1)</script>"
ABOUT = About("Lab 3", datetime(2026, 5, 4, 10, 20, tzinfo=UTC))
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th",
    "td", "img",
}  # fmt: skip


def lab(engine: Engine) -> History:
    """A refused Update, a second Backward that is refused, and two steps."""
    return done(engine, begin("notebook_half"), UPDATE, FORWARD, BACKWARD, BACKWARD, *STEP, *STEP, FORWARD, BACKWARD)


def long(engine: Engine, count: int, refused: tuple[int, ...] = ()) -> History:
    """So many entries like those of one step, some of which PyTorch is said to have refused."""
    history = done(engine, begin(), *STEP)
    start, *step = history.entries
    entries: list[Entry] = [start]
    for position in range(1, count):
        entry = replace(step[(position - 1) % 4], updates=(position + 1) // 4)
        if position in refused:
            entry = replace(entry, refusal=Refusal("RuntimeError", f"refused at {position}"))
        entries.append(entry)
    return History(tuple(entries), count - 1)


class Reader(HTMLParser):
    """What a browser would see: tags, attributes, tables and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.cells: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        self.words = ""
        self.style = ""
        self._open: list[str] = []
        self._at: list[tuple[int, int, int]] = []
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"img", "meta"}:
            self._open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append((dict(attrs).get("title") or "", ""))
            self.rows[-1].append("")
            self._at.append((len(self.cells) - 1, len(self.rows) - 1, len(self.rows[-1]) - 1))
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"p", "h1", "h2", "h3"}:
            self._write("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag in {"td", "th"}:
            self._at.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self._write(data)

    def _write(self, data: str) -> None:
        self.words += data
        if self._at:
            cell, row, column = self._at[-1]
            tip, text = self.cells[cell]
            self.cells[cell] = tip, text + data
            self.rows[row][column] += data
