"""Tables from lines of JSON, Parquet and Excel: the same columns as from text."""

import datetime as dt
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.tables.test_leftovers import values
from tuidl.core.errors import DataError
from tuidl.data import SOURCES
from tuidl.data.paths import stamp
from tuidl.data.tables.formats import format_of, is_table
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.reading import read_raw

ROWS = [
    {"n": 1.5, "k": 3, "b": True, "t": "Rome", "g": 2},
    {"n": -2e30, "k": 4, "b": False, "t": " Oslo ", "g": None},
    {"n": 0.1, "k": 5, "b": True, "t": "12", "g": 7},
]
EXPECTED = {
    "n": [1.5, -2e30, 0.1],
    "k": [3, 4, 5],
    "b": ["true", "false", "true"],
    "t": ["Rome", "Oslo", 12],
    "g": [2, "", 7],
}


def raw(path: Path, **options: Any) -> RawTable:
    return read_raw(stamp(str(path)), **options)


def json_lines(folder: Path, *rows: object, name: str = "t.jsonl") -> Path:
    path = folder / name
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["t.jsonl", "T.NDJSON", "t.jsonl.gz"])
def test_lines_of_json(tmp_path: Path, name: str) -> None:
    table = raw(json_lines(tmp_path, ROWS[0], "", *ROWS[1:], name=name))
    assert values(table) == EXPECTED
    assert table.lines.tolist() == [1, 3, 4]
    assert table.has_header
    assert table.notes == ()


def test_keys_may_be_absent_and_come_in_any_order(tmp_path: Path) -> None:
    table = raw(json_lines(tmp_path, {"a": 1, "b": "x"}, {"b": "y"}, {"c": 2, "a": 3}))
    assert values(table) == {"a": [1, "", 3], "b": ["x", "y", ""], "c": ["", "", 2]}
    assert "'a' in 1 line, 'b' in 1 line, 'c' in 2 lines" in table.notes[0]


def test_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    """As Python writes them; and one that float64 cannot hold."""
    table = raw(json_lines(tmp_path, {"a": float("nan"), "b": 1}, {"a": float("-inf"), "b": 2},
                           {"a": 10**400, "b": 3}))  # fmt: skip
    assert values(table)["a"] == ["NaN", "-Infinity", "1" + "0" * 400]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"a": 1, "b": {"c": 1}, "b.c": 2}], "line 1: 'b.c' is there twice, once in an object"),
        ([{"a": 1, "b": 2}, '{"a": 1, "b": 2, "a": 3}'], "line 2: key 'a' is there twice .1 and 3"),
        (['{"a": 1, "b" :"x:y", "b": 2}'], "line 1: key 'b' is there twice"),
        (['{"a": 1, "b": {"c": 1, "c"\t: 1}}'], "line 1: key 'c' is there twice"),
        (['{"a": 1, "b": [{"c": 1, "c": 2}]}'], "line 1: key 'c' is there twice"),
        (['{"a": 1, "b": NaN, "b": 2}'], "line 1: key 'b' is there twice"),
        ([{"a": 1, "b": 2}, "{'a': 1}"], "line 2: no JSON"),
        ([{"a": 1, "b": 2}, '{"a": 1, "b"'], "line 2: no JSON"),
        (["[1, 2]"], "line 1: expected an object"),
        (["7"], "line 1: expected an object"),
        (["[" * 100_000], "line 1: n"),
        (["", " "], "no rows"),
        ([{"a": 1}], "1 keys, expected 2 to 10,000"),
    ],
)
def test_other_json_is_refused(tmp_path: Path, rows: list, message: str) -> None:
    with pytest.raises(DataError, match=message):
        raw(json_lines(tmp_path, *rows))


def test_texts_that_look_like_keys_are_none(tmp_path: Path) -> None:
    lines = ['{"a": "\\"b\\": 1", "b": "12:30"}', '{"a" : ":", "b": {"a": 1, "b": 2}}']
    assert values(raw(json_lines(tmp_path, *lines)))["a"] == ['"b": 1', ":"]


def parquet(folder: Path, table: Any, rows: int | None = None) -> Path:
    """``rows``: of each row group."""
    import pyarrow.parquet as pq

    path = folder / "t.parquet"
    pq.write_table(table, path, row_group_size=rows)
    return path


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    table = raw(parquet(tmp_path, arrow.Table.from_pylist(ROWS)))
    assert values(table) == EXPECTED
    assert table.lines.tolist() == [1, 2, 3]


@pytest.mark.parametrize("rows", [1, 3, 4])
def test_kinds_of_parquet(tmp_path: Path, rows: int) -> None:
    arrow = pytest.importorskip("pyarrow")
    day, moment = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 5)
    table = arrow.table(
        {
            "float32": arrow.array([0.5, None, float("nan"), float("inf")], arrow.float32()),
            "uint8": arrow.array([0, 255, None, 3], arrow.uint8()),
            "text": ["x", "007", "", None],
            "coded": arrow.array(["x", "y", "x", None]).dictionary_encode(),
            "day": [day, None, day, day],
            "moment": arrow.array([moment, dt.datetime(2024, 1, 1), None, moment]),
            "ns": arrow.array([moment] * 4, arrow.timestamp("ns")),
            "decimal": arrow.array([1.25, 3, None, 4]).cast(arrow.decimal128(9, 2)),
            "none": arrow.nulls(4),
            "__index_level_0__": [4, 5, 9, 12],
        }
    )
    found = raw(parquet(tmp_path, table, rows))
    assert values(found) == {
        "float32": [0.5, "", "nan", "inf"],
        "uint8": [0, 255, "", 3],
        "text": ["x", "007", "", ""],
        "coded": ["x", "y", "x", ""],
        "day": ["2024-02-29", "", "2024-02-29", "2024-02-29"],
        "moment": ["2024-02-29 13:05:00", "2024-01-01", "", "2024-02-29 13:05:00"],
        "ns": ["2024-02-29 13:05:00"] * 4,
        "decimal": [1.25, 3, "", 4],
        "none": [""] * 4,
    }
    assert found.passed_over == {9}
    for column in found.columns:
        assert set(np.unique(column.codes[column.codes >= 0])) == set(range(len(column.texts)))


def test_parquet_with_columns_within_columns(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    nested = {
        "a": [1, 2],
        "b": [[1], [2, 3]],
        "c": [{"x": 0.5, "y": {"z": "u"}}, {"x": None, "y": {"z": "v"}}],
        "d": arrow.array([dt.timedelta(seconds=90), None]),
        "e": [b"1", b"2"],
    }
    table = raw(parquet(tmp_path, arrow.table(nested)))
    found = {"a": [1, 2], "c.x": [0.5, ""], "c.y.z": ["u", "v"], "d": [90, ""]}
    assert values(table) == found
    assert table.passed_over == {1, 5}
    assert "column 2 ('b', list<" in "; ".join(table.notes)


def test_json_within_json(tmp_path: Path) -> None:
    rows = [{"a": {"x": 1, "y": {"z": "u"}}, "b": [1, 2], "c": 3}, {"a": {"x": 2}, "b": 4}]
    table = raw(json_lines(tmp_path, *rows))
    assert values(table) == {"a.x": [1, 2], "a.y.z": ["u", ""], "b": ["", 4], "c": [3, ""]}
    assert "keys with lists are gaps: 'b' in 1 line" in table.notes


def test_merged_cells_have_their_value_in_all_rows(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    path = workbook(tmp_path, data=[["k", "n"], ["u", 1], ["", 2], ["", 3], ["", 4], ["v", 5]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:A4")
    book.save(path)
    table = raw(path)
    assert values(table) == {"k": ["u", "u", "u", "", "v"], "n": [1, 2, 3, 4, 5]}
    assert "merged cells: their value counts in 2 cells below, too" in table.notes


def test_parquet_that_is_no_table(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="no rows"):
        raw(parquet(tmp_path, arrow.table({"a": arrow.nulls(0), "b": arrow.nulls(0)})))
    path = tmp_path / "t.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="no Parquet file that can be read"):
        raw(path)


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "t.xlsx"
    book.save(path)
    return path


TABLE = [["n", "k", "b", "t", "g"], *([row[key] for key in EXPECTED] for row in ROWS)]


def test_excel(tmp_path: Path) -> None:
    table = raw(workbook(tmp_path, data=TABLE))
    assert values(table) == EXPECTED
    assert table.lines.tolist() == [2, 3, 4]
    assert table.notes == ()


def test_leftovers_of_excel(tmp_path: Path) -> None:
    rows = [[], ["", "a", "day", ""], [1, 0.5, dt.date(2024, 2, 29), ""], ["", "", "", ""],
            [2, "1,5", dt.datetime(2024, 3, 1, 13, 5), None]]  # fmt: skip
    table = raw(workbook(tmp_path, empty=[], data=rows, other=[["x", "y"], [1, 2]]))
    assert values(table) == {"a": [0.5, "1,5"], "day": ["2024-02-29", "2024-03-01 13:05:00"]}
    assert table.lines.tolist() == [3, 5]
    notes = "; ".join(table.notes)
    assert "sheet 'data' is read, the first of 3 with content; data.sheet names another" in notes
    assert "1 row of empty fields passed over (line 4)" in notes
    assert "column 1 (without a name, counts the rows) passed over" in notes


def test_a_sheet_is_chosen(tmp_path: Path) -> None:
    path = workbook(tmp_path, data=TABLE, other=[["x", "y"], [1, 2]])
    for sheet in ("other", 2):
        assert values(raw(path, sheet=sheet)) == {"x": [1], "y": [2]}
        assert not raw(path, sheet=sheet).notes
    with pytest.raises(DataError, match="no sheet 'othr'; did you mean 'other'"):
        raw(path, sheet="othr")
    with pytest.raises(DataError, match="no sheet 3: there are 2"):
        raw(path, sheet=3)
    assert values(raw(path, sheet="gone", is_sure=False)) == EXPECTED
    with pytest.raises(DataError, match="sheet 'data': empty"):
        raw(workbook(tmp_path, data=[]))
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(DataError, match="no workbook that can be read"):
        raw(path)


@pytest.mark.parametrize(
    ("name", "module"), [("t.parquet", "pyarrow"), ("t.xlsx", "python_calamine")]
)
def test_a_missing_extra_is_named(
    tmp_path: Path, name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(b"x")
    library = module.replace("_", "-")
    with pytest.raises(DataError, match=rf"needs {library}: pip install 'tuidl\[tables\]'"):
        raw(tmp_path / name)


def test_a_source_reads_them(tmp_path: Path) -> None:
    rows = [{"x": i, "city": "ab"[i % 2], "y": i % 2 == 0} for i in range(20)]
    examples = SOURCES["csv"](path=str(json_lines(tmp_path, *rows)), target="y").load()
    assert examples.x.shape == (20, 3)
    assert examples.y[:, 0].tolist() == [1.0, 0.0] * 10


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "delimited"), ("a.CSV.GZ", "delimited"), ("a.tsv", "delimited"),
        ("a.jsonl", "json_lines"), ("a.ndjson.gz", "json_lines"), ("a.parquet", "parquet"),
        ("a.xlsx", "excel"),
    ],
)  # fmt: skip
def test_names_of_tables(name: str, kind: str) -> None:
    assert is_table(Path(name))
    assert format_of(Path(name)) == kind
    for other in ("a.gz", "a.png", "a.toml", "a.npz", "a", "a.parquet.gz", "a.png.gz"):
        assert not is_table(Path(other))


def test_names_of_a_sheet_without_rows_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows"):
        raw(workbook(tmp_path, data=[["a", "y"]]))


def test_texts_of_parquet_as_views(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    texts = arrow.array(["x", "7", None, "x"]).cast(arrow.string_view())
    assert values(raw(parquet(tmp_path, arrow.table({"a": [1, 2, 3, 4], "t": texts})))) == {
        "a": [1, 2, 3, 4],
        "t": ["x", 7, "", "x"],
    }
