"""New examples from a trained network: from random numbers, or on the way between two examples."""

from dataclasses import dataclass
from math import ceil, prod, sqrt

import numpy as np

from tuidl.compiler.codes import code_of, decoder_of, encoder_of, is_normal, noise_of
from tuidl.compiler.graph import Graph
from tuidl.compiler.reverse import reverse_of
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.inference.preprocessing import Preparation
from tuidl.inference.trained import Parameters, model_of
from tuidl.model.sampling import generated
from tuidl.preset.networks import Noise
from tuidl.preset.schema import Preset

GAP, LARGEST = 2, 8
"""Pixels between pictures of a grid, and how many times as large a small one is drawn at most."""
WIDE = 256
"""Pixels that a row of a grid has at least, where its pictures can be drawn larger."""


@dataclass(frozen=True)
class Maker:
    """A trained network that makes examples, in the unit of the data."""

    preset: Preset
    parameters: Parameters
    preparation: Preparation

    def drawn(self, count: int, seed: int) -> Array:
        """``count`` examples (count, *shape) from random numbers that the ``seed`` decides.

        A network that answers to noise alone gets such as in training; the decoder of a variational
        autoencoder gets codes of mean 0 and deviation 1. Raises DataError for any other network.
        """
        random, noise = np.random.default_rng(seed), noise_of(self.preset)
        if reverse_of(Graph.build(self.preset)) is not None:
            model = model_of(self.preset, self.parameters, examples=count)
            return self.preparation.decode(generated(model, count, seed))
        if noise:
            known = {data.name: data for data in self.preset.inputs}
            parts = [_drawn(random, known[field.name], count) for field in noise]
            flat = [part.reshape(count, prod(part.shape[1:])) for part in parts]
            given = parts[0] if len(parts) == 1 else np.concatenate(flat, axis=1)
            return self._answers(self.preset, given)
        if not is_normal(self.preset):
            way = "; --between A B goes from one held-out example to another"
            raise DataError(
                "the network makes nothing of random numbers: expected an output of noise alone, "
                "or a variational autoencoder (sample_normal with a kl_divergence)"
                + (way if code_of(self.preset) else "")
            )
        decoder = decoder_of(self.preset)
        shape = Graph.build(decoder).answering.spec.shape
        return self._answers(decoder, random.standard_normal((count, *shape)))

    def between(self, first: Array, last: Array, count: int) -> Array:
        """``count`` examples from one to another, both as the network sees them: their codes and
        codes in equal steps between, decoded. Raises DataError where there is no code."""
        encoder = model_of(encoder_of(self.preset), self.parameters, examples=2)
        codes = encoder.predict(np.stack([first, last])).astype(np.float64)
        share = np.linspace(0, 1, count).reshape(-1, *(1,) * (codes.ndim - 1))
        return self._answers(decoder_of(self.preset), (1 - share) * codes[0] + share * codes[1])

    def _answers(self, part: Preset, given: Array) -> Array:
        """What a part of the network answers, as the whole one's answers are read."""
        model = model_of(part, self.parameters, examples=len(given))
        return self.preparation.decode(model.predict(given))


def _drawn(random: np.random.Generator, noise: Noise, count: int) -> Array:
    """(count, *shape) numbers such as in training."""
    shape = (count, *noise.shape)
    if noise.noise == "normal":
        return random.standard_normal(shape)
    if noise.noise == "uniform":
        return random.uniform(-1, 1, shape)
    assert noise.steps is not None, "a preset says it"
    return random.integers(1, noise.steps + 1, shape) / noise.steps


def are_pictures(examples: Array) -> bool:
    """Whether they can be drawn: (n, height, width, 1 or 3)."""
    return examples.ndim == 4 and examples.shape[-1] in (1, 3)


def grid_of(examples: Array, across: int | None = None) -> Array:
    """Pictures (n, height, width, 1 or 3) side by side, as bytes (rows, columns[, 3])."""
    count, height, width, channels = examples.shape
    across = across or ceil(sqrt(count))
    down = -(-count // across)
    factor = min(max(WIDE // (across * width), 1), LARGEST)
    pixels = np.rint(255 * np.clip(np.nan_to_num(examples), 0, 1)).astype(np.uint8)
    pixels = pixels.repeat(factor, axis=1).repeat(factor, axis=2)
    high, wide = height * factor + GAP, width * factor + GAP
    made = np.zeros((down * high - GAP, across * wide - GAP, channels), np.uint8)
    for number, one in enumerate(pixels):
        row, column = divmod(number, across)
        made[row * high :, column * wide :][: high - GAP, : wide - GAP] = one
    return made[..., 0] if channels == 1 else made
