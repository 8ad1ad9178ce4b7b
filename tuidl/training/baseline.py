"""What comes of always saying the most frequent class: accuracy has to be held against that."""

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.nodes import Head
from tuidl.protocol.events import Baseline
from tuidl.training.state import TrainState

ACCURACY = "accuracy"


def baseline_of(state: TrainState) -> Baseline | None:
    """Of the first head with an accuracy whose examples have one class each; None without one. The
    most frequent class is that of the training part."""
    for head in state.program.graph.heads:
        is_of_labels = head.spec.classes and head.spec.target_width == 1
        if ACCURACY in head.metrics and is_of_labels and head.mask is None:
            parts = {"train": state.train_feed, **state.held_out}
            return _of(head, {name: feed for name, feed in parts.items() if len(feed)})
    return None


def _of(head: Head, feeds: dict[str, ArrayDataset]) -> Baseline:
    labels = {name: feed.y[:, head.start].astype(int) for name, feed in feeds.items()}
    most = int(np.bincount(labels["train"], minlength=len(head.spec.classes)).argmax())
    accuracy = {name: float((known == most).mean()) for name, known in labels.items()}
    return Baseline(says=head.spec.classes[most], score=head.score(ACCURACY), accuracy=accuracy)
