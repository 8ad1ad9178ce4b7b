"""The weights of a run along its way, for landscapes."""

from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np

from tuidl.core.lazy import Array
from tuidl.training.surveys import KeptPath

FEW, MANY = 16, 48
"""Keyframes that are enough for a path; steps of a path at most."""
SHORT = 5.0
"""Seconds of training that are quickly done again."""
LARGEST = 1 << 27
"""Bytes of weights of a path."""


def steps_of_path(keyframes: Sequence[int], newest: int, seconds: float, size: int) -> list[int]:
    """After which steps to look: its start, keyframes, ``newest``; evenly over a short run.

    ``seconds``: that the run has taken; ``size``: bytes of its weights.
    """
    known = [number for number in keyframes if number < newest]
    if len(known) < FEW and seconds < SHORT:
        known = list(range(newest))
    steps = sorted({0, *known, newest})
    most = max(min(MANY, LARGEST // max(size, 1)), 4)
    if len(steps) <= most:
        return steps
    chosen = np.linspace(0, len(steps) - 1, most).round().astype(int)
    return [steps[i] for i in sorted(set(chosen.tolist()))]


def gathered(
    run: str, steps: Sequence[int], parameters_at: Callable[[int], Mapping[str, Array]]
) -> Generator[None, None, KeptPath]:
    """The weights after these steps, one after the other; yields between them. Raises RunError."""
    found = []
    for step in steps:
        found.append(parameters_at(step))
        yield
    return KeptPath(run, tuple(steps), found)


def at_once(gathering: Generator[None, None, KeptPath]) -> KeptPath:
    """Without a rest in between."""
    while True:
        try:
            next(gathering)
        except StopIteration as end:
            path: KeptPath = end.value
            return path
