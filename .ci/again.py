"""Runs the tests that failed twice more, by themselves and each time in a new process.

    python again.py FILE [OPTIONS OF PYTEST]

FILE is the JUnit file of the run where they failed; the results come beside it, with ``.again1``
and ``.again2`` in their names. A failure that neither run shows depends on timing: it counts as
``rerun``, and is reported with its text, to be looked into. Exits with 1 where a test fails again,
where more than a few failed, or where none did and the run ended for another reason.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from remaining import key_of
from results import Key, first_outcomes

FAILED_IN = "FAILED_IN"
"""The environment variable that tells pytest's plugin the file."""
MOST = 5
"""More failures than this have one cause, which is hardly timing."""
TIMES = 2


@cache
def failed(file: str) -> set[Key]:
    return {key for key, (outcome, _) in first_outcomes(Path(file)).items() if outcome == "failed"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what failed."""
    if file := os.environ.get(FAILED_IN):
        kept = [item for item in items if key_of(item.nodeid) in failed(file)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def modules(keys: set[Key]) -> list[str]:
    """The files of tests; none of a module that could not be imported."""
    found = set()
    for module, _ in keys:
        parts = module.split(".")
        files = [Path(f"{'/'.join(parts[:count])}.py") for count in range(len(parts), 0, -1)]
        found |= {str(file) for file in files if file.exists()}
    return sorted(found)


def main(file: str, *options: str) -> int:
    keys = failed(file) if Path(file).exists() else set()
    if not 0 < len(keys) <= MOST or not modules(keys):
        return 1
    print(f"== {len(keys)} failed: run again, {TIMES} times", flush=True)
    command = [sys.executable, "-m", "pytest", "-p", "again", *options, *modules(keys)]
    for time in range(1, TIMES + 1):
        results = Path(file).with_suffix(f".again{time}.xml")
        done = subprocess.run(
            [*command, f"--junitxml={results}"], env=environment(file), check=False
        )
        if done.returncode:
            return 1
    return 0


def environment(file: str) -> dict[str, str]:
    """Where pytest finds this file as a plugin, and the options of the first run no more."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return kept | {FAILED_IN: str(Path(file).resolve()), "PYTHONPATH": str(Path(__file__).parent)}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
