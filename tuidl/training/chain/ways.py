"""Through one layer: what comes back on each way from its outputs to one number before it.

A layer's own backward instructions are linear in the gradient of its output. Run on a gradient
that is 0 everywhere but at one output, they give the part of the sum that comes by this way, to the
last bit that float64 has, for whatever layer it is. Which ways matter is found by moving the number
a little and running the layer forward.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuidl.backends.numpy.symbolic import touched
from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.ir.buffers import View
from tuidl.training.chain.replica import Replica

NEAR = 1e-5
"""How far a number is moved, of its size (at least of 1), to find the ways that matter."""
MOST_TRIED = 24
"""Outputs that are tried one by one where a layer hides what the number leads to."""


NOTHING = 1e-14
"""Share of the largest part of a sum below which what is left of it is rounding."""


@dataclass(frozen=True)
class Way:
    """From output ``at`` (flat) of ``node`` to a number before it: ``upstream`` is the gradient of
    that output, ``local`` how much it grows by that number, ``value`` their product."""

    node: str
    at: int
    upstream: float
    local: float
    value: float


@dataclass(frozen=True)
class Ways:
    """The ``first`` ones by size, and ``rest``: how many more there are that are not 0, which add
    up to ``rest_sum``. ``from_loss``: what comes from losses on the number itself."""

    first: tuple[Way, ...]
    rest: int
    rest_sum: float
    total: float
    from_loss: float = 0.0


def ways_to(replica: Replica, name: str, at: int, most: int) -> Ways:
    """From all that read element ``at`` (flat) of a node's output: the ``most`` largest ways."""
    total = float(replica.gradient(name)[at])
    guesses: list[tuple[float, Node, int]] = []
    count = 0
    readers = replica.readers(name)
    for reader in readers:
        if not replica.gradient(reader.name).any():
            continue
        parts = replica.gradient(reader.name) * _slopes(replica, reader, name, at)
        found = np.flatnonzero(np.abs(parts) > 1e-12 * np.abs(parts).max(initial=0.0))
        count += len(found)
        order = found[np.argsort(-np.abs(parts[found]), kind="stable")][:most]
        guesses += [(abs(float(parts[k])), reader, int(k)) for k in order]
    guesses.sort(key=lambda guess: -guess[0])
    first = sorted(
        (way(replica, reader, k, name, at) for _, reader, k in guesses[:most]),
        key=lambda found: -abs(found.value),
    )
    known = sum(found.value for found in first)
    from_loss = 0.0
    if replica.heads(name):
        from_readers = sum(float(_back(replica, r, name, None)[at]) for r in readers)
        from_loss = total - from_readers
    return Ways(tuple(first), count - len(first), total - known - from_loss, total, from_loss)


def way(replica: Replica, reader: Node, k: int, name: str, at: int) -> Way:
    """By output ``k`` of a reader to element ``at`` of what it reads from ``name``."""
    upstream = float(replica.gradient(reader.name)[k])
    value = float(_back(replica, reader, name, k)[at])
    return Way(reader.name, k, upstream, value / upstream if upstream else 0.0, value)


def ways_inside(
    replica: Replica, node: Node, inside: View, at: int, example: int, most: int
) -> Ways:
    """From a node's outputs for an example to element ``at`` of a gradient that it keeps
    ``inside``: of the outputs with the largest gradients, which are tried one by one."""
    gradient = replica.gradient(node.name)
    total = float(replica.memory.read(inside).reshape(-1)[at])
    each = len(gradient) // replica.examples
    nonzero = example * each + np.flatnonzero(gradient[example * each : (example + 1) * each])
    order = nonzero[np.argsort(-np.abs(gradient[nonzero]), kind="stable")][:MOST_TRIED]
    found = []
    for k in order:
        value = _back_inside(replica, node, inside, int(k), at)
        if value:
            up = float(gradient[k])
            found.append(Way(node.name, int(k), up, value / up, value))
    found.sort(key=lambda one: -abs(one.value))
    first = tuple(found[:most])
    known = sum(one.value for one in first)
    rest = total - known
    if abs(rest) <= NOTHING * max(abs(total), *(abs(one.value) for one in found), 0.0):
        rest, others = 0.0, 0
    else:
        others = len(found) - len(first) + len(nonzero) - len(order)
    return Ways(first, others, rest, total)


def _slopes(replica: Replica, reader: Node, name: str, at: int) -> Array:
    """How much each output of a reader grows by element ``at`` of what it reads, nearly."""
    memory, own = replica.memory, replica.forward_of[reader.name]
    values = replica.output(name)
    with memory.kept(touched(own) | {replica.emitted.outputs[name].buffer}):
        here = float(values[at])
        step = NEAR * max(abs(here), 1.0)
        moved = []
        for sign in (1.0, -1.0):
            values[at] = here + sign * step
            memory.run(own)
            moved.append(replica.output(reader.name).copy())
        slopes: Array = np.nan_to_num((moved[0] - moved[1]) / (2 * step))
        return slopes


def _back(replica: Replica, reader: Node, name: str, only: int | None) -> Array:
    """What a reader hands back to a node's output (flat), of all its outputs or of ``only`` one."""
    memory, own = replica.memory, replica.backward_of[reader.name]
    sums = replica.sums(name)
    view = replica.emitted.gradients[name]
    places = {replica.emitted.gradients[name].buffer} | touched(sums)
    with memory.kept(touched(own) | places):
        _begin(replica, reader, only)
        for buffer in places:
            memory.flat(buffer)[:] = 0.0
        memory.run(own)
        memory.run(sums)
        return memory.read(view).reshape(-1).copy()


def _back_inside(replica: Replica, node: Node, inside: View, only: int, at: int) -> float:
    memory, own = replica.memory, replica.backward_of[node.name]
    with memory.kept(touched(own)):
        _begin(replica, node, only)
        memory.run(own)
        return float(memory.read(inside).reshape(-1)[at])


def _begin(replica: Replica, node: Node, only: int | None) -> None:
    """Memory as it was before the node's turn, but its gradient 0 everywhere else."""
    memory = replica.memory
    for buffer, values in replica.before[node.name].items():
        memory.flat(buffer)[:] = values
    gradient = np.zeros_like(replica.gradient(node.name))
    chosen: Sequence[int] | slice = slice(None) if only is None else [only]
    gradient[chosen] = replica.gradient(node.name)[chosen]
    memory.read(replica.emitted.gradients[node.name]).reshape(-1)[:] = gradient
