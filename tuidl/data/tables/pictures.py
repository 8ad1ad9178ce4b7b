"""Columns that name files of pictures: their pixels are inputs beside those of other columns."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.decoded_pictures import Wanted, decoded
from tuidl.data.examples import BRIGHTEST
from tuidl.data.image_folder import Folder
from tuidl.data.picture import read_among, read_picture, strict_decoders
from tuidl.data.tables.gaps import is_gap
from tuidl.data.tables.raw import RawColumn, text_of

Shape = tuple[int, int, int]
"""Height, width and channels."""


def files_in(column: RawColumn, folder: Path) -> list[str]:
    """The path of each row's file, relative ones from the ``folder`` of the table; "" at gaps."""
    texts = ["" if is_gap(text, (), of_numbers=False) else text for text in column.texts]
    return [
        os.path.join(folder, name) if name else ""
        for name in (
            texts[code] if code >= 0 else text_of(number)
            for code, number in zip(column.codes.tolist(), column.numbers.tolist(), strict=True)
        )
    ]


def pixels_of(table: Path, column: RawColumn, lines: Array, shape: Shape) -> Array:
    """(rows, height, width, channels) bytes, kept between commands.

    ``lines`` (rows,): of the table, for errors. Raises DataError, which names the first line whose
    picture cannot be read.
    """
    files = files_in(column, table.parent)
    for row, file in enumerate(files):
        if not os.path.isfile(file):
            raise DataError(_place(table, column, lines[row]) + _missing(file))
    folder = Folder(f"{table}: {column.name}", ("",), tuple((file, 0) for file in files))
    try:
        found = decoded(folder, Wanted(shape[:2], shape[2], skips=True))
    except DataError:  # all are broken: say what is wrong with the first
        read_picture(Path(files[0]), shape[:2], shape[2])
        raise
    if found.broken:
        whole = set(found.paths)
        row = next(row for row, file in enumerate(files) if file not in whole)
        raise DataError(_place(table, column, lines[row]) + found.broken[0])
    return found.examples.x


def write_pixels(column: RawColumn, folder: Path, shape: Shape, x: Array) -> dict[int, str]:
    """Write the pixels in [0, 1] of a column's pictures into ``x`` (rows, numbers); returns what
    is wrong with the pictures of some rows."""
    problems = {}
    with strict_decoders():
        for row, file in enumerate(files_in(column, folder)):
            if not os.path.isfile(file):
                problems[row] = _missing(file)
                continue
            try:
                pixels = read_among(Path(file), shape[:2], shape[2])
            except DataError as error:
                problems[row] = str(error)
                continue
            x[row] = pixels.reshape(-1) / np.float32(BRIGHTEST)
    return problems


def field_name(column: str) -> str:
    """What a column is called as an input or a target of networks: their names have no spaces."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", column)[:64]


def side_by_side(table: Array, parts: Sequence[Array]) -> Array:
    """A row for each example: the numbers of the ``table`` (rows, width), then those of ``parts``
    (rows, ...), of which bytes are pixels and come to lie in [0, 1]."""
    width = table.shape[1] + sum(int(np.prod(part.shape[1:])) for part in parts)
    x = np.empty((len(table), width), table.dtype)
    start = table.shape[1]
    x[:, :start] = table
    for part in parts:
        flat = part.reshape(len(part), -1)
        end = start + flat.shape[1]
        if part.dtype == np.uint8:
            np.divide(flat, np.float32(BRIGHTEST), out=x[:, start:end], casting="same_kind")
        else:
            x[:, start:end] = flat
        start = end
    return x


def gaps_in(columns: Sequence[RawColumn]) -> Iterator[tuple[RawColumn, Array]]:
    """(rows,) which rows name no file, of each column with such rows."""
    for column in columns:
        known = np.array([is_gap(text, (), of_numbers=False) for text in column.texts] + [False])
        if (missing := known[column.codes]).any():
            yield column, missing


def _place(table: Path, column: RawColumn, line: Any) -> str:
    return f"{table}: line {line}, column {column.name!r}: "


def _missing(file: str) -> str:
    return f"{file}: no such file" if file else "no picture is named"
