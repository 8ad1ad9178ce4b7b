"""The trainer: a generator of events. Headless is a loop over it, a test is a list of it."""

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from tuidl import events
from tuidl.backends.base import Array, Batches, Feed, Stretch
from tuidl.data.dataset import Split
from tuidl.errors import DataError
from tuidl.events import Event, Scores, Table
from tuidl.model import Model
from tuidl.preset import Preset
from tuidl.training.crew import Crew
from tuidl.training.diagnosis import first_non_finite
from tuidl.training.interruption import Interrupter
from tuidl.training.norms import gradient_norms
from tuidl.training.rates import Rates
from tuidl.training.scores import confusion_of, scores_of
from tuidl.training.shuffling import permutation
from tuidl.training.stopping import EarlyStopper

STRETCH_SECONDS = 0.04
"""How long the compiled loop runs between two looks at the interrupter."""

SECONDS_BETWEEN_PROGRESS = 0.05


@dataclass(frozen=True)
class _EpochResult:
    """``failed_step`` is 0 unless the loss of that step, counted from 1, was not finite."""

    totals: Array
    finished: bool
    failed_step: int = 0
    loss: float = 0.0


class Trainer:
    """Trains a preset's network on its data; ``run`` may be called once."""

    def __init__(
        self,
        preset: Preset,
        model: Model | None = None,
        *,
        backend: str = "cpu",
        threads: int | None = None,
        interrupter: Interrupter | None = None,
        split: Split | None = None,
    ) -> None:
        """Load the data and lay out the model; nothing is compiled yet.

        A ``model`` given is trained on from the parameters it has; a ``split`` given stands in for
        the preset's own. Raises TuidlError.
        """
        self.preset = preset
        self.interrupter = interrupter or Interrupter()
        split = split or preset.data.split()
        batch = preset.training.batch_for(len(split.train))
        if model is not None:
            _check_model(model, preset, batch)
        self.model = model or Model(preset, batch=batch, backend=backend, threads=threads)
        self.program, self.engine = self.model.program, self.model.engine
        self.train_feed = self.model.feed(split.train.x, split.train.y)
        self.held_out = {
            name: self.model.feed(part.x, part.y)
            for name, part in (("validation", split.validation), ("test", split.test))
        }
        self.batches = Batches.of(self.program.train, batch, len(self.train_feed))
        self.steps = self.batches.steps(len(self.train_feed))
        self.interrupter.on_stop = lambda: self.engine.stop.fill(1)
        is_free = threads is None and model is None and self.program.shards > 1
        self._crew = Crew(self.engine.threads if is_free else 1)
        self.rates = Rates(preset.optimizer, preset.training.epochs, self.steps)
        self.stopper = EarlyStopper(preset.training.stopping)
        self.place = (1, 0)
        """The epoch and how many of its steps are done."""
        self._stretch_steps = 1
        self._last_progress = 0.0
        self.interrupter.attach(self)

    def run(self) -> Iterator[Event]:
        """Train to the end, a stop or a failure; the last event says which."""
        yield self._started()
        yield from self._compile()
        self.interrupter.listening = True
        started = time.perf_counter()
        train: Scores | None = None
        validation: Scores | None = None
        done, reason = 0, "completed"
        for epoch in range(1, self.preset.training.epochs + 1):
            epoch_started = time.perf_counter()
            result = yield from self._train_epoch(epoch)
            if result.failed_step:
                yield self._failed(epoch, result)
                return
            if not result.finished:
                break
            done = epoch
            train = scores_of(self.program, result.totals, self.train_feed)
            norms = gradient_norms(self.model)
            validation, confusion = self._evaluate("validation")
            yield events.EpochEnded(
                epoch=epoch,
                seconds=time.perf_counter() - epoch_started,
                train=train,
                validation=validation,
                learning_rate=float(self.rates.of(epoch, self.steps - 1, 1)[0]),
                gradient_norms=norms,
                confusion=confusion,
            )
            self.rates.epoch_ended(validation)
            if self.stopper.epoch_ended(self.model, epoch, train, validation):
                reason = "stopped_early" if epoch < self.preset.training.epochs else reason
                break
            if self.interrupter.reason:
                break
        seconds = time.perf_counter() - started
        yield self._ended(done, self.interrupter.reason or reason, seconds, train, validation)

    def _ended(
        self,
        epochs: int,
        reason: str,
        seconds: float,
        train: Scores | None,
        validation: Scores | None,
    ) -> Event:
        """The last event, unless the very last update left something not finite."""
        self.engine.stop.fill(0)
        best = self.stopper.restore(self.model)
        if best:
            train, validation = best.train, best.validation
        test, confusion = self._evaluate("test")
        if test is None:
            _, confusion = self._evaluate("validation")
        if problem := self._not_finite(validation, test):
            where: dict[str, int | str] = {"epoch": epochs, "step": self.steps, "layer": problem}
            error = f"after epoch {epochs}, step {self.steps}: {problem} is not finite"
            return events.RunFailed(error=error, where=where)
        return events.RunEnded(
            reason=reason,
            epochs=epochs,
            seconds=seconds,
            train=train,
            validation=validation,
            test=test,
            weights_sha256=self.model.weights_sha256,
            best_epoch=best.epoch if best else None,
            confusion=confusion,
        )

    def _started(self) -> Event:
        name = self.preset.name.lower().replace(" ", "_")
        return events.RunStarted(
            run=f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}",
            preset=self.preset.name,
            seed=self.preset.training.seed,
            backend=self.model.backend,
            threads=self.engine.threads,
            shards=self.program.shards,
            parameters=self.program.graph.parameter_count,
            epochs=self.preset.training.epochs,
            batch_size=self.batches.batch,
            examples={
                "train": len(self.train_feed),
                **{name: len(feed) for name, feed in self.held_out.items()},
            },
        )

    def _compile(self) -> Iterator[Event]:
        started = time.perf_counter()
        for step in self.model.prepare():
            yield events.Compiling(done=step.done, total=step.total, kernel=step.kernel)
        seconds = time.perf_counter() - started
        yield events.Compiled(seconds=seconds, cached=self.engine.from_cache)

    def _train_epoch(self, epoch: int) -> Generator[Event, None, _EpochResult]:
        feed = self.ordered(epoch)
        totals = np.zeros(sum(size for _, size in self.program.statistics.values()))
        step = 0
        while step < self.steps:
            self.place = (epoch, step)
            allowed = self.interrupter.allowed(self.steps - step)
            self.engine.stop.fill(0)
            if self.interrupter.reason:
                return _EpochResult(totals, finished=False)
            count = min(self._stretch_steps, allowed)
            rates = self.rates.of(epoch, step, count)
            stretch = Stretch(step, rates, totals, np.zeros(count))
            done, seconds = self._timed(feed, stretch)
            step += done
            if done < count and not math.isfinite(stretch.losses[done]):
                loss = float(stretch.losses[done])
                return _EpochResult(totals, finished=False, failed_step=step + 1, loss=loss)
            if not done:
                continue
            self.interrupter.did(done, float(stretch.losses[done - 1]))
            self._adapt(done, seconds)
            if self._progress_is_due():
                speed = done * self.batches.batch / max(seconds, 1e-9)
                yield events.Progress(
                    epoch=epoch,
                    step=step,
                    steps=self.steps,
                    loss=float(stretch.losses[done - 1]),
                    examples_per_second=speed,
                    learning_rate=float(rates[done - 1]),
                )
        return _EpochResult(totals, finished=True)

    def _timed(self, feed: Feed, stretch: Stretch) -> tuple[int, float]:
        """Run a stretch on as many threads as seem best; the steps done and the seconds taken."""
        started = time.perf_counter()
        if len(self._crew.choices) == 1:
            return self.engine.run(self.batches, feed, stretch), time.perf_counter() - started
        self.engine.threads = self._crew.threads(started)
        done = self.engine.run(self.batches, feed, stretch)
        seconds = time.perf_counter() - started
        if done:
            self._crew.told(self.engine.threads, seconds / done)
        self.engine.threads = self._crew.chosen
        return done, seconds

    def ordered(self, epoch: int) -> Feed:
        """The training examples in an epoch's order."""
        feed, training = self.train_feed, self.preset.training
        if not training.shuffle or self.batches.batch >= len(feed):
            return feed
        return Feed(feed.x, feed.y, permutation(len(feed), training.seed, epoch))

    def _adapt(self, done: int, seconds: float) -> None:
        """As many steps a stretch as fit its time; that changes nothing in the results."""
        fitting = int(done * STRETCH_SECONDS / max(seconds, 1e-9))
        self._stretch_steps = max(1, min(fitting, 4 * self._stretch_steps))

    def _progress_is_due(self) -> bool:
        now = time.perf_counter()
        if now - self._last_progress < SECONDS_BETWEEN_PROGRESS:
            return False
        self._last_progress = now
        return True

    def _not_finite(self, *scores: Scores | None) -> str:
        """What the last update left not finite, a parameter or the loss; nothing, as a rule."""
        for name, values in self.model.parameters.items():
            if not np.isfinite(values).all():
                return name
        known = [part["loss"] for part in scores if part]
        return "" if all(math.isfinite(loss) for loss in known) else "the held-out loss"

    def _evaluate(self, part: str) -> tuple[Scores | None, Table | None]:
        """Scores and confusion matrix of a held-out part; None where it is empty, or stopped."""
        feed = self.held_out[part]
        if not len(feed):
            return None, None
        totals = self.model.evaluate(feed)
        while totals is None and not self.interrupter.reason:  # it was only asked to pause
            self.engine.stop.fill(0)
            totals = self.model.evaluate(feed)
        if totals is None:
            return None, None
        return scores_of(self.program, totals, feed), confusion_of(self.program, totals)

    def _failed(self, epoch: int, result: _EpochResult) -> Event:
        is_short = result.failed_step == self.steps
        rows = self.batches.short if is_short else self.batches.whole
        found = first_non_finite(self.model, rows)
        error = (
            f"the loss is {result.loss} at epoch {epoch}, step {result.failed_step}; the first "
            f"value that is not finite: {found}"
        )
        where: dict[str, int | str] = {
            "epoch": epoch,
            "step": result.failed_step,
            "layer": found.layer,
            "phase": found.what,
        }
        return events.RunFailed(error=error, where=where)


def _check_model(model: Model, preset: Preset, batch: int) -> None:
    """Raises DataError where a model was built for something else than ``preset``."""
    if model.program.batch < batch:
        raise DataError(f"the model was built for batches of {model.program.batch}")
    built = model.preset
    pairs = {
        "data": (built.data.spec(), preset.data.spec()),
        "layers": (built.layers, preset.layers),
        "loss": (built.loss, preset.loss),
        "optimizer": (built.optimizer.kernel(), preset.optimizer.kernel()),
        "training.metrics": (built.training.metrics, preset.training.metrics),
    }
    for name, (old, new) in pairs.items():
        if old != new:
            raise DataError(f"the model was built from a preset with other {name}")
