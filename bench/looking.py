"""Looks into our own training over the cases of a grid, and says whether all is well."""

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import inside
from bench.cases import Case
from bench.grids import GridCase

Record = dict[str, Any]
Verdict = tuple[str, bool]
LEVEL = 2.0**-23
"""Errors below one unit in float32's last place are as good as none."""
ALLOWED = 1.1
"""Times as long, as far as processor time of a shared machine can tell."""


def run(mode: str, cases: list[GridCase], threads: int, as_json: bool = False) -> bool:
    """A line a case, then a summary; whether all is well."""
    with TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        return tell(mode, [case.write(folder) for case in cases], folder, threads, as_json)


def tell(mode: str, cases: list[Case], folder: Path, threads: int, as_json: bool) -> bool:
    """The same of cases that are there."""
    text, summary = WORDS[mode]
    records: list[Record] = []
    for record in inside.look_into(mode, cases, folder, threads):
        records.append(record)
        print(json.dumps(record) if as_json else text(record), flush=True)
    said, is_well = summary(records)
    print(said, file=sys.stderr if as_json else sys.stdout)
    return is_well


def agreement_text(record: Record) -> str:
    hashes = record["weights_sha256"]
    if record["same"]:
        return f"{record['case']}: the same on {', '.join(hashes)} threads"
    parts = ", ".join(f"{number}: {value[:12]}" for number, value in hashes.items())
    return f"{record['case']}: DIFFERENT on {parts}"


def agreement_summary(records: list[Record]) -> Verdict:
    same = sum(record["same"] for record in records)
    return f"{same} of {len(records)} cases have the same bits on every number of threads", (
        same == len(records)
    )


def accuracy_text(record: Record) -> str:
    ours, torch = record["ours"], record["torch"]
    return f"{record['case']}: off by {ours:.1e}, PyTorch {torch:.1e} ({error_ratio(record):.2f})"


def error_ratio(record: Record) -> float:
    return max(record["ours"], LEVEL) / max(record["torch"], LEVEL)


def accuracy_summary(records: list[Record]) -> Verdict:
    """By the median: the error of a single case is a matter of luck."""
    ratios = [error_ratio(record) for record in records]
    middle = statistics.median(ratios)
    return (
        f"our error over PyTorch's: {middle:.2f} in the median of {len(records)} cases, "
        f"{min(ratios):.2f} to {max(ratios):.2f}"
    ), middle <= 1


def steady_text(record: Record) -> str:
    first, last = record["first"], record["last"]
    return (
        f"{record['case']}: {first:,.0f} µs a step at first, {last:,.0f} after {record['steps']:,} "
        f"steps ({last / first:.2f})"
    )


def steady_summary(records: list[Record]) -> Verdict:
    ratios = [record["last"] / record["first"] for record in records]
    slower = sum(ratio > ALLOWED for ratio in ratios)
    return f"{slower} of {len(records)} cases slow down; the worst by {max(ratios):.2f}", not slower


WORDS: dict[str, tuple[Callable[[Record], str], Callable[[list[Record]], Verdict]]] = {
    "agreement": (agreement_text, agreement_summary),
    "accuracy": (accuracy_text, accuracy_summary),
    "steady": (steady_text, steady_summary),
}
"""A record as a line, and all of them as another, with whether all is well."""
