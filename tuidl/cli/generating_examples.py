"""What a generator makes of random numbers: a line of numbers each, or a picture of them."""

import shutil
import sys
from typing import TYPE_CHECKING

import msgspec

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.core.terminal import put_json, reader_is_gone

if TYPE_CHECKING:
    from rich.text import Text

    from tuidl.model.model import Model

COUNT = 1000
"""Examples that are made where nothing else is said."""
SHOWN = 40
"""Pictures of these that a terminal shows."""
LINES, WIDEST = 20, 100
"""Of what is drawn in a terminal."""


def is_generator_of_examples(model: "Model") -> bool:
    """Whether the model answers to random numbers alone."""
    from tuidl.model.sampling import is_generator

    return is_generator(model.program.graph)


def put_examples(model: "Model", count: int, seed: int, as_json: bool) -> None:
    """To a pipe or file a line of numbers for each example, under a heading; to a terminal points
    and pictures as they look. Raises DataError where what is made is not finite."""
    import numpy as np

    from tuidl.model.sampling import generated

    made = generated(model, count, seed)
    if not np.isfinite(made).all():
        raise DataError("the network makes numbers that are not finite: its training diverged")
    is_drawn = made.shape[1:] == (2,) or made.ndim == 4
    if as_json:
        for values in made.tolist():
            put_json(msgspec.json.encode({"event": "example", "values": values}).decode())
    elif is_drawn and sys.stdout.isatty():
        _draw(made)
    else:
        _put_table(made.reshape(count, -1))


def _put_table(rows: Array) -> None:
    width = rows.shape[1]
    names = ["x", "y"] if width == 2 else [f"value_{i}" for i in range(1, width + 1)]
    sys.stdout.write(",".join(names) + "\n")
    for row in rows.tolist():
        if reader_is_gone():
            return
        sys.stdout.write(",".join(f"{value:.7g}" for value in row) + "\n")


def _draw(made: Array) -> None:
    from tuidl.charts.report import colored
    from tuidl.core.terminal import speaks_unicode, wants_color

    width, unicode = min(shutil.get_terminal_size().columns, WIDEST), speaks_unicode()
    lines = drawn(made, width, color=wants_color(), unicode=unicode)
    texts = [colored(line) if wants_color() else line.plain.rstrip() for line in lines]
    sys.stdout.write("\n".join(texts) + "\n")


def drawn(made: Array, width: int, *, color: bool, unicode: bool) -> "list[Text]":
    """Points of the plane (n, 2), or the first of pictures (n, rows, columns, channels)."""
    from tuidl.charts.images import Tile, image_grid
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.scatter import Points, scatter

    palette = COLOR_BLIND if color else MONOCHROME
    if made.ndim == 2:
        group = Points("generated", made[:, 0], made[:, 1], "train", marked=False)
        return scatter([group], palette, width, LINES, unicode=unicode)
    tiles = [Tile(picture.clip(0, 1)) for picture in made[:SHOWN]]
    return image_grid(tiles, palette, width, LINES, unicode=unicode)
