"""Saving a run: what the trainer hands its snapshots to."""

from pathlib import Path
from typing import Any

from tuidl.data.preprocessing import Preprocessing
from tuidl.protocol.snapshot import Snapshot


class Checkpointer:
    """Saves nothing; the one in ``tuidl.runs`` writes checkpoints."""

    keeps: bool = False
    run: str = ""
    """The run's name, where it has one already."""

    @property
    def start(self) -> dict[str, Any] | None:
        """The first weights of the run, where they came from another one."""
        return None

    @property
    def place(self) -> Path | None:
        """The folder that the run is kept in, where there is one already."""
        return None

    def prepare(self, start: dict[str, Any], preprocessing: Preprocessing) -> None:
        """A training (of each fold) is about to begin: ``start``, its first weights where they came
        from another run, and what preprocessing learned from its training examples."""

    def allowed(self, updates: int, left: int) -> int:
        """How many of the ``left`` steps of the epoch may be done before the next look, after
        ``updates`` of the whole run."""
        return left

    def is_due(self, updates: int) -> bool:
        """Whether it is time for another snapshot."""
        return False

    def save(self, snapshot: Snapshot) -> None:
        """Keep it. Raises SaveError; what was kept before stays."""

    def keyframe_is_due(self, updates: int, seconds: float, epochs: int) -> bool:
        """Whether to keep a snapshot to go back to, after so many steps, seconds of work and epochs
        of the whole run."""
        return False

    def keep(self, snapshot: Snapshot) -> None:
        """Keep it among the places that one can go back to. Raises SaveError."""

    def diverged(self, has_held: bool) -> None:
        """Values are no longer finite: take away what was saved since the loss jumped, and the last
        one before that, too, unless the loss after it was what it had been (``has_held``)."""
