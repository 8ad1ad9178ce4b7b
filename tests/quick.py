"""Which tests run when nothing is chosen: a quick set of every room. ``--all`` runs every test.

The quick set has every test function, and of one that is parametrised some cases, evenly spread.
``@pytest.mark.slow`` leaves a test out of it, ``@pytest.mark.sample(n)`` keeps n cases; both also
hold for a class or, as ``pytestmark``, for a file. Where the command line names files or tests, or
has ``-k`` or ``-m``, all that is named runs.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
SLOW_ROOMS = {"judges"}
"""Rooms that have nothing quick: they need packages that the README's commands do not install."""
CASES = 2
"""Of a function, where it does not say how many."""
IS_QUICK = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("general")
    group.addoption("--all", action="store_true", dest="all_tests", help="Run slow tests as well.")


def pytest_configure(config: pytest.Config) -> None:
    """A process of pytest-xdist gets files to run whatever was chosen: it is handed the answer."""
    handed = getattr(config, "workerinput", {})
    config.stash[IS_QUICK] = handed["quick"] if handed else _is_nothing_chosen(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Where pytest-xdist starts a process."""
    config = node.config
    node.workerinput["quick"] = config.stash[IS_QUICK]
    node.workerinput["all_files"] = config.args_source is not pytest.Config.ArgsSource.ARGS


def _is_nothing_chosen(config: pytest.Config) -> bool:
    option = config.option
    if option.all_tests or option.keyword or option.markexpr:
        return False
    return config.args_source is not pytest.Config.ArgsSource.ARGS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is not quick as a whole is not even imported."""
    is_slow = collection_path.parent == TESTS and collection_path.name in SLOW_ROOMS
    return True if is_slow and config.stash[IS_QUICK] else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.stash[IS_QUICK]:
        return
    quick = quick_ones(items)
    rooms = {room_of(item) for item in items} - SLOW_ROOMS
    if bare := rooms - {room_of(item) for item in quick}:
        raise pytest.UsageError(f"no quick tests in {', '.join(sorted(bare))}")
    chosen = set(quick)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = quick


def quick_ones(items: list[pytest.Item]) -> list[pytest.Item]:
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("slow") is None and room_of(item) not in SLOW_ROOMS:
            cases[item.nodeid.partition("[")[0]].append(item)
    kept = {item for function in cases.values() for item in spread(function)}
    return [item for item in items if item in kept]


def spread(cases: list[pytest.Item]) -> list[pytest.Item]:
    """As many of a function's cases as are quick, the first among them."""
    marker = cases[0].get_closest_marker("sample")
    n = min(marker.args[0] if marker else CASES, len(cases))
    return [cases[i * len(cases) // n] for i in range(n)]


def room_of(item: pytest.Item) -> str:
    """The folder below ``tests``."""
    return item.path.parts[len(TESTS.parts)]
