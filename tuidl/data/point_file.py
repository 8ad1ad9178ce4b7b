"""Points of a user's own file: two columns of numbers."""

import math
import re
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.files import read_file

LARGEST = 1 << 26
"""Bytes of a file of points."""
LIMIT = 1e6
"""Coordinates are within this."""
SEPARATOR = re.compile(r"\s*[,;\t]\s*|\s+")


def read_points(path: Path) -> Array:
    """(points, 2), float64: x and y of each line, parted by a comma, semicolon, tab or spaces. The
    first line may name the columns. Raises DataError that names the line."""
    import numpy as np

    text = read_file(path, LARGEST).decode("utf-8-sig", "replace")
    found: list[tuple[float, float]] = []
    is_first = True
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fields = SEPARATOR.split(line.strip())
        point = _point(fields)
        if point is None and not (is_first and _is_heading(fields)):
            problem = (
                f"expected two numbers within ±{LIMIT:,.0f}, x and y, got {line.strip()[:40]!r}"
            )
            raise DataError(f"{path}: line {number}: {problem}")
        if point is not None:
            found.append(point)
        is_first = False
    return np.array(found, np.float64).reshape(-1, 2)


def _point(fields: list[str]) -> tuple[float, float] | None:
    if len(fields) != 2:
        return None
    try:
        x, y = (float(field) for field in fields)
    except ValueError:
        return None
    is_known = math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) <= LIMIT
    return (x, y) if is_known else None


def _is_heading(fields: list[str]) -> bool:
    """Whether a line holds names and no numbers."""
    return len(fields) == 2 and not any(re.match(r"[+-]?\.?\d", field) for field in fields)
