from pytestqt.qtbot import QtBot

from perceptron_gui.ui.plots.ledger.story import Story

LONG = "a sentence that is far too long for the little room that it has here\nand another one"


def test_its_height_never_follows_from_the_text(qtbot: QtBot) -> None:
    story = Story(3)
    qtbot.addWidget(story)
    height = story.sizeHint().height()
    for text in ("", "short", LONG, "\n".join([LONG] * 9)):
        story.tell(text)
        assert story.sizeHint().height() == height
    story.set_lines(2)
    assert story.sizeHint().height() < height


def test_what_does_not_fit_is_elided_and_the_tip_is_whole(qtbot: QtBot) -> None:
    story = Story(2)
    qtbot.addWidget(story)
    story.resize(160, 40)
    story.show()
    story.tell("a <b> & c")
    assert story.broken() == ["a <b> & c"]
    assert not story.toolTip()
    story.tell(LONG.replace("far", "<far>"))
    assert len(story.broken()) == 2
    assert story.broken()[1].endswith("…")
    assert all(story.fontMetrics().horizontalAdvance(line) <= 160 for line in story.broken())
    assert "&lt;far&gt;" in story.toolTip()
    assert "and another one" in story.toolTip()
    story.resize(1600, 40)
    assert not story.toolTip()
    story.grab()


def test_the_tip_is_there_when_the_last_line_is_left_out_whole(qtbot: QtBot) -> None:
    story = Story(1)
    qtbot.addWidget(story)
    story.resize(200, 20)
    story.tell("one\ntwo")
    assert story.broken() == ["one …"]
    assert story.toolTip() == "one<br>two"
