"""The numbers that inputs of noise would be drawn as, on the host.

They are counted, not stored: they follow from the seed, the step, the input's name and the place.
"""

import zlib
from math import prod
from typing import Any

import numpy as np

from tuidl.compiler.nodes import Input
from tuidl.core.lazy import Array
from tuidl.kernels.diffusion import noise_step_oracle
from tuidl.kernels.noise import noise_normal_oracle, noise_uniform_oracle
from tuidl.kernels.step_state import SEED, STEP, STEP_STATE_SIZE

DRAW: dict[str, Any] = {
    "normal": noise_normal_oracle,
    "uniform": noise_uniform_oracle,
    "step": noise_step_oracle,
}


def drawn(data: Input, count: int, seed: int, step: int = 0) -> Array:
    """(count, numbers) of an input of noise, in one of the steps that a sample is made in."""
    state, width = np.zeros(STEP_STATE_SIZE), prod(data.shape)
    state[SEED], state[STEP] = seed, step
    found = np.empty(count * width)
    steps = {"steps": data.steps} if data.steps else {}
    source = zlib.crc32(data.name.encode())
    DRAW[data.noise](found, source, 0, width, step_state=state, **steps)
    return found.reshape(count, width)
