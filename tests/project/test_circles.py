"""How the files of the package hang together: no circle of imports, no long file, no stray room."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
KNOWN_CIRCLES: tuple[frozenset[str], ...] = ()
"""Circles that are still there. An entry that is no longer needed fails the test."""
KNOWN_LONG: frozenset[str] = frozenset()
"""Files that are still too long, likewise."""

Graph = Mapping[str, frozenset[str]]


def modules(root: Path) -> dict[str, Path]:
    """Every module below ``root`` by its name."""
    found = {}
    for path in sorted((root / "tuidl").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules that a file imports anywhere: at the top, in functions, for types alone."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = [*parents, node.module] if node.level and node.module else parents
            base = ".".join(start) if node.level else node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                if target := full if full in known else base if base in known else None:
                    yield target


def graph_of(root: Path) -> Graph:
    known = modules(root)
    return {name: frozenset(imports(name, path, known)) - {name} for name, path in known.items()}


def circles(graph: Graph) -> list[frozenset[str]]:
    """The strongly connected components of more than one module (Tarjan, 1972)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[frozenset[str]] = []

    def visit(name: str) -> None:
        index[name] = lowest[name] = len(index)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in index:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], index[other])
        if lowest[name] == index[name]:
            start = stack.index(name)
            component = frozenset(stack[start:])
            del stack[start:]
            if len(component) > 1:
                found.append(component)

    for name in graph:
        if name not in index:
            visit(name)
    return found


def test_no_file_imports_itself_by_way_of_others() -> None:
    found = circles(graph_of(ROOT))
    unknown = [sorted(c) for c in found if not any(c <= known for known in KNOWN_CIRCLES)]
    assert not unknown, f"circles of imports: {unknown}"
    gone = [sorted(k) for k in KNOWN_CIRCLES if not any(circle <= k for circle in found)]
    assert not gone, f"no longer a circle, take it from KNOWN_CIRCLES: {gone}"


@pytest.mark.parametrize(
    "line",
    [
        "from tuidl.ring import second",
        "from tuidl.ring.second import other",
        "import tuidl.ring.second",
        "from . import second",
        "from .second import other",
        "def later():\n    from tuidl.ring import second",
        "class A:\n    def b(self):\n        import tuidl.ring.second",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tuidl.ring import second",
        "try:\n    from tuidl.ring import second\nexcept ImportError:\n    pass",
    ],
)
def test_every_way_to_import_counts(line: str, tmp_path: Path) -> None:
    ring = tmp_path / "tuidl" / "ring"
    ring.mkdir(parents=True)
    for folder in (ring, ring.parent):
        (folder / "__init__.py").write_text("")
    (ring / "first.py").write_text(line + "\n")
    (ring / "second.py").write_text("from tuidl.ring.third import third\n")
    (ring / "third.py").write_text("def third():\n    from tuidl.ring import first\n")
    names = {"tuidl.ring.first", "tuidl.ring.second", "tuidl.ring.third"}
    assert circles(graph_of(tmp_path)) == [names]
    (ring / "first.py").write_text("from tuidl.ring.fourth import a\n")
    (ring / "fourth.py").write_text("import json\n")
    assert circles(graph_of(tmp_path)) == []


def test_no_file_is_long() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in modules(ROOT).values()
    }
    long = {name for name, count in lengths.items() if count > MOST_LINES}
    assert not long - KNOWN_LONG, {name: lengths[name] for name in long - KNOWN_LONG}
    assert not KNOWN_LONG - long, f"short now, take it from KNOWN_LONG: {KNOWN_LONG - long}"


def test_a_new_room_must_be_in_the_contract_of_imports(tmp_path: Path) -> None:
    """In a copy, as the linter sees it: with the room it refuses, without it does not."""
    pytest.importorskip("importlinter")
    shutil.copytree(ROOT / "tuidl", tmp_path / "tuidl", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert linted(tmp_path).returncode == 0, linted(tmp_path).stdout
    room = tmp_path / "tuidl" / "annex"
    room.mkdir()
    (room / "__init__.py").write_text('"""A room that the contract does not know."""\n')
    refused = linted(tmp_path)
    assert refused.returncode != 0
    assert "annex" in refused.stdout


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run(
        [*command, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
