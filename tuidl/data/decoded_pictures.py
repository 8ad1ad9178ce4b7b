"""Decoding the pictures of a folder, by several threads, once: pixels are kept between commands.

Pillow decodes and scales without Python's lock. What is kept is known by each picture's path, size
and time of its last change: one that changed is decoded again, the others are not.
"""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import PIL

from tuidl.core.errors import DataError
from tuidl.core.kept import Kept
from tuidl.core.lazy import Array
from tuidl.core.limits import default_threads
from tuidl.core.own_files import reason_of
from tuidl.data.examples import Examples
from tuidl.data.image_folder import Folder, Picture
from tuidl.data.picture import read_among, strict_decoders

KIND = "pictures"
FORMAT = 1
"""Raised when pixels are made differently from the same file."""
SECONDS_WORTH_KEEPING = 0.5
"""Decoding that takes less is done again."""

Stamp = tuple[str, int, int]
"""Path, when it last changed, bytes."""


@dataclass(frozen=True)
class Wanted:
    """``size``: height and width. ``skips``: broken pictures are left out."""

    size: tuple[int, int]
    channels: int
    skips: bool = False
    keeps: bool = True


@dataclass(frozen=True)
class Decoded:
    """Pixels (pictures, height, width, channels) as bytes and their classes; and what is wrong
    with those that were left out. ``paths``: of the pictures."""

    examples: Examples
    broken: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """What is known of one picture; ``problem``: why there are no pixels of it."""

    stamp: Stamp
    problem: str = ""


@dataclass
class Known:
    """Pixels that were kept, by picture: where they stand, or what is wrong with it."""

    pixels: Array
    places: dict[Stamp, int] = field(default_factory=dict)
    problems: dict[Stamp, str] = field(default_factory=dict)


def decoded(folder: Folder, wanted: Wanted) -> Decoded:
    """The pictures of one part; remembered until a file changes. Raises DataError, which names the
    first picture that cannot be read, or a class that is left without any."""
    return _decoded(folder, tuple(map(_stamp, folder.files)), wanted)


def _stamp(picture: Picture) -> Stamp:
    try:
        status = os.stat(picture[0])
    except OSError as error:
        raise DataError(f"{picture[0]}: {reason_of(error)}") from None
    return picture[0], status.st_mtime_ns, status.st_size


@lru_cache(maxsize=3)
def _decoded(folder: Folder, stamps: tuple[Stamp, ...], wanted: Wanted) -> Decoded:
    known = _kept(folder, wanted) if wanted.keeps else _nothing(wanted)
    began = time.monotonic()
    records, x = _pixels(stamps, wanted, known)
    if wanted.keeps and time.monotonic() - began > SECONDS_WORTH_KEEPING:
        _keep(folder, wanted, records, x)
    pairs = zip(folder.files, records, strict=True)
    whole = [picture for picture, record in pairs if not record.problem]
    labels = np.array([label for _, label in whole], np.float32)
    _require_all_classes(folder, labels)
    broken = tuple(record.problem for record in records if record.problem)
    return Decoded(Examples(x, labels[:, None]), broken, tuple(path for path, _ in whole))


def _pixels(stamps: tuple[Stamp, ...], wanted: Wanted, known: Known) -> tuple[list[Record], Array]:
    """What is known of each picture, and the pixels of those that are whole, in their order."""
    if not known.problems and [known.places.get(stamp) for stamp in stamps] == [
        *range(len(known.pixels))
    ]:
        return [Record(stamp) for stamp in stamps], known.pixels
    x = np.empty((len(stamps), *wanted.size, wanted.channels), np.uint8)
    new = [i for i, s in enumerate(stamps) if s not in known.places and s not in known.problems]
    problems = dict(zip(new, _decode([stamps[i] for i in new], wanted, x, new), strict=True))
    records, count = [], 0
    for i, stamp in enumerate(stamps):
        problem = known.problems.get(stamp, "") or problems.get(i, "")
        if problem and not wanted.skips:
            raise DataError(problem, "data.broken = 'skip' leaves broken pictures out")
        if not problem:  # whole ones move up into the places of broken ones
            x[count] = known.pixels[known.places[stamp]] if stamp in known.places else x[i]
            count += 1
        records.append(Record(stamp, problem))
    return records, x[:count]


def _decode(stamps: list[Stamp], wanted: Wanted, x: Array, places: list[int]) -> Iterable[str]:
    """Decode pictures into their ``places`` in ``x``; what is wrong with each, empty if nothing."""

    def one(stamp: Stamp, place: int) -> str:
        try:
            x[place] = read_among(Path(stamp[0]), wanted.size, wanted.channels)
        except DataError as error:
            return str(error)
        return ""

    with strict_decoders(), ThreadPoolExecutor(default_threads()) as pool:
        return list(pool.map(one, stamps, places))


def _require_all_classes(folder: Folder, labels: Array) -> None:
    """Raises DataError where all pictures of a class are broken."""
    for label in {label for _, label in folder.files} - {*map(int, np.unique(labels))}:
        raise DataError(f"{folder.path}: all pictures of {folder.classes[label]!r} are broken")


def _keep(folder: Folder, wanted: Wanted, records: list[Record], x: Array) -> None:
    with suppress(UnicodeEncodeError):  # a path that is no text: decoded again each time
        head = msgspec.json.encode((FORMAT, wanted.size, wanted.channels, records))
        Kept(KIND).write(_name(folder, wanted), head, [memoryview(x).cast("B")])


def _name(folder: Folder, wanted: Wanted) -> str:
    """Of the file for a folder in one size, as this version of Pillow decodes it."""
    what = f"{folder.path}\0{wanted.size}\0{wanted.channels}\0{PIL.__version__}"
    return sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _nothing(wanted: Wanted) -> Known:
    return Known(np.empty((0, *wanted.size, wanted.channels), np.uint8))


def _kept(folder: Folder, wanted: Wanted) -> Known:
    """What was decoded of the folder before."""
    found = Kept(KIND).read(_name(folder, wanted))
    if found is None:
        return _nothing(wanted)
    try:
        kind = tuple[int, tuple[int, int], int, list[Record]]
        form, size, channels, records = msgspec.json.decode(found[0], type=kind)
        pixels = np.frombuffer(found[1], np.uint8).reshape(-1, *wanted.size, wanted.channels)
    except (msgspec.MsgspecError, ValueError):
        return _nothing(wanted)
    whole = [record for record in records if not record.problem]
    if (form, size, channels) != (FORMAT, wanted.size, wanted.channels) or len(whole) != len(
        pixels
    ):
        return _nothing(wanted)
    return Known(
        pixels,
        {record.stamp: i for i, record in enumerate(whole)},
        {record.stamp: record.problem for record in records if record.problem},
    )
