"""Watches a training by the rules of its preset's ``[alerts]``, at the end of each epoch."""

import math
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from statistics import fmean, median

from tuidl.backends.base import ArrayDataset
from tuidl.preset.alerts import Alerts, DeadUnits, Disk, Gradients, Overfitting, Plateau, Updates
from tuidl.preset.schema import Preset
from tuidl.protocol.baseline import Baseline
from tuidl.protocol.events import Alert, EpochEnded, Event, RunFailed
from tuidl.protocol.history import History
from tuidl.training.baseline import baseline_of
from tuidl.training.health import update_ratios
from tuidl.training.inside import look_inside
from tuidl.training.state import TrainState
from tuidl.training.units import dead_shares, has_relu
from tuidl.verdicts.courses import by_heart, guessing
from tuidl.verdicts.evidence import Evidence
from tuidl.verdicts.layers import FIRST_STEPS, flooded_words, starved_words

FIRST_LOOKED_AT = 64
"""Training examples on which units are looked at before it is known that many seem dead."""
STEPS_BETWEEN = 500
"""Of the training between two looks inside, so that they take about one part in a hundred."""
STEADY, LATEST = 5, 3
"""Epochs that say how long one takes, and the last ones, which are held against them."""
NOTICEABLE = 0.05
"""Seconds of an epoch below which a clock says nothing."""
MEGABYTE = 1_000_000
Rule = Callable[[TrainState, EpochEnded], str]
"""What is wrong, in a sentence; nothing where all is well."""


class Alarms:
    """Which rules are broken now; ``epoch_ended`` says what has changed for the worse.

    Rules that look inside the network take as long as some steps: they look after the first epoch
    and the last, and between them after twice as many epochs as before, but not until
    ``STEPS_BETWEEN`` steps were done.
    """

    def __init__(self, wanted: Alerts | None, folder: Callable[[], Path | None]) -> None:
        """``folder``: where the run is kept, if it is."""
        self._wanted, self._folder = wanted or Alerts(), folder
        self._history, self._pace = History(), _Pace()
        self._level = _Level(self._wanted.plateau.epochs if self._wanted.plateau else 1)
        self._baseline: tuple[Preset, Baseline | None] | None = None
        self._broken: set[str] = set()
        self._in_a_row = 0
        self._next_look = 1

    @property
    def is_on(self) -> bool:
        return self._wanted != Alerts()

    def recall(self, state: TrainState, events: Iterable[Event]) -> None:
        """Take in what a run's log says of the epochs before the one that it goes on from."""
        known: dict[int, EpochEnded] = {}
        for event in events if self.is_on else ():
            is_before = isinstance(event, Alert | EpochEnded) and (
                event.fold == state.fold and event.epoch <= state.progress.epochs
            )
            if is_before and isinstance(event, Alert):
                self._broken.add(event.rule)
            elif is_before and isinstance(event, EpochEnded):
                known[event.epoch] = event  # the last time counts
        limits = self._wanted.overfitting
        for epoch in sorted(known):
            self._history.handle(known[epoch])
            self._level.reached(known[epoch])
            if epoch >= self._next_look:
                self._looked(epoch, state)
            if limits and epoch > state.progress.epochs - limits.epochs:
                self._of_overfitting(limits)(state, known[epoch])

    def epoch_ended(self, state: TrainState, event: EpochEnded) -> Iterator[Alert]:
        """What is wrong since this epoch."""
        if not self.is_on:
            return
        self._history.handle(event)
        self._level.reached(event)
        self._pace.took(event.seconds, (state.steps, state.program.graph.parameter_count))
        for name, rule in self._rules(event.epoch, state):
            text = rule(state, event)
            if text and name not in self._broken:
                yield Alert(
                    rule=name, text=text, epoch=event.epoch, step=state.steps, fold=state.fold
                )
            (self._broken.add if text else self._broken.discard)(name)

    def failed(self, state: TrainState, event: RunFailed) -> Iterator[Alert]:
        """What ended the training, where values were no longer finite."""
        if self._wanted.not_finite and "layer" in event.where:
            epoch, step = state.place
            yield Alert(
                rule="not_finite", text=event.error, epoch=epoch, step=step, fold=state.fold
            )

    def _looked(self, epoch: int, state: TrainState) -> None:
        self._next_look = max(2 * epoch, epoch + math.ceil(STEPS_BETWEEN / max(state.steps, 1)))

    def _rules(self, epoch: int, state: TrainState) -> Iterator[tuple[str, Rule]]:
        """Those that are to be asked now."""
        wanted = self._wanted
        if wanted.not_finite:
            yield "not_finite", _not_finite
        if wanted.gradients:
            yield "gradients", _of_gradients(wanted.gradients)
        if wanted.plateau:
            yield "plateau", self._of_plateau(wanted.plateau)
        if wanted.overfitting:
            yield "overfitting", self._of_overfitting(wanted.overfitting)
        if wanted.slower:
            factor = wanted.slower.factor
            yield "slower", lambda state, event: self._pace.problem(factor)
        if wanted.disk:
            yield "disk", self._of_disk(wanted.disk)
        if epoch >= self._next_look or epoch == state.epochs:
            self._looked(epoch, state)
            if wanted.dead_units:
                yield "dead_units", _of_dead_units(wanted.dead_units)
            if wanted.updates:
                yield "updates", _of_updates(wanted.updates)

    def _evidence(self, state: TrainState) -> Evidence:
        if self._baseline is None or self._baseline[0] is not state.preset:
            self._baseline = state.preset, baseline_of(state)
        return Evidence(
            series=self._history.series,
            fold=state.fold,
            baseline=self._baseline[1],
            objectives=len(state.plans),
        )

    def _of_plateau(self, limits: Plateau) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            words = self._level.problem(limits.change) if len(state.plans) == 1 else ""
            if not words or limits.at == "any":
                return words
            said = guessing(self._evidence(state))
            return f"{words}; {said.text[0].lower()}{said.text[1:]}" if said else ""

        return rule

    def _of_overfitting(self, limits: Overfitting) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            said = by_heart(self._evidence(state), limits.rise, limits.margin)
            self._in_a_row = self._in_a_row + 1 if said else 0
            return said.text if said and self._in_a_row >= limits.epochs else ""

        return rule

    def _of_disk(self, limits: Disk) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            folder = self._folder()
            with suppress(OSError):  # a disk that cannot be asked is not full for that
                free = shutil.disk_usage(folder).free / MEGABYTE if folder else math.inf
                if free < limits.megabytes:
                    return f"{free:,.0f} MB are free in {folder}, of {limits.megabytes:g} wanted"
            return ""

        return rule


class _Level:
    """The lowest losses of the last ``epochs`` epochs, and of all before them."""

    def __init__(self, epochs: int) -> None:
        self._late: deque[float] = deque(maxlen=epochs)
        self._before, self._part = math.inf, ""

    def reached(self, event: EpochEnded) -> None:
        if len(self._late) == self._late.maxlen:
            self._before = min(self._before, self._late[0])
        self._part = "training" if event.validation is None else "validation"
        self._late.append((event.validation or event.train)["loss"])

    def problem(self, change: float) -> str:
        if not math.isfinite(self._before):
            return ""
        late, epochs = min(self._late), len(self._late)
        if late <= self._before - change * abs(self._before):
            return ""
        return (
            f"the lowest {self._part} loss of the last {epochs} epochs, {late:.4g}, is not "
            f"{change:.1%} below the lowest before, {self._before:.4g}"
        )


class _Pace:
    """How long epochs take, of one network and one number of steps."""

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._of: tuple[int, int] | None = None

    def took(self, seconds: float, of: tuple[int, int]) -> None:
        if of != self._of:
            self._seconds, self._of = [], of
        self._seconds.append(seconds)

    def problem(self, factor: float) -> str:
        before, late = self._seconds[1:-LATEST], self._seconds[-LATEST:]  # the first one warms up
        if len(before) < STEADY or max(late) < NOTICEABLE:
            return ""
        usual, now = median(before), fmean(late)
        if now < factor * usual or now - usual < NOTICEABLE:
            return ""
        return (
            f"the last {LATEST} epochs took {now:.3g} s each, {now / usual:.1f} times the "
            f"{usual:.3g} s of those before"
        )


def _not_finite(state: TrainState, event: EpochEnded) -> str:
    for part, scores in (("training", event.train), ("validation", event.validation or {})):
        for name, value in scores.items():
            if not math.isfinite(value):
                return f"{part} {name} is {value}"
    return ""


def _of_gradients(limits: Gradients) -> Rule:
    """Layers without any gradient are left out: of those ``dead_units`` speaks."""

    def rule(state: TrainState, event: EpochEnded) -> str:
        lengths = {name: length for name, length in event.gradient_norms.items() if length}
        return starved_words(lengths, limits.factor) or flooded_words(lengths, limits.factor)

    return rule


def _of_dead_units(limits: DeadUnits) -> Rule:
    def rule(state: TrainState, event: EpochEnded) -> str:
        if state.updates < FIRST_STEPS or not has_relu(state.program.graph):
            return ""
        feed = state.train_feed
        first = min(FIRST_LOOKED_AT, len(feed), state.program.train.capacity)
        some = ArrayDataset(feed.x, feed.y, feed.order[:first])
        seen = look_inside(state, some, forward_only=True)
        shares, examples = dead_shares(state, seen, first, limits.share)
        broken = {name: share for name, share in shares.items() if share >= limits.share}
        if not broken:
            return ""
        name = max(broken, key=lambda layer: broken[layer])
        return f"{broken[name]:.0%} of {name}'s units are zero on each of {examples:,} examples"

    return rule


def _of_updates(limits: Updates) -> Rule:
    def rule(state: TrainState, event: EpochEnded) -> str:
        for layer, ratio in update_ratios(state).items():
            if ratio and not limits.low <= ratio <= limits.high:
                side = "less" if ratio < limits.low else "more"
                limit = limits.low if ratio < limits.low else limits.high
                return (
                    f"the next step changes {layer}'s weights by {ratio:.2g} of their length, "
                    f"{side} than {limit:g}"
                )
        return ""

    return rule
