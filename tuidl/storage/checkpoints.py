"""A run's checkpoints: two generations, each a safetensors file with its SHA-256 beside it."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tuidl.core.errors import RunError, SaveError
from tuidl.core.limits import available_memory
from tuidl.core.own_files import TEMPORARY, FileError, open_to_read, require_folder
from tuidl.protocol.snapshot import Snapshot, State
from tuidl.storage.files import LARGEST_FILE, SUFFIX, open_checked, write_checked

if TYPE_CHECKING:
    from tuidl.storage.tensors import StoredArray

GENERATIONS = 2
ENDING = ".safetensors"
NUMBERED = re.compile(r"([0-9]{6}|[1-9][0-9]{6,15})\.safetensors")
LEFT_BEHIND = re.compile(rf"\.[0-9]{{6,16}}\.safetensors(?:\.sha256)?{TEMPORARY}")
"""Temporary names of checkpoints and of their sums."""

Stored = tuple[dict[str, str], "dict[str, StoredArray]"]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Which run a file is of: its name, and the SHA-256 of its preset; and what stands beside the
    arrays."""

    run: str
    preset_sha256: str
    generation: int
    state: State


class Checkpoints:
    """``folder``/000012.safetensors and its like, numbered upwards. The older generation goes
    only once the newer one is there whole. While the loss is far above what it was, those from
    before stay beside the newest one."""

    def __init__(self, folder: Path, run: str, preset_sha256: str) -> None:
        self.folder = folder
        self._run, self._preset_sha256 = run, preset_sha256

    def save(self, snapshot: Snapshot) -> None:
        """Write another generation. Raises SaveError; those that are there stay."""
        from tuidl.storage.tensors import pieces

        try:
            with suppress(OSError):  # an archive may have left out an empty folder
                self.folder.mkdir()
            require_folder(self.folder)
        except FileError as error:
            raise SaveError(f"cannot save into {error}") from None
        numbers = self._numbers()
        number = numbers[-1] + 1 if numbers else 1
        header = Header(
            run=self._run,
            preset_sha256=self._preset_sha256,
            generation=number,
            state=snapshot.state,
        )
        metadata = {"tuidl": msgspec.json.encode(header).decode()}
        write_checked(self._path(number), pieces(snapshot.arrays, metadata))
        kept = {number, *numbers[-GENERATIONS + 1 :]}
        if snapshot.state.jumped:  # those from before may still be wanted
            kept = {number, *(self._before_the_jump(numbers) or numbers)[-GENERATIONS:]}
        self._tidy([number for number in numbers if number not in kept])

    def withdraw(self, has_held: bool) -> None:
        """The run has diverged: take away what was saved since its loss jumped, and the last one
        before that, too, unless it ``has_held``."""
        numbers = self._numbers()
        sound = self._before_the_jump(numbers)
        if sound and not has_held:
            self._tidy([number for number in numbers if number >= sound[-1]])
        elif sound:
            self._tidy([number for number in numbers if number > sound[-1]])

    def _before_the_jump(self, numbers: list[int]) -> list[int]:
        """Those that were saved while the loss was about what it had been."""
        return [number for number in numbers if self._has_jumped(number) is False]

    def _has_jumped(self, number: int) -> bool | None:
        """Whether the loss had jumped by then; None where the file does not say so."""
        from tuidl.storage.tensors import read_metadata

        try:
            text = read_metadata(self._path(number)).get("tuidl", "")
            return msgspec.json.decode(text, type=Header).state.jumped > 0
        except (RunError, msgspec.MsgspecError):
            return None

    def _tidy(self, numbers: list[int]) -> None:
        """Take away generations, and what a process left that was killed while it saved; what has
        another name than tuidl gives stays."""
        old = [self._path(number) for number in numbers]
        beside = [path.with_name(path.name + SUFFIX) for path in old]
        left = [path for path in self.folder.glob(".*") if LEFT_BEHIND.fullmatch(path.name)]
        for path in (*old, *beside, *left):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def newest(self) -> tuple[Snapshot | None, list[str]]:
        """The newest snapshot that is whole (None where nothing was ever saved), its arrays still
        in their file, and what is wrong with those passed over.

        Raises RunError where there are some, and all are damaged.
        """
        return self.first_that(lambda snapshot: snapshot)

    def first_that(self, fits: Callable[[Snapshot], Any]) -> tuple[Snapshot | None, list[str]]:
        """As ``newest``, of those that are not refused by ``fits``, which may raise RunError."""
        try:
            require_folder(self.folder)
        except FileError as error:
            if error.is_missing:
                return None, []
            raise RunError(str(error)) from None
        problems: list[str] = []
        for number in reversed(self._numbers()):
            try:
                snapshot = self._load(number)
            except RunError as error:
                problems.append(str(error))
                continue
            try:
                fits(snapshot)
            except RunError as error:
                problems.append(f"{self._path(number)}: {error}")
                continue
            return snapshot, problems
        if problems:
            raise RunError("no checkpoint is whole: " + "; ".join(problems))
        return None, problems

    def _load(self, number: int) -> Snapshot:
        path = self._path(number)
        header, arrays = stored_arrays(path)
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
        """Of the generations; a file with another name than tuidl gives is none."""
        found = (NUMBERED.fullmatch(path.name) for path in self.folder.glob(f"[0-9]*{ENDING}"))
        return sorted(int(match[1]) for match in found if match)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}{ENDING}"


def read_arrays(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Metadata and arrays of a safetensors file with a checksum. Raises RunError."""
    metadata, arrays = stored_arrays(path)
    needed = sum(prod(stored.shape) * stored.dtype.itemsize for stored in arrays.values())
    if needed > (most := available_memory()):
        raise RunError(f"{path}: {needed:,} bytes of arrays, more than the memory now ({most:,})")
    return metadata, {name: stored.read() for name, stored in arrays.items()}


def stored_arrays(path: Path, *, follow: bool = False) -> Stored:
    """Metadata and arrays, none of them read yet. Raises RunError as ``open_checked``."""
    from tuidl.storage.tensors import open_arrays

    with open_checked(path, follow=follow) as file:
        return open_arrays(path, file)


def foreign_arrays(path: Path) -> Stored:
    """The same of a file that the user has from elsewhere, without a checksum. Raises RunError."""
    from tuidl.storage.tensors import open_arrays

    try:
        with open_to_read(path, LARGEST_FILE, follow=True) as file:
            return open_arrays(path, file)
    except FileError as error:
        raise RunError(str(error)) from None


def write_weights(path: Path, parameters: Mapping[str, Any], metadata: dict[str, str]) -> None:
    """Parameters by their own names, and a checksum. Raises SaveError."""
    from tuidl.storage.tensors import pieces

    write_checked(path, pieces(parameters, metadata))
