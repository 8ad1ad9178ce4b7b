"""A trained network judged on examples: everything that a report has."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from tuidl.compiler.codes import noise_of
from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.judging.baselines import baseline_of
from tuidl.judging.choosing import thresholds_of
from tuidl.judging.classes import Classes
from tuidl.judging.comparing import compared, require_same
from tuidl.judging.importance import importance_of, input_columns
from tuidl.judging.judged import Judged, judged_of
from tuidl.judging.labels import Labels
from tuidl.judging.network import Network
from tuidl.judging.pictures import overlaid
from tuidl.judging.records import Comparison, ImportanceTable, Judgement, Picture
from tuidl.judging.resampling import point, resampled
from tuidl.judging.scoring import (
    calibration_of,
    classes_of,
    confusion_of,
    curves_of,
    residuals_of,
    scores_of,
)
from tuidl.judging.slicing import slices_of
from tuidl.judging.subject import Subject
from tuidl.judging.wording import notes_of, output_names
from tuidl.judging.worst import worst_of, worst_places

Costs = tuple[float, float]


@dataclass(frozen=True)
class Options:
    """``resamples``: of the bootstrap, 0 for no intervals. ``positive``: the class that is looked
    for, of two; it is called from ``threshold`` on. ``costs``: of a false positive and a false
    negative. ``by``: columns to slice by. ``repeats``: of shuffling each column, 0 for no
    importance. ``worst``: how many of the worst examples, ``pictures``: with their pixels."""

    seed: int = 0
    resamples: int = 1000
    positive: str | None = None
    threshold: float | None = None
    costs: Costs | None = None
    by: tuple[str, ...] = ()
    repeats: int = 0
    worst: int = 5
    pictures: bool = False


Contender = tuple[Network, Subject]
"""Another network, and the same examples as it takes them."""


def evaluated(
    network: Network, subject: Subject, options: Options, other: Contender | None = None
) -> Judgement:
    """Everything about a network's answers to the examples of ``subject``, and where there is an
    ``other`` network, how far the two differ. Raises DataError, also for one that answers to noise
    alone, of whatever shape that is."""
    if noise_of(network.preset):
        raise DataError(
            "the network makes its answers of random numbers, so there is nothing to judge them "
            "by; 'tuidl generate RUN' writes them, the scores of its training say how near they are"
        )
    return Evaluation(network, subject, options).judgement(other)


@dataclass(frozen=True)
class Evaluation:
    network: Network
    subject: Subject
    options: Options

    @cached_property
    def positive(self) -> int:
        """The place of the class that is looked for. Raises DataError."""
        names, wanted = self.network.task.names, self.options.positive
        is_binary = self.network.task.judged_as == "classes" and len(names) == 2
        for given, key in ((wanted, "--positive"), (self.options.threshold, "--threshold"),
                           (self.options.costs, "--cost")):  # fmt: skip
            if given is not None and not is_binary:
                raise DataError(f"{key}: there is one of two classes only, here are {len(names)}")
        if wanted is None:
            return self.network.task.spec.positive_place
        if wanted not in names:
            raise DataError(f"--positive: no class {wanted!r}{suggestion(wanted, names)}")
        return names.index(wanted)

    def judge(self, network: Network, x: Array) -> Judged:
        return judged_of(
            network.task, network.decoded(x), self.subject.y,
            positive=self.positive, threshold=self.options.threshold, labels=self.subject.labels,
        )  # fmt: skip

    def drawn(self, judged: Judged) -> dict[str, Array]:
        """The scores in each resample, the same examples for every network."""
        options, subject = self.options, self.subject
        scorer, scored = judged.scored.scores, judged.scored
        if isinstance(scored, Classes | Labels) and not judged.resamples_areas(options.resamples):
            scorer = scored.scores_without_areas
        return resampled(scorer, len(subject), options.resamples, options.seed, subject.groups)

    def judgement(self, other: Contender | None) -> Judgement:
        network, subject, options = self.network, self.subject, self.options
        columns = input_columns(network.preparation) if options.repeats else []
        judged = self.judge(network, subject.x)
        points, drawn = point(judged.scored.scores, len(subject)), self.drawn(judged)
        baseline, of_baseline = baseline_of(network, subject.x, judged)
        return Judgement(
            run=network.run,
            preset=network.preset.name,
            weights=network.weights,
            data=subject.data,
            target=network.target,
            unit=network.preparation.table.target_unit if network.preparation.table else "",
            kind=judged.kind,
            examples=len(subject),
            resamples=options.resamples,
            seed=options.seed,
            groups=None if subject.groups is None else len(np.unique(subject.groups)),
            baseline=of_baseline,
            main=judged.main,
            scores=scores_of(points, drawn, baseline),
            classes=classes_of(judged, points, drawn, baseline),
            comparison=self._compared(other, judged, points, drawn) if other else None,
            importance=self._importance(judged, columns) if columns else None,
            notes=notes_of(judged, subject, options.resamples),
            **self._tables(judged),
        )

    def _tables(self, judged: Judged) -> dict[str, Any]:
        """What there is beside the scores."""
        subject, options, positive = self.subject, self.options, self.positive
        is_binary = judged.kind == "classes" and len(judged.names) == 2
        outputs = output_names(judged, self.network.target)
        return {
            "positive": judged.names[positive] if is_binary else "",
            "confusion": confusion_of(judged),
            "curves": curves_of(judged, positive),
            "calibration": calibration_of(judged, positive),
            "thresholds": thresholds_of(judged, positive, options.threshold, options.costs),
            "residuals": residuals_of(judged, outputs, options.seed),
            "worst": worst_of(judged, subject, options.worst, self.network.preparation.text),
            "pictures": self._pictures(judged) if options.pictures else (),
            "slices": slices_of(judged, subject, options.by, options.resamples, options.seed),
        }

    def _pictures(self, judged: Judged) -> tuple[Picture, ...]:
        worst = worst_places(judged, self.options.worst)
        return overlaid(self.subject.x[worst], self.network.preparation, judged, worst)

    def _importance(self, judged: Judged, columns: list[tuple[str, slice]]) -> ImportanceTable:
        again = partial(self.judge, self.network)
        repeats, seed = self.options.repeats, self.options.seed
        return importance_of(judged, again, self.subject.x, columns, repeats, seed)

    def _compared(
        self,
        other: Contender,
        judged: Judged,
        points: dict[str, Array],
        drawn: dict[str, Array],
    ) -> Comparison:
        network, subject = other
        require_same(self.subject, subject, network.run)
        second = self.judge(network, subject.x)
        theirs = point(second.scored.scores, len(subject)), self.drawn(second)
        return compared(network.run, (judged, second), (points, theirs[0]), (drawn, theirs[1]))
