"""The state of a run on the screen, updated by events. Pure; knows no widgets."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from tuidl.protocol import events
from tuidl.protocol.commands import LEARNING_RATE
from tuidl.protocol.edits import START, joined, place_of, still_count
from tuidl.protocol.events import Event, Scores, Table
from tuidl.protocol.history import History
from tuidl.protocol.moments import Moment
from tuidl.protocol.probes import Layers
from tuidl.tui.session.past_moment import stood_then
from tuidl.tui.session.stopwatch import Stopwatch
from tuidl.tui.session.time_ahead import TimeAhead
from tuidl.verdicts import Evidence, Finding, found

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
class Run(TimeAhead):
    """Everything that the training screen shows of one run."""

    phase: Phase = Phase.LOADING
    history: History = field(default_factory=History)
    started: events.RunStarted | None = None
    ended: events.RunEnded | None = None
    failed: events.RunFailed | None = None
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
    alerts: list[events.Alert] = field(default_factory=list)
    saved: events.Place | None = None
    """From where it could go on."""
    was_running: bool = False
    """When the engine was lost."""
    asked: bool | None = None
    """Whether keys asked it to train (True) or to pause, until the engine does so."""
    epochs_done: int = 0
    seconds: float = 0.0
    """Of training so far, without pauses, by the engine's clock."""
    watch: Stopwatch = field(default_factory=Stopwatch)
    """Of the time on the clock while it trained, with what it was slowed down by."""
    step_seconds: float | None = None
    evaluation_seconds: float | None = None
    pace: float | None = None
    """Steps a second that the engine slows it down to."""
    weights_of: int | None = None
    """The epoch that the parameters were set back to at the end."""
    updates: int = 0
    """Steps done, as far as a frame has said so."""
    past: events.Frame | None = None
    """The moment of the past that is looked at."""
    layers: events.ProbeAnswer | None = None
    """The last answer of the probe of this name."""
    clock: Callable[[], float] = time.monotonic
    _heard: float = 0.0
    """When the kernel that is being compiled was begun."""
    _bests: list[tuple[int, float]] = field(default_factory=list)

    def handle(self, event: Event) -> None:
        """Take in one event."""
        self._take(event)
        self.watch.run(self.phase is Phase.RUNNING, self.clock())

    def _take(self, event: Event) -> None:
        self.history.handle(event)
        match event:
            case events.RunStarted():
                self.started = event
                self.phase = Phase.COMPILING
                self.steps = -(-event.examples["train"] // event.batch_size)
                self._go_back(event.resumed or START)
            case events.Compiling():
                self.compiling, self._heard = event, self.clock()
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
            case events.Frame():
                self._stand(event)
            case events.EpochEnded():
                self._epoch_ended(event)
            case events.Saved():
                self.saved = events.Place(epoch=event.epoch, step=event.step, fold=event.fold)
            case events.Edited():
                self.edits = joined(self.edits, event)
                if event.key.endswith(LEARNING_RATE):
                    self.learning_rate = event.value
            case events.Alert():
                self.alerts.append(event)
            case events.ProbeAnswer(answer=Layers()):
                self.layers = event
            case events.RunEnded():
                self.phase, self.ended, self.seconds = Phase.ENDED, event, event.seconds
                self.weights_of = event.best_epoch
            case events.RunFailed(error=error, resume=resume):
                self.phase, self.error, self.resume = Phase.FAILED, error, resume
                self.failed = event
            case Moment(is_present=True):
                self.past = None
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
        self.alerts = [one for one in self.alerts if place_of(one) <= here]
        self.epochs_done = min(self.epochs_done, place.epoch - 1)
        self._bests = [best for best in self._bests if best[0] < place.epoch]

    def _stand(self, frame: events.Frame) -> None:
        """Know where the run stands at this moment, or which moment of the past is looked at."""
        self.past = frame if frame.is_past else None
        if frame.is_past:
            return
        self.updates = frame.updates or self.updates
        self.epoch, self.step, self.steps = frame.epoch, frame.step, frame.steps
        self.fold = frame.fold
        self.loss = frame.loss if frame.loss is not None else self.loss
        self.learning_rate = frame.learning_rate or self.learning_rate
        self.examples_per_second = frame.examples_per_second or self.examples_per_second
        self.step_seconds, self.pace = frame.step_seconds, frame.pace
        self.evaluation_seconds = frame.evaluation_seconds
        if self.ended is None:
            self.seconds = frame.seconds

    def frozen(self) -> "Run":
        """The same, no longer changing, at the moment that is looked at: what all panels are drawn
        from."""
        copy = replace(self, history=self.history.copied(), alerts=list(self.alerts))
        if self.past is None:
            return copy
        then = stood_then(copy.history, copy._bests, self.past)
        return replace(copy, phase=Phase.PAUSED, **then)

    @property
    def place_shown(self) -> float | None:
        """The moment of the past that is looked at, in epochs; None for the present."""
        if self.past is None:
            return None
        return self.past.epoch - 1 + self.past.step / max(self.past.steps, 1)

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
        takes_turns = self.started is not None and self.started.objectives > 1
        loss = None if takes_turns else self.validation.get("loss")
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
        self.started = self.compiling = self.ended = self.failed = None
        return self

    def _refused(self, error: str, key: str) -> None:
        if self.started is None and self.phase is not Phase.FAILED:  # the first says why
            self.phase, self.error = Phase.FAILED, error

    @property
    def evidence(self) -> Evidence:
        """What verdicts on it rest on."""
        return Evidence.of_run(
            self.history, self.started, self.ended or self.failed,
            fold=self.fold, steps=self.steps, layers=self.layers,
        )  # fmt: skip

    @property
    def findings(self) -> list[Finding]:
        """What the rules say of it, the gravest first."""
        return found(self.evidence)

    @property
    def is_over(self) -> bool:
        return self.phase in (Phase.ENDED, Phase.FAILED, Phase.LOST)

    @property
    def share_done(self) -> float:
        """Of all steps, 0 to 1."""
        if not self.epochs or not self.steps:
            return 0.0
        if self.phase is Phase.ENDED:
            return 1.0
        return min((self.epoch - 1 + self.step / self.steps) / self.epochs, 1.0)

    def compiled_share(self, now: float) -> float:
        """Of the work of compiling: what is done, and of the kernel at hand as much as is to be
        expected by ``now``; one that takes longer than that comes ever closer to its end."""
        step = self.compiling
        if step is None:
            return 1.0
        if not step.seconds_left or not step.next_share:
            return max(step.share, step.done / max(step.total, 1) if not step.share else 0.0)
        return step.share + step.next_share * (1 - math.exp(-self._compile_times_expected(now)))

    def _compile_times_expected(self, now: float) -> float:
        """How many times as long as expected the kernel at hand takes already."""
        step = self.compiling
        if step is None or not step.seconds_left or not step.next_share:
            return 0.0
        expected = step.next_share / (1.0 - step.share) * step.seconds_left
        return (now - self._heard) / expected

    def compile_seconds_left(self, now: float) -> float | None:
        """Until all kernels are compiled; None where that is unknown. If the kernel at hand takes
        longer than expected, so will the others: the machine has become slower."""
        step = self.compiling
        if step is None or step.seconds_left is None or step.share >= 1.0:
            return None
        left = step.seconds_left * (1 - self.compiled_share(now)) / (1 - step.share)
        return left * max(self._compile_times_expected(now), 1.0)
