"""Whether a network answers to random numbers alone, as a generator does."""

from tuidl.preset.schema import Preset


def answers_to_noise(preset: Preset) -> bool:
    """Whether the output that the model answers with reads inputs of noise and nothing else: then
    there is nothing to give it, and nothing to hold its answers against."""
    read = {one.name: one.inputs for one in preset.outputs}
    if preset.predicted not in read:
        return False
    sources, waiting = set(), [preset.predicted]
    while waiting:
        name = waiting.pop()
        waiting += read.pop(name, ())  # once each, if outputs are named in a circle, too
        sources.add(name)
    return sources - {one.name for one in preset.outputs} <= {one.name for one in preset.inputs}
