"""What a preset leaves to its data: the width of the last layer, the size of the vocabulary."""

import msgspec

from tuidl.data.spec import ExampleSpec
from tuidl.nn.layers.activations import ActivationLayer
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.embedding import Embedding


def completed(layers: tuple[Layer, ...], spec: ExampleSpec, width: int | None) -> tuple[Layer, ...]:
    """The layers with what the data knows: a closing dense layer without ``units`` has ``width``
    of them, an embedding without ``input_dim`` a row for each token of the data, or for each id of
    the input that it reads."""
    return _with_ids(_with_vocabulary(_with_last_width(layers, width), spec), spec)


def _with_vocabulary(layers: tuple[Layer, ...], spec: ExampleSpec) -> tuple[Layer, ...]:
    if not spec.vocabulary:
        return layers
    size = len(spec.vocabulary)
    return tuple(
        msgspec.structs.replace(layer, input_dim=size)
        if isinstance(layer, Embedding) and layer.input_dim is None
        else layer
        for layer in layers
    )


def _with_ids(layers: tuple[Layer, ...], spec: ExampleSpec) -> tuple[Layer, ...]:
    """The last row is that of unknown ids."""
    known = {field.name: field for field in spec.inputs if field.classes}
    found = list(layers)
    for i, layer in enumerate(layers if known else ()):
        if not isinstance(layer, Embedding) or layer.input_dim is not None:
            continue
        names = layer.inputs or ((spec.inputs[0].name,) if i == 0 else ())
        if names and (field := known.get(names[0])):
            size = len(field.classes)
            found[i] = msgspec.structs.replace(layer, input_dim=size, unknown=True)
    return tuple(found)


def _with_last_width(layers: tuple[Layer, ...], width: int | None) -> tuple[Layer, ...]:
    known = list(layers)
    for i in reversed(range(len(known))):
        layer = known[i]
        if isinstance(layer, Dense):
            if layer.units is None and width is not None:
                known[i] = msgspec.structs.replace(layer, units=width)
            break
        passes = isinstance(layer, ActivationLayer) or layer.reshapes_only
        if layer.inputs is not None or not passes:
            break
    return tuple(known)
