"""Training a run longer than its preset says.

The new number of epochs is a live edit in the run's log, at the place where the run was last saved:
resuming makes it, and verifying and replaying make it at the same place.
"""

from tuidl.core.errors import RunError
from tuidl.protocol.commands import EPOCHS
from tuidl.protocol.events import Edited
from tuidl.protocol.snapshot import State
from tuidl.runs.log import EventLog
from tuidl.runs.reading import read_timeline
from tuidl.storage.folder import RunFolder

MOST_EPOCHS = 10_000_000
"""As in a preset."""


def lengthen(folder: RunFolder, wanted: str) -> int:
    """Have the run trained for ``wanted`` epochs in all ("50"), or so many more ("+20"), once it is
    resumed; returns all epochs.

    From the place where it was last saved on, a schedule that depends on the number of epochs
    (cosine) goes by the new one. Raises RunError, SaveError.
    """
    with folder.locked():
        timeline = read_timeline(folder.log)
        known = [edit.value for edit in timeline.edits if edit.key == EPOCHS]
        before = int(known[-1]) if known else folder.preset.training.epochs
        epochs = _number(wanted, before)
        if epochs == before and known:
            return epochs  # it was asked for already
        if epochs <= before:
            raise RunError(f"--epochs {wanted}: the run has {before:,}; say more, or +10")
        place = _place(folder)
        last = max((edit.number or 0 for edit in timeline.edits), default=0)
        log = EventLog(folder.log)
        try:
            epoch, step = place
            log.write(Edited(epoch=epoch, step=step, key=EPOCHS, value=epochs, number=last + 1))
        finally:
            log.close()
        folder.forget_summary()  # there is something left to do
    return epochs


def _number(wanted: str, before: int) -> int:
    """Raises RunError."""
    try:
        number = int(wanted)
    except ValueError:
        number = 0
    epochs = before + number if wanted.startswith("+") else number
    if number < 1 or epochs > MOST_EPOCHS:
        problem = f"expected all epochs (50) or further ones (+20), at most {MOST_EPOCHS:,}"
        raise RunError(f"--epochs {wanted[:40]}: {problem}")
    return epochs


def _place(folder: RunFolder) -> tuple[int, int]:
    """The epoch and step that come next. Raises RunError where the run cannot be made longer."""
    if folder.preset.training.folds:
        raise RunError("--epochs: a cross-validation has its folds trained as its preset says")
    snapshot, _ = folder.checkpoints.newest()
    if snapshot is None:
        raise RunError(f"{folder.path}: nothing was saved yet; start it anew with more epochs")
    outcome = folder.outcome
    if outcome is not None and outcome.reason == "stopped_early":
        raise RunError(
            f"--epochs: the run was stopped early after {outcome.epochs} epochs, as its preset "
            "says, and would stop again; start anew with another training.early_stopping"
        )
    return _next(snapshot.state)


def _next(state: State) -> tuple[int, int]:
    has_ended = state.epochs == state.epoch
    return (state.epoch + 1, 0) if has_ended else (state.epoch, state.step)
