"""Which series belong into one chart: the parts of a measure, and families of many."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tuidl.charts.columns import best_x
from tuidl.charts.curve import Curve, Edit, judge
from tuidl.logs.log import LINE, Key, Log
from tuidl.logs.own import STEPS_PART
from tuidl.protocol import events
from tuidl.protocol.commands import edit_in_words
from tuidl.protocol.edits import place_of
from tuidl.protocol.history import Series

PARTS = {
    "train": "train", "training": "train",
    "validation": "validation", "val": "validation", "valid": "validation", "dev": "validation",
    "eval": "validation", "evaluation": "validation",
    "test": "test", "testing": "test",
    STEPS_PART: STEPS_PART,
}  # fmt: skip
"""Words in a name -> the part of the examples that it speaks of."""
ROLES = {"train": "train", "validation": "validation", "test": "good"}
FREE_ROLES = 4
"""So many of the numbered roles look like those of the parts."""
FAMILIES = re.compile(r"^(gradients?|grad|grad_norms?|gradient_norms?)[./]+(.+)$", re.IGNORECASE)
"""Series of which there is one for each layer."""
MOST_LINES = 8
"""Lines of a family in one chart."""
FEW = 3
"""Points of the training part up to which single steps are drawn beside it."""
PER_EPOCH = "epoch "
WORDS = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|[a-z]+|\d+")

DOWNWARDS = ("loss", "error", "perplexity", "mse", "mae", "rmse", "nll", "entropy")
UPWARDS = ("accuracy", "acc", "f1", "precision", "recall", "auc", "r2", "reward", "score", "bleu")
LAST = (
    "rate",
    "lr",
    "gradient",
    "grad",
    "norm",
    "time",
    "timestamp",
    "runtime",
    "seconds",
    "usage",
)


@dataclass(frozen=True)
class Measure:
    """What one chart shows, over the steps that ``x_name`` counts. ``before``: what the line that
    counts was until the log went back."""

    name: str
    x_name: str
    lines: list[Curve]
    before: list[Curve] = field(default_factory=list)

    @property
    def words(self) -> set[str]:
        return set(words_of(self.name))

    @property
    def xs(self) -> list[float]:
        """Every x at which something is known, in order."""
        found = {point.x for line in self.lines for point in line.series.whole}
        found |= {x for line in self.lines for x, _ in line.series.recent}
        return sorted(found)

    @property
    def best(self) -> float | None:
        """Where it was best, for measures of which it is known which way is good."""
        line = judge(self.lines)
        if line is None or not self.best_is or len(line.series.whole) < FEW:
            return None
        return best_x(line.series, lowest=self.best_is == "lowest")

    @property
    def best_is(self) -> str:
        """Which value is the best one: ``lowest`` or ``highest``; empty where that is unknown."""
        return best_is(self.name)


def best_is(name: str) -> str:
    """Which value of a measure is the best one: ``lowest``, ``highest``, empty where unknown."""
    is_down, is_up = (bool({*words_of(name)} & set(known)) for known in (DOWNWARDS, UPWARDS))
    return "" if is_down == is_up else "lowest" if is_down else "highest"


def words_of(name: str) -> list[str]:
    """``val_loss``, ``valLoss`` and ``val/loss`` are the same two words."""
    return [word.lower() for word in WORDS.findall(name)]


def part_of(name: str) -> tuple[str, str | None]:
    """The measure that a series is of, and the part: ``val_loss`` -> loss, validation."""
    for found in WORDS.finditer(name):
        part = PARTS.get(found.group().lower())
        if part is not None:
            rest = (
                name[: found.start()].rstrip("._-/ :") + " " + name[found.end() :].lstrip("._-/ :")
            )
            if rest.strip():
                return _plain(rest), part
    return _plain(name), None


def compared_by(name: str) -> tuple[str, str | None]:
    """The same, to be laid over other programs' curves: Keras' callback for TensorBoard writes
    ``epoch_loss`` for what is called ``loss`` everywhere else."""
    measure, part = part_of(name)
    return measure.removeprefix(PER_EPOCH) or measure, part


def counts_epochs(name: str) -> bool:
    """Whether a series' steps are epochs, as its name says."""
    return part_of(name)[0].startswith(PER_EPOCH)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace(".", " ").split())


def measures_of(log: Log) -> list[Measure]:
    """All charts of a log, those that matter most first."""
    keys = [key for key in log.series if key[0] != LINE] or list(log.series)
    groups: dict[tuple[str, str], dict[str, Key]] = {}
    for key in keys:
        family = FAMILIES.match(key[1])
        if family:
            _put(groups, (key[0], "gradient"), family.group(2), key)
        else:
            measure, part = part_of(key[1])
            _put(groups, (key[0], measure), part or "", key)
    made = [one for (x, name), lines in groups.items() for one in _made(log, x, name, lines)]
    return sorted(made, key=_rank)


def _put(groups: dict[tuple[str, str], dict[str, Key]], group: tuple[str, str], line: str,
         key: Key) -> None:  # fmt: skip
    """Into its group; a second one of the same part keeps its own name."""
    lines = groups.setdefault(group, {})
    lines[line if line not in lines else key[1]] = key


def _made(log: Log, x_name: str, name: str, lines: dict[str, Key]) -> Iterable[Measure]:
    """The group's chart, or several where it has many lines."""
    named = _without_crowd(log, lines)
    if "" in named:
        named = {"train" if line == "" and len(named) > 1 and "train" not in named else line: key
                 for line, key in named.items()}  # fmt: skip
    order = sorted(named, key=lambda line: list(PARTS).index(line) if line in PARTS else 99)
    for start in range(0, len(order), MOST_LINES):
        chunk = order[start : start + MOST_LINES]
        title = name if not start else f"{name} ({start // MOST_LINES + 1})"
        curves = list(_curves(chunk, {line: log.series[named[line]] for line in chunk}))
        parts = ("validation", *chunk)
        past = (log.before[named[line]] for line in parts if named.get(line) in log.before)
        yield Measure(title, x_name, curves, [Curve("before", s, "muted") for s in past][:1])


def _without_crowd(log: Log, lines: dict[str, Key]) -> dict[str, Key]:
    """Without single steps, once there are epochs enough to see how it goes."""
    known = lines.get("train")
    if known is None or STEPS_PART not in lines or len(log.series[known].whole) < FEW:
        return lines
    return {line: key for line, key in lines.items() if line != STEPS_PART}


def _curves(order: list[str], series: dict[str, Series]) -> Iterable[Curve]:
    number = FREE_ROLES if any(line in ROLES for line in order) else 0
    for line in order:
        role = ROLES.get(line)
        if role is None:
            number += 1
            role = f"series {number}" if len(order) > 1 else "train"
        yield Curve(line, series[line], role)


def _rank(measure: Measure) -> tuple[int, int]:
    """Loss first; what both parts have before what is said of one; how it was trained last."""
    words = measure.words
    if words & set(LAST):
        return (3, 0)
    if "loss" in words:
        return (0, len(words))
    return (1 if len(measure.lines) > 1 else 2, 0)


def edits_of(log: Log) -> list[Edit]:
    """What was changed while it trained, and where it went back and on."""
    if log.started is not None:
        steps = max(-(-log.started.examples.get("train", 1) // log.started.batch_size), 1)
        return changes_of(log.edits, log.alerts, steps)
    return [Edit(x, "restarted") for _, _, x in log.restarts]


def changes_of(
    edits: Sequence[events.Edited], alerts: Sequence[events.Alert], steps: int
) -> list[Edit]:
    """Edits and alerts in their order, to be marked on curves over epochs of so many ``steps``."""
    known = [(*place_of(one), edit_in_words(one.key, one.value)) for one in edits]
    raised = [(*place_of(one), f"alert: {one.rule}") for one in alerts]
    said = [
        Edit(epoch - 1 + step / max(steps, 1), words) for _, epoch, step, words in (*known, *raised)
    ]
    return sorted(said, key=lambda mark: mark.x)
