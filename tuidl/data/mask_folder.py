"""Listing pictures with a mask for each: ``images/`` and ``masks/`` with equal names."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tuidl.core.errors import DataError, suggestion
from tuidl.data.image_folder import listable, pictures_in

PICTURES, MASKS = "images", "masks"
LOSSY = {".jpg", ".jpeg"}
"""Ends of names of formats that change what the numbers of classes are."""


@dataclass(frozen=True)
class Pairs:
    """Paths of pictures and of their masks, in the order of their names."""

    pictures: tuple[str, ...]
    masks: tuple[str, ...]


def listed_pairs(path: Path) -> Pairs:
    """What is in the folder, remembered until something is added to, renamed in or removed from it.
    Raises DataError, which names a picture without a mask or a mask without a picture."""
    with listable(path):
        for name in (PICTURES, MASKS):
            if not (path / name).is_dir():
                raise DataError(f"{path}: expected folders {PICTURES!r} and {MASKS!r} in it")
        changed = tuple((path / name).stat().st_mtime_ns for name in (PICTURES, MASKS))
        return _listed(path, changed)


@lru_cache(maxsize=4)
def _listed(path: Path, changed: tuple[int, ...]) -> Pairs:
    pictures, masks = _by_name(path / PICTURES), _by_name(path / MASKS)
    for found, others, folder in ((pictures, masks, MASKS), (masks, pictures, PICTURES)):
        for name in found:
            if name not in others:
                near = suggestion(name, others)
                raise DataError(f"{found[name]}: nothing of that name in {path / folder}{near}")
    if not pictures:
        raise DataError(f"{path / PICTURES}: no pictures")
    for mask in masks.values():
        if Path(mask).suffix.lower() in LOSSY:
            raise DataError(f"{mask}: JPEG changes the numbers of a mask; expected a PNG file")
    return Pairs(tuple(pictures.values()), tuple(masks[name] for name in pictures))


def _by_name(folder: Path) -> dict[str, str]:
    """Paths by their names without the ends. Raises DataError where two have the same."""
    found: dict[str, str] = {}
    for path, _ in pictures_in(folder, 0):
        name = Path(path).stem
        if name in found:
            raise DataError(f"{path}: {found[name]} has the same name")
        found[name] = path
    return found
