"""How the layers are doing: sizes and spread of activations, gradients and weights."""

from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.core.errors import DataError, suggestion
from tuidl.core.lazy import Array
from tuidl.protocol.probes import Histogram, Histograms, Layers, LayerState
from tuidl.training.inside import look_inside
from tuidl.training.state import TrainState
from tuidl.training.units import dead_shares, saturated_share
from tuidl.worker.probes.common import batch_of, numbers

EXAMPLES = 64


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """``examples`` of the training part to run through the network; ``bins`` of a histogram of each
    layer's weights, 0 for none."""

    examples: Annotated[int, Meta(ge=1, le=512)] = EXAMPLES
    bins: Annotated[int, Meta(ge=0, le=200)] = 0


class HistogramOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Of which ``layer``, in how many ``bins``."""

    layer: str
    bins: Annotated[int, Meta(ge=2, le=200)] = 40
    examples: Annotated[int, Meta(ge=1, le=512)] = EXAMPLES


def layers(state: TrainState, options: Options) -> Layers:
    """Of each layer: mean size of its output and of the gradient that comes back to it, length of
    its weights and of their gradient; share of units that are dead (zero for every example) or
    saturated. A closing softmax or sigmoid belongs to the loss. Of several objectives each layer
    is seen in a step of the one that trains it. Where many seem dead, more examples are asked.
    Weights that several layers share are spread once."""
    seen = look_inside(state, batch_of(state, state.train_feed, options.examples))
    parameters = state.model.parameters
    dead, examples = dead_shares(state, seen, options.examples)
    found: list[LayerState] = []
    spread_already: set[str] = set()
    for layer in seen.layers.values():
        node, output, gradient = layer.node, layer.output, layer.gradient
        if output is None:
            continue
        own = [f"{node.key}.{p.name}" for p in node.trainable]
        widest = max(own, key=lambda name: parameters[name].size, default="")
        is_spread = bool(widest and options.bins) and widest not in spread_already
        spread_already.add(widest)
        found.append(
            LayerState(
                name=node.name,
                kind=node.layer.kind(),
                activation=numbers(np.abs(output).mean()),
                gradient=None if gradient is None else numbers(np.abs(gradient).mean()),
                reached=gradient is not None,
                weights=_length([parameters[name] for name in own]),
                weight_gradient=_length(
                    [seen.parameters[name] for name in own if name in seen.parameters]
                ),
                dead=dead.get(node.name),
                saturated=saturated_share(node, output),
                spread=_histogram(parameters[widest], options.bins) if is_spread else None,
                spread_of=widest.rpartition(".")[2] if is_spread else "",
            )
        )
    return Layers(loss=seen.loss, layers=tuple(found), examples=examples, of=len(state.train_feed))


def histograms(state: TrainState, options: HistogramOptions) -> Histograms:
    """Counts and bounds for each parameter of a layer and its gradient, for the layer's output and
    the gradient of that."""
    names = [node.name for node in state.program.graph.nodes]
    if options.layer not in names:
        raise DataError(f"histograms: no layer {options.layer!r}{suggestion(options.layer, names)}")
    node = state.program.graph.nodes[names.index(options.layer)]
    seen = look_inside(state, batch_of(state, state.train_feed, options.examples))
    named = {p.name: state.model.parameters[f"{node.key}.{p.name}"] for p in node.parameters}
    keys = {p.name: f"{node.key}.{p.name}" for p in node.trainable}
    named |= {f"gradient of {name}": seen.parameters[key]
              for name, key in keys.items() if key in seen.parameters}  # fmt: skip
    layer = seen.layers.get(node.name)
    if layer is not None and layer.output is not None:
        named["output"] = layer.output
    if layer is not None and layer.gradient is not None:
        named["gradient of the output"] = layer.gradient
    if not named:
        raise DataError(f"histograms: {node.name} has no numbers of its own")
    spread = {name: _histogram(values, options.bins) for name, values in named.items()}
    return Histograms(layer=node.name, histograms=spread)


def _length(arrays: list[Array]) -> Any:
    """Of all the arrays' numbers as one vector; None where there are none."""
    squares = [float((array.astype(np.float64) ** 2).sum()) for array in arrays]
    return numbers(np.sqrt(sum(squares))) if squares else None


def _histogram(values: Array, bins: int) -> Histogram:
    known = values[np.isfinite(values)].astype(np.float64)
    if not known.size:
        return Histogram(counts=[], low=None, high=None, mean=None, not_finite=values.size)
    counts, edges = np.histogram(known, bins)
    return Histogram(
        counts=counts.tolist(),
        low=numbers(edges[0]),
        high=numbers(edges[-1]),
        mean=numbers(known.mean()),
        not_finite=int(values.size - known.size),
    )
