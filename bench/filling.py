"""Puts a saved grid's map into a document, between the marks of its name.

python -m bench.filling DIR/grid-open.json docs/grid.md
"""

import sys
from pathlib import Path

import msgspec

from bench import heatmap
from bench.records import GridRun


def filled(text: str, found: GridRun) -> str:
    """The document with the map in place of what stood there. Raises ValueError without marks."""
    start, end = f"<!-- grid: {found.grid} -->", f"<!-- end of grid: {found.grid} -->"
    before, mark, rest = text.partition(start)
    _, closing, after = rest.partition(end)
    if not (mark and closing):
        raise ValueError(f"no place for the map: the document needs {start} and {end}")
    return f"{before}{start}\n\n{heatmap.document(found)}\n{end}{after}"


def main(saved: str, document: str) -> None:
    found = msgspec.json.decode(Path(saved).read_bytes(), type=GridRun)
    path = Path(document)
    path.write_text(filled(path.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
