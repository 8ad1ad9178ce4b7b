"""Where a run stands."""

from dataclasses import dataclass, field

from tuidl.backends.base import Array
from tuidl.protocol.events import Scores
from tuidl.training.loss_level import Level


@dataclass
class TrainProgress:
    """``step`` steps of ``epoch`` are done, and ``epochs`` have ended.

    ``totals``: sums over the examples of the epoch so far, as the program's ``statistics`` lays
    them out. ``norms``: of the epoch's last gradient, once it is there. ``train`` and
    ``validation``: of the last epoch that has ended. ``loss``: of the last step. Seconds are of
    work, not of waiting.
    """

    totals: Array
    epoch: int = 1
    step: int = 0
    epochs: int = 0
    seconds: float = 0.0
    epoch_seconds: float = 0.0
    loss: float = 0.0
    norms: dict[str, float] | None = None
    train: Scores | None = None
    validation: Scores | None = None
    level: Level = field(default_factory=Level)

    def worked(self, seconds: float) -> None:
        self.seconds += seconds
        self.epoch_seconds += seconds

    def did(self, steps: int, losses: Array, *, is_first: bool = True) -> None:
        """So many more steps are done. ``is_first``: of the first objective, whose loss counts."""
        self.step += steps
        if steps and is_first:
            self.loss = float(losses[steps - 1])
            self.level.did(losses[:steps])

    def begin_next(self) -> None:
        """On to the next epoch, where the last one has ended."""
        if self.epochs == self.epoch:
            self.epoch, self.step, self.epoch_seconds, self.norms = self.epoch + 1, 0, 0.0, None
            self.totals.fill(0)
