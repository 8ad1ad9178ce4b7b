"""Runs pytest without the tests that have passed elsewhere.

    python remaining.py FILE[,FILE...] [OPTIONS OF PYTEST]

Each FILE is one of pytest's JUnit files.
"""

import re
import sys
from pathlib import Path

import pytest
from results import Key, together


def key_of(node: str) -> Key:
    """The module and the name that a test has in a JUnit file."""
    path, bracket, parameters = node.partition("[")
    module, *names = path.split("::")
    module = re.sub(r"\.py$", "", module.replace("/", "."))
    return ".".join([module, *names[:-1]]), names[-1] + bracket + parameters


class Remaining:
    """A plugin that leaves out what has passed."""

    def __init__(self, passed: set[Key]) -> None:
        self._passed = passed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        done = [item for item in items if not self._is_wanted(item.nodeid)]
        items[:] = [item for item in items if self._is_wanted(item.nodeid)]
        config.hook.pytest_deselected(items=done)

    def _is_wanted(self, node: str) -> bool:
        return key_of(node) not in self._passed


def main(files: str, *options: str) -> int:
    found = together([Path(name) for name in files.split(",")])
    passed = {key for key, (outcome, _) in found.items() if outcome == "passed"}
    return pytest.main(list(options), plugins=[Remaining(passed)])


if __name__ == "__main__":
    sys.path.insert(0, "")  # as for python -m pytest
    sys.exit(main(*sys.argv[1:]))
