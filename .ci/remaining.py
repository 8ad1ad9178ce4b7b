"""Runs pytest without the tests that have passed elsewhere.

    python remaining.py [--whole] [--ran-here FILE[,FILE...]] FILE[,FILE...] [OPTIONS OF PYTEST]

Each FILE is one of pytest's JUnit files. ``--whole``: together they have every test of each module
that they name, so that one whose tests have all passed is not even imported. ``--ran-here``: files
of this same environment, or of one that had all that its tests ask for; those are left out whatever
came of them: one that was skipped would be so again, some of them after minutes.
"""

import os
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from results import Key, together

FILES, WHOLE, HERE = "PASSED_IN", "PASSED_WHOLE", "RAN_HERE"
"""The environment variables that tell every process the files, whether they have all tests, and the
files of this environment."""


def key_of(node: str) -> Key:
    """The module and the name that a test has in a JUnit file."""
    path, bracket, parameters = node.partition("[")
    module, *names = path.split("::")
    module = re.sub(r"\.py$", "", module.replace("/", "."))
    return ".".join([module, *names[:-1]]), names[-1] + bracket + parameters


def read(variable: str) -> dict[Key, str]:
    """The outcomes in the files that a variable names."""
    names = os.environ.get(variable)
    found = together([Path(name) for name in names.split(",")]) if names else {}
    return {key: outcome for key, (outcome, _) in found.items()}


@cache
def outcomes() -> dict[Key, str]:
    return read(FILES)


@cache
def done() -> set[Key]:
    """The tests that need not run."""
    passed = {key for key, outcome in outcomes().items() if outcome == "passed"}
    return passed | read(HERE).keys()


@cache
def modules() -> dict[str, bool]:
    """Whether all is done, by module and by class in one."""
    lacking = {module for module, _ in outcomes().keys() - done()}
    return {module: module not in lacking for module, _ in outcomes()}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Importing the modules of all tests takes longer than the tests that are left."""
    if collection_path.suffix != ".py" or not os.environ.get(WHOLE):
        return None
    module = ".".join(collection_path.relative_to(config.rootpath).with_suffix("").parts)
    have = [whole for name, whole in modules().items() if f"{name}.".startswith(f"{module}.")]
    return True if have and all(have) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is done. Each process of pytest-xdist does so: this file is a plugin of theirs
    as well."""
    left_out = [item for item in items if key_of(item.nodeid) in done()]
    items[:] = [item for item in items if key_of(item.nodeid) not in done()]
    config.hook.pytest_deselected(items=left_out)


def resolved(files: str) -> str:
    return ",".join(str(Path(name).resolve()) for name in files.split(","))


def main(files: str, *options: str) -> int:
    if files == "--whole":
        os.environ[WHOLE] = "1"
        files, *options = options
    if files == "--ran-here":
        here, files, *options = options
        os.environ[HERE] = resolved(here)
    os.environ[FILES] = resolved(files)
    return pytest.main(["-p", Path(__file__).stem, *options])


if __name__ == "__main__":
    sys.path.insert(0, "")  # as for python -m pytest
    sys.exit(main(*sys.argv[1:]))
