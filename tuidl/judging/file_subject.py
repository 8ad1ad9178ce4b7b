"""Examples of a file, with their targets: prepared as the run's own were."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.core.lazy import Array
from tuidl.data.array_source import Npz
from tuidl.data.files import file_status
from tuidl.data.npy_file import npz_names, read_npz
from tuidl.data.origin import Origin
from tuidl.data.picture import SUFFIXES
from tuidl.data.series_rows import all_windows
from tuidl.data.table_layout import TableLayout
from tuidl.data.tables.formats import is_table
from tuidl.data.tables.kinds import read_column
from tuidl.data.tables.raw import RawColumn, RawTable, plain_number, text_of, texts_of
from tuidl.data.tables.settings import ColumnSettings
from tuidl.inference.files import Inputs, read_inputs
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.rows import are_many, places, stored
from tuidl.judging.subject import Subject, blocks_in_time
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_of

MOST_NAMED = 20
"""Names in a message."""


def of_file(preset: Preset, prepared: Preparation, path: Path, key: str | None = None) -> Subject:
    """A table with the target's column, an .npz file with both arrays, or a folder with one of
    pictures for each class; inputs alone where these are given back. ``key``: the array of inputs.

    Rows that cannot be read, or have no target, are left out, and counted. Raises DataError.
    """
    if path.is_dir():
        return _of_folder(preset, prepared, path)
    file_status(path)
    if task_of(preset).judged_as == "clusters":
        inputs = read_inputs(preset, prepared, path, key=key)
        return _subject(path, inputs, np.zeros((len(inputs.x), 0)), None)
    if preset.spec().reconstructs:
        inputs = read_inputs(preset, prepared, path, key=key)
        table = inputs.table
        origin = None if table is None else Origin.of_rows(table, np.arange(len(inputs.x)))
        return _subject(path, inputs, _given_back(prepared, inputs.x), origin)
    if path.suffix.lower() in SUFFIXES or path.suffix.lower() == ".npy":
        raise DataError(
            f"{path}: without targets there is nothing to judge by; give a table, an .npz file "
            "with x and y, or a folder with one of pictures for each class"
        )
    if prepared.table is not None and prepared.table.window and is_table(path):
        return _of_series(preset, prepared, prepared.table, path)
    inputs = read_inputs(preset, prepared, path, key=key)
    if inputs.prompts is not None:
        raise DataError(
            f"{path}: answers to a file are not judged; tuidl evaluate RUN judges those to "
            "held-out prompts, and tuidl predict RUN FILE gives answers"
        )
    if inputs.table is not None:
        y = _of_table(preset, prepared, path, inputs.table)
        origin = Origin.of_rows(inputs.table, np.arange(len(y)))
    else:
        y, origin = _of_array(preset, path, len(inputs.x)), None
    return _subject(path, inputs, y, origin)


def _given_back(prepared: Preparation, x: Array) -> Array:
    """The inputs as targets (n, width), in their own units."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    if not prepared.target_shift:
        return flat
    found: Array = flat * np.array(prepared.target_width) + np.array(prepared.target_shift)
    return found


def _of_series(preset: Preset, prepared: Preparation, layout: TableLayout, path: Path) -> Subject:
    """Every window of a table with what followed it. Raises DataError."""
    rows = all_windows(path, layout, preset.spec().outputs)
    assert rows.y is not None
    x = prepared.inputs(rows.x)
    inputs = Inputs(x, rows.names, rows.notes, rows.problems)
    subject = _subject(path, inputs, rows.y, Origin(rows.names))
    return replace(subject, **blocks_in_time(len(subject)))


def _subject(path: Path, inputs: Inputs, y: Array, origin: Origin | None) -> Subject:
    """The examples that have inputs and a target."""
    problems = dict(inputs.problems)
    for row in np.flatnonzero(~np.isfinite(y).all(axis=1)).tolist():
        name = origin.names[row] if origin else f"example {row + 1}"
        problems.setdefault(row, f"{path}: {name} has no target")
    kept = np.array([i for i in range(len(y)) if i not in problems], np.intp)
    if not len(kept):
        raise DataError(problems[min(problems)] if problems else f"{path}: no examples")
    notes = inputs.notes
    if problems:
        first = problems[min(problems)]
        notes = (*notes, f"{len(problems):,} of {len(y):,} examples are left out: {first}")
    return Subject(
        _kept(inputs.x, kept), y[kept], f"{path}, {len(kept):,} examples",
        origin.part(kept) if origin else None, notes=notes,
    )  # fmt: skip


def _kept(x: Array, kept: Array) -> Array:
    """The examples at these places, in a file where the memory is too small for all of them."""
    if len(kept) == len(x):
        return x
    if not are_many(len(kept)):
        return x[kept]
    return stored((x[kept[rows]] for rows in places(len(kept))), len(kept))


def _of_table(preset: Preset, prepared: Preparation, path: Path, table: RawTable) -> Array:
    """The targets (rows, width), NaN where there is none. Of several only the one that the model
    answers is read; 0 stands for the others. Raises DataError."""
    column = _target_column(preset, prepared, path, table)
    task, of_several = task_of(preset), preset.spec().targets
    y = _of_column(path, column, table, task.names)
    if not of_several:
        return y
    rows = np.zeros((len(y), preset.spec().target_width))
    rows[:, task.start] = y[:, 0]
    return rows


def _of_column(path: Path, column: RawColumn, table: RawTable, classes: tuple[str, ...]) -> Array:
    """Places of classes, or numbers (rows, 1)."""
    if classes:
        return _classes_in(path, column, table, classes)
    reading = read_column(column, ColumnSettings(said="number"))
    if reading.problem or reading.values is None:
        where = "" if reading.row is None else f"line {table.lines[reading.row]}, "
        problem = reading.problem or "no numbers"
        raise DataError(f"{path}: {where}column {column.name!r}: {problem}")
    return reading.values.values[:, None]


def _classes_in(path: Path, column: RawColumn, table: RawTable, classes: tuple[str, ...]) -> Array:
    """Places of classes (rows, 1), NaN where there is none. Raises DataError, naming the line."""
    places = _places(classes)
    of_texts = [places.get(text, -1.0) if text else np.nan for text in column.texts]
    numbers, where = np.unique(column.numbers, return_inverse=True)
    of_numbers = np.array([places.get(text_of(n), -1.0) if n == n else np.nan for n in numbers])
    y = np.where(column.codes < 0, of_numbers[where], np.array([*of_texts, 0.0])[column.codes])
    if (strange := y == -1).any():
        row = int(strange.argmax())
        text = texts_of(column)[row]
        place = f"{path}: line {table.lines[row]}, column {column.name!r}"
        raise DataError(f"{place}: {_no_class(text, classes)}")
    return y[:, None]


def _places(classes: tuple[str, ...]) -> Mapping[str, float]:
    """The place of each class by its name, and by the number that it is written as."""
    places = {name: float(i) for i, name in enumerate(classes)}
    for name, place in tuple(places.items()):
        if (number := plain_number(name)) is not None:
            places.setdefault(text_of(number), place)
    return places


def _no_class(text: str, classes: tuple[str, ...]) -> str:
    known = ", ".join(classes[:MOST_NAMED])
    return f"{text[:60]!r} is no class of the run{guess(text, classes)} (its classes: {known})"


def _target_column(preset: Preset, prepared: Preparation, path: Path, table: RawTable) -> RawColumn:
    """Raises DataError where there is none, or it is not known which."""
    wanted = target_name(preset, prepared)
    if not wanted:
        raise DataError(
            f"{path}: the network was not trained on a table, so which column is the target is not "
            "known; give an .npz file with x and y"
        )
    names = [column.name for column in table.columns]
    if isinstance(wanted, int) and wanted <= len(names):
        return table.columns[wanted - 1]
    if wanted not in names:
        raise DataError(
            f"{path}: no column {wanted!r}, which is the target{guess(str(wanted), names)} "
            f"(columns here: {', '.join(names[:MOST_NAMED])}); 'tuidl predict' needs no targets"
        )
    return table.columns[names.index(wanted)]


def target_name(preset: Preset, prepared: Preparation) -> str | int:
    """The column that the model answers, by name or number; empty where it has no name."""
    said = getattr(preset.data, "target", "") or ""
    if isinstance(said, tuple):
        found: str | int = said[task_of(preset).start]
        return found
    return getattr(prepared.table, "target", "") or said


def _of_array(preset: Preset, path: Path, count: int) -> Array:
    """The targets (examples, width) of an .npz file. Raises DataError."""
    wanted = preset.data.y if isinstance(preset.data, Npz) else "y"
    names = npz_names(path)
    if wanted not in names:
        raise DataError(f"{path}: no array {wanted!r} of targets{guess(wanted, names[:50])}")
    y = read_npz(path, wanted)
    if len(y) != count:
        raise DataError(f"{path}: {count:,} inputs but {len(y):,} targets")
    y, task = y.reshape(count, -1).astype(np.float64), task_of(preset)
    if task.has_labels and task.judged_as == "classes":
        return _class_places(path, y, task.names)
    width = task.start + task.spec.target_width
    if y.shape[1] < width:
        raise DataError(f"{path}: {y.shape[1]} numbers in a target, expected {width}")
    if problem := task.target_problem(task.targets(y)):
        raise DataError(f"{path}: {wanted!r}: {problem}")
    return y


def _class_places(path: Path, y: Array, classes: tuple[str, ...]) -> Array:
    """Class numbers as the run has them, or rows of a single 1, as places of classes (n, 1)."""
    if y.shape[1] == len(classes) > 1:
        return np.asarray(y.argmax(axis=1)[:, None], np.float64)
    places = _places(classes)
    are_named = all(plain_number(name) is not None for name in classes)
    if not are_named:
        places = {str(i): float(i) for i in range(len(classes))}
    known = [places.get(text_of(number), -1.0) for number in y[:, 0].tolist()]
    if -1.0 in known:
        row = known.index(-1.0)
        text = text_of(float(y[row, 0]))
        names = classes if are_named else tuple(places)
        raise DataError(f"{path}: example {row + 1}: {_no_class(text, names)}")
    return np.array(known)[:, None]


def _of_folder(preset: Preset, prepared: Preparation, path: Path) -> Subject:
    """Pictures in folders that are called as the classes are; some may be absent. Where the network
    gives pictures back all that lie there, and in any folders there."""
    gives_back, classes = preset.spec().reconstructs, task_of(preset).names
    folders = [p for p in _shown(path) if p.is_dir()]
    strange = [folder.name for folder in folders if folder.name not in classes]
    if strange and not gives_back:
        raise DataError(f"{path}: {_no_class(strange[0], classes)}")
    files = [file for folder in folders for file in _shown(folder) if _is_picture(file)]
    files += [file for file in _shown(path) if gives_back and _is_picture(file)]
    if not files:
        where = "" if gives_back else " in folders that are called as the classes are"
        raise DataError(f"{path}: no pictures{where}")
    found = [read_inputs(preset, prepared, file) for file in files]
    x, notes = np.concatenate([one.x for one in found]), [n for one in found for n in one.notes]
    if gives_back:
        y = _given_back(prepared, x)
    else:
        y = np.array([[float(classes.index(file.parent.name))] for file in files])
    names = tuple(str(file.relative_to(path)) for file in files)
    return Subject(x, y, f"{path}, {len(y):,} pictures", Origin(names),
                   notes=tuple(notes[:MOST_NAMED]))  # fmt: skip


def _shown(folder: Path) -> list[Path]:
    """What lies in it, without what is hidden."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.is_dir()
