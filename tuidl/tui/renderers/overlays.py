"""Pictures in colours with what is known of their pixels painted over them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuidl.charts.palette import Palette
from tuidl.charts.pixels import ASCII_SHADES, SHADES, Array
from tuidl.tui.renderers.examples import pixels

PAINT = 0.65
"""How much of the picture a colour over it covers."""
TRUE, GIVEN = "good", "accent"
"""The palette's roles of a true and of a predicted box."""
SHARPNESS = 64
"""Rows and columns that a picture has at least where boxes are drawn on it."""
FAINT = 0.35
"""How bright a picture is under boxes that have no colours."""
BRIGHT = {TRUE: 0.75, GIVEN: 1.0}
"""Boxes' shades where there are no colours."""
DARK = 0.55
"""How bright the picture is where nothing lies over it, so that colours stand out."""


def coloured(x: Sequence[float | None], shape: Sequence[int]) -> Array:
    """(rows, columns, 3) from 0 to 1 of a flat picture with any number of channels."""
    return in_colors(pixels(x, shape))


def in_colors(picture: Array) -> Array:
    """(rows, columns, 3) of a picture with any number of channels, without what is not finite."""
    known = np.nan_to_num(picture)
    if known.shape[2] == 3:
        return known
    return np.repeat(known.mean(axis=2, keepdims=True), 3, axis=2)


def class_colors(palette: Palette, classes: int, unicode: bool) -> Array:
    """(classes, 3) from 0 to 1; without colours shades that differ. The first is the ground's."""
    if not (palette.colors and unicode):
        return np.repeat(np.linspace(0.0, 1.0, classes)[:, None], 3, axis=1)
    series = [palette.rgb(role_of(number)) for number in range(1, classes)]
    return np.array([palette.ground, *series], float) / 255


def role_of(number: int) -> str:
    """The palette's role for a class but the ground."""
    return f"series {number}"


def shade(number: int, classes: int, unicode: bool) -> str:
    """The character of a class's shade."""
    ramp = SHADES if unicode else ASCII_SHADES
    return ramp[min(number * len(ramp) // max(classes - 1, 1), len(ramp) - 1)]


def box_sign(role: str, palette: Palette, unicode: bool) -> str:
    """What stands for a box in a legend: its colour, or its shade."""
    if palette.colors and unicode:
        return "□"
    ramp = SHADES if unicode else ASCII_SHADES
    return ramp[min(int(BRIGHT[role] * len(ramp)), len(ramp) - 1)]


def painted_over(picture: Array, mask: NDArray[Any], colors: Array) -> Array:
    """The picture (rows, columns, 3), and over it the colours of the classes in ``mask``, as large;
    the ground is only darkened."""
    over = (1 - PAINT) * picture + PAINT * colors[mask]
    return np.where((mask > 0)[:, :, None], over, DARK * picture)


def outlined(
    picture: Array,
    boxes: Mapping[str, Sequence[float | None]],
    palette: Palette,
    unicode: bool,
) -> Array:
    """The picture (rows, columns, 3) with the edges of boxes, each in the colour of its role; where
    two meet, in the colour of text. Without colours edges are light, the last one lightest."""
    has_colors = palette.colors and unicode
    times = max(SHARPNESS // max(picture.shape[0], 1), 1)
    large = picture.repeat(times, axis=0).repeat(times, axis=1)
    large = large if has_colors else FAINT * large
    drawn = np.zeros(large.shape[:2], int)
    for role, box in boxes.items():
        edge = _edge(box, large.shape[0], large.shape[1])
        color = np.array(palette.rgb(role)) / 255 if has_colors else BRIGHT[role]
        large[edge] = color
        drawn[edge] += 1
    if has_colors:
        large[drawn > 1] = np.array(palette.text) / 255
    return large


def _edge(box: Sequence[float | None], rows: int, columns: int) -> NDArray[np.bool_]:
    """Where the edge of a box lies (rows, columns): just around what it holds, as thick as it has
    to be to be seen."""
    x, y, width, height = (value or 0.0 for value in box)
    thick = max(rows // 32, 1)
    left, right = (round((x + way * abs(width) / 2) * columns) for way in (-1, 1))
    top, bottom = (round((y + way * abs(height) / 2) * rows) for way in (-1, 1))
    edge = np.zeros((rows, columns), bool)
    edge[_within(top - thick, rows) : _within(bottom + thick, rows),
         _within(left - thick, columns) : _within(right + thick, columns)] = True  # fmt: skip
    edge[_within(top, rows) : _within(bottom, rows),
         _within(left, columns) : _within(right, columns)] = False  # fmt: skip
    return edge


def _within(place: int, size: int) -> int:
    return min(max(place, 0), size)
