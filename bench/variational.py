"""A variational autoencoder as a peer can build it: encoder and decoder, each as a network."""

from typing import Any

from msgspec.structs import replace

from bench.description import fields_of, layers_of, steps_of
from tuidl.compiler.graph import Graph
from tuidl.compiler.parts import part_of
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset

KIND = "variational"
LOSSES = {"binary_cross_entropy", "kl_divergence"}
PARTS = ("encoder", "sampler", "decoder")


def describe_variational(preset: Preset) -> dict[str, Any]:
    """As ``describe``, with ``kind`` and the two networks in ``parts``. Raises TuidlError for any
    other preset of several networks."""
    kinds = {term.loss.kind() for term in preset.terms}
    names = tuple(network.name for network in preset.networks)
    if names != PARTS or kinds != LOSSES or len(preset.objectives) != 1:
        raise TuidlError("peers build presets with one network, and variational autoencoders")
    graph = Graph.build(preset)
    encoder = Graph.build(replace(preset, predicts="code")).answering
    decoder = Graph.build(part_of(preset, "decoder")).answering
    parts = {"encoder": layers_of(encoder.nodes), "decoder": layers_of(decoder.nodes)}
    for layer in parts["decoder"]["layers"]:
        layer.pop("lender", None)  # of a part the whole has the parameters
        if layer.get("activation") == "sigmoid":  # losses of peers take logits
            layer["activation"] = "linear"
    return {
        **steps_of(preset, graph),
        "kind": KIND,
        "words": 0,
        "target": {"kind": "bits", "shape": list(graph.spec.shape)},
        "layers": [],
        "shapes": [],
        "parts": parts,
        "parameters": graph.parameter_count,
        "loss": {"type": "binary_cross_entropy"},
        "optimizer": fields_of(preset.objectives[0].optimizer, ("schedule",)),
    }
