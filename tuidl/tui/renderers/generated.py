"""What a generator makes: points on the discriminator's map, with its grid and its gradients."""

import math
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from tuidl.charts.grid import Grid, fitted, worded
from tuidl.charts.hstack import hstack
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array
from tuidl.charts.scatter import Field, Path, Points, place_at, scatter
from tuidl.protocol.generated import Generated, GeneratedPictures
from tuidl.protocol.probes import Matrix

ARROW_SHARE = 0.09
"""Length of the longest arrow, of the plane's width."""
LEAST_SPREAD = 0.02
"""A map that differs less than this from its middle is not stretched further."""
CROSS = 0.05
"""Length of an arm of the cursor, of the plane's width."""
BESIDE, GAP = 44, 2
"""Cells from which on real pictures stand beside generated ones, and what is between them."""
LOW = 8
"""Lines below which a picture has no words."""


@dataclass(frozen=True)
class Parts:
    """What is drawn besides the points."""

    name: str = "map, gradients"
    critic: bool = True
    grid: bool = False
    arrows: bool = True


VARIANTS = (
    Parts("map, grid and gradients", grid=True),
    Parts("map and gradients"),
    Parts("grid", critic=False, arrows=False, grid=True),
    Parts("points alone", critic=False, arrows=False),
)
"""What v turns through in the large picture."""
SMALL = VARIANTS[1]


def points(
    answer: Generated,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
    parts: Parts = SMALL,
    cursor: tuple[float, float] | None = None,
) -> list[Text]:
    """Real points as dots, generated ones marked, on what the discriminator says."""
    words = below(about(answer, width), palette, width, unicode) if height >= LOW else []
    shares = _stretched(answer) if parts.critic and answer.shares else [[math.nan]]
    field = Field(shares, answer.low, answer.high, soft=True)
    real, made = columns_of(answer.real), columns_of(answer.made)
    groups = [
        Points("real", *real, "good", marked=False),
        Points("generated", *made, "validation"),
    ]
    paths = []
    if parts.grid:
        paths += [_line(line, "the generator's grid" if not i else "")
                  for i, line in enumerate(answer.lattice)]  # fmt: skip
    if parts.arrows:
        names = ("gradient", *[""] * len(answer.arrows))
        paths += [_arrow(answer, *pair) for pair in zip(answer.arrows, names, strict=False)]
    if cursor is not None:
        paths.append(_cross(answer, *cursor))
    drawn = scatter(
        groups, palette, width, height - len(words), paths=paths, field=field, unicode=unicode
    )
    return [*drawn, *words]


def _cross(answer: Generated, x: float, y: float) -> Path:
    """The cursor."""
    wide, high = ((known(answer.high[i]) - known(answer.low[i])) * CROSS for i in (0, 1))
    gap = math.nan
    return Path("", [x - wide, x + wide, gap, x, x], [y, y, gap, y - high, y + high], "text")


def place_of(
    answer: Generated, width: int, height: int, x: int, y: int, unicode: bool
) -> tuple[float, float] | None:
    """What a cell of the picture stands for in the plane; None beside it."""
    field = Field([[math.nan]], answer.low, answer.high)
    return place_at(field, width, height - (height >= LOW), x, y, unicode)


def below(text: str, palette: Palette, width: int, unicode: bool) -> list[Text]:
    """A line of words."""
    grid = Grid(width, 1, unicode)
    grid.put(0, 0, fitted(text, width), palette.style("muted"))
    return grid.lines()


def about(answer: Generated, width: int) -> str:
    """Distance, clouds and the map, as much as a line has room for."""
    distance = f"distance {known(answer.distance):.3g}"
    clouds, said = "", ""
    if answer.covered is not None:
        clouds = f", {answer.covered} of {answer.clouds} clouds"
    if answer.critic and answer.shares:
        shares = [known(value) for row in answer.shares for value in row]
        said = f"; map: {answer.critic} {np.nanmin(shares):.2g} to {np.nanmax(shares):.2g}"
    whole = f"{distance} to {answer.part}{clouds}"
    more = (f"{whole}{said} (1: real)", f"{whole}{said}") if said else ()
    return worded(width, *more, whole, f"{distance}{clouds}")


def pictures(
    answer: GeneratedPictures, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """As many generated pictures as fit, with real ones beside them where there is room."""
    words = []
    if height >= LOW:
        text = f"distance {known(answer.distance):.3g} to {answer.part} pictures"
        words = below(text, palette, width, unicode)
    high = height - len(words)
    if width < BESIDE or height < LOW:
        return [*_grid(answer.made, answer.shape, palette, width, high, unicode), *words]
    wide = (width - GAP) // 2
    made = _titled("generated", answer.made, answer.shape, palette, wide, high, unicode)
    real = _titled("real", answer.real, answer.shape, palette, width - GAP - wide, high, unicode)
    return [*hstack(made, real, gap=GAP), *words]


def _titled(
    title: str,
    rows: Matrix,
    shape: tuple[int, ...],
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    head = below(title, palette, width, unicode)
    return [*head, *_grid(rows, shape, palette, width, height - 1, unicode)]


def _grid(
    rows: Matrix, shape: tuple[int, ...], palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    tiles = [Tile(_pixels(row, shape)) for row in rows]
    return image_grid(tiles, palette, width, height, unicode=unicode)


def _stretched(answer: Generated) -> list[list[float]]:
    """What the other network says, with the middle of the colours at 1/2, or of all numbers where
    it says no shares; differences from that are drawn as large as they can be."""
    said = np.array([[known(value) for value in row] for row in answer.shares], float)
    finite = said[np.isfinite(said)]
    if not finite.size:
        return [[math.nan]]
    is_share = finite.min() >= 0 and finite.max() <= 1
    middle = 0.5 if is_share else (finite.min() + finite.max()) / 2
    most = max(float(np.abs(finite - middle).max()), LEAST_SPREAD)
    spread: list[list[float]] = (0.5 + (said - middle) / (2 * most)).tolist()
    return spread


def known(value: float | None) -> float:
    """A number as probes send it: None stands for one that is not finite."""
    return math.nan if value is None else value


def columns_of(rows: list[list[float | None]]) -> tuple[list[float], list[float]]:
    """x and y of points."""
    return [known(row[0]) for row in rows], [known(row[1]) for row in rows]


def _pixels(row: list[float | None], shape: tuple[int, ...]) -> Array:
    found: Array = np.array([known(value) for value in row], float).reshape(shape)
    return np.clip(found, 0.0, 1.0)


def _line(line: list[list[float | None]], name: str) -> Path:
    return Path(name, *columns_of(line), "accent")


def _arrow(answer: Generated, row: list[float | None], name: str) -> Path:
    """From a generated point to where its gradient pulls it."""
    x, y, dx, dy = (known(value) for value in row)
    size = ARROW_SHARE * (answer.high[0] - answer.low[0])
    return Path(name, [x, x + size * dx], [y, y + size * dy], "text")
