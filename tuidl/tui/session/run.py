"""The state of a run on the screen, updated by events. Pure; knows no widgets."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from tuidl.protocol import events
from tuidl.protocol.commands import EPOCHS, PRESET
from tuidl.protocol.edits import START, joined, place_of, still_count
from tuidl.protocol.events import Event, Scores, Table
from tuidl.protocol.history import History

MOST_BESTS = 1000
"""Epochs that are remembered as the best at their time: a run that goes back needs those before."""


class Phase(Enum):
    """What a run is doing."""

    LOADING = "loading"
    COMPILING = "compiling"
    PAUSED = "paused"
    RUNNING = "training"
    ENDED = "ended"
    FAILED = "failed"
    LOST = "engine lost"


@dataclass
class Run:
    """Everything that the training screen shows of one run."""

    phase: Phase = Phase.LOADING
    history: History = field(default_factory=History)
    started: events.RunStarted | None = None
    ended: events.RunEnded | None = None
    error: str = ""
    resume: str = ""
    epoch: int = 1
    step: int = 0
    steps: int = 0
    fold: int | None = None
    loss: float | None = None
    learning_rate: float | None = None
    examples_per_second: float | None = None
    compiling: events.Compiling | None = None
    train: Scores = field(default_factory=dict)
    validation: Scores = field(default_factory=dict)
    confusion: Table | None = None
    gradient_norms: dict[str, float] = field(default_factory=dict)
    edits: list[events.Edited] = field(default_factory=list)
    saved: events.Place | None = None
    """From where it could go on."""
    was_running: bool = False
    """When the engine was lost."""
    asked: bool | None = None
    """Whether keys asked it to train (True) or to pause, until the engine does so."""
    epochs_done: int = 0
    clock: Callable[[], float] = time.monotonic
    _bests: list[tuple[int, float]] = field(default_factory=list)
    _paused_at: float | None = None
    _paused_seconds: float = 0.0
    _paused_in_epoch: float = 0.0
    _epoch_seconds: list[float] = field(default_factory=list)

    def handle(self, event: Event) -> None:
        """Take in one event."""
        self.history.handle(event)
        self._measure_pauses(event)
        match event:
            case events.RunStarted():
                self.started = event
                self.phase = Phase.COMPILING
                self.steps = -(-event.examples["train"] // event.batch_size)
                self._go_back(event.resumed or START)
            case events.Compiling():
                self.compiling = event
            case events.Compiled():
                self.compiling = None
            case events.Paused():
                self.phase = Phase.PAUSED
                self._now(is_running=False)
                self.epoch, self.step, self.steps = event.epoch, event.step, event.steps
                self.loss = event.loss if event.loss is not None else self.loss
            case events.Resumed():
                self.phase = Phase.RUNNING
                self._now(is_running=True)
            case events.Progress():
                self._progress(event)
            case events.EpochEnded():
                self._epoch_ended(event)
            case events.Saved():
                self.saved = events.Place(epoch=event.epoch, step=event.step, fold=event.fold)
            case events.Edited():
                self.edits = joined(self.edits, event)
                if event.key not in (EPOCHS, PRESET):
                    self.learning_rate = event.value
            case events.RunEnded():
                self.phase, self.ended = Phase.ENDED, event
            case events.RunFailed(error=error, resume=resume):
                self.phase, self.error, self.resume = Phase.FAILED, error, resume
            case events.Refused(error=error, key=key):
                self._refused(error, key)

    @property
    def goes(self) -> bool:
        """Whether it trains, or will as soon as the engine has heard the last key."""
        return self.phase is Phase.RUNNING if self.asked is None else self.asked

    def _now(self, *, is_running: bool) -> None:
        """The engine says so; what was asked for is done, or still to come."""
        if self.asked is is_running:
            self.asked = None

    def _go_back(self, place: events.Place) -> None:
        """Forget what came after the place from which the run goes on; it will come again."""
        self.epoch, self.step = place.epoch, place.step
        self.saved = place if place.epoch > 1 or place.step or place.fold else None
        self.history.go_back(place, self.steps)
        here = place_of(place)
        self.edits = [e for e in still_count(self.edits, place) if place_of(e) <= here]
        self.epochs_done = min(self.epochs_done, place.epoch - 1)
        self._bests = [best for best in self._bests if best[0] < place.epoch]

    def _measure_pauses(self, event: Event) -> None:
        """Measure pauses, during which the engine's clock goes on."""
        if isinstance(event, events.Paused):
            self._paused_at = self.clock() if self._paused_at is None else self._paused_at
        elif isinstance(event, events.Resumed | events.RunEnded) and self._paused_at is not None:
            paused = self.clock() - self._paused_at
            self._paused_seconds += paused
            self._paused_in_epoch += paused
            self._paused_at = None

    def _progress(self, event: events.Progress) -> None:
        if self.phase is not Phase.PAUSED:
            self.phase = Phase.RUNNING
            self._now(is_running=True)
        self.epoch, self.step, self.steps = event.epoch, event.step, event.steps
        self.loss, self.learning_rate = event.loss, event.learning_rate
        self.examples_per_second, self.fold = event.examples_per_second, event.fold

    def _epoch_ended(self, event: events.EpochEnded) -> None:
        self.epochs_done, self.fold = event.epoch, event.fold
        self.epoch, self.step = event.epoch, self.steps
        self.train, self.validation = event.train, event.validation or {}
        self.learning_rate, self.gradient_norms = event.learning_rate, event.gradient_norms
        self.confusion = event.confusion or self.confusion
        seconds = max(event.seconds - self._paused_in_epoch, 0.0)
        self._epoch_seconds = [*self._epoch_seconds[-9:], seconds]
        self._paused_in_epoch = 0.0
        loss = self.validation.get("loss")
        if loss is not None and math.isfinite(loss) and (not self.best or loss < self.best[1]):
            self._bests = [*self._bests[-MOST_BESTS:], (event.epoch, loss)]

    @property
    def best(self) -> tuple[int, float] | None:
        """The epoch of the lowest held-out loss so far, and that loss."""
        return self._bests[-1] if self._bests else None

    def lost(self, reason: str) -> None:
        """The engine is gone. A run that had ended before is as it was."""
        if self.phase in (Phase.RUNNING, Phase.PAUSED):
            self.was_running = self.phase is Phase.RUNNING
        if not self.is_over:
            self.phase, self.error = Phase.LOST, reason

    def going_on(self) -> "Run":
        """The same run, about to go on in another engine from where it was last saved."""
        self.phase, self.error = Phase.LOADING, ""
        self.started = self.compiling = self.ended = None
        self._measure_pauses(events.Resumed())
        return self

    def _refused(self, error: str, key: str) -> None:
        if self.started is None:
            self.phase, self.error = Phase.FAILED, error

    @property
    def is_over(self) -> bool:
        return self.phase in (Phase.ENDED, Phase.FAILED, Phase.LOST)

    @property
    def epochs(self) -> int:
        return self.started.epochs if self.started else 0

    @property
    def share_done(self) -> float:
        """Of all steps, 0 to 1."""
        if not self.epochs or not self.steps:
            return 0.0
        if self.phase is Phase.ENDED:
            return 1.0
        return min((self.epoch - 1 + self.step / self.steps) / self.epochs, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """By the last epochs' time; None before there is one."""
        if not self._epoch_seconds or self.is_over:
            return None
        mean = sum(self._epoch_seconds) / len(self._epoch_seconds)
        return (1.0 - self.share_done) * self.epochs * mean

    @property
    def seconds_trained(self) -> float:
        """Of the whole run, without the pauses; 0 before its end."""
        return max(self.ended.seconds - self._paused_seconds, 0.0) if self.ended else 0.0
