"""Pictures in colours with what is known of their pixels painted over them."""

from collections.abc import Sequence

import numpy as np

from tuidl.charts.palette import Palette
from tuidl.charts.pixels import ASCII_SHADES, SHADES, Array

Pixels = Sequence[float | None] | Array

PAINT = 0.65
"""How much of the picture a colour over it covers."""
DARK = 0.55
"""How bright the picture is where nothing lies over it, so that colours stand out."""


def coloured(x: Pixels, shape: Sequence[int]) -> Array:
    """(rows, columns, 3) from 0 to 1 of a flat picture with any number of channels, stretched where
    its values go beyond."""
    values = np.array([np.nan if v is None else v for v in x], float).reshape(tuple(shape))
    low, high = np.nanmin(values, initial=0.0), np.nanmax(values, initial=1.0)
    scaled = np.nan_to_num((values - low) / (high - low))
    if shape[2] == 3:
        return np.asarray(scaled)
    return np.repeat(scaled.mean(axis=2, keepdims=True), 3, axis=2)


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


def painted_over(picture: Array, mask: Array, colors: Array) -> Array:
    """The picture (rows, columns, 3), and over it the colours of the classes in ``mask``, as large;
    the ground is only darkened."""
    over = (1 - PAINT) * picture + PAINT * colors[mask]
    return np.where((mask > 0)[:, :, None], over, DARK * picture)
