"""A file of any format with a table, read as features and targets that can become examples."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import msgspec
import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.spilling import in_place, room_for
from tuidl.data.exact import as_exact
from tuidl.data.paths import Stamp
from tuidl.data.table import Feature, FurtherTarget, Table
from tuidl.data.tables.beside import of_rows
from tuidl.data.tables.choice import Chosen, Options, chosen_columns
from tuidl.data.tables.encoding import values_of
from tuidl.data.tables.filling import UNFILLED, rule_of, with_room
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.pictures import gaps_in
from tuidl.data.tables.points import in_doubt
from tuidl.data.tables.problems import problem_in, problem_of_texts
from tuidl.data.tables.raw import RawColumn, RawTable
from tuidl.data.tables.reading import read_raw
from tuidl.data.tables.skipping import said_lines
from tuidl.data.tables.spelled import LARGEST_GUESSED, as_written, has_commas, point_guess
from tuidl.data.tables.target import Target, read_target, unlabelled
from tuidl.data.tables.text_columns import TextInput, require_values, text_input
from tuidl.data.tables.titles import titled

LARGEST = float(np.finfo(np.float32).max)
BYTES_A_ROW = 64
"""Memory of a column while it is looked at, and of the targets beside it, for each row."""
BYTES_A_VALUE = 8


@lru_cache(maxsize=2)
def read_table(stamp: Stamp, options: Options) -> Table:
    """The table in a file, remembered until the file changes.

    Raises DataError where the file is at fault, PresetError where the options are.
    """
    path = Path(stamp[0])
    read = partial(
        read_raw,
        stamp,
        options.delimiter,
        options.says_header,
        2 if options.needs_inputs and options.target is not None else 1,
        encoding=options.encoding,
        sheet=options.sheet,
        skip=said_lines(options.skip_lines),
    )
    raw = read()
    chosen = chosen_columns(path, raw, options)
    commas = [i for i in (*chosen.inputs, *chosen.targets) if has_commas(raw.columns[i])]
    raw, doubts = as_written(
        raw,
        read,
        texts=chosen.texts,
        codes=chosen.codes(raw),
        commas=commas,
        guessed=chosen.unsaid if stamp[2] <= LARGEST_GUESSED else (),
    )
    doubts |= {place: point_guess(raw.columns[place]) for place in commas}
    rows = len(raw.lines)
    least = BYTES_A_ROW * rows
    needed = least + BYTES_A_VALUE * rows * len(chosen.inputs)
    with room_for(needed, least, f"{path}", "use a smaller file"):
        return _read(path, raw, chosen, options, doubts)


def _read(
    path: Path, raw: RawTable, chosen: Chosen, options: Options, doubts: Mapping[int, str]
) -> Table:
    """What the ``chosen`` columns are. ``doubts``: what else some of them may be."""
    targets = [
        read_target(raw.columns[place], chosen.settings[place], options.task)
        for place in chosen.targets
    ] or [unlabelled(len(raw.lines))]
    target, *more = targets
    chosen, features = _ids_last(
        chosen,
        [_feature(raw, place, chosen, options, doubts.get(place, "")) for place in chosen.inputs],
    )
    if options.titles:
        features[-1] = replace(
            features[-1], column=titled(features[-1].column, options.titles, options.encoding)
        )
    _check(path, raw, chosen, features, targets)
    pictures = [raw.columns[place] for place in chosen.pictures]
    texts = [
        text_input(raw.columns[place], chosen.settings[place], options.missing)
        for place in chosen.texts
    ]
    rows = _kept_rows(options, features, targets, pictures, texts)
    if not len(rows):
        raise DataError(f"{path}: every row lacks a value: dropping them leaves none")
    _check_missing(path, raw.lines[rows], [feature.at(rows) for feature in features])
    read = tuple(text.at(rows) for text in texts)
    require_values(f"{path}", raw.lines[rows], read)
    return Table(
        tuple(feature.at(rows) for feature in features),
        as_exact(target.values[rows]),
        target.classes,
        raw,
        chosen,
        target,
        rows,
        tuple(of_rows(raw.columns[place], rows) for place in chosen.beside),
        tuple(of_rows(column, rows) for column in pictures),
        tuple(FurtherTarget(one, as_exact(one.values[rows])) for one in more),
        read,
    )


def _kept_rows(
    options: Options,
    features: list[Feature],
    targets: list[Target],
    pictures: list[RawColumn],
    texts: list[TextInput],
) -> Array:
    """Those that lack nothing for which a row is dropped."""
    lacking = np.any([np.isnan(one.values) for one in targets], axis=0)
    known = np.flatnonzero(~lacking | options.keeps_gaps)
    rows = _without_gaps([f for f in features if f.rule == "drop_rows"], known)
    return _with_files_and_texts(pictures if options.missing == "drop_rows" else [], texts, rows)


def _ids_last(chosen: Chosen, features: list[Feature]) -> tuple[Chosen, list[Feature]]:
    """Inputs of their own stand behind those that are one input together."""
    order = sorted(range(len(features)), key=lambda i: features[i].column.numbered)
    inputs = tuple(chosen.inputs[i] for i in order)
    return replace(chosen, inputs=inputs), [features[i] for i in order]


def _feature(raw: RawTable, place: int, chosen: Chosen, options: Options, doubt: str) -> Feature:
    settings = chosen.settings[place]
    reading = read_column(raw.columns[place], settings)
    if doubt and reading.kind == "number":
        reading = replace(reading, guess="; ".join(filter(None, [doubt, reading.guess])))
    if reading.values is None:
        return Feature(reading.column, np.zeros(0), options.missing, reading)
    values, reading = reading.values.values, replace(reading, values=None)
    rule = rule_of(reading.column, settings, options.missing)
    column = with_room(reading.column, rule)
    if column is not reading.column:
        values = values_of(raw.columns[place], column).values
    indicator = options.indicator if settings.indicator is None else settings.indicator
    indicator = indicator and rule not in UNFILLED
    column = msgspec.structs.replace(column, indicator=indicator)
    return Feature(column, in_place(values), rule, reading, int(np.isnan(values).sum()))


def _check(
    path: Path, raw: RawTable, chosen: Chosen, features: list[Feature], targets: list[Target]
) -> None:
    """Raises DataError where a column cannot be learned from."""
    texts = [f.column.name for f in features if f.reading.kind == "text"]
    for feature in features:
        if feature.reading.kind == "text":
            raise DataError(problem_of_texts(path, raw, feature.reading, texts))
        if feature.reading.problem:
            raise DataError(problem_in(path, raw, feature.reading))
        if feature.reading.kind == "number" and (np.abs(feature.values) > LARGEST).any():
            name = feature.column.name
            raise DataError(f"{path}: column {name!r} has numbers too large for float32")
    columns = [
        (raw.columns[place], f.reading) for place, f in zip(chosen.inputs, features, strict=True)
    ]
    predicted = zip(chosen.targets, targets, strict=False)
    columns += [(raw.columns[place], target.reading) for place, target in predicted]
    if doubtful := in_doubt(columns):
        raise DataError(problem_in(path, raw, doubtful))
    for target in targets:
        if target.problem:
            raise DataError(problem_in(path, raw, replace(target.reading, problem=target.problem)))


def _without_gaps(features: list[Feature], rows: Array) -> Array:
    """Those of the rows where all features have a value."""
    for feature in features:
        rows = rows[~np.isnan(feature.values[rows])]
    return rows


def _with_files_and_texts(pictures: list[RawColumn], texts: list[TextInput], rows: Array) -> Array:
    """Those of the rows where the ``pictures`` have files, and texts that say so a text."""
    for _, missing in gaps_in(pictures):
        rows = rows[~missing[rows]]
    for text in texts:
        if text.rule == "drop_rows":
            rows = rows[~text.missing[rows]]
    return rows


def _check_missing(path: Path, lines: Array, features: list[Feature]) -> None:
    """Raises DataError where values are missing that nothing is to be put in the place of."""
    lacking = [f for f in features if f.rule == "refuse" and np.isnan(f.values).any()]
    if not lacking:
        return
    first = min(lacking, key=lambda feature: int(np.isnan(feature.values).argmax()))
    line = lines[int(np.isnan(first.values).argmax())]
    count = sum(int(np.isnan(feature.values).sum()) for feature in lacking)
    columns = "1 column" if len(lacking) == 1 else f"{len(lacking)} columns"
    raise DataError(
        f"{path}: line {line}, column {first.column.name!r}: no value ({count} missing in "
        f"{columns}); say data.missing = 'mean', 'median', 'most_frequent', 'zero' or "
        "'drop_rows'"
    )
