"""What cannot be read of a table, with the place in the file and the keys that help."""

from pathlib import Path

from tuidl.data.tables.fields import Reading, names_pictures, toml
from tuidl.data.tables.odd_rows import is_total
from tuidl.data.tables.raw import RawTable

MOST_NAMED = 20
"""Columns that a message names."""


def problem_in(path: Path, raw: RawTable, reading: Reading) -> str:
    """A column's problem: file, line, column, what is wrong, what to say."""
    advice = " or ".join(f"{{{remedy}}}" for remedy in reading.remedy)
    say = f"; say {key_of(reading.column.name)} = {advice}" if advice else ""
    return f"{_where(path, raw, reading)}: {reading.problem}{say}{_no_row(raw, reading)}"


def _no_row(raw: RawTable, reading: Reading) -> str:
    """What helps where the first line below the names, or the last one, is none."""
    if not reading.remedy or reading.row is None or len(raw.lines) < 3:
        return ""
    if reading.row not in (0, len(raw.lines) - 1) and not is_total(raw, reading.row):
        return ""
    line = int(raw.lines[reading.row])
    what = "units or a second header" if reading.row == 0 else "a total or a remark"
    return f"; if line {line} is no row but {what}: data.skip_lines = [{line}]"


def problem_of_texts(path: Path, raw: RawTable, reading: Reading, names: list[str]) -> str:
    """The same of the first of some columns that are ids or free texts."""
    listed = ", ".join(map(repr, names[:MOST_NAMED]))
    own = next(column for column in raw.columns if column.name == reading.column.name)
    way = (
        '{kind = "text"}, whose words are read, or {kind = "category"}: the rarest are '
        "'other' then"
    )
    if names_pictures(own):
        way = '{kind = "picture"}, which reads the files, with data.size = [height, width]'
    return (
        f"{_where(path, raw, reading)}: {reading.problem}; leave it out: ignore = [{listed}], or "
        f"say {key_of(reading.column.name)} = {way}"
    )


def key_of(name: str) -> str:
    """The key of a column's settings in a preset."""
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return f"data.columns.{name if is_bare else toml(name)}"


def _where(path: Path, raw: RawTable, reading: Reading) -> str:
    line = "" if reading.row is None else f"line {raw.lines[reading.row]}, "
    return f"{path}: {line}column {reading.column.name!r}"
