"""A snapshot of a run as a safetensors file with its SHA-256 beside it."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import TEMPORARY, FileError, require_folder
from tuidl.protocol.snapshot import Snapshot, State
from tuidl.storage.arrays import stored_arrays
from tuidl.storage.files import SUFFIX, write_checked

ENDING = ".safetensors"
NUMBERED = re.compile(r"([0-9]{6}|[1-9][0-9]{6,15})\.safetensors")
LEFT_BEHIND = re.compile(rf"\.[0-9]{{6,16}}\.safetensors(?:\.sha256)?{TEMPORARY}")
"""Temporary names of snapshots and of their sums."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Which run a file is of: its name, and the SHA-256 of its preset; its number in its folder;
    and what stands beside the arrays."""

    run: str
    preset_sha256: str
    generation: int
    state: State


@dataclass(frozen=True)
class SnapshotFiles:
    """Numbered snapshots of one run in a folder: ``000012.safetensors`` and its like."""

    folder: Path
    run: str
    preset_sha256: str

    def path(self, number: int) -> Path:
        return self.folder / f"{number:06}{ENDING}"

    def numbers(self) -> list[int]:
        """Upwards; a file with another name than tuidl gives is none."""
        found = (NUMBERED.fullmatch(path.name) for path in self.folder.glob(f"[0-9]*{ENDING}"))
        return sorted(int(match[1]) for match in found if match)

    def make_folder(self) -> None:
        """Raises SaveError."""
        try:
            with suppress(OSError):  # an archive may have left out an empty folder
                self.folder.mkdir()
            require_folder(self.folder)
        except FileError as error:
            raise SaveError(f"cannot save into {error}") from None

    def write(self, number: int, snapshot: Snapshot, *, durable: bool = True) -> None:
        """Raises SaveError."""
        from tuidl.storage.tensors import pieces

        header = Header(
            run=self.run,
            preset_sha256=self.preset_sha256,
            generation=number,
            state=snapshot.state,
        )
        metadata = {"tuidl": msgspec.json.encode(header).decode()}
        write_checked(self.path(number), pieces(snapshot.arrays, metadata), durable=durable)

    def read(self, number: int) -> Snapshot:
        """One whose arrays are still in their file. Raises RunError."""
        path = self.path(number)
        text, arrays = stored_arrays(path)
        try:
            header = msgspec.json.decode(text.get("tuidl", ""), type=Header)
        except msgspec.MsgspecError as error:
            raise RunError(f"{path}: not a checkpoint of this version ({error})") from None
        if (header.run, header.preset_sha256) != (self.run, self.preset_sha256):
            raise RunError(f"{path}: of another run, {header.run}")
        if header.generation != number:
            raise RunError(f"{path}: was saved as number {header.generation}")
        return Snapshot(header.state, arrays)

    def state(self, number: int) -> State | None:
        """What stands beside its arrays, unchecked; None where it cannot be read."""
        from tuidl.storage.tensors import read_metadata

        try:
            text = read_metadata(self.path(number)).get("tuidl", "")
            return msgspec.json.decode(text, type=Header).state
        except (RunError, msgspec.MsgspecError):
            return None

    def remove(self, numbers: list[int]) -> None:
        """Take these away, and what a process left that was killed while it saved; what has another
        name than tuidl gives stays."""
        old = [self.path(number) for number in numbers]
        beside = [path.with_name(path.name + SUFFIX) for path in old]
        left = [path for path in self.folder.glob(".*") if LEFT_BEHIND.fullmatch(path.name)]
        for path in (*old, *beside, *left):
            with suppress(OSError):
                path.unlink(missing_ok=True)
