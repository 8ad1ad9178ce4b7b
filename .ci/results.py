"""What the test runs of several environments add up to, read from pytest's JUnit files.

    python3 results.py [--failed] FILE...

A test counts once: as failed where it failed anywhere, as passed where it passed somewhere. One
that failed in FILE and passed in each of FILE's ``.again`` files (again.py) counts as rerun. Prints
what ran nowhere and why, then one line as pytest closes a run; exits with 1 where a test failed.
``--failed`` prints how the text of each failure ends before that line, of reruns as well, and
nothing without one.
"""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import timedelta
from pathlib import Path

RANK = ("failed", "rerun", "passed", "skipped")
"""Of two outcomes of a test the first of these counts."""
WHOLE = "collection skipped"
"""The reason that stands in a JUnit file for a module that was skipped whole."""
AGAIN = ".again"
"""Stands in the names of the files of tests that ran again, after the name of the first file."""
LINES = 30
"""Of the text of a failure so many lines are printed: the last ones say what is wrong."""
Key = tuple[str, str]


def outcomes(file: Path) -> dict[Key, tuple[str, str]]:
    """Of each test (its module, its name): the outcome, and why it was skipped."""
    found = first_outcomes(file)
    again = [
        first_outcomes(other) for other in sorted(file.parent.glob(f"{file.stem}{AGAIN}*.xml"))
    ]
    for key, (outcome, _) in found.items():
        later = [run.get(key, ("", ""))[0] for run in again]
        if outcome == "failed" and later and set(later) == {"passed"}:
            found[key] = "rerun", ""
    return found


def first_outcomes(file: Path) -> dict[Key, tuple[str, str]]:
    """What stands in this file alone."""
    found: dict[Key, tuple[str, str]] = {}
    for case in ET.parse(file).iter("testcase"):
        key, skipped = (case.get("classname", ""), case.get("name", "")), case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed", ""
        elif skipped is not None:
            outcome = "skipped", skipped.get("message", "").replace(WHOLE, f"all of {key[1]}")
        else:
            outcome = "passed", ""
        found[key] = better(found.get(key), outcome)
    return found


def better(first: tuple[str, str] | None, second: tuple[str, str]) -> tuple[str, str]:
    return second if first is None else min(first, second, key=lambda o: RANK.index(o[0]))


def together(files: list[Path]) -> dict[Key, tuple[str, str]]:
    """The outcomes of all files; a module that was skipped whole is left out if it ran later."""
    all_of: dict[Key, tuple[str, str]] = {}
    for file in files:
        if AGAIN in file.name:
            continue
        for key, outcome in outcomes(file).items():
            all_of[key] = better(all_of.get(key), outcome)
    ran = {module for module, _ in all_of}
    return {key: outcome for key, outcome in all_of.items() if key[0] or key[1] not in ran}


def seconds(file: Path) -> float:
    return sum(float(suite.get("time", 0)) for suite in ET.parse(file).iter("testsuite"))


def failures(file: Path) -> list[str]:
    """Of each test that failed: its name, and how pytest's text of it ends."""
    return [
        "\n".join([f"{case.get('classname')}::{case.get('name')}", *lines_of(found)])
        for case in ET.parse(file).iter("testcase")
        for found in (*case.iter("failure"), *case.iter("error"))
    ]


def lines_of(found: ET.Element) -> list[str]:
    return (found.text or found.get("message", "")).rstrip().splitlines()[-LINES:]


def main(files: list[Path]) -> int:
    found = together(files)
    counts = Counter(outcome for outcome, _ in found.values())
    reasons = Counter(why for outcome, why in found.values() if outcome == "skipped")
    for why, count in reasons.most_common():
        print(f"ran nowhere: {count} ({why})")
    return closed(counts, sum(map(seconds, files)))


def closed(counts: Counter[str], elapsed: float) -> int:
    """Print one line as pytest closes a run; the exit code."""
    parts = [f"{counts[outcome]} {outcome}" for outcome in RANK if counts[outcome]]
    clock = timedelta(seconds=int(elapsed))
    print(f"{', '.join(parts) or 'no tests ran'} in {elapsed:.2f}s ({clock})")
    return 1 if counts["failed"] or not counts["passed"] else 0


def main_failed(files: list[Path]) -> int:
    texts = [text for file in files for text in failures(file)]
    if not texts:
        return 0
    print("\n\n".join(["== what failed", *texts]))
    return closed(
        Counter(outcome for outcome, _ in together(files).values()), sum(map(seconds, files))
    )


if __name__ == "__main__":
    is_failed = sys.argv[1:2] == ["--failed"]
    named = [Path(name) for name in sys.argv[1 + is_failed :] if Path(name).exists()]
    sys.exit(main_failed(named) if is_failed else main(named))
