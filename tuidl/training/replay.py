"""A training at any of its steps: from a snapshot before it, and the steps from there once more."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tuidl.core.errors import RunError
from tuidl.kernels.step_state import SEED
from tuidl.protocol.events import Edited
from tuidl.protocol.moments import Moment
from tuidl.protocol.snapshot import Snapshot
from tuidl.training.binding import Binding
from tuidl.training.checkpointer import Checkpointer
from tuidl.training.divergence import DivergedError
from tuidl.training.early_stopping import EarlyStopper
from tuidl.training.edits import Edits
from tuidl.training.epoch_loop import EpochLoop
from tuidl.training.interruption import Interrupter
from tuidl.training.learning_rate import LearningRate
from tuidl.training.progress import TrainProgress
from tuidl.training.rotation import Rotation
from tuidl.training.state import TrainState, optimizers_of

Find = Callable[[int], Snapshot | None]
"""The last snapshot at or before a step, None where there is none."""


class _Until(Interrupter):
    """Has a training rest after so many steps, or earlier once that is no longer wanted."""

    def __init__(self, state: TrainState, updates: int, is_wanted: Callable[[], bool]) -> None:
        super().__init__()
        self._state, self._updates, self._is_wanted = state, updates, is_wanted

    def allowed(self, left: int) -> int:
        left = min(left, self._updates - self._state.updates)
        if left > 0 and self._is_wanted():
            return left
        self.reason = "there"
        return 1


class Replay(EpochLoop):
    """Puts the model of a training that rests at any step of its past.

    ``state`` is a second one beside ``original``: its own progress, rates and scores, and the same
    model and examples. What the model holds is of the step that was reached last; ``original`` may
    go on once ``snapshots.restore_memory`` has put its memory back.
    """

    def __init__(self, original: TrainState, edits: Sequence[Edited], find: Find) -> None:
        """``original``: as it was before its first step, or one whose network and data were never
        changed; ``edits``: all live edits of the run, in order. Raises RunError for a fold of a
        cross-validation."""
        if original.fold:
            raise RunError(
                "a cross-validation cannot be rewound: it trains several networks, of which only "
                "the last one is kept"
            )
        state, interrupter = _fresh(original), Interrupter()
        binding = Binding(state.model, interrupter, is_free=True)
        super().__init__(state, interrupter, Checkpointer(), binding)
        self._original, self._all, self._find = original, tuple(edits), find
        self._is_there = False
        """Whether the model holds what ``state`` says."""

    def leave(self) -> None:
        """What the model holds is no longer of ``state``."""
        self._is_there = False

    def go_to(self, updates: int, is_wanted: Callable[[], bool] = lambda: True) -> Moment:
        """Be where the run was after so many steps, or as near before it as the run came; earlier
        where that is not wanted any more. Raises RunError where a snapshot is of something else."""
        started = time.perf_counter()
        origin = self._start_for(updates)
        self.interrupter = _Until(self.state, updates, is_wanted)
        self.state.engine.stop.fill(0)
        try:
            for _ in self._epochs():
                pass
        except DivergedError:
            pass  # this is where it ended
        return moment_of(self.state, origin, time.perf_counter() - started)

    def _start_for(self, updates: int) -> int:
        """Stand at the nearest known step before ``updates``; returns it."""
        here = self.state.updates if self._is_there and self.state.updates <= updates else None
        snapshot = self._find(updates)
        if here is not None and (snapshot is None or snapshot.state.updates <= here):
            return here
        self.state = _fresh(self._original)
        self._is_there = True
        with self.model.lock.hold():
            if snapshot is None:
                self.model.reset(self.state.preset.training.seed)
            self.state.engine.step_state[SEED] = self.state.preset.training.seed
            if snapshot is not None:
                self.resume(snapshot)
            self.model.require_prepared()  # it may have had other layers then
        self.edits.repeat(self._all)
        return self.state.updates


def moment_of(
    state: TrainState, origin: int, seconds: float, *, is_present: bool = False
) -> Moment:
    """The moment at which a training stands; ``origin``, ``seconds``: as in ``Moment``."""
    epoch, step = state.place
    return Moment(
        epoch=epoch,
        step=step,
        steps=state.steps,
        updates=state.updates,
        origin=origin,
        seconds=seconds,
        learning_rate=state.learning_rate(epoch, max(step - 1, 0)),
        is_present=is_present,
    )


def _fresh(original: TrainState) -> TrainState:
    """The same training before its first step."""
    preset = original.preset
    state = replace(
        original,
        progress=TrainProgress(np.zeros_like(original.progress.totals)),
        learning_rates=tuple(
            LearningRate(optimizer, preset.training.epochs, original.steps)
            for optimizer in optimizers_of(preset)
        ),
        stopper=EarlyStopper(preset.training.stopping),
        epochs=preset.training.epochs,
        edits=Edits(),
        rotation=Rotation(original.rotation.turns),
        resumed=None,
        _ordered=None,
    )
    for name in ("data_sha256", "preprocessing_sha256"):
        state.__dict__[name] = getattr(original, name)  # of the same examples
    return state
