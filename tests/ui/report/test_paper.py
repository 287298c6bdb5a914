"""The report on paper, as programs that read PDF find it."""

import re
import shutil
import subprocess
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from perceptron_gui.core.operations import Engine
from perceptron_gui.ui.report import breaks, forms, markup, pictures
from tests.ui.report.scenes import ABOUT, HOSTILE, lab, long

pytestmark = pytest.mark.usefixtures("qapp")


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def streams(pdf: bytes) -> list[bytes]:
    """Return what the streams of a PDF hold, unpacked."""
    found: list[bytes] = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


def letters(pdf: bytes) -> set[str]:
    """Return the letters that the PDF's fonts say they are: what can be selected and searched."""
    found: set[str] = set()
    for stream in streams(pdf):
        for block in re.findall(rb"begin(?:bfchar|bfrange)\s(.*?)\send(?:bfchar|bfrange)", stream, re.DOTALL):
            found |= {chr(int(code, 16)) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", block)}
    return found


def test_pages_of_a4_with_numbers_and_words_that_can_be_searched(engine: Engine) -> None:
    history = lab(engine)
    taken = pictures.taken(history, lambda question: engine.answer(question, "cpu"))
    pdf = b"".join(forms.pdf(history, ABOUT, taken))
    assert pdf.startswith(b"%PDF-1.")
    assert pdf.rstrip().endswith(b"%%EOF")
    boxes = re.findall(rb"/MediaBox\s*\[\s*0(?:\.0+)?\s+0(?:\.0+)?\s+([\d.]+)\s+([\d.]+)", pdf)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    assert 2 <= pages(pdf) <= 4
    # Three pictures are of this size; that of the ledger, with its words, too.
    assert len(re.findall(rb"/Subtype\s*/Image[^>]*?/Width\s+1320", pdf)) == 4
    assert set("Lab 3σpage") <= letters(pdf) | {" "}


def test_cyrillic_is_text(engine: Engine, speak: Callable[[str], None]) -> None:
    speak("ru")
    pdf = b"".join(forms.pdf(lab(engine), ABOUT, ()))
    assert set("НачалоХодработыЧиславконце") <= letters(pdf)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not here")
def test_another_program_reads_every_line(engine: Engine, tmp_path: Path) -> None:
    history = lab(engine)
    file = tmp_path / "report.pdf"
    file.write_bytes(b"".join(forms.pdf(history, ABOUT, ())))
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True)
    for number in range(1, len(history.entries) + 1):
        assert f"[{number}]" in done.stdout
    for words in ("loss = ((y_true - y_pred) ** 2).sum()", "RuntimeError: Trying to backward through", "-2.4852"):
        assert words in done.stdout
    count = done.stdout.count("\f")
    assert [f"page {number} of {count}" in done.stdout for number in range(1, count + 1)] == [True] * count


def test_a_hostile_title_is_a_title(engine: Engine) -> None:
    """Fault 48."""
    about = type(ABOUT)(HOSTILE, ABOUT.written)
    pdf = b"".join(forms.pdf(lab(engine), about, ()))
    assert pages(pdf) >= 1
    assert HOSTILE.encode("utf-16-be") in pdf.replace(b"\\(", b"(").replace(b"\\)", b")")


def test_ten_thousand_entries_are_a_bounded_number_of_pages(engine: Engine) -> None:
    looks: list[tuple[int, int]] = []
    pdf = b"".join(forms.pdf(long(engine, 10_000), ABOUT, (), lambda *share: looks.append(share)))
    assert pages(pdf) <= 20
    assert 200 + pages(pdf) < len(looks) < 300
    shares = [done / total for done, total in looks]
    assert shares == sorted(shares)


def test_it_is_printed_beside_the_window(engine: Engine, qtbot: QtBot) -> None:
    history = lab(engine)
    taken = pictures.taken(history, lambda question: engine.answer(question, "cpu"))
    found: list[bytes] = []
    QThreadPool.globalInstance().start(lambda: found.append(b"".join(forms.pdf(history, ABOUT, taken))))
    qtbot.waitUntil(lambda: bool(found), timeout=60_000)
    assert pages(found[0]) >= 2


def laid_out(body: str) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setHtml(markup.document("t", "en", body))
    document.setTextWidth(500)
    return document


def test_no_row_is_cut_and_none_is_lost() -> None:
    rows = [[markup.cell(markup.code([("code", f"{row}.{line}") for line in range(row % 7 + 1)]))] for row in range(90)]
    document = laid_out(markup.table(rows, "actions", [markup.cell("head", is_header=True)]))
    height = 300.0
    found = breaks.slices([document], height)
    assert len(found) > 5
    lines = []
    block = document.begin()
    while block.isValid():
        if block.text():
            lines.append(document.documentLayout().blockBoundingRect(block))
        block = block.next()
    for line in lines:
        assert sum(page.top <= line.top() and line.bottom() <= page.bottom for page in found) == 1
    for before, after in pairwise(found):
        assert before.bottom == after.top
        assert after.head is not None
        head = after.head[1] - after.head[0]
        assert 10 < head < 60
        assert after.bottom - after.top + head <= height


def test_a_heading_stays_with_what_it_heads() -> None:
    text = "".join(markup.paragraph("text") for _ in range(9))
    document = laid_out(text + markup.heading("one", 2) + markup.heading("two", 3) + markup.paragraph("below") + text)
    blocks = {}
    block = document.begin()
    while block.isValid():
        blocks[block.text()] = document.documentLayout().blockBoundingRect(block)
        block = block.next()
    # Room for both headings, and not for the line below them.
    first, second, *_ = breaks.slices([document], blocks["two"].bottom() + 3)
    assert first.bottom <= blocks["one"].top()
    assert second.top == blocks["one"].top()


def test_what_is_higher_than_a_page_goes_on_on_the_next() -> None:
    document = laid_out(markup.table([[markup.cell(markup.code([("code", "x")] * 100))]], "actions"))
    found = breaks.slices([document], 200.0)
    assert all(page.bottom - page.top <= 200 for page in found)
    block = document.begin()
    while block.isValid():
        line = document.documentLayout().blockBoundingRect(block)
        if block.text():
            assert sum(page.top <= line.top() and line.bottom() <= page.bottom for page in found) == 1
        block = block.next()
