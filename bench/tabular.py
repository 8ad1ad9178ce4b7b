"""Presets proposed for tables beside scikit-learn's networks on the same split.

    python -m bench.tabular people.csv:paid houses.csv:price [--seeds 5] [--set KEY=VALUE]

For each table and seed of the split: the proposed preset is trained as ``tuidl FILE --target
COLUMN`` does, and MLPClassifier or MLPRegressor (as scikit-learn has them, up to 1,000 iterations)
on the same training part, prepared likewise: standardised numbers, one input for each text, targets
standardised. Scores are of the test part (of the validation part where there is no test part):
accuracy for classes, r2 for numbers; the means over the seeds count.
"""

import argparse
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from time import perf_counter
from typing import Any

from tuidl.core.environment import prepare_environment
from tuidl.core.errors import TuidlError

TOLERANCE = 0.02
"""2 points of accuracy, or 0.02 of r2."""
ITERATIONS = 1_000


@dataclass(frozen=True)
class Outcome:
    """Scores of one table by seed, and seconds of training in all; ``baseline``: of the most
    frequent class or the mean."""

    name: str
    score: str
    rows: int
    ours: list[float]
    theirs: list[float]
    baseline: list[float]
    seconds: tuple[float, float]

    @property
    def gap(self) -> float:
        """By how much ours is better."""
        return fmean(self.ours) - fmean(self.theirs)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.tabular")
    parser.add_argument("tables", nargs="+", metavar="FILE:TARGET")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    chosen = parser.parse_args()
    prepare_environment(1)
    print(f"{'table':<28} {'score':>8} {'rows':>7} {'tuidl':>16} {'scikit-learn':>16} "
          f"{'baseline':>9} {'gap':>8} {'s':>6} {'s':>6}")  # fmt: skip
    short = 0
    for table in chosen.tables:
        try:
            outcome = compare(table, chosen.seeds, tuple(chosen.overrides))
        except TuidlError as error:
            print(f"{Path(table).name:<28} {error}")
            continue
        short += outcome.gap < -TOLERANCE
        print(line_of(outcome), flush=True)
    sys.exit(1 if short else 0)


def compare(table: str, seeds: int, overrides: tuple[str, ...]) -> Outcome:
    """Train both on one table with each seed."""
    from tuidl.preset.schema import Preset
    from tuidl.proposing.files import proposal_for
    from tuidl.proposing.writing import written

    file, _, target = table.rpartition(":")
    text = written(proposal_for(Path(file), target))
    ours, theirs, baseline, seconds = [], [], [], [0.0, 0.0]
    for seed in range(seeds):
        own = (f"data.seed={seed}", f"training.seed={seed}", *overrides)
        preset = Preset.parse(text, file, own)
        for i, (train, scores) in enumerate(((_ours, ours), (_theirs, theirs))):
            begun = perf_counter()
            scores.append(train(preset, seed))
            seconds[i] += perf_counter() - begun
        baseline.append(_baseline(preset))
    score = "accuracy" if preset.spec().classes else "r2"
    name, rows = f"{Path(file).name}:{target}", preset.data.count()
    return Outcome(name, score, rows, ours, theirs, baseline, (seconds[0], seconds[1]))


def line_of(outcome: Outcome) -> str:
    def shown(scores: list[float]) -> str:
        spread = f" ± {stdev(scores):.3f}" if len(scores) > 1 else ""
        return f"{fmean(scores):.3f}{spread}"

    ours, theirs = outcome.seconds
    return (
        f"{outcome.name:<28} {outcome.score:>8} {outcome.rows:>7,} {shown(outcome.ours):>16} "
        f"{shown(outcome.theirs):>16} {fmean(outcome.baseline):>9.3f} {outcome.gap:>+8.3f} "
        f"{ours:>6.1f} {theirs:>6.1f}"
    )


def _ours(preset: Any, seed: int) -> float:
    """The score of the proposed preset, trained."""
    import tuidl
    from tuidl.protocol.events import RunEnded

    *_, ended = tuidl.train(preset, threads=1)
    assert isinstance(ended, RunEnded), ended
    scores = ended.test or ended.validation
    return float(scores["accuracy" if preset.spec().classes else "r2"])


def _parts(preset: Any) -> tuple[Any, Any]:
    """What is trained on and what is judged, as tuidl prepares them."""
    split = preset.data.split()
    return split.train, split.test if len(split.test) else split.validation


def _theirs(preset: Any, seed: int) -> float:
    """The score of scikit-learn's network on the same training part."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    train, judged = _parts(preset)
    kind = MLPClassifier if preset.spec().classes else MLPRegressor
    model = kind(random_state=seed, max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(train.x, train.y[:, 0])
    return float(model.score(judged.x, judged.y[:, 0]))


def _baseline(preset: Any) -> float:
    """The score of the training part's most frequent class, or of its mean."""
    import numpy as np

    train, judged = _parts(preset)
    y = judged.y[:, 0].astype(np.float64)
    if preset.spec().classes:
        return float(np.mean(y == np.bincount(train.y[:, 0].astype(int)).argmax()))
    return float(1 - ((y - train.y.mean(dtype=np.float64)) ** 2).mean() / y.var())


if __name__ == "__main__":
    main()
