"""Health: what the next step changes, how noisy it is, how sharp the loss, what layers do."""

import msgspec
import numpy as np

from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.nn.optimizers import Sgd
from tuidl.protocol.commands import editable_rate
from tuidl.protocol.probes import Health, LayerHealth
from tuidl.training.health import (
    batches_of,
    effective_rank,
    looked_into,
    noise_scale,
    sharpness,
)
from tuidl.training.inspection import Inspected
from tuidl.training.next_step import update_ratios
from tuidl.training.state import TrainState, optimizers_of
from tuidl.training.units import dead_share, saturated_share
from tuidl.worker.probes.common import numbers

MOST_RANKED = 128
"""Examples whose outputs the effective rank is of."""


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """There are none."""


def health(state: TrainState, options: Options) -> Health:
    """Of the first objective, on batches of the training part; see ``training/health.py`` for the
    formulas and their sources."""
    feeds, size = batches_of(state)
    seen = looked_into(state, feeds)
    noise = noise_scale([one.parameters for one in seen], size)
    sharp, sharp_on = sharpness(state, state.train_feed)
    optimizer, rates = optimizers_of(state.preset)[0], state.rates
    epoch, step = state.place
    rate = state.learning_rate(max(epoch, 1), min(step, state.steps - 1))
    return Health(
        layers=tuple(_layers(state, seen)),
        examples=size * len(feeds),
        of=len(state.train_feed),
        noise=None if noise.scale is None else numbers(noise.scale),
        batches=len(feeds),
        batch=size,
        trains_on=state.batches.batch,
        sharpness=None if sharp is None else numbers(sharp),
        sharp_on=sharp_on,
        limit=numbers(2 * (1 + optimizer.momentum) / rate) if isinstance(optimizer, Sgd) else None,
        optimizer=optimizer.kind(),
        rate=rates.base,
        rate_key=editable_rate(state.program.objectives[0].name),
    )


def _layers(state: TrainState, seen: list[Inspected]) -> list[LayerHealth]:
    graph, updates = state.program.graph, update_ratios(state)
    found = []
    for node in graph.nodes_of((graph.objectives[0],)).values():
        outputs = [one.outputs[node.name] for one in seen if node.name in one.outputs]
        if outputs:
            update = updates.get(node.key)
            found.append(_layer(node, np.concatenate(outputs), update))
    return found


def _layer(node: Node, output: Array, update: float | None) -> LayerHealth:
    """By outputs (n, *shape); the rank is that of the first MOST_RANKED examples."""
    ranked = output[:MOST_RANKED]
    most = min(len(ranked) - 1, int(np.prod(ranked.shape[1:])))
    finite = bool(np.isfinite(ranked).all())
    return LayerHealth(
        name=node.name,
        kind=node.layer.kind(),
        update=None if update is None else numbers(update),
        dead=dead_share(node, output),
        saturated=saturated_share(node, output),
        rank=numbers(effective_rank(ranked)) if finite else None,
        most=most,
    )
