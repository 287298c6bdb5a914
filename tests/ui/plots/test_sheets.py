"""The numbers of each plot as CSV, against the tensors, by Python's own reader."""

import csv
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from perceptron_gui.core import deposits
from perceptron_gui.core.actions import Configure, MarkRows
from perceptron_gui.core.operations import Engine
from perceptron_gui.core.snapshot import FloatArray, frozen
from perceptron_gui.ui.plots.activation import ActivationPlot
from perceptron_gui.ui.plots.contour import ContourPlot
from perceptron_gui.ui.plots.gradient import GradientPlot
from perceptron_gui.ui.plots.loss import LossPlot
from perceptron_gui.ui.plots.plot import Plot
from perceptron_gui.ui.plots.sheet import Column, Sheet, sheet_csv
from perceptron_gui.ui.plots.weights import WeightsPlot
from tests.ui.plots.conftest import Show
from tests.ui.plots.scenes import (
    BACKWARD,
    FORWARD,
    INF,
    NAN,
    UPDATE,
    after_edit,
    after_update_to,
    begin,
    begin_with,
    done,
    losses,
    parameters,
)


def read(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows, as any program reads them."""
    text = b"".join(sheet_csv(sheet)).decode()
    header, *rows = csv.reader(text.splitlines())
    assert all(len(row) == len(header) for row in rows)
    return header, rows


def bits(texts: Iterator[str]) -> list[int]:
    found: list[int] = np.array([float(text) for text in texts]).astype(np.float32).view(np.uint32).tolist()
    return found


def same(texts: list[str], numbers: FloatArray | list[float]) -> bool:
    return bits(iter(texts)) == np.asarray(numbers, np.float32).reshape(-1).view(np.uint32).tolist()


def answered(plot: Plot, engine: Engine) -> None:
    plot.question_raised.connect(lambda question: plot.take_answer(question, engine.answer(question, "cpu")))


def test_the_loss_at_every_update_count(show: Show, engine: Engine) -> None:
    history = done(engine, begin(), *[FORWARD, BACKWARD, UPDATE] * 3, FORWARD)
    plot = show(LossPlot)
    plot.display(history)
    header, rows = read(plot.sheet())
    assert header == ["updates", "loss"]
    expected = losses(history)
    assert [int(row[0]) for row in rows] == list(expected)
    assert same([row[1] for row in rows], list(expected.values()))


def test_the_twin_beside_it_with_gaps_where_one_of_them_has_no_loss(show: Show, engine: Engine) -> None:
    history = done(engine, begin(), *[FORWARD, BACKWARD, UPDATE] * 2)
    history = after_edit(history, Configure("twin", value=True))
    history = done(engine, history, *[FORWARD, BACKWARD, UPDATE] * 2, FORWARD)
    plot = show(LossPlot)
    answered(plot, engine)
    plot.display(history)
    header, rows = read(plot.sheet())
    assert header == ["updates", "loss", "loss of the twin"]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert same([row[1] for row in rows], list(losses(history).values()))
    assert [row[2] == "" for row in rows] == [True, True, False, False, False]


def test_every_parameter(show: Show, engine: Engine) -> None:
    history = done(engine, begin("layer_4x2"), *[FORWARD, BACKWARD, UPDATE] * 2)
    plot = show(WeightsPlot)
    plot.display(history)
    header, rows = read(plot.sheet())
    assert header == ["updates", *(f"W[{i}, {j}]" for i in range(4) for j in range(2)), "b[0]", "b[1]"]
    for row, numbers in zip(rows, parameters(history).values(), strict=True):
        assert same(row[1:], numbers)


def test_what_is_not_finite_is_there_too(show: Show) -> None:
    history = after_update_to(begin(), [[NAN], [INF], [-INF]], [-0.0])
    plot = show(WeightsPlot)
    plot.display(history)
    _, rows = read(plot.sheet())
    assert rows[1] == ["1", "nan", "inf", "-inf", "-0.0"]


def test_the_points_on_the_activation_know_their_sample(show: Show, engine: Engine) -> None:
    history = done(engine, after_edit(begin("or_gate"), MarkRows((1, 3))), FORWARD)
    plot = show(ActivationPlot)
    plot.display(history)
    header, rows = read(plot.sheet())
    forward = history.current.forward
    assert forward is not None
    assert header == ["sample", "output", "z", "y_pred", "slope"]
    assert [row[:2] for row in rows] == [["1", "0"], ["3", "0"]]
    assert same([row[2] for row in rows], forward.z)
    assert same([row[3] for row in rows], forward.y_pred)
    y_pred = torch.tensor(forward.y_pred)
    assert same([row[4] for row in rows], (y_pred * (1 - y_pred)).numpy())


def test_the_ledger_adds_up(show: Show, engine: Engine) -> None:
    history = done(engine, begin(), *[FORWARD, BACKWARD] * 3)
    plot = show(GradientPlot)
    answered(plot, engine)
    plot.display(history)
    header, rows = read(plot.sheet())
    assert header == ["parameter", "first Backward", "last Backward", "added", ".grad after"]
    now = history.current
    assert now.W_grad is not None
    for index in range(3):
        own = [row for row in rows if row[0] == f"W.grad[{index}, 0]"]
        assert [row[1:3] for row in own] == [["1", "1"], ["2", "2"], ["3", "3"], ["", ""]]
        running = torch.zeros(())
        for row, deposit in zip(own, now.deposits, strict=False):
            assert deposit.W_grad is not None
            assert same([row[3]], deposit.W_grad[index])
            running = running + torch.tensor(deposit.W_grad[index, 0])
            assert same([row[4]], [float(running)])
        assert own[-1][3] == ""
        assert same([own[-1][4]], now.W_grad[index])


def test_no_gradient_is_an_empty_cell_and_merged_backwards_say_which(show: Show, engine: Engine) -> None:
    plot = show(GradientPlot)
    answered(plot, engine)
    plot.display(begin())
    _, rows = read(plot.sheet())
    assert rows == [[name, "", "", "", ""] for name in ("W.grad[0, 0]", "W.grad[1, 0]", "W.grad[2, 0]", "b.grad[0]")]
    plot.display(done(engine, begin(), *[FORWARD, BACKWARD] * (deposits.MOST + 2)))
    _, rows = read(plot.sheet())
    assert rows[0][1:3] == ["1", "3"]


def test_the_slice_and_the_way_over_it(show: Show, engine: Engine) -> None:
    history = done(engine, begin("or_gate"), *[FORWARD, BACKWARD, UPDATE] * 2, FORWARD)
    plot = show(ContourPlot)
    answered(plot, engine)
    plot.display(history)
    plot.surface.found = None
    _, rows = read(plot.sheet())
    assert {row[0] for row in rows} == {"this run"}
    plot.display(done(engine, history, UPDATE))
    plot._ask()
    header, rows = read(plot.sheet())
    assert header == ["what", "updates", "W[0, 0]", "W[1, 0]", "loss"]
    grid = [row for row in rows if row[0] == "loss"]
    found = plot.surface.found
    assert found is not None
    assert len(grid) == len(found.first) * len(found.second)
    one = grid[len(found.first) + 2]
    assert same(one[2:4], [float(found.first[2]), float(found.second[1])])
    assert same([one[4]], [float(plot.surface.losses[1, 2])])
    way = [row for row in rows if row[0] == "this run"]
    assert [row[1] for row in way] == ["0", "1", "2", "3"]
    assert same(way[-1][2:4], plot._snapshot.W if plot._snapshot is not None else [])
    assert way[-1][4] == ""
    assert same([row[4] for row in way[:3]], list(losses(history).values()))


def test_a_curve_over_one_parameter(show: Show, engine: Engine) -> None:
    start = begin_with(x=frozen([[2.0]]), y_true=frozen([[1.0]]), W=frozen([[0.5]]), b=frozen([0.0]))
    plot = show(ContourPlot)
    answered(plot, engine)
    history = done(engine, start, FORWARD)
    plot.display(history)
    plot._ask()
    header, rows = read(plot.sheet())
    assert header == ["what", "updates", "W[0, 0]", "loss"]
    assert rows[-1][:3] == ["this run", "0", "0.5"]
    assert same([rows[-1][3]], list(losses(history).values()))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_text_is_never_a_formula_and_a_number_stays_one(text: str) -> None:
    """Fault 49."""
    sheet = Sheet((Column(text, frozen([-0.5, 2.0])), Column("b", (text, "plain, with a comma"))))
    written = b"".join(sheet_csv(sheet)).decode()
    header, first, second = csv.reader(written.splitlines(keepends=True))
    assert header == [f"'{text}", "b"]
    assert first == ["-0.5", f"'{text}"]
    assert second == ["2.0", "plain, with a comma"]


def test_ten_thousand_updates_are_written_piece_by_piece() -> None:
    sheet = Sheet((Column("updates", np.arange(10_000)), Column("loss", frozen(np.linspace(1, 0, 10_000)))))
    looks: list[tuple[int, int]] = []
    pieces = list(sheet_csv(sheet, lambda *share: looks.append(share)))
    assert len(pieces) == 4
    assert looks == [(0, 10_000), (4096, 10_000), (8192, 10_000)]
    rows = list(csv.reader(b"".join(pieces).decode().splitlines()))[1:]
    assert same([row[1] for row in rows], np.linspace(1, 0, 10_000).astype(np.float32))
