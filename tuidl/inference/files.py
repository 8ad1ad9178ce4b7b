"""The user's file as inputs of the network, prepared as the training data was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.data.digits import BRIGHTEST as BRIGHTEST_DIGIT
from tuidl.data.examples import BRIGHTEST
from tuidl.data.files import file_status
from tuidl.data.npy_file import npy_header, npz_header, npz_names, read_npy, read_npz
from tuidl.data.numbered import Numbered
from tuidl.data.picture import SUFFIXES
from tuidl.data.series_rows import next_windows
from tuidl.data.table_layout import InputColumn, TableLayout
from tuidl.data.table_rows import encode_rows, raw_rows
from tuidl.data.tables.dialect import DELIMITERS
from tuidl.data.tables.formats import SUFFIXES as TABLES
from tuidl.data.tables.formats import is_table
from tuidl.data.tables.raw import RawTable
from tuidl.inference.pictures import PICTURES, read_picture_inputs
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.prompts import Prompts, prompts_in
from tuidl.inference.rows import Encode, encoded, places
from tuidl.inference.texts import encoded_texts, text_rows
from tuidl.nn.layers.base import describe
from tuidl.preset.schema import Preset

TOO_BRIGHT = 2.0
"""Pixels are in [0, 1]; beyond this they have surely not been scaled."""

NOT_FINITE = "values that are not finite"


@dataclass(frozen=True)
class Inputs:
    """``x`` (n, *shape): as the network takes them. ``names``: of each example, for the table.
    ``notes``: what was done to them that nobody has asked for. ``problems``: why an example cannot
    be predicted, by its place from 0 on; what ``x`` has there means nothing. ``table``: the rows as
    the file has them, where it is a table. ``marks``: what is special about an example that is
    predicted all the same. ``prompts``: in the place of ``x``, where the network answers to texts.
    """

    x: Array
    names: Sequence[str]
    notes: tuple[str, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)
    table: RawTable | None = None
    marks: Mapping[int, str] = field(default_factory=dict)
    prompts: Prompts | None = None


def read_inputs(
    preset: Preset,
    prepared: Preparation,
    path: Path,
    *,
    key: str | None = None,
    invert: bool | None = None,
) -> Inputs:
    """Read a picture, a table or an array, by the end of its name.

    ``key``: which array of several in a .npz file. ``invert``: whether light and dark of a picture
    are exchanged; None leaves it to the picture's border, where the network knows light on dark.

    Raises DataError, which says what was expected; also where no example is fit to be predicted.
    """
    file_status(path)
    suffix = path.suffix.lower()
    if key is not None and suffix != ".npz":
        raise DataError(f"{path}: only arrays in a .npz file have names")
    if invert is not None and suffix not in SUFFIXES:
        raise DataError(f"{path}: only pictures can be inverted")
    if suffix in SUFFIXES:
        values, notes = read_picture_inputs(preset, prepared, path, invert)
        return ready(path, prepared, values, (path.name,), notes)
    if is_table(path) and prepared.table is not None and prepared.table.window:
        series = next_windows(path, prepared.table)
        return ready(path, prepared, series.x, series.names, series.notes, series.problems)
    if is_table(path) and prepared.text is not None and prepared.text.answers:
        return _asked(prompts_in(path, prepared.text))
    if is_table(path):
        return _of_rows(preset, prepared, path)
    if suffix in (".npy", ".npz"):
        values, notes = _array(preset, prepared, path, key)
        return ready(path, prepared, values, (), notes)
    known = ", ".join([*TABLES, ".npy", ".npz", *sorted(SUFFIXES)])
    raise DataError(f"{path}: no kind of file to predict (expected {known})")


def _asked(given: Prompts) -> Inputs:
    count = len(given.texts)
    return Inputs(
        np.zeros((count, 0)), Numbered.up_to(count), given.table.notes, given.problems,
        given.table, given.marks, given,
    )  # fmt: skip


def ready(
    path: Path,
    prepared: Preparation,
    values: Array,
    names: tuple[str, ...],
    notes: tuple[str, ...],
    known: Mapping[int, str] | None = None,
    table: RawTable | None = None,
) -> Inputs:
    """Values as the data has them, scaled; numbered where they have no ``names``. Raises DataError
    where none of them is finite."""
    return _finite(path, prepared.inputs(values), names, notes, known or {}, table)


def _finite(
    path: Path,
    x: Array,
    names: Sequence[str],
    notes: tuple[str, ...],
    known: Mapping[int, str],
    table: RawTable | None,
) -> Inputs:
    """Inputs, with a problem for each that is not finite. Raises DataError where none is."""
    problems = {**_not_finite(path, x, table), **known}
    if problems and len(problems) == len(x):
        raise DataError(problems[min(problems)])
    return Inputs(x, names or Numbered.up_to(len(x)), notes, problems, table)


def _not_finite(path: Path, x: Array, table: RawTable | None) -> dict[int, str]:
    """Why some examples cannot be predicted."""
    finite = [np.isfinite(x[rows].reshape(len(x[rows]), -1)).all(axis=1) for rows in places(len(x))]
    found = {}
    for row in np.flatnonzero(~np.concatenate([*finite, np.ones(0, bool)])).tolist():
        what = f"example {row + 1}" if table is None else f"line {table.lines[row]}"
        found[row] = f"{path}: {what} has {NOT_FINITE}"
    return found


def _of_rows(preset: Preset, prepared: Preparation, path: Path) -> Inputs:
    """All rows of a table, however many. Raises DataError."""
    raw, encode = _table(preset, prepared, path)
    x, problems, marks = encoded(path, raw, encode, prepared.inputs)
    found = _finite(path, x, (), raw.notes, problems, raw)
    return replace(found, marks=marks)


def _table(preset: Preset, prepared: Preparation, path: Path) -> tuple[RawTable, Encode]:
    """A table, and what makes inputs of some of its rows: texts where the network reads such;
    columns by name where it has learned from a table, else numbers in order."""
    if (text := prepared.text) is not None:
        raw, place = text_rows(path, text)
        return raw, lambda rows: encoded_texts(rows, place, text, path)
    layout = columns_of(prepared)
    if layout is None:
        what = f"{describe(prepared.shape)} numbers ({preset.data.kind()})"
        raise DataError(f"{path}: a table, but this network reads {what}: give .npy or .npz")
    return raw_rows(path, layout), lambda rows: encode_rows(rows, layout, path)


def columns_of(prepared: Preparation) -> TableLayout | None:
    """The columns of a row: those learned from, else a number for each input; None where one input
    is no row."""
    if prepared.table is not None:
        return prepared.table
    if len(prepared.shape) != 1:
        return None
    columns = tuple(InputColumn(str(i)) for i in range(1, prepared.shape[0] + 1))
    return TableLayout(columns, DELIMITERS[0], has_header=False)


def array_inputs(
    preset: Preset, prepared: Preparation, values: Array, path: Path = Path("x")
) -> Inputs:
    """An array (n, *shape) as the training data has them, or one example. ``path``: what it is
    called in errors. Raises DataError where it does not fit."""
    shape = _fitting(_wanted(preset, prepared), values.shape, f"{path}")
    seen, notes = _as_learned(preset, values.reshape(shape), path)
    return ready(path, prepared, seen, (), notes)


def _array(
    preset: Preset, prepared: Preparation, path: Path, key: str | None
) -> tuple[Array, tuple[str, ...]]:
    """(n, *shape) as numbers, and what is odd about them; what does not fit is refused by its
    header alone."""
    wanted = _wanted(preset, prepared)
    if path.suffix.lower() == ".npy":
        shape = _fitting(wanted, npy_header(path).shape, f"{path}")
        values = read_npy(path)
    else:
        name = _key(preset, path, key)
        header = npz_header(path, name)
        shape = _fitting(wanted, header.shape, f"{path}: {name!r}")
        values = read_npz(path, name)
    return _as_learned(preset, values.reshape(shape), path)


def _wanted(preset: Preset, prepared: Preparation) -> tuple[int, ...]:
    """The shape of one example in the user's arrays, which may have channels first."""
    shape = prepared.shape
    return (shape[-1], *shape[:-1]) if _is_turned(preset) else shape


def _is_turned(preset: Preset) -> bool:
    return getattr(preset.data, "channels", None) == "first"


def _as_learned(preset: Preset, values: Array, path: Path) -> tuple[Array, tuple[str, ...]]:
    """Numbers as the training data had them, and what is odd about them."""
    if _is_turned(preset):
        values = np.moveaxis(values, 1, -1)
    notes: tuple[str, ...] = ()
    if preset.data.kind() in PICTURES:
        is_digits = preset.data.kind() == "digits"
        if values.dtype == np.uint8:
            values = values / np.float32(BRIGHTEST_DIGIT if is_digits else BRIGHTEST)
        elif values.size and values.max() > TOO_BRIGHT:
            problem = f"values up to {values.max():g}, but the network learned from 0 to 1"
            notes = (f"{path.name}: {problem}; bytes (uint8) are scaled",)
    with np.errstate(over="ignore"):  # what overflows is refused as not finite
        return np.ascontiguousarray(values, np.float32), notes


def _fitting(wanted: tuple[int, ...], given: tuple[int, ...], where: str) -> tuple[int, ...]:
    """The shape (n, *wanted) that an array of shape ``given`` has or can be seen in; one channel
    need not be said, nor that there is one example only. Raises DataError."""
    for inner in (wanted, wanted[:-1]) if wanted[-1] == 1 else (wanted,):
        if given[1:] == inner and len(given) == len(inner) + 1:
            return (given[0], *wanted)
    if given == wanted or (wanted[-1] == 1 and given == wanted[:-1]):
        return (1, *wanted)
    expected = ", ".join(map(str, ("examples", *wanted)))
    raise DataError(f"{where}: shape {given}, expected ({expected})")


def _key(preset: Preset, path: Path, key: str | None) -> str:
    """The array's name: as said, as the preset's own source says, x, or the only one."""
    names = npz_names(path)
    if key is not None:
        if key not in names:
            raise DataError(f"{path}: no array {key!r}{suggestion(key, names[:50])}")
        return key
    for name in (getattr(preset.data, "x", None), "x"):
        if name in names:
            return str(name)
    if len(names) != 1:
        raise DataError(f"{path}: {len(names)} arrays, say which: {', '.join(names[:50])}")
    return names[0]
