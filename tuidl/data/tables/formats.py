"""Which files are tables, by the ends of their names."""

from pathlib import Path
from typing import Literal

Format = Literal["delimited", "json_lines", "parquet", "excel"]

DELIMITED = (".csv", ".tsv", ".tab", ".txt", ".dat")
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")
EXCEL = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*DELIMITED, *JSON_LINES, *PARQUET, *EXCEL)
COMPRESSED = ".gz"


def is_table(path: Path) -> bool:
    """Whether the file is one of a kind that is read as a table: ``x.csv``, ``x.csv.gz``, ..."""
    suffix = _suffix(path)
    text = path.suffix.lower() == COMPRESSED
    return suffix in (DELIMITED + JSON_LINES if text else SUFFIXES)


def format_of(path: Path) -> Format:
    """Delimited text unless its name says otherwise."""
    suffix = _suffix(path)
    if suffix in JSON_LINES:
        return "json_lines"
    if suffix in PARQUET:
        return "parquet"
    return "excel" if suffix in EXCEL else "delimited"


def _suffix(path: Path) -> str:
    """In lower case, without that of a compressed file."""
    if path.suffix.lower() == COMPRESSED:
        path = path.with_suffix("")
    return path.suffix.lower()
