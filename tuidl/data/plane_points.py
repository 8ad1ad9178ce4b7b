"""Points that a user puts into the plane, as one text: ``A+1.20-0.35B-4+0``."""

import re
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

LIMIT = 6.0
"""The plane goes from -LIMIT to LIMIT in both directions."""
MOST_PUT = 500
_NUMBER = r"[+-]\d(?:\.\d{1,2})?"
_ONE = rf"([AB])({_NUMBER})({_NUMBER})"
PutText = Annotated[str, Meta(pattern=rf"^(?:[AB]{_NUMBER}{_NUMBER})*\Z", max_length=11 * MOST_PUT)]


@dataclass(frozen=True)
class Put:
    """A point of class 0 (A) or 1 (B); where the plane holds numbers A is -1 and B is 1."""

    x: float
    y: float
    label: int


def placed(x: float, y: float, label: int) -> Put:
    """A point at the nearest hundredth within the plane."""
    held = [round(min(max(value, -LIMIT), LIMIT), 2) + 0.0 for value in (x, y)]
    return Put(held[0], held[1], label)


def put_points(text: str) -> tuple[Put, ...]:
    """The points that a text holds. Raises ValueError for one beyond the plane."""
    found = tuple(
        Put(float(x) + 0.0, float(y) + 0.0, "AB".index(letter))
        for letter, x, y in re.findall(_ONE, text)
    )
    for point in found:
        if max(abs(point.x), abs(point.y)) > LIMIT:
            raise ValueError(f"put: ({point.x:g}, {point.y:g}) is beyond {LIMIT:g}")
    if len(found) > MOST_PUT:
        raise ValueError(f"put: {len(found)} points, at most {MOST_PUT}")
    return found


def put_text(points: tuple[Put, ...]) -> str:
    """``put_points`` undone, as short as it can be."""
    return "".join(f"{'AB'[p.label]}{_signed(p.x)}{_signed(p.y)}" for p in points)


def _signed(value: float) -> str:
    text = f"{value + 0.0:+.2f}".rstrip("0").rstrip(".")
    return text if len(text) > 1 else "+0"
