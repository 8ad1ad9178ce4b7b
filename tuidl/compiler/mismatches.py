"""Networks whose shapes fit and that still cannot learn: refused, with the way out."""

from math import prod

from tuidl.compiler.nodes import Head, Node, activation_below, last_activation
from tuidl.core.errors import PresetError
from tuidl.nn.layers.normalization import BatchNormalization
from tuidl.nn.losses.boxes import GeneralizedIou
from tuidl.nn.losses.classification import Classification
from tuidl.preset.schema import Preset

SQUASHING = frozenset(("sigmoid", "softmax", "tanh"))
"""Activations whose answers lie in a narrow range: taken as logits they can say little."""

Nodes = tuple[Node, ...]


def require_sense(preset: Preset, nodes: Nodes, heads: tuple[Head, ...]) -> None:
    """Raises PresetError for a softmax over one unit, for answers that a loss would misread, and
    for the moments of a batch of one example."""
    for node in nodes:
        if getattr(node.layer, "activation", "linear") == "softmax" and node.shape[-1:] == (1,):
            raise PresetError(
                "layers",
                f"{node.name!r}: a softmax over one unit is always 1 and learns nothing; use "
                "activation = 'sigmoid', or a unit for each class",
            )
    for head in heads:
        _require_logits(nodes, head)
        _require_boxes(preset, head)
    for node in normalizing(nodes):
        if preset.training.batch_size == 1:
            raise PresetError(
                "training.batch_size",
                f"1: {node.name!r} takes mean and deviation over the batch, and of one example "
                "nothing is left to learn from; use batches of 2 or more, or 'layer_normalization'",
            )


def normalizing(nodes: Nodes) -> list[Node]:
    """The layers that bring values to the mean and deviation of a batch of which each example has
    just one: a picture's channels have one for each pixel."""
    return [
        node
        for node in nodes
        if isinstance(node.layer, BatchNormalization) and prod(node.input_shape[:-1]) == 1
    ]


def _require_logits(nodes: Nodes, head: Head) -> None:
    """Raises PresetError where a cross-entropy, or what closes the network, would take squashed
    answers as logits."""
    loss = head.loss
    if not isinstance(loss, Classification) or loss.from_logits:
        return
    activation, own = last_activation(nodes, head.node), loss.closing_activation
    below = activation_below(nodes, head.node)
    if activation == own and below in SQUASHING:
        raise PresetError(
            "layers",
            f"the network ends in {below} and then {own}, which takes the answers of {below} as "
            "scores: leave one of the two out",
        )
    if activation in SQUASHING and activation != own:
        at = f" on {head.name!r}" if head.name else ""
        raise PresetError(
            "loss.type",
            f"{loss.kind()!r}{at} takes logits or the answers of {own}, but the network ends in "
            f"{activation}: use activation = {own!r} or 'linear' (from_logits = true would take "
            "them as logits all the same)",
        )


def _require_boxes(preset: Preset, head: Head) -> None:
    """Raises PresetError where boxes are scaled number by number: then none overlaps as it did."""
    names = [head.loss.kind()] if isinstance(head.loss, GeneralizedIou) else []
    names += [name for name in head.metrics if name == "box_iou"]
    if names and preset.data.target_scaling() != "none":
        problem = f"{names[0]!r} is of boxes as they are: use normalize_targets = false"
        raise PresetError("data.normalize_targets", problem)
