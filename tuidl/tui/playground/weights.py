"""One weight or bias of the selected neuron, which keys change."""

from dataclasses import dataclass

from tuidl.protocol.commands import weight_key
from tuidl.protocol.neurons import NeuronLayer
from tuidl.tui.playground.scene import Scene

STEP = 0.1


@dataclass(frozen=True)
class Weight:
    """``key``: what a command calls it; ``value``: as it was at the last look."""

    key: str
    value: float


def layer_of(scene: Scene) -> NeuronLayer | None:
    """The layer of the selected neuron, as it was looked at; None for inputs, and where the look is
    of another network than the one that is drawn."""
    look = scene.look
    if look is None or scene.selected is None or scene.selected[0] == 0 or scene.is_behind:
        return None
    return look.answer.layers[scene.selected[0] - 1]


def next_weight(scene: Scene) -> None:
    """Choose the next: of the inputs in their order, then the bias, then none."""
    layer = layer_of(scene)
    count = len(layer.kernel) + 1 if layer else 0
    scene.weight = scene.weight + 1 if scene.weight + 1 < count else -1


def chosen(scene: Scene) -> Weight | None:
    """The weight that keys change; None where there is none."""
    layer = layer_of(scene)
    if layer is None or scene.weight < 0 or scene.selected is None:
        return None
    number, rows = scene.selected[1], len(layer.kernel)
    if scene.weight < rows:
        value, place = layer.kernel[scene.weight][number], scene.weight * len(layer.bias) + number
        key = weight_key(f"{layer.name}.kernel", place)
    else:
        value, key = layer.bias[number], weight_key(f"{layer.name}.bias", number)
    return None if value is None else Weight(key, value)
