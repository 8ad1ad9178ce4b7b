"""Where a run stands."""

from dataclasses import dataclass, field

from tuidl.core.lazy import Array
from tuidl.protocol.events import Scores
from tuidl.training.loss_level import Level

MEMORY = 1.0
"""Seconds of work that the time of a step is a mean over."""


@dataclass
class TrainProgress:
    """``step`` steps of ``epoch`` are done, and ``epochs`` have ended.

    ``totals``: sums over the examples of the epoch so far, as the program's ``statistics`` lays
    them out. ``norms``: of the epoch's last gradient, once it is there. ``train`` and
    ``validation``: of the last epoch that has ended. ``loss``: of the first objective's last step;
    ``rate``: of the last step.
    ``reported``: the epoch and step that were last told of. Seconds are of work, not of waiting;
    ``step_seconds``: of a step, by the last second or so.
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
    rate: float | None = None
    reported: tuple[int, int] | None = None
    step_seconds: float | None = None
    evaluation_seconds: float | None = None
    level: Level = field(default_factory=Level)

    @property
    def is_unreported(self) -> bool:
        """Whether a step was done since the last one that was told of."""
        return self.rate is not None and self.reported != (self.epoch, self.step)

    def worked(self, seconds: float) -> None:
        self.seconds += seconds
        self.epoch_seconds += seconds

    def stepped(self, steps: int, seconds: float) -> None:
        """So many steps took so many seconds."""
        self.worked(seconds)
        if not steps:
            return
        latest = seconds / steps
        before = latest if self.step_seconds is None else self.step_seconds
        self.step_seconds = before + (latest - before) * min(seconds / MEMORY, 1.0)

    def evaluated(self, seconds: float) -> None:
        """The validation part took so many seconds."""
        self.worked(seconds)
        self.evaluation_seconds = seconds

    def did(self, steps: int, losses: Array, firsts: Array) -> None:
        """So many more steps are done. ``firsts``: the losses of the first objective among them,
        whose loss is the run's; before its first step, that of another one."""
        self.step += steps
        if len(firsts):
            self.loss = float(firsts[-1])
        elif steps and self.rate is None:
            self.loss = float(losses[steps - 1])
        self.level.did(firsts)

    def begin_next(self) -> None:
        """On to the next epoch, where the last one has ended."""
        if self.epochs == self.epoch:
            self.epoch, self.step, self.epoch_seconds, self.norms = self.epoch + 1, 0, 0.0, None
            self.totals.fill(0)
