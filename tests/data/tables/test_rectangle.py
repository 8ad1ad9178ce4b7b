"""Sheets are measured before they expand."""

import zipfile
from pathlib import Path

import pytest

from tuidl.data import expanding
from tuidl.data.tables.rectangle import largest_rectangle

CELL = '<table:table-cell office:value-type="float" office:value="1"%s/>'
ROW = "<table:table-row%s>%s</table:table-row>"
SHEET = '<table:table table:name="a">%s</table:table>'
COLUMNS = ' table:number-columns-repeated="%d"'
ROWS = ' table:number-rows-repeated="%d"'
EMPTY = f"<table:table-cell{COLUMNS % 16384}/>"
WORDS = "<table:table-cell{}><text:p>a > b</text:p></table:table-cell>"


@pytest.mark.parametrize("piece", [7, 1 << 20])
@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ([ROW % ("", CELL % "" * 3)] * 4, 12),
        ([ROW % ("", CELL % "" + EMPTY), ROW % (ROWS % 1_048_575, EMPTY)], 1),
        ([ROW % ("", CELL % COLUMNS % 16384), ROW % (ROWS % 1_048_575, CELL % "")], 1 << 34),
        ([ROW % (ROWS % 1_048_576, EMPTY[:-2] + "/>" + CELL % "")], (1 << 20) * 16385),
        ([ROW % (ROWS % 1000, WORDS.format(COLUMNS % 50))], 50_000),
        ([ROW % ("", CELL % COLUMNS.replace('"', "'") % 50), ROW % ("", CELL % "")], 100),
    ],
)
def test_repeated_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str], cells: int, piece: int
) -> None:
    path = tmp_path / "t.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", SHEET % ROW % ("", CELL % "") + SHEET % "".join(rows))
    monkeypatch.setattr(expanding, "PIECE", piece)
    assert largest_rectangle(path) == cells
