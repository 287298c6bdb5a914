"""One number: from text to the nearest float32 and back, and what is refused."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from perceptron_gui.core.parsing import LONGEST_NUMBER, display_text, full_text, parse_float32, parse_number
from perceptron_gui.core.problems import Problem, Reason
from tests.strategies import finite, thoroughly

LARGEST = float(np.finfo(np.float32).max)
NBSP, NARROW_NBSP, MINUS = "\u00a0", "\u202f", "\u2212"

bit_patterns = st.integers(0, 2**32 - 1).map(lambda pattern: np.uint32(pattern).view(np.float32))
finite_patterns = bit_patterns.filter(np.isfinite)


def nearest_float32(value: Fraction) -> float:
    """Round to 24 binary digits, or to the step of the subnormals, ties to even: IEEE 754 in exact arithmetic."""
    if value == 0:
        return 0.0
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    exponent -= magnitude < Fraction(2) ** exponent
    step = Fraction(2) ** (max(exponent, -126) - 23)
    return math.copysign(float(round(magnitude / step) * step), value)


def bit_pattern(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def check_nearest(text: str) -> None:
    assert abs(parse_float32(text)) == abs(nearest_float32(Fraction(text)))
    assert np.signbit(parse_float32(text)) == text.startswith("-")


@thoroughly
@given(finite_patterns)
@example(np.float32(LARGEST))
@example(np.float32(-LARGEST))
@example(np.float32(-0.0))
@example(np.float32(1e-45))
@example(np.float32(-0.0391))
@example(np.float32(1.23e-5))
def test_opening_a_cell_and_leaving_it_keeps_every_bit(value: np.float32) -> None:
    assert bit_pattern(float(parse_float32(full_text(float(value))))) == bit_pattern(float(value))


@thoroughly
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal(-LARGEST), max_value=Decimal(LARGEST)))
def test_any_decimal_becomes_the_nearest_float32(value: Decimal) -> None:
    assume(len(str(value)) <= LONGEST_NUMBER)
    check_nearest(str(value))


@thoroughly
@given(
    st.integers(0, 2**31 - 2**23 - 2),
    st.sampled_from(["", "-"]),
    st.sampled_from([-1, 0, 1]),
    st.integers(0, 200),
)
@example(0, "", 1, 200)
@example(0, "-", -1, 200)
@example(2**31 - 2**23 - 2, "", 1, 200)
def test_a_text_at_the_middle_of_two_float32_is_rounded_once(lower: int, sign: str, side: int, beyond: int) -> None:
    neighbours = np.array([lower, lower + 1], np.uint32).view(np.float32).astype(np.float64)
    middle = (Fraction(neighbours[0]) + Fraction(neighbours[1])) / 2
    decimals = middle.denominator.bit_length() - 1  # a denominator of 2**n takes n decimals
    digits = middle * 10**decimals * 10**beyond + side
    assert digits.denominator == 1
    check_nearest(f"{sign}{digits.numerator}e{-decimals - beyond}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.7049", 0.7049),
        ("0,7049", 0.7049),
        ("1e-3", 0.001),
        ("1,5E+2", 150),
        ("-.5", -0.5),
        (",5", 0.5),
        ("5.", 5),
        ("+7", 7),
        ("  1.5\t", 1.5),
        (f"{MINUS}0,0391", -0.0391),
        (f"1{NBSP}234,5", 1234.5),
        (f"1{NARROW_NBSP}234.5", 1234.5),
        ("007", 7),
    ],
)
def test_what_people_write_is_read(text: str, expected: float) -> None:
    assert parse_float32(text) == np.float32(expected)


@pytest.mark.parametrize("text", ["1.5", "1,5"])
def test_either_mark_is_the_decimal_point(text: str) -> None:
    assert parse_float32(text) == np.float32(1.5)
    assert parse_number(text) == 1.5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nan", Reason.NOT_FINITE),
        ("-NaN", Reason.NOT_FINITE),
        ("inf", Reason.NOT_FINITE),
        ("+Infinity", Reason.NOT_FINITE),
        (f"{MINUS}inf", Reason.NOT_FINITE),
        ("1e39", Reason.OUT_OF_FLOAT32),
        ("-1e39", Reason.OUT_OF_FLOAT32),
        ("1e999", Reason.OUT_OF_FLOAT32),
        ("3.4028236e38", Reason.OUT_OF_FLOAT32),
        ("9" * 300, Reason.OUT_OF_FLOAT32),
        ("1.234,5", Reason.TWO_SEPARATORS),
        ("1,234.5", Reason.TWO_SEPARATORS),
        ("1,234,567", Reason.TWO_SEPARATORS),
        ("1.2.3e4", Reason.TWO_SEPARATORS),
        ("..", Reason.TWO_SEPARATORS),
        ("", Reason.NOT_A_NUMBER),
        (" ", Reason.NOT_A_NUMBER),
        (".", Reason.NOT_A_NUMBER),
        ("-", Reason.NOT_A_NUMBER),
        ("e5", Reason.NOT_A_NUMBER),
        ("1e", Reason.NOT_A_NUMBER),
        ("1e5.", Reason.NOT_A_NUMBER),
        ("1_0", Reason.NOT_A_NUMBER),
        ("1 000", Reason.NOT_A_NUMBER),
        ("0x10", Reason.NOT_A_NUMBER),
        ("--1", Reason.NOT_A_NUMBER),
        ("1\n2", Reason.NOT_A_NUMBER),
        ("\u0661\u0662", Reason.NOT_A_NUMBER),
        ("\uff11", Reason.NOT_A_NUMBER),
        ("=1+1", Reason.NOT_A_NUMBER),
        ("1\0", Reason.NOT_A_NUMBER),
        ("\ud800", Reason.NOT_A_NUMBER),
        ("1" * (LONGEST_NUMBER + 1), Reason.NOT_A_NUMBER),
    ],
)
@pytest.mark.parametrize("parse", [parse_number, parse_float32])
def test_everything_else_is_refused_and_told_why(parse: Callable[[str], object], text: str, reason: Reason) -> None:
    with pytest.raises(Problem) as caught:
        parse(text)
    assert caught.value.reason is reason


@thoroughly
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("0123456789.,eE+-\u2212\u00a0"), max_size=12))
def test_any_text_is_a_finite_number_or_a_problem(text: str) -> None:
    try:
        value = parse_float32(text)
    except Problem:
        return
    assert np.isfinite(value)


def test_a_long_text_is_quoted_short() -> None:
    with pytest.raises(Problem) as caught:
        parse_number("x" * 1000)
    assert caught.value.values["text"] == "x" * 39 + "…"


@pytest.mark.parametrize(("value", "text"), [(0.7049, "0.7049"), (-0.0391, "-0.0391"), (1 / 3, "0.33333334")])
def test_full_text_is_the_shortest_that_reads_back(value: float, text: str) -> None:
    assert full_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"),
        (0.7049, "0.7049"),
        (-2.4852, "-2.4852"),
        (5e-5, "0.0001"),
        (4.9999e-5, "4.9999e-05"),
        (-1.23e-5, "-1.2300e-05"),
        (99999.9921875, "99999.9922"),
        (1e5, "1.0000e+05"),
        (-123456.0, "-1.2346e+05"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_display_text_is_what_a_person_reads(value: float, text: str) -> None:
    assert display_text(value) == text


@thoroughly
@given(finite)
@example(float(np.float32(5e-5)))
@example(1e-45)
def test_only_zero_is_shown_as_zero(value: float) -> None:
    assert (float(display_text(value)) == 0) == (value == 0)


@thoroughly
@given(st.floats(-1e5, 1e5, width=32, exclude_min=True, exclude_max=True))
def test_display_text_keeps_four_decimals_in_a_fixed_form(value: float) -> None:
    assume(abs(value) >= 5e-5)
    whole, _, decimals = display_text(value).partition(".")
    assert len(decimals) == 4
    assert "e" not in whole + decimals
    assert float(display_text(value)) == pytest.approx(value, rel=0, abs=5.001e-5)
