"""Which files and folders are data, and what is known of each kind."""

from pathlib import Path

from tuidl.core.errors import DataError, PresetError, guess
from tuidl.proposing.facts import Facts
from tuidl.proposing.proposal import Proposal, proposed

TABLES = (".csv", ".tsv", ".txt", ".tab", ".dat")
ARRAYS = (".npz", ".npy")


def is_data(name: str) -> bool:
    """Whether a word of the command line is a file of data or a folder, not a preset."""
    path = Path(name)
    return path.suffix.lower() in TABLES + ARRAYS or path.is_dir()


def proposal_for(
    path: Path,
    target: str | None,
    ignored: tuple[str, ...] = (),
    overrides: tuple[str, ...] = (),
) -> Proposal:
    """A preset for the data in a file or folder.

    ``target``: a table's column, or the array of targets in a npz file; pictures have none, for
    their folders name the classes. ``ignored``: columns to leave out; ``overrides``: KEY=VALUE
    texts, of which those of the data are heeded here already. Raises DataError and PresetError.
    """
    return proposed(facts_of(path, target, ignored, overrides))


def facts_of(
    path: Path,
    target: str | None,
    ignored: tuple[str, ...] = (),
    overrides: tuple[str, ...] = (),
) -> Facts:
    """What is known of the data in a file or folder. Raises DataError and PresetError."""
    if path.is_dir():
        from tuidl.proposing.pictures import picture_facts

        _refuse(target, "the folders of the pictures are the classes")
        return picture_facts(path, overrides)
    if not path.exists():
        near = guess(path.name, (other.name for other in path.parent.glob("*")))
        raise DataError(f"{path}: no such file{near}")
    if path.suffix.lower() in ARRAYS:
        from tuidl.proposing.arrays import array_facts

        return array_facts(path, target, overrides)
    from tuidl.proposing.tables import table_facts

    return table_facts(path, target, ignored, overrides)


def _refuse(target: str | None, why: str) -> None:
    if target is not None:
        raise PresetError("--target", f"{target!r} is of no use: {why}")
