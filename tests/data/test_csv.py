"""The user's own tables: what is read, and what is refused and how."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuidl.core.errors import DataError, TuidlError
from tuidl.data import SOURCES
from tuidl.data.dataset import Whole
from tuidl.data.tables.settings import ColumnSettings

PEOPLE = """age,city,"job, now",paid
31,Rome,"the ""senior"" baker",yes
25,Paris,clerk,no
47,Rome,clerk,yes
52,Oslo,clerk,no
"""


def csv_of(folder: Path, text: str | bytes, **options: Any) -> Any:
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return SOURCES["csv"](path=str(path), **{"target": "paid", **options})


def test_a_table_becomes_numbers_and_categories(tmp_path: Path) -> None:
    source = csv_of(tmp_path, PEOPLE)
    assert source.spec().classes == ("no", "yes")
    assert source.spec().shape == (6,)
    examples = source.load()
    rows = [[31, 0, 0, 1, 0, 1], [25, 0, 1, 0, 1, 0], [47, 0, 0, 1, 1, 0], [52, 1, 0, 0, 1, 0]]
    np.testing.assert_array_equal(examples.x, rows)  # age; Oslo, Paris, Rome; clerk, baker
    assert examples.y[:, 0].tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str, end: str) -> None:
    text = PEOPLE.replace('"job, now"', "job").replace(",", delimiter).replace("\n", end)
    examples = csv_of(tmp_path, "\ufeff" + text + end).load()
    assert examples.x.shape == (4, 6)
    assert examples.x[:, 0].tolist() == [31, 25, 47, 52]


@pytest.mark.parametrize(
    ("text", "options", "shape", "classes"),
    [
        ("1,2,0\n3,4,1\n5,6,0\n", {"target": 3}, (3, 2), ("0", "1")),
        ("a,b,t\n1,2,7\n3,4,9\n", {"target": 3}, (2, 2), ("7", "9")),
        ("1,2,0.5\n3,4,1\n", {"target": 3}, (2, 2), ()),
        ("5,x\n6,y\n", {"target": 2, "header": False}, (2, 1), ("x", "y")),
        ("5,6\n6,y\n7,z\n", {"target": 2, "header": True}, (2, 1), ("y", "z")),
        ("1 2 0\n3 4 1\n", {"target": 3, "delimiter": " "}, (2, 2), ("0", "1")),
        ("i,x,t\n1,2,a\n2,4,b\n", {"target": "t", "ignore": ("i",)}, (2, 1), ("a", "b")),
        ("i,x,t\n1,2,a\n2,4,b\n", {"target": "t", "ignore": (1,)}, (2, 1), ("a", "b")),
        ("x,t\n1,-1\n2,1\n", {"target": "t"}, (2, 1), ("-1", "1")),
    ],
)
def test_headers_targets_and_tasks(
    tmp_path: Path, text: str, options: dict, shape: tuple, classes: tuple
) -> None:
    source = csv_of(tmp_path, text, **options)
    assert source.load().x.shape == shape
    assert source.spec().classes == classes


def test_many_whole_numbers_are_values_unless_said_otherwise(tmp_path: Path) -> None:
    text = "x,paid\n" + "".join(f"{i},{i}\n" for i in range(30))
    assert csv_of(tmp_path, text).spec().classes == ()
    assert len(csv_of(tmp_path, text, task="classification").spec().classes) == 30
    few = "x,paid\n1,0\n2,1\n"
    assert csv_of(tmp_path, few, task="regression").spec().classes == ()


GAPS = "n,c,paid\n1,a,x\n,a,y\n3,?,x\n8,b,y\n4,a,NaN\n"


def test_missing_values_are_refused_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        csv_of(tmp_path, GAPS).spec()
    message = str(caught.value)
    assert "line 3, column 'n': no value (2 missing in 2 columns); say data.missing" in message


def test_rows_without_a_target_go_whatever_is_done_about_gaps(tmp_path: Path) -> None:
    for missing in ("mean", "median", "most_frequent", "zero", "drop_rows"):
        source = csv_of(tmp_path, GAPS, missing=missing)
        assert source.count() == (2 if missing == "drop_rows" else 4)
    whole = csv_of(tmp_path, "n,paid\n1,x\n2,\n3,y\n")
    assert whole.load().x.tolist() == [[1], [3]]


def test_rows_with_missing_values_are_dropped(tmp_path: Path) -> None:
    examples = csv_of(tmp_path, GAPS, missing="drop_rows").load()
    np.testing.assert_array_equal(examples.x, [[1, 1, 0], [8, 0, 1]])
    assert examples.y[:, 0].tolist() == [0, 1]


@pytest.mark.parametrize(("missing", "filled"), [("mean", 14 / 3), ("most_frequent", 2)])
def test_missing_values_are_filled_from_the_training_part(
    tmp_path: Path, missing: str, filled: float
) -> None:
    rows = ["2,a,0.5", "2,b,0.5", "10,b,0.5", ",null,0.25"] + ["1000,c,0.75"] * 4
    text = "n,c,paid\n" + "\n".join(rows) + "\n"
    source = csv_of(tmp_path, text, missing=missing, test=0.5)
    stored = source.load()
    parts = np.arange(4), np.arange(0), np.arange(4, 8)
    split = source.prepared(Whole(stored), parts)
    np.testing.assert_allclose(split.train.x[3], [filled, 0, 1, 0], rtol=1e-6)
    np.testing.assert_array_equal(split.test.x[:, 0], 1000)


def test_a_column_that_the_training_part_lacks_is_named(tmp_path: Path) -> None:
    text = "n,paid\n" + "".join(f"{'' if i < 8 else 1},{i}.5\n" for i in range(10))
    source = csv_of(tmp_path, text, missing="mean")
    with pytest.raises(DataError, match="column 'n' has no value in the training part"):
        source.prepared(Whole(source.load()), (np.arange(8), np.arange(8, 10), np.arange(0)))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (b"", {}, "empty"),
        (b"\n\n", {}, "empty"),
        (b"a,paid\n", {}, "a header but no rows"),
        (b"just one column\n1\n", {}, "one column only"),
        (b"a,paid\n1,2\n1,2,3\n", {}, "line 3: 3 fields, expected 2"),
        (b'a,paid\n"1,2\n3,4\n', {}, "line 2: a quote that nothing closes"),
        (b'a,paid\n"1"x,2\n', {"delimiter": ","}, "line 2: text behind a closing quote"),
        (b"a,paid\n1,\xff\n", {}, "line 2: not UTF-8 (byte 3)"),
        (b"a,paid\n1,\x00\n", {}, "line 2: binary data"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", {}, "no text, but a PNG picture"),
        ("a,paid\n1,2\n".encode("utf-16-le"), {}, "line 1: binary data, not text in UTF-8; if it "
         "is UTF-16, say data.encoding = 'utf-16-le'"),
        (b"a,a,paid\n1,2,3\n", {}, "line 1: two columns are named 'a'"),
        (b"a,b\n1,2\n", {}, "data.target: no column 'paid'"),
        (b"age,pad\n1,2\n", {}, "did you mean 'pad'?"),
        (b"1,2\n3,4\n", {"target": 3}, "data.target: no column 3: there are 2, counted from 1"),
        (b"1,2\n3,4\n", {"header": False}, "the file has no header"),
        (b"a,paid\n1,2\n", {"ignore": ("paid",)}, "data.ignore: 'paid' is the target"),
        (b"a,paid\n1,2\n", {"ignore": ("a",)}, "leaves no column to learn from"),
        (b"a,paid\n1,x\n2,x\n", {}, "column 'paid': one class only"),
        (b"a,paid\n1,x\n2,\x1b[2J\n", {}, "is no name of a class"),
        (b"a,paid\n1,0.5\n2,0.7\n", {"task": "classification"}, "no classes: expected texts"),
        (b"a,paid\n1,2.5\n2,x\n", {"task": "regression"}, "line 3, column 'paid': 'x' is no numb"),
        (b"a,paid\n1e300,2.5\n1,3\n", {}, "column 'a' has numbers too large"),
        (b"a,paid\n,2.5\n,3\n", {"missing": "mean"}, "column 'a': no values; say data.columns.a ="),
        (b"a,paid\n,2.5\n1,\n", {"missing": "drop_rows"}, "every row lacks a value"),
        (b"a,paid\n" + b"x" * 1_100_000 + b",1\n", {}, "line 2: longer than 1,048,576 bytes"),
        (b'a,paid\n"' + b"x\n" * 80_000 + b'",1\n', {}, "field larger than field limit"),
        (b"," * 20_000 + b"\n", {"target": 1}, "empty"),
        (b"x," * 20_000 + b"x\n", {"target": 1}, "20001 columns, expected 2 to 10,000"),
        (b"a,paid\n1,2\n", {"normalize_targets": True, "task": "classification"},
         "one class only"),
        (b"a,paid\n1,2\n1,3\n", {"normalize_targets": True}, "data.normalize_targets: the targets"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_said(
    tmp_path: Path, text: bytes, options: dict, message: str
) -> None:
    source = csv_of(tmp_path, text, **options)
    with pytest.raises(TuidlError) as caught:
        source.check(), source.spec()
    assert message in str(caught.value)


def test_a_column_of_ids_is_named(tmp_path: Path) -> None:
    rows = "".join(f"{i},ab{i},{i % 2}\n" for i in range(300))
    with pytest.raises(DataError, match=r"line 2, column 'id': 'ab0' is no number, and more than "
                       r"100 .* ignore = \['id'\]"):  # fmt: skip
        csv_of(tmp_path, "n,id,paid\n" + rows).spec()
    assert csv_of(tmp_path, "n,id,paid\n" + rows, ignore=("id",)).spec().shape == (1,)
    rows = "".join(f"{i}; {i},5 ;{i % 2}\n" for i in range(300))
    assert csv_of(tmp_path, "n;id;paid\n" + rows).load().x[7].tolist() == [7, 7.5]


def test_texts_late_in_the_file_are_seen(tmp_path: Path) -> None:
    """Types are those of the whole file, not of its first block."""
    rows = [f"{i % 7},{i % 2}" for i in range(20_000)]
    text = "\n".join(["n,paid", *rows, "x,1"]) + "\n"
    with pytest.raises(DataError, match="line 20002, column 'n': 'x' is no number, as 20,000 of"):
        csv_of(tmp_path, text).spec()
    said = {"n": ColumnSettings(said="category")}
    assert csv_of(tmp_path, text, columns=said).spec().shape == (8,)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    source = csv_of(tmp_path, PEOPLE)
    assert source.count() == 4
    path = tmp_path / "table.csv"
    path.write_text(PEOPLE + "1,Rome,clerk,yes\n")
    assert source.count() == 5


@pytest.mark.slow
def test_200_000_rows_load(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    numbers = random.standard_normal((200_000, 6)).round(6).astype(str)
    numbers[random.random(numbers.shape) < 0.01] = "NA"
    cities = random.choice(["Rome", '"Paris, FR"', '"a ""b"""', ""], 200_000)
    labels = random.choice(["yes", "no"], 200_000)
    path = tmp_path / "large.csv"
    table = np.column_stack([numbers, cities, labels])
    path.write_text("\n".join([",".join("abcdefgh"), *map(",".join, table)]) + "\n")
    source = SOURCES["csv"](path=str(path), target="h", missing="mean", normalize="standard")
    split = source.split()
    assert len(split.train) == 160_000
    assert split.train.x.shape[1:] == source.spec().shape == (9,)
    np.testing.assert_allclose(split.train.x.mean(axis=0), 0, atol=1e-4)


def test_points_among_decimal_commas_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"{i}.{i}5{i % 9 + 1};{i},5;{i % 2}\n" for i in range(1, 9))
    text = "people;size;paid\n" + rows
    with pytest.raises(DataError) as caught:
        csv_of(tmp_path, text).spec()
    message = str(caught.value)
    assert "line 2, column 'people': '1.152' may be 1.152 or 1152 (thousands" in message
    assert 'data.columns.people = {decimal = "."}' in message
    said = {"people": ColumnSettings(decimal=".")}
    assert csv_of(tmp_path, text, columns=said).load().x[0].tolist() == [1.152, 1.5]
    assert csv_of(tmp_path, text.replace(",", ".")).load().x[0].tolist() == [1.152, 1.5]
