"""Measures the cases of a grid, each in fresh processes, and says what came of every one."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from bench import heatmap
from bench.comparing import compare, machine, peak
from bench.grids import GridCase
from bench.records import DIGITS, OURS, GridResult, GridRun, SystemResult
from bench.tables import digits

SECONDS = 0.3
"""Of a round of one way to train."""


def run(
    grid: str,
    cases: list[GridCase],
    peers: dict[str, Path],
    threads: int,
    rounds: int,
    *,
    command: str = "",
    seconds: float = SECONDS,
    save: Path | None = None,
    as_json: bool = False,
) -> GridRun:
    """Measure, one line a case; what is known so far is saved after each."""
    found = GridRun(str(date.today()), command, machine(), threads, grid, peak(threads))
    with TemporaryDirectory(prefix="bench-grid-") as place:
        for result in _results(cases, Path(place), peers, threads, rounds, seconds):
            found.cases.append(result)
            _tell(result, found.peak, as_json)
            _save(found, save)
    found.peak = max(found.peak, peak(threads))
    _save(found, save)
    return found


def _results(
    cases: list[GridCase],
    folder: Path,
    peers: dict[str, Path],
    threads: int,
    rounds: int,
    seconds: float,
) -> Iterator[GridResult]:
    for case in cases:
        found = GridResult(case.row, case.kind, case.sizes)
        try:
            found.result = compare(case.write(folder), peers, threads, rounds, seconds=seconds)
        except RuntimeError as error:
            found.error = str(error)
        yield found


def write(cases: list[GridCase], folder: Path) -> None:
    """The cases as presets, to be looked into by other commands."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        print(case.write(folder).preset)


def line(found: GridResult, peak: float) -> dict[str, Any]:
    """What is written as a line of JSON. Times in microseconds a step, memory in bytes; ratios say
    how many times as much as ours the best peer takes."""
    known: dict[str, Any] = {"case": found.name, "row": found.row, "kind": found.kind}
    known |= {"sizes": found.sizes}
    if found.result is None:
        return {**known, "error": found.error}
    result = found.result
    known |= {"batch": result.batch, "flops": result.flops, "share_of_peak": _share(result, peak)}
    for name, timing in result.timings.items():
        best = timing.best
        known[name] = {
            "wall": round(best.median, DIGITS), "wall_low": round(best.low, DIGITS),
            "wall_high": round(best.high, DIGITS), "way": best.way,
            "processor": round(timing.least_work, DIGITS), "memory": timing.memory,
        }  # fmt: skip
    known["threads_gain"] = round(result.timings[OURS].threads_gain, 3)
    if result.peers:
        ratios = {
            "wall": result.least_ratio(),
            "processor": result.least_work_ratio(),
            "memory": result.least_memory_ratio(),
        }
        known["ratios"] = {what: round(ratio, 3) for what, (_, ratio) in ratios.items()}
    return known


def _share(result: SystemResult, peak: float) -> float:
    return round(result.flops / result.timings[OURS].best.median * 1e6 / peak, 4)


def _tell(found: GridResult, peak: float, as_json: bool) -> None:
    if as_json:
        print(json.dumps(line(found, peak)), flush=True)
        return
    if found.result is None:
        print(f"{found.name}: {found.error.strip().splitlines()[-1]}", file=sys.stderr, flush=True)
        return
    known = found.result.timings
    times = ", ".join(
        f"{name} {digits(t.least_work)} µs ({digits(t.best.median)} by the clock)"
        for name, t in known.items()
    )
    ratios = ""
    if found.result.peers:
        work, clock = found.result.least_work_ratio()[1], found.result.least_ratio()[1]
        ratios = f"  {heatmap.cell(work, clock)}"
    print(f"{found.name}: {times}{ratios}", file=sys.stderr, flush=True)


def _save(found: GridRun, folder: Path | None) -> None:
    """``grid.json`` with every round, and ``grid.md``."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"grid-{found.grid}.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(found)) + b"\n"
    )
    (folder / f"grid-{found.grid}.md").write_text(heatmap.document(found), encoding="utf-8")
