"""Scores of what is generated: how far it is from real examples, and what of them it misses.

The sample is always of the same random numbers, so that curves show the network and not chance.
"""

from weakref import WeakKeyDictionary

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.graph import Graph
from tuidl.core.lazy import Array
from tuidl.data.point_cloud import PointCloud
from tuidl.model.model import Model
from tuidl.model.sampling import generated, is_generator
from tuidl.preset.schema import Preset
from tuidl.protocol.events import Scores
from tuidl.tasks.distributions import between, covered, quantiles

SAMPLE = 1000
"""How many examples are generated for the scores."""
WASSERSTEIN, MODES = "sliced_wasserstein", "modes_covered"


def distance_names(graph: Graph) -> list[str]:
    """The scores of a preset whose model generates what its data's inputs are like."""
    if not is_generator(graph) or graph.shape_of(graph.predicted) != graph.preset.spec().shape:
        return []
    return [WASSERSTEIN] + [MODES] * (_clouds(graph.preset) is not None)


def distances(model: Model, feed: ArrayDataset) -> Scores:
    """Those scores, against the examples of ``feed``; nothing where the model generates none.

    NaN where what is generated is not finite, or there is nothing to compare it with: clouds of
    examples that were changed to others without any.
    """
    graph = model.program.graph
    if not (names := distance_names(graph)):
        return {}
    made = _made(model)
    if not len(feed) or not np.isfinite(made).all():
        return dict.fromkeys(names, float("nan"))
    scores = {WASSERSTEIN: between(_real(model, feed), quantiles(made, SAMPLE))}
    if MODES in names:
        clouds = _clouds(model.preset)
        found = covered(made, clouds.centres(), clouds.noise) if clouds else np.nan
        scores[MODES] = float(found)
    return scores


_MADE: "WeakKeyDictionary[Model, tuple[Array, Array]]" = WeakKeyDictionary()
"""Of each model its last parameters, and what it generated with them: all parts are held against
one sample."""


def _made(model: Model) -> Array:
    """(SAMPLE, numbers)."""
    now = np.concatenate([np.ravel(values) for values in model.parameters.values()])
    known = _MADE.get(model)
    if known is None or not np.array_equal(known[0], now):
        known = _MADE[model] = now, generated(model, SAMPLE).reshape(SAMPLE, -1)
    return known[1]


def _clouds(preset: Preset) -> PointCloud | None:
    """The source whose clouds can be counted: they have a width, and nothing lies between them."""
    source = preset.data
    is_known = isinstance(source, PointCloud) and len(source.centres()) and source.noise > 0
    return source if is_known and isinstance(source, PointCloud) else None


_KNOWN: "WeakKeyDictionary[Model, dict[int, tuple[Array, Array]]]" = WeakKeyDictionary()
"""The quantiles of real examples, which stay the same, by the array that holds them."""


def _real(model: Model, feed: ArrayDataset) -> Array:
    kept = _KNOWN.setdefault(model, {})
    found = kept.get(id(feed.x))
    if found is None or found[0] is not feed.x:
        if len(kept) >= 4:
            kept.clear()
        found = kept[id(feed.x)] = feed.x, quantiles(feed.x, SAMPLE)
    return found[1]
