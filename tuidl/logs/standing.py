"""How far a log of another program has come: last and best of each measure, in bounded memory."""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from tuidl.logs.follower import Follower
from tuidl.logs.log import Key, Log
from tuidl.logs.measures import LAST, best_is, compared_by, words_of
from tuidl.logs.record import LATEST_DURATION, Record, clock_of
from tuidl.logs.text import problem_of
from tuidl.protocol.history import Series

TELLING = ("test", "validation", "train")
"""Parts of the examples, what says most of a network first."""
MOST_SCORES = 8


@dataclass(frozen=True)
class Standing:
    """``points``: values of the measure that has most; ``seconds`` between its first and its last
    moment, None where it names none; ``part``: that the ``scores``, the last ones, are of;
    ``numbers``: last and best of all measures, by ``validation.loss`` and
    ``best.validation.loss``; ``settings``: hyper-parameters that stand in it."""

    points: int = 0
    epoch: float | None = None
    seconds: float | None = None
    part: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


class TalliedLog(Log):
    """A log whose values are counted, and of which it is known when they were written."""

    def __init__(self) -> None:
        super().__init__()
        self.points: dict[Key, int] = {}
        self.epoch: float | None = None
        self.clock: tuple[float, float] | None = None

    def _add(self, record: Record, part: str) -> None:
        epoch = record.x if record.x_name == "epoch" else record.epoch
        self.epoch = epoch if epoch is not None else self.epoch
        moment = clock_of(record)
        if moment is not None:
            first, last = self.clock or (moment, moment)
            self.clock = min(first, moment), max(last, moment)
        super()._add(record, part)

    def _append(self, key: Key, x: float, value: float | None) -> bool:
        went_back = super()._append(key, x, value)
        if key in self.series:
            self.points[key] = self.points.get(key, 0) + 1
        return went_back

    @property
    def standing(self) -> Standing:
        """All of it as it stands now."""
        by_part: dict[str, dict[str, float]] = {}
        numbers: dict[str, float] = {}
        for key, series in self.series.items():
            measure, part = compared_by(key[1])
            last = _last(series)
            if last is None:
                continue
            name = _key(f"{part}.{measure}" if part else measure)
            name = name if name not in numbers else _key(key[1])
            numbers.setdefault(name, last)
            if (best := _best(series, best_is(key[1]))) is not None:
                numbers.setdefault(f"best.{name}", best)
            if not words_of(measure) or not {*words_of(measure)} & {*LAST}:
                by_part.setdefault(part or "train", {}).setdefault(_key(measure), last)
        part = next((one for one in TELLING if one in by_part), "")
        scores = dict(list(by_part.get(part, {}).items())[:MOST_SCORES])
        return Standing(
            max(self.points.values(), default=0), self.epoch, self._seconds(), part,
            scores, numbers, self.settings,
        )  # fmt: skip

    def _seconds(self) -> float | None:
        if self.clock is None:
            return None
        first, last = self.clock
        return last - first if last > LATEST_DURATION else last


def _key(name: str) -> str:
    """A name that a condition can hold: dots between words of letters, digits and ``_``."""
    words = (re.sub(r"\W+", "_", part).strip("_") for part in re.split(r"[./]", name))
    return ".".join(f"_{word}" if word[:1].isdigit() else word for word in words if word)


def _last(series: Series) -> float | None:
    """The last finite value."""
    return next((value for _, value in reversed(series.recent) if math.isfinite(value)), None)


def _best(series: Series, way: str) -> float | None:
    """The best finite value; None where it is unknown which way is good."""
    values = [point.low if way == "lowest" else point.high for point in series.whole]
    known = [value for value in values if math.isfinite(value)]
    if not way or not known:
        return None
    return min(known) if way == "lowest" else max(known)


class StandingReader(Follower):
    """Reads a log as far as it goes, again whenever it has grown."""

    _log: TalliedLog

    def new_log(self) -> TalliedLog:
        return TalliedLog()

    @property
    def standing(self) -> Standing:
        return self._log.standing

    def nothing_to_see(self, name: str) -> str:
        """Why there is nothing to see in what has been written, if there is nothing."""
        return problem_of(self._log, name) if self._log.counts.lines else ""
