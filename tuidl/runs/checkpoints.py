"""A run's checkpoints: two generations, each a safetensors file with its SHA-256 beside it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from tuidl.errors import RunError
from tuidl.runs.files import SUFFIX, read_checked, write_checked
from tuidl.snapshot import Snapshot, State

GENERATIONS = 2
ENDING = ".safetensors"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Which run a file is of: its name, and the SHA-256 of its preset; and what stands beside the
    arrays."""

    run: str
    preset_sha256: str
    generation: int
    state: State


class Checkpoints:
    """``folder``/000012.safetensors and its like, numbered upwards. The older generation goes
    only once the newer one is there whole."""

    def __init__(self, folder: Path, run: str, preset_sha256: str) -> None:
        self.folder = folder
        self._run, self._preset_sha256 = run, preset_sha256

    def save(self, snapshot: Snapshot) -> None:
        """Write another generation. Raises SaveError; those that are there stay."""
        from safetensors.numpy import save

        numbers = self._numbers()
        number = numbers[-1] + 1 if numbers else 1
        header = Header(
            run=self._run,
            preset_sha256=self._preset_sha256,
            generation=number,
            state=snapshot.state,
        )
        data = save(snapshot.arrays, {"tuidl": msgspec.json.encode(header).decode()})
        write_checked(self._path(number), data)
        self._tidy(numbers[: -GENERATIONS + 1])

    def _tidy(self, numbers: list[int]) -> None:
        """Take away older generations, and what a process left that was killed while it saved."""
        old = [self._path(number) for number in numbers]
        beside = [path.with_name(path.name + SUFFIX) for path in old]
        for path in (*old, *beside, *self.folder.glob(".*")):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def newest(self) -> tuple[Snapshot | None, list[str]]:
        """The newest snapshot that is whole (None where nothing was ever saved), and what is wrong
        with those passed over. Raises RunError where there are some, and all are damaged."""
        problems: list[str] = []
        for number in reversed(self._numbers()):
            try:
                return self._load(number), problems
            except RunError as error:
                problems.append(str(error))
        if problems:
            raise RunError("no checkpoint is whole: " + "; ".join(problems))
        return None, problems

    def _load(self, number: int) -> Snapshot:
        path = self._path(number)
        header, arrays = read_arrays(path)
        try:
            header = msgspec.json.decode(header.get("tuidl", ""), type=Header)
        except msgspec.MsgspecError as error:
            raise RunError(f"{path}: not a checkpoint of this version ({error})") from None
        if (header.run, header.preset_sha256) != (self._run, self._preset_sha256):
            raise RunError(f"{path}: of another run, {header.run}")
        if header.generation != number:
            raise RunError(f"{path}: was saved as number {header.generation}")
        return Snapshot(header.state, arrays)

    def _numbers(self) -> list[int]:
        names = (path.stem for path in self.folder.glob(f"[0-9]*{ENDING}"))
        return sorted(int(name) for name in names if name.isdecimal())

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}{ENDING}"


def read_arrays(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Metadata and arrays of a safetensors file with a checksum. Raises RunError."""
    return read_safetensors(path, read_checked(path))


def read_safetensors(path: Path, data: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    """Metadata and arrays of what was read from ``path``. Raises RunError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        length = int.from_bytes(data[:8], "little")
        table = msgspec.json.decode(data[8 : 8 + length])
        metadata = msgspec.convert(table.get("__metadata__", {}), dict[str, str])
        return metadata, {name: values.copy() for name, values in load(data).items()}
    except (SafetensorError, msgspec.MsgspecError, AttributeError, ValueError, KeyError) as error:
        raise RunError(f"{path}: not a safetensors file ({error})") from None


def write_weights(path: Path, parameters: dict[str, Any], metadata: dict[str, str]) -> None:
    """Parameters by their own names, and a checksum. Raises SaveError."""
    from safetensors.numpy import save

    copies = {name: values.copy() for name, values in parameters.items()}
    write_checked(path, save(copies, metadata))
