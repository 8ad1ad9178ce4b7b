"""How a measured process talks, with nothing but the standard library.

It is started as ``script SYSTEM THREADS [WAY ...]``, gets ready and says so in a line of JSON. For
each line that it reads it measures one round of every way to train that it knows, and answers with
another. It ends at the end of its input.
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

    def prepare(self) -> None:
        """Warm up, and see how often a round has to run."""
        self.run(1)
        self.count = 1
        while (seconds := self._seconds()) < SECONDS_OF_A_ROUND / 4 and self.count < 1 << 24:
            self.count *= 2
        self.count = max(1, round(self.count * SECONDS_OF_A_ROUND / seconds))

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


def started_as() -> tuple[str, int, list[str]]:
    """System, threads and ways of the command line. Keeps this process to so many cores: call it
    before a library that counts them is imported."""
    system, threads, *ways = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    return system, int(threads), ways


def serve(version: str, parameters: int, ways: dict[str, Way], **facts: int) -> None:
    """Measure for as long as somebody asks. ``parameters``: how many are trained."""
    known = {"version": version, "parameters": parameters, **facts}
    if DESCRIBE in sys.argv:
        say(known)
        return
    for way in ways.values():
        way.prepare()
    first = {name: way.microseconds()[0] for name, way in ways.items()}
    best = min(first.values())
    ways = {name: way for name, way in ways.items() if first[name] < HOPELESS * best}
    say(known)
    for _ in sys.stdin:
        times = {name: way.microseconds() for name, way in ways.items()}
        say({"microseconds": times, "memory": peak_memory()})


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
