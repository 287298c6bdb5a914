"""Tensors in a file are read by the file's own library: the same numbers, to the last bit, and PyTorch's shapes."""

import csv
import io

import numpy as np
import numpy.typing as npt
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from perceptron_gui.core.actions import CPU, Axis, Configure, MarkRows, Randomize, Resize, Run
from perceptron_gui.core.exporting import checkpoint, tables, tensors
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import FloatArray, frozen, same_bits
from tests.core.exporting.histories import BACKWARD, FORWARD, HOSTILE, UPDATE, histories, spoiled
from tests.core.notebook import bits
from tests.core.play import of_size
from tests.core.test_script import begun, done, run, script
from tests.strategies import float32_arrays

briefly = settings(max_examples=25, deadline=None)
any_float = st.floats(width=32)


def rows_of(history: History) -> list[dict[str, str]]:
    text = b"".join(tables.history_csv(history)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@briefly
@given(histories())
def test_all_tensors_with_the_shapes_that_they_have_in_pytorch(history: History) -> None:
    arrays = tensors.tensors(history.current)
    read = safetensors.torch.load(b"".join(tensors.safetensors_file(arrays)))
    left, _ = run(script(history))
    assert {name: bits(one.numpy()) for name, one in read.items()} == {
        name: one for name, one in left.items() if one is not None
    }


@pytest.mark.parametrize(("preset", "rows", "shape"), [
    ("notebook", None, (1,)), ("or_gate", None, (4, 1)), ("or_gate", (2,), (1,)), ("layer_4x2", None, (2, 2)),
    ("or_gate", (0, 3), (2, 1)),
])  # fmt: skip
def test_shapes(preset: str, rows: tuple[int, ...] | None, shape: tuple[int, ...]) -> None:
    history = done(History.begin(preset, CPU), MarkRows(rows), FORWARD)
    arrays = tensors.tensors(history.current)
    assert arrays["y_pred"].shape == arrays["z"].shape == shape
    assert arrays["loss"].shape == ()
    assert arrays["x"].shape == ((3,) if preset == "notebook" else history.current.x.shape)
    assert "W.grad" not in arrays


@briefly
@given(float32_arrays((3, 4), any_float), st.sampled_from([(3, 4), (12,), (1, 12), (12, 1)]))
def test_csv_is_numbers_that_read_back_the_same(values: FloatArray, shape: tuple[int, ...]) -> None:
    array = values.reshape(shape)
    text = b"".join(tables.tensor_csv(array)).decode()
    read: npt.NDArray[np.float32] = np.loadtxt(io.StringIO(text), np.float32, delimiter=",", ndmin=2)
    assert read.shape == (shape if len(shape) == 2 else (1, 12))
    assert bits(read) == bits(array)


def test_csv_of_a_scalar_and_of_a_large_tensor() -> None:
    assert b"".join(tables.tensor_csv(frozen(0.1))) == b"0.1\r\n"
    large = frozen(np.random.default_rng(1).normal(size=(700, 300)))
    read = np.loadtxt(io.BytesIO(b"".join(tables.tensor_csv(large))), np.float32, delimiter=",")
    assert same_bits(frozen(read), large)


@briefly
@given(float32_arrays((2, 3), any_float))
def test_npy(values: FloatArray) -> None:
    for array in (values, values[0], frozen(values[0, 0])):
        read = np.load(io.BytesIO(b"".join(tensors.npy(array))), allow_pickle=False)
        assert (read.dtype, read.shape, read.tobytes()) == (np.float32, array.shape, array.tobytes())


@briefly
@given(histories())
def test_a_linear_layer_loads_the_weights_and_computes_the_same(history: History) -> None:
    now = history.current
    file = io.BytesIO(b"".join(checkpoint.state_dict(now)))
    loaded = torch.load(file, weights_only=True)
    layer = torch.nn.Linear(now.n, now.k)
    layer.load_state_dict(loaded)
    assert bits(layer.weight.detach().numpy()) == bits(now.W.T)
    assert bits(layer.bias.detach().numpy()) == bits(now.b)
    assert loaded["weight"].is_contiguous()


@briefly
@given(histories())
def test_the_history_as_a_table(history: History) -> None:
    rows = rows_of(history)
    assert [int(row["entry"]) for row in rows] == list(range(1, history.index + 2))
    for row, entry in zip(rows, history.entries, strict=False):
        after = entry.snapshot
        loss = None if after.forward is None else float(after.forward.loss)
        assert row["loss"] == "" if loss is None else np.float32(row["loss"]).tobytes() == np.float32(loss).tobytes()
        found = [np.float32(row[f"W[{i}, {j}]"]) for i in range(after.n) for j in range(after.k)]
        assert bits(np.array(found)) == bits(after.W)
        assert (row["b.grad[0]"] == "") is (after.b_grad is None)
        assert float(row["lr"]) == after.config.lr
        assert (row["refusal"] == "") is (entry.refusal is None)


def test_columns_are_those_of_the_largest_layer_and_there_are_none_for_a_large_one() -> None:
    history = done(begun(of_size(1, 2, 1, 0.5)), Resize(Axis.INPUTS, 3), Randomize(), FORWARD, BACKWARD, UPDATE)
    assert (rows_of(history)[0]["W[2, 0]"], rows_of(history)[1]["W[2, 0]"]) != ("", "")
    assert rows_of(history)[0]["W[2, 0]"] == ""
    assert tables.has_parameters(history)
    large = begun(of_size(1, 64, 1))
    assert not tables.has_parameters(large)
    assert list(rows_of(large)[0]) == ["entry", "action", "device", "refusal", "updates", "lr", "loss"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@x", "\tx", "\rx", "\nx"])
def test_no_text_is_a_formula_and_numbers_stay_numbers(text: str) -> None:
    """Fault 49."""
    assert tables.text_cell(text) == f"'{text}"
    rows = rows_of(spoiled(text))
    assert {row["device"] for row in rows} == {f"'{text}"}
    assert rows[-1]["refusal"] == f"'{text}: {text}"
    assert rows[0]["W[0, 0]"] == "-2.4852"
    assert round(float(rows[1]["loss"]), 4) == 0.6965
    assert next(iter(tables.tensor_csv(frozen([-0.5])))) == b"-0.5\r\n"


def test_a_run_is_one_row_of_the_history() -> None:
    history = done(History.begin("notebook_half", CPU), Configure("lr", 0.1), Run(updates=5), FORWARD)
    rows = rows_of(history)
    assert [row["action"] for row in rows] == ["Start notebook_half", "Configure", "Run (updates)", "forward"]
    assert (rows[2]["updates"], rows[2]["lr"]) == ("5", "0.1")
    forward = history.entries[2].snapshot.forward
    assert forward is not None
    assert np.float32(rows[2]["loss"]) == forward.loss
    assert np.float32(rows[2]["W[0, 0]"]) == history.entries[2].snapshot.W[0, 0]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_keeps_its_rows_and_columns_whatever_the_texts_are(text: str) -> None:
    rows = rows_of(spoiled(text))
    assert len(rows) == len(spoiled(text).entries)
    assert all(None not in row and None not in row.values() for row in rows)
