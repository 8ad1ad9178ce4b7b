"""Watches a training by the rules of its preset's ``[alerts]``, at the end of each epoch."""

import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tuidl.preset.alerts import Alerts, DeadUnits, Disk, Gradients, Overfitting, Plateau, Updates
from tuidl.protocol.events import Alert, EpochEnded, Event, RunFailed
from tuidl.training.baseline import baseline_of
from tuidl.training.courses import Losses, Pace, Values
from tuidl.training.next_step import NextStep, next_step
from tuidl.training.state import TrainState
from tuidl.training.units import dead_shares, has_relu
from tuidl.training.watch_times import WatchTimes
from tuidl.verdicts.courses import by_heart, guessing
from tuidl.verdicts.evidence import Evidence
from tuidl.verdicts.layers import FIRST_STEPS, flooded_words, starved_words
from tuidl.verdicts.rule import Said

MEGABYTE = 1_000_000
OVERFITTING, DEAD_UNITS = "overfitting", "dead_units"
Rule = Callable[[TrainState, EpochEnded], str]
"""What is wrong after an epoch, in a sentence; nothing where all is well."""


class Alarms:
    """Which rules are broken now; ``epoch_ended`` says what has changed for the worse.

    Rules are asked after the epochs that ``WatchTimes`` says, which is every one unless they are
    short. What they go by, all losses, is kept of every epoch.
    """

    def __init__(self, wanted: Alerts | None, folder: Callable[[], Path | None]) -> None:
        """``folder``: where the run is kept, if it is."""
        self._wanted, self._folder = wanted or Alerts(), folder
        self.is_on = self._wanted != Alerts()
        self._losses = Losses(self._wanted.plateau.epochs if self._wanted.plateau else 1)
        self._pace = Pace()
        self._times: WatchTimes | None = None
        self._changes, self._next = 0, 0
        self._pending: list[EpochEnded] = []
        self._broken: set[str] = set()
        self._looked: NextStep | None = None

    def recall(self, state: TrainState, events: Iterable[Event]) -> None:
        """Take in what a run's log says of the epochs before the one that it goes on from."""
        known: dict[int, EpochEnded] = {}
        reached = 0  # where an alert was found, which may be later than the epoch that it names
        for event in events if self.is_on else ():
            if not isinstance(event, Alert | EpochEnded) or event.fold != state.fold:
                continue
            if isinstance(event, EpochEnded):
                reached = event.epoch
            if max(reached, event.epoch) > state.progress.epochs:
                continue
            if isinstance(event, Alert):
                self._broken.add(event.rule)
            else:
                known[event.epoch] = event  # the last time counts
        self._losses.take(known[epoch] for epoch in sorted(known))

    def epoch_ended(self, state: TrainState, event: EpochEnded) -> Iterable[Alert]:
        """What is wrong since this epoch."""
        if not self.is_on:
            return ()
        self._pending.append(event)
        epoch, changes = event.epoch, state.changes
        is_last = epoch >= state.epochs or state.stopper.is_over
        if epoch < self._next and not is_last and changes == self._changes:
            return ()  # this is all that the shortest epochs have to do with it
        times = self._times
        if times is None or changes != self._changes:
            self._changes, self._times = changes, (times := WatchTimes.of(state))
        self._next = times.next_check(epoch)
        if not is_last and not times.has_check(epoch):
            return ()
        return self._checked(state, event, is_last or times.has_look(epoch))

    def _checked(self, state: TrainState, event: EpochEnded, looks: bool) -> Iterator[Alert]:
        """Ask the rules about all epochs since they were last asked; ``looks``: also those that
        look inside the network."""
        self._losses.take(self._pending)
        size = state.steps, state.program.graph.parameter_count
        self._pace.took((ended.seconds for ended in self._pending), size)
        self._looked = None
        for name, rule, epochs in self._rules(event, looks=looks):
            texts = ((ended.epoch, text) for ended in epochs if (text := rule(state, ended)))
            epoch, text = next(texts, (event.epoch, ""))
            if text and name not in self._broken:
                yield Alert(rule=name, text=text, epoch=epoch, step=state.steps, fold=state.fold)
            (self._broken.add if text else self._broken.discard)(name)
        self._losses.not_finite = None
        self._pending.clear()

    def failed(self, state: TrainState, event: RunFailed) -> Iterator[Alert]:
        """What ended the training, where values were no longer finite."""
        if self._wanted.not_finite and "layer" in event.where:
            epoch, step = state.place
            yield Alert(
                rule="not_finite", text=event.error, epoch=epoch, step=step, fold=state.fold
            )

    def _rules(
        self, last: EpochEnded, *, looks: bool
    ) -> Iterator[tuple[str, Rule, Sequence[EpochEnded]]]:
        """Those that are to be asked now, and of which epochs: of the ``last``, or of all since
        they were last asked. ``looks``: also those that look inside the network."""
        wanted, now = self._wanted, (last,)
        if wanted.not_finite:
            yield "not_finite", self._of_numbers, (self._losses.not_finite or last,)
        if wanted.gradients:
            yield "gradients", self._of_gradients(wanted.gradients), self._pending
        if wanted.plateau:
            yield "plateau", self._of_plateau(wanted.plateau), now
        if wanted.overfitting:
            yield OVERFITTING, self._of_overfitting(wanted.overfitting), now
        if wanted.slower:
            factor = wanted.slower.factor
            yield "slower", lambda state, event: self._pace.problem(factor), now
        if wanted.disk:
            yield "disk", self._of_disk(wanted.disk), now
        if looks and wanted.dead_units:
            yield DEAD_UNITS, self._of_dead_units(wanted.dead_units), now
        if looks and wanted.updates:
            yield "updates", self._of_updates(wanted.updates), now

    def _next_step(self, state: TrainState) -> NextStep:
        """Both rules that look inside go by one step."""
        if self._looked is None:
            self._looked = next_step(state)
        return self._looked

    def _of_numbers(self, state: TrainState, event: EpochEnded) -> str:
        return _not_finite(event)

    def _of_gradients(self, limits: Gradients) -> Rule:
        """Layers without any gradient are left out: of those ``dead_units`` speaks."""

        def rule(state: TrainState, event: EpochEnded) -> str:
            norms = event.gradient_norms
            if len(norms) < 2 or max(norms.values()) < limits.factor * min(norms.values()):
                return ""  # of none can it be said
            lengths = {name: length for name, length in norms.items() if length}
            words = starved_words(lengths, limits.factor)
            return words or flooded_words(lengths, limits.factor)

        return rule

    def _of_plateau(self, limits: Plateau) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            words = self._losses.problem(limits.change) if len(state.plans) == 1 else ""
            if not words or limits.at == "any":
                return words
            scores = {f"train {name}": value for name, value in event.train.items()} | {
                f"validation {name}": value for name, value in (event.validation or {}).items()
            }
            series = {name: Values([(event.epoch, value)]) for name, value in scores.items()}
            said = guessing(Evidence(series=series, baseline=baseline_of(state)))
            return f"{words}; {said.text[0].lower()}{said.text[1:]}" if said else ""

        return rule

    def _of_overfitting(self, limits: Overfitting) -> Rule:
        def said_before(state: TrainState, back: int) -> Said | None:
            evidence = Evidence(series=self._losses.series(back), objectives=len(state.plans))
            return by_heart(evidence, limits.rise, limits.margin)

        def rule(state: TrainState, event: EpochEnded) -> str:
            if not self._losses.may_have_risen(limits.rise):
                return ""
            if OVERFITTING in self._broken:  # it is, until the loss has fallen again
                return OVERFITTING
            said = said_before(state, 0)
            before = range(limits.epochs - 1, 0, -1)  # the earliest says most
            return said.text if said and all(said_before(state, back) for back in before) else ""

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

    def _of_dead_units(self, limits: DeadUnits) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            if state.updates < FIRST_STEPS or not has_relu(state.program.graph):
                return ""
            if DEAD_UNITS in self._broken:  # they get no gradient: it takes long to look, in vain
                return DEAD_UNITS
            idle = self._next_step(state).idle
            if idle is not None and all(share < limits.share for share in idle.values()):
                return ""  # in the batch alone fewer are zero
            shares, examples = dead_shares(state, None, 0, limits.share)
            broken = {name: share for name, share in shares.items() if share >= limits.share}
            if not broken:
                return ""
            name = max(broken, key=lambda layer: broken[layer])
            return f"{broken[name]:.0%} of {name}'s units are zero on each of {examples:,} examples"

        return rule

    def _of_updates(self, limits: Updates) -> Rule:
        def rule(state: TrainState, event: EpochEnded) -> str:
            for layer, ratio in self._next_step(state).ratios.items():
                if ratio and not limits.low <= ratio <= limits.high:
                    side = "less" if ratio < limits.low else "more"
                    limit = limits.low if ratio < limits.low else limits.high
                    return (
                        f"the next step changes {layer}'s weights by {ratio:.2g} of their length, "
                        f"{side} than {limit:g}"
                    )
            return ""

        return rule


def _not_finite(event: EpochEnded) -> str:
    for part, scores in (("training", event.train), ("validation", event.validation or {})):
        for name, value in scores.items():
            if not math.isfinite(value):
                return f"{part} {name} is {value}"
    return ""
