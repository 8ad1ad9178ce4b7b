"""Going on with a run that is kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tuidl import events
from tuidl.commands import LEARNING_RATE
from tuidl.errors import RunError
from tuidl.runs.folder import CHECKPOINTS, RunFolder
from tuidl.runs.keeper import RunKeeper
from tuidl.runs.log import edits_of, read_events
from tuidl.snapshot import Snapshot
from tuidl.training.folds import CrossValidation
from tuidl.training.interruption import Interrupter
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Iterable


class Resumable(Protocol):
    """A trainer, or a cross-validation."""

    @property
    def place(self) -> tuple[int, int]: ...

    @property
    def fold(self) -> int | None: ...

    def resume(self, snapshot: Snapshot) -> None: ...

    def repeat(self, edits: "Iterable[events.Edited]") -> None: ...


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


def resumed(
    folder: RunFolder,
    keeper: RunKeeper,
    interrupter: Interrupter,
    threads: int | None = None,
    backend: str | None = None,
    learning_rate: float | None = None,
) -> tuple[Trainer | CrossValidation, list[str]]:
    """What goes on with the run, and the problems that ``go_on`` tells of; nobody else can from
    now on. Raises TuidlError, and then others may."""
    try:
        keeper.begin()
        backend = backend or folder.about.backend
        training = trainer_for(folder.preset, backend, threads, interrupter, keeper)
        return training, go_on(training, folder, learning_rate)
    except BaseException:
        keeper.close()
        raise


def _edits_after(log: Path, snapshot: Snapshot | None) -> list[events.Edited]:
    """Edits that the checkpoint does not know of yet."""
    edits = edits_of(read_events(log))
    if snapshot is None:
        return edits
    state = snapshot.state
    here = (state.fold or 1, state.epoch, state.step)
    return [edit for edit in edits if (edit.fold or 1, edit.epoch, edit.step) >= here]
