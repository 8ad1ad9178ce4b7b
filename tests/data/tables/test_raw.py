"""What counts as a plain number, and what stays a text."""

import math
from pathlib import Path

import numpy as np
import pytest

from tuidl.data.paths import stamp
from tuidl.data.tables.raw import RawTable, plain_number, text_of
from tuidl.data.tables.reading import read_raw

PLAIN = ("0", "-0", "+7", "3.", ".5", "1e5", "1.25E-3", "0.1", "123456789012345678", "5e-324")
TEXTS = (
    "",
    "01234",
    "-01",
    "1_000",
    "1 000",
    "inf",
    "nan",
    "1e999",
    "0x1F",
    "１",
    "1,5",
    "e5",
    ".",
)


def raw_of(folder: Path, text: str, **options: object) -> RawTable:
    path = folder / "table.csv"
    path.write_bytes(text.encode())
    return read_raw(stamp(str(path)), **options)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_numbers(text: str) -> None:
    assert plain_number(text) == float(text)


@pytest.mark.parametrize("text", TEXTS)
def test_everything_else_is_a_text(text: str) -> None:
    assert plain_number(text) is None


@pytest.mark.parametrize("odd", [*TEXTS[1:], *PLAIN])
def test_a_column_holds_numbers_and_texts(tmp_path: Path, odd: str) -> None:
    raw = raw_of(tmp_path, f'a;b\n1; 2 \n"{odd}";x\n4;2\n', delimiter=";", header=True)
    a, b = raw.columns
    assert (a.name, b.name, raw.has_header, raw.delimiter) == ("a", "b", True, ";")
    assert raw.lines.tolist() == [2, 3, 4]
    assert (a.numbers.dtype, a.codes.dtype) == (np.float64, np.int32)
    number = plain_number(odd)
    assert a.texts == (() if number is not None else (odd,))
    assert a.codes.tolist() == [-1, -1 if number is not None else 0, -1]
    np.testing.assert_array_equal(a.numbers, [1, math.nan if number is None else number, 4])
    assert (b.texts, b.codes.tolist()) == (("x",), [-1, 0, -1])
    np.testing.assert_array_equal(b.numbers, [2, math.nan, 2])


def test_texts_keep_their_places_over_blocks(tmp_path: Path) -> None:
    fields = [["1", "p", "q"][i % 3] if i > 9000 else str(i) for i in range(20_000)]
    column = raw_of(tmp_path, "n,o\n" + "".join(f"{f},0\n" for f in fields)).columns[0]
    assert column.texts == ("p", "q")
    again = [column.texts[c] if c >= 0 else text_of(n)
             for c, n in zip(column.codes, column.numbers, strict=True)]  # fmt: skip
    assert again == fields


@pytest.mark.parametrize(
    ("number", "text"), [(3.0, "3"), (-0.0, "0"), (0.5, "0.5"), (1e30, "1e+30"), (1e-7, "1e-07")]
)
def test_numbers_as_texts(number: float, text: str) -> None:
    assert text_of(number) == text
    assert plain_number(text) == number


def test_a_header_is_guessed_or_stated(tmp_path: Path) -> None:
    assert raw_of(tmp_path, "a,b\n1,2\n").has_header
    assert [c.name for c in raw_of(tmp_path, "a,1\n1,2\n").columns] == ["1", "2"]
    assert [c.name for c in raw_of(tmp_path, "a,\n1,2\n", header=True).columns] == ["a", "2"]


def test_years_are_names_where_one_of_them_stands_over_texts(tmp_path: Path) -> None:
    rows = "1,2,yes\n3,4,no\n5,6,yes\n"
    assert raw_of(tmp_path, f"2019,2020,2021\n{rows}").has_header
    assert not raw_of(tmp_path, f"2019,2020,yes\n{rows}").has_header
    assert not raw_of(tmp_path, f"7,7,0\n{rows}").has_header
