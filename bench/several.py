"""Several networks as a peer can build them: variational autoencoders and adversarial networks."""

from typing import Any

from msgspec.structs import replace

from bench.description import fields_of, layers_of, steps_of
from tuidl.compiler.graph import Graph
from tuidl.compiler.parts import part_of
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset

VARIATIONAL, ADVERSARIAL = "variational", "adversarial"
KINDS = {
    (("encoder", "sampler", "decoder"), ("binary_cross_entropy", "kl_divergence")): VARIATIONAL,
    (("generator", "discriminator"), 3 * ("binary_cross_entropy",)): ADVERSARIAL,
}
"""By the networks' names and the losses."""


def describe_several(preset: Preset) -> dict[str, Any]:
    """As ``describe``, with ``kind``, and each of two networks in ``parts``. Raises TuidlError for
    any other preset of several networks."""
    losses = tuple(term.loss.kind() for term in preset.terms)
    kind = KINDS.get((tuple(network.name for network in preset.networks), losses))
    optimizers = {objective.optimizer for objective in preset.objectives}
    if kind is None or len(optimizers) > 1:
        raise TuidlError(
            "peers build presets with one network, variational autoencoders, and adversarial "
            "networks whose optimizers are alike"
        )
    graph = Graph.build(preset)
    of_data = "code" if kind == VARIATIONAL else "real"
    second = "decoder" if kind == VARIATIONAL else "generator"
    chains = {
        "encoder" if kind == VARIATIONAL else "discriminator": replace(preset, predicts=of_data),
        second: part_of(preset, second),
    }
    target = "bits" if kind == VARIATIONAL else "values"
    return {
        **steps_of(preset, graph),
        "kind": kind,
        "words": 0,
        "target": {"kind": target, "shape": list(graph.spec.shape)},
        "layers": [],
        "shapes": [],
        "parts": {name: _chain(part) for name, part in chains.items()},
        "parameters": graph.parameter_count,
        "loss": {"type": "binary_cross_entropy"},
        "optimizer": fields_of(preset.objectives[0].optimizer, ("schedule",)),
    }


def _chain(part: Preset) -> dict[str, Any]:
    """The layers of one network, up to logits."""
    found = layers_of(Graph.build(part).answering.nodes)
    for layer in found["layers"]:
        layer.pop("lender", None)  # of a part the whole has the parameters
        if layer.get("activation") == "sigmoid":  # losses of peers take logits
            layer["activation"] = "linear"
    return found
