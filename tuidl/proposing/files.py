"""Which files and folders are data, and what is known of each kind."""

from itertools import islice
from pathlib import Path

from tuidl.core.errors import DataError, PresetError, guess
from tuidl.data.tables.formats import EXCEL, JSON_LINES, PARQUET
from tuidl.proposing.facts import Facts
from tuidl.proposing.proposal import Proposal, proposed

SURE_TABLES = (
    ".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz",
    *JSON_LINES, *PARQUET, *EXCEL,
)  # fmt: skip
TABLES = (*SURE_TABLES, ".txt", ".dat", ".txt.gz")
ARRAYS = (".npz", ".npy")
MOST_LOOKED_AT = 50
"""Entries of a folder that are looked at for pictures."""


def is_data(name: str) -> bool:
    """Whether a word of the command line is a file of data or a folder, not a preset."""
    return is_data_file(name) or Path(name).is_dir()


def is_data_file(name: str) -> bool:
    """Whether a file's name says that it holds data."""
    return name.lower().endswith(TABLES + ARRAYS)


def is_table_file(name: str) -> bool:
    """Whether a file's name says that it holds a table."""
    return name.lower().endswith(TABLES)


def is_offered(name: str) -> bool:
    """Whether a file is listed as data: no text that may be prose."""
    return name.lower().endswith(SURE_TABLES + ARRAYS)


def holds_pictures(folder: Path, depth: int = 2) -> bool:
    """Whether some sub-folders of the first ones hold pictures: one for each class, maybe in parts
    for training and test."""
    from tuidl.data.picture import SUFFIXES

    if depth == 0:
        return False
    for entry in _some(folder):
        if entry.is_dir() and not entry.name.startswith("."):
            if any(file.suffix.lower() in SUFFIXES for file in _some(entry)):
                return True
            if holds_pictures(entry, depth - 1):
                return True
    return False


def _some(folder: Path) -> list[Path]:
    """The first entries of a folder, none where it cannot be read."""
    try:
        return list(islice(folder.iterdir(), MOST_LOOKED_AT))
    except OSError:
        return []


def proposal_for(
    path: Path,
    target: str | None,
    ignored: tuple[str, ...] | None = None,
    overrides: tuple[str, ...] = (),
) -> Proposal:
    """A preset for the data in a file or folder.

    ``target``: a table's column, or the array of targets in a npz file; pictures have none, for
    their folders name the classes. ``ignored``: columns or arrays to leave out, None for those
    that teach nothing; ``overrides``: KEY=VALUE texts, of which those of the data are heeded here
    already. Raises DataError and PresetError.
    """
    return proposed(facts_of(path, target, ignored, overrides))


def facts_of(
    path: Path,
    target: str | None,
    ignored: tuple[str, ...] | None = None,
    overrides: tuple[str, ...] = (),
) -> Facts:
    """What is known of the data in a file or folder. Raises DataError and PresetError."""
    if path.is_dir():
        from tuidl.proposing.pictures import picture_facts

        _refuse(target, "the folders of the pictures are the classes")
        return picture_facts(path, overrides)
    require_file(path)
    if path.suffix.lower() in ARRAYS:
        from tuidl.proposing.arrays import array_facts

        return array_facts(path, target, overrides, ignored)
    from tuidl.proposing.tables import table_facts

    return table_facts(path, target, ignored, overrides)


def require_file(path: Path) -> None:
    """Raises DataError, with the nearest name beside it, where there is no such file."""
    if not path.exists():
        near = guess(path.name, (other.name for other in path.parent.glob("*")))
        raise DataError(f"{path}: no such file{near}")


def _refuse(target: str | None, why: str) -> None:
    if target is not None:
        raise PresetError("--target", f"{target!r} is of no use: {why}")
