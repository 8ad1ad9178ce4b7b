"""Texts of a file as inputs of a network that was trained on texts."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError, guess
from tuidl.data.encoded_rows import EncodedRows
from tuidl.data.paths import stamp
from tuidl.data.tables.header import normal_name
from tuidl.data.tables.raw import RawTable, texts_of
from tuidl.data.tables.reading import read_raw
from tuidl.data.tables.spelled import as_written
from tuidl.data.tables.values import DELIMITER, column_of_texts
from tuidl.data.text.encoding import mark_of, padding_of
from tuidl.data.text.filling import filled
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.reading import read_text

LINES = ".txt"
"""The end of the name of a file with a text in each line."""


def text_rows(path: Path, layout: TextLayout) -> tuple[RawTable, int]:
    """A text in each line of a .txt file, or in a column of a table: the one that the network was
    trained on, else the only one. The rows as the file has them, and the place of that column.
    Raises DataError."""
    if layout.predicts != "label":
        what = "goes on with text: tuidl generate RUN --prompt TEXT"
        if not layout.generates:
            what = "has learned which words stand near each other: key 2 shows the nearest ones"
        raise DataError(f"{path}: this network says nothing of whole texts, it {what}")
    return text_column(path, layout.column)


def text_column(path: Path, name: str) -> tuple[RawTable, int]:
    """The same of any network that reads texts; ``name``: of the column, "" where it has none."""
    if _has_lines(path):
        return _lines(path, name or "text"), 0
    return _column(path, name)


def typed_texts(texts: Sequence[str], layout: TextLayout, name: str) -> EncodedRows:
    """Texts that were typed, each a line, as inputs. ``name`` stands for the file in errors."""
    raw = _of_lines([(number, text.strip()) for number, text in enumerate(texts, 1)])
    return encoded_texts(raw, 0, layout, Path(name)).required()


def _has_lines(path: Path) -> bool:
    """Whether it is called as a file with a text in each line is, also compressed."""
    return path.name.lower().removesuffix(".gz").endswith(LINES)


def encoded_texts(raw: RawTable, place: int, layout: TextLayout, path: Path) -> EncodedRows:
    """All or some rows of ``text_rows`` as inputs. What the vocabulary lacks is marked; a row
    without text is a problem."""
    texts = texts_of(raw.columns[place])
    tokenizer = layout.tokenizer
    rows = [tokenizer.encode(text) for text in texts]
    problems = {
        row: f"{path}: line {raw.lines[row]}: no text in it that the network knows"
        for row, found in enumerate(rows)
        if not len(found)
    }
    marks = {row: mark for row, text in enumerate(texts) if (mark := mark_of(text, tokenizer))}
    x, _ = filled(rows, layout.window, padding_of(tokenizer))
    return EncodedRows(x.astype(np.float64), raw, problems, marks)


def _lines(path: Path, name: str = "text") -> RawTable:
    text, notes = read_text(stamp(str(path)))
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _of_lines([(number, line.strip()) for number, line in lines], notes, name)


def _of_lines(
    lines: Sequence[tuple[int, str]], notes: tuple[str, ...] = (), name: str = "text"
) -> RawTable:
    """A table of one column, from texts with the numbers of their lines."""
    texts = [line for _, line in lines]
    column = column_of_texts(name, dict.fromkeys(texts), texts, is_exact=True)
    numbers = np.array([number for number, _ in lines])
    return RawTable((column,), numbers, DELIMITER, False, notes)


def _column(path: Path, name: str) -> tuple[RawTable, int]:
    """The rows of a table, and the place of its column of texts. Raises DataError."""
    header = True if name else None
    read = partial(read_raw, stamp(str(path)), DELIMITER, header, 1, is_sure=False)
    raw = read()
    names = [column.name for column in raw.columns]
    wanted = normal_name(name)
    if len(names) == 1:
        return as_written(raw, read, texts=[0]).table, 0
    if wanted not in names:
        what = f"no column {wanted!r}" if wanted else "several columns"
        nearest = guess(wanted, names) if wanted else ""
        way = "give a file with one column, or a .txt file with a text in each line"
        raise DataError(f"{path}: {what}{nearest} (columns here: {', '.join(names[:50])}); {way}")
    place = names.index(wanted)
    return as_written(raw, read, texts=[place]).table, place
