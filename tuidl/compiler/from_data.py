"""What a preset leaves to its data: the width of the last layer, the size of the vocabulary."""

from collections.abc import Mapping

import msgspec

from tuidl.data.spec import ExampleSpec, Field
from tuidl.nn.layers.activations import ActivationLayer
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.embedding import Embedding


def completed(
    layers: tuple[Layer, ...],
    spec: ExampleSpec,
    width: int | None,
    names: Mapping[str, str] | None = None,
) -> tuple[Layer, ...]:
    """The layers with what the data knows: a closing dense layer without ``units`` has ``width``
    of them, an embedding without ``input_dim`` a row for each token of the data, or for each id of
    the input that it reads. ``names``: those of the data's inputs by the network's own for them,
    where they differ."""
    known = {field.name: field for field in spec.inputs}
    names = names or {name: name for name in known}
    inputs = {own: known[of] for own, of in names.items() if of in known}
    first = inputs.get(next(iter(names), ""))
    return tuple(
        _with_rows(layer, inputs, first if place == 0 else None, spec)
        for place, layer in enumerate(_with_last_width(layers, width))
    )


def _with_rows(
    layer: Layer, inputs: Mapping[str, Field], first: Field | None, spec: ExampleSpec
) -> Layer:
    """``first``: the input that the layer reads where it names none."""
    if not isinstance(layer, Embedding) or layer.input_dim is not None:
        return layer
    if not spec.inputs:
        size = len(spec.vocabulary)
        return msgspec.structs.replace(layer, input_dim=size) if size else layer
    field = first if layer.inputs is None else inputs.get(layer.inputs[0])
    if field is None or not (field.vocabulary or field.classes):
        return layer
    if field.classes:  # ids, the last row is that of unknown ones
        return msgspec.structs.replace(layer, input_dim=len(field.classes), unknown=True)
    return msgspec.structs.replace(layer, input_dim=len(field.vocabulary))


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
