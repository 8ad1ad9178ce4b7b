"""Runs pytest without the tests that have passed elsewhere, some files aside.

    python remaining.py FILE[,FILE...] [OPTIONS OF PYTEST]

Each FILE is one of pytest's JUnit files. Tests whose outcome may depend on what is installed run
again in any case.
"""

import re
import sys
from pathlib import Path

import pytest
from results import Key, together

AGAIN = (
    "tests/core/test_isolation.py", "tests/gpu/test_selection.py", "tests/judges/",
    "tests/test_backends.py", "tests/test_export.py", "tests/test_imports.py",
    "tests/test_programs.py",
)  # fmt: skip


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
        return node.startswith(AGAIN) or key_of(node) not in self._passed


def main(files: str, *options: str) -> int:
    found = together([Path(name) for name in files.split(",")])
    passed = {key for key, (outcome, _) in found.items() if outcome == "passed"}
    return pytest.main(list(options), plugins=[Remaining(passed)])


if __name__ == "__main__":
    sys.path.insert(0, "")  # as for python -m pytest
    sys.exit(main(*sys.argv[1:]))
