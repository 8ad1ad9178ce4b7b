"""What comes of always saying the same: scores have to be held against that."""

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.head_emission import is_plain
from tuidl.compiler.nodes import Head
from tuidl.core.lazy import Array
from tuidl.protocol.events import Baseline
from tuidl.tasks.choice import task_of
from tuidl.training.state import TrainState

ACCURACY, LOSS = "accuracy", "loss"
MEAN, SHARES = "the mean of the training targets", "the shares of the training classes"


def baseline_of(state: TrainState) -> Baseline | None:
    """Of the first head with an accuracy whose examples have one class each; without one, of the
    loss, where it is of one known kind and without penalties. None where neither is known. It is
    computed once of a preset's data."""
    known = state.known_baseline
    if known is None or known[0] is not state.preset:
        known = state.known_baseline = state.preset, _found(state)
    return known[1]


def _found(state: TrainState) -> Baseline | None:
    parts = {"train": state.train_feed, **state.held_out}
    feeds = {name: feed for name, feed in parts.items() if len(feed)}
    graph = state.program.graph
    heads = graph.heads
    for head in heads:
        is_of_labels = head.spec.classes and head.spec.target_width == 1
        if ACCURACY in head.metrics and is_of_labels and head.mask is None:
            return _of_classes(head, feeds)
    first = graph.objectives[0]
    has_penalties = bool(graph.penalties(first) or graph.output_penalties(first))
    if is_plain(graph) and heads[0].is_of_data and not has_penalties:
        return _of_loss(state, heads[0], feeds)
    return None


def _of_classes(head: Head, feeds: dict[str, ArrayDataset]) -> Baseline:
    """Of the most frequent class of the training part."""
    labels = {name: feed.y[:, head.start].astype(int) for name, feed in feeds.items()}
    most = int(np.bincount(labels["train"], minlength=len(head.spec.classes)).argmax())
    accuracy = {name: float((known == most).mean()) for name, known in labels.items()}
    return Baseline(says=head.spec.classes[most], score=head.score(ACCURACY), accuracy=accuracy)


def _of_loss(state: TrainState, head: Head, feeds: dict[str, ArrayDataset]) -> Baseline | None:
    """Of the training targets' mean, or of their classes' shares."""
    task, classes = task_of(state.preset), head.spec.classes
    if classes and head.spec.target_width != 1:
        return None
    end = head.start + head.spec.target_width  # weights and numbers of examples stand behind it
    targets = {name: feed.y[:, head.start : end] for name, feed in feeds.items()}
    same = _shares(feeds["train"], head) if classes else _mean(targets["train"], task.closing)
    losses = {}
    for name, own in targets.items():
        predicted = np.broadcast_to(same, (len(own), len(same)))
        found = task.losses(predicted, own)
        if found is None:
            return None
        losses[name] = float(np.mean(found, dtype=np.float64))
    return Baseline(says=SHARES if classes else MEAN, score=LOSS, loss=losses)


def _mean(y: Array, closing: str) -> Array:
    """Of targets (examples, outputs). Where they are probabilities, half an example of 0 and half
    of 1 are added: what was never seen is unlikely, not impossible, which would cost without end.
    """
    mean: Array = y.mean(axis=0, dtype=np.float64)
    return (len(y) * mean + 0.5) / (len(y) + 1) if closing == "sigmoid" else mean


def _shares(feed: ArrayDataset, head: Head) -> Array:
    """How the training examples are shared out among the classes, as the network answers."""
    counts = np.bincount(feed.y[:, head.start].astype(int), minlength=len(head.spec.classes))
    shares = counts / len(feed)
    return shares[1:] if head.spec.outputs == 1 else shares
