"""Which columns of a file are inputs, and which is the target."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from tuidl.core.errors import DataError, PresetError, suggestion
from tuidl.data.paths import Stamp
from tuidl.data.tables.header import normal_name
from tuidl.data.tables.raw import RawTable
from tuidl.data.tables.settings import AS_FOUND, WEIGHT, ColumnSettings, Missing
from tuidl.data.tables.spelled import is_mixed

Task = Literal["classification", "regression"]
ColumnName = str | int

LEFT_OUT = "ignore"
PICTURE, TEXT = "picture", "text"
BY_IGNORE = "by data.ignore"


@dataclass(frozen=True)
class Options:
    """How the file is to be read. ``more_targets``: further ones, of which each row has one too.
    ``keeps_gaps``: rows without a target are left in.
    ``beside``: columns that are no inputs, each with the key that
    names it. ``columns``: what is said of single ones. ``needs_inputs``: whether there must be
    an input beside the target. ``ids``: the only inputs, each an id, with the key that names it;
    ``titles``: the file that says how those of the last are shown. ``target_key``: what names the
    target, None where the inputs are all that is to be given back. ``skip_lines``: of the file, on
    which no row stands."""

    target: ColumnName | None
    delimiter: str | None = None
    header: bool | None = None
    ignore: tuple[ColumnName, ...] = ()
    task: Task | None = None
    missing: Missing = "refuse"
    indicator: bool = False
    columns: tuple[tuple[str, ColumnSettings], ...] = ()
    beside: tuple[tuple[ColumnName, str], ...] = ()
    encoding: str | None = None
    sheet: str | int | None = None
    needs_inputs: bool = True
    more_targets: tuple[ColumnName, ...] = ()
    keeps_gaps: bool = False
    skip_lines: tuple[int, ...] = ()
    ids: tuple[tuple[ColumnName, str], ...] = ()
    titles: Stamp | None = None
    target_key: str = "data.target"

    @property
    def says_header(self) -> bool | None:
        """Whether there is one: surely if a column is named by a text."""
        names = [self.target, *self.more_targets, *self.ignore, *(name for name, _ in self.beside)]
        names += [name for name, _ in self.ids]
        names += [name for name, _ in self.columns if not name.isdecimal()]
        named = any(isinstance(name, str) for name in names)
        return True if self.header is None and named else self.header


@dataclass(frozen=True)
class Chosen:
    """Places of columns. ``left_out``: those that the preset leaves out, or that are no data as the
    file's notes say, with the reason; ``settings``: of every column; ``pictures``: inputs that
    name files of pictures, ``texts``: those that are read as text. ``more_targets``: further ones;
    ``weights``: those of ``beside`` that weigh rows."""

    inputs: tuple[int, ...]
    target: int | None
    beside: tuple[int, ...]
    left_out: dict[int, str]
    settings: tuple[ColumnSettings, ...]
    pictures: tuple[int, ...] = ()
    more_targets: tuple[int, ...] = ()
    weights: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()

    @property
    def targets(self) -> tuple[int, ...]:
        return () if self.target is None else (self.target, *self.more_targets)

    @property
    def unsaid(self) -> list[int]:
        """Inputs of which nothing says what they are."""
        return [i for i in self.inputs if not self.settings[i].implied]

    def codes(self, raw: RawTable) -> list[int]:
        """Columns of ids and categories, as is said or as their fields may be."""
        return [
            i for i in (*self.inputs, *self.targets)
            if self.settings[i].implied in ("id", "category")
            or (not self.settings[i].implied and is_mixed(raw.columns[i]))
        ]  # fmt: skip


@dataclass(frozen=True)
class _Columns:
    """A file's columns by their ``names``; without a header they have but numbers."""

    names: list[str]
    has_header: bool

    def place(self, name: ColumnName, key: str) -> int:
        """The place of a column, counted from 0; ``key``: what names it. Raises PresetError where
        there is none."""
        if isinstance(name, int):
            if name > len(self.names):
                known = f"there are {len(self.names)}, counted from 1"
                raise PresetError(key, f"no column {name}: {known}")
            return name - 1
        if not self.has_header:
            why = "the file has no header; give a number from 1"
            raise PresetError(key, f"no column {name!r}: {why}")
        name = normal_name(name)
        if name not in self.names:
            raise PresetError(key, f"no column {name!r}{suggestion(name, self.names[:50])}")
        return self.names.index(name)


def chosen_columns(path: Path, raw: RawTable, options: Options) -> Chosen:
    """Raises DataError or PresetError."""
    names = [column.name for column in raw.columns]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise DataError(f"{path}: line 1: two columns are named {twice[0]!r}; rename one")
    columns, settings = _Columns(names, raw.has_header), _settings(names, options)
    first = () if options.target is None else (options.target,)
    target = next((columns.place(name, options.target_key) for name in first), None)
    ignored = [columns.place(name, "data.ignore") for name in options.ignore]
    more = tuple(columns.place(name, "data.target") for name in options.more_targets)
    targets = () if target is None else (target, *more)
    _check_targets(targets, names, ignored, settings)
    beside = _beside(columns, options, targets)
    left_out = _left_out(raw, options, settings, {*targets, *beside})
    left_out |= dict.fromkeys(ignored, BY_IGNORE)
    ids = _ids(columns, options, targets)
    if ids:
        settings = tuple(replace(s, said="id") if i in ids else s for i, s in enumerate(settings))
        rest = set(range(len(names))) - {*ids, *targets}
        left_out |= dict.fromkeys(rest, "ratings are of users and items alone")
    others = {*targets, *left_out, *beside}
    every = ids or tuple(i for i in range(len(names)) if i not in others)
    if not every and options.needs_inputs:
        raise _nothing_left(options, targets, beside, left_out, names)
    pictures = tuple(i for i in every if settings[i].said == PICTURE)
    texts = tuple(i for i in every if settings[i].implied == TEXT)
    inputs = tuple(i for i in every if i not in (*pictures, *texts))
    keys = [key for _, key in options.beside]
    weights = tuple(place for key, place in zip(keys, beside, strict=True) if key == WEIGHT)
    return Chosen(inputs, target, beside, left_out, settings, pictures, more, weights, texts)


def _nothing_left(
    options: Options,
    targets: tuple[int, ...],
    beside: tuple[int, ...],
    left_out: dict[int, str],
    names: list[str],
) -> PresetError:
    """That no column is an input, at the key that took the last of them."""
    if BY_IGNORE in left_out.values():
        return PresetError("data.ignore", "leaves no column to learn from")
    if set(left_out) <= {*targets, *beside}:
        others = f", and {options.beside[0][1]} the others" if beside else ""
        return PresetError(
            options.target_key, f"names every column{others}: expected one to learn from"
        )
    place, why = next((i, why) for i, why in left_out.items() if i not in (*targets, *beside))
    problem = f"leaves no column to learn from: {names[place]!r} is left out ({why})"
    return PresetError(options.target_key, problem)


def _settings(names: list[str], options: Options) -> tuple[ColumnSettings, ...]:
    """Of each column. Raises PresetError where one is named that is not there."""
    said = {normal_name(name): settings for name, settings in options.columns}
    for name, settings in said.items():
        settings.check(name)
    for name in said:
        if name not in names:
            raise PresetError(
                f"data.columns.{name}", f"no such column{suggestion(name, names[:50])}"
            )
    return tuple(said.get(name, AS_FOUND) for name in names)


def _check_targets(
    targets: tuple[int, ...],
    names: list[str],
    ignored: list[int],
    settings: tuple[ColumnSettings, ...],
) -> None:
    """Raises PresetError where a column cannot be one."""
    for place in targets:
        if targets.count(place) > 1:
            raise PresetError("data.target", f"{names[place]!r} is named twice")
        if place in ignored:
            raise PresetError("data.ignore", f"{names[place]!r} is the target")
        if settings[place].implied in (LEFT_OUT, PICTURE, TEXT):
            raise PresetError(f"data.columns.{names[place]}.kind", "it is the target")


def _beside(columns: _Columns, options: Options, targets: tuple[int, ...]) -> tuple[int, ...]:
    """Places of the columns beside the inputs. Raises PresetError."""
    places = tuple(columns.place(name, key) for name, key in options.beside)
    for (_, key), place in zip(options.beside, places, strict=True):
        if place in targets:
            raise PresetError(key, f"{columns.names[place]!r} is the target")
    return places


def _left_out(
    raw: RawTable, options: Options, settings: tuple[ColumnSettings, ...], taken: set[int]
) -> dict[int, str]:
    """Columns that are no inputs by what is said of them, or by what the file's notes say, each
    with the reason. ``taken``: targets and what is read beside the inputs."""
    names = [column.name for column in raw.columns]
    named = {normal_name(name) for name, _ in options.columns}
    why = "empty, of a kind that is not read, or counts the rows"
    found = {i: why for i in raw.passed_over - taken if names[i] not in named}
    said = {
        i: f"by data.columns.{names[i]}.kind"
        for i, of in enumerate(settings)
        if of.said == LEFT_OUT
    }
    return found | said


def _ids(columns: _Columns, options: Options, targets: tuple[int, ...]) -> tuple[int, ...]:
    """Places of the only inputs, where all are ids. Raises PresetError."""
    places = tuple(columns.place(name, key) for name, key in options.ids)
    for place, (_, key) in zip(places, options.ids, strict=True):
        if place in targets or places.count(place) > 1:
            raise PresetError(key, f"{columns.names[place]!r} is the column of something else, too")
    return places
