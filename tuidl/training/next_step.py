"""The step that comes next, done and taken back: what it would change, and which units learn."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tuidl.backends.base import StepChunk
from tuidl.compiler.arena import ParameterSlot
from tuidl.compiler.graph import Graph
from tuidl.compiler.nodes import Node
from tuidl.core.lazy import Array
from tuidl.nn.layers.activations import Relu
from tuidl.nn.layers.conv2d_transpose import Conv2dTranspose
from tuidl.nn.layers.convolution import Convolution
from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.normalization import BatchNormalization, LayerNormalization
from tuidl.training.gradient_norms import gradient_of
from tuidl.training.state import TrainState
from tuidl.training.units import activation_of

SHIFTS = ("bias", "beta")
"""Parameters that are added to a unit's outputs: their gradient is the sum of those of the outputs,
exactly 0 where a ReLU behind them lets nothing through."""
WEIGHTED = (Dense, Convolution, Conv2dTranspose)
SHIFTED = (*WEIGHTED, BatchNormalization, LayerNormalization)


@dataclass(frozen=True)
class NextStep:
    """``ratios``: see ``update_ratios``. ``idle``: the share of each ReLU layer's units (channels)
    that got no gradient, at least those that are zero for the whole batch; None where that cannot
    be told of some layer by a parameter's gradient."""

    ratios: dict[str, float]
    idle: dict[str, float] | None


def update_ratios(state: TrainState) -> dict[str, float]:
    """Length of the change that the next step makes to each layer's parameters, over their length:
    |w' - w| / |w| (A. Karpathy, CS231n, "Ratio of weights:updates"). The step is done as the
    trainer would, momentum and clipping included, and taken back. Layers of zeros are left out."""
    return next_step(state).ratios


def next_step(state: TrainState) -> NextStep:
    """Look at the next step of each objective; it leaves everything as it was."""
    ratios: dict[str, float] = {}
    gradients: dict[str, Array] = {}
    for number, trained in enumerate(state.program.objectives):
        slots = [s for s in state.program.parameters if s.trainable and trained.has(s)]
        own = slice(trained.start, trained.start + trained.span)
        with state.model.lock.hold(), taken_back(state) as before:
            _do_one(state, number)
            if number == 0:
                was = before[own].astype(np.float64)
                moved = state.engine.arena[own] - was
                ratios = _ratios(slots, trained.start, moved * moved, was * was)
            for slot in slots:
                layer, _, name = slot.name.rpartition(".")
                if name in SHIFTS:
                    gradients[layer] = gradient_of(state.model, trained, slot).copy()
    return NextStep(ratios, _idle(state.program.graph, gradients))


def _ratios(slots: list[ParameterSlot], start: int, moved: Array, was: Array) -> dict[str, float]:
    """By layer; ``moved``, ``was``: (numbers,) the squares of all changes and parameters from the
    address ``start`` on."""
    bounds = [bound - start for s in slots for bound in (s.offset, s.offset + s.size)]
    sums: dict[str, list[float]] = {}
    for squares in (moved, was):
        by_slot = np.add.reduceat(np.append(squares, 0.0), bounds)[::2]  # an end may be the last
        for slot, square in zip(slots, by_slot.tolist(), strict=True):
            layer = slot.name.rpartition(".")[0]
            sums.setdefault(layer, [0.0, 0.0])[0 if squares is moved else 1] += square
    return {layer: math.sqrt(a / b) for layer, (a, b) in sums.items() if b}


@contextmanager
def taken_back(state: TrainState) -> Iterator[Array]:
    """Whatever is done to parameters, optimizers and counters meanwhile is undone; yields a copy of
    the program's lasting memory."""
    engine, fixed = state.engine, state.program.fixed
    memory, clock = engine.arena[:fixed].copy(), engine.step_state.copy()
    try:
        yield memory
    finally:
        engine.arena[:fixed] = memory
        engine.step_state[:] = clock


def _do_one(state: TrainState, number: int) -> None:
    """The step that comes next; where all are done, one that would."""
    epoch, step = state.place
    step, epoch = (0, epoch + 1) if step >= state.steps else (step, max(epoch, 1))
    rates = state.learning_rates[number].of(epoch, step, 1)
    chunk = StepChunk(step, rates, np.zeros_like(state.progress.totals), np.zeros(1))
    stop = state.engine.stop.copy()
    state.engine.stop.fill(0)
    with state.counting(number):  # after the last epoch, in its order: nobody needs another one
        state.engine.run(state.plans[number], state.ordered(min(epoch, state.epochs)), chunk)
    state.engine.stop[:] = stop


def _idle(graph: Graph, gradients: dict[str, Array]) -> dict[str, float] | None:
    """``gradients``: of the parameters in ``SHIFTS``, by what their names begin with."""
    found: dict[str, float] = {}
    readers = Counter(number for node in graph.nodes for number in node.inputs)
    uses = Counter(node.key for node in graph.nodes)
    for node in graph.nodes:
        if activation_of(node) == "relu":
            source = _shifted(graph, node, readers, uses)
            if source is None or source.key not in gradients:
                return None
            gradient = gradients[source.key]
            found[node.name] = 1 - np.count_nonzero(gradient) / gradient.size
    return found


def _shifted(graph: Graph, node: Node, readers: Counter[int], uses: Counter[str]) -> Node | None:
    """The layer whose bias or beta gets its gradient through this ReLU alone, and no penalty's.
    ``readers``: how often each node is read; ``uses``: how many nodes have each key."""
    source = node
    if isinstance(node.layer, Relu):
        if node.inputs[0] < 0:
            return None
        source = graph.nodes[node.inputs[0]]
        ends = any(head.node == node.inputs[0] for head in graph.heads)
        is_linear = getattr(source.layer, "activation", "linear") == "linear"
        is_read_once = readers[node.inputs[0]] == 1
        if not is_read_once or ends or not is_linear or not isinstance(source.layer, SHIFTED):
            return None
    elif not isinstance(node.layer, WEIGHTED):
        return None
    is_shared = uses[source.key] > 1
    is_penalized = any(name in SHIFTS for name in source.layer.penalties())
    known = [p for p in source.parameters if p.name in SHIFTS and p.shape == source.shape[-1:]]
    return None if is_shared or is_penalized or len(known) != 1 else source
