"""A run's checkpoints: two generations, each a safetensors file with its SHA-256 beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuidl.core.errors import RunError
from tuidl.core.own_files import FileError, require_folder
from tuidl.protocol.snapshot import Snapshot
from tuidl.storage.snapshot_files import SnapshotFiles

GENERATIONS = 2


class Checkpoints:
    """``folder``/000012.safetensors and its like, numbered upwards. The older generation goes
    only once the newer one is there whole. While the loss is far above what it was, those from
    before stay beside the newest one."""

    def __init__(self, folder: Path, run: str, preset_sha256: str) -> None:
        self.folder, self._files = folder, SnapshotFiles(folder, run, preset_sha256)

    def save(self, snapshot: Snapshot) -> None:
        """Write another generation. Raises SaveError; those that are there stay."""
        self._files.make_folder()
        numbers = self._files.numbers()
        number = numbers[-1] + 1 if numbers else 1
        self._files.write(number, snapshot)
        kept = {number, *numbers[-GENERATIONS + 1 :]}
        if snapshot.state.jumped:  # those from before may still be wanted
            kept = {number, *(self._before_the_jump(numbers) or numbers)[-GENERATIONS:]}
        self._files.remove([number for number in numbers if number not in kept])

    def withdraw(self, has_held: bool) -> None:
        """The run has diverged: take away what was saved since its loss jumped, and the last one
        before that, too, unless it ``has_held``."""
        numbers = self._files.numbers()
        sound = self._before_the_jump(numbers)
        if sound and not has_held:
            self._files.remove([number for number in numbers if number >= sound[-1]])
        elif sound:
            self._files.remove([number for number in numbers if number > sound[-1]])

    def _before_the_jump(self, numbers: list[int]) -> list[int]:
        """Those that were saved while the loss was about what it had been."""
        return [number for number in numbers if self._has_jumped(number) is False]

    def _has_jumped(self, number: int) -> bool | None:
        """Whether the loss had jumped by then; None where the file does not say so."""
        state = self._files.state(number)
        return None if state is None else state.jumped > 0

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
        for number in reversed(self._files.numbers()):
            try:
                snapshot = self._files.read(number)
            except RunError as error:
                problems.append(str(error))
                continue
            try:
                fits(snapshot)
            except RunError as error:
                problems.append(f"{self._files.path(number)}: {error}")
                continue
            return snapshot, problems
        if problems:
            raise RunError("no checkpoint is whole: " + "; ".join(problems))
        return None, problems
