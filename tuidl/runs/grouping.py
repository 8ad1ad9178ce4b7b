"""Runs in groups that share a setting: how many, and the mean and deviation of their scores."""

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from tuidl.protocol.formatting import columns, score_text
from tuidl.runs.listing import UNSET, Listed
from tuidl.runs.ranking import best, score_of
from tuidl.runs.settings import value_of


@dataclass(frozen=True)
class Group:
    """``values``: of the keys by which it is one."""

    values: tuple[Any, ...]
    runs: list[Listed]

    def numbers(self, score: str) -> list[float]:
        """The score of each run that has it."""
        found = (score_of(run, score) for run in self.runs)
        return [value for value in found if value is not None]


def groups_of(found: list[Listed], keys: tuple[str, ...]) -> list[Group]:
    """In the order of their values, numbers before texts; runs without one last."""
    known: dict[tuple[Any, ...], list[Listed]] = {}
    for run in found:
        values = tuple(_plain(value_of(run, key)) for key in keys)
        known.setdefault(values, []).append(run)
    order = sorted(known, key=lambda values: tuple(map(value_place, values)))
    return [Group(values, known[values]) for values in order]


def _plain(value: Any) -> Any:
    """A list as something that can be a key."""
    return str(value) if isinstance(value, list | dict) else value


def value_place(value: Any) -> tuple[int, float, str]:
    """Puts numbers before texts, and what is not set last."""
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value))


def as_lines(groups: list[Group], keys: tuple[str, ...]) -> list[str]:
    """A line a group; scores as mean ± standard deviation of the runs that have them, of the part
    that says most of each."""
    names = dict.fromkeys(name for group in groups for run in group.runs for name in run.scores)
    scores = list(names)
    rows = [[*keys, "runs", *scores, *([f"best {scores[0]}"] if scores else [])]]
    for group in groups:
        values = [UNSET if value is None else str(value) for value in group.values]
        said = [spread(name, group.numbers(name)) for name in scores]
        rows.append([*values, str(len(group.runs)), *said, *_best(group, scores[:1])])
    return columns(rows, aligned_left=(*range(len(keys)), len(rows[0]) - 1))


def spread(name: str, numbers: list[float]) -> str:
    """``97.50% ± 0.30%``: mean and standard deviation."""
    if not numbers:
        return UNSET
    mean = score_text(name, fmean(numbers))
    return f"{mean} ± {score_text(name, stdev(numbers))}" if len(numbers) > 1 else mean


def _best(group: Group, scores: list[str]) -> list[str]:
    return [best(group.runs, name).run if group.numbers(name) else UNSET for name in scores]


def records(groups: list[Group], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """The same for JSON: mean, deviation (null of one run) and count of each score."""
    found = []
    for group in groups:
        names = dict.fromkeys(name for run in group.runs for name in run.scores)
        scores = {}
        for name in names:
            numbers = group.numbers(name)
            scores[name] = {
                "runs": len(numbers),
                "mean": fmean(numbers) if numbers else None,
                "deviation": stdev(numbers) if len(numbers) > 1 else None,
            }
        values = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in zip(keys, group.values, strict=True)
        }
        found.append({"values": values, "runs": [run.run for run in group.runs], "scores": scores})
    return found
