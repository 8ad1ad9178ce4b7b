"""The pace of a run on the screen: full speed, or slow enough to be watched.

A pace is in steps a second; None is full speed.
"""

PACES = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)
WATCHABLE_SECONDS = 8.0
SLOWEST_ENGINE = 5e9
"""FLOP/s that any machine reaches: what takes longer by it is not slowed down."""


def next_pace(pace: float | None, way: int) -> float | None:
    """The next slower (``way`` < 0) or faster one."""
    slower = [known for known in PACES if known < (pace or 1e18)]
    faster = [known for known in PACES if known > (pace or 1e18)]
    if way < 0:
        return slower[-1] if slower else pace
    return faster[0] if faster else None


def watchable_pace(steps: int, flops: float) -> float | None:
    """The pace at which so many steps take a few seconds; full speed for long runs.

    ``flops``: operations of the whole run.
    """
    is_short = flops < WATCHABLE_SECONDS * SLOWEST_ENGINE
    return max(steps / WATCHABLE_SECONDS, 1.0) if is_short else None
