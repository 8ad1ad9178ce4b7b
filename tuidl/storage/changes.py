"""What a run trains by now, where its preset was changed while it trained."""

import tomllib
from pathlib import Path
from typing import Self

import msgspec

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import is_there, reason_of
from tuidl.storage.contents import CHANGED
from tuidl.storage.files import replace_file
from tuidl.storage.records import read_record

LARGEST = 1 << 20
"""Bytes of the file."""


class Changed(msgspec.Struct, frozen=True):
    """``preset`` and ``about``: name and words of the newest preset. Lists show it; what the run is
    repeated by are the edits in its log."""

    preset: str
    about: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """``text``: of a preset as it is written out."""
        table = tomllib.loads(text)
        return cls(str(table.get("name", "")), str(table.get("about", "")))


def read_changed(run: Path) -> Changed | None:
    """None where the preset of the run in this folder was never changed, or where the file cannot
    be read: the run is as it was without it."""
    path = run / CHANGED
    try:
        changed: Changed | None = read_record(path, Changed, LARGEST) if is_there(path) else None
    except RunError:
        return None
    return changed


def write_changed(run: Path, changed: Changed) -> None:
    """Raises SaveError."""
    path = run / CHANGED
    try:
        replace_file(path, msgspec.json.encode(changed))
    except OSError as error:
        raise SaveError(f"cannot save {path}: {reason_of(error)}") from None
