"""What moves in the ledger, and what must not."""

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core.operations import Engine
from perceptron_gui.ui.plots.gradient import GradientPlot
from tests.ui.plots.ledger_hands import (
    FORWARD_BACKWARD,
    slabs,
)
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    UPDATE,
    ZERO_GRAD,
    begin,
    done,
)


def test_zero_grad_sweeps_the_stack_away(ledger: GradientPlot, engine: Engine) -> None:
    ledger.set_animated(True)
    history = done(engine, begin(), *FORWARD_BACKWARD * 2)
    ledger.display(history)
    assert not ledger.sweep.is_running
    after = done(engine, history, ZERO_GRAD)
    ledger.display(after)
    assert ledger.sweep.is_running
    assert not slabs(ledger)
    ghost = ledger.sweep.ghost
    assert len(ghost.x0) == 8
    whole = ghost.height
    ledger.sweep.animation.setCurrentTime(150)
    assert ghost.height == pytest.approx(whole / 2)
    ledger.display(done(engine, after, FORWARD, BACKWARD))
    assert not ledger.sweep.is_running
    assert not ghost.is_visible


def test_the_sweep_ends_by_itself(ledger: GradientPlot, engine: Engine) -> None:
    ledger.set_animated(True)
    history = done(engine, begin(), *FORWARD_BACKWARD)
    ledger.display(history)
    ledger.display(done(engine, history, ZERO_GRAD))
    ledger.sweep.animation.setCurrentTime(ledger.sweep.animation.duration())
    assert not ledger.sweep.is_running
    assert not ledger.sweep.ghost.is_visible


@pytest.mark.parametrize("prevent", ["still", "hidden", "travel", "refused"])
def test_nothing_moves_where_nothing_is_swept(ledger: GradientPlot, engine: Engine, prevent: str) -> None:
    ledger.set_animated(prevent != "still")
    history = begin() if prevent == "refused" else done(engine, begin(), *FORWARD_BACKWARD)
    ledger.display(begin() if prevent == "travel" else history)
    after = done(engine, history, ZERO_GRAD)
    if prevent == "hidden":
        ledger.hide()
    ledger.display(after)
    assert not ledger.sweep.is_running


def test_hiding_ends_the_sweep(ledger: GradientPlot, engine: Engine) -> None:
    ledger.set_animated(True)
    history = done(engine, begin(), *FORWARD_BACKWARD)
    ledger.display(history)
    ledger.display(done(engine, history, ZERO_GRAD))
    assert ledger.sweep.is_running
    ledger.hide()
    assert not ledger.sweep.is_running


def test_the_story_has_room_of_its_own(ledger: GradientPlot, engine: Engine, qtbot: QtBot) -> None:
    ledger.display(begin("notebook_half"))
    heights = {(ledger.story.height(), ledger.plot_widget.height())}
    history = begin("notebook_half")
    for _ in range(7):
        for task in (FORWARD, BACKWARD, UPDATE):
            history = done(engine, history, task)
            ledger.display(history)
            qtbot.wait(0)
            heights.add((ledger.story.height(), ledger.plot_widget.height()))
    assert len(heights) == 1
