"""What an autoencoder gives back, below what went in."""

from collections.abc import Sequence

import numpy as np
from rich.text import Text

from tuidl.charts.grid import Grid, fitted
from tuidl.charts.images import Tile, image_grid
from tuidl.charts.palette import Palette
from tuidl.charts.pixels import Array
from tuidl.protocol.picture_answers import GivenBack, Reconstructions
from tuidl.tui.renderers.examples import is_image

ABOVE, BESIDE = "in above, out below", "in left, out right"
BETWEEN = 2
"""Cells between two images beside each other."""
GAP = 2
"""Rows of pixels between an image and what came back, for each 16 of its own."""
LEAST_CAPTION = 7
LEAST_SIDE, MOST_SIDE = 8, 16
"""Pixels of an image that are shown at least, and are enough."""


def reconstructions(
    answer: Reconstructions, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """Images: each above what came back, with its class and loss. Others: a line of numbers above a
    line of numbers."""
    if not is_image(answer.shape):
        words = _words(answer, palette, width, unicode, ABOVE)
        return [*words, *_rows(answer, palette, width, height - 1, unicode)]
    beside = _is_low(answer.shape, width, height - 1)
    words = _words(answer, palette, width, unicode, BESIDE if beside else ABOVE)
    return [*words, *_images(answer, palette, width, height - 1, unicode, beside)]


def _is_low(shape: Sequence[int], width: int, height: int) -> bool:
    """Whether two images above each other would have too few lines to be made out, and there is
    room for two beside each other."""
    side, lines = _side(shape[1]), _side(shape[0]) // 2
    return (height - 2) // 2 < lines and 2 * side + BETWEEN <= width


def _side(pixels: int) -> int:
    return max(min(pixels, MOST_SIDE), LEAST_SIDE)


def _words(
    answer: Reconstructions, palette: Palette, width: int, unicode: bool, where: str
) -> list[Text]:
    grid = Grid(width, 1, unicode)
    some = "all" if answer.looked_at == answer.total else f"the first {answer.looked_at:,}"
    loss = "" if answer.loss is None else f"{answer.loss:.4g} {answer.unit}".rstrip()
    ways = [
        f"{where}; {loss} on average of {some} of {answer.part}",
        f"{where}; {loss} on average",
        f"{where}; {loss}",
        f"{where}; {loss.removesuffix(answer.unit).rstrip()}",
        f"{loss} on average",
        loss,
    ]
    text = next((way for way in ways if len(way) <= width), "") if loss else where
    grid.put(0, 0, fitted(text, width), palette.style("text", bold=True))
    return grid.lines()


def _images(
    answer: Reconstructions, palette: Palette, width: int, height: int, unicode: bool, beside: bool
) -> list[Text]:
    tiles = [
        Tile(_pair(example, answer.shape, beside), _caption(example, answer.labels))
        for example in answer.examples
    ]
    least = max((len(tile.caption) for tile in tiles), default=0) + 1
    count = _count(answer.shape, width, height, max(least, LEAST_CAPTION), beside)
    return image_grid(tiles[:count], palette, width, height, unicode=unicode)


def _count(shape: Sequence[int], width: int, height: int, caption: int, beside: bool) -> int:
    """How many pairs to show, such that the pixels of each can still be told apart."""
    wide, high = _side(shape[1]), _side(shape[0])  # two images of half as many lines each
    if beside:
        wide, high = 2 * wide + BETWEEN, high // 2
    wide = max(wide, caption)
    return max((width + 1) // (wide + 1), 1) * max(height // (high + 2), 1)


def _pair(example: GivenBack, shape: Sequence[int], beside: bool) -> Array:
    """(rows, columns, channels) between 0 and 1: the input, a gap, and what came back, on the scale
    of the input; above or ``beside`` each other."""
    x, back = (
        np.array([np.nan if v is None else v for v in values], float).reshape(tuple(shape))
        for values in (example.x, example.back)
    )
    low, high = np.nanmin(x, initial=0.0), np.nanmax(x, initial=1.0)
    size = max(GAP * shape[beside] // 16, 1)
    gap = np.full((shape[0], size, shape[2]) if beside else (size, *shape[1:]), np.nan)
    scaled = [(part - low) / (high - low) for part in (x, back)]
    return np.concatenate(
        [np.clip(scaled[0], 0, 1), gap, np.clip(scaled[1], 0, 1)], axis=int(beside)
    )


def _caption(example: GivenBack, labels: Sequence[str]) -> str:
    """``7: 93.1``, the class and the loss."""
    name = labels[example.label] if 0 <= example.label < len(labels) else ""
    loss = "" if example.loss is None else f"{example.loss:.3g}"
    return ": ".join(filter(None, (name, loss)))


def _rows(
    answer: Reconstructions, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    grid = Grid(width, height, unicode)
    for place, example in enumerate(answer.examples):
        y = 3 * place
        caption = _caption(example, answer.labels)
        for line, (word, values, role) in enumerate(
            (("in", example.x, "text"), ("out", example.back, "accent"))
        ):
            grid.put(0, y + line, f"{word:>3} ", palette.style("muted"))
            shown = " ".join("     ?" if v is None else f"{v:6.3g}" for v in values)
            room = max(width - 6 - len(caption), 0)
            grid.put(4, y + line, fitted(shown, room), palette.style(role))
        grid.put_right(width, y, caption, palette.style("muted"))
    return grid.lines()
