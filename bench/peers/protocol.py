"""How a measured process talks, with nothing but the standard library.

It is started as ``script CASE.json THREADS [WAY ...]``, gets ready and says so in a line of JSON.
For each line that it reads it measures one round of every way to train that it knows, and answers
with another. It ends at the end of its input.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES = 2048
SECONDS_OF_A_ROUND = 0.1
DESCRIBE = "describe"
"""Said in place of a way: only say what there is, and end."""
HOPELESS = 3
"""A way that takes so many times as long as the best one, once warm, is not measured further."""


@dataclass
class Way:
    """A way to train: ``run(count)`` does ``count`` units of ``steps`` training steps each."""

    run: Callable[[int], Any]
    steps: int = 1
    count: int = 1

    def prepare(self, wanted: float = SECONDS_OF_A_ROUND) -> None:
        """Warm up, and see how often a round of so many seconds has to run."""
        self.run(1)
        self.count = 1
        while (seconds := self._seconds()) < wanted / 4 and self.count < 1 << 24:
            self.count *= 2
        self.count = max(1, round(self.count * wanted / seconds))

    def microseconds(self) -> tuple[float, float]:
        """Of a step, in one round: by the clock, and of processor time in all threads together."""
        before = time.process_time()
        elapsed = self._seconds()
        worked = time.process_time() - before
        steps = self.count * self.steps
        return elapsed / steps * 1e6, worked / steps * 1e6

    def _seconds(self) -> float:
        started = time.perf_counter()
        self.run(self.count)
        return time.perf_counter() - started


Made = tuple[Way, int]
"""A way to train and the number of parameters that it trains."""


def started_as() -> tuple[dict[str, Any], int, list[str]]:
    """The case, threads and ways of the command line. Keeps this process to so many cores: call it
    before a library that counts them is imported."""
    file, threads, *ways = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    return json.loads(Path(file).read_text()), int(threads), ways


def serve(
    version: str, ways: dict[str, Callable[[], Made]], seconds: float | None = None, **facts: int
) -> None:
    """Make the ways, then measure for as long as lines come in.

    ``memory`` of the first answer is the peak of the first way alone, before others are made.
    """
    if DESCRIBE in sys.argv:
        _, parameters = next(iter(ways.values()))()
        say({"version": version, "parameters": parameters, **facts})
        return
    made, memory, parameters = {}, 0, 0
    for name, make in ways.items():
        way, parameters = make()
        way.prepare(seconds or SECONDS_OF_A_ROUND)
        made[name] = way
        memory = memory or peak_memory()
    made = _hopeful(made)
    say({"version": version, "parameters": parameters, "memory": memory, **facts})
    for _ in sys.stdin:
        times = {name: way.microseconds() for name, way in made.items()}
        say({"microseconds": times, "memory": memory})


def _hopeful(ways: dict[str, Way]) -> dict[str, Way]:
    """Without those that are far behind, by the clock and in processor time."""
    if len(ways) == 1:
        return ways
    first = {name: way.microseconds() for name, way in ways.items()}
    best = [min(times) for times in zip(*first.values(), strict=True)]
    return {
        name: way
        for name, way in ways.items()
        if any(mine < HOPELESS * least for mine, least in zip(first[name], best, strict=True))
    }


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def peak_memory() -> int:
    """Bytes that this process has had in memory at most.

    Not from ``getrusage``: there a new process begins with the peak of the one that started it.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
