"""A preset while it is edited: its parsed text, and the first problem."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tuidl.compiler.graph import Graph, Node
from tuidl.core.errors import PresetError, TuidlError
from tuidl.preset.schema import Preset
from tuidl.preset.toml_lines import KeyPath, error_line, path_of

LARGE = 1 << 20
"""Bytes of examples from which on a thread reads them; a table takes up to 0.5 s a MB."""


@dataclass(frozen=True)
class Draft:
    """``table`` is None where the text is not TOML; ``line`` (from 0) and ``path`` say where the
    ``problem`` is."""

    text: str
    table: dict[str, Any] | None = None
    preset: Preset | None = None
    graph: Graph | None = None
    problem: str = ""
    line: int | None = None
    path: KeyPath = ()
    nodes: dict[int, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, folder: Path) -> "Draft":
        """Check the text as far as it goes. Paths of data are relative to ``folder``."""
        table = table_of(text)
        try:
            preset = Preset.parse(text, "", folder=folder)
            graph = Graph.build(preset)
        except TuidlError as error:
            path = path_of(error.key) if isinstance(error, PresetError) else ("data",)
            return cls(text, table, None, None, str(error), error_line(text, error), path)
        own = graph.nodes if preset.layers else ()  # several networks have no layers of their own
        return cls(text, table, preset, graph, nodes=_by_layer(own))

    @classmethod
    def reading(cls, text: str, file: Path) -> "Draft":
        """The draft of the text before its examples have been read."""
        return cls(text, table_of(text), problem=f"reading {file.name} …", path=("data",))

    @property
    def message(self) -> str:
        """The problem with its line, as one line."""
        where = f"line {self.line + 1}: " if self.line is not None else ""
        return where + " ".join(self.problem.split())


def _by_layer(nodes: tuple[Node, ...]) -> dict[int, Node]:
    """Each layer's node, by its number; of one with parts the last, with the parameters of all."""
    found: dict[int, Node] = {}
    for node in nodes:
        own = () if node.owner else node.parameters
        before = found[node.position].parameters if node.position in found else ()
        found[node.position] = replace(node, parameters=(*before, *own))
    return found


def table_of(text: str) -> dict[str, Any] | None:
    """None where the text is not TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def large_file(text: str, folder: Path) -> tuple[Path, float] | None:
    """The file of examples that a text names, and its time, if reading it may take a while."""
    data = (table_of(text) or {}).get("data")
    name = data.get("path") if isinstance(data, dict) else None
    if not isinstance(name, str):
        return None
    file = folder / name
    try:
        state = file.stat()
    except (OSError, ValueError):
        return None
    return (file, state.st_mtime) if file.is_file() and state.st_size > LARGE else None
