"""How much of the machine's processors this process and all others use, as Linux says it."""

import time
from contextlib import suppress
from pathlib import Path

STAT = Path("/proc/stat")
IDLE = (3, 4)
"""Columns of /proc/stat: idle, and waiting for a disk."""


def ticks() -> tuple[int, int] | None:
    """Ticks that all cores have worked and have been there since the machine started."""
    with suppress(OSError, ValueError):
        first = STAT.read_text().partition("\n")[0]
        known = [int(word) for word in first.split()[1:9]]  # guests are counted among users
        total = sum(known)
        return total - sum(known[i] for i in IDLE if i < len(known)), total
    return None


class Share:
    """Cores that this process uses, and the share of all that are in use, between two calls."""

    def __init__(self) -> None:
        self._since = time.process_time(), time.monotonic(), ticks()

    def since_last(self) -> tuple[float, float | None]:
        """Raises nothing; the second is None where the system does not say."""
        (spent, clock, before), now = self._since, (time.process_time(), time.monotonic(), ticks())
        self._since = now
        cores = (now[0] - spent) / max(now[1] - clock, 1e-9)
        if before is None or now[2] is None or now[2][1] <= before[1]:
            return cores, None
        return cores, (now[2][0] - before[0]) / (now[2][1] - before[1])
