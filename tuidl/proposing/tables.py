"""Facts about the table in a file: its columns, its target, what is better left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.core.errors import PresetError
from tuidl.core.printable import printable
from tuidl.data.paths import stamp
from tuidl.proposing.columns import PROSE, ColumnFacts, column_facts
from tuidl.proposing.facts import Facts, whole_path
from tuidl.proposing.ratings import OVERRULED, RatingTarget, rating_columns, rating_settings
from tuidl.proposing.setting import Setting, Settings
from tuidl.proposing.sources import source_of, stated, target_of
from tuidl.proposing.targets import chosen_target, likely_target, missing_target

if TYPE_CHECKING:
    from tuidl.data.table_source import Csv
    from tuidl.data.tables.column_report import TableReport
    from tuidl.data.tables.raw import RawTable

LONGEST_NAME = 120
MOST_NAMED = 5
"""Columns that a reason names."""


@dataclass(frozen=True)
class TableColumns:
    """The columns of a table before anything is chosen, and the report on them. ``likely``: the
    probable target."""

    columns: tuple[ColumnFacts, ...]
    report: "TableReport"
    likely: str
    why_likely: str


def table_columns(path: Path) -> TableColumns:
    """Raises DataError where the file cannot be read."""
    raw = _raw(path, None)
    names = [column.name for column in raw.columns]
    return TableColumns(*column_facts(raw), *likely_target(names))


def table_facts(
    path: Path,
    target: str | None,
    ignored: tuple[str, ...] | None = None,
    overrides: tuple[str, ...] = (),
) -> Facts:
    """What is known of the table in a file, of which ``target`` is to be predicted.

    ``ignored``: columns to leave out, None for those that teach nothing; ``overrides``: as for a
    preset. Raises DataError where the file is at fault, PresetError where the target is, or is
    missing.
    """
    raw = _raw(path, target, overrides)
    names = [column.name for column in raw.columns]
    if target is None:
        raise missing_target(names)
    chosen = chosen_target(names, target, raw.has_header)
    place = names.index(chosen) if isinstance(chosen, str) else chosen - 1
    said = _said(path, overrides).columns
    how = {name: known for name, known in said.items() if known.said is None}
    columns, _ = column_facts(raw, how)
    others = [column for i, column in enumerate(columns) if i != place]
    kept = [column for column in others if column.name not in (ignored or ())]
    pair = rating_columns(columns[place], kept, overrides) if raw.has_header else None
    if pair is not None:
        return _rating_facts(path, columns[place], pair, overrides)
    named = {name for name, known in said.items() if known.said is not None}
    inputs, idle = _inputs(columns[place], others, ignored, named)
    texts = [column for column in inputs if column.is_text and column.name not in named]
    data = _settings(path, raw, columns, columns[place], inputs) | _text_settings(texts)
    data = stated(data, overrides)
    source = source_of(data)
    spec = source.spec()
    return Facts(
        name=_name(path, columns[place]),
        data=data,
        rows=source.count(),
        shape=spec.shape,
        target=target_of(source),
        in_order=_order(inputs),
        texts=tuple(spec.words),
        numbers=sum(field.width for field in spec.inputs if not field.vocabulary),
        notes=_notes(columns[place], idle, texts),
    )


def _inputs(
    target: ColumnFacts, others: list[ColumnFacts], ignored: tuple[str, ...] | None, named: set[str]
) -> tuple[list[ColumnFacts], list[ColumnFacts]]:
    """The columns to learn from, and those that teach nothing. ``named``: columns of which it is
    said how they are read. Raises PresetError where none is left."""
    idle = [
        column for column in others if column.idle and ignored is None and column.name not in named
    ]
    left_out = {column.name for column in idle} | {*(ignored or ())}
    inputs = [column for column in others if column.name not in left_out]
    if not inputs:
        why = "".join(f"; {column.name!r} is left out, {column.idle}" for column in idle[:1])
        raise PresetError("--target", f"{target.name!r} leaves no column to learn from{why}")
    return inputs, idle


def _rating_facts(
    path: Path,
    rating: ColumnFacts,
    pair: tuple[ColumnFacts, ColumnFacts],
    overrides: tuple[str, ...],
) -> Facts:
    user, item = (column.name for column in pair)
    settings = rating_settings(whole_path(path), user, item, rating.name)
    if missing := sum(column.gaps for column in pair):
        why = f"{missing:,} gaps in {user!r} and {item!r}: such a rating is nobody's, or of nothing"
        settings["missing"] = Setting("drop_rows", why)
    data = stated(settings, overrides)
    source = source_of(data)
    guessed = (
        f"a guess: these are ratings of items ({item!r}) by users ({user!r}), and nothing else is "
        f"learned from; if not: --set {OVERRULED}"
    )
    return Facts(
        name=_name(path, rating),
        data=data,
        rows=source.count(),
        shape=source.spec().shape,
        target=RatingTarget(),
        notes=(guessed, *_notes(rating, [], [])),
    )


def _name(path: Path, target: ColumnFacts) -> str:
    return printable(f"{path.name.partition('.')[0]}: {target.name}")[:LONGEST_NAME]


def _raw(path: Path, target: str | None, overrides: tuple[str, ...] = ()) -> "RawTable":
    """The file as a table; a target that is named by a text says that there is a header."""
    from tuidl.data.tables.reading import read_raw
    from tuidl.data.tables.skipping import said_lines

    said = _said(path, overrides)
    is_named = target is not None and not target.isdecimal()
    header = True if said.header is None and is_named else said.header
    return read_raw(
        stamp(str(path)), said.delimiter, header, encoding=said.encoding, sheet=said.sheet,
        skip=said_lines(said.skip_lines),
    )  # fmt: skip


def _said(path: Path, overrides: tuple[str, ...]) -> "Csv":
    """What is said of how the file is to be read."""
    from tuidl.data.table_source import Csv

    known = {"source": Setting("csv"), "path": Setting(whole_path(path)), "target": Setting(1)}
    said = source_of(stated(known, overrides))
    assert isinstance(said, Csv)  # no other source takes these keys
    return said


def _settings(
    path: Path,
    raw: "RawTable",
    columns: tuple[ColumnFacts, ...],
    target: ColumnFacts,
    inputs: list[ColumnFacts],
) -> Settings:
    """The table ``[data]``, columns named as far as the file names them."""

    def called(column: ColumnFacts) -> str | int:
        return column.name if raw.has_header else column.number

    settings = {
        "source": Setting("csv"),
        "path": Setting(whole_path(path)),
        "target": Setting(called(target), "the column to predict"),
    }
    used = {target.number, *(column.number for column in inputs)}
    left_out = [column for column in columns if column.number not in used]
    if left_out:
        why = "columns that are not learned from"
        settings["ignore"] = Setting([called(column) for column in left_out], why)
    if missing := _missing(inputs):
        settings["missing"] = missing
    return settings


def _text_settings(texts: list[ColumnFacts]) -> Settings:
    if not texts:
        return {}
    how = {column.name: {"kind": "text", "lowercase": True} for column in texts}
    names = ", ".join(repr(column.name) for column in texts[:MOST_NAMED])
    return {"columns": Setting(how, f"{names}: a guess: {PROSE}")}


def _missing(inputs: list[ColumnFacts]) -> Setting | None:
    """The rule for gaps, where there are any."""
    lacking = [column for column in inputs if column.gaps]
    if not lacking:
        return None
    names = ", ".join(repr(column.name) for column in lacking[:MOST_NAMED])
    names += " and others" if len(lacking) > MOST_NAMED else ""
    where = f"{sum(column.gaps for column in lacking)} gaps in {names}"
    return Setting("mean", f"{where}: numbers get the mean, texts the most frequent one")


def _notes(
    target: ColumnFacts, idle: list[ColumnFacts], texts: list[ColumnFacts]
) -> tuple[str, ...]:
    notes = [
        f"a guess: column {column.name!r} is text: {PROSE} ({column.report.key})"
        for column in texts
    ]
    notes += [f"left out: column {column.name!r}, {column.idle}" for column in idle]
    if target.gaps:
        rows = "1 row" if target.gaps == 1 else f"{target.gaps:,} rows"
        notes.append(f"left out: {rows} without a target, which is never made up")
    return tuple(notes)


def _order(inputs: list[ColumnFacts]) -> str:
    """Why rows seem to follow each other in time; empty where they do not."""
    rising = next((column.name for column in inputs if column.rises), None)
    if rising is None:
        return ""
    return f"rows seem to be in the order of time: {rising!r} never falls"
