"""The cells of the code view: what there is to read of every entry, and that it follows the history."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from perceptron_gui.core import history as history_module
from perceptron_gui.core import lines
from perceptron_gui.core.actions import (
    Assign,
    Axis,
    Configure,
    Gesture,
    MarkRows,
    Operation,
    Randomize,
    Resize,
    SwitchDevice,
)
from perceptron_gui.core.history import History
from perceptron_gui.core.snapshot import TensorName, frozen
from perceptron_gui.ui.code.cell import MOST_PRINTED, LineKind, Paragraph, wrapped
from perceptron_gui.ui.code.model import Cell, CodeModel, CodeRole
from perceptron_gui.ui.entry_model import Moment
from tests.core.play import BACKWARD, FORWARD, UPDATE, ZERO_GRAD, of_size
from tests.core.test_script import begun, done
from tests.strategies import GoBack, Journey, briefly, journeys

EDIT_OF_X = Assign(TensorName.X, 0, 1, frozen([[0.5]]), Gesture.TYPE)


def story() -> History:
    """Return a history in which all kinds of lines come up."""
    return done(
        History.begin("notebook", "cpu"),
        UPDATE, FORWARD, BACKWARD, FORWARD, BACKWARD, BACKWARD, UPDATE, ZERO_GRAD, FORWARD, EDIT_OF_X, BACKWARD,
    )  # fmt: skip


def cells(model: CodeModel) -> list[Cell]:
    """Return what is painted, entry by entry."""
    return [model.index(row, 0).data(CodeRole.CELL) for row in range(model.rowCount())]


def texts(model: CodeModel) -> list[str]:
    """Return every line, prompt and all."""
    shown = [model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())]
    return [line for text in shown for line in text.split("\n")]


def read(cell: Cell, kind: LineKind) -> str:
    """Return the text of one kind in a cell, spaces aside."""
    return " ".join(" ".join(line.text for line in cell.lines if line.kind is kind).split())


def modelled(history: History, columns: int = 300) -> CodeModel:
    model = CodeModel()
    model.set_columns(columns)
    model.display(history)
    return model


def commented(history: History) -> str:
    """Return the comments on the last entry."""
    return read(cells(modelled(history))[-1], LineKind.COMMENT)


class TestWhatIsThere:
    def test_an_entry_is_its_code_what_pytorch_printed_and_what_it_raised(self) -> None:
        history = story()
        read_cells = cells(modelled(history))
        assert len(read_cells) == len(history.entries)
        for index, (entry, cell) in enumerate(zip(history.entries, read_cells, strict=True)):
            before = history.entries[index - 1].snapshot if index else entry.snapshot
            code = [line.text for line in cell.lines if line.kind is LineKind.CODE]
            assert code == lines.of_action(entry.action, before, entry.snapshot).split("\n")
            assert read(cell, LineKind.PRINTED) == " ".join(entry.printed.split())
            assert read(cell, LineKind.REFUSAL) == " ".join(str(entry.refusal or "").split())

    def test_prompts_are_a_notebooks_and_count_from_the_start_values(self) -> None:
        read_cells = cells(modelled(done(story(), FORWARD)))
        first = [cell.lines[0].prompt for cell in read_cells]
        assert first == [f"In [{number}]: " for number in range(1, len(read_cells) + 1)]
        prompts = [line.prompt.strip() for line in read_cells[-1].lines]
        assert prompts == ["In [13]:", "", "", "Out[13]:", ""]
        assert {len(line.prompt) for line in read_cells[-1].lines} == {len("Out[13]: ")}

    def test_a_matrix_stands_as_pytorch_prints_it(self) -> None:
        history = done(History.begin("notebook", "cpu"), FORWARD, BACKWARD)
        printed = [line.text for line in cells(modelled(history))[-1].lines if line.kind is LineKind.PRINTED]
        assert printed[0].startswith("W.grad = tensor([[-0.")
        assert [line.index("[-") for line in printed[:3]] == [printed[0].index("[-")] * 3

    @pytest.mark.parametrize(
        ("actions", "said"),
        [
            ((FORWARD, BACKWARD), ("The graph is spent.",)),
            ((FORWARD, BACKWARD, FORWARD, BACKWARD), ("Added to what was there", "2", "The graph is spent.")),
            ((Configure("retain_graph", value=True), FORWARD, BACKWARD, BACKWARD), ("sum of 2", "The graph is kept.")),
            ((FORWARD, EDIT_OF_X), ("z, y_pred and loss are of the old values",)),
            ((FORWARD, EDIT_OF_X, BACKWARD), ("Changed all the same: b.grad.",)),
            (
                (FORWARD, EDIT_OF_X, BACKWARD, FORWARD, BACKWARD),
                ("Backwards summed in W.grad: 1, in b.grad: 2.", "The graph is spent."),
            ),
            (
                (FORWARD, Assign(TensorName.W, 0, 0, frozen([[1]]), Gesture.TYPE), BACKWARD),
                ("Edited after Forward: W.", "The graph is spent."),
            ),
            ((FORWARD, BACKWARD, UPDATE, UPDATE), ("The gradient was of an older state (W, b",)),
            ((FORWARD, BACKWARD, Randomize()), ("The last Forward is dropped.", "New tensors: .grad is None.")),
            ((Configure("retain_graph", value=True),), ("Backward keeps the graph from now on.",)),
            ((Configure("twin", value=True),), ("a second run",)),
            ((FORWARD, SwitchDevice("cpu")), ("The last Forward is dropped.",)),
            ((FORWARD, BACKWARD, Configure("lr", 1e300), UPDATE), ("Not finite any more (nan or inf): W, b.",)),
        ],
    )  # fmt: skip
    def test_where_pytorch_says_nothing_a_comment_does(
        self, actions: tuple[Operation, ...], said: tuple[str, ...]
    ) -> None:
        comment = commented(done(History.begin("notebook", "cpu"), *actions))
        assert comment.startswith("# ")
        for words in said:
            assert words in comment

    @pytest.mark.parametrize("actions", [(FORWARD,), (FORWARD, BACKWARD, UPDATE), (FORWARD, BACKWARD, ZERO_GRAD)])
    def test_where_there_is_nothing_to_say_there_is_no_comment(self, actions: tuple[Operation, ...]) -> None:
        assert commented(done(History.begin("notebook", "cpu"), *actions)) == ""

    def test_marked_rows_are_a_list(self) -> None:
        history = done(begun(of_size(12, 2, 1, 1)), MarkRows((0, 2)))
        assert [line.text for line in cells(modelled(history))[-1].lines] == ["rows = [0, 2]"]
        assert commented(done(history, MarkRows(None))).startswith("# The samples that Forward takes: x")

    def test_the_next_part_is_told_with_its_rows(self) -> None:
        history = done(begun(of_size(12, 2, 1, 1)), Configure("part", 4))
        assert cells(modelled(history))[-1].lines[0].text == "rows = list(range(0, 4))"
        assert "rows = list(range(4, 8))" in commented(done(history, FORWARD, BACKWARD))

    def test_a_long_result_shows_its_beginning_and_its_end(self) -> None:
        history = done(begun(of_size(500, 1, 1, 1)), FORWARD)
        cell = cells(modelled(history))[-1]
        printed = history.entry.printed.split("\n")
        assert sum(line.kind is LineKind.PRINTED for line in cell.lines) == MOST_PRINTED
        left_out = [line.text for line in cell.lines if line.kind is LineKind.COMMENT]
        assert left_out == [f"# … {len(printed) - MOST_PRINTED} lines more: copy what PyTorch printed to read them"]
        assert cell.lines[-1].text == printed[-1]

    @briefly
    @given(st.text(alphabet="ab. ", max_size=90), st.sampled_from(LineKind), st.integers(8, 60))
    def test_broken_lines_fit_and_lose_nothing(self, text: str, kind: LineKind, columns: int) -> None:
        broken = list(wrapped(Paragraph(kind, text), columns))
        assert all(len(line) <= columns for line in broken)
        mark = "# " if kind is LineKind.COMMENT else ""
        rejoined = "".join([broken[0], *(line.removeprefix(mark) for line in broken[1:])])
        assert rejoined.replace(" ", "") == text.replace(" ", "")
        assert len(broken) == 1 or len(text) > columns

    def test_every_line_fits_the_width(self) -> None:
        history = done(story(), Resize(Axis.OUTPUTS, 9), FORWARD, BACKWARD)
        for columns in (200, 40, 57):
            model = modelled(history, columns)
            assert max(map(len, texts(model))) <= columns
            model.set_columns(90)
            assert texts(model) == texts(modelled(history, 90))


class TestFollowing:
    @briefly
    @given(journeys(), st.data())
    def test_what_is_shown_is_the_history_whatever_way_it_came_about(
        self, journey: Journey, data: st.DataObject
    ) -> None:
        model = modelled(begun(journey.start), 60)
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        history = begun(journey.start)
        for step in journey.steps:
            match step:
                case GoBack(states):
                    for _ in range(states % 4):
                        history = history.undo()
                    history = data.draw(st.sampled_from([history, history.redo(), history.at(0)]))
                case _:
                    history = done(history, step)
            if data.draw(st.booleans()):
                model.display(history)
        model.display(history)
        assert cells(model) == cells(modelled(history, 60))
        moments = [cell.moment for cell in cells(model)]
        undone = len(history.entries) - 1 - history.index
        assert moments == [Moment.PAST] * history.index + [Moment.PRESENT] + [Moment.UNDONE] * undone

    def test_a_future_that_is_cut_off_disappears_and_an_undone_one_stays(self) -> None:
        history = story()
        model = modelled(history)
        model.display(history.at(4))
        assert len(cells(model)) == len(history.entries)
        model.display(done(history.at(4), BACKWARD))
        assert len(cells(model)) == 6

    def test_oldest_entries_that_are_dropped_disappear(self) -> None:
        history = begun(of_size(1, 100, 1))
        model = modelled(history)
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        with patch.object(history_module, "LARGEST_HISTORY", 10_000):
            for value in range(40):
                history = done(history, Assign(TensorName.W, 0, 0, frozen([[value + 1]]), Gesture.TYPE))
                model.display(history)
        assert len(history.entries) < 30
        assert model.entries == history.entries
        assert cells(model)[1:] == cells(modelled(history))[1:]
        assert cells(model)[-1].lines[1].text == "    W[0, 0] = 40.0"
