"""What is shown as a number's formula, evaluated line by line, against the tensor and against plain torch."""

import math
import re
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core import deposits, notation
from perceptron_gui.core.actions import CPU, Configure, MarkRows, Ran, Run
from perceptron_gui.core.chain_rule import is_zero
from perceptron_gui.core.derivation import Remark, derived, followed
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
    leaves,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.presets import PRESETS
from perceptron_gui.core.snapshot import Element, Reduction, Rows, Snapshot, TensorName, Zeroing, frozen
from tests.core.derivations import TINY, Step, derive, incoming, passes, play, steps_of, typed
from tests.core.play import BACKWARD, FORWARD, NOTEBOOK_START, UPDATE, ZERO_GRAD
from tests.core.sessions import ENGINE
from tests.strategies import briefly, snapshots

ROUNDING = 1e-6
"""Several float32 roundings, relative to the sum of the absolute terms."""
W00, B0 = Element("W.grad", 0, 0), Element("b.grad", 0, 0)


def text(history: History, element: Element) -> str:
    return notation.plain(derive(history, element).equations)


extremes = st.sampled_from([0.0, 1e-30, -1e-30, 0.5, 1.0, 30.0, -80.0, -110.0, 1e19, 3e38, math.inf, math.nan])


@briefly
@given(snapshots(extremes), st.sampled_from(Reduction), st.data())
def test_where_the_gradient_of_z_is_zero(start: Snapshot, reduction: Reduction, data: st.DataObject) -> None:
    rows = tuple(sorted(data.draw(st.sets(st.integers(0, start.m - 1), min_size=1))))
    history = play(start, Configure("reduction", reduction), MarkRows(rows), FORWARD)
    forward = history.current.forward
    assert forward is not None
    z, y_true = torch.tensor(forward.z, requires_grad=True), torch.tensor(start.y_true[list(rows)])
    squares = (y_true - torch.sigmoid(z)) ** 2
    loss = squares.sum() if reduction is Reduction.SUM else squares.mean()
    if reduction is Reduction.WEIGHTED:
        loss = loss * (len(rows) / start.m)
    loss.backward()  # type: ignore[no-untyped-call]
    assert z.grad is not None
    for count in (1, len(rows), 200):
        assert (is_zero(forward, count) == (z.grad == 0).numpy()[:count]).all()


def code(expression: Expression) -> str:
    """Write a step that has numbers alone as Python would."""
    match expression:
        case Symbol(text):
            return text.replace(MINUS, "-").replace("·", "*")
        case Number():
            return f"({expression.value!r})"
        case Row(parts):
            return "".join(map(code, parts))
        case Flow(parts):
            return " ".join(map(code, parts))
        case Fraction(over, under):
            return f"({code(over)})/({code(under)})"
        case Power(base, exponent):
            return f"{code(base)}**({code(exponent)})"
        case More(_, rest):
            return code(rest)
        case _:
            raise AssertionError(expression)


def evaluated(expression: Expression) -> float:
    """Multiply where mathematics writes nothing, and add up as Python does."""
    written = re.sub(r"([\d)])\s*\(", r"\1*(", code(expression))
    try:
        return float(eval(written, {"e": math.e, "nan": math.nan, "inf": math.inf}))  # noqa: S307
    except OverflowError:
        return 0.0  # 1 / (1 + e^1000)


def has_numbers_alone(expression: Expression) -> bool:
    def symbols(each: Expression) -> bool:
        match each:
            case Name() | Sum():
                return True
            case Row(parts) | Flow(parts):
                return any(map(symbols, parts))
            case Fraction(first, second) | Power(first, second):
                return symbols(first) or symbols(second)
            case Symbol(text):
                return any(letter in text for letter in "Nrm…")
            case _:
                return False

    return not symbols(expression)


def check_every_line(equation: Equation, bound: float) -> int:
    """Compare every step that has numbers with the last one; return how many there were."""
    last = equation.steps[-1]
    assert isinstance(last, Number)
    steps = [step for step in equation.steps[:-1] if has_numbers_alone(step)]
    for step in steps:
        assert abs(evaluated(step) - last.value) <= bound, code(step)
    return len(steps)


@briefly
@given(passes(), st.data())
def test_every_line_of_a_gradient_gives_the_gradient_that_autograd_found(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], data: st.DataObject
) -> None:
    start, each = drawn
    history = play(start, *steps_of(each))
    row, column = data.draw(st.integers(0, start.n - 1)), data.draw(st.integers(0, start.k - 1))
    for element in (Element("W.grad", row, column), Element("b.grad", 0, column)):
        derivation = derive(history, element)
        which = 0 if element.name == "W.grad" else 1
        place = (row, column) if which == 0 else (column,)
        exact = [float(incoming(start, *one, torch.float64)[which][place]) for one in each]
        sizes = [term_sizes(start, *one, element) for one in each]
        first, *others = derivation.equations
        assert derivation.value == first.steps[-1].value  # type: ignore[union-attr]
        # z is off by some roundings of its terms, and so is every term of the gradient.
        spread = sum(ROUNDING * size * (1 + z_size(start, column)) for size in sizes) + len(each) * TINY
        assert abs(float(derivation.value or 0) - sum(exact)) <= spread * 4 + 4e-7 * sum(sizes)
        assert check_every_line(first, ROUNDING * sum(sizes) + TINY) >= 1
        own = [equation for equation in others if isinstance(equation.steps[-1], Number)]
        assert len(own) == (len(each) if len(each) > 1 else 0)
        for equation, size, found in zip(own, sizes, exact, strict=False):
            check_every_line(equation, ROUNDING * size + TINY)
            assert abs(equation.steps[-1].value - found) <= spread * 4 + 4e-7 * size  # type: ignore[union-attr]


def term_sizes(start: Snapshot, reduction: Reduction, rows: Rows, element: Element) -> float:
    """Return the sum of the absolute terms, without the factors 1 − ŷ and ŷ, whose roundings are absolute."""
    taken = list(range(start.m) if rows is None else rows)
    x = np.abs(start.x[taken, element.row]) if element.name == "W.grad" else np.ones(len(taken))
    error = np.abs(start.y_true[taken, element.column]) + 1
    scale = 1 if reduction is Reduction.SUM else 1 / (len(taken) * start.k)
    return float(2 * scale * (error * x).sum())


def z_size(start: Snapshot, column: int) -> float:
    return float((np.abs(start.x) @ np.abs(start.W[:, column]) + abs(start.b[column])).max())


@briefly
@given(passes(), st.data())
def test_every_line_of_a_forward_gives_what_it_made(
    drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]], data: st.DataObject
) -> None:
    start, each = drawn
    history = play(start, *steps_of(each[:1]))
    forward = history.current.forward
    assert forward is not None
    row = data.draw(st.sampled_from(range(start.m) if forward.rows is None else forward.rows))
    column = data.draw(st.integers(0, start.k - 1))
    bounds = {"z": ROUNDING * z_size(start, column), "y_pred": ROUNDING, "loss": ROUNDING * float(forward.loss)}
    for name, bound in bounds.items():
        element = Element(name, 0, 0) if name == "loss" else Element(name, row, column)
        (equation,) = derive(history, element).equations
        assert check_every_line(equation, bound + TINY) >= 1


@briefly
@given(passes())
def test_a_number_that_is_read_is_that_of_its_cell(drawn: tuple[Snapshot, list[tuple[Reduction, Rows]]]) -> None:
    start, each = drawn
    history = play(start, *steps_of(each))
    snapshot, forward = history.current, history.current.forward
    assert forward is not None
    taken = list(range(start.m) if forward.rows is None else forward.rows)
    tables = {name.value: np.atleast_2d(snapshot.tensor(name)) for name in TensorName}
    tables |= {"loss": np.atleast_2d(forward.loss)}
    checked = 0
    for name in ("z", "y_pred", "loss"):
        element = Element(name, taken[-1] if name != "loss" else 0, 0)
        for step in derive(history, element).equations[0].steps:
            for leaf in leaves(step):
                if isinstance(leaf, Number) and leaf.code and leaf.elements:
                    (cell,) = leaf.elements
                    made = {"z": forward.z, "y_pred": forward.y_pred}.get(cell.name)
                    value = tables[cell.name][cell.row, cell.column] if made is None else made[
                        taken.index(cell.row), cell.column]  # fmt: skip
                    assert leaf.value == value
                    checked += 1
    assert checked >= 5


def test_the_lines_of_the_notebook() -> None:
    history = play(NOTEBOOK_START, FORWARD, BACKWARD)
    assert text(history, W00) == (
        "∂loss/∂W[0, 0] = ∂loss/∂ŷ[0] · σ′(z[0]) · x[0]\n"
        "= −2 (y[0] − ŷ[0]) · ŷ[0] (1 − ŷ[0]) · x[0]\n"
        "= −2 (1.0000 − 0.1655) · 0.1655 (1 − 0.1655) · 0.7049\n"
        "= (−1.6691) · 0.1381 · 0.7049\n"
        "= −0.1625"
    )
    assert text(history, Element("y_pred", 0, 0)).endswith("= 1/(1 + e^−(−1.6182))\n= 0.1655")
    assert text(history, Element("z", 0, 0)) == (
        "z[0] = Σ_i x[i] · W[i, 0] + b[0]\n"
        "= 0.7049 · (−2.4852) + 0.3144 · (−0.1744) + 0.1697 · 1.1104 + 0.0000\n"
        "= −1.6182"
    )
    latex = notation.latex(derive(history, W00).equations)
    assert (
        r"\frac{\partial \mathrm{loss}}{\partial W_{0,0}} &= \frac{\partial \mathrm{loss}}{\partial \hat{y}_{0}}"
        in latex
    )
    assert r"&= -2 (1.0000 - 0.1655) \cdot 0.1655 (1 - 0.1655) \cdot 0.7049 \\" in latex


def test_the_factors_of_a_mean_and_of_a_weighted_mean() -> None:
    start = PRESETS["or_gate"]
    mean = play(start, Configure("reduction", Reduction.MEAN), FORWARD, BACKWARD)
    assert "= Σ_s −2/N (y[s, 0] − ŷ[s, 0])" in text(mean, B0)
    assert "= −2/4 (0.0000 − 0.5000) · 0.5000 (1 − 0.5000) · 1" in text(mean, B0)
    part = play(start, Configure("reduction", Reduction.WEIGHTED), MarkRows((0, 2)), FORWARD, BACKWARD)
    assert "−2/N · r/m (" in text(part, B0)
    assert "= −2/2 · 2/4 (0.0000 − 0.5000)" in text(part, B0)
    assert text(part, Element("loss", 0, 0)).startswith("loss = 1/N · r/m Σ_(s ∈ {0, 2}) (y[s, 0] − ŷ[s, 0])^2\n")


def test_a_handful_of_terms_and_the_sum_of_the_others() -> None:
    generator = np.random.default_rng(3)
    start = Snapshot(
        x=frozen(generator.random((102, 7))),
        y_true=frozen(generator.random((102, 1))),
        W=frozen(generator.standard_normal((7, 1))),
        b=frozen([0.5]),
    )
    history = play(start, FORWARD, BACKWARD)
    (equation,) = derive(history, W00).equations
    assert text(history, W00).count("… + 97 (") == 2
    assert check_every_line(equation, 2e-5) == 2
    assert check_every_line(derive(history, Element("loss", 0, 0)).equations[0], 2e-5) == 2
    assert text(history, Element("loss", 0, 0)).count("… + 97 (") == 2
    z = derive(history, Element("z", 101, 0))
    assert check_every_line(z.equations[0], 1e-6) == 1
    assert "… + 2 (" in notation.plain(z.equations)
    assert r"\underbrace{" in notation.latex(z.equations)


def test_accumulated_gradients_are_a_sum_of_backwards_each_from_its_own_forward() -> None:
    history = play(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, FORWARD, BACKWARD)
    first, second = history.current.deposits
    assert first.W_grad is not None
    assert second.W_grad is not None
    said = text(history, W00)
    assert said.startswith("W.grad[0, 0] = g^(1) + g^(2)\n")
    assert f"g^(1) = −2 (1.0000 − {first.forward.y_pred[0, 0]:.4f})" in said
    assert f"g^(2) = −2 (1.0000 − {second.forward.y_pred[0, 0]:.4f})" in said
    assert first.forward.y_pred[0, 0] != second.forward.y_pred[0, 0]
    assert derive(history, W00).stale == ("W", "b")


def test_a_second_backward_on_one_forward_is_the_same_again() -> None:
    history = play(NOTEBOOK_START, Configure("retain_graph", True), FORWARD, BACKWARD, BACKWARD)
    assert "g^(2) = g^(1)\n= −0.1625" in text(history, W00)


@pytest.mark.parametrize(("count", "shown"), [(5, [1, 2, 3, 4, 5]), (6, [1, 2, 3, 4, 5, 6]), (7, [1, 2, 3, 4, 7]),
                                              (9, [1, 2, 3, 4, 9])])  # fmt: skip
def test_of_many_backwards_the_first_ones_and_the_last_are_shown(count: int, shown: list[int]) -> None:
    history = play(NOTEBOOK_START, *[FORWARD, BACKWARD, UPDATE] * count)
    equations = derive(history, W00).equations
    assert check_every_line(equations[0], 1e-6) == 1
    added = [leaf for leaf in leaves(equations[0].steps[1]) if isinstance(leaf, Number)]
    arrived = [float(deposit.W_grad[0, 0]) for deposit in history.current.deposits if deposit.W_grad is not None]
    assert len(arrived) == count
    assert [added[place].value for place in range(4)] == arrived[:4]
    assert added[-1].value == arrived[-1]
    left_out = count - len(shown)
    symbols, numbers, *_ = notation.plain(equations).split("\n")
    assert symbols.endswith(f" + g^({count})")
    assert ("… + g^(" in symbols) is (f"… + {left_out} (" in numbers) is (left_out > 0)
    assert left_out != 1
    assert [notation.plain((equation,))[:5] for equation in equations[2:]] == [f"g^({i})" for i in shown]


def test_of_merged_backwards_there_is_only_the_sum() -> None:
    with patch.object(deposits, "MOST", 2):
        history = play(NOTEBOOK_START, *[FORWARD, BACKWARD] * 4)
    derivation = derive(history, W00)
    assert derivation.remark is Remark.MERGED
    assert notation.plain(derivation.equations).startswith("W.grad[0, 0] = g^(1…3) + g^(4)\n≈ −0.4874 + (−0.1625)\n")
    assert check_every_line(derivation.equations[0], 1e-6) == 1


@pytest.mark.parametrize("name", ["z", "y_pred", "loss"])
def test_before_a_forward_there_are_symbols_alone(name: str) -> None:
    derivation = derive(play(NOTEBOOK_START), Element(name, 0, 0))
    assert derivation.remark is Remark.NO_FORWARD
    assert derivation.value is None
    assert not derivation.can_be_checked
    assert not any(isinstance(leaf, Number) for step in derivation.equations[0].steps for leaf in leaves(step))


def test_a_row_that_forward_did_not_take_has_symbols_alone() -> None:
    history = play(PRESETS["or_gate"], MarkRows((1, 3)), FORWARD)
    assert derive(history, Element("z", 0, 0)).remark is Remark.ROW_NOT_TAKEN
    assert derive(history, Element("z", 3, 0)).remark is None
    assert derive(history, Element("z", 3, 0)).value == float(history.current.forward.z[1, 0])  # type: ignore[union-attr]


def test_none_is_not_zero() -> None:
    assert derive(play(NOTEBOOK_START, FORWARD), W00).remark is Remark.NO_GRADIENT
    zeroed = derive(play(NOTEBOOK_START, FORWARD, BACKWARD, ZERO_GRAD), W00)
    assert (zeroed.remark, zeroed.value) == (Remark.ZEROED, 0.0)
    none = play(NOTEBOOK_START, Configure("zeroing", Zeroing.NONE), FORWARD, BACKWARD, ZERO_GRAD)
    assert derive(none, W00).remark is Remark.NO_GRADIENT


def test_a_refused_backward_leaves_what_it_had_reached() -> None:
    history = play(NOTEBOOK_START, FORWARD, typed(TensorName.X, 0.1), BACKWARD)
    assert history.entry.refusal is not None
    assert derive(history, W00).remark is Remark.NO_GRADIENT
    b_grad = derive(history, B0)
    assert b_grad.stale == ("x",)
    assert check_every_line(b_grad.equations[0], 1e-6) == 2


def test_an_edit_after_forward_leaves_the_values_it_was_made_with() -> None:
    history = play(NOTEBOOK_START, FORWARD, typed(TensorName.W, 5.0))
    derivation = derive(history, Element("z", 0, 0))
    assert derivation.stale == ("W",)
    assert "0.7049 · (−2.4852)" in notation.plain(derivation.equations)


def test_an_update_has_the_numbers_before_and_after() -> None:
    history = play(NOTEBOOK_START, Configure("lr", 0.5), FORWARD, BACKWARD, UPDATE)
    derivation = derive(history, Element("W", 0, 0))
    assert notation.plain(derivation.equations) == (
        "W[0, 0] ← W[0, 0] − lr · W.grad[0, 0]\n= −2.4852 − 0.5 · (−0.1625)\n= −2.4040"
    )
    assert check_every_line(derivation.equations[0], 1e-6) == 1
    assert derivation.value == float(history.current.W[0, 0])
    assert derivation.remark is None
    assert "b[0] ← b[0] − lr · b.grad[0]" in text(history, Element("b", 0, 0))


def test_a_parameter_follows_from_the_last_update_until_it_is_typed() -> None:
    start = play(NOTEBOOK_START, FORWARD, BACKWARD)
    assert derived(start, Element("W", 0, 0)) is None
    later = play(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE, FORWARD, typed(TensorName.W, 1.0))
    assert derived(later, Element("W", 0, 0)) is None
    other = derive(later, Element("W", 1, 0))
    assert other.remark is Remark.EARLIER_UPDATE
    assert other.value == float(later.current.W[1, 0])
    assert derived(later.at(2), Element("W", 1, 0)) is None


@pytest.mark.parametrize(
    "element", [Element("x", 0, 0), Element("y_true", 0, 0), Element("z", 1, 0), Element("W.grad", 0, 1)]
)
def test_inputs_and_what_is_not_there_have_no_formula(element: Element) -> None:
    assert derived(play(NOTEBOOK_START, FORWARD, BACKWARD, UPDATE), element) is None


def test_what_is_followed_is_what_the_last_phase_made() -> None:
    begun = play(PRESETS["or_gate"], MarkRows((2, 3)))
    assert followed(begun) == Element("z", 2, 0)
    steps: list[Step] = [FORWARD, BACKWARD, UPDATE, ZERO_GRAD]
    found = [followed(play(NOTEBOOK_START, *steps[:count])).name for count in range(5)]
    assert found == ["z", "loss", "W.grad", "W", "W.grad"]
    assert followed(play(NOTEBOOK_START, FORWARD, typed(TensorName.W, 1.0))) == Element("loss", 0, 0)
    assert followed(play(NOTEBOOK_START, UPDATE)) == Element("z", 0, 0)
    refused = play(replace(NOTEBOOK_START), FORWARD, BACKWARD, BACKWARD)
    assert followed(refused) == W00


def test_a_gradient_that_a_refused_backward_did_not_reach_is_not_from_an_earlier_state() -> None:
    history = play(PRESETS["notebook"], FORWARD, typed(TensorName.X, 0.5), BACKWARD, FORWARD, BACKWARD)
    assert len(history.current.deposits) == 2
    assert derive(history, W00).stale == ()
    assert derive(history, B0).stale == ("x",)


@pytest.mark.parametrize("name", ["W", "b"])
def test_after_a_run_it_says_that_an_update_within_it_made_a_parameter(name: str) -> None:
    before, element = History.begin("notebook", CPU), Element(name, 0, 0)
    outcome = ENGINE.execute(Run(updates=3), before.current, CPU)
    ended = before.push(outcome.action, outcome.snapshot, CPU)
    run = outcome.action
    assert isinstance(run, Ran)
    for phases in range(1, run.phases + 1):
        shown = ended.at_moment(ended.entry, *ENGINE.revisit(run, before.current, phases, CPU))
        found = derived(shown, element)
        if phases < 3:
            assert found is None
            continue
        assert found is not None
        assert found.value == float(shown.current.tensor(TensorName(name)).reshape(-1)[0])
        is_update = phases % 4 == 3
        assert found.remark is (None if is_update else Remark.WITHIN_RUN)
        assert found.can_be_checked is is_update
        assert len(found.equations) == 1
