"""What was measured, as it is saved."""

import statistics
from dataclasses import dataclass

import msgspec

OURS = "tuidl"
DIGITS = 4
"""Of microseconds behind the point, as JSON: steps of tiny networks take tenths of one."""


@dataclass(frozen=True)
class Best:
    """The way to train that was fastest by its median; microseconds a step."""

    way: str
    median: float
    low: float
    high: float


class Timing(msgspec.Struct):
    """One library on one system: microseconds a step by way and round, and ``busy`` the same
    beside processes that keep every core busy. ``processor``: microseconds of processor time in
    all threads together. ``memory``: the process's peak, bytes."""

    version: str
    parameters: int
    memory: int = 0
    rounds: dict[str, list[float]] = {}
    busy: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}

    @property
    def best(self) -> Best:
        return _best(self.rounds)

    @property
    def best_busy(self) -> Best:
        return _best(self.busy)

    @property
    def least_work(self) -> float:
        """Processor time of the way that takes least of it, by its median."""
        return min(map(statistics.median, self.processor.values()))

    @property
    def threads_gain(self) -> float:
        """How many times as fast the first way, which has all threads, is as the last, on one: the
        median over the rounds, in which both see the same machine."""
        first, *_, last = self.rounds.values() if len(self.rounds) > 1 else [[1.0], [1.0]]
        return statistics.median(b / a for a, b in zip(first, last, strict=True))


class SystemResult(msgspec.Struct):
    """``flops``: operations of a training step, by our count, whoever does it. ``arena``: bytes of
    our program's memory."""

    batch: int
    flops: int
    timings: dict[str, Timing]
    arena: int = 0

    @property
    def peers(self) -> dict[str, Timing]:
        return {name: timing for name, timing in self.timings.items() if name != OURS}

    def ratio(self, peer: str) -> float:
        """How many times as long as we the peer takes, by medians."""
        return self.timings[peer].best.median / self.timings[OURS].best.median

    def least_ratio(self, by_lowest: bool = False) -> tuple[str, float]:
        """The fastest peer and its ratio, by medians or by the fastest rounds."""
        kind = "low" if by_lowest else "median"
        times = {name: getattr(timing.best, kind) for name, timing in self.peers.items()}
        name = min(times, key=times.__getitem__)
        return name, times[name] / getattr(self.timings[OURS].best, kind)

    def least_work_ratio(self) -> tuple[str, float]:
        """The peer that takes least processor time, and how many times ours."""
        times = {name: timing.least_work for name, timing in self.peers.items()}
        name = min(times, key=times.__getitem__)
        return name, times[name] / self.timings[OURS].least_work

    def least_memory_ratio(self) -> tuple[str, float]:
        """The peer with the lowest peak of memory, and how many times ours."""
        peaks = {name: timing.memory for name, timing in self.peers.items()}
        name = min(peaks, key=peaks.__getitem__)
        return name, peaks[name] / max(self.timings[OURS].memory, 1)


class Whole(msgspec.Struct):
    """Seconds of whole processes, from start to end; ``memory``: the largest peak, bytes."""

    what: str
    seconds: list[float]
    memory: int


class Comparison(msgspec.Struct):
    """All that one call measured. ``peak``: operations a second of a large matrix product."""

    date: str
    command: str
    machine: str
    threads: int
    peak: float
    systems: dict[str, SystemResult] = {}
    whole: list[Whole] = []

    @property
    def peers(self) -> list[str]:
        names = (name for result in self.systems.values() for name in result.peers)
        return list(dict.fromkeys(names))

    @property
    def versions(self) -> list[str]:
        known = (t.version for r in self.systems.values() for t in r.timings.values())
        return list(dict.fromkeys(known))


class GridResult(msgspec.Struct):
    """One case of a grid. ``error``: why there is no result."""

    row: str
    kind: str
    sizes: dict[str, int]
    result: SystemResult | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return " ".join([self.row, *(f"{axis}={n}" for axis, n in self.sizes.items())])


class GridRun(msgspec.Struct):
    """All that one call measured of a grid. ``peak``: as above."""

    date: str
    command: str
    machine: str
    threads: int
    grid: str
    peak: float
    cases: list[GridResult] = []

    @property
    def measured(self) -> list[tuple[GridResult, SystemResult]]:
        """Those beside peers."""
        known = ((case, case.result) for case in self.cases)
        return [(case, result) for case, result in known if result is not None and result.peers]


def _best(ways: dict[str, list[float]]) -> Best:
    medians = {way: statistics.median(times) for way, times in ways.items()}
    way = min(medians, key=medians.__getitem__)
    return Best(way, medians[way], min(ways[way]), max(ways[way]))
