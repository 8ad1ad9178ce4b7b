"""A snapshot of a run: all that it needs to go on as if it had never stopped.

The arrays by name, as they lie in a checkpoint: ``parameters/dense_1.kernel``,
``first_moment/dense_1.kernel`` for each vector that the optimizer keeps, ``best/dense_1.kernel``
for the parameters of the best epoch, and ``totals``, the sums over the examples of the epoch so
far. Random numbers need none: they follow from the seed, the epoch and the number of the step.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from tuidl.protocol.events import RunEnded, Scores, finite

FORMAT = 1
"""Raised when what is written changes its meaning."""

Known = dict[str, float | None]
"""Scores as JSON has them: it has no NaN, so that is null."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """How long a score has not got better; ``best`` is null before the first."""

    best: float | None
    waited: int


class BestEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch with the best score, and what was measured in it."""

    epoch: int
    train: Known
    validation: Known | None


class SavedRate(msgspec.Struct, frozen=True, kw_only=True):
    """Where an objective's learning rate stands."""

    base: float
    plateau_factor: float
    plateau: Watched | None = None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run that is not an array.

    ``step`` steps of ``epoch`` are done, ``updates`` of the whole run; ``epochs``, ``train`` and
    ``validation`` are of the last epoch that has ended. ``gradient_norms`` is there only between
    an epoch's last step and its end. In a cross-validation ``ended`` holds the folds before.
    ``edits``: the number of the last live edit that was made at this very place, 0 where none was.
    ``level`` and ``jumped``: of the loss, see ``training.loss_level``. ``preprocessing_sha256``: of
    what was learned from the data besides; None, and ``first_loss``, are of older versions.
    ``learning_rate`` and the plateau are the first objective's; ``further_rates`` are the others'.
    ``inserted``: steps of objectives out of turn: after how many steps, which one, how many.
    ``all_epochs``: of the whole run, where these are more than the preset says. ``preset``: the one
    in force (TOML) after so many ``changes`` of it while it trained; None without any.
    """

    epoch: int
    step: int
    updates: int
    epochs: int
    seconds: float
    epoch_seconds: float
    train: Known | None
    validation: Known | None
    gradient_norms: dict[str, float | None] | None
    learning_rate: float
    plateau_factor: float
    plateau: Watched | None
    stopping: Watched
    best: BestEpoch | None
    data_sha256: str
    weights_sha256: str
    preprocessing_sha256: str | None = None
    fold: int | None = None
    ended: list[RunEnded] = []
    edits: int = 0
    level: float | None = None
    jumped: int = 0
    first_loss: float | None = None
    further_rates: tuple[SavedRate, ...] = ()
    all_epochs: int | None = None
    inserted: tuple[tuple[int, int, int], ...] = ()
    preset: str | None = None
    changes: int = 0
    format: int = FORMAT


class Stored(Protocol):
    """An array that is still in its file."""

    shape: tuple[int, ...]
    dtype: Any

    def read_into(self, values: Any) -> None:
        """Fill an array of the same shape and dtype. Raises RunError."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """``arrays``: by the names above. Either the trainer's own memory, and what they hold changes
    with its next step, or ``Stored`` ones of a checkpoint."""

    state: State
    arrays: dict[str, Any]

    def copied(self) -> "Snapshot":
        """The same in memory of its own."""
        return Snapshot(self.state, {name: values.copy() for name, values in self.arrays.items()})

    def under(self, prefix: str) -> dict[str, Any]:
        """The arrays whose names start with ``prefix/``, without that."""
        start = f"{prefix}/"
        return {
            name.removeprefix(start): values
            for name, values in self.arrays.items()
            if name.startswith(start)
        }


def known(scores: Scores | None) -> Known | None:
    """Scores for writing."""
    return None if scores is None else finite(scores)


def scores(written: Known | None) -> Scores | None:
    """``known`` undone."""
    if written is None:
        return None
    return {name: math.nan if value is None else value for name, value in written.items()}
