"""The trials of a sweep with two objectives as a chart: which of them no other one beats."""

from collections.abc import Sequence

from tuidl.sweeps.goals import Goal
from tuidl.sweeps.records import DONE, Trial

LINES = 14
MOST_COLUMNS = 80
MARK = "*"
"""In the table, beside trials of the Pareto front."""


def chart_lines(
    table: list[Trial],
    goals: Sequence[Goal],
    front: Sequence[int],
    width: int,
    color: bool,
    unicode: bool,
) -> list[str]:
    """The first objective from left to right, the second upwards; none where there is nothing to
    draw."""  # fmt: skip
    from tuidl.charts.palette import COLOR_BLIND, MONOCHROME
    from tuidl.charts.report import colored
    from tuidl.charts.scatter import Points, scatter

    known = [
        (trial.trial in front, trial.value, trial.second)
        for trial in table
        if trial.state == DONE and trial.value is not None and trial.second is not None
    ]
    if not known or len(goals) == 1:
        return []
    groups = []
    for is_best, name, role in (
        (True, "Pareto front", "series 1"),
        (False, "other trials", "series 2"),
    ):
        chosen = [(x, y) for on_front, x, y in known if on_front == is_best]
        if chosen:
            xs, ys = zip(*chosen, strict=True)
            groups.append(Points(name, xs, ys, role, hollow=not is_best))
    palette = COLOR_BLIND if color else MONOCHROME
    x_name = goals[0].name
    size = min(width, MOST_COLUMNS)
    drawn = scatter(groups, palette, size, LINES, x_name=x_name, unicode=unicode)
    return [f"{goals[1].name} over {x_name}"] + [
        colored(line) if color else line.plain.rstrip() for line in drawn
    ]
