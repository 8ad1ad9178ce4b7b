"""Masks over the pictures that they are of, each beside the true one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from tuidl.charts.canvas import canvas
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array
from tuidl.protocol.asking import Asked
from tuidl.protocol.picture_answers import MaskedPicture, Masks
from tuidl.tui.renderers.overlays import class_colors, coloured, painted_over, role_of, shade

GAP = 16
"""Between the two pictures lies a column for each so many of one."""
LINES, CELLS = 7, 16
"""Of a picture, which are enough to make it out."""
SIGN = "■"


def masks(answer: Masks, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
    """A line that says how good they are and which colour is which class; below it pairs of the
    picture under its predicted mask, and the true mask, with the overlap."""
    shown = answer.examples[: _count(width, height - 1)]
    tiles = [Tile(_pair(e, answer, palette, unicode), _caption(e)) for e in shown]
    drawn = image_grid(tiles, palette, width, height - 1, unicode=unicode)
    return [_words(answer, palette, width, unicode), *drawn]


def _words(answer: Masks, palette: Palette, width: int, unicode: bool) -> Text:
    grid = Grid(width, 1, unicode)
    some = "all" if answer.looked_at == answer.total else f"the first {answer.looked_at:,}"
    iou = "" if answer.overlap is None else f"mean IoU {answer.overlap:.3f}"
    legend = sum(len(name) + 4 for name in answer.classes[1:])
    ways = [f"{iou} of {some} of {answer.part}; predicted, true", f"{iou}; predicted, true", iou]
    text = next((way for way in ways if len(way) + legend <= width), iou.removeprefix("mean "))
    gap = 2 if len(text) + legend <= width else 1  # so that more of the classes are named
    x = grid.put(0, 0, fitted(text, width), palette.style("text", bold=True)) + gap
    for number, name in enumerate(answer.classes[1:], 1):
        if x + len(name) + gap > width:
            break
        sign = SIGN if palette.colors and unicode else shade(number, len(answer.classes), unicode)
        grid.put(x, 0, sign, palette.style(role_of(number)))
        x = grid.put(x + gap, 0, name, palette.style("muted")) + gap
    return grid.lines()[0]


def _count(width: int, height: int) -> int:
    """How many pairs have room enough to be made out."""
    return max((width + 1) // (2 * CELLS + 2), 1) * max(height // (LINES + 1), 1)


def _pair(example: MaskedPicture, answer: Masks, palette: Palette, unicode: bool) -> Array:
    given, true = (
        np.maximum(np.array(mask, int), 0).reshape(answer.shape[:2])
        for mask in (example.given, example.true)
    )
    picture = coloured(example.x, answer.shape)
    return mask_pair(picture, given, true, len(answer.classes), palette, unicode)


def mask_pair(
    picture: Array,
    given: NDArray[Any],
    true: NDArray[Any],
    classes: int,
    palette: Palette,
    unicode: bool,
) -> Array:
    """(rows, columns, 3): the picture under what it was given, a gap, and the true mask. Shades in
    the place of colours show the masks alone."""
    colors = class_colors(palette, classes, unicode)
    over = colors[given]
    if palette.colors and unicode:
        over = painted_over(picture, given, colors)
    gap = np.broadcast_to(colors[0], (len(given), max(given.shape[1] // GAP, 1), 3))
    return np.concatenate([over, gap, colors[true]], axis=1)


def mask_lines(
    asked: Asked, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The class of each pixel of a picture that was asked, and how much of it each class has."""
    mask = np.array(asked.mask).reshape(asked.made_shape[:2])
    words = Grid(width, 2 + len(asked.names), unicode)
    words.put(
        0,
        0,
        fitted("the class of each pixel, and the share of each:", width),
        palette.style("text", bold=True),
    )
    x, y = 0, 1
    for number, name in enumerate(asked.names):
        said = f"{name} {(mask == number).mean():.1%}"
        if x and x + 2 + len(said) > width:
            x, y = 0, y + 1
        if number:
            sign = SIGN if palette.colors and unicode else shade(number, len(asked.names), unicode)
            words.put(x, y, sign, palette.style(role_of(number)))
        x = words.put(x + 2, y, fitted(said, width - 2), palette.style("muted")) + 2
    above = words.lines()[: min(y + 1, height)]
    colors = class_colors(palette, len(asked.names), unicode)
    drawn = canvas(colors[mask], palette, width, height - len(above), unicode=unicode)
    return [*above, *drawn]


def _caption(example: MaskedPicture) -> str:
    return "" if example.overlap is None else f"IoU {example.overlap:.2f}"
