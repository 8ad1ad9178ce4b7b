"""A kept run at any of its steps, without the run itself being touched."""

from collections.abc import Callable
from typing import Any

from tuidl.core.errors import RunError
from tuidl.core.lazy import Array
from tuidl.preset.schema import Preset
from tuidl.protocol.moments import Moment
from tuidl.protocol.snapshot import Snapshot, State
from tuidl.runs.reading import read_timeline
from tuidl.runs.resuming import possible_edits
from tuidl.storage.folder import RunFolder
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.replay import Replay
from tuidl.training.start import trainer_for
from tuidl.training.state import TrainState
from tuidl.training.trainer import Trainer


class _From(Checkpointer):
    """Keeps nothing; knows the first weights of the run."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._start = start

    @property
    def start(self) -> dict[str, Any]:
        return self._start


class RewoundRun:
    """Reads the run's folder, and writes nothing there."""

    def __init__(
        self, folder: RunFolder, threads: int | None = None, backend: str | None = None
    ) -> None:
        """Load the data and lay out the network. Raises TuidlError."""
        self.folder = folder
        require_one_network(folder)
        self.newest = newest_state(folder)
        state = first_state(folder, threads, backend)
        is_changed = self.newest.preset is not None  # each step's data is checked by its snapshot
        if not is_changed and state.data_sha256 != self.newest.data_sha256:
            raise RunError(f"{folder.path}: the data has changed since the run was saved")
        self._replay = replay_of(state, folder)

    @property
    def state(self) -> TrainState:
        """Where it was put last."""
        return self._replay.state

    def go_to(self, updates: int) -> Moment:
        """Be where the run was after so many steps.

        Raises RunError where it has not come so far, or its files are damaged.
        """
        if not 0 <= updates <= self.newest.updates:
            raise RunError(
                f"{self.folder.called}: step {updates:,}: expected 0 to {self.newest.updates:,}, "
                "the last step that was saved"
            )
        return self._replay.go_to(updates)

    def parameters_at(self, updates: int) -> dict[str, Array]:
        """A copy of the parameters after so many steps. Raises RunError."""
        self.go_to(updates)
        return self.state.model.parameters.copy()


def first_state(
    folder: RunFolder, threads: int | None = None, backend: str | None = None
) -> TrainState:
    """The training before its first step, in memory of its own. Raises TuidlError."""
    chosen = backend or folder.about.backend
    trainer = trainer_for(folder.preset, chosen, threads, None, _From(folder.start))
    assert isinstance(trainer, Trainer)
    trainer.model.require_prepared()
    return trainer.state


def trained_at(folder: RunFolder, step: int) -> tuple[Preset | None, dict[str, Any]]:
    """The parameters after so many steps, and their preset where it was changed before. Raises
    TuidlError."""
    rewound = RewoundRun(folder)
    rewound.go_to(step)
    state = rewound.state
    return state.preset if state.changes else None, state.model.parameters.copy()


def replay_of(
    state: TrainState, folder: RunFolder, another: Callable[[], Snapshot | None] = lambda: None
) -> Replay:
    """What puts the model of ``state`` at any step of the run in ``folder``. ``another`` snapshot
    serves as a keyframe does. Raises RunError."""
    edits = possible_edits(read_timeline(folder.log), folder)

    def find(updates: int) -> Snapshot | None:
        known = (folder.keyframes.before(updates), another())
        fitting = [one for one in known if one is not None and one.state.updates <= updates]
        return max(fitting, key=lambda one: one.state.updates, default=None)

    return Replay(state, edits, find)


def newest_state(folder: RunFolder) -> State:
    """Of the last checkpoint. Raises RunError where nothing was saved yet."""
    snapshot, _ = folder.checkpoints.newest()
    if snapshot is None:
        raise RunError(f"{folder.path}: nothing was saved yet")
    return snapshot.state


def require_one_network(folder: RunFolder) -> None:
    """Raises RunError for a cross-validation."""
    if folder.preset.training.folds:
        raise RunError(
            f"{folder.called}: a cross-validation cannot be rewound: it trains several networks, "
            "of which only the last one is kept"
        )
