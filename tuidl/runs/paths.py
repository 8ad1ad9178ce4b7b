"""The weights of a run along its way, for landscapes."""

from collections.abc import Callable, Sequence

import numpy as np

from tuidl.backends.base import Array
from tuidl.protocol.events import Moment
from tuidl.training.state import TrainState
from tuidl.training.surveys import KeptPath

FEW, MANY = 16, 48
"""Keyframes that are enough for a path; steps of a path at most."""
SHORT = 5.0
"""Seconds of training that are quickly done again."""
LARGEST = 1 << 27
"""Bytes of weights of a path."""

GoTo = Callable[[int], Moment]


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


def kept_path(
    run: str, steps: Sequence[int], go_to: GoTo, state: Callable[[], TrainState]
) -> KeptPath:
    """The weights after these steps. Raises RunError."""
    found: list[dict[str, Array]] = []
    for step in steps:
        go_to(step)
        found.append(state().model.parameters.copy())
    return KeptPath(run, tuple(steps), found)
