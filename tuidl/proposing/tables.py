"""Facts about the table in a file: its columns, its target, what is better left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.core.errors import PresetError
from tuidl.core.printable import printable
from tuidl.data.paths import stamp
from tuidl.data.table_source import Csv
from tuidl.proposing.counting import class_counts
from tuidl.proposing.facts import Facts, Setting, Settings, whole_path
from tuidl.proposing.targets import chosen_target, likely_target, missing_target

if TYPE_CHECKING:
    from tuidl.data.tables.raw import RawColumn, RawTable

LONGEST_NAME = 120


@dataclass(frozen=True)
class TableColumns:
    """The columns of a table before anything is chosen. ``likely``: the probable target."""

    names: tuple[str, ...]
    likely: str
    why_likely: str


def table_columns(path: Path) -> TableColumns:
    """Raises DataError where the file cannot be read."""
    names = tuple(column.name for column in _raw(path).columns)
    return TableColumns(names, *likely_target(names))


def table_facts(path: Path, target: str | None, ignored: tuple[str, ...] = ()) -> Facts:
    """What is known of the table in a file, of which ``target`` is to be predicted.

    ``ignored``: columns to leave out. Raises DataError where the file is at fault, PresetError
    where the target is, or is missing.
    """
    from tuidl.proposing.columns import order, useless

    raw = _raw(path)
    names = [column.name for column in raw.columns]
    if target is None:
        raise missing_target(names)
    chosen = chosen_target(names, target, raw.has_header)
    place = names.index(chosen) if isinstance(chosen, str) else chosen - 1
    inputs = [i for i, name in enumerate(names) if i != place and name not in ignored]
    idle = {i: why for i in inputs if (why := useless(raw.columns[i], i + 1))}
    inputs = [i for i in inputs if i not in idle]
    if not inputs:
        raise PresetError("--target", f"{names[place]!r} leaves no column to learn from")
    left_out = sorted(set(range(len(names))) - {*inputs, place})
    data = _settings(path, raw, place, inputs, left_out)
    source = _source(data)
    spec = source.spec()
    return Facts(
        name=printable(f"{path.name.partition('.')[0]}: {names[place]}")[:LONGEST_NAME],
        data=data,
        rows=source.count(),
        shape=spec.shape,
        outputs=spec.outputs,
        classes=spec.classes,
        counts=class_counts(source),
        in_order=order([raw.columns[i] for i in inputs]),
        notes=tuple(f"left out: column {names[i]!r}, {why}" for i, why in idle.items()),
    )


def _raw(path: Path) -> "RawTable":
    from tuidl.data.tables.reading import read_raw

    return read_raw(stamp(str(path)))


def _settings(
    path: Path, raw: "RawTable", place: int, inputs: list[int], left_out: list[int]
) -> Settings:
    """The table ``[data]``, columns named as far as the file names them."""
    columns = raw.columns

    def called(i: int) -> str | int:
        return columns[i].name if raw.has_header else i + 1

    settings = {
        "source": Setting("csv"),
        "path": Setting(whole_path(path)),
        "target": Setting(called(place), "the column to predict"),
    }
    if left_out:
        why = "columns that are not learned from"
        settings["ignore"] = Setting([called(i) for i in left_out], why)
    if missing := _missing(columns[place], [columns[i] for i in inputs]):
        settings["missing"] = missing
    return settings


def _source(data: Settings) -> Csv:
    values = {key: setting.value for key, setting in data.items() if key != "source"}
    values["ignore"] = tuple(values.get("ignore", ()))
    return Csv(**values)


def _missing(target: "RawColumn", inputs: "list[RawColumn]") -> Setting | None:
    """The rule for gaps, where there are any."""
    from tuidl.proposing.columns import gaps

    if without := gaps(target):
        return Setting("drop_rows", f"{without} rows have no target: it is never made up")
    lacking = {column.name: count for column in inputs if (count := gaps(column))}
    if not lacking:
        return None
    count = sum(lacking.values())
    where = f"{count} gaps in {', '.join(map(repr, list(lacking)[:5]))}"
    return Setting("mean", f"{where}: numbers get the mean, texts the most frequent one")
