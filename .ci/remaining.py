"""Runs pytest without the tests that have passed elsewhere.

    python remaining.py FILE[,FILE...] [OPTIONS OF PYTEST]

Each FILE is one of pytest's JUnit files.
"""

import os
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from results import Key, together

FILES = "PASSED_IN"
"""The environment variable that tells every process the files."""


def key_of(node: str) -> Key:
    """The module and the name that a test has in a JUnit file."""
    path, bracket, parameters = node.partition("[")
    module, *names = path.split("::")
    module = re.sub(r"\.py$", "", module.replace("/", "."))
    return ".".join([module, *names[:-1]]), names[-1] + bracket + parameters


@cache
def passed() -> set[Key]:
    """The tests that have."""
    found = together([Path(name) for name in os.environ[FILES].split(",")])
    return {key for key, (outcome, _) in found.items() if outcome == "passed"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has passed. Each process of pytest-xdist does so: this file is a plugin of
    theirs as well."""
    done = [item for item in items if key_of(item.nodeid) in passed()]
    items[:] = [item for item in items if key_of(item.nodeid) not in passed()]
    config.hook.pytest_deselected(items=done)


def main(files: str, *options: str) -> int:
    os.environ[FILES] = ",".join(str(Path(name).resolve()) for name in files.split(","))
    return pytest.main(["-p", Path(__file__).stem, *options])


if __name__ == "__main__":
    sys.path.insert(0, "")  # as for python -m pytest
    sys.exit(main(*sys.argv[1:]))
