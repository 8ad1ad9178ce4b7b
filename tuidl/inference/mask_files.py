"""The class of each pixel as PNG files, which the source ``masks`` reads again."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuidl.core.errors import DataError, RunError
from tuidl.core.lazy import Array
from tuidl.core.own_files import error_text
from tuidl.data.decoded_masks import nearest
from tuidl.inference.predictions import Predictions
from tuidl.storage.files import replace_file
from tuidl.tasks.segmentation import Segmentation

Size = tuple[int, int]

NUMBERED = 256
"""Classes that a palette has room for; more are written as grey of 16 bits."""


def write_masks(
    predictions: Predictions, sizes: Sequence[Size | None], folder: Path, *, force: bool = False
) -> int:
    """Write ``NAME.png`` for each example that has an answer; returns how many.

    Parameters
    ----------
    predictions
        Of a network that gives each pixel a class.
    sizes
        Height and width of each example's file, by nearest pixels of what the network said; None:
        as the network said.
    folder
        Made where it is not there.
    force
        Whether files that are there are replaced.

    Raises
    ------
    DataError
        Where the answers are no classes of pixels, or a file cannot be written.
    RunError
        Where a file is there already.
    """
    task = predictions.task
    if not isinstance(task, Segmentation):
        raise DataError(
            f"{folder}: a folder is for masks, and this network gives pixels no classes"
        )
    given = predictions.decoded.argmax(axis=-1)
    answered = [i for i in range(len(predictions.names)) if i not in predictions.problems]
    paths = _paths(folder, [predictions.names[i] for i in answered])
    taken = next((path for path in paths if path.exists()), None)
    if taken is not None and not force:
        raise RunError(f"{taken}: is there already; --force replaces it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, mask, i in zip(paths, given, answered, strict=True):
            replace_file(path, _png(nearest(mask, sizes[i] or mask.shape), len(task.names)))
    except OSError as error:
        raise DataError(error_text(error, folder)) from None
    return len(paths)


def _paths(folder: Path, names: Sequence[str]) -> list[Path]:
    """A file for each name, numbered where several are the same."""
    found: dict[Path, None] = {}
    for name in names:
        stem = Path(name).stem
        path, number = folder / f"{stem}.png", 2
        while path in found:
            path, number = folder / f"{stem}_{number}.png", number + 1
        found[path] = None
    return list(found)


def _png(mask: Array, classes: int) -> bytes:
    """Numbers of the classes, with a colour for each to be seen by."""
    from PIL import Image

    if classes <= NUMBERED:
        image = Image.fromarray(mask.astype(np.uint8))
        image.putpalette([part for number in range(NUMBERED) for part in _color(number)])
    else:
        image = Image.fromarray(mask.astype(np.uint16))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _color(number: int) -> tuple[int, int, int]:
    """Of a class, as Pascal VOC colours them: the bits of its number, dealt to red, green, blue."""
    red, green, blue = (
        sum((number >> (3 * bit + part) & 1) << (7 - bit) for bit in range(8)) for part in range(3)
    )
    return red, green, blue
