"""What the code view keeps: of a hidden one nothing that is gone, of another language what is not seen."""

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.history import Entry, History
from perceptron_gui.core.snapshot import Snapshot
from perceptron_gui.ui.code import model as code_model
from perceptron_gui.ui.code.cell import Paragraph, paragraphs
from perceptron_gui.ui.code.model import CodeModel
from tests.core.play import FORWARD, of_size
from tests.core.test_script import begun, done
from tests.ui.test_code_model import cells, story
from tests.ui.test_code_view import listed, paneled


def shown_anew(history: History, like: CodeModel) -> CodeModel:
    """Return a model of a history with lines as wide as those of another."""
    model = CodeModel()
    model.set_columns(like.columns)
    model.display(history)
    return model


def alive(printed: str) -> int:
    """Return how many entries there are in the process that printed this."""
    gc.collect()
    return sum(type(each) is Entry and each.printed == printed for each in gc.get_objects())


def test_hidden_it_keeps_no_entry_of_a_dropped_history_alive(qtbot: QtBot) -> None:
    entries = story().entries
    marked = *entries[:6], *(replace(entry, printed="of the dropped") for entry in entries[6:])
    panel, history = paneled(qtbot, History(marked, len(marked) - 1))
    view = listed(panel)
    panel.hide()
    del marked
    assert alive("of the dropped") == 6
    history = done(history.at(5), FORWARD)
    panel.display(history)
    assert view.code_model.entries == history.entries[:6]
    assert list(view.selected) == [view.code_model.present] == [5]
    history = begun(of_size(3, 2, 1, 1))
    panel.display(history)
    assert view.code_model.entries == ()
    assert alive("of the dropped") == 0
    assert view.code_model.rowCount() == 0
    panel.show()
    assert cells(view.code_model)[0].lines[0].prompt == "In [1]: "
    assert list(view.selected) == [0]


def test_another_language_makes_anew_only_what_is_seen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, speak: Callable[[str], None]
) -> None:
    panel, history = paneled(qtbot, story())
    made: list[Entry] = []

    def counted(entry: Entry, before: Snapshot | None) -> tuple[Paragraph, ...]:
        made.append(entry)
        return paragraphs(entry, before)

    monkeypatch.setattr(code_model, "paragraphs", counted)
    speak("ru")
    panel.retranslate()
    assert 0 < len(made) < len(history.entries)
    assert cells(listed(panel).code_model) == cells(shown_anew(history, listed(panel).code_model))
