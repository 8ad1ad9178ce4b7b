"""The pictures of a judgement, with what was judged of their pixels over them."""

from math import prod
from typing import Any

import numpy as np

from tuidl.charts.palette import Palette
from tuidl.judging.records import Picture
from tuidl.tui.renderers.masks import mask_pair
from tuidl.tui.renderers.overlays import GIVEN, TRUE, in_colors, outlined

Pixels = np.ndarray[Any, np.dtype[Any]]


def judged_picture(picture: Picture, classes: int, palette: Palette, unicode: bool) -> Pixels:
    """Bytes, or numbers from 0 to 1, (rows, columns, channels): the picture alone, under its
    predicted mask and beside the true one, or with both boxes. ``classes``: of a mask."""
    shape = (picture.height, picture.width, picture.channels)
    plain = np.frombuffer(picture.pixels, np.uint8, count=prod(shape)).reshape(shape)
    if picture.masks:
        true, given = (np.frombuffer(m, np.uint8).reshape(shape[:2]) for m in picture.masks)
        return mask_pair(in_colors(plain / 255), given, true, classes, palette, unicode)
    if picture.boxes:
        pair = dict(zip((TRUE, GIVEN), picture.boxes, strict=True))
        return outlined(in_colors(plain / 255), pair, palette, unicode)
    return plain
