"""Reading delimited text: lines with a limit, delimiters, records. Errors name the line."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.core.own_files import reason_of
from tuidl.data.files import open_file

DELIMITERS = ",;\t|"
LONGEST_LINE = 1 << 20
MOST_COLUMNS = 10_000
SAMPLED_LINES = 50


def lines_of(path: Path) -> Iterator[str]:
    """The file's lines as text. Raises DataError where it is none."""
    try:
        with open_file(path) as file:
            number = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise DataError(f"{path}: line {number}: longer than {LONGEST_LINE:,} bytes")
                if b"\0" in raw:
                    raise DataError(f"{path}: line {number}: binary data, not text in UTF-8")
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: line {number}: not UTF-8 (byte {error.start + 1}); save the file as UTF-8"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: {reason_of(error)}") from None


def sniffed(path: Path) -> str:
    """The delimiter that parts the first lines into equally many fields. Raises DataError."""
    sample = list(islice(lines_of(path), SAMPLED_LINES))
    if not any(line.strip() for line in sample):
        raise DataError(f"{path}: empty")
    best, fields = "", 1
    for delimiter in DELIMITERS:
        try:
            widths = Counter(map(len, filter(None, csv.reader(sample, delimiter=delimiter))))
        except csv.Error:
            continue
        width, rows = widths.most_common(1)[0]
        if width > fields and 2 * rows >= widths.total():
            best, fields = delimiter, width
    if not best:
        raise DataError(f"{path}: one column only; if there are more, say data.delimiter")
    return best


def records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line and fields of every record that is not blank. Raises DataError."""
    reader = csv.reader(lines_of(path), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.line_num}: {error}") from None
