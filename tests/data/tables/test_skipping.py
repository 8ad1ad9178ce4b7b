"""Lines that are no rows: titles, units, totals; in the file that is learned from and in others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.tables.test_formats import workbook
from tuidl.core.errors import DataError, PresetError
from tuidl.data import SOURCES
from tuidl.data.paths import stamp
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.table_rows import raw_rows
from tuidl.data.tables.raw import RawTable, text_of
from tuidl.data.tables.reading import read_raw
from tuidl.data.tables.skipping import blanked, said_lines

ROWS = "".join(f"p{i % 3},{i},{i * 2.5}\n" for i in range(30))
HEAD = "name,x,y\n"


def read(folder: Path, text: str, *lines: int, name: str = "d.csv", **options: Any) -> RawTable:
    path = folder / name
    path.write_text(text, newline="")
    return read_raw(stamp(str(path)), skip=said_lines(lines), **options)


def rows(raw: RawTable) -> list[list[str]]:
    columns = [
        [
            column.texts[code] if code >= 0 else text_of(number)
            for code, number in zip(column.codes, column.numbers, strict=True)
        ]
        for column in raw.columns
    ]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"Sales of 2020\n{HEAD}{ROWS}", [1]),
        (f"Sales of 2020,,\nmade by,me,\n{HEAD}{ROWS}", [1, 2]),
        (f'He said "12" is it\n\n5" pipes\n{HEAD}{ROWS}', [1, 3]),
        (f"Sales\r\n{HEAD}{ROWS}".replace("\n", "\r\n").replace("\r\r", "\r"), [1]),
        (f"{HEAD},cm,kg\n{ROWS}", [2]),
        (f'{HEAD}"a remark, in\ntwo lines",,\n{ROWS}', [2]),
        (f"{HEAD}{ROWS}Source: own figures\n", [32]),
        (f"{HEAD}{ROWS}\nSource: own figures, 2020", [33]),
        (f"Sales\n{HEAD},cm,kg\n{ROWS}Total,,5\n", [1, 3, 34]),
    ],
)
def test_the_other_lines_are_as_without_them(tmp_path: Path, text: str, lines: list[int]) -> None:
    table, plain = read(tmp_path, text, *lines), read(tmp_path, HEAD + ROWS, name="p.csv")
    assert rows(table) == rows(plain)
    assert [column.name for column in table.columns] == ["name", "x", "y"]
    ends = text.splitlines()
    for line, row in zip(table.lines, rows(table), strict=True):
        assert ends[line - 1].split(",")[0] == row[0]


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, f"Sales\n{HEAD},cm,kg\n{ROWS}", 1, 3)
    assert "lines 1, 3 passed over (data.skip_lines)" in table.notes
    assert table.skipped == ((1, None), (3, ",cm,kg"))


@pytest.mark.parametrize("line", [99, 33, 3])
def test_only_lines_with_a_row_of_their_own(tmp_path: Path, line: int) -> None:
    text = f'{HEAD}"a\nb",1,2\n{ROWS}\n'
    with pytest.raises(PresetError, match=f"no row begins on line {99 if line == 99 else line}"):
        read(tmp_path, text if line != 33 else f"{HEAD}{ROWS}\n\n", line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Sales of 2020\n2020-01-01\n{HEAD}{ROWS}", r"data.skip_lines = \[1, 2\]"),
        (f"Sales,,\nby,me,\n{HEAD}{ROWS}", r"names one column of 3.*data.skip_lines = \[1, 2\]"),
        (f"{HEAD}{ROWS}Source: mine\n", r"line 32: 1 field.*data.skip_lines = \[32\]"),
        (f'{HEAD}a,"b,3\n{ROWS}', "line 2: a quote that nothing closes"),
        (f'{HEAD}a,"b \\"x\\"",3\n{ROWS}', "line 2: text behind a closing quote"),
    ],
)
def test_what_stands_in_the_way_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(tmp_path, text, header=True)


def test_one_named_column_of_many_is_no_title(tmp_path: Path) -> None:
    text = "name,,\n" + "".join(f"p{i},{i},{i}\n" for i in range(9))
    assert len(read(tmp_path, text, header=True).lines) == 9


def test_a_last_row_of_one_field_is_marked(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"{HEAD}{ROWS},,300\n")
    source = SOURCES["csv"](path=str(tmp_path / "d.csv"), target="y", missing="mean")
    assert "line 32, which has one field only" in source.report()[-1]


def layout(*skipped: tuple[int, str | None]) -> TableLayout:
    columns = (InputColumn("name"), InputColumn("x"))
    return TableLayout(columns, ",", has_header=True, skipped=skipped)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"Sales of 2021\n{HEAD},cm,kg\n{ROWS}", 30),
        (f"{HEAD}{ROWS}", 30),
        (f"Sales of 2021\n{HEAD}p,1,2\n{ROWS}", 31),
    ],
)
def test_other_files_may_have_them_or_not(tmp_path: Path, text: str, count: int) -> None:
    path = tmp_path / "new.csv"
    path.write_text(text)
    raw = raw_rows(path, layout((1, None), (3, ",cm,kg"), (34, "Total,,5")))
    assert len(raw.lines) == count


def test_a_total_of_other_numbers_is_a_row_in_another_file(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(f"{HEAD}{ROWS}Total,,5\n")
    assert len(raw_rows(path, layout((32, "Total,,5"))).lines) == 30
    assert len(raw_rows(path, layout((32, "Total,,6"))).lines) == 31


def test_rows_of_json_lines_are_skipped_by_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(json.dumps({"a": i, "b": f"t{i}"}) for i in range(5)))
    table = read_raw(stamp(str(path)), skip=said_lines([2, 5]))
    assert table.columns[0].numbers.tolist() == [0, 2, 3]
    assert table.skipped == ((2, "1\tt1"), (5, "4\tt4"))
    assert read_raw(stamp(str(path)), is_sure=False, skip=table.skipped).lines.tolist() == [1, 3, 4]
    with pytest.raises(PresetError, match="no row begins on line 9"):
        read_raw(stamp(str(path)), skip=said_lines([9]))


def test_a_title_above_the_names_of_a_workbook(tmp_path: Path) -> None:
    cells = [["Sales"], [], ["name", "x"], ["", "cm"], ["p", 1], ["q", 2], ["Total", 3]]
    path = workbook(tmp_path, first=cells)
    table = read_raw(stamp(str(path)), skip=said_lines([1, 4, 7]))
    assert rows(table) == [["p", "1"], ["q", "2"]]
    assert table.skipped == ((1, None), (4, "\tcm"), (7, "Total\t3"))
    with pytest.raises(PresetError, match="no row begins on line 2"):
        read_raw(stamp(str(path)), skip=said_lines([2]))


def test_random_lines_of_random_texts() -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        lines = ["".join(random.choice(list("ab,"), 5)) for _ in range(random.integers(1, 40))]
        ends = random.choice(["\n", "\r\n"])
        chosen = sorted(set(random.integers(1, len(lines) + 1, 5).tolist()))
        data = ends.join(lines).encode()
        found, _ = blanked("p", data, said_lines(chosen), is_stated=True)
        kept = ["" if n in chosen else line for n, line in enumerate(lines, 1)]
        assert bytes(found).decode().replace("\r", "").rstrip("\n") == "\n".join(kept).rstrip("\n")


def test_names_that_stand_below_themselves_are_a_row(tmp_path: Path) -> None:
    text = "".join(f"{'one' if i % 2 else 'two'},{'eins' if i % 2 else 'zwei'}\n" for i in range(9))
    table = read(tmp_path, text)
    assert not table.has_header
    assert len(table.lines) == 9


def test_names_over_texts_alone_are_a_guess(tmp_path: Path) -> None:
    text = "".join(f"t{i},{'zwei' if i % 2 else 'eins'}\n" for i in range(9))
    note = (
        "a guess: line 1 ('a', 'b') is taken as the names of the columns; else data.header = false"
    )
    assert note in read(tmp_path, "a,b\n" + text).notes
    assert note not in read(tmp_path, "a,b\n" + text, header=True).notes
    assert not read(tmp_path, "a,b\n" + text + "3,4\n").notes


def test_texts_of_targets_that_are_gaps_are_named(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n" + "1,null\n2,eins\n3,zwei\n4,\n5,zwei\n" * 5)
    report = SOURCES["csv"](path=str(tmp_path / "d.csv"), target="y").report()
    assert "10 of 25 rows have no target ('null') and are left out" in report
