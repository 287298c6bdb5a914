"""An exported script, run by a Python that has torch alone, leaves the bits of the shown state."""

import ast
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core.actions import CPU, Configure, MarkRows
from perceptron_gui.core.exporting.script import script
from perceptron_gui.core.exporting.watching import unwatched
from perceptron_gui.core.history import Environment, History
from perceptron_gui.core.snapshot import Snapshot, frozen
from tests.core.exporting.histories import (
    BACKWARD,
    FORWARD,
    HOSTILE,
    UPDATE,
    elsewhere,
    histories,
    spoiled,
    without_the_oldest,
)
from tests.core.exporting.plain import PlainPython
from tests.core.notebook import state, without_versions
from tests.core.test_script import begun, done, refusals

briefly = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainPython]:
    with PlainPython(tmp_path_factory.mktemp("elsewhere")) as process:
        yield process


def text_of(history: History) -> bytes:
    return b"".join(script(history))


@briefly
@given(history=histories(), data=st.data())
def test_a_script_leaves_the_same_bits(python: PlainPython, history: History, data: st.DataObject) -> None:
    history = without_the_oldest(history, data.draw(st.integers(0, history.index)))
    left, printed = python.run(text_of(history))
    assert left == state(history.current)
    assert without_versions(printed) == without_versions(refusals(history.entries[1 : history.index + 1]))


@settings(max_examples=20, deadline=None)
@given(history=histories())
def test_a_session_of_another_device_runs_where_there_is_only_a_cpu(python: PlainPython, history: History) -> None:
    text = text_of(elsewhere(history, "cuda:0"))
    assert not any("cuda" in line for line in text.decode().splitlines() if not line.startswith("#"))
    assert b"# Parts were recorded on cuda:0" in text
    left, _ = python.run(text)
    assert left == state(history.current)


def test_a_large_batch_is_added_up_in_the_same_order(python: PlainPython) -> None:
    """On one thread: the sum of 120,000 terms is another one on two."""
    draw = np.random.default_rng(0)
    x, y_true, W, b = (frozen(draw.normal(size=shape)) for shape in [(6000, 2), (6000, 20), (2, 20), (20,)])
    history = done(begun(Snapshot(x, y_true, W, b)), FORWARD, BACKWARD, UPDATE, FORWARD)
    left, _ = python.run(text_of(history))
    assert left == state(history.current)


def test_it_says_what_it_is() -> None:
    history = done(History.begin("notebook", CPU), Configure("seed", 7))
    environment = Environment("2.13.0+cpu", "Linux", "AVX2", 1)
    history = replace(history, entries=tuple(replace(one, environment=environment) for one in history.entries))
    comment = " ".join(line.removeprefix("# ") for line in text_of(history).decode().split("\n\n")[0].split("\n"))
    assert "a session of perceptron-gui" in comment
    assert "Recorded with torch 2.13.0+cpu; the next seed is 7." in comment
    assert "whole state" not in comment
    assert "It begins with a whole state" in text_of(without_the_oldest(history, 1)).decode()


def test_what_has_no_line_is_a_comment() -> None:
    history = done(
        History.begin("or_gate", CPU), Configure("retain_graph", value=True), MarkRows((0, 2)), MarkRows(None)
    )
    text = text_of(history).decode()
    assert text.endswith("\n# [2]\n# retain_graph = True\n\n# [3]\nrows = [0, 2]\n\n# [4]\n# rows: all\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_file_becomes_code(python: PlainPython, text: str) -> None:
    """Fault 50."""
    written = text_of(spoiled(text))
    assert written.isascii()
    tree = ast.parse(written)
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imported] == ["import torch"]
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not any("os" in name.split(".") for name in called)
    left, _ = python.run(written)
    assert left == state(spoiled(text).current)


def test_who_watches_can_end_it() -> None:
    class EnoughError(Exception):
        pass

    def watch(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 2:
            raise EnoughError

    seen: list[tuple[int, int]] = []
    history = done(History.begin("notebook", CPU), FORWARD, BACKWARD, UPDATE)
    with pytest.raises(EnoughError):
        b"".join(script(history, watch))
    assert seen == [(0, 4), (1, 4), (2, 4)]
    assert b"".join(script(history, unwatched)) == text_of(history)
