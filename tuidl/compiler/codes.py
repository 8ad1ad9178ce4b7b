"""The two halves of an autoencoder as presets of their own, with the parameters of the whole.

The code is the output that the predicted output is made of, and of nothing else.
"""

import msgspec

from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, TuidlError
from tuidl.data.spec import Field
from tuidl.preset.networks import Noise, Output
from tuidl.preset.schema import Preset

GIVEN, DECODED = "given_code", "decoded_code"
"""The input that a code is given by, and the output that is made of it."""


def code_of(preset: Preset) -> str | None:
    """The name of the output that is the code; None where there is none."""
    outputs = {output.name: output for output in preset.outputs}
    predicted = outputs.get(preset.predicted)
    if predicted is None or len(predicted.inputs) != 1:
        return None
    return predicted.inputs[0] if predicted.inputs[0] in outputs else None


def encoder_of(preset: Preset) -> Preset:
    """Answers with the code: of a normal one, with its means. Raises DataError."""
    return msgspec.structs.replace(preset, predicts=_code(preset))


def decoder_of(preset: Preset) -> Preset:
    """Answers to a code, which it is given. Raises DataError."""
    _code(preset)
    return given(preset, next(o for o in preset.outputs if o.name == preset.predicted))


def given(preset: Preset, whole: Output) -> Preset:
    """Answers as ``whole`` does, one of the outputs, to what that reads from another output, which
    it is given."""
    graph = Graph.build(preset)
    shape = graph.shape_of(graph.outputs[whole.inputs[0]])
    taken = {*(o.name for o in preset.outputs), *(i.name for i in graph.inputs)}
    given, decoded = (_free(name, taken) for name in (GIVEN, DECODED))
    return msgspec.structs.replace(
        preset,
        inputs=(*preset.inputs, Noise(name=given, shape=shape)),
        outputs=(
            *preset.outputs, Output(name=decoded, network=whole.network, inputs=(given,)),
        ),
        predicts=decoded,
    )  # fmt: skip


def decodes(preset: Preset) -> bool:
    """Whether it answers to what it is given in the place of another output."""
    outputs = {output.name: output for output in preset.outputs}
    predicted = outputs.get(preset.predicted)
    return predicted is not None and predicted.name.rstrip("_") == DECODED


def is_normal(preset: Preset) -> bool:
    """Whether the codes are trained to be as numbers of mean 0 and deviation 1, so that such ones
    decode to new examples: a KL divergence is among the losses, and the code is drawn."""
    drawn = {
        network.name
        for network in preset.networks
        for layer in network.layers
        if layer.kind() == "sample_normal" and layer.enabled
    }
    used = {output.name: output.network for output in preset.outputs}
    code = code_of(preset)
    has_divergence = any(not term.loss.needs_target for term in preset.terms)
    return code is not None and used[code] in drawn and has_divergence


def noise_of(preset: Preset) -> tuple[Field, ...]:
    """The inputs of the predicted output, where all of them are noise; else none."""
    graph = Graph.build(preset)
    kinds = {data.name: data.noise for data in graph.inputs}
    inputs = graph.answering.inputs
    if not all(kinds[data.name] for data in inputs):
        return ()
    return tuple(Field(data.name, data.shape) for data in inputs)


def _code(preset: Preset) -> str:
    code = code_of(preset)
    if code is None:
        problem = "the network has no code: its answer is not made of one other output alone"
        raise DataError(f"{problem} (networks.md: an encoder and a decoder)")
    return code


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def has_plane(preset: Preset) -> bool:
    """Whether its codes are two numbers."""
    try:
        code = code_of(preset)
        graph = Graph.build(preset) if code else None
    except TuidlError:
        return False
    return graph is not None and code is not None and graph.shape_of(graph.outputs[code]) == (2,)
