"""One step, phase by phase, with the real numbers of the batch that comes next."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import Array, Feed
from tuidl.probes.common import numbers
from tuidl.tape import Phase
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.trainer import Trainer


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """How many numbers of each array to show."""

    numbers: Annotated[int, Meta(ge=1, le=64)] = 6


def walk(trainer: Trainer, options: Options) -> dict[str, Any]:
    """``gather``: numbers of the examples and the first input; ``forward`` and ``backward``: each
    layer's shapes and first values; ``loss``; ``update``: a parameter before, its gradient, and
    the learning rate. Nothing is changed."""
    feed = _next_batch(trainer)
    seen = inspect(trainer.model, feed)
    nodes = trainer.program.graph.nodes
    shown = options.numbers
    forward = [
        {
            "name": node.name,
            "kind": node.layer.kind(),
            "input_shape": list(node.input_shape),
            "shape": list(node.shape),
            "values": _first(seen.outputs[node.name], shown),
        }
        for node in nodes
        if node.name in seen.outputs
    ]
    backward = [
        {"name": name, "values": _first(values, shown), "length": _length(values)}
        for name, values in seen.gradients.items()
    ]
    epoch, step = trainer.place
    return {
        "batch": len(feed),
        "examples": feed.order[:shown].tolist(),
        "input": _first(feed.x, shown),
        "target": _first(feed.y, shown),
        "forward": forward,
        "loss": seen.loss,
        "loss_kind": trainer.preset.loss.kind(),
        "backward": backward,
        "update": _update(trainer, seen, shown),
        "optimizer": trainer.preset.optimizer.kind(),
        "learning_rate": float(trainer.rates.of(epoch, min(step, trainer.steps - 1), 1)[0]),
        "instructions": _instructions(trainer),
    }


def _next_batch(trainer: Trainer) -> Feed:
    """The examples that the next step will train on."""
    epoch, step = trainer.place
    feed = trainer.ordered(epoch)
    position = min(step, trainer.steps - 1) * trainer.batches.batch
    return Feed(feed.x, feed.y, feed.order[position : position + trainer.batches.batch])


def _update(trainer: Trainer, seen: Inspected, shown: int) -> list[dict[str, Any]]:
    """First values of every trained parameter, and of its gradient in the step looked at."""
    parameters = trainer.model.parameters
    return [
        {
            "name": name,
            "shape": list(gradient.shape),
            "values": _first(parameters[name], shown),
            "gradient": _first(gradient, shown),
        }
        for name, gradient in seen.parameters.items()
    ]


def _instructions(trainer: Trainer) -> dict[str, int]:
    """How many instructions of the program each phase has."""
    instructions = trainer.program.train.emitted.instructions
    return {p.name.lower(): sum(i.phase is p for i in instructions) for p in Phase}


def _first(values: Array, shown: int) -> Any:
    return numbers(values.reshape(-1)[:shown])


def _length(values: Array) -> Any:
    return numbers(np.sqrt((values.astype(np.float64) ** 2).sum()))
