"""The file of what preprocessing learned, in a run's folder."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import FileError, read_bounded, reason_of
from tuidl.data.preprocessing import LARGEST, Preprocessing, read_preprocessing
from tuidl.storage.files import replace_file

NEEDED = "without this file the data is needed"


def read_learned(path: Path, preset_sha256: str) -> Preprocessing:
    """What ``write_learned`` wrote for this preset. Raises RunError."""
    try:
        known = read_preprocessing(read_bounded(path, LARGEST))
    except FileError as error:
        raise RunError(str(error)) from None
    except ValueError as error:
        raise RunError(f"{path}: damaged ({error}); {NEEDED}") from None
    if known.preset_sha256 != preset_sha256:
        raise RunError(f"{path}: of another run; {NEEDED}")
    return known


def write_learned(path: Path, learned: Preprocessing, preset_sha256: str) -> None:
    """Raises SaveError. What is too large to be read again is left out."""
    data = msgspec.json.encode(replace(learned, preset_sha256=preset_sha256))
    if len(data) > LARGEST:
        return
    try:
        replace_file(path, data)
    except OSError as error:
        raise SaveError(f"cannot save {path}: {reason_of(error)}") from None
