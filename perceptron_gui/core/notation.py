"""Formulas as LaTeX, and as plain text."""

import re

from perceptron_gui.core.formula import (
    MINUS,
    Equation,
    Expression,
    Flow,
    Fraction,
    More,
    Name,
    Number,
    Power,
    Row,
    Sum,
    Symbol,
)
from perceptron_gui.core.rounding import ABOUT, relations

_CHARACTERS = {
    "·": r"\cdot ", MINUS: "-", "σ": r"\sigma ", "′": "'", "∂": r"\partial ", "←": r"\leftarrow ", "Σ": r"\sum ",
    "∈": r"\in ", "{": r"\{", "}": r"\}", "…": r"\dots ", ABOUT: r"\approx ",
}  # fmt: skip
_EXPONENT = re.compile(r"e([+-]?)0*(\d+)$")


def plain(equations: tuple[Equation, ...]) -> str:
    """Return a line a step, in one dimension: indices in brackets, fractions with a slash."""
    lines: list[str] = []
    for equation in equations:
        left = _plain(equation.left)
        for relation, step in zip(relations(equation), equation.steps, strict=True):
            lines.append(f"{left} {relation} {_plain(step)}".lstrip())
            left = ""
    return "\n".join(lines)


def latex(equations: tuple[Equation, ...]) -> str:
    r"""Return an `aligned` environment, for between `\[` and `\]`."""
    lines: list[str] = []
    for equation in equations:
        left = _latex(equation.left)
        for relation, step in zip(relations(equation), equation.steps, strict=True):
            lines.append(f"{left} &{_latex(Symbol(relation)).strip()} {_latex(step)}")
            left = ""
    body = " \\\\\n".join(" ".join(line.split()) for line in lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _plain(expression: Expression) -> str:
    match expression:
        case Symbol(text):
            return text
        case Name(text, indices):
            return f"{text}[{', '.join(map(str, indices))}]" if indices else text
        case Number():
            return expression.shown
        case Row(parts):
            return "".join(map(_plain, parts))
        case Flow(parts):
            return " ".join(map(_plain, parts))
        case Fraction(over, under):
            return f"{_grouped(over)}/{_grouped(under)}"
        case Power(base, exponent):
            return f"{_plain(base)}^{_grouped(exponent)}"
        case Sum(over):
            return f"Σ_{over} " if over.isalpha() else f"Σ_({over}) "
        case More(count, rest):
            return f"… + {count} ({rest.bare.shown})"


def _grouped(expression: Expression) -> str:
    text = _plain(expression)
    return f"({text})" if any(sign in text for sign in (" + ", f" {MINUS} ", " · ")) else text


def _latex(expression: Expression) -> str:
    match expression:
        case Symbol(text):
            return "".join(_CHARACTERS.get(letter, letter) for letter in text)
        case Name(text, indices):
            name = r"\hat{y}" if text == "ŷ" else text if len(text) == 1 else rf"\mathrm{{{text}}}"
            return f"{name}_{{{','.join(map(str, indices))}}}" if indices else name
        case Number():
            number = _latex_number(expression.text)
            return f"({number})" if expression.is_negative and not expression.is_bare else number
        case Row(parts):
            return "".join(map(_latex, parts))
        case Flow(parts):
            return " ".join(map(_latex, parts))
        case Fraction(over, under):
            return rf"\frac{{{_latex(over)}}}{{{_latex(under)}}}"
        case Power(base, exponent):
            return f"{{{_latex(base)}}}^{{{_latex(exponent)}}}"
        case Sum(over):
            return rf"\sum_{{{_latex(Symbol(over))}}} "
        case More(count, rest):
            return rf"\dots + \underbrace{{{_latex(rest.bare)}}}_{{{count}}}"


def _latex_number(text: str) -> str:
    text = _EXPONENT.sub(lambda found: rf" \times 10^{{{found[1].replace('+', '')}{found[2]}}}", text)
    return text.replace("inf", r"\infty ").replace("nan", r"\mathrm{nan}")
