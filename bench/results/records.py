"""What was measured, and the JSON file that keeps it."""

import statistics
from pathlib import Path

import msgspec

MEASURED = Path(__file__).with_name("measured.json")

Scores = dict[str, float]


class Run(msgspec.Struct, omit_defaults=True):
    """One training. ``scores`` by part of the data, without penalties on weights.

    ``parameters``: all of them, where there are only a few. ``gradients``: the length of each dense
    layer's in the last step, first layer first; tuidl alone tells them.
    """

    seed: int
    seconds: float
    epochs: int
    scores: dict[str, Scores]
    parameters: list[float] = []
    gradients: list[float] = []


class Row(msgspec.Struct):
    """Runs of one case by both; ``examples``: how many in each part, ``best``: the parameters that
    have the least possible loss, where a formula gives them."""

    examples: dict[str, int]
    best: list[float] = []
    tuidl: list[Run] = []
    keras: list[Run] = []

    def part(self) -> str:
        """The part that a reader cares about: what was never trained on, if there is such."""
        return next(name for name in ("test", "validation", "train") if self.examples.get(name))

    def metric(self) -> str:
        """Accuracy of classes, if any were held out; else the loss."""
        known = self.tuidl[0].scores[self.part()]
        return "accuracy" if "accuracy" in known and self.part() != "train" else "loss"


class Results(msgspec.Struct):
    """All that was measured: the last day, the versions of libraries, and a row a case."""

    date: str = ""
    versions: dict[str, str] = {}
    rows: dict[str, Row] = {}

    def add(self, case: str, system: str, run: Run) -> None:
        """Keep a run in the place of an older one with the same seed."""
        runs = [old for old in getattr(self.rows[case], system) if old.seed != run.seed]
        setattr(self.rows[case], system, sorted([*runs, run], key=lambda each: each.seed))


class Range(msgspec.Struct):
    """Several measurements of one number."""

    values: list[float]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


def load(path: Path = MEASURED) -> Results:
    """What was measured so far, nothing if the file is not there."""
    if not path.exists():
        return Results()
    return msgspec.json.decode(path.read_bytes(), type=Results)


def save(results: Results, path: Path = MEASURED) -> None:
    """Write the file whole, cases in order of their names."""
    results.rows = dict(sorted(results.rows.items()))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
