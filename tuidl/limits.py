"""Limits that are checked before anything is allocated."""

import os
from contextlib import suppress
from pathlib import Path

from tuidl.errors import BackendError

FLOAT_BYTES = 4
"""Of a float32, in which everything is trained."""

SHARE_OF_MEMORY = 0.8
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def available_memory() -> int:
    """Bytes of the machine's memory that a program may take."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not a POSIX system
        total = 4 << 30
    with suppress(OSError, ValueError):  # a container may have less; "max" is no number
        total = min(total, int(CONTAINER_LIMIT.read_text()))
    return int(total * SHARE_OF_MEMORY)


def check_memory(needed: int, what: str, advice: str) -> None:
    """Raises BackendError where ``needed`` bytes are more than the machine can give."""
    if needed > (available := available_memory()):
        raise BackendError(
            f"{what} needs {needed / 2**30:.1f} GiB, this machine can give "
            f"{available / 2**30:.1f}: {advice}"
        )


def default_threads() -> int:
    """Threads to use unless somebody says otherwise: the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
