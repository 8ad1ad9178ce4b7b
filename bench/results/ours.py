"""The same training in tuidl."""

import numpy as np

from bench.results.records import Run, Scores
from tuidl.core.errors import TuidlError
from tuidl.data.dataset import Examples, Split
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol.events import EpochEnded, RunEnded, RunFailed
from tuidl.training.scores import scores_of
from tuidl.training.trainer import Trainer

FEW = 4
"""So many parameters are told one by one."""


def train(preset: Preset, split: Split) -> Run:
    """One training, and what came of it. Raises TuidlError where the loss is not finite."""
    trainer = Trainer(preset, split=split)
    model, gradients = trainer.model, []
    for event in trainer.run():
        if isinstance(event, RunFailed):
            raise TuidlError(event.error)
        if isinstance(event, EpochEnded):
            gradients = _of_dense_layers(model, event.gradient_norms)
        if isinstance(event, RunEnded):
            ended = event
    weights = [value for array in model.parameters.values() for value in array.ravel().tolist()]
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    return Run(
        seed=preset.training.seed,
        seconds=ended.seconds,
        epochs=ended.epochs,
        scores={name: _scores(model, part) for name, part in parts.items() if len(part)},
        parameters=weights if len(weights) <= FEW else [],
        gradients=gradients,
    )


def _of_dense_layers(model: Model, norms: dict[str, float]) -> list[float]:
    nodes = model.program.graph.nodes
    return [norms[node.name] for node in nodes if node.layer.kind() == "dense"]


def _scores(model: Model, part: Examples) -> Scores:
    """Loss, without penalties on weights, and metrics."""
    feed = model.feed(part.x, part.y)
    scores = scores_of(model.program, model.evaluate(feed), feed)
    return {**scores, "loss": scores["loss"] - _penalties(model)}


def _penalties(model: Model) -> float:
    graph, total = model.program.graph, 0.0
    for node, name, strength in graph.penalties(graph.objectives[0]):
        w = model.parameters[f"{node}.{name}"].astype(np.float64)
        total += strength.l1 * float(np.abs(w).sum()) + strength.l2 * float((w * w).sum())
    return total


def least_squares(preset: Preset, split: Split) -> list[float]:
    """The parameters with the least mean squared error, in the model's order; nothing unless the
    network is one dense layer with one output."""
    layers = [layer for layer in preset.layers if layer.kind() != "input"]
    if len(layers) != 1 or layers[0].kind() != "dense" or preset.loss.kind() != "mse":
        return []
    x = split.train.x.astype(np.float64)
    if layers[0].use_bias:
        x = np.column_stack([x, np.ones(len(x))])
    return np.linalg.lstsq(x, split.train.y[:, 0].astype(np.float64))[0].tolist()
