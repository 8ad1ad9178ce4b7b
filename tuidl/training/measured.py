"""Scores that are no sums over examples: they are measured on what the model answers."""

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.model.model import Model
from tuidl.protocol.events import Scores
from tuidl.training.distances import distance_names, distances
from tuidl.training.groupings import agreement_names, agreements


def measured_names(graph: Graph) -> list[str]:
    """The names of those that the preset's model has."""
    return [*distance_names(graph), *agreement_names(graph)]


def measured(model: Model, feed: ArrayDataset) -> Scores:
    """How far what is generated is from real examples, or how well clusters agree with classes."""
    return distances(model, feed) | agreements(model, feed)
