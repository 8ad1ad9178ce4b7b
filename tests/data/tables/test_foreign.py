"""Files that are called as tables and are none."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tuidl.core.errors import DataError
from tuidl.data.paths import stamp
from tuidl.data.tables.reading import read_raw


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", "a,b\n")
    return held.getvalue()


def array() -> bytes:
    held = io.BytesIO()
    np.save(held, np.arange(9.0))
    return held.getvalue()


def _named(value: object) -> str:
    """Archives have the time in them, which the name of a test must not have."""
    return value if isinstance(value, str) else "bytes"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no text, but a PNG picture"),
        (zipped(), r"no text, but a ZIP archive, or a workbook, whose name ends in \.xlsx"),
        (gzip.compress(b"a,b\n1,2\n"), r"no text, but gzip; its name must end in \.gz"),
        (array(), r"no text, but an array of NumPy; its name must end in \.npy"),
        (b"PAR1\x15\0\x15", r"no text, but Parquet; its name must end in \.parquet"),
        (b"SQLite format 3\0", "no text, but a SQLite database; export a table as CSV"),
        (b"<!DOCTYPE html>\n<html><td>a,b</td></html>", "a page of HTML or XML, no table"),
        (b"<table><tr><td>1</td></tr></table>", "a page of HTML or XML, no table"),
        (b'[{"a": 1, "b": 2},\n{"a": 1}]', r"JSON, no delimited text; .* ends in \.jsonl"),
        (b'[\n {\n "a" : 1, "b": 2}]', r"JSON, no delimited text"),
        (b"a,b\n1,\xff\n", "line 2: not UTF-8"),
    ],
    ids=_named,
)
@pytest.mark.parametrize("name", ["t.csv", "t.json"])
def test_what_the_file_is_stands_in_the_error(
    tmp_path: Path, data: bytes, said: str, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DataError, match=said):
        read_raw(stamp(str(path)))


@pytest.mark.parametrize(
    "text", ["PAR1,b\n1,2\n", "<a>,b\n1,2\n", "GIF8,b\n1,2\n", "[a],{b}\n1,2\n"]
)
def test_texts_that_begin_likewise_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert read_raw(stamp(str(tmp_path / "t.csv"))).columns[1].numbers.tolist() == [2]


def test_columns_that_spaces_part_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("a    b\n1  2.5\n 3   4 \n")
    with pytest.raises(DataError, match=r"if spaces part 2 columns: data\.delimiter = ' '"):
        read_raw(stamp(str(path)))
    table = read_raw(stamp(str(path)), delimiter=" ")
    assert [column.numbers.tolist() for column in table.columns] == [[1, 3], [2.5, 4]]
    path.write_text("New York\nRome\n")
    with pytest.raises(DataError, match=r"say data\.delimiter"):
        read_raw(stamp(str(path)))
