"""A history is written down and read back to the last bit, and what was one array is one array."""

import json
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from perceptron_gui.core import history as histories
from perceptron_gui.core import storage
from perceptron_gui.core.actions import CPU, Action, Paste, Run
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import Snapshot, frozen
from perceptron_gui.core.storage import writer
from perceptron_gui.core.storage.numbers import read_floats, written
from perceptron_gui.core.storage.writer import Writer
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD, of_size
from tests.core.sessions import begun, contents, done, everything, travelled
from tests.strategies import GoBack, Journey, Scenario, briefly, journeys, scenarios, thoroughly


def reread(history: History) -> History:
    """Return what is read back, which is written the same again."""
    data = storage.encoded(history).data
    opened = storage.decoded(data)
    assert opened.left_out == 0
    assert storage.encoded(opened.history).data == data
    # What shared its memory is read into one of its own.
    for read, made in zip(opened.history.entries, history.entries, strict=True):
        assert read.new_bytes >= made.new_bytes
    return opened.history


@briefly
@given(journeys())
def test_a_journey_comes_back_to_the_last_bit(journey: Journey) -> None:
    history = travelled(journey.start, journey.steps)
    assert contents(reread(history)) == contents(history)


@briefly
@given(scenarios())
def test_what_comes_back_is_as_fresh_as_it_was(scenario: Scenario) -> None:
    history = travelled(scenario.start, scenario.steps)
    for before, after in zip(history.entries, reread(history).entries, strict=True):
        assert after.snapshot.stale == before.snapshot.stale
        assert [each.forward.changed_since(after.snapshot.deposits[0].forward) for each in after.snapshot.deposits] == [
            each.forward.changed_since(before.snapshot.deposits[0].forward) for each in before.snapshot.deposits
        ]


@thoroughly
@given(arrays(np.uint32, st.integers(1, 9)))
def test_every_float32_comes_back(bits: "np.ndarray[tuple[int], np.dtype[np.uint32]]") -> None:
    values = bits.view(np.float32)
    assert read_floats(written(values), len(values)).tobytes() == bits.tobytes()


def test_many_numbers_come_back_piece_by_piece() -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 300_000, np.uint32)
    values = bits.view(np.float32)
    assert read_floats(written(values), len(values)).tobytes() == bits.tobytes()
    finite = frozen(values[np.isfinite(values)])
    text = bytes(written(finite))
    assert len(text) > 2 * 2**20
    assert read_floats(written(finite), len(finite)).tobytes() == finite.tobytes()
    # The standard library, which rounds to float64 first, reads the same numbers.
    assert np.array(json.loads(text)).astype(np.float32).tobytes() == finite.tobytes()


@pytest.mark.parametrize("room", [1, 10, 4096])
def test_everything_comes_back(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_LEAST_ROOM", room)
    history = everything()
    kinds = {*get_args(Action)} - {Paste, Run}
    assert {type(entry.action) for entry in history.entries} == kinds
    assert any(entry.refusal is not None for entry in history.entries)
    assert history.index < len(history.entries) - 1
    assert contents(reread(history)) == contents(history)


def test_of_what_is_gone_a_writer_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_LEAST_ROOM", 40)
    made, before = Writer(), History.begin("notebook", CPU)
    made.line(before.entry, None)
    numbers = set()
    for _ in range(60):
        after = done(before, FORWARD, BACKWARD, FORWARD, BACKWARD)
        for one, other in pairwise(after.entries):
            record = json.loads(made.line(other, one.snapshot))
            parts = [record["forward"], *record.get("deposits", [])]
            numbers |= {(part["id"], "loss" in part) for part in parts if isinstance(part, dict)}
        # Of what lives every number is still known.
        assert b'"values"' not in made.line(after.entry, after.before)
    assert len(made._arrays) <= 100
    assert len(made._parts) <= 100
    assert len(made._deposits) <= 100
    # Two Forwards, each with its graph live and spent, and two deposits: no number is given twice.
    assert len(numbers) == 60 * 6


def test_equal_arrays_that_were_two_stay_two() -> None:
    one, other = frozen([[0.5]]), frozen([[0.5]])
    history = begun(Snapshot(one, other, frozen([[0.5]]), frozen([0.5])))
    back = reread(history).current
    assert back.x is not back.y_true
    shared = reread(begun(Snapshot(one, one, one, frozen([0.5])))).current
    assert shared.x is shared.y_true is shared.W


def test_more_deposits_than_are_kept_singly_come_back_merged() -> None:
    history = done(begun(of_size(3, 2, 1, 0.25)), *(FORWARD, BACKWARD) * 70)
    merged = history.current.deposits[0]
    assert merged.count > 1
    assert merged.taken is not None
    back = reread(history)
    assert contents(back) == contents(history)
    assert back.current.deposits[0].taken is not None
    assert not back.current.deposits[0].taken.flags.writeable


def test_a_history_that_lost_its_oldest_entries_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(histories, "LARGEST_HISTORY", 150)
        history = done(History.begin("twin", CPU), *(FORWARD, BACKWARD, UPDATE, ZERO_GRAD) * 3)
    assert len(history.entries) < 13
    assert history.entries[0].updates > 0
    assert contents(reread(history)) == contents(history)


def test_arrays_come_back_read_only() -> None:
    for entry in reread(everything()).entries:
        assert not any(array.flags.writeable for array in entry.snapshot.arrays().values())


def test_undone_futures_that_were_cut_off_are_not_written() -> None:
    history = done(begun(NOTEBOOK_START), FORWARD, BACKWARD, GoBack(1), UPDATE)
    assert history.entry.replaced
    assert not reread(history).entry.replaced


def test_a_document_is_json_an_entry_a_line() -> None:
    history = done(begun(NOTEBOOK_START), FORWARD, BACKWARD)
    data = storage.encoded(history).data
    document = json.loads(data)
    assert (document["format"], document["version"]) == ("perceptron-gui session", 1)
    assert (document["index"], document["device"], document["seed"]) == (2, "cpu", 0)
    lines = data.decode().splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == document["entries"]
    assert document["entries"][0]["W"]["values"] == [-2.4852, -0.1744, 1.1104]
    assert document["entries"][1].keys() == {"action", "device", "environment", "printed", "forward"}


def test_lines_may_end_as_on_windows_and_begin_with_a_mark() -> None:
    data = storage.encoded(everything()).data
    there = storage.decoded(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert storage.encoded(there.history).data == data
