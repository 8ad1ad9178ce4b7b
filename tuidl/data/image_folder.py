"""Listing and decoding the pictures of a folder, with limits on what a picture may ask for."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tuidl.core.errors import DataError, TuidlError
from tuidl.core.own_files import reason_of
from tuidl.data.dataset import Examples
from tuidl.data.files import open_file

if TYPE_CHECKING:
    from PIL.Image import Image

Array = np.ndarray[Any, np.dtype[Any]]

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM")
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".pgm", ".ppm"}
LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini", "__macosx"}
MOST_PIXELS = 50_000_000
"""Of one picture before scaling; 50 million are 150 MB in colour."""

ORIENTATION, FIRST_ON_ITS_SIDE = 0x0112, 5
"""The EXIF tag, and from which value on height and width are exchanged."""

MOST_CLASSES = 1000
TRAIN, TEST = "train", "test"


@dataclass(frozen=True)
class Folder:
    """Pictures by path, each with the place of its class and when it last changed."""

    path: str
    classes: tuple[str, ...]
    files: tuple[tuple[str, int, int], ...]


def train_folder(path: Path) -> Folder:
    """The pictures to train on: those below ``train`` where there is ``test`` too, else all.

    Raises DataError.
    """
    with _listable(path):
        folders = _folders(path)
        if not _has_parts(folders):
            return _listed(path, folders)
        return _listed(path / TRAIN, _folders(path / TRAIN))


def test_folder(path: Path) -> Folder | None:
    """The pictures below ``test``, None where there are no parts. Raises DataError."""
    with _listable(path):
        if not _has_parts(_folders(path)):
            return None
        return _listed(path / TEST, _folders(path / TEST), train_folder(path).classes)


@lru_cache(maxsize=2)
def decoded(folder: Folder, size: tuple[int, int], channels: int) -> Examples:
    """Pixels (pictures, height, width, channels) as bytes, and classes; remembered until a file
    changes. Raises DataError, which names the first picture that cannot be read."""
    x = np.empty((len(folder.files), *size, channels), np.uint8)
    for i, (path, _, _) in enumerate(folder.files):
        x[i] = read_picture(Path(path), size, channels)
    y = np.array([label for _, label, _ in folder.files], np.float32)
    return Examples(x, y[:, None])


def _listed(path: Path, folders: list[Path], classes: tuple[str, ...] = ()) -> Folder:
    """The pictures below the class ``folders``; ``classes``: the only ones allowed, if any."""
    names = classes or tuple(folder.name for folder in folders)
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(
            f"{path}: {len(names)} folders, expected 2 to {MOST_CLASSES}, one for each class"
        )
    files: list[tuple[str, int, int]] = []
    for folder in folders:
        if folder.name not in names or not folder.name.isprintable():
            raise DataError(f"{path}: {folder.name!r} is no class of the training part")
        found = _files(folder)
        if not found:
            raise DataError(f"{folder}: no pictures")
        label = names.index(folder.name)
        files += [(str(file), label, file.stat().st_mtime_ns) for file in found]
    return Folder(str(path), names, tuple(files))


def _has_parts(folders: list[Path]) -> bool:
    return {TRAIN, TEST} <= {folder.name for folder in folders}


def _folders(path: Path) -> list[Path]:
    """The folders in ``path``; files are passed over unless they are pictures."""
    entries = _entries(path)
    for entry in entries:
        if not entry.is_dir() and entry.suffix.lower() in SUFFIXES:
            raise DataError(f"{entry}: a picture outside of the classes' folders")
    return [entry for entry in entries if entry.is_dir()]


def _files(folder: Path) -> list[Path]:
    entries = _entries(folder)
    for entry in entries:
        if not entry.is_file() or entry.suffix.lower() not in SUFFIXES:
            known = ", ".join(sorted(SUFFIXES))
            raise DataError(f"{entry}: no picture (expected {known})")
    return entries


def _entries(path: Path) -> list[Path]:
    """What lies in a folder, by name, without what is hidden or left behind by systems."""
    names = os.listdir(path)
    kept = [n for n in names if not n.startswith(".") and n.lower() not in LEFT_BY_SYSTEMS]
    return [path / name for name in sorted(kept)]


def read_picture(
    path: Path, size: tuple[int, int], channels: int, paper: str | None = None
) -> Array:
    """(height, width, channels) bytes, scaled to ``size`` (height, width). Raises DataError.

    ``paper``: the colour behind what is transparent; None takes pixels as they are stored.
    """
    from PIL import Image, ImageOps

    with _readable(path), open_file(path) as file, Image.open(file, formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise DataError(f"{path}: {width} x {height} pixels, expected at most {MOST_PIXELS:,}")
        upright = ImageOps.exif_transpose(_in_bytes(image))
        if paper and upright.has_transparency_data:
            opaque = Image.new("RGBA", upright.size, paper)
            upright = Image.alpha_composite(opaque, upright.convert("RGBA"))
        plain = upright.convert("L" if channels == 1 else "RGB")
        scaled = plain.resize(size[::-1], Image.Resampling.BILINEAR)
        return np.asarray(scaled).reshape(*size, channels)


def _in_bytes(image: "Image") -> "Image":
    """Grey of 16 bits as grey of 8: converting would cut off what is brighter than 255."""
    from PIL import Image

    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))


def picture_size(path: Path) -> tuple[int, int]:
    """Height and width as they are seen. Raises DataError."""
    from PIL import Image

    with _readable(path), open_file(path) as file, Image.open(file, formats=FORMATS) as image:
        width, height = image.size
        turned = image.getexif().get(ORIENTATION, 1) >= FIRST_ON_ITS_SIDE
        return (width, height) if turned else (height, width)


@contextmanager
def _listable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        place = getattr(error, "filename", None) or path
        raise DataError(f"{place}: {reason_of(error)}") from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turns what a broken or hostile picture raises into DataError."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except TuidlError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"{path}: expected at most {MOST_PIXELS:,} pixels") from None
    except Exception as error:  # decoders raise whatever comes over them
        problem = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(f"{path}: broken, or no picture: {problem}") from None
