"""Measures named networks one after the other, tells what is known and saves it."""

import argparse
import json
import shlex
import sys
from datetime import date
from pathlib import Path

import msgspec

from bench import tables
from bench.cases import Case, named
from bench.comparing import compare, machine, peak
from bench.records import DIGITS, Comparison, SystemResult
from bench.systems import SYSTEMS

ROUNDS = 5


def cases_of(names: list[str], batch: int | None) -> list[Case]:
    """All systems if none is named. Raises TuidlError."""
    return [named(name, batch) for name in names or SYSTEMS]


def run(chosen: argparse.Namespace, cases: list[Case]) -> None:
    """Measure, and print what was found."""
    from bench.whole import whole_runs

    command = f"python -m bench {shlex.join(sys.argv[1:])}".strip()
    rounds = chosen.rounds or ROUNDS
    on = machine(chosen.backend)
    found = Comparison(str(date.today()), command, on, chosen.threads, peak(chosen.threads))
    for case in cases:
        result = compare(
            case, chosen.interpreters, chosen.threads, rounds, chosen.busy, chosen.backend,
            chosen.seconds,
        )  # fmt: skip
        found.systems[case.name] = result
        _tell(case.name, result, found.peak, chosen.json)
        _save(found, chosen.save)
    if chosen.whole or chosen.cold:
        found.whole = whole_runs(chosen.interpreters.get("torch"), rounds, chosen.cold)
    found.peak = max(found.peak, peak(chosen.threads))
    _save(found, chosen.save)
    if not chosen.json:
        print("\n" + tables.screen(found))


def _save(found: Comparison, folder: Path | None) -> None:
    """What is known so far, as JSON and as Markdown."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    formatted = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
    (folder / "bench.json").write_bytes(formatted)
    (folder / "bench.md").write_text(tables.document(found), encoding="utf-8")


def _tell(name: str, result: SystemResult, peak: float, as_json: bool) -> None:
    """What is known so far: it takes minutes until all systems are measured."""
    for peer, timing in result.timings.items():
        best = timing.best
        if as_json:
            line = {
                "peer": timing.version,
                "system": name,
                "batch": result.batch,
                "us_per_step": round(best.median, DIGITS),
                "us_low": round(best.low, DIGITS),
                "us_high": round(best.high, DIGITS),
                "way": best.way,
                "processor_us": round(timing.least_work, DIGITS),
                "share_of_peak": round(result.flops / best.median * 1e6 / peak, 4),
                "memory": timing.memory,
            }
            print(json.dumps(line), flush=True)
        else:
            text = f"{name:<20} {peer:<16} {tables.spread(best)} µs, {best.way}"
            print(text, file=sys.stderr, flush=True)
