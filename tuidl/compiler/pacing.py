"""The pace at which a short run is trained, so that it can be watched."""

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset

WATCHABLE_SECONDS = 8.0
SLOWEST_ENGINE = 5e9
"""FLOP/s that any machine reaches: what takes longer by it is not slowed down."""


def watchable_pace(preset: Preset, batch: int, steps: int) -> float | None:
    """Steps a second at which so many ``steps`` take a few seconds; None, full speed, for runs that
    are long by their operations."""
    is_short = _flops_of(preset) * batch * steps < WATCHABLE_SECONDS * SLOWEST_ENGINE
    return max(steps / WATCHABLE_SECONDS, 1.0) if is_short else None


def _flops_of(preset: Preset) -> int:
    """Operations of one example, forward and backward; 0 where that is not known."""
    try:
        return 3 * Graph.build(preset).flops
    except TuidlError:
        return 0
