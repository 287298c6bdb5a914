"""Blocks of numbers: from spreadsheets, and from tensors as PyTorch prints them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import parsing
from perceptron_gui.core.parsing import block_text, parse_block
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import FloatArray, same_bits
from tests.strategies import briefly, finite, float32_arrays

shapes = st.tuples(st.integers(1, 4), st.integers(1, 12))
four_digits = st.integers(1000, 9999).map(lambda digits: float(np.float32(digits / 10000)))
"""Numbers that PyTorch prints in full."""


def reason_of(text: str) -> Reason:
    with pytest.raises(Problem) as caught:
        parse_block(text)
    return caught.value.reason


@briefly
@given(shapes.flatmap(lambda shape: float32_arrays(shape, finite)))
def test_a_block_that_is_copied_and_pasted_is_the_same_to_the_last_bit(values: FloatArray) -> None:
    assert same_bits(parse_block(block_text(values)), values)


def test_block_text_is_lines_of_cells_with_tabs_between() -> None:
    assert block_text(np.array([[1.5, -0.0391], [2, 1e-8]], np.float32)) == "1.5\t-0.0391\n2.0\t1e-08"


def test_a_pasted_block_is_read_only() -> None:
    assert not parse_block("1\t2").flags.writeable


@pytest.mark.parametrize(
    "text",
    [
        "1.5\t2\n3\t4",
        "1,5\t2\n3\t4",
        "1.5\t2\r\n3\t4\r\n",
        "1.5\t2\r3\t4\r",
        "1.5\t2\n3\t4\n\n \n",
        '"1,5"\t"2"\n"3"\t"4"\n',
        '"1.5"\t 2 \n" 3"\t4',
        "+1.5\t2.\n3e0\t40E-1",
    ],
)
def test_what_spreadsheets_put_on_the_clipboard_is_read(text: str) -> None:
    assert parse_block(text).tolist() == [[1.5, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOTHING_TO_PASTE),
        (" \r\n\t\n", Reason.NOTHING_TO_PASTE),
        ("1\t2\n3", Reason.RAGGED),
        ("1\n2\t3", Reason.RAGGED),
        ("1\t\t2", Reason.NOT_A_NUMBER),
        ("1\n\n2", Reason.NOT_A_NUMBER),
        ("1\tx", Reason.NOT_A_NUMBER),
        ("1_0", Reason.NOT_A_NUMBER),
        ("1;2", Reason.NOT_A_NUMBER),
        ("1\0", Reason.NOT_A_NUMBER),
        ('"1', Reason.NOT_A_NUMBER),
        ("1.234,5\t1", Reason.TWO_SEPARATORS),
        ("1\tnan", Reason.NOT_FINITE),
        ("1\t1e39", Reason.OUT_OF_FLOAT32),
        ("1e999", Reason.OUT_OF_FLOAT32),
    ],
)
def test_a_block_that_is_no_rectangle_of_numbers_is_refused(text: str, reason: Reason) -> None:
    assert reason_of(text) is reason


def test_a_ragged_block_says_which_line() -> None:
    with pytest.raises(Problem) as caught:
        parse_block("1\t2\n3\t4\n5")
    assert caught.value.values == {"line": 3, "found": 1, "expected": 2}


def test_the_cell_that_is_no_number_is_named() -> None:
    with pytest.raises(Problem) as caught:
        parse_block("1\t2\n3\tfour")
    assert caught.value.values == {"text": "four"}


TEN_MB = 10_000_000


@pytest.mark.parametrize(
    ("make_text", "reason"),
    [
        (lambda: "x" * TEN_MB, Reason.NOT_A_NUMBER),
        (lambda: "1" * TEN_MB + "x", Reason.NOT_A_NUMBER),
        (lambda: "." * TEN_MB, Reason.TWO_SEPARATORS),
        (lambda: "\0" * TEN_MB, Reason.NOT_A_NUMBER),
        (lambda: "tensor(" + " " * TEN_MB, Reason.NOT_A_NUMBER),
        (lambda: "tensor([" + "]" * TEN_MB, Reason.NOT_A_NUMBER),
        (lambda: "tensor([1]" + ", a=b" * (TEN_MB // 5), Reason.NOT_A_NUMBER),
        (lambda: "tensor(" + "[" * TEN_MB + "])", Reason.NOT_A_NUMBER),
        (lambda: " " * TEN_MB, Reason.NOTHING_TO_PASTE),
    ],
    ids=["letters", "digits", "dots", "NULs", "blanks", "brackets", "fields", "nested", "nothing"],
)
def test_megabytes_of_anything_are_refused_and_not_brooded_over(make_text: Callable[[], str], reason: Reason) -> None:
    """Fault 52."""
    assert reason_of(make_text()) is reason


def test_a_paste_beyond_the_limit_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LONGEST_PASTE", 3)
    assert parse_block("1\t2").tolist() == [[1, 2]]
    assert reason_of("1\t23") is Reason.PASTE_TOO_LONG


@briefly
@given(shapes.flatmap(lambda shape: float32_arrays(shape, four_digits)))
@pytest.mark.parametrize(
    "prepare",
    [
        lambda tensor: tensor,
        lambda tensor: tensor.requires_grad_(),
        lambda tensor: tensor.requires_grad_() * 1,
        lambda tensor: tensor.to(torch.float64),
        torch.nn.Parameter,
    ],
    ids=["plain", "requires_grad", "grad_fn", "dtype", "parameter"],
)
def test_a_matrix_is_read_as_pytorch_prints_it(
    prepare: Callable[[torch.Tensor], torch.Tensor], values: FloatArray
) -> None:
    assert same_bits(parse_block(str(prepare(torch.tensor(values)))), values)


@briefly
@given(st.integers(1, 40).flatmap(lambda length: float32_arrays((length,), four_digits)))
def test_a_vector_is_read_as_one_row(values: FloatArray) -> None:
    assert same_bits(parse_block(str(torch.tensor(values))), values.reshape(1, -1))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(0.25),
        torch.tensor(0.25, requires_grad=True),
        torch.tensor(0.25, requires_grad=True) * 1,
        torch.tensor(0.25, dtype=torch.float64),
    ],
)
def test_a_scalar_is_read_as_one_cell(tensor: torch.Tensor) -> None:
    assert parse_block(str(tensor)).tolist() == [[0.25]]


def test_whole_numbers_are_read_as_pytorch_prints_them() -> None:
    assert parse_block(str(torch.tensor([[1.0, -2.0], [3.0, 0.0]]))).tolist() == [[1, -2], [3, 0]]
    assert parse_block(str(torch.arange(3))).tolist() == [[0, 1, 2]]


def test_a_tensor_in_scientific_form_is_read() -> None:
    printed = str(torch.tensor([[1e-8, 2.5], [1e8, -1.0]]))
    assert "e-08" in printed
    assert same_bits(parse_block(printed), np.array([[1e-8, 2.5], [1e8, -1]], np.float32))


def test_a_tensor_on_another_device_is_read() -> None:
    assert parse_block("tensor([0.5000, 1.0000], device='cuda:0', grad_fn=<AddBackward0>)").tolist() == [[0.5, 1]]


def test_the_code_of_a_tensor_is_read() -> None:
    assert parse_block(" torch.tensor([[0.5], [1]])\n").tolist() == [[0.5], [1]]


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        (str(torch.zeros(2000)), Reason.CUT_SHORT),
        (str(torch.zeros(100, 100)), Reason.CUT_SHORT),
        (str(torch.zeros(2, 2, 2)), Reason.NOT_A_NUMBER),
        (str(torch.tensor([True, False])), Reason.NOT_A_NUMBER),
        (str(torch.tensor([1j])), Reason.NOT_A_NUMBER),
        (str(torch.tensor([1.0, torch.nan])), Reason.NOT_FINITE),
        (str(torch.tensor(torch.inf)), Reason.NOT_FINITE),
        (str(torch.tensor([])), Reason.NOTHING_TO_PASTE),
        ("tensor([[1., 2.], [3.]])", Reason.RAGGED),
        ("tensor([1.\n2.])", Reason.NOT_A_NUMBER),
        ("tensor(1\n2)", Reason.NOT_A_NUMBER),
        ("tensor([1., 2.]", Reason.NOT_A_NUMBER),
        ("tensor([1., ])", Reason.NOT_A_NUMBER),
        ("tensor(1, 2)", Reason.NOT_A_NUMBER),
    ],
)
def test_a_printed_tensor_that_is_no_table_of_numbers_is_refused(printed: str, reason: Reason) -> None:
    assert reason_of(printed) is reason


@briefly
@given(st.text(st.sampled_from('tensor([]), .\n\t1e"-x=') | st.characters(codec="utf-8"), max_size=30))
def test_any_text_is_a_rectangle_of_finite_numbers_or_a_problem(text: str) -> None:
    try:
        values = parse_block(text)
    except Problem:
        return
    assert values.ndim == 2
    assert values.size > 0
    assert np.isfinite(values).all()
