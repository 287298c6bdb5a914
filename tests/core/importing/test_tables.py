"""CSV and TSV against Python's own csv module: what it writes is read to the last bit, or a person is asked."""

import csv
import io
import random
import string
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perceptron_gui.core.importing import tables
from perceptron_gui.core.importing.values import DETECTED, Dialect, Table
from perceptron_gui.core.problems import Problem, Reason
from perceptron_gui.core.snapshot import TensorName, same_bits
from tests.strategies import finite, float32_arrays, tame, thoroughly

X, Y = TensorName.X, TensorName.Y_TRUE


def read(text: str | bytes, dialect: Dialect = DETECTED) -> Table:
    return tables.read(text.encode() if isinstance(text, str) else text, "a.csv", dialect)


def numbers(table: Table) -> list[list[float]]:
    """Return the columns, all of which have to be numbers."""
    for column in table.columns:
        assert not isinstance(column, Problem), column
    return [column.tolist() for column in table.columns if not isinstance(column, Problem)]


def problems(table: Table) -> list[tuple[Reason, dict[str, object]] | None]:
    return [(column.reason, column.values) if isinstance(column, Problem) else None for column in table.columns]


def refusal(data: str | bytes, dialect: Dialect = DETECTED) -> Problem:
    with pytest.raises(Problem) as caught:
        read(data, dialect)
    return caught.value


@st.composite
def tables_of_text(draw: st.DrawFn) -> tuple[bytes, Dialect, npt.NDArray[np.float32]]:
    """Draw a table, and how Python's csv module writes it."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 4)))
    whole = st.integers(-2000, 2000).map(float)
    values = draw(float32_arrays(shape, draw(st.sampled_from([finite, tame, whole]))))
    separator, decimal = draw(st.sampled_from(["\t", ";", ","])), draw(st.sampled_from([".", ","]))
    cells = [[str(value).removesuffix(".0").replace(".", decimal) for value in row] for row in values]
    has_header = draw(st.booleans())
    if has_header:
        cells.insert(0, [f"столбец {index}" for index in range(shape[1])])
    text = io.StringIO()
    ends = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    is_quoted = draw(st.booleans())
    writer = csv.writer(
        text, delimiter=separator, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL, lineterminator=ends
    )
    writer.writerows(cells)
    data = text.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1251"])))
    return data, Dialect(separator, decimal, has_header), values


@thoroughly
@given(tables_of_text())
def test_what_the_csv_module_writes_is_read_or_a_person_is_asked(
    file: tuple[bytes, Dialect, npt.NDArray[np.float32]],
) -> None:
    data, dialect, values = file
    for wished in (DETECTED, dialect):
        table = read(data, wished)
        if wished is DETECTED and any(problem is not None for problem in problems(table)):
            assert {problem and problem[0] for problem in problems(table)} == {Reason.WHICH_COMMA}
            assert None in {table.dialect.separator, table.dialect.decimal}
            continue
        assert np.array(numbers(table), np.float32).T.tobytes() == values.tobytes()
        assert table.dialect.has_header is dialect.has_header
        for column in table.columns:
            assert isinstance(column, np.ndarray)
            assert column.dtype == np.float32
            assert not column.flags.writeable


class TestDetection:
    @pytest.mark.parametrize(
        ("text", "separator", "decimal", "columns"),
        [
            ("a,b\n1.5,2\n3,4\n", ",", ".", [[1.5, 3], [2, 4]]),
            ("a;b\n1,5;2\n3;4\n", ";", ",", [[1.5, 3], [2, 4]]),
            ("1\t2\n3\t4", "\t", ".", [[1, 3], [2, 4]]),
            ("v\n1,5\n3\n", ";", ",", [[1.5, 3]]),
            ('"1,5","2"\n"-3,25","4"\n', ",", ",", [[1.5, -3.25], [2, 4]]),
            ("1, 2.5\n 3 ,4\n", ",", ".", [[1, 3], [2.5, 4]]),
            ("1\u00a0234,5;−2\n3;4", ";", ",", [[1234.5, 3], [-2, 4]]),
            ("\n\n7\n\n", ";", ".", [[7]]),
        ],
    )
    def test_of_separator_and_decimal_mark(
        self, text: str, separator: str, decimal: str, columns: list[list[float]]
    ) -> None:
        table = read(text)
        assert (table.dialect.separator, table.dialect.decimal) == (separator, decimal)
        assert numbers(table) == columns

    @pytest.mark.parametrize(
        "text", ["0,0\n0,1\n1,0\n", "1,5\n2\n", "1,234;2\n3,456;3\n", '"1,234","5"\n', "1.5;2\n2,5;3\n"]
    )
    def test_a_comma_that_may_be_either_is_never_guessed(self, text: str) -> None:
        table = read(text)
        assert {problem and problem[0] for problem in problems(table)} == {Reason.WHICH_COMMA}

    def test_a_person_decides_by_separator_or_by_mark(self) -> None:
        gate = "0,0\n0,1\n1,0\n"
        two, one = [[0, 0, 1], [0, 1, 0]], np.array([[0, 0.1, 1]], np.float32).tolist()
        assert numbers(read(gate, Dialect(separator=","))) == numbers(read(gate, Dialect(decimal="."))) == two
        assert numbers(read(gate, Dialect(separator=";"))) == numbers(read(gate, Dialect(decimal=","))) == one
        thousands = "1,234;2\n"
        assert numbers(read(thousands, Dialect(decimal=",")))[0] == [np.float32(1.234)]
        assert problems(read(thousands, Dialect(decimal="."))) == [
            (Reason.WRONG_MARK, {"line": 1, "column": 1, "text": "1,234", "mark": "."}),
            None,
        ]

    def test_the_mark_is_found_however_far_down_it_is_certain(self) -> None:
        assert read("1,234;5\n" * 3000 + "0,5;5\n").dialect.decimal == ","

    def test_a_header_is_words_above_numbers(self) -> None:
        assert read("Ann,1\nBob,2\n").dialect.has_header is False
        assert read("name,age\nBob,2\n").dialect.has_header is True
        assert read("2019,2020,2021\n1,2,3\n").names == ("", "", "")
        table = read("2019,2020,2021\n1,2,3\n", Dialect(has_header=True))
        assert table.names == ("2019", "2020", "2021")
        assert numbers(table) == [[1], [2], [3]]

    def test_cp1251_is_what_is_not_utf_8(self) -> None:
        text = "рост;вес\n1,75;70\n"
        for data in (text.encode(), text.encode("utf-8-sig"), text.encode("cp1251")):
            assert read(data).names == ("рост", "вес")
        assert read(text.encode("cp1251")).encoding == "cp1251"


class TestWhatIsRefused:
    @pytest.mark.parametrize("data", ["", "\n\n", b"1,2\0", b"\xff\xfe1\x002\x00", b"\xff\x98", "a,b\n"])
    def test_what_is_no_table(self, data: str | bytes) -> None:
        assert refusal(data, Dialect(has_header=True)).reason is Reason.NOT_A_TABLE

    @pytest.mark.parametrize(
        ("text", "line", "found"), [("1,2,3\n1,2\n", 2, 2), ("\na,b\n1.5,2\n\n3,4\n", 4, 0), ("1,2,3\n4,5,6,7\n", 2, 4)]
    )
    def test_a_ragged_line_is_named(self, text: str, line: int, found: int) -> None:
        expected = text.strip().split("\n")[0].count(",") + 1
        ragged = (Reason.RAGGED_LINE, {"line": line, "found": found, "expected": expected})
        assert problems(read(text)) == [ragged] * expected

    @pytest.mark.parametrize(
        "cell", ["x", "", "nan", "inf", "1e39", "-3.5e38", "1.2.3", "0x10", "1_000", "1 2", "1\n2"]
    )
    def test_a_cell_that_is_no_float32_is_named_and_its_column_alone_is_lost(self, cell: str) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([["a", "b"], ["1.5", "2"], ["3", cell], ["5", "6"]])
        first, second = problems(read(text.getvalue()))
        assert first is None
        assert second is not None
        values: dict[str, Any] = {"line": 3, "column": 2, "text": " ".join(cell.split()), "mark": "."}
        assert second == (Reason.BAD_CELL, values)

    @pytest.mark.parametrize("space", [" ", "\t", "\n", "\u00a0", "\u202f", "\x0b", "\u2003"])
    def test_space_around_a_number_is_none_of_it(self, space: str) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\n").writerows(
            [["a", "b"], [f"{space}1.5{space}", "2"], ["3", "x"]]
        )
        table = read(text.getvalue())
        assert isinstance(table.columns[0], np.ndarray)
        assert table.columns[0].tolist() == [1.5, 3]
        assert isinstance(table.columns[1], Problem)
        assert table.columns[1].values["line"] == 3 + 2 * (space == "\n")

    def test_the_largest_float32_is_none_too_many(self) -> None:
        assert numbers(read("a\n3.4028235e38\n")) == [[float(np.finfo(np.float32).max)]]

    @pytest.mark.parametrize("text", ['1,2,3\n"1,2,3\n', '1,2,3\n"1"x,2,3\n'])
    def test_broken_quotes(self, text: str) -> None:
        assert {problem and problem[0] for problem in problems(read(text))} == {Reason.BROKEN_QUOTES}

    def test_too_many_cells_before_one_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "_columns", lambda *_: pytest.fail("read"))
        monkeypatch.setattr(tables, "LARGEST", 1000)
        assert refusal("1,2,3\n" * 400).reason is Reason.TABLE_TOO_LARGE
        assert refusal("1," * 2**14 + "1\n").reason is Reason.TABLE_TOO_LARGE

    def test_junk_of_ten_megabytes(self) -> None:
        """Fault 52."""
        drawn = random.Random(0)  # noqa: S311  junk
        assert refusal(drawn.randbytes(10_000_000)).reason is Reason.NOT_A_TABLE
        assert refusal("x" * 10_000_000).reason is Reason.NOT_A_TABLE
        for letters in (string.printable, "0123456789,\n"):
            table = read("".join(drawn.choices(letters, k=100_000)) * 100)
            assert all(problem is not None for problem in problems(table))


class TestColumns:
    IRIS = "length,width,species,class\n5.1,3.5,setosa,0\n4.9,3.0,virginica,1\n"

    def test_the_last_is_y_true_the_others_x_and_words_are_left_out(self) -> None:
        table = read(self.IRIS)
        assert tables.usual_roles(table) == (X, X, None, Y)
        assert tables.usual_roles(read("v\n1\n")) == (X,)
        found = dict(tables.tensors(table, tables.usual_roles(table)))
        assert same_bits(found[X], np.array([[5.1, 3.5], [4.9, 3.0]], np.float32))
        assert found[Y].tolist() == [[0], [1]]
        for array in found.values():
            assert array.flags.c_contiguous
            assert not array.flags.writeable

    def test_a_number_that_was_mistyped_is_not_left_out_in_silence(self) -> None:
        table = read("a,b,c\n1.5,2,3\n4,x,6\n")
        roles = tables.usual_roles(table)
        assert roles == (X, X, Y)
        with pytest.raises(Problem) as caught:
            tables.shapes(table, roles)
        assert caught.value.values["line"] == 3
        assert tables.shapes(table, (X, None, Y)) == ((X, (2, 1)), (Y, (2, 1)))

    def test_at_least_one_is_taken(self) -> None:
        with pytest.raises(Problem) as caught:
            tables.tensors(read(self.IRIS), (None,) * 4)
        assert caught.value.reason is Reason.NO_COLUMNS

    def test_what_a_person_looks_at_is_short(self) -> None:
        table = read("a,b\n" + "1.5," + "y" * 1000 + "\n" + "1.5,2\n" * 100)
        assert len(table.head) == tables.HEAD
        assert len(table.head[0][1]) == tables.LONGEST_TEXT
