"""A drawing on the grid of a network's input, made with a soft brush."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tuidl.core.lazy import Array

Point = tuple[float, float]
"""Row and column, in pixels; whole numbers are the middles of pixels."""

BRUSHES = (0.6, 1.1, 2.2)
"""Radii on a grid of 28 pixels, on others in proportion."""
NORMAL = 28
EDGE = 1.0
"""Pixels over which the brush fades out, as strokes of scanned digits do."""
INKS: dict[str, tuple[float, float, float]] = {
    "white": (1, 1, 1), "red": (0.9, 0.15, 0.1), "yellow": (0.95, 0.85, 0.2),
    "green": (0.2, 0.65, 0.25), "blue": (0.15, 0.35, 0.85), "brown": (0.45, 0.3, 0.15),
    "black": (0, 0, 0),
}  # fmt: skip
PAPER = 0.5
"""Of a blank picture in colours; one of grey levels is black."""


@dataclass
class Drawing:
    """``pixels`` (rows, columns, 1 or 3) from 0 to 1. ``cursor``: where keys draw. ``is_down``:
    whether they draw on their way. ``is_centred``: whether the network sees the drawing with its
    centre of mass in the middle."""

    shape: tuple[int, ...]
    pixels: Array = field(init=False)
    cursor: tuple[int, int] = field(init=False)
    brush: int = 1
    ink: str = "white"
    is_down: bool = False
    is_centred: bool = False

    def __post_init__(self) -> None:
        self.clear()
        self.cursor = self.shape[0] // 2, self.shape[1] // 2

    @property
    def has_colors(self) -> bool:
        return self.shape[2] == 3

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn yet."""
        return bool((self.pixels == (PAPER if self.has_colors else 0.0)).all())

    def clear(self) -> None:
        self.pixels = np.full(self.shape, PAPER if self.has_colors else 0.0)

    def put(self, values: Sequence[float | None], low: float = 0.0, high: float = 1.0) -> None:
        """Show values (flat) of the range ``low`` to ``high``."""
        given = np.array([low if value is None else value for value in values], float)
        self.pixels = np.clip((given.reshape(self.shape) - low) / (high - low), 0.0, 1.0)

    def stroke(self, start: Point, end: Point, *, erases: bool = False) -> None:
        """Draw, or erase, along a line."""
        strength = self._strength(start, end)[:, :, None]
        if self.has_colors:
            color = np.full(3, PAPER) if erases else np.array(INKS[self.ink])
            self.pixels = self.pixels * (1 - strength) + color * strength
        elif erases:
            self.pixels = np.minimum(self.pixels, 1 - strength)
        else:
            self.pixels = np.maximum(self.pixels, strength)

    def _strength(self, start: Point, end: Point) -> Array:
        """(rows, columns) how much of each pixel the brush covers on its way."""
        first, way = np.array(start, float), np.subtract(end, start, dtype=float)
        grid = np.moveaxis(np.indices(self.shape[:2]), 0, -1) - first
        share = np.clip(grid @ way / max(float(way @ way), 1e-12), 0.0, 1.0)
        distance = np.linalg.norm(grid - share[:, :, None] * way, axis=-1)
        radius = BRUSHES[self.brush] * max(self.shape[:2]) / NORMAL
        found: Array = np.clip(1 - (distance - radius) / EDGE, 0.0, 1.0)
        return found

    def move(self, down: int, right: int, *, draws: bool) -> bool:
        """The cursor by some pixels; True where it has drawn."""
        before = self.cursor
        row = min(max(before[0] + down, 0), self.shape[0] - 1)
        column = min(max(before[1] + right, 0), self.shape[1] - 1)
        self.cursor = row, column
        if draws or self.is_down:
            self.stroke(before, self.cursor)
        return draws or self.is_down

    @property
    def shift(self) -> tuple[int, int]:
        """Rows and columns by which the drawing is moved for the network; (0, 0) where it is
        not."""
        if not self.is_centred or self.has_colors or self.pixels.sum() <= 0:
            return 0, 0
        mass = self.pixels[:, :, 0]
        total = mass.sum()
        rows, columns = np.indices(mass.shape)
        down = (self.shape[0] - 1) / 2 - (mass * rows).sum() / total
        right = (self.shape[1] - 1) / 2 - (mass * columns).sum() / total
        return round(float(down)), round(float(right))

    @property
    def seen(self) -> Array:
        """What the network sees: the drawing, moved if that was asked for."""
        down, right = self.shift
        if (down, right) == (0, 0):
            return self.pixels
        moved = np.zeros_like(self.pixels)
        height, width = self.shape[:2]
        to_rows = slice(max(down, 0), height + min(down, 0))
        from_rows = slice(max(-down, 0), height - max(down, 0))
        to_columns = slice(max(right, 0), width + min(right, 0))
        from_columns = slice(max(-right, 0), width - max(right, 0))
        moved[to_rows, to_columns] = self.pixels[from_rows, from_columns]
        return moved

    def values(self, low: float, high: float) -> list[float]:
        """What the network sees, flat, in the range ``low`` to ``high``."""
        flat: list[float] = np.round(low + self.seen * (high - low), 4).reshape(-1).tolist()
        return flat
