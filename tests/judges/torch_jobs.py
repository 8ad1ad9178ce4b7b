"""What the PyTorch worker is asked: models as tables and arrays, and its answers."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tests.judges.networks import Array, Table
from tuidl.core.config import Config
from tuidl.model.model import Model

WORKER = Path(__file__).parent / "torch_worker.py"
SECONDS = 600


@dataclass
class Jobs:
    """Jobs for one call of the worker, and what it answered."""

    tables: dict[str, Table] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    answers: dict[str, Array] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, model: Model, x: Array, y: Array, **options: Any) -> None:
        """Ask for ``kind`` of the model as it is now, on examples ``x`` and targets ``y``."""
        graph = model.program.graph
        preset = graph.preset
        self.tables[name] = {
            "kind": kind,
            "nodes": [_node(node) for node in graph.nodes_for_loss],
            "learned": [slot.name for slot in model.program.parameters if slot.trainable],
            "loss": table_of(preset.loss),
            "optimizer": table_of(preset.optimizer),
            **options,
        }
        self.arrays |= {f"{name}/x": x, f"{name}/y": y}
        for key, values in model.parameters.items():
            self.arrays[f"{name}/parameters/{key}"] = values.copy()

    def run(self, folder: Path) -> None:
        """One process does all the jobs."""
        np.savez(folder / "arrays.npz", **self.arrays)
        (folder / "jobs.json").write_text(json.dumps(self.tables))
        command = [sys.executable, str(WORKER), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        assert done.returncode == 0, done.stderr
        self.errors = json.loads((folder / "errors.json").read_text())
        with np.load(folder / "answers.npz") as answers:
            self.answers = dict(answers)

    def of(self, name: str) -> dict[str, Array]:
        """The answers to one job; fails with the worker's words where it could not do it."""
        assert name not in self.errors, self.errors[name]
        start = f"{name}/"
        return {k.removeprefix(start): v for k, v in self.answers.items() if k.startswith(start)}


def table_of(record: Config) -> Table:
    """All fields of a record, defaults included, and its type."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return {
        "type": record.kind(),
        **{
            name: table_of(value) if isinstance(value, Config) else msgspec.to_builtins(value)
            for name, value in fields.items()
        },
    }


def _node(node: Any) -> Table:
    table = table_of(node.layer)
    return {
        "name": node.name,
        "type": table["type"],
        "options": table,
        "inputs": list(table.get("inputs") or ()),
        "shape": list(node.shape),
    }
