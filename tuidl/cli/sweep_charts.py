"""The trials of a sweep as charts at its end: of two objectives the plane of both; of one its value
over the setting that says most of it, and what each setting says."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tuidl.core.printable import printable
from tuidl.sweeps.records import DONE, PRUNED, Trial
from tuidl.sweeps.spec import Sweep

if TYPE_CHECKING:
    from rich.text import Text

    from tuidl.charts.scatter import Points
    from tuidl.runs.setting_importance import Importance

LINES = 14
MOST_COLUMNS = 80
FEWEST = 4
"""Trials with a value, below which the table says it all."""
FRONT, OTHERS, BEST = "Pareto front", "other trials", "best"
"""Groups of trials, as the legend names them."""


def front_chart(
    table: list[Trial],
    sweep: Sweep,
    front: Sequence[int],
    width: int,
    color: bool,
    unicode: bool,
) -> list[str]:
    """The first objective from left to right, the second upwards; none where there is nothing to
    draw."""
    known = [
        (FRONT if trial.trial in front else OTHERS, trial.value, trial.second)
        for trial in table
        if trial.state == DONE and trial.value is not None and trial.second is not None
    ]
    if not known or len(sweep.goals) == 1:
        return []
    groups = _grouped(known, {FRONT: "series 1", OTHERS: "series 2"})
    first, second = (goal.name for goal in sweep.goals)
    return [f"{second} over {first}", *_drawn(groups, first, width, color, unicode)]


def setting_charts(
    table: list[Trial],
    sweep: Sweep,
    best: int,
    width: int,
    color: bool,
    unicode: bool,
) -> list[str]:
    """Value over the setting that says most of it, with a line on all settings; none where too few
    trials have a value."""
    from tuidl.charts.window import is_wide
    from tuidl.runs.setting_importance import importances, values_of

    known = [trial for trial in table if trial.value is not None]
    done = [trial for trial in known if trial.state == DONE]
    if len(known) < FEWEST:
        return []
    found = importances([t.values for t in done], [t.value or 0.0 for t in done])
    said = [one for one in found if not math.isnan(one.share)]
    key = said[0].key if said else next(iter(sweep.space))
    x, words = values_of([trial.values.get(key) for trial in known])
    numbers = [value for value in x if math.isfinite(value)]
    if len(set(numbers)) < 2:
        return []
    is_log = not words and is_wide(min(numbers), max(numbers))
    key = printable(key)
    across = key.rpartition(".")[2]
    roles = {BEST: "series 1", DONE: "series 2", PRUNED: "series 3"}
    groups = _grouped(_by_state(known, x, best), roles)
    lines = _drawn(groups, across, width, color, unicode, is_log)
    if words:
        lines.append(
            f"{key}: " + ", ".join(f"{n} {word}" for n, word in enumerate(map(printable, words)))
        )
    title = f"{sweep.goals[0].name} over {key}{' (log scale)' if is_log else ''}"
    return [title, *lines, *_importance_lines(said, sweep)]


def _by_state(
    known: Sequence[Trial], x: Sequence[float], best: int
) -> Iterator[tuple[str, float, float]]:
    """The group of each trial that has a place on the axis, its place and its value."""
    for trial, place in zip(known, x, strict=True):
        if math.isfinite(place):
            yield BEST if trial.trial == best else trial.state, place, trial.value or 0.0


def _grouped(points: Iterable[tuple[str, float, float]], roles: dict[str, str]) -> "list[Points]":
    """Points by the group that each names first, those of the first group filled.

    ``roles``: the colours of the groups that are drawn, in the legend's order.
    """
    from tuidl.charts.scatter import Points

    places: dict[str, list[tuple[float, float]]] = {name: [] for name in roles}
    for name, x, y in points:
        if name in places:
            places[name].append((x, y))
    filled = next(iter(roles))
    return [
        Points(name, [x for x, _ in known], [y for _, y in known], role, hollow=name != filled)
        for name, role in roles.items()
        if (known := places[name])
    ]


def _importance_lines(found: "Sequence[Importance]", sweep: Sweep) -> list[str]:
    if not found:
        return []
    shares = ", ".join(f"{printable(one.key)} {one.share:.0%}" for one in found)
    name = sweep.goals[0].name
    return ["", f"share of the variance of {name} that a setting explains by itself: {shares}"]


def _drawn(
    groups: "Sequence[Points]",
    x_name: str,
    width: int,
    color: bool,
    unicode: bool,
    is_log: bool = False,
) -> list[str]:
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.report import colored
    from tuidl.charts.scatter import scatter

    palette = COLOR_BLIND if color else MONOCHROME
    size = min(width, MOST_COLUMNS)
    drawn: list[Text] = scatter(
        groups, palette, size, LINES, x_name=x_name, log_x=is_log, unicode=unicode
    )
    return [colored(line) if color else line.plain.rstrip() for line in drawn]
