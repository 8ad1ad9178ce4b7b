"""Parts of several networks, each as a preset of its own with the parameters of the whole.

A part is one network, as the outputs use it; or what it does in the whole: encoder, decoder,
generator.
"""

from msgspec.structs import replace

from tuidl.compiler.codes import code_of, decoder_of, encoder_of, given, is_normal, noise_of
from tuidl.core.errors import TuidlError, suggestion
from tuidl.preset.networks import Output
from tuidl.preset.schema import Preset

ENCODER, DECODER, GENERATOR = "encoder", "decoder", "generator"


def part_of(preset: Preset, name: str) -> Preset:
    """The preset that answers as the part does: to the data, to noise, or to what the part reads
    from another output, which it is given then.

    Raises TuidlError, which names the parts that there are.
    """
    if name == ENCODER and code_of(preset) is not None:
        return encoder_of(preset)
    uses = [output for output in preset.outputs if output.network == name]
    if use := next((u for u in uses if not _reads_outputs(preset, u)), None):
        return replace(preset, predicts=use.name)
    if use := next((u for u in uses if len(u.inputs) == 1), None):
        return given(preset, use)
    if name == DECODER and code_of(preset) is not None:
        return decoder_of(preset)
    if name == GENERATOR and preset.outputs and noise_of(preset):
        return preset
    if name == GENERATOR and is_normal(preset):
        return decoder_of(preset)
    known = part_names(preset)
    if not known:
        raise TuidlError(f"no part {name!r}: the preset is one network")
    raise TuidlError(f"no part {name!r}{suggestion(name, known)}")


def part_names(preset: Preset) -> list[str]:
    """What ``part_of`` knows of the preset, in the order in which it computes."""
    found = []
    if code_of(preset) is not None:
        found += [ENCODER, DECODER]
    if preset.outputs and (noise_of(preset) or is_normal(preset)):
        found.append(GENERATOR)
    for output in preset.outputs:
        if not _reads_outputs(preset, output) or len(output.inputs) == 1:
            found.append(output.network)
    return list(dict.fromkeys(found))


def is_part_of_answer(preset: Preset, part: Preset) -> bool:
    """Whether what the part answers is what the whole answers."""
    networks = {output.name: output.network for output in part.outputs}
    return networks.get(part.predicted) == networks.get(preset.predicted)


def _reads_outputs(preset: Preset, output: Output) -> bool:
    return bool({*output.inputs} & {other.name for other in preset.outputs})
