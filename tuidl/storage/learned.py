"""The files of what preprocessing learned, and from which data, in a run's folder."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import FileError, read_bounded, reason_of
from tuidl.data.preprocessing import LARGEST, Preprocessing, read_preprocessing
from tuidl.data.trained_files import TrainedFiles
from tuidl.preset.schema import Preset
from tuidl.storage.files import replace_file

LARGEST_LIST = 1 << 20
"""Bytes of the list of data files, which are few."""
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
    if len(data) <= LARGEST:
        _write(path, data)


def read_files(path: Path) -> TrainedFiles:
    """What ``write_files`` wrote. Raises RunError."""
    try:
        return msgspec.json.decode(read_bounded(path, LARGEST_LIST), type=TrainedFiles)
    except FileError as error:
        raise RunError(str(error)) from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RunError(f"{path}: damaged ({error}); it can be deleted") from None


def write_files(path: Path, files: TrainedFiles) -> None:
    """Raises SaveError."""
    _write(path, msgspec.json.encode(files))


def _write(path: Path, data: bytes) -> None:
    try:
        replace_file(path, data)
    except OSError as error:
        raise SaveError(f"cannot save {path}: {reason_of(error)}") from None


def as_trained(preset: Preset, known: Preprocessing | None) -> Preset:
    """The preset with what it left to the data as the run has it: whether targets are scaled, which
    they never were by default when older runs were made."""
    if getattr(preset.data, "normalize_targets", False) is not None:
        return preset
    if known is not None and known.examples.classes:
        return preset  # there is nothing to scale
    scaled = known is not None and known.targets is not None
    data = msgspec.structs.replace(preset.data, normalize_targets=scaled)
    return msgspec.structs.replace(preset, data=data)
