"""Small files that expand to large ones are refused early, by every reader that decompresses."""

import gzip
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tuidl.core.errors import DataError
from tuidl.data import expanding
from tuidl.data.paths import stamp
from tuidl.data.tables.reading import read_raw
from tuidl.data.text.reading import read_text

LARGE, ALWAYS = 16 << 20, 1 << 20


@pytest.fixture(autouse=True)
def _less(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds in proportion to smaller bombs."""
    monkeypatch.setattr(expanding, "ALWAYS", ALWAYS)
    monkeypatch.setattr(expanding, "PIECE", ALWAYS // 4)


def bomb(head: bytes, line: bytes) -> bytes:
    """A gzip file of one line again and again, of two parts."""
    lines = line * (LARGE // len(line) // 2)
    return gzip.compress(head + lines) + gzip.compress(lines)


def workbook(path: Path, sheet: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def understated(path: Path) -> None:
    """The archive's directory says that no member is longer than a byte."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            data = data.replace(member.file_size.to_bytes(4, "little"), b"\1\0\0\0")
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("t.csv.gz", b"a,b\n", b"1,2\n"),
        ("t.tsv.gz", b"a\tb\n", b"1\t2\n"),
        ("t.jsonl.gz", b"", b'{"a": 1, "b": 2}\n'),
        ("t.txt.gz", b"", b"to be or not to be\n"),
        ("zeros.txt.gz", b"", b"\0"),
    ],
)
def test_text_in_gzip(tmp_path: Path, name: str, head: bytes, line: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(bomb(head, line))
    readers: list[Callable[[], object]] = [lambda: read_text(stamp(str(path)))]
    if ".txt" not in name:
        readers.append(lambda: read_raw(stamp(str(path))))
    for read in readers:
        with pytest.raises(DataError, match=r"200 times its size \(1 MiB of the first") as raised:
            read()
        assert name in str(raised.value)


def test_what_is_compressed_well_is_read(tmp_path: Path) -> None:
    """A table of seven different rows."""
    fields = ["7" * 199 if i * i % 97 % 2 else "8" * 199 for i in range(10_000)]
    rows = "".join(f"{i % 7},{field}\n" for i, field in enumerate(fields)).encode()
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + rows))
    assert 50 * path.stat().st_size < len(rows) < 200 * path.stat().st_size
    assert len(read_raw(stamp(str(path))).lines) == 10_000


@pytest.mark.parametrize("says_so", [True, False])
def test_workbooks(tmp_path: Path, says_so: bool) -> None:
    pytest.importorskip("python_calamine")
    path = tmp_path / "t.xlsx"
    workbook(path, b"<sheetData>" + b" " * LARGE)
    if not says_so:
        understated(path)
    with pytest.raises(DataError, match="expands to more than 200 times its size"):
        read_raw(stamp(str(path)))


def test_two_cells_far_apart(tmp_path: Path) -> None:
    """A sheet is read as a rectangle; this one would have seventeen billion cells."""
    pytest.importorskip("python_calamine")
    cell = b'<row><c r="%b" t="n"><v>1</v></c></row>'
    path = tmp_path / "t.xlsx"
    workbook(path, b"<sheetData>" + cell % b"A1" + cell % b"XFD1048576" + b"</sheetData>")
    with pytest.raises(Exception, match=r"t.xlsx needs 1600.0 GiB"):
        read_raw(stamp(str(path)))


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "t.parquet"
    table = arrow.table({"a": [" " * (2 * ALWAYS), "x"], "b": [1, 2]})
    parquet.write_table(table, path, compression="gzip", use_dictionary=False)
    with pytest.raises(DataError, match="expands to more than 200 times its size"):
        read_raw(stamp(str(path)))


def test_texts_that_a_parquet_file_holds_once_are_read_once(tmp_path: Path) -> None:
    """Half a megabyte of text in 2,000 rows, a gigabyte if each were read by itself."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    text = "".join(str(zlib.crc32(b"%d" % i)) for i in range(50_000))
    codes = arrow.array([0, 1] * 1000)
    coded = arrow.DictionaryArray.from_arrays(codes, arrow.array([text, "x"]))
    path = tmp_path / "t.parquet"
    parquet.write_table(arrow.table({"a": coded, "b": range(2000)}), path)
    before = arrow.total_allocated_bytes()
    pool = arrow.default_memory_pool()
    column = read_raw(stamp(str(path))).columns[0]
    assert column.texts == (text, "x")
    assert column.codes.tolist() == [0, 1] * 1000
    assert pool.max_memory() - before < 200 << 20
