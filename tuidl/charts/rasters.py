"""Many curves at once as braille: NumPy makes of each the dots that it goes through."""

from collections.abc import Sequence
from typing import NamedTuple

from tuidl.charts.dots import BITS, COLUMNS
from tuidl.charts.scale import LARGEST, Scale
from tuidl.core.lazy import Array, np


class Columns(NamedTuple):
    """The lowest and highest value that a curve has within each column of dots (both ``(w,)``);
    NaN where it is not."""

    low: Array
    high: Array


def columns_of(x: Array, y: Array, xs: Scale, log: bool) -> Columns:
    """A curve as what each of ``xs.size`` columns holds of it, however many points it has: from
    where it comes into the column to where it leaves it, and all points within."""
    y = np.clip(y, -LARGEST, LARGEST)
    if log:
        with np.errstate(invalid="ignore", divide="ignore"):
            y = np.where(y > 0, np.log10(y), np.nan)
    place = (x - xs.low) / (xs.high - xs.low) * (xs.size - 1)
    y = np.where(np.isfinite(y), y, np.nan)
    edges = np.interp(np.arange(xs.size + 1) - 0.5, place, y, left=np.nan, right=np.nan)
    low, high = np.fmin(edges[:-1], edges[1:]), np.fmax(edges[:-1], edges[1:])
    inside = (place >= -0.5) & (place < xs.size - 0.5) & np.isfinite(y)
    column = np.floor(place[inside] + 0.5).astype(int)
    np.fmin.at(low, column, y[inside])
    np.fmax.at(high, column, y[inside])
    return Columns(low, high)


def cells_of(columns: Columns, ys: Scale, unicode: bool) -> Array:
    """The dots of a curve, (rows, cells) with the highest row first: bits of a braille character,
    or 1 where there is a sign. ``ys``: exponents of ten where it is logarithmic."""
    span = (ys.size - 1) / (ys.high - ys.low)
    low, high = ((np.rint((end - ys.low) * span)) for end in columns)
    rows = np.arange(ys.size)[:, None]
    with np.errstate(invalid="ignore"):
        dots = (rows >= low) & (rows <= high)
    if not unicode:
        return dots[::-1].astype(np.uint8)
    high_cells, wide_cells = ys.size // 4, len(columns.low) // 2
    weights = np.array(BITS, dtype=np.uint8).T  # (row from below, column)
    blocks = dots.reshape(high_cells, 4, wide_cells, 2)
    bits: Array = np.einsum("rycx,yx->rc", blocks.astype(np.uint8), weights)
    return bits[::-1]


MANY = 4
"""Curves from which on it is faster to make the cells of all at once."""


def cells_of_all(curves: Sequence[Columns], ys: Scale, unicode: bool) -> list[Array]:
    """The same of each of many curves."""
    if len(curves) < MANY or not unicode:
        return [cells_of(columns, ys, unicode) for columns in curves]
    span = (ys.size - 1) / (ys.high - ys.low)
    low, high = (
        np.clip((np.stack([one[end] for one in curves]) - ys.low) * span, -1.0, ys.size + 1.0)
        for end in (0, 1)
    )
    is_nowhere = np.isnan(low) | np.isnan(high)
    low, high = np.where(is_nowhere, ys.size, low), np.where(is_nowhere, -1.0, high)
    return list(bits_of_all(low, high, ys.size // 4))


def dashed(stack: Array, on: Array, off: Array) -> Array:
    """Cells of many curves, ``(curves, rows, cells)``, with gaps along x of ``off`` cells after
    each ``on``, ``(curves,)``; columns in which one climbs stay whole, lest it come apart."""
    climbs = np.count_nonzero(stack, axis=1) > 2
    places = np.arange(stack.shape[2])
    kept = climbs | (places % np.maximum(on + off, 1)[:, None] < on[:, None]) | (off == 0)[:, None]
    return np.where(kept[:, None], stack, np.uint8(0))


def bits_of_all(low: Array, high: Array, rows: int) -> Array:
    """The dots of many lines at once: from ``low`` to ``high`` (both ``(lines, columns of dots)``,
    in dots from below) as bits of braille characters, ``(lines, rows, cells)``, the highest row
    first."""
    low, high = np.rint(low).astype(np.int16), np.rint(high).astype(np.int16)
    found = np.zeros((len(low), rows, low.shape[1] // 2), np.uint8)
    for side in (0, 1):
        filled = np.array(COLUMNS[side], np.uint8)
        for row in range(rows):
            below = 4 * (rows - 1 - row)
            upper = np.clip(high[:, side::2] - below + 1, 0, 4)
            lower = np.clip(low[:, side::2] - below, 0, 4)
            found[:, row] |= filled[upper] & ~filled[np.minimum(lower, upper)]
    return found
