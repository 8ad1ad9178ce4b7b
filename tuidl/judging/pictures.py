"""The pixels of examples, for a screen to show."""

from typing import Any

import numpy as np
from msgspec.structs import replace

from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.boxes import Boxes
from tuidl.judging.judged import Judged
from tuidl.judging.places import Masks
from tuidl.judging.records import Picture

LARGEST_SIDE = 128
CHANNELS = (1, 3)
MOST_CLASSES = 256
"""Of a mask, as a byte holds them."""


def overlaid(x: Array, prepared: Preparation, judged: Judged, places: Array) -> tuple[Picture, ...]:
    """``pictures_of`` the examples ``x`` at these ``places`` of those that are judged, with masks
    and boxes over them where these are what is judged."""
    found = pictures_of(x, prepared)
    made = zip(found, places.tolist(), strict=True) if found else ()
    return tuple(replace(picture, **_over(judged.scored, i)) for picture, i in made)


def _over(scored: Any, i: int) -> dict[str, Any]:
    """What lies over the picture of example ``i``."""
    if isinstance(scored, Masks) and scored.count <= MOST_CLASSES:
        masks = scored.true[i], np.where(scored.valid[i] > 0, scored.chosen[i], 0)
        return {"masks": tuple(mask.astype(np.uint8).tobytes() for mask in masks)}
    if isinstance(scored, Boxes):
        boxes = scored.true_boxes[i], scored.boxes[i]
        return {"boxes": tuple(tuple(box.tolist()) for box in boxes)}
    return {}


def pictures_of(x: Array, prepared: Preparation) -> tuple[Picture, ...]:
    """Of inputs (n, height, width, 1 or 3) as a network takes them; none of inputs that are no
    pictures, or large ones. Values beyond 0 to 1 are stretched to it, by picture."""
    if x.ndim != 4 or x.shape[3] not in CHANNELS or max(x.shape[1:3]) > LARGEST_SIDE:
        return ()
    values = x.astype(np.float64)
    if prepared.input_shift:
        values = values * np.array(prepared.input_width) + np.array(prepared.input_shift)
    return tuple(_picture(each) for each in values)


def _picture(values: Array) -> Picture:
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 1:
        values = (values - low) / ((high - low) or 1.0)
    pixels = np.rint(255 * values).astype(np.uint8)
    height, width, channels = pixels.shape
    return Picture(height, width, channels, pixels.tobytes())
