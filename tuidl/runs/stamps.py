"""Whether a run may have changed since it was looked at."""

import os
from pathlib import Path

from tuidl.storage.contents import EVENTS, PRESET

SETTLED = frozenset(("done", "interrupted", "pruned", "failed"))
"""States that change only together with the run's folder."""
Stamps = tuple[int, ...]


def stamps_of(path: Path) -> Stamps:
    """When the folder of a run, its log and its preset last changed."""
    found: list[int] = []
    for name in ("", EVENTS, PRESET):
        try:
            status = os.stat(f"{path}/{name}")
        except OSError:
            found.append(0)
        else:
            found += (status.st_mtime_ns, status.st_size)
    return tuple(found)
