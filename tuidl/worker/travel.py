"""The run's past, as probes see it: any of its steps, two compared, another run from one."""

from collections.abc import Callable
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.lazy import Array
from tuidl.protocol.moments import Forked, Moment, MomentsCompared
from tuidl.protocol.snapshot import Snapshot
from tuidl.runs.forking import fork
from tuidl.runs.rewinding import first_state, replay_of
from tuidl.storage.folder import RunFolder
from tuidl.training import snapshots
from tuidl.training.moments import Look, compared, look
from tuidl.training.replay import Replay, moment_of
from tuidl.training.state import TrainState

MOST_LOOKS = 4
"""Moments whose weights are kept to be compared."""


class TimeTravel:
    """Lends the model of a training that waits to its past, and gives it back.

    While the model is lent, ``state`` is that of the past; the training's own is untouched but for
    the model's memory, which ``back`` puts back.
    """

    def __init__(self, original: TrainState, folder: Path | None) -> None:
        """``folder``: where the run is kept. Raises RunError where it is not, so has no past."""
        if folder is None:
            raise RunError("nothing of this run is kept: it has no past that could be seen")
        self.folder = RunFolder(folder)
        self._original = original
        self._replay: Replay | None = None
        self._present: Snapshot | None = None
        self._looks: dict[int, Look] = {}
        self._visitor: Replay | None = None
        self._first: TrainState | None = None
        self._visited: Snapshot | None = None

    @property
    def state(self) -> TrainState:
        """What probes look into."""
        return self._replay.state if self._replay is not None else self._original

    @property
    def is_away(self) -> bool:
        return self._replay is not None

    def go_to(self, updates: int, is_wanted: Callable[[], bool] = lambda: True) -> Moment:
        """See the run after so many steps; after all of them, its present. Earlier, once that is
        ``is_wanted`` no more. Raises RunError."""
        if updates >= self.newest:
            return self.back()
        if self._replay is None:
            self._replay = replay_of(self._lent(), self.folder)
            with self._original.model.lock.hold():
                self._present = snapshots.take(self._original).copied()
        return self._replay.go_to(max(updates, 0), is_wanted)

    def _lent(self) -> TrainState:
        """What goes back in time: the training itself or, where its network or data were changed on
        the way, another one as it was at the start."""
        if not self._original.changes:
            return self._original
        self._first = self._first or first_state(self.folder, self._original.engine.threads)
        return self._first

    def back(self) -> Moment:
        """See the present, and let the training go on."""
        if self._replay is not None:
            assert self._present is not None
            snapshots.restore_memory(self._original, self._present)
            self._replay = self._present = None
        return moment_of(self._original, self._original.updates, 0.0, is_present=True)

    @property
    def newest(self) -> int:
        """Steps that the run has done."""
        return self._present.state.updates if self._present else self._original.updates

    @property
    def seconds(self) -> float:
        """That the run has trained."""
        return self._original.progress.seconds

    @property
    def size(self) -> int:
        """Bytes of its weights."""
        return sum(values.nbytes for values in self._original.model.parameters.values())

    def begin_path(self) -> None:
        """Weights along the way are about to be asked for: by the edits made until now."""
        self._visitor = self._visited = None

    def parameters_at(self, updates: int) -> dict[str, Array]:
        """A copy of the parameters after so many steps; what is seen stays as it is. Raises
        RunError."""
        if updates >= self.newest:
            if self._present is not None:
                own = self._present.under(snapshots.PARAMETERS)
                return {name: own[name] for name in self._original.model.parameters}
            return self._original.model.parameters.copy()
        seen = self.state
        if self._visitor is None:
            self._visitor = replay_of(self._lent(), self.folder, self._last_visited)
        with self._original.model.lock.hold():
            kept = snapshots.take(seen).copied()
            try:
                self._visitor.leave()
                self._visitor.go_to(updates)
                self._visited = snapshots.take(self._visitor.state).copied()
                return self._visitor.state.model.parameters.copy()
            finally:
                snapshots.restore_memory(seen, kept)

    def _last_visited(self) -> Snapshot | None:
        return self._visited

    def compare(self, first: int, second: int) -> MomentsCompared:
        """Both moments; afterwards what was seen before is seen again. Raises RunError."""
        seen = self.state.updates
        one, other = self._look_at(first), self._look_at(second)
        self.go_to(seen)
        return MomentsCompared(compared=compared(one, other))

    def _look_at(self, updates: int) -> Look:
        moment = self.go_to(updates)
        if moment.updates not in self._looks:
            for old in [*self._looks][: -MOST_LOOKS + 1]:
                del self._looks[old]
            self._looks[moment.updates] = look(self.state, moment)
        return self._looks[moment.updates]

    def fork(self, updates: int) -> Forked:
        """Another run from there, which waits in its folder. Raises RunError, SaveError."""
        moment = self.go_to(updates)
        new = fork(self.folder, self.state)
        assert new.about.origin is not None
        return Forked(
            folder=str(new.path), run=new.path.name, origin=str(new.about.origin), moment=moment
        )
