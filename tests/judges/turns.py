"""Models of several losses or objectives: what PyTorch is asked of each, and their steps here."""

import zlib
from dataclasses import replace
from math import prod

import msgspec
import numpy as np

from tests.judges.networks import Array, Table
from tests.judges.torch_jobs import Jobs, Places, program_of, table_of
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Head, Target
from tuidl.export import torch_program
from tuidl.kernels.noise import noise_normal_oracle
from tuidl.kernels.step_state import SEED, STEP, STEP_STATE_SIZE
from tuidl.model.model import Model
from tuidl.nn.layers.sample_normal import SampleNormal
from tuidl.training.rotation import Rotation


def in_turns(graph: Graph) -> bool:
    """Whether more than one loss is trained for, or one that has no target."""
    return len(graph.heads) > 1 or not graph.heads[0].loss.needs_target


def rotation_of(model: Model) -> Rotation:
    return Rotation(tuple(objective.steps for objective in model.program.graph.objectives))


def noise_of(
    model: Model, source: str, shape: tuple[int, ...], steps: int, rotation: Rotation
) -> Array:
    """What the input or layer called ``source`` draws in each step, ``shape`` (batch, ...): a step
    is counted by its own objective."""
    noise, step_state = np.zeros((steps, *shape)), np.zeros(STEP_STATE_SIZE)
    step_state[SEED] = model.preset.training.seed
    for step in range(steps):
        number, _ = rotation.at(step)
        step_state[STEP] = rotation.steps_of(number, step) + 1
        drawn, key = noise[step].reshape(-1), zlib.crc32(source.encode())
        noise_normal_oracle(drawn, key, 0, prod(shape[1:]), step_state)
    return noise


def train_in_turns(model: Model, x: Array, y: Array, batch: int, steps: int) -> Array:
    """The loss of each step, as the trainer does them, at the optimizers' own rates."""
    program, engine, rotation = model.program, model.engine, rotation_of(model)
    feed = model.feed(x, y)
    plans = [BatchPlan.of(o.train, batch, len(feed)) for o in program.objectives]
    rates = [o.optimizer.learning_rate for o in program.graph.objectives]
    statistics = sum(size for _, size in program.statistics.values())
    losses = np.zeros(steps)
    list(model.prepare())
    for step in range(steps):
        number, _ = rotation.at(step)
        engine.step_state[STEP] = rotation.steps_of(number, step)
        place = step % (len(feed) // batch)
        part = losses[step : step + 1]
        chunk = StepChunk(place, np.full(1, rates[number]), np.zeros(statistics), part)
        assert engine.run(plans[number], feed, chunk) == 1
    return losses


def ask(jobs: Jobs, name: str, model: Model, x: Array, y: Array, batch: int, steps: int) -> None:
    """Ask for the steps of all objectives in turn.

    Each loss has a program of its own for what it is computed from. Parameters go by our names in
    all of them, and lie as PyTorch has them.
    """
    whole, rotation = model.program.graph, rotation_of(model)
    known = {key: values.copy() for key, values in model.parameters.items()}
    numbers, theirs, tables = Places.of(whole, known).ours, dict[str, Array](), list[Table]()
    for number, objective in enumerate(whole.objectives):
        assert not whole.penalties(objective), "the worker knows none here"
        for head in objective.heads:
            graph = _only(whole, objective, head)
            places = Places.of(graph, known)
            named = {key: places.name_of(key) for key in places.theirs}
            ours = {key: own for key, own in named.items() if own}  # without a count of batches
            assert len(set(ours.values())) == len(ours), "one array of theirs for each of ours"
            theirs |= {own: places.theirs[key] for key, own in ours.items()}
            weights = torch_program.weights(graph, known)
            jobs.arrays |= {f"{name}/parameters/{own}": weights[k] for k, own in ours.items()}
            tables.append({"objective": number, **_table(whole, graph, head), "ours": ours})
    jobs.places[name] = Places(numbers, theirs)
    jobs.tables[name] = {
        "kind": "turns", "heads": tables, "batch": batch,
        "optimizers": [table_of(o.optimizer) for o in whole.objectives],
        "learned": [_learned(model, objective) for objective in whole.objectives],
        "turns": [rotation.at(step)[0] for step in range(steps)],
    }  # fmt: skip
    noise = noise_of(model, *_drawn(whole, batch), steps, rotation)
    jobs.arrays |= {f"{name}/x": x, f"{name}/y": y, f"{name}/noise": noise.astype(x.dtype)}


def _only(whole: Graph, objective: Target, head: Head) -> Graph:
    """What one loss is computed from: its scores, where it takes those."""
    seen = whole.nodes_of((objective,))
    nodes = tuple(seen.get(i, node) for i, node in enumerate(whole.nodes))
    output = next(name for name, i in whole.outputs.items() if i == head.node)
    preset = msgspec.structs.replace(whole.preset, predicts=output)
    return replace(whole, preset=preset, nodes=nodes).answering


def _table(whole: Graph, graph: Graph, head: Head) -> Table:
    (data,) = graph.inputs
    drawn = {known.name for known in whole.inputs if known.noise}
    return {
        "targets": [head.start, head.start + head.spec.target_width],
        "program": program_of(graph),
        "reads": "noise" if data.name in drawn else "x",
        "loss": table_of(head.loss),
        "constant": head.constant,
        "weight": head.weight,
    }


def _learned(model: Model, objective: Target) -> list[str]:
    owners = [node for node in model.program.graph.owners if objective.learns(node)]
    return [f"{node.name}.{parameter.name}" for node in owners for parameter in node.trainable]


def _drawn(whole: Graph, batch: int) -> tuple[str, tuple[int, ...]]:
    """The one input or layer that draws noise, and its shape; nothing where there is none."""
    found = {data.name: data.shape for data in whole.inputs if data.noise}
    found |= {n.name: n.shape for n in whole.nodes if isinstance(n.layer, SampleNormal)}
    ((source, shape),) = found.items() or (("", (0,)),)
    return source, (batch, *shape)
