"""What the user should know of a training before it begins, and that does not end it."""

from collections.abc import Iterator

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.mismatches import normalizing
from tuidl.compiler.nodes import Head, last_activation
from tuidl.core.limits import gib
from tuidl.core.spilling import folder, is_in_file
from tuidl.data.class_balance import lopsided
from tuidl.nn.losses.regression import Regression
from tuidl.tasks.choice import task_for, task_of
from tuidl.training.scores import too_many_classes
from tuidl.training.seeing_ahead import sees_ahead
from tuidl.training.state import TrainState
from tuidl.training.target_notices import notices_of_targets

REACHED = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, np.inf)}
"""The least and the largest answer of an activation."""
MOST_NAMED = 10
"""Classes whose weights are said."""


def notices_of(state: TrainState) -> list[str]:
    """A sentence each, with the key that changes it."""
    own = (notices_of_targets(state), _of_network(state), _of_size(state), _of_text(state))
    return [*state.preset.data.notices(), *(note for notes in own for note in notes)]


def _of_size(state: TrainState) -> Iterator[str]:
    """Where the examples lie, if that is not in memory."""
    parts = (state.train_feed, *state.held_out.values())
    size = sum(part.x.nbytes for part in parts if is_in_file(part.x))
    if size:
        yield (
            f"the examples do not fit into memory: {gib(size)} of them lie in a file in "
            f"{folder()} for as long as this runs, and are read as training comes to them"
        )


def _of_text(state: TrainState) -> Iterator[str]:
    layout = state.preprocessing.text
    if layout is not None and layout.generates and sees_ahead(state.model, layout):
        yield (
            "the network sees the tokens that it is to predict, so its loss says nothing and it "
            'cannot write: causal = true for attention, padding = "causal" for conv1d'
        )


def _of_network(state: TrainState) -> Iterator[str]:
    graph = state.program.graph
    preset = state.preset
    names, counts = task_of(preset).names, preset.data.class_counts()
    if note := lopsided(names, counts, is_evened=preset.evens_classes):
        yield note
    yield from _of_class_weights(state)
    if note := too_many_classes(graph):
        yield note
    if state.batches.short.batch == 1 and (nodes := normalizing(graph.nodes)):
        yield (
            f"the last batch of an epoch is one example, of which {nodes[0].name!r} can take no "
            "deviation: another training.batch_size leaves more"
        )
    for node in graph.nodes:
        after = getattr(node.layer, "redrawn_after", 0)
        if after >= preset.training.epochs:
            yield (
                f"{node.name}: redrawn_after = {after} never comes: training.epochs is "
                f"{preset.training.epochs}"
            )
    for head in graph.heads:
        activation = last_activation(graph.nodes, head.node)
        if note := _out_of_reach(activation, head, state.train_feed):
            yield note
        if note := _limited_scores(activation, head):
            yield note


def _of_class_weights(state: TrainState) -> Iterator[str]:
    """Weights of classes that were counted in the training part."""
    for head in state.program.graph.heads:
        if (weights := state.preprocessing.class_weights.get(head.name)) is None:
            continue
        pairs = list(zip(task_for(head.spec, head.loss).names, weights, strict=True))
        said = ", ".join(f"{name!r} {weight:.3g}" for name, weight in pairs[:MOST_NAMED])
        more = f" and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
        yield (
            f"{head.score('class weights')}: {said}{more} (examples / (classes * examples of the "
            "class), of the training part); metrics count all examples alike"
        )


def _limited_scores(activation: str, head: Head) -> str:
    """What to say of a network whose scores of classes are never below 0; else nothing."""
    closing = task_for(head.spec, head.loss).closing
    if activation != "relu" or closing not in ("softmax", "sigmoid"):
        return ""
    limit = "and learns nothing where all of them are 0"
    if closing == "sigmoid":
        limit = "so no probability is below 50%"
    return f"a network that ends in relu gives no score below 0, {limit}: activation = 'linear'"


def _out_of_reach(activation: str, head: Head, feed: ArrayDataset) -> str:
    """What to say of targets that the network can never answer with; else nothing."""
    if activation not in REACHED or not isinstance(head.loss, Regression) or not len(feed):
        return ""
    if not head.is_of_data:
        return ""
    targets = feed.y[:, head.start : head.start + head.spec.target_width]
    low, high = float(targets.min()), float(targets.max())
    least, most = REACHED[activation]
    if least <= low and high <= most:
        return ""
    answers = f"{least:g} to {most:g}" if np.isfinite(most) else f"{least:g} and more"
    return (
        f"targets go from {low:g} to {high:g}, but a network that ends in {activation} answers "
        f"{answers}: activation = 'linear' reaches all of them"
    )
