"""The chain rule from the loss back to one weight or neuron, with the numbers of a real step."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.kernels.step_state import EPOCH, STEP
from tuidl.protocol.chain import Chain, ChainChoice
from tuidl.training.chain.reasons import reason_for_zero
from tuidl.training.chain.replica import Replica
from tuidl.training.chain.walk import Walk, walk_to_neuron, walk_to_weight
from tuidl.training.inspection import Inspected, inspect
from tuidl.training.state import TrainState
from tuidl.worker.probes.chain_labels import Labels, indexed
from tuidl.worker.probes.chain_links import last_of, links_of, start_of
from tuidl.worker.probes.common import next_batch, precise

MOST_FLOPS = 3e7
"""Of a forward pass over the examples that a mean is of: NumPy takes some tenths of a second."""
MOST_NUMBERS = 2e7
"""Of all outputs of a layer, which are kept in float64, that are looked at."""
WHOLE = "the parts of this gradient cannot be shown: the layer does not keep them apart"


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``name``: a parameter, or a layer whose ``neurons`` are meant; the first parameter where it
    is empty. ``index``: of its entry; unsaid, the one with the largest gradient. ``example``: its
    number in the training part; unsaid, the mean over the batch of the next step. ``terms``: of
    each sum, how many parts are shown."""

    name: str = ""
    neurons: bool = False
    index: tuple[Annotated[int, Meta(ge=0)], ...] | None = None
    example: Annotated[int, Meta(ge=0)] | None = None
    terms: Annotated[int, Meta(ge=1, le=12)] = 4


@dataclass(frozen=True)
class Of:
    """The examples that everything is of: their ``feed``, and what they are in ``words``."""

    feed: ArrayDataset
    words: str
    example: int | None


def chain(state: TrainState, options: Options) -> Chain:
    """From the loss of the objective that trains the weight; nothing is changed."""
    choices, number, objective = _chosen(state, options)
    choice = choices[number]
    tied = _tied(state, objective)
    of = _examples(state, options, choice, tied)
    seen, replica = _step(state, of.feed, objective)
    shape = choice.shape
    at = _entry(options, shape, _gradients(replica, choice))
    found = _followed(replica, seen, choice, at, options.terms)
    walk = found.walk
    labels = Labels(walk.part, of.feed.order)
    numeric = walk.numeric
    index = tuple(int(i) for i in np.unravel_index(at, shape)) if shape else ()
    return Chain(
        choices=choices,
        chosen=number,
        index=index,
        title=f"{choice.name}{indexed(index)}",
        value=precise(found.value),
        of=of.words,
        example=of.example,
        examples=0 if tied else len(state.train_feed),
        tied=tied,
        start=start_of(walk, labels),
        followed=int(of.feed.order[walk.example]) if len(of.feed) > 1 and walk.stops else None,
        links=links_of(walk, labels, choice),
        last=last_of(walk, labels, choice.name, options.terms),
        penalty=precise(walk.penalty),
        analytic=precise(walk.analytic),
        engine=precise(found.engine),
        precision=state.engine.dtype.name,
        reason=reason_for_zero(replica, walk) or ("" if walk.whole else WHOLE),
        numeric=precise(numeric.value),
        step=numeric.step,
        error=precise(numeric.error),
        agrees=numeric.agrees,
        is_kink=numeric.is_kink,
        left=precise(numeric.left),
        right=precise(numeric.right),
    )


def _chosen(state: TrainState, options: Options) -> tuple[tuple[ChainChoice, ...], int, int]:
    """All that can be chosen, the number of what is, and the number of its objective. Raises
    DataError."""
    graph = state.program.graph
    choices: list[ChainChoice] = []
    objectives: list[int] = []
    for number, objective in enumerate(state.program.objectives):
        nodes = graph.nodes_of((graph.objectives[number],)).values()
        for node in nodes:
            own = [s for s in state.program.parameters if s.name.rpartition(".")[0] == node.name]
            trained = [s for s in own if s.trainable and objective.has(s)]
            found = [ChainChoice(name=s.name, shape=s.shape) for s in trained]
            if trained and not node.layer.reshapes_only:
                found.append(ChainChoice(name=node.name, shape=node.shape, is_neurons=True))
            choices += found
            objectives += [number] * len(found)
    known = {(c.name, c.is_neurons): n for n, c in reversed([*enumerate(choices)])}
    wanted = (options.name or choices[0].name, options.neurons)
    if wanted not in known:
        frozen = {s.name for s in state.program.parameters} - {c.name for c in choices}
        if options.name in frozen:
            raise DataError(f"{options.name} is not trained: it has no gradient")
        names = [c.name for c in choices if c.is_neurons == options.neurons]
        what = "layer with neurons" if options.neurons else "parameter"
        raise DataError(f"no {what} {options.name!r}{suggestion(options.name, names)}")
    place = known[wanted]
    return tuple(choices), place, objectives[place]


def _tied(state: TrainState, objective: int) -> str:
    """The layer that makes an example's loss depend on others of its batch; empty for none."""
    graph = state.program.graph
    for node in graph.nodes_of((graph.objectives[objective],)).values():
        if node.layer.kind() == "batch_normalization":
            return node.name
    return ""


def _examples(state: TrainState, options: Options, choice: ChainChoice, tied: str) -> Of:
    """Raises DataError where there is no such example, or none can be looked at alone."""
    feed, batch = state.train_feed, next_batch(state)
    example = options.example
    if choice.is_neurons and example is None and not tied:
        example = int(feed.order[0])
    if example is not None and not tied:
        if example >= len(feed):
            raise DataError(f"example {example}: the training part has 0 to {len(feed) - 1}")
        own = np.array([example], np.int64)
        one = ArrayDataset(feed.x, feed.y, own, epoch=batch.epoch)
        return Of(one, f"training example {example}", example)
    flops = max(state.program.graph.flops, 1)
    count = min(len(batch), max(int(MOST_FLOPS // flops), 2 if tied else 1))
    words = f"mean over the batch that comes next, {len(batch)} examples"
    if count < len(batch):
        words = (
            f"mean over the first {count} of the {len(batch)} examples of the batch that comes next"
        )
    return Of(ArrayDataset(batch.x, batch.y, batch.order[:count], epoch=batch.epoch), words, None)


def _step(state: TrainState, feed: ArrayDataset, objective: int) -> tuple[Inspected, Replica]:
    """The engine's own backward pass, and the same step in float64. Raises DataError where that
    takes too much memory."""
    graph, model = state.program.graph, state.model
    numbers = len(feed) * sum(int(np.prod(node.shape)) for node in graph.nodes)
    if numbers > MOST_NUMBERS:
        raise DataError(f"the layers of {len(feed)} examples have {numbers:,} numbers: too many")
    with model.lock.hold(), state.counting(objective), model.clock_kept():
        model.engine.step_state[STEP] += 1  # dropout and noise as in the step that comes next
        model.engine.step_state[EPOCH] = feed.epoch
        seen = inspect(model, feed, objective)
        parameters = {name: values.copy() for name, values in model.parameters.items()}
        return seen, Replica(graph, objective, parameters, feed, model.engine.step_state)


def _gradients(replica: Replica, choice: ChainChoice) -> Array:
    """Of all its entries (flat); of neurons those of the first example."""
    if not choice.is_neurons:
        view = replica.gradient_view(choice.name)
        assert view is not None
        return replica.memory.read(view).reshape(-1)
    own = replica.gradient(choice.name)
    return own[: len(own) // replica.examples]


def _entry(options: Options, shape: tuple[int, ...], gradients: Array) -> int:
    """Its number in memory. Raises DataError where there is none."""
    if options.index is None:
        return int(np.nan_to_num(np.abs(gradients), nan=0.0).argmax())
    is_inside = all(i < size for i, size in zip(options.index, shape, strict=False))
    if len(options.index) != len(shape) or not is_inside:
        raise DataError(f"no entry {list(options.index)} in the shape {list(shape)}")
    return int(np.ravel_multi_index(options.index, shape)) if shape else 0


@dataclass(frozen=True)
class Followed:
    """The ``walk`` to a weight or a neuron's output, its ``value``, and the ``engine``'s own
    gradient of it."""

    walk: Walk
    value: float
    engine: float


def _followed(
    replica: Replica, seen: Inspected, choice: ChainChoice, at: int, terms: int
) -> Followed:
    name = choice.name
    if choice.is_neurons:
        own = seen.gradients.get(name)
        engine = float(own.reshape(-1)[at]) if own is not None else 0.0
        walk = walk_to_neuron(replica, name, at, terms)
        return Followed(walk, float(replica.output(name)[at]), engine)
    value = float(replica.memory.flat(replica.layout.parameters[name])[at])
    engine = float(seen.parameters[name].reshape(-1)[at])
    return Followed(walk_to_weight(replica, name, at, terms), value, engine)
