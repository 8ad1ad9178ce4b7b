"""Curves of many runs over each other: one measure, one axis, smoothed, each run or each group."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuidl.charts.smoothing import smoothed
from tuidl.core.errors import RunError
from tuidl.core.lazy import Array, np
from tuidl.logs.folder import source_at
from tuidl.logs.hparams import settings_beside
from tuidl.logs.measures import best_is
from tuidl.logs.source import StreamSource, source_of_run
from tuidl.logs.whole import AXES, LogReader, measures_in
from tuidl.runs.curve_groups import at, spread
from tuidl.runs.labelling import Groups, Told, distinct_names, labels, told_apart
from tuidl.runs.listing import look_at
from tuidl.runs.settings import settings_of
from tuidl.storage.contents import RUN
from tuidl.storage.folder import RunFolder

MOST_RUNS = 500


@dataclass
class Member:
    """A run, or the log of another program, whose ``settings`` are the hyper-parameters that were
    kept with it. ``results``: its last
    scores by part and name, ``validation accuracy``, once it has been read."""

    path: Path
    name: str
    reader: LogReader
    settings: dict[str, Any]
    results: dict[str, float]
    problem: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is a run, and no log of another program."""
        return self.reader.source.run is not None

    def read(self) -> bool:
        """Read on; whether there was something new. What goes wrong is its ``problem``."""
        if self.problem:
            return False
        try:
            has_more = self.reader.advance()
        except RunError as error:
            self.problem = str(error)
            return True
        if has_more and self.is_own:
            self.results = _results_of(self.path, self.results)
        elif has_more and self.reader.whole.settings:
            self.settings = self.settings | self.reader.whole.settings
        return has_more


def member(path: Path) -> Member:
    """The run in a folder, or the file of a log. Raises RunError."""
    if not (path / RUN).exists():
        source = source_at(path)
        if isinstance(source, StreamSource):
            raise RunError(f"{path}: no file; only logs that stay can be compared")
        return Member(path, path.name, LogReader(source), settings_beside(path), {})
    RunFolder(path)  # one that cannot be read is refused
    return Member(path, path.name, LogReader(source_of_run(path)), settings_of(path), {})


def _results_of(path: Path, before: dict[str, float]) -> dict[str, float]:
    """Scores as the run's log has them by now; those ``before`` where it cannot be looked at."""
    try:
        listed = look_at(RunFolder(path))
    except (RunError, OSError):
        return before
    return {f"{listed.part} {name}": value for name, value in listed.scores.items()}


@dataclass(frozen=True, eq=False)
class Line:
    """What is drawn of a run or group: x and y (both ``(n,)``, x rising), ``raw`` before smoothing,
    ``low`` to ``high`` around a mean; ``numbers`` of the runs in it."""

    label: str
    numbers: tuple[int, ...]
    x: Array
    y: Array
    raw: Array | None = None
    low: Array | None = None
    high: Array | None = None
    count: Array | None = None

    @property
    def is_group(self) -> bool:
        return self.count is not None

    def value(self, x: float | None) -> float:
        """Between its points, on the line that is drawn; the last finite one without ``x``; NaN
        where there is none."""
        return _value(self.x, self.y, x)

    def deviation(self, x: float | None) -> float:
        """Of a group, at the same place."""
        if self.high is None:
            return math.nan
        return _value(self.x, self.high - self.y, x)

    def best(self, way: str) -> float:
        """The best of the values as they were; NaN where it is unknown which way is good."""
        values = self.raw if self.raw is not None else self.y
        values = values[np.isfinite(values)]
        if not way or not len(values):
            return math.nan
        return float(values.min() if way == "lowest" else values.max())


def _names(members: list[Member]) -> list[str]:
    return distinct_names([one.path for one in members])


def _telling(members: list[Member]) -> list[dict[str, Any]]:
    """Settings by which they are told apart: beside runs, logs of other programs go by their names,
    as their hyper-parameters are other keys than those of presets."""
    has_runs = any(one.is_own for one in members)
    return [one.settings if one.is_own or not has_runs else {} for one in members]


def _value(x: Array, y: Array, place: float | None) -> float:
    if place is not None:
        return float(at(x, y, np.array([place]))[0])
    known = y[np.isfinite(y)]
    return float(known[-1]) if len(known) else math.nan


@dataclass(frozen=True)
class View:
    """What of the runs is drawn. ``group``: a setting, ``Groups.BUT_SEEDS``, or nothing."""

    measure: str = ""
    axis: str = "epoch"
    weight: float = 0.0
    group: str = ""


class Overlaying:
    """The runs, and their lines for a view; lines that are asked for again are not made again."""

    def __init__(self, members: list[Member]) -> None:
        self.members: list[Member] = []
        self.labels: list[str] = []
        self._named_by: list[dict[str, Any]] = []
        self._times_named = 0
        self.join(members)
        self._told: dict[tuple[str, int, int], Told] = {}
        self._arrays: dict[tuple[int, str, str], tuple[int, Any]] = {}
        self._kept: tuple[Any, list[Line]] | None = None

    def join(self, members: list[Member]) -> None:
        """More runs: the numbers of those that are there stay theirs."""
        every = [*self.members, *members]
        self._label(every)
        self.members = every  # last: another thread may be drawing

    def told(self, group: str) -> Told:
        """What tells the runs apart, or the groups by this key, for each run."""
        members = self.members
        key = (group, self._times_named, len(members))
        if key not in self._told:
            tables = _telling(members)
            keys = Groups(group, [m.settings for m in members]).keys if group else None
            self._told = {key: told_apart(_names(members), tables, keys)}
        return self._told[key]

    def relabel(self) -> None:
        """Name the curves anew where hyper-parameters were found in logs."""
        if self._named_by != [m.settings for m in self.members]:
            self._label(self.members)

    def _label(self, members: list[Member]) -> None:
        self._named_by = [m.settings for m in members]
        self.labels = labels(_names(members), _telling(members))
        self._times_named += 1

    @property
    def version(self) -> int:
        """Another one whenever a run joined, one was read on, or they are called otherwise."""
        return self._times_named + sum(1 + m.reader.version for m in self.members)

    def measures(self) -> list[str]:
        return measures_in([m.reader.whole for m in self.members])

    def axes(self, measure: str) -> list[str]:
        """What x can be in at least one of the runs."""
        known = {axis for m in self.members for axis in m.reader.axes(measure)}
        return [axis for axis in AXES if axis in known]

    def settled(self, view: View) -> View:
        """The view with a measure and an axis that there are, as far as there are any."""
        measures = self.measures()
        measure = view.measure if view.measure in measures else next(iter(measures), "")
        axes = self.axes(measure)
        axis = view.axis if view.axis in axes else next(iter(axes), view.axis)
        return replace(view, measure=measure, axis=axis)

    def lines(self, view: View) -> list[Line]:
        """One for each run that has the measure, or for each group."""
        key = (view, self.version)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._made(view))
        return self._kept[1]

    def _made(self, view: View) -> list[Line]:
        found = [(n, self._curve(n, view)) for n in range(len(self.members))]
        known = [(n, curve) for n, curve in found if curve is not None]
        smooth = smoothed([y for _, (_, y) in known], view.weight)
        if view.group:
            return self._grouped(
                view, {n: (x, s) for (n, (x, _)), s in zip(known, smooth, strict=True)}
            )
        return [
            Line(self.labels[n], (n,), x, s, raw=y if view.weight else None)
            for (n, (x, y)), s in zip(known, smooth, strict=True)
        ]

    def _grouped(self, view: View, curves: dict[int, tuple[Array, Array]]) -> list[Line]:
        groups = Groups(view.group, [m.settings for m in self.members])
        lines = []
        for label, numbers in groups.members.items():
            those = tuple(n for n in numbers if n in curves)
            if not those:
                continue
            found = spread([curves[n] for n in those])
            width = np.nan_to_num(found.deviation)
            low, high = found.mean - width, found.mean + width
            lines.append(
                Line(label, those, found.x, found.mean, low=low, high=high, count=found.count)
            )
        return lines

    def _curve(self, number: int, view: View) -> tuple[Array, Array] | None:
        """A run's values, converted once for each state of its log."""
        reader = self.members[number].reader
        version, key = reader.version, (number, view.measure, view.axis)
        kept = self._arrays.get(key)
        if kept is None or kept[0] != version:
            kept = self._arrays[key] = (version, reader.arrays(view.measure, view.axis))
        return kept[1]

    def standing(
        self, lines: list[Line], measure: str, x: float | None
    ) -> list[tuple[Line, float]]:
        """Lines with their values at ``x`` (or last), the best first; those without one last."""
        sign = -1.0 if best_is(measure) == "highest" or not best_is(measure) else 1.0
        valued = [(line, line.value(x)) for line in lines]
        return sorted(valued, key=lambda one: (math.isnan(one[1]), sign * one[1]))

    def close(self) -> None:
        for one in self.members:
            one.reader.close()
