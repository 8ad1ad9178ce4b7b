"""A preset while it is written: what its text comes to, and what is wrong with it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuidl.errors import PresetError, TuidlError
from tuidl.graph import Graph, Node
from tuidl.preset import Preset
from tuidl.tui.toml_lines import KeyPath, error_line, path_of


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
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError):
            table = None
        try:
            preset = Preset.parse(text, "", folder=folder)
            graph = Graph.build(preset)
        except TuidlError as error:
            path = path_of(error.key) if isinstance(error, PresetError) else ("data",)
            return cls(text, table, None, None, str(error), error_line(text, error), path)
        enabled = [i for i, layer in enumerate(preset.layers) if layer.enabled]
        return cls(text, table, preset, graph, nodes=dict(zip(enabled, graph.nodes, strict=True)))

    @property
    def message(self) -> str:
        """The problem with its line, as one line."""
        where = f"line {self.line + 1}: " if self.line is not None else ""
        return where + " ".join(self.problem.split())
