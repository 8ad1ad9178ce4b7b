"""The parts of the data as the engine takes them, and what was learned from them besides."""

from dataclasses import replace

import msgspec

from tuidl.backends.base import ArrayDataset
from tuidl.core.lazy import Array
from tuidl.data.dataset import Split
from tuidl.data.preprocessing import Preprocessing
from tuidl.model.model import Model
from tuidl.model.weighing import class_weights, is_balanced
from tuidl.preset.schema import Preset

SMALLEST, LARGEST = 1e-25, 1e25
"""Of the largest weight of an example, beyond which weights are taken as shares of it."""


def feeds_of(preset: Preset, model: Model, split: Split) -> dict[str, ArrayDataset]:
    """The parts "train", "validation" and "test"; the training part says what classes weigh.

    Raises DataError.
    """
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    units = None if split.targets is None else split.targets.scale
    model.class_weights = class_weights(model.program.graph, split.train.y)
    weights = dict.fromkeys(parts)
    if preset.data.is_weighted:
        assert split.parts is not None
        known = _modest(preset.data.example_weights())
        weights = {name: known[rows] for name, rows in zip(parts, split.parts, strict=True)}
    numbers = {"train": split.rows}
    return {
        name: replace(
            model.feed(part.x, part.y, weights[name], numbers.get(name)),
            units=units,
            labels=part.labels,
        )
        for name, part in parts.items()
    }


def _modest(weights: Array) -> Array:
    """Weights whose sums float32 can hold: only their ratios matter."""
    largest = float(weights.max())
    return weights if SMALLEST <= largest <= LARGEST else weights / largest


def learned_from(preset: Preset, model: Model, split: Split) -> Preprocessing:
    """What predicting, and going on, need to know besides the weights of the network."""
    known = model.class_weights or {}
    weights = {
        head.name: tuple(map(float, known[head.name]))
        for head in model.program.graph.heads
        if is_balanced(head)
    }
    learned = Preprocessing.learned(preset.data, split)
    return msgspec.structs.replace(learned, class_weights=weights)
