"""The small records of a run's folder: what it is, and how it ended."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.decoding import decoded
from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, read_bounded
from tuidl.protocol.events import RunEnded, RunFailed

LIBRARIES = ("tuidl", "numpy", "numba", "scipy")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The step of another run from which a run was forked."""

    run: str
    updates: int
    epoch: int
    step: int

    def __str__(self) -> str:
        return f"{self.run} at step {self.updates:,}"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What ``run.json`` says. ``versions`` and ``machine``: the same bits are promised only where
    they are the same."""

    run: str
    preset: str
    preset_sha256: str
    created: str
    backend: str
    versions: dict[str, str]
    machine: str
    plugins: dict[str, str] = {}
    """The SHA-256 of each plugin, whose file lies in the folder."""
    origin: Origin | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended, or how far it had come when it was last saved."""

    ended: RunEnded | RunFailed


def versions() -> dict[str, str]:
    """What the bits of a result depend on, besides preset and processor."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def read_record(path: Path, kind: type[Any], most: int) -> Any:
    """A file of JSON as a record of this ``kind``, at most ``most`` bytes. Raises RunError."""
    try:
        return decoded(read_bounded(path, most), kind)
    except FileError as error:
        if error.is_missing:
            raise RunError(f"{path.parent}: no run (there is no {path.name})") from None
        raise RunError(str(error)) from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RunError(f"{path}: damaged ({error})") from None
