"""What the test runs of several environments add up to, read from pytest's JUnit files.

    python3 results.py FILE...

A test counts once: as failed where it failed anywhere, as passed where it passed somewhere. Prints
what ran nowhere and why, then one line as pytest closes a run; exits with 1 where a test failed.
"""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import timedelta
from pathlib import Path

RANK = ("failed", "passed", "skipped")
"""Of two outcomes of a test the first of these counts."""
WHOLE = "collection skipped"
"""The reason that stands in a JUnit file for a module that was skipped whole."""
Key = tuple[str, str]


def outcomes(file: Path) -> dict[Key, tuple[str, str]]:
    """Of each test (its module, its name): the outcome, and why it was skipped."""
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
        for key, outcome in outcomes(file).items():
            all_of[key] = better(all_of.get(key), outcome)
    ran = {module for module, _ in all_of}
    return {key: outcome for key, outcome in all_of.items() if key[0] or key[1] not in ran}


def seconds(file: Path) -> float:
    return sum(float(suite.get("time", 0)) for suite in ET.parse(file).iter("testsuite"))


def main(files: list[Path]) -> int:
    found = together(files)
    counts = Counter(outcome for outcome, _ in found.values())
    reasons = Counter(why for outcome, why in found.values() if outcome == "skipped")
    for why, count in reasons.most_common():
        print(f"ran nowhere: {count} ({why})")
    elapsed = sum(map(seconds, files))
    parts = [f"{counts[outcome]} {outcome}" for outcome in RANK if counts[outcome]]
    clock = timedelta(seconds=int(elapsed))
    print(f"{', '.join(parts) or 'no tests ran'} in {elapsed:.2f}s ({clock})")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
