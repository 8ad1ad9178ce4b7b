"""Runs as lines over axes: a setting each, the score last; which are in range, which is chosen."""

import math
from collections.abc import Sequence
from statistics import median

from tuidl.charts.scale import readable
from tuidl.charts.uprights import Upright
from tuidl.charts.window import is_wide
from tuidl.core.lazy import Array, np
from tuidl.logs.measures import best_is
from tuidl.protocol.formatting import is_share
from tuidl.runs.labelling import Settings, is_seed, short_keys
from tuidl.runs.setting_importance import importances, ranks, values_of

STEPS = 12
"""Into how many parts an axis with many values is divided for its range."""
FEW = 16
"""Different values up to which a range goes from one of them to the next."""

Range = tuple[float, float]


class Coordinates:
    """``tables``: the settings of each run; ``scores``: of each run, NaN where it has none. Axes
    are the settings that differ, those that say most of the score next to it."""

    def __init__(
        self, keys: Sequence[str], tables: Sequence[Settings], name: str, scores: Sequence[float]
    ) -> None:
        self._tables = tables
        self._short = short_keys(keys)
        self._columns = {key: values_of([table.get(key) for table in tables]) for key in keys}
        self.order = list(keys)
        """The keys of the axes before the score's, from left to right."""
        self.place = 0
        """Which of the axes keys act on; that of the score is the last."""
        self.ranges: dict[str, Range] = {}
        """By key, of the score by the empty one."""
        self.chosen: int | None = None
        self.take(name, scores)
        self.order = self._by_importance(keys)
        self.place = max(len(self.order) - 1, 0)

    def take(self, name: str, scores: Sequence[float]) -> None:
        """Show another score."""
        self.name, self.scores = name, np.array(scores, dtype=float)
        self.ranges.pop("", None)
        self.ranks = ranked(self.scores, best_is(name))
        self._axes: dict[tuple[str, Range | None], Upright] = {}
        if self.chosen is not None and not math.isfinite(self.ranks[self.chosen]):
            self.chosen = None

    def _by_importance(self, keys: Sequence[str]) -> list[str]:
        """Seeds first, then from what says least of the score to what says most."""
        shares = {one.key: one.of_ranks for one in importances(self._tables, self.scores.tolist())}
        known = {key: -1.0 if math.isnan(share) else share for key, share in shares.items()}
        return sorted(keys, key=lambda key: (not is_seed(key), known.get(key, -1.0)))

    # --- axes -------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return len(self.order) + 1

    def key_at(self, place: int) -> str:
        """Empty for the score."""
        return self.order[place] if place < len(self.order) else ""

    @property
    def key(self) -> str:
        return self.key_at(self.place)

    def axis(self, key: str) -> Upright:
        """The axis of a setting, or of the score."""
        kept = self.ranges.get(key)
        found = self._axes.get((key, kept))
        if found is None:
            found = self._axes[key, kept] = self._made(key, kept)
        return found

    def _made(self, key: str, kept: Range | None) -> Upright:
        name, words = (self._short[key], self._columns[key][1]) if key else (self.name, [])
        values = np.array(self._columns[key][0], dtype=float) if key else self.scores
        known = values[np.isfinite(values) & np.isfinite(self.ranks)]
        wide = len(known) > 0 and not words and is_wide(float(known.min()), float(known.max()))
        values = np.where(np.isfinite(self.ranks), values, np.nan)
        return Upright(name, values, tuple(words), wide and not (is_share(name) and not key), kept)

    def window(self, room: int) -> tuple[int, int]:
        """Which of the settings' axes are shown where there is room for so many axes: from, to;
        the chosen one is among them, and else those next to the score."""
        size = min(room - 1, len(self.order))
        last = len(self.order)
        if self.place < last - size:
            last = self.place + size
        return last - size, last

    def shown(self, room: int) -> list[Upright]:
        """As many axes as there is room for, the score's last."""
        first, last = self.window(room)
        return [self.axis(key) for key in (*self.order[first:last], "")]

    def step(self, way: int) -> None:
        """Act on another axis."""
        self.place = min(max(self.place + way, 0), self.count - 1)

    def move(self, way: int) -> bool:
        """The axis to another place; whether it could. The score's stays the last."""
        to = self.place + way
        if not (self.place < len(self.order) and 0 <= to < len(self.order)):
            return False
        self.order.insert(to, self.order.pop(self.place))
        self.place = to
        return True

    def drop(self) -> bool:
        """Show the axis no more; whether it could: one besides the score stays."""
        if self.place >= len(self.order) or len(self.order) < 2:
            return False
        self.ranges.pop(self.order.pop(self.place), None)
        self.place = min(self.place, len(self.order) - 1)
        return True

    def whole(self) -> None:
        """All axes, without ranges, in the order of the start."""
        self.order = self._by_importance(list(self._columns))
        self.ranges.clear()
        self.place = max(len(self.order) - 1, 0)

    # --- ranges -----------------------------------------------------------------------------------

    def narrow(self, end: int, way: int) -> None:
        """Move the lower (0) or the upper (1) end of the axis's range by a step up or down; over
        its whole length there is no range. A value always stays in it."""
        stops = self._stops()
        if len(stops) < 2:
            return
        kept = list(self.ranges.get(self.key, (stops[0], stops[-1])))
        at = int(np.abs(np.array(stops) - kept[end]).argmin()) + way
        kept[end] = stops[min(max(at, 0), len(stops) - 1)]
        if kept[0] > kept[1] or not self._holds(kept[0], kept[1]):
            return
        self.ranges[self.key] = (kept[0], kept[1])
        if kept == [stops[0], stops[-1]] and not self.axis(self.key).has_unset:
            del self.ranges[self.key]

    def _holds(self, low: float, high: float) -> bool:
        return any(low <= value <= high for value in self.axis(self.key).different)

    def _stops(self) -> list[float]:
        """Where a range may end: at each value, or at even steps between the ends."""
        axis = self.axis(self.key)
        values = axis.different
        if len(values) <= FEW:
            return values
        make = np.geomspace if axis.log else np.linspace
        stops: list[float] = make(values[0], values[-1], STEPS + 1).tolist()
        return [values[0], *stops[1:-1], values[-1]]

    def clear(self) -> None:
        """The axis without a range."""
        self.ranges.pop(self.key, None)

    @property
    def inside(self) -> Array:
        """Whether each run has a score and lies in all ranges, ``(runs,)``."""
        keys = [key for key in self.ranges if key in self.order or not key]
        parts = [self.axis(key).is_inside for key in keys]
        found: Array = np.logical_and.reduce([np.isfinite(self.ranks), *parts])
        return found

    # --- runs -------------------------------------------------------------------------------------

    def choose(self, way: int) -> None:
        """The next worse (1) or better (-1) run of those inside; at first the best."""
        found = np.flatnonzero(self.inside)
        order = found[np.argsort(-self.ranks[found], kind="stable")].tolist()
        if not order:
            self.chosen = None
            return
        at = order.index(self.chosen) + way if self.chosen in order else 0
        self.chosen = order[min(max(at, 0), len(order) - 1)]

    @property
    def words(self) -> str:
        """How many runs lie in the ranges, and the middle of their scores."""
        known = self.scores[np.isfinite(self.ranks)].tolist()
        if not self.ranges or not known:
            return ""
        those = self.scores[self.inside].tolist()
        if not those:
            return f"0 of {len(known)} in range"
        middle = f"median {readable(median(those))} ({readable(median(known))} of all)"
        return f"{len(those)} of {len(known)} in range, {middle}"


def ranked(scores: Array, way: str) -> Array:
    """From 0, the worst, to 1, the best; equal scores share theirs; NaN where there is no score."""
    found = np.full(len(scores), np.nan)
    known = np.isfinite(scores)
    count = int(known.sum())
    if count:
        values = -scores[known] if way == "lowest" else scores[known]
        found[known] = (ranks(values) - 1) / (count - 1) if count > 1 else 1.0
    return found
