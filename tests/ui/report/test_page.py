"""The report as a page: everything is in it, nothing comes from elsewhere, and a text is only a text."""

import base64
import gc
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QGraphicsItem
from pytestqt.qtbot import QtBot
from typing_extensions import override

from perceptron_gui.core import lines, parts
from perceptron_gui.core.actions import Axis as SizeOf
from perceptron_gui.core.actions import Configure, MarkRows, Resize, Run
from perceptron_gui.core.history import Entry, History, Refusal
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.questions import Judging, Question, WholeBatch
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui.code.cell import Paragraph, paragraphs
from perceptron_gui.ui.report import actions, forms, pictures, tensors
from perceptron_gui.ui.report.about import About
from perceptron_gui.ui.report.pictures import Picture
from tests.ui.plots.ledger_hands import FORWARD_BACKWARD, with_edits
from tests.ui.plots.scenes import FORWARD, NAN, after_edit, after_update_to, begin, done
from tests.ui.report.scenes import ABOUT, ALLOWED, HOSTILE, Reader, lab, long

Pictures = tuple[Picture, ...]
pytestmark = pytest.mark.usefixtures("qapp")


def page(history: History, about: About = ABOUT, taken: Pictures = ()) -> Reader:
    return Reader(b"".join(forms.html(history, about, taken)).decode())


@pytest.fixture
def taken(engine: Engine) -> Pictures:
    return pictures.taken(lab(engine), lambda question: engine.answer(question, "cpu"))


def test_every_line_refusal_loss_and_number_is_there(engine: Engine) -> None:
    history = lab(engine)
    read = page(history)
    before = None
    for number, entry in enumerate(history.entries, 1):
        row = next(row for row in read.rows if row and row[0] == f"[{number}]")
        for line in lines.shown(entry, before).split("\n"):
            assert line in row[1].split("\n")
        if entry.refusal is not None:
            assert str(entry.refusal) in row[1]
        is_loss = entry.action is FORWARD and entry.snapshot.forward is not None
        assert row[2] == (display_text(float(entry.snapshot.forward.loss)) if is_loss else "")  # type: ignore[union-attr]
        before = entry.snapshot
    now, forward = history.current, history.current.forward
    assert forward is not None
    in_full = {tip: text for tip, text in read.cells if tip}
    for array in (now.x, now.y_true, now.W, now.b, now.W_grad, now.b_grad, forward.z, forward.y_pred, forward.loss):
        assert array is not None
        for number_ in array.reshape(-1):
            assert in_full[str(number_)] == display_text(float(number_))
    assert {str(number_) for number_ in history.entries[0].snapshot.W.reshape(-1)} <= in_full.keys()
    assert "Refusals by PyTorch" in read.words
    assert ["Refusals by PyTorch", "2"] in read.rows


def test_a_run_is_a_row_with_its_loop_and_why_it_ended(engine: Engine) -> None:
    history = done(engine, begin("notebook_half"), FORWARD)
    outcome = engine.execute(Run(updates=3), history.current, "cpu")
    history = history.push(outcome.action, outcome.snapshot, "cpu", printed=outcome.printed)
    read = page(history)
    row = next(row for row in read.rows if row and row[0] == "[3]")
    assert "for step in range(3):" in row[1]
    assert "updates done: 3" in row[1]
    assert "as many updates as were set" in row[1]
    assert f"lr = {history.current.config.lr!r}" in row[1]
    forward = history.current.forward
    assert forward is not None
    assert row[2] == display_text(float(forward.loss))
    start = display_text(float(history.entries[1].snapshot.forward.loss))  # type: ignore[union-attr]
    assert ["loss", f"{start} → {row[2]}"] in read.rows


def test_names_and_shapes_are_pytorchs_and_none_is_none(engine: Engine) -> None:
    history = after_edit(begin("or_gate"), MarkRows((1, 3)))
    read = page(done(engine, history, FORWARD))
    for name in ("x (4, 2)", "y_true (4, 1)", "W (2, 1)", "b (1,)", "W.grad (2, 1)\nNone", "z (2, 1)", "y_pred (2, 1)"):
        assert name in read.words
    assert "of the rows [1, 3]" in read.words
    # The rows of z are called as they are in x.
    assert [row[0] for row in read.rows if len(row) == 2 and row[0] in {"1", "3"} and row[1].startswith("0.")]


def test_one_file_that_asks_for_nothing(taken: Pictures, engine: Engine) -> None:
    whole = b"".join(forms.html(lab(engine), ABOUT, taken)).decode()
    read = Reader(whole)
    addresses = [value for _, name, value in read.attributes if name in {"src", "href", "srcset", "data", "action"}]
    assert len(addresses) == len(pictures.KINDS) == 4
    for address in addresses:
        assert address.startswith("data:image/png;base64,")
        image = QImage.fromData(QByteArray(base64.b64decode(address.split(",")[1])))
        assert image.size() == pictures.SIZE * 2
    assert "url(" not in read.style
    assert "@import" not in read.style
    without_pictures = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", whole)
    assert "://" not in without_pictures
    assert set(read.tags) <= ALLOWED
    assert not [name for _, name, _ in read.attributes if name.startswith("on") or name == "style"]


def test_pictures_are_told_in_words_too(taken: Pictures, engine: Engine) -> None:
    read = page(lab(engine), taken=taken)
    told = [value for tag, name, value in read.attributes if tag == "img" and name == "alt"]
    assert told == [picture.title for picture in taken]
    assert told[0] == "Loss"


def test_names_are_shown_letter_by_letter(engine: Engine) -> None:
    """Fault 48."""
    history = lab(engine)
    refused = replace(history.entry, refusal=Refusal("TypeError", HOSTILE), device=HOSTILE)
    history = History((*history.entries[:-1], refused), history.index)
    whole = b"".join(forms.html(history, replace(ABOUT, title=HOSTILE), ())).decode()
    read = Reader(whole)
    assert set(read.tags) <= ALLOWED
    assert "script" not in read.tags
    assert read.tags.count("title") == 1
    # As the title of the page and above it, as a device, and in PyTorch's words.
    assert read.words.count(HOSTILE) == 4
    asked: list[str] = []

    class Spy(QTextDocument):
        @override
        def loadResource(self, type: int, name: QUrl | str) -> object:
            asked.append(QUrl(name).toString())
            return None

    document = Spy()
    document.setHtml(whole)
    document.setTextWidth(600)
    assert document.pageCount() == 1
    assert asked == []
    assert document.toPlainText().count(HOSTILE) >= 3


def test_what_no_page_can_hold_is_replaced() -> None:
    whole = b"".join(forms.html(begin(), replace(ABOUT, title="a\x00b\ud800c\x1bd\nё"), ()))
    assert Reader(whole.decode()).words.strip().startswith("a�b?c�d\nё")


def test_numbers_that_are_none_are_written_as_the_window_does() -> None:
    read = page(after_update_to(begin(), [[NAN], [1e-7], [-123456.0]], [-0.0]))
    shown = [text for _, text in read.cells]
    for text in ("nan", "1.0000e-07", "-1.2346e+05", "-0.0000"):
        assert text in shown


def test_of_a_large_layer_the_first_numbers_and_how_many_there_are(engine: Engine) -> None:
    history = done(engine, begin(), Resize(SizeOf.INPUTS, 300), Resize(SizeOf.OUTPUTS, 200), FORWARD)
    whole = b"".join(forms.html(history, ABOUT, ()))
    read = Reader(whole.decode())
    assert f"the first {tensors.MOST_ROWS} of 300 rows, the first {tensors.MOST_COLUMNS} of 200 columns" in read.words
    assert len(whole) < 150_000


def test_undone_entries_are_counted_and_not_told(engine: Engine) -> None:
    history = lab(engine).at(3)
    read = page(history)
    assert "Undone, and not in this report: 11." in read.words
    assert [row[0] for row in read.rows if row and re.fullmatch(r"\[\d+\]", row[0])] == ["[1]", "[2]", "[3]", "[4]"]
    assert "After In [4]." in read.words


def test_a_long_history_is_shown_in_parts_and_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    read_entries: list[Entry] = []

    def counted(entry: Entry, before: Snapshot | None) -> tuple[Paragraph, ...]:
        read_entries.append(entry)
        return paragraphs(entry, before)

    monkeypatch.setattr("perceptron_gui.ui.report.actions.paragraphs", counted)
    looks: list[tuple[int, int]] = []
    history = long(engine, 10_000, refused=(5000, 5001, 9000))
    whole = b"".join(forms.html(history, ABOUT, (), lambda *share: looks.append(share)))
    assert len(read_entries) == len(looks) == actions.FIRST + actions.LAST + 3
    read = Reader(whole.decode())
    assert "Of 10000 entries the first 40, the last 160 and those that PyTorch refused are shown." in read.words
    numbers = [row[0] for row in read.rows if row and re.fullmatch(r"\[\d+\]", row[0])]
    assert numbers == [f"[{position + 1}]" for position in (*range(40), 5000, 5001, 9000, *range(9840, 10_000))]
    gaps = [(int(count), int(first), int(last)) for count, first, last in re.findall(
        r"… and (\d+) more: In \[(\d+)\] to In \[(\d+)\]", read.words
    )]  # fmt: skip
    assert gaps == [(4960, 41, 5000), (3998, 5003, 9000), (839, 9002, 9840)]
    assert all(last - first + 1 == count for count, first, last in gaps)
    assert sum(count for count, _, _ in gaps) + len(numbers) == 10_000


def test_up_to_a_sensible_number_it_is_whole(engine: Engine) -> None:
    read = page(long(engine, actions.MOST_ENTRIES))
    assert len([row for row in read.rows if row and re.fullmatch(r"\[\d+\]", row[0])]) == actions.MOST_ENTRIES
    assert "more: In" not in read.words
    assert len(actions.shown_of(long(engine, 3000, refused=tuple(range(100, 2000))))) == 200 + actions.MOST_REFUSALS


def test_it_is_in_the_language_of_the_window(engine: Engine, speak: Callable[[str], None]) -> None:
    speak("ru")
    whole = b"".join(forms.html(lab(engine), ABOUT, ())).decode()
    read = Reader(whole)
    assert ("html", "lang", "ru") in read.attributes
    for words in ("Начало", "Ход работы", "Числа в конце", "Графики", "Отказов PyTorch", "мая 2026"):
        assert words in read.words
    # PyTorch's words stay PyTorch's.
    assert "Trying to backward through the graph a second time" in read.words
    assert "loss = ((y_true - y_pred) ** 2).sum()" in read.words
    speak("en")
    assert "May 4, 2026" in page(lab(engine)).words


def test_the_pictures_are_the_panels_in_light_colours_and_whole(taken: Pictures) -> None:
    assert [picture.title for picture in taken] == ["Loss", "Gradient accumulation", "Weights", "Activation σ(z)"]
    for picture in taken:
        small = picture.image.convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(small.constBits(), np.uint32).reshape(small.height(), -1) & 0xFFFFFF
        assert (pixels == 0xFFFFFF).mean() > 0.6
        assert len(np.unique(pixels)) > 20


def test_nothing_of_a_panel_is_left_for_the_collector_on_another_thread(engine: Engine) -> None:
    def alive() -> set[int]:
        kinds = (QObject, QGraphicsItem)
        return {id(one) for one in gc.get_objects() if issubclass(type(one), kinds) and shiboken6.isValid(one)}

    history = lab(engine)
    gc.collect()
    gc.disable()
    try:
        before = alive()
        pictures.taken(history, lambda question: engine.answer(question, "cpu"))
        assert alive() <= before
    finally:
        gc.enable()


def test_what_is_asked_after_an_answer_is_in_the_picture_too(
    engine: Engine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = done(engine, with_edits(begin("or_gate"), Configure("part", 3)), *FORWARD_BACKWARD * 2)

    def filled() -> tuple[list[type], QImage]:
        """Return what was asked, and the words under the ledger: its axis is as wide as its first numbers were."""
        asked: list[type] = []
        album = pictures.Album(history)

        def answer(question: Question) -> None:
            asked.append(type(question))
            QTimer.singleShot(0, album, lambda: album.take_answer(question, engine.answer(question, "cpu")))

        album.question_raised.connect(answer)
        qtbot.waitUntil(album.pictures.done)
        image = album.pictures.result()[1].image
        return asked, image.copy(0, image.height() - 100, image.width(), 100)

    asked, expected = filled()
    assert asked == [WholeBatch]
    monkeypatch.setattr(parts, "_QUICK", 0)
    assert filled() == ([WholeBatch, Judging], expected)
