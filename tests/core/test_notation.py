"""LaTeX that compiles, and has what is on the screen."""

import re

from hypothesis import given

from perceptron_gui.core import notation
from perceptron_gui.core.formula import MINUS, Equation, Number, Symbol, computed, leaves
from perceptron_gui.core.snapshot import Element, Reduction, Rows, Snapshot
from tests.core.derivations import derive, passes, play, steps_of
from tests.strategies import briefly


@briefly
@given(passes())
def test_latex_is_balanced_and_has_every_number(drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]]) -> None:
    start, each = drawn
    history = play(start, *steps_of(each))
    for name in ("z", "y_pred", "loss", "W.grad", "b.grad"):
        row = 0 if history.current.rows is None or name not in {"z", "y_pred"} else history.current.rows[0]
        equations = derive(history, Element(name, row, 0)).equations
        latex = notation.latex(equations)
        depth = 0
        for sign in re.sub(r"\\[{}]", "", latex):
            depth += {"{": 1, "}": -1}.get(sign, 0)
            assert depth >= 0
        assert depth == 0
        assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") == 1
        assert latex.count(" \\\\\n") == sum(len(equation.steps) for equation in equations) - 1
        assert latex.count("&") == sum(len(equation.steps) for equation in equations)
        numbers = [leaf for equation in equations for step in equation.steps for leaf in leaves(step)
                   if isinstance(leaf, Number)]  # fmt: skip
        assert numbers
        for number in numbers:
            assert number.text.split("e")[0] in latex
        assert MINUS not in latex
        assert "·" not in latex


def test_numbers_in_scientific_form_are_powers_of_ten() -> None:
    texts = {1.5e-7: r"1.5000 \times 10^{-7}", -2e8: r"(-2.0000 \times 10^{8})", float("inf"): r"\infty"}
    for value, expected in texts.items():
        equation = Equation(Symbol("a"), (computed(value),))
        assert notation.latex((equation,)) == f"\\begin{{aligned}}\na &= {expected}\n\\end{{aligned}}"
