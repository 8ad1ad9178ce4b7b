"""Reading one picture, with limits on what it may ask for."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.data.files import open_file, readable

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM", "TIFF")
SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".pgm", ".ppm", ".pbm", ".pnm", ".tif",
    ".tiff",
}  # fmt: skip
MOST_PIXELS = 50_000_000
"""Of one picture before scaling; 50 million are 150 MB in colour."""

ORIENTATION, FIRST_ON_ITS_SIDE = 0x0112, 5
"""The EXIF tag, and from which value on height and width are exchanged."""
BITS_PER_SAMPLE = 258
"""The TIFF tag."""
DEEP = 16
"""Bits of a pixel that is stored in two bytes, unless the file says otherwise."""


def read_picture(
    path: Path, size: tuple[int, int], channels: int, paper: str | None = None
) -> Array:
    """(height, width, channels) bytes, scaled to ``size`` (height, width). Raises DataError.

    ``paper``: the colour behind what is transparent; None takes pixels as they are stored.
    """
    with strict_decoders():
        return read_among(path, size, channels, paper)


def read_among(path: Path, size: tuple[int, int], channels: int, paper: str | None = None) -> Array:
    """``read_picture`` in one of several threads, within ``strict_decoders``."""
    from PIL import Image, ImageOps

    with opened_picture(path) as image:
        require_few_pixels(image, path)
        upright = ImageOps.exif_transpose(_in_bytes(image))
        if paper and upright.has_transparency_data:
            opaque = Image.new("RGBA", upright.size, paper)
            upright = Image.alpha_composite(opaque, upright.convert("RGBA"))
        plain = upright.convert("L" if channels == 1 else "RGB")
        scaled = plain.resize(size[::-1], Image.Resampling.BILINEAR)
        return np.asarray(scaled).reshape(*size, channels)


def _in_bytes(image: "Image") -> "Image":
    """Grey of more than 8 bits as grey of 8: converting would cut off what is brighter than 255.

    Raises DataError for pixels of which nothing says how bright white is.
    """
    from PIL import Image

    is_deep = image.mode.startswith("I;16") or (image.mode == "I" and image.format != "TIFF")
    if not is_deep:
        if image.mode in ("I", "F"):
            raise ValueError("32 bits a pixel, of which nothing says how bright white is")
        return image
    bits = DEEP
    if image.format == "TIFF":
        bits = max(getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (DEEP,)))
    grey = Image.fromarray((np.asarray(image) >> (bits - 8)).astype(np.uint8))
    turned = Image.Exif()
    turned[ORIENTATION] = image.getexif().get(ORIENTATION, 1)
    grey.info["exif"] = turned.tobytes()
    return grey


def picture_size(path: Path) -> tuple[int, int]:
    """Height and width as they are seen. Raises DataError."""
    with strict_decoders():
        return size_among(path)


def size_among(path: Path) -> tuple[int, int]:
    """``picture_size`` in one of several threads, within ``strict_decoders``."""
    with opened_picture(path) as image:
        width, height = image.size
        turned = image.getexif().get(ORIENTATION, 1) >= FIRST_ON_ITS_SIDE
        return (width, height) if turned else (height, width)


@contextmanager
def opened_picture(path: Path) -> Iterator["Image"]:
    """Raises DataError for what is no picture, or a broken one, within the block too."""
    from PIL import Image

    with (
        readable_picture(path),
        open_file(path) as file,
        Image.open(file, formats=FORMATS) as image,
    ):
        yield image


def require_few_pixels(image: "Image", path: Path) -> None:
    """Raises DataError."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise DataError(f"{path}: {width} x {height} pixels, expected at most {MOST_PIXELS:,}")


@contextmanager
def readable_picture(path: Path) -> Iterator[None]:
    """Turns what a broken or hostile picture raises into DataError."""
    from PIL import Image, UnidentifiedImageError

    with readable(path, "broken, or no picture"):
        try:
            yield
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise DataError(f"{path}: expected at most {MOST_PIXELS:,} pixels") from None
        except UnidentifiedImageError:
            raise DataError(f"{path}: broken, or no picture of a known format") from None


@contextmanager
def strict_decoders() -> Iterator[None]:
    """Within the block pictures that are too large are errors, and decoders do not talk.

    It changes settings of the whole process: one block round all threads that read pictures.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
