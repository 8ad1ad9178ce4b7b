"""What helps after a divergence: scaling what is too large, else a lower learning rate."""

import numpy as np

from tuidl.compiler.nodes import Head
from tuidl.data.scaling import LARGE
from tuidl.nn.layers.embedding import Embedding
from tuidl.nn.losses.regression import Regression
from tuidl.preset.schema import Preset
from tuidl.training.state import TrainState


def advice_for(state: TrainState) -> str:
    """A sentence that ends in the key to set; empty where a lower learning rate is what is left to
    try. Targets are looked at first, as their size is that of the first errors."""
    data, feed = state.preset.data, state.train_feed
    if (size := size_of_targets(state)) > LARGE:
        return f"targets are as large as {size:.3g}: {cure_for_targets(state.preset)}"
    reads_codes = any(isinstance(node.layer, Embedding) for node in state.program.graph.nodes)
    size = _typical(feed.x)
    if size > LARGE and data.normalize == "none" and not reads_codes:
        return f"inputs are as large as {size:.3g}: data.normalize = 'standard' brings them near 1"
    return ""


def size_of_targets(state: TrainState) -> float:
    """How large the numbers are that a network is to answer with."""
    heads = (head for objective in state.program.graph.objectives for head in objective.heads)
    return max((_targets_of(state, head) for head in heads), default=0.0)


def cure_for_targets(preset: Preset) -> str:
    """What to do about targets that are too large."""
    wanted = getattr(preset.data, "normalize_targets", True)
    if wanted is False:
        return "data.normalize_targets = true brings them near 1"
    if wanted is None:  # scaled, if the network could answer with any number
        return "with activation = 'linear' in the last layer they are scaled"
    return "a unit in which they are about 1 helps"


def _targets_of(state: TrainState, head: Head) -> float:
    """How large the targets are that a head's numbers are held against."""
    if not head.is_of_data or not isinstance(head.loss, Regression):
        return 0.0
    own = slice(head.start, head.start + head.spec.target_width)
    return _typical(state.train_feed.y[:, own])


def _typical(table: np.ndarray) -> float:
    """The largest mean or deviation of a column (examples, columns), without its sign."""
    if not table.size:
        return 0.0
    known = table.astype(np.float64)
    return float(np.maximum(np.abs(known.mean(axis=0)), known.std(axis=0)).max())
