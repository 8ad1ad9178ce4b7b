"""The runs as rows of a table: those wanted, in an order, pinned ones on top, in groups."""

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from tuidl.core.errors import RunError, guess
from tuidl.runs.expressions import Condition, condition
from tuidl.runs.grouping import Group, groups_of
from tuidl.runs.listing import Listed
from tuidl.runs.ranking import smaller_is_better
from tuidl.runs.settings import FACTS, SAID, in_order, is_switch, meeting, value_of

NEWEST = "created"
SIGNS_OF_CONDITIONS = ("<", ">", "==", "!=", " in ")
"""A line that holds one of them was meant as a condition, also where it is none."""
MOST_VALUES = 5
"""Different values of a key that are kept."""
USUAL = ("epochs", "seconds")
USUAL_SETTINGS = ("optimizer.type", "optimizer.learning_rate", "training.batch_size")
MOST_SCORES = 2
"""Scores that have columns where none were chosen."""


@dataclass(frozen=True)
class Order:
    """``key``: a score, a fact or a setting; the best, newest or smallest first unless
    ``reversed``."""

    key: str = NEWEST
    reversed: bool = False


@dataclass(frozen=True)
class Heading:
    """Above the runs of a group: ``values`` of its keys; ``runs``: how many; of the ``scores`` that
    are known of them mean and deviation (None of one run). ``pinned``: how many of them stand on
    top of the table instead of below."""

    values: tuple[Any, ...]
    runs: tuple[str, ...]
    pinned: int
    scores: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        return fmean(self.scores) if self.scores else None

    @property
    def deviation(self) -> float | None:
        return stdev(self.scores) if len(self.scores) > 1 else None


Row = Listed | Heading


@dataclass(frozen=True)
class Keys:
    """What there is to choose from. ``settings``: each key with its first different values, as
    texts; ``scores``: each with how many runs have it; ``numbers``: those of other programs' logs,
    likewise."""

    settings: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, int]
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, str]:
        """Each key with what it is: scores, facts, settings that differ, then all others."""
        found = {name: f"score of {count:,} runs" for name, count in self.scores.items()}
        found |= {name: f"number of {count:,} logs" for name, count in self.numbers.items()}
        found |= dict.fromkeys((*FACTS, *SAID), "of the run")
        varied = sorted(self.settings, key=lambda key: len(self.settings[key]) < 2)
        return found | {key: _examples(self.settings[key]) for key in varied if key not in found}

    @property
    def usual(self) -> tuple[str, ...]:
        """Columns where none were chosen."""
        known = sorted(self.scores, key=lambda name: (name == "loss", -self.scores[name]))
        return (
            *known[:MOST_SCORES], *(key for key in USUAL_SETTINGS if key in self.settings), *USUAL,
        )  # fmt: skip


def _examples(values: Sequence[str]) -> str:
    shown = ", ".join(values[: MOST_VALUES - 1])
    return f"{shown}, ..." if len(values) >= MOST_VALUES else shown


def keys_of(found: Iterable[Listed]) -> Keys:
    """All keys of these runs."""
    settings: dict[str, dict[str, None]] = {}
    scores: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    looked_at: set[int] = set()
    for run in found:
        scores.update(run.scores.keys())
        numbers.update(run.numbers.keys() - run.scores.keys())
        if id(run.settings) in looked_at:  # runs of equal settings share them
            continue
        looked_at.add(id(run.settings))
        for key, value in run.settings.items():
            values = settings.setdefault(key, {})
            if len(values) < MOST_VALUES:
                values[str(value)] = None
    known = {key: tuple(values) for key, values in settings.items()}
    return Keys(known, dict(scores), {key: numbers[key] for key in sorted(numbers)})


def wanted(found: list[Listed], text: str, keys: Keys) -> list[Listed]:
    """Those that a line of text asks for: a condition as ``tuidl runs --where`` takes it, or words
    to be found in name, preset, state, tags and note. Raises RunError for a condition that is
    none, and for a key that no run has."""
    asked = _asked(text, found)
    if asked is None:
        words = text.casefold().split()
        return [run for run in found if _has(run, words)] if words else found
    known = {*FACTS, *SAID, *keys.scores, *keys.numbers, *keys.settings}
    for key in asked.keys:
        if key not in known:
            raise RunError(f"no run has {key!r}{guess(key, sorted(known))}")
    return meeting(found, asked)


def _has(run: Listed, words: list[str]) -> bool:
    text = f"{run.searched} {run.state}"
    return all(word in text for word in words)


def _asked(text: str, found: list[Listed]) -> Condition | None:
    """The condition that a text is; None of words. Raises RunError for one that fails."""
    try:
        asked = condition(text)
    except RunError:
        if any(sign in text for sign in SIGNS_OF_CONDITIONS):
            raise
        return None
    if any(isinstance(node, ast.Compare) for node in ast.walk(asked.tree)):
        return asked
    is_yes_or_no = asked.keys and all(is_switch(found, key) for key in asked.keys)
    return asked if is_yes_or_no else None


def scored(keys: Keys, order: Order, columns: Iterable[str]) -> str:
    """The score that groups are judged by: that of the order, else of the first column that is
    one, else any but the loss; empty where no run has a score."""
    asked = (order.key, *columns, *(name for name in keys.scores if name != "loss"), *keys.scores)
    return next((name for name in asked if name in keys.scores), "")


def ordered(found: list[Listed], order: Order) -> list[Listed]:
    """In an order; runs without its key come last, also where it is reversed."""
    if not any(value_of(run, order.key) is not None for run in found):
        return found
    made = in_order(found, order.key)
    if not order.reversed:
        return made
    known = [run for run in made if value_of(run, order.key) is not None]
    return [*reversed(known), *(run for run in made if value_of(run, order.key) is None)]


def rows_of(found: list[Listed], order: Order) -> list[Row]:
    """Without groups: the pinned runs, then the others."""
    made = ordered(found, order)
    return [*(run for run in made if run.pinned), *(run for run in made if not run.pinned)]


def grouped_rows(
    found: list[Listed],
    order: Order,
    groups: tuple[str, ...],
    score: str,
    is_open: Collection[tuple[Any, ...]],
) -> list[Row]:
    """The pinned runs, then groups, each with its other runs below where it is open. Groups are in
    the order of their mean where runs are in that of ``score``, else of their values."""
    made = ordered(found, order)
    rows: list[Row] = [run for run in made if run.pinned]
    pairs = [(_heading(group, score), group) for group in groups_of(made, groups)]
    if score and order.key == score:
        sign = 1 if smaller_is_better(score) is not order.reversed else -1
        pairs.sort(key=lambda pair: _mean_place(pair[0], sign))
    elif order.reversed and order.key in groups:
        pairs.reverse()
    for heading, group in pairs:
        rows.append(heading)
        if heading.values in is_open:
            rows += [run for run in group.runs if not run.pinned]
    return rows


def _heading(group: Group, score: str) -> Heading:
    names = tuple(run.run for run in group.runs)
    pinned = sum(run.pinned for run in group.runs)
    return Heading(group.values, names, pinned, tuple(group.numbers(score)))


def _mean_place(heading: Heading, sign: int) -> tuple[bool, float]:
    mean = heading.mean
    return mean is None, 0.0 if mean is None else sign * mean
