"""Going on with a run that is kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tuidl import events
from tuidl.commands import LEARNING_RATE
from tuidl.errors import RunError
from tuidl.runs.folder import CHECKPOINTS, RunFolder
from tuidl.runs.log import edits_of, read_events
from tuidl.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

DONE = ("completed", "stopped_early")


class Resumable(Protocol):
    """A trainer, or a cross-validation."""

    @property
    def place(self) -> tuple[int, int]: ...

    @property
    def fold(self) -> int | None: ...

    def resume(self, snapshot: Snapshot) -> None: ...

    def repeat(self, edits: "Iterable[events.Edited]") -> None: ...


def outcome(folder: RunFolder) -> events.RunEnded | None:
    """The result of a run that came to its end; None while there is something left to do."""
    summary = folder.summary
    ended = summary.ended if summary else None
    return ended if isinstance(ended, events.RunEnded) and ended.reason in DONE else None


def go_on(training: Resumable, folder: RunFolder, learning_rate: float | None = None) -> list[str]:
    """Put a fresh trainer where the run was last saved, or leave it at the start where it never
    was. Live edits that came later are made again.

    Returns what is wrong with checkpoints that had to be passed over. Raises RunError.
    """
    snapshot, problems = folder.checkpoints.newest()
    if snapshot is not None:
        try:
            training.resume(snapshot)
        except RunError as error:
            raise RunError(f"{folder.path / CHECKPOINTS}: {error}") from None
    training.repeat(_edits_after(folder.log, snapshot))
    if learning_rate is not None:
        epoch, step = training.place
        edit = events.Edited(
            epoch=epoch, step=step, key=LEARNING_RATE, value=learning_rate, fold=training.fold
        )
        training.repeat([edit])
    return problems


def _edits_after(log: Path, snapshot: Snapshot | None) -> list[events.Edited]:
    """Edits that the checkpoint does not know of yet."""
    edits = edits_of(read_events(log))
    if snapshot is None:
        return edits
    state = snapshot.state
    here = (state.fold or 1, state.epoch, state.step)
    return [edit for edit in edits if (edit.fold or 1, edit.epoch, edit.step) >= here]
