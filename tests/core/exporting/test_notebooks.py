"""An exported notebook is one by its format's checker, and each cell prints what it says it printed."""

import ast
import contextlib
import io
import json
from typing import Any

import nbformat
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core.actions import CPU, Configure, Ran, Randomize, Run
from perceptron_gui.core.exporting.notebook import notebook
from perceptron_gui.core.history import History
from tests.core.exporting.histories import (
    BACKWARD,
    FORWARD,
    HOSTILE,
    UPDATE,
    ZERO_GRAD,
    histories,
    spoiled,
    without_the_oldest,
)
from tests.core.notebook import bits, state, without_versions
from tests.core.test_script import ENGINE, done


def read(history: History) -> Any:
    library: Any = nbformat
    text = b"".join(notebook(history)).decode()
    made = library.reads(text, as_version=4)
    library.validate(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    assert made == json.loads(text)
    return made


def check(history: History) -> None:
    """Run all cells from top to bottom in one namespace."""
    made = read(history)
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, history.index + 2))
    names: dict[str, Any] = {}
    with torch.random.fork_rng():
        for cell in cells:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(cell.source, f"cell {cell.execution_count}", "exec"), names)  # noqa: S102
            recorded = "".join(output.text for output in cell.outputs)
            assert without_versions(printed.getvalue()) == without_versions(recorded), cell.source
    left = {name: names.get(name) for name in ("x", "y_true", "W", "b", "z", "y_pred", "loss")}
    left |= {"W.grad": names["W"].grad, "b.grad": names["b"].grad}
    found = {name: None if one is None else bits(one.detach().numpy()) for name, one in left.items()}
    assert found == state(history.current)


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_cells_print_what_they_printed(history: History, data: st.DataObject) -> None:
    check(without_the_oldest(history, data.draw(st.integers(0, history.index))))


def test_outputs_are_pytorchs_words() -> None:
    history = done(History.begin("notebook", CPU), UPDATE, FORWARD, BACKWARD, UPDATE, ZERO_GRAD, Randomize())
    check(history)
    cells = read(history).cells[1:]
    assert cells[0].outputs == []
    assert cells[1].outputs[0].text.startswith("TypeError: unsupported operand")
    assert cells[2].source.endswith('print("y_pred =", y_pred)\nprint("loss =", loss)')
    assert "grad_fn=<SigmoidBackward0>" in cells[2].outputs[0].text
    assert cells[6].outputs == []


def test_a_layer_that_pytorch_prints_in_short_prints_so_again() -> None:
    check(done(History.begin("or_gate", CPU), Configure("seed", 3), Randomize(), FORWARD, BACKWARD))


def test_a_run_is_a_loop_that_prints_what_its_last_update_left() -> None:
    history = done(History.begin("or_gate", CPU), FORWARD, Configure("part", 3), Run(updates=4, seed=1), FORWARD)
    history = done(history, Run(updates=3, zeroes=False, backwards=2), BACKWARD)
    check(history)
    cells = read(history).cells[1:]
    assert "for step in range(4):" in cells[3].source
    assert cells[3].source.endswith('print("W =", W)\nprint("b =", b)')
    assert "W = tensor" in cells[3].outputs[0].text
    ran, before = history.entries[5].action, history.entries[4].snapshot
    assert isinstance(ran, Ran)
    moment = history.at_moment(history.entries[5], *ENGINE.revisit(ran, before, 8, CPU))
    check(moment)
    assert len(read(moment).cells) == 7


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_file_stay_texts(text: str) -> None:
    """Fault 50: they are in what was printed, as they are, and nowhere else."""
    made = read(spoiled(text))
    for cell in made.cells[1:]:
        # Without comments: in one of them the name of an imported file stands as Python writes a text.
        code = ast.unparse(ast.parse(cell.source))
        assert text not in code or text == "\\"
        assert code.count("import") == (1 if cell.execution_count == 1 else 0)
    assert text not in made.cells[0].source
    assert any(output.text == f"{text}\n" for cell in made.cells[1:] for output in cell.get("outputs", []))
