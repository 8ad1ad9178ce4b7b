"""One picture of shapes on a noisy ground, with the class of each pixel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuidl.core.lazy import Array

if TYPE_CHECKING:
    import numpy as np

KINDS = ("circle", "square", "triangle")
LEAST_RADIUS, MOST_RADIUS = 0.18, 0.28
"""Of the circle around a shape, as a share of the picture's side."""
TRIES = 30
"""Places that are looked at for a shape before it is left out."""
LEAST_CONTRAST, MOST_CONTRAST = 0.3, 0.6
"""How much lighter or darker than the ground a shape is."""
SLOPE = 0.2
"""How much the ground's brightness changes across the picture, at most."""
DIGITS = 6
"""Decimals of corners, so that a last bit of a machine's own sine changes nothing."""


@dataclass(frozen=True)
class Canvas:
    """``pixels`` (side, side) from 0 to 1, ``mask`` (side, side): 0 for the ground, 1 for the first
    kind of shape, and so on."""

    pixels: Array
    mask: Array

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Around all that is no ground: x and y of the middle, width and height, as shares."""
        rows, columns = self.mask.nonzero()
        side = len(self.mask)
        left, right = int(columns.min()), int(columns.max()) + 1
        top, bottom = int(rows.min()), int(rows.max()) + 1
        middle = (left + right) / 2 / side, (top + bottom) / 2 / side
        return (*middle, (right - left) / side, (bottom - top) / side)


def drawn(random: "np.random.Generator", side: int, most: int, noise: float) -> Canvas:
    """A picture of ``side`` pixels with one to ``most`` shapes that do not touch."""
    import numpy as np

    middles = (np.arange(side) + 0.5) / side
    y, x = middles[:, None], middles
    ground = random.uniform(0.3, 0.7)
    lean = random.uniform(-SLOPE / 2, SLOPE / 2, 2)
    pixels = ground + lean[0] * (x - 0.5) + lean[1] * (y - 0.5)
    mask = np.zeros((side, side), np.int64)
    for cx, cy, radius in _places(random, int(random.integers(1, most + 1))):
        kind = int(random.integers(len(KINDS)))
        turn = random.uniform(0, 2 * np.pi)
        inside = _inside(kind, x - cx, y - cy, radius, turn)
        contrast = random.uniform(LEAST_CONTRAST, MOST_CONTRAST)
        pixels[inside] += contrast if ground < 0.5 else -contrast
        mask[inside] = kind + 1
    pixels += noise * random.standard_normal((side, side))
    return Canvas(np.clip(pixels, 0, 1).astype(np.float32), mask)


def _places(random: "np.random.Generator", count: int) -> list[tuple[float, float, float]]:
    """Circles (x, y, radius) within the picture that do not overlap: ``count``, or as many as find
    a place."""
    found: list[tuple[float, float, float]] = []
    for _ in range(count):
        for _ in range(TRIES):
            radius = float(random.uniform(LEAST_RADIUS, MOST_RADIUS))
            x, y = (float(random.uniform(radius, 1 - radius)) for _ in range(2))
            if all((x - a) ** 2 + (y - b) ** 2 > (radius + r) ** 2 for a, b, r in found):
                found.append((x, y, radius))
                break
    return found


def _inside(kind: int, x: Array, y: Array, radius: float, turn: float) -> Array:
    """Which places, given from the middle of the shape, it covers."""
    import numpy as np

    if kind == 0:
        return np.asarray(np.round(x**2 + y**2, DIGITS) <= radius**2)
    corners = kind_corners(kind)
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    across, down = np.round(np.cos(angles), DIGITS), np.round(np.sin(angles), DIGITS)
    away = radius * round(float(np.cos(np.pi / corners)), DIGITS)
    inside = True
    for right, below in zip(across.tolist(), down.tolist(), strict=True):
        inside = inside & (right * x + below * y <= away)
    return np.asarray(inside)


def kind_corners(kind: int) -> int:
    """Of a square or a triangle."""
    return {1: 4, 2: 3}[kind]
