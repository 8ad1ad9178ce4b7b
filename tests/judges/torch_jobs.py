"""What the PyTorch worker is asked: models as tables and arrays, and its answers."""

import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from tests.judges.networks import Array, Table
from tuidl.compiler.graph import Graph, Node
from tuidl.core.config import Config
from tuidl.export import torch_program
from tuidl.export.templates import names_in, torch_template
from tuidl.kernels.normal_code import normal_oracle
from tuidl.kernels.step_state import SEED, STEP, STEP_STATE_SIZE
from tuidl.model.model import Model
from tuidl.nn.layers.sample_normal import SampleNormal

WORKER = Path(__file__).parent / "torch_worker.py"
SECONDS = 600


@dataclass(frozen=True)
class Places:
    """Where PyTorch keeps tuidl's parameters: each number of these has a number of its own.

    ``theirs`` holds the numbers of ours that stand in each of their arrays, 0 for what is none of
    ours, such as a second bias.
    """

    ours: dict[str, Array]
    theirs: dict[str, Array]

    @classmethod
    def of(cls, graph: Graph, parameters: dict[str, Array]) -> "Places":
        ours, count = {}, 0
        for name, values in parameters.items():
            ours[name] = np.arange(1, 1 + values.size).reshape(values.shape) + count
            count += values.size
        return cls(ours, torch_program.weights(graph, ours))

    def name_of(self, theirs: str) -> str:
        """Our parameter that stands in one of their arrays; empty for none."""
        number = self.theirs[theirs].max(initial=0)
        return next((name for name, place in self.ours.items() if number in place), "")

    def to_ours(self, arrays: dict[str, Array], adds: bool) -> dict[str, Array]:
        """Their arrays as ours, as far as they are among ``arrays``: of a number that stands in
        several places, one of them or (``adds``) the sum."""
        flat = np.zeros(1 + sum(place.size for place in self.ours.values()))
        seen = np.zeros(len(flat), bool)
        for name, values in arrays.items():
            places = self.theirs[name]
            seen[places] = True
            if adds:
                np.add.at(flat, places, values)
            else:
                flat[places] = values
        return {name: flat[place] for name, place in self.ours.items() if seen[place].all()}


@dataclass
class Jobs:
    """Jobs for one call of the worker, and what it answered."""

    tables: dict[str, Table] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)
    answers: dict[str, Array] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, model: Model, x: Array, y: Array, **options: Any) -> None:
        """Ask for ``kind`` of the model as it is now, on examples ``x`` and targets ``y``."""
        whole = model.program.graph
        graph, preset = replace(whole, nodes=whole.nodes_for_loss), whole.preset
        places = self.places[name] = Places.of(graph, dict(model.parameters))
        learned = {slot.name for slot in model.program.parameters if slot.trainable}
        ours = {theirs: places.name_of(theirs) for theirs in places.theirs}
        self.tables[name] = {
            "kind": kind,
            "program": program_of(graph),
            "learned": [theirs for theirs, own in ours.items() if own in learned],
            "penalties": _penalties(graph, ours),
            "output_penalties": {
                node: [s.l1, s.l2] for node, s in graph.output_penalties(graph.objectives[0])
            },
            "loss": table_of(preset.loss),
            "optimizer": table_of(preset.optimizer),
            **options,
        }
        self.arrays |= {f"{name}/x": x, f"{name}/y": y}
        for node in graph.nodes:
            if isinstance(node.layer, SampleNormal):
                self.arrays[f"{name}/noise"] = _noise(model, node, len(x))
        theirs = torch_program.weights(graph, {k: v.copy() for k, v in model.parameters.items()})
        self.arrays |= {f"{name}/parameters/{key}": values for key, values in theirs.items()}

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
        """The answers to one job, by our names of parameters; fails with the worker's words where
        it could not do it."""
        assert name not in self.errors, self.errors[name]
        start = f"{name}/"
        said = {k.removeprefix(start): v for k, v in self.answers.items() if k.startswith(start)}
        groups = {key.rpartition("/")[0] for key in said} - {""}
        answers = {key: values for key, values in said.items() if "/" not in key}
        for group in groups:
            theirs = {k.rpartition("/")[2]: v for k, v in said.items() if k.startswith(f"{group}/")}
            ours = self.places[name].to_ours(theirs, adds=group.startswith("gradients"))
            answers |= {f"{group}/{key}": values for key, values in ours.items()}
        return answers


def program_of(graph: Graph) -> str:
    """The class ``Network`` as it is exported, with what it uses."""
    network = torch_program.module(graph)
    return "\n\n\n".join([*torch_template().needed(names_in(network))[1], network])


def _noise(model: Model, node: Node, examples: int) -> Array:
    """What a layer of samples draws in the first step."""
    step_state = np.zeros(STEP_STATE_SIZE)
    step_state[SEED], step_state[STEP] = model.preset.training.seed, 1
    return normal_oracle((examples, *node.shape), crc32(node.name.encode()), 0, step_state)


def _penalties(graph: Graph, ours: dict[str, str]) -> dict[str, list[float]]:
    """Of each of their arrays that is held down: how strongly, by its size and its square."""
    (objective,) = graph.objectives
    known = {f"{n}.{p}": [s.l1, s.l2] for n, p, s in graph.penalties(objective)}
    return {theirs: known[own] for theirs, own in ours.items() if own in known}


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
