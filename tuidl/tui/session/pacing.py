"""The pace of a run on the screen: full speed, or slow enough to be watched.

A pace is in steps a second; None is full speed.
"""

PACES = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)


def next_pace(pace: float | None, way: int) -> float | None:
    """The next slower (``way`` < 0) or faster one."""
    slower = [known for known in PACES if known < (pace or 1e18)]
    faster = [known for known in PACES if known > (pace or 1e18)]
    if way < 0:
        return slower[-1] if slower else pace
    return faster[0] if faster else None
