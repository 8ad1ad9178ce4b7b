"""Files that are no text tables, by their first bytes: what they are, and what to do with them."""

import re
from pathlib import Path

from tuidl.core.errors import DataError

LONGEST = 512
"""Bytes that are looked at."""
_STARTS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, or a workbook, whose name ends in .xlsx or .ods",
    b"\xd0\xcf\x11\xe0": "an old workbook, whose name ends in .xls, or a document",
    b"\x1f\x8b": "gzip; its name must end in .gz, as .csv.gz",
    b"BZh": "bzip2, which is not read: decompress it",
    b"\xfd7zXZ": "xz, which is not read: decompress it",
    b"(\xb5/\xfd": "Zstandard, which is not read: decompress it",
    b"PAR1": "Parquet; its name must end in .parquet",
    b"ARROW1": "an Arrow file; write it as Parquet",
    b"SQLite format 3": "a SQLite database; export a table as CSV",
    b"\x89HDF": "HDF5; export the table as CSV",
    b"\x93NUMPY": "an array of NumPy; its name must end in .npy",
}
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|table|\?xml)\b", re.IGNORECASE)
_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')


def kind_of(head: bytes) -> str:
    """What a file that is no text is, in words, "" where that is not known; ``head``: its first
    bytes."""
    return next((what for start, what in _STARTS.items() if head.startswith(start)), "")


def require_table(path: Path, head: bytes) -> None:
    """Raises DataError where a text is HTML or JSON."""
    if _HTML.match(head):
        raise DataError(f"{path}: a page of HTML or XML, no table; save the table as CSV")
    if _JSON.match(head):
        way = "write an object in each line, in a file whose name ends in .jsonl"
        raise DataError(f"{path}: JSON, no delimited text; {way}")
