"""How a run that goes on is looked at."""

import pytest
from pytestqt.qtbot import QtBot

from perceptron_gui.core import running
from perceptron_gui.core.actions import CPU, Run
from perceptron_gui.core.autograd import Namespace
from perceptron_gui.core.control import FLAT_OUT, Control, Frame, Pace
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.onlooker import Onlooker

START = PRESETS["notebook"]
SLOW = Pace(10)


@pytest.fixture(scope="module")
def frame() -> Frame:
    """A moment of a run."""
    return running.execute(Run(updates=1), START, Namespace(START, CPU), Control())[0]


@pytest.mark.parametrize("pace", [FLAT_OUT, SLOW])
def test_a_run_is_held_while_it_is_shown_and_a_slow_one_is_looked_at_again_soon(
    qtbot: QtBot, frame: Frame, pace: Pace
) -> None:
    onlooker = Onlooker()
    onlooker.set_pace(pace)
    control = onlooker.begin()
    seen: list[tuple[Frame, bool]] = []
    onlooker.saw.connect(lambda shown: seen.append((shown, control.is_held)))
    control.show(frame)
    qtbot.waitUntil(lambda: bool(seen) and not control.is_held)
    assert seen == [(frame, True)]
    soon = 33
    assert onlooker._timer.isActive()
    assert (onlooker._timer.interval() == soon) is (pace is SLOW)
    onlooker.set_pace(SLOW)
    assert onlooker._timer.interval() == soon
    onlooker.end()
    assert not onlooker._timer.isActive()
