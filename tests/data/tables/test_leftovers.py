"""What spreadsheets and programs leave in tables: read, or passed over and named."""

import gzip
from pathlib import Path

import pytest

from tuidl.core import spilling
from tuidl.core.errors import BackendError, DataError
from tuidl.data.paths import stamp
from tuidl.data.tables import content
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.reading import read_raw

PLAIN = "a,b\n1,x\n2,y\n3,z\n"


def read(folder: Path, data: str | bytes, name: str = "t.csv", **options: object) -> RawTable:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_raw(stamp(str(path)), **options)


def values(table: RawTable) -> dict[str, list]:
    """The columns that are data, by their names."""
    return {
        column.name: [column.texts[code] if code >= 0 else number
                      for code, number in zip(column.codes, column.numbers, strict=True)]
        for place, column in enumerate(table.columns) if place not in table.passed_over
    }  # fmt: skip


EXPECTED = {"a": [1, 2, 3], "b": ["x", "y", "z"]}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (PLAIN, ""),
        ("sep=,\n" + PLAIN, "line 1: 'sep=,' names the delimiter"),
        ('"sep=;"\r\n' + PLAIN.replace(",", ";"), "'sep=;' names the delimiter"),
        ("\n\nSEP=|\n" + PLAIN.replace(",", "|"), "line 3: 'sep=|'"),
        (PLAIN + ",\n,\n", "2 rows of empty fields passed over (lines 5, 6)"),
        ("a,b\n1,x\n , \n2,y\n\n3,z\n", "1 row of empty fields passed over (line 3)"),
        (",\n" + PLAIN, "1 row of empty fields passed over (line 1)"),
        ("a,b\n1,x\n" + '"",""\n' + "2,y\n3,z\n", "1 row of empty fields passed over (line 3)"),
        (PLAIN.replace("\n", ",,\n"), "column 3 (without a name, and empty) passed over"),
        ("a,b\n1,x,\n2,y,\n3,z,\n", "column 3 (without a name, and empty) passed over"),
        ("a,b,,\n1,x\n2,y\n3,z\n", "column 4 (without a name, and empty) passed over"),
        ("a,b\n1,x\n2,y,,\n3,z\n", "empty fields after the last column passed over in 1 row"),
        ("# made by hand\n#\n" + PLAIN, "line 1: 2 comment lines ('#') passed over"),
        ("# exported, today\n" + PLAIN, "line 1: 1 comment line ('#') passed over"),
        ("# a,b\n1,x\n2,y\n3,z\n", "line 1: begins with '#', read as the names of the columns"),
        ("#a,b\n1,x\n2,y\n3,z\n", "line 1: begins with '#', read as the names"),
        ("a,b\n1,x\n2,y\na,b\n3,z\n", "line 4 repeats the names of the columns: passed over"),
        ("a,b\na , b\n1,x\n2,y\n3,z\na,b\n", "lines 2, 6 repeat the names of the columns"),
        ("a,b\n1,x\n   \n2,y\n\t\n3,z\n \n", ""),
        (PLAIN.replace("\n", "\r\n"), ""),
        (PLAIN.replace("\n", "\r"), ""),
        ("\ufeff" + PLAIN, ""),
        (PLAIN.encode("utf-16"), "read as utf-16-le"),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "read as utf-16-be"),
        (PLAIN.encode("utf-32"), "read as utf-32-le"),
        ("\u00a0a ,b\n1\u00a0,x\n2, y\u00a0\n\u202f3,z\n", ""),
        (",a,b\n0,1,x\n1,2,y\n2,3,z\n", "column 1 (without a name, counts the rows) passed over"),
        ('"",a,b\n"1",1,x\n"2",2,y\n"3",3,z\n', "column 1 (without a name, counts the rows)"),
        (",a,b\n7,1,x\n12,2,y\n40,3,z\n", "column 1 (without a name, counts the rows)"),
        (",a,b\n2,1,x\n0,2,y\n1,3,z\n", "column 1 (without a name, counts the rows)"),
        ("Unnamed: 0,a,b\n0,1,x\n1,2,y\n2,3,z\n", "column 1 ('Unnamed: 0', counts the rows)"),
        ("rownames,a,b\n1,1,x\n2,2,y\n3,3,z\n", "column 1 ('rownames', counts the rows)"),
        ("a,b\n1,1,x\n2,2,y\n3,3,z\n", "column 1 (without a name, counts the rows)"),
    ],
)
def test_leftovers_are_passed_over_and_named(tmp_path: Path, text: str | bytes, note: str) -> None:
    table = read(tmp_path, text)
    assert values(table) == EXPECTED
    assert note in "; ".join(table.notes)
    assert bool(note) == bool(table.notes)


@pytest.mark.parametrize("name", ["t.csv.gz", "T.TSV.GZ", "t.txt.gz"])
def test_compressed_files(tmp_path: Path, name: str) -> None:
    assert values(read(tmp_path, gzip.compress(PLAIN.encode()), name)) == EXPECTED
    parts = gzip.compress(b"a,b\n1,x\n") + gzip.compress(b"2,y\n3,z\n")
    assert values(read(tmp_path, parts + b"\0\0", name)) == EXPECTED
    with pytest.raises(DataError, match="cut off before the end"):
        read(tmp_path, gzip.compress(PLAIN.encode())[:-9], name)
    with pytest.raises(DataError, match="damaged, or no gzip file"):
        read(tmp_path, PLAIN, name)


def test_a_bomb_is_not_decompressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No further than there is memory for it, and then room on the disk."""
    taken = []

    def check_memory(needed: int, what: str, advice: str) -> None:
        taken.append(needed)
        if needed > 100 << 20:
            raise BackendError(f"{what} needs too much: {advice}")

    monkeypatch.setattr(content, "check_memory", check_memory)
    monkeypatch.setattr(spilling, "room_on_disk", lambda: 40 << 20)
    with pytest.raises(BackendError, match="not enough memory, nor room for a file"):
        read(tmp_path, gzip.compress(b"1,2\n" * (64 << 20)), "t.csv.gz")
    assert max(taken) < 200 << 20


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "mac-roman", "utf-16-le", "cp850"])
def test_a_stated_encoding(tmp_path: Path, encoding: str) -> None:
    data = "größe,stadt\n1,Köln\n2,Tromsø\n".encode(encoding)
    table = read(tmp_path, data, encoding=encoding)
    assert values(table) == {"größe": [1, 2], "stadt": ["Köln", "Tromsø"]}
    with pytest.raises(DataError, match=r"line 1: .* data\.encoding = '"):
        read(tmp_path, data)


def test_an_encoding_of_another_file_gives_way_to_utf_8(tmp_path: Path) -> None:
    text = "a,stadt\n1,Köln\n"
    for data in (text.encode(), text.encode("cp1252")):
        table = read(tmp_path, data, encoding="cp1252", is_sure=False)
        assert values(table)["stadt"] == ["Köln"]


def test_bytes_that_an_encoding_lacks_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 2: not cp1252 \(byte 7 of the file\)"):
        read(tmp_path, b"a,b\n1,\x81\n", encoding="cp1252")


def test_names_are_compared_in_their_composed_form(tmp_path: Path) -> None:
    decomposed = "gro\u0308\u00dfe,b\n1,2\n"
    assert [c.name for c in read(tmp_path, decomposed, header=True).columns] == ["größe", "b"]
    table = read(tmp_path, "life\u00a0time,b\n1,2\n", header=True)
    assert table.columns[0].name == "life time"


def test_fields_keep_line_breaks_delimiters_and_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n"1","x, ""y""\nz"\n2,"p\r\nq"\n')
    assert values(table) == {"a": [1, 2], "b": ['x, "y"\nz', "p\r\nq"]}
    assert table.lines.tolist() == [3, 5]


def test_a_column_with_data_is_not_passed_over(tmp_path: Path) -> None:
    """Though it has no name: what it holds does not count the rows."""
    for first in ("0.5", "x", "-1", ""):
        table = read(tmp_path, f",a,b\n{first},1,x\n1,2,y\n5,3,z\n", header=True)
        assert table.columns[0].name == "1"
        assert not table.passed_over
    table = read(tmp_path, "id,a,b\n1,1,x\n2,2,y\n3,3,z\n")
    assert not table.passed_over
    assert read(tmp_path, "a,b,\n1,x,\n2,y,9\n", header=True).passed_over == frozenset()


@pytest.mark.parametrize(
    ("text", "delimiter", "names"),
    [
        ("a;b;y\n1,5;2,5;no\n3,5;4,5;yes\n", ";", "aby"),
        ("a\tb\n1,5\t2,5\n3,5\t4,5\n", "\t", "ab"),
        ("a|b\n1,5|2\n3,5|4\n", "|", "ab"),
        ("1,5;2,5\n3,5;4,5\n", ";", "12"),
        ("1.234,5;2,5\n3,5;4,5\n", ";", "12"),
        ("n;t\nDoe, John;3\nRoe, Jane;4\n", ";", "nt"),
        ("a,b\n1;2,3\n4;5,6\n", ",", "ab"),
        ("a,b\n1,5\n2,6\n", ",", "ab"),
        ("a,b\n10:30|x,3\n11:30|y,4\n", ",", "ab"),
        ('a,b\n"1;2;3",3\n"4;5;6",4\n', ",", "ab"),
        ("a;b\n1;\n2;\n3;4\n", ";", "ab"),
    ],
)
def test_the_delimiter_is_told_from_decimal_commas(
    tmp_path: Path, text: str, delimiter: str, names: str
) -> None:
    table = read(tmp_path, text)
    assert table.delimiter == delimiter
    assert "".join(column.name for column in table.columns) == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n1,2\n", r"line 3: 2 fields, expected 3 \(the first that is missing: 'c'\)"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 3 fields, expected 2"),
        ("a,b\n1,2\n1,5,2,5\n", "numbers with a decimal comma need quotes, or another delimiter"),
        ("Report of May\na,b\n1,2\n3,4\n", r"line 1: 1 field \('Report of May'\), but 2 in most"),
        ("# only comments\n", "empty"),
        ("sep=;\n", "empty"),
        ("sep=;\na;b\n", "a header but no rows"),
        ("a,b\n,\n", "a header but no rows"),
        ("a,b\n1,x\ry\n", "line 2: new-line character"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


def test_a_first_row_of_texts_that_recurs_is_a_row(tmp_path: Path) -> None:
    table = read(tmp_path, "DE,Germany\nFR,France\nDE,Germany\nIT,Italy\n", header=None)
    assert not table.has_header
    assert len(table.lines) == 4


def test_a_row_with_one_name_is_a_row(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n1,x\n2,b\n3,z\n")
    assert values(table)["b"] == ["x", "b", "z"]
    assert table.notes == ()


@pytest.mark.parametrize(
    ("first", "is_said"),
    [("0,1,2", True), ("2019,2020,2021", True), ("1,2,4", False), ("5,6,7", False)],
)
def test_numbers_that_may_be_names_are_a_guess(tmp_path: Path, first: str, is_said: bool) -> None:
    table = read(tmp_path, f"{first}\n0.5,3,7\n1.5,2,9\n2.5,8,1\n")
    assert not table.has_header
    assert any("data.header = true" in note for note in table.notes) == is_said
    assert not read(tmp_path, f"{first}\n3,4,5\n4,5,6\n").notes
