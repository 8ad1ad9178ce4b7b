"""The golden values in Keras's own tests, replayed on tuidl.

The tests lie in the installed wheel; they are read there as text, and Keras is never imported.
``keras_counts.toml`` names the files and classes, and holds how many checks run of each file, and
why the others do not.
"""

import ast
import tomllib
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.judges.keras_interpreter import GOLDEN, Reader
from tests.judges.keras_players import known_names
from tests.judges.packages import require

require("keras")

COUNTS = tomllib.loads((Path(__file__).parent / "keras_counts.toml").read_text())


def _folder() -> Path:
    package = find_spec("keras")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "src"


@cache
def _methods(file: str) -> dict[str, dict[str, ast.FunctionDef]]:
    """Class -> method -> its syntax."""
    tree = ast.parse((_folder() / file).read_text())
    return {
        group.name: {part.name: part for part in group.body if isinstance(part, ast.FunctionDef)}
        for group in tree.body
        if isinstance(group, ast.ClassDef) and group.name in COUNTS[file]["classes"]
    }


def _tests(file: str) -> list[str]:
    """``Class.method`` of those that hold a golden check."""
    return [
        f"{group}.{name}"
        for group, methods in _methods(file).items()
        for name, method in methods.items()
        if _is_golden(method)
    ]


def _is_golden(test: ast.FunctionDef) -> bool:
    names = (part.attr for part in ast.walk(test) if isinstance(part, ast.Attribute))
    return test.name.startswith("test") and any(name in GOLDEN for name in names)


@cache
def _replayed(file: str, name: str) -> Reader:
    group, _, test = name.partition(".")
    methods = _methods(file)[group]
    reader = Reader(known_names(), methods)
    reader.read(methods[test].body)
    return reader


@pytest.mark.parametrize(
    ("file", "name"),
    [pytest.param(file, name, id=name) for file in COUNTS for name in _tests(file)],
)
def test_golden_values(file: str, name: str) -> None:
    reader = _replayed(file, name)
    if not reader.ran:
        pytest.skip(", ".join(sorted(set(reader.skipped))) or "no check outside of other code")


@pytest.mark.parametrize("file", COUNTS)
def test_no_golden_check_was_lost_or_skipped_in_silence(file: str) -> None:
    readers = [_replayed(file, name) for name in _tests(file)]
    skipped = Counter(reason for reader in readers for reason in reader.skipped)
    assert sum(reader.ran for reader in readers) == COUNTS[file]["ran"]
    assert skipped == COUNTS[file].get("skipped", {})
