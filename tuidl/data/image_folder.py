"""Listing the pictures of a folder: one sub-folder for each class, in parts or all together."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tuidl.core.errors import DataError, suggestion
from tuidl.core.own_files import reason_of
from tuidl.data.picture import SUFFIXES
from tuidl.data.tables.formats import is_table

LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini", "__macosx"}
MOST_CLASSES = 1000

PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
"""What folders of a part are called, in upper or lower case."""

Picture = tuple[str, int]
"""Path, and the place of its class."""
Stamps = tuple[tuple[str, int], ...]
"""Folders, and when what is in them was last added to, renamed or removed (ns)."""

SETTLED = 100_000_000
"""Nanoseconds after which a change of a folder shows in its time: clocks of files tick slowly."""


@dataclass(frozen=True)
class Folder:
    """The pictures of one part."""

    path: str
    classes: tuple[str, ...]
    files: tuple[Picture, ...]


@dataclass(frozen=True)
class Folders:
    """``validation`` and ``test``: where there are folders for them. ``names``: of the folders of
    parts as they are called here. ``passed_over``: other folders beside them."""

    train: Folder
    validation: Folder | None = None
    test: Folder | None = None
    passed_over: tuple[str, ...] = ()

    def lacking(self) -> Iterator[tuple[Folder, list[str]]]:
        """The parts in which classes have no pictures, with those classes."""
        for part in (self.validation, self.test):
            if part is None:
                continue
            present = {label for _, label in part.files}
            if missing := [n for i, n in enumerate(part.classes) if i not in present]:
                yield part, missing


def listed(path: Path, classless: bool = False) -> Folders:
    """The pictures below ``path``, remembered until a folder changes. Raises DataError.

    There are parts where a sub-folder is called as one for training, holds folders itself, and is
    alone or has one for validation or test beside it; else each sub-folder is a class. With
    ``classless`` a folder of nothing but pictures is one part without classes.
    """
    with listable(path):
        stamps = _stamps(path)
    is_settled = time.time_ns() - max(changed for _, changed in stamps) > SETTLED
    read = _listed if is_settled else _listed.__wrapped__
    return read(path, stamps, classless)


def _stamps(path: Path) -> Stamps:
    """Of the folder, of those in it, and of the classes' folders in parts."""
    found = [str(path)]
    for folder in (entry for entry in _entries(path) if entry.is_dir()):
        found.append(folder.path)
        if any(folder.name.casefold() in names for names in PARTS.values()):
            found += [entry.path for entry in _entries(Path(folder.path)) if entry.is_dir()]
    return tuple((name, os.stat(name).st_mtime_ns) for name in found)


@lru_cache(maxsize=4)
def _listed(path: Path, stamps: Stamps, classless: bool) -> Folders:
    with listable(path):
        if classless and not any(entry.is_dir() for entry in _entries(path)):
            return Folders(_without_classes(path))
        folders = _folders(path)
        parts = _parts(folders)
        if not parts:
            return Folders(_of_classes(path, folders))
        train = _of_classes(parts["train"], _folders(parts["train"]))
        others = {
            part: _of_classes(folder, _folders(folder), train)
            for part, folder in parts.items()
            if part != "train"
        }
        passed_over = tuple(str(f) for f in folders if f not in parts.values())
        return Folders(train, others.get("validation"), others.get("test"), passed_over)


def _parts(folders: list[Path]) -> dict[str, Path]:
    """The folder of each part; empty where the ``folders`` are classes. Raises DataError."""
    found: dict[str, Path] = {}
    for folder in folders:
        part = next((p for p, names in PARTS.items() if folder.name.casefold() in names), None)
        if part is None:
            continue
        if part in found:
            raise DataError(f"{folder}: the {part} part is {found[part]} already")
        found[part] = folder
    train = found.get("train")
    is_alone = len(found) == 1 and len(folders) > 1
    if train is None or is_alone or not any(entry.is_dir() for entry in _entries(train)):
        return {}
    return found


def _without_classes(path: Path) -> Folder:
    """The pictures in the folder itself."""
    files = pictures_in(path, 0)
    if not files:
        raise DataError(f"{path}: no pictures")
    return Folder(str(path), (), tuple(files))


def _tables_in(path: Path) -> str:
    """What else a folder without folders may have been named for."""
    tables = sorted(entry.name for entry in _entries(path) if is_table(Path(entry.path)))
    return f"; for the table in it say {path / tables[0]}" if tables else ""


def _of_classes(path: Path, folders: list[Path], train: Folder | None = None) -> Folder:
    """The pictures below the class ``folders``; ``train``: whose classes are the only ones."""
    names = train.classes if train else tuple(folder.name for folder in folders)
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(
            f"{path}: {len(names)} {'folder' if len(names) == 1 else 'folders'}, expected 2 to "
            f"{MOST_CLASSES}, one for each class{'' if names else _tables_in(path)}"
        )
    files: list[Picture] = []
    for folder in folders:
        if folder.name not in names or not folder.name.isprintable():
            raise DataError(
                f"{path}: {folder.name!r} is no class of the training part"
                f"{suggestion(folder.name, names)}"
            )
        found = pictures_in(folder, names.index(folder.name))
        if not found:
            raise DataError(f"{folder}: no pictures")
        files += found
    if not files:
        raise DataError(f"{path}: no folders of classes")
    return Folder(str(path), names, tuple(files))


def _folders(path: Path) -> list[Path]:
    """The folders in ``path``; files are passed over unless they are pictures."""
    entries = _entries(path)
    for entry in entries:
        if not entry.is_dir() and Path(entry.name).suffix.lower() in SUFFIXES:
            raise DataError(f"{entry.path}: a picture outside of the classes' folders")
    return [Path(entry.path) for entry in entries if entry.is_dir()]


def pictures_in(folder: Path, label: int) -> list[Picture]:
    found = []
    for entry in _entries(folder):
        suffix = "." + entry.name.rpartition(".")[2].lower()
        if not entry.is_file() or suffix not in SUFFIXES:
            known = ", ".join(sorted(SUFFIXES))
            raise DataError(f"{entry.path}: no picture (expected {known})")
        found.append((entry.path, label))
    return found


def _entries(path: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name, without what is hidden or left behind by systems."""
    with os.scandir(path) as entries:
        kept = [
            entry
            for entry in entries
            if not entry.name.startswith(".") and entry.name.lower() not in LEFT_BY_SYSTEMS
        ]
    return sorted(kept, key=lambda entry: entry.name)


@contextmanager
def listable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        place = getattr(error, "filename", None) or path
        raise DataError(f"{place}: {reason_of(error)}") from None
