"""Histories to export, as a person makes them."""

from dataclasses import replace

from hypothesis import strategies as st

from perceptron_gui.core.actions import (
    CPU,
    Axis,
    Configure,
    Import,
    Operation,
    Randomize,
    Resize,
    Run,
    Start,
    SwitchDevice,
)
from perceptron_gui.core.history import Entry, Environment, History, Refusal
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import TensorName
from tests.core.test_script import begun, done
from tests.strategies import GoBack, journeys

FORWARD, BACKWARD, UPDATE, ZERO_GRAD = Operation
HOSTILE = (
    '"""; import os #', "'''\nimport os\n'''", "x\nimport os\nos.system('true')\n", "\rimport os", "\u2028import os",
    "half a pair \udcff", '"); import os; ("', "\\", "{os}", "<img src=file:///etc/passwd>", "=1+1", "]0;\x1b[31m\x00",
)  # fmt: skip
"""Texts that are no text to a careless writer of code, HTML or tables."""


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw a journey with new tensors and settings on the way, shown somewhere."""
    journey = draw(journeys())
    history = begun(journey.start)
    for step in journey.steps:
        if isinstance(step, GoBack):
            history = history.at(history.index - min(step.states, history.index))
        else:
            history = done(history, step)
    anew = st.one_of(
        st.just(Randomize()),
        st.builds(Start, st.sampled_from(list(PRESETS))),
        st.builds(Resize, st.sampled_from(Axis), st.integers(1, 5)),
        st.just(SwitchDevice(CPU)),
        st.builds(Configure, st.just("twin"), st.booleans()),
        st.builds(Run, st.integers(1, 3), zeroes=st.booleans(), backwards=st.integers(1, 2), seed=st.just(7)),
    )
    for action in draw(st.lists(st.one_of(anew, st.sampled_from(Operation)), max_size=6)):
        history = done(history, action)
    return history.at(draw(st.integers(0, len(history.entries) - 1)))


def without_the_oldest(history: History, count: int) -> History:
    """Return what is left when the oldest entries are dropped."""
    return History(history.entries[count:], history.index - count)


def elsewhere(history: History, device: str) -> History:
    """Return the same history as if it had been recorded on another device."""

    def moved(entry: Entry) -> Entry:
        action = SwitchDevice(device) if isinstance(entry.action, SwitchDevice) else entry.action
        return replace(entry, action=action, device=device)

    return replace(history, entries=tuple(map(moved, history.entries)))


def spoiled(text: str) -> History:
    """Return a history in which every text that a file could bring is `text`."""
    history = done(History.begin("notebook", CPU), FORWARD, BACKWARD, UPDATE, ZERO_GRAD, BACKWARD)
    state = history.current
    history = history.push(SwitchDevice(text), replace(state, forward=None), text)
    history = history.push(Configure(text, 1), replace(state, forward=None), text)
    history = history.push(Import(text, ((TensorName.W, state.W),)), PRESETS["or_gate"], text)
    history = history.push(Start(text), PRESETS["notebook"], text)
    history = history.push(BACKWARD, PRESETS["notebook"], text, Refusal(text, text))
    environment = Environment(text, text, text, 1)
    entries = tuple(replace(entry, device=text, printed=text, environment=environment) for entry in history.entries)
    return replace(history, entries=entries)
