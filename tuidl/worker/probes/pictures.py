"""What convolutions look for, and what they find in an image."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import DataError, suggestion
from tuidl.nn.layers.conv2d_transpose import Conv2dTranspose
from tuidl.nn.layers.convolution import Convolution
from tuidl.protocol.probes import FeatureMaps, Filters
from tuidl.training.inside import look_inside, sees_noise
from tuidl.training.state import TrainState
from tuidl.worker.probes.common import held_out, numbers

CONVOLUTIONS = (Convolution, Conv2dTranspose)


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """Which convolution ``layer`` (the first where unsaid), ``example`` and how many ``maps``."""

    layer: str | None = None
    example: Annotated[int, Meta(ge=0)] = 0
    maps: Annotated[int, Meta(ge=1, le=64)] = 16


def filters(state: TrainState, options: Options) -> Filters:
    """``filters`` (maps, height, width): each filter's weights, the mean over its channels."""
    name = _layer(state, options.layer)
    node = next(node for node in state.program.graph.nodes if node.name == name)
    kernel = state.model.parameters[f"{node.key}.kernel"]
    mean = kernel.mean(axis=-1 if isinstance(node.layer, Conv2dTranspose) else -2)
    flat = mean if mean.ndim == 3 else mean[None]
    return Filters(layer=name, filters=numbers(np.moveaxis(flat, -1, 0)[: options.maps]))


def feature_maps(state: TrainState, options: Options) -> FeatureMaps:
    """``maps`` (maps, height, width): what the layer's filters find in one held-out example, which
    comes with them (``image``, flat)."""
    name = _layer(state, options.layer)
    if sees_noise(state.program.graph, name):
        raise DataError(f"{name} sees what is made of noise, no example of the data")
    part, feed = held_out(state)
    number = options.example % len(feed)
    one = slice(number, number + 1)
    seen = look_inside(state, ArrayDataset(feed.x[one], feed.y[one], np.zeros(1, np.int64)))
    layer = seen.layers.get(name)
    if layer is None or layer.output is None:
        raise DataError(f"no loss reads what {name} answers")
    output = layer.output[0]
    maps = output if output.ndim == 3 else output[None]
    return FeatureMaps(
        layer=name,
        part=part,
        example=number,
        shape=state.program.graph.spec.shape,
        image=numbers(feed.x[number]),
        true=numbers(feed.y[number, : state.program.graph.spec.target_width]),
        maps=numbers(np.moveaxis(maps, -1, 0)[: options.maps]),
    )


def _layer(state: TrainState, wanted: str | None) -> str:
    """The convolution that was asked for. Raises DataError."""
    nodes = state.program.graph.nodes
    names = [node.name for node in nodes if isinstance(node.layer, CONVOLUTIONS)]
    if not names:
        raise DataError("this network has no convolution")
    if wanted is not None and wanted not in names:
        raise DataError(f"no convolution {wanted!r}{suggestion(wanted, names)}")
    return wanted or names[0]
