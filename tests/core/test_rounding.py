"""Which lines of a formula say that their rounded numbers give another number."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import notation
from perceptron_gui.core.formula import Expression, Flow, Fraction, More, Number, Power, Row, Symbol
from perceptron_gui.core.parsing import display_text
from perceptron_gui.core.rounding import relations
from perceptron_gui.core.snapshot import Element, Reduction, Rows, Snapshot, TensorName
from tests.core.derivations import derive, passes, play, steps_of, typed
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START
from tests.core.test_derivation import W00, code, evaluated, has_numbers_alone, text
from tests.strategies import briefly


@briefly
@given(passes(), st.integers(1, 5))
def test_a_line_that_the_rounded_numbers_do_not_give_is_marked(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], times: int
) -> None:
    start, each = drawn
    history = play(start, *steps_of(each * times))
    for name in ("z", "y_pred", "loss", "W.grad", "b.grad"):
        row = history.current.rows[0] if name in {"z", "y_pred"} and history.current.rows else 0
        for equation in derive(history, Element(name, row, 0)).equations:
            total = equation.steps[-1]
            before = rounded(total) if isinstance(total, Number) else None
            for relation, step in zip(relations(equation), equation.steps, strict=True):
                value = rounded(step) if has_numbers_alone(step) else None
                assert (relation == "≈") is (value is not None and value != before), code(step)
                before = before if value is None else value


def rounded(expression: Expression) -> str:
    """Evaluate a step with its numbers as they are shown, and show the result."""
    return display_text(evaluated(as_shown(expression)) + 0.0).replace("-0.0000", "0.0000")


def as_shown(expression: Expression) -> Expression:
    match expression:
        case Number(text=shown):
            return replace(expression, value=float(shown))
        case Row(parts) | Flow(parts):
            return Row(tuple(Row((as_shown(part), Symbol(" "))) for part in parts))
        case Fraction(over, under):
            return Fraction(as_shown(over), as_shown(under))
        case Power(base, exponent):
            return Power(as_shown(base), as_shown(exponent))
        case More(count, rest):
            return More(count, replace(rest, value=float(rest.text)))
        case _:
            return expression


def test_a_saturated_sigmoid_is_no_matter_of_rounding() -> None:
    history = play(NOTEBOOK_START, typed(TensorName.W, -5000.0), FORWARD)
    assert text(history, Element("y_pred", 0, 0)).endswith("\n= 0.0000")


def test_the_same_sum_of_rounded_numbers_and_another() -> None:
    two = derive(play(NOTEBOOK_START, *[FORWARD, BACKWARD] * 2), W00).equations
    assert notation.plain(two[:1]) == "W.grad[0, 0] = g^(1) + g^(2)\n≈ −0.1625 + (−0.1625)\n≈ −0.3249"
    assert r" &\approx -0.1625 + (-0.1625)" in f" {notation.latex(two[:1])}".replace("\n", " ")
    one = derive(play(NOTEBOOK_START, FORWARD, BACKWARD), W00).equations
    assert "≈" not in notation.plain(one)
