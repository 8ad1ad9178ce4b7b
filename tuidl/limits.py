"""Limits that are checked before anything is allocated."""

import os

from tuidl.core.memory import memory_bound
from tuidl.errors import BackendError

FLOAT_BYTES = 4
"""Of a float32, in which everything is trained."""

SHARE_OF_MEMORY = 0.8
"""Of the memory that can be had now; a prediction may be a fifth too low."""


def available_memory() -> int:
    """Bytes that this process may have in all, from now on; what it has already is among them."""
    return int(memory_bound().free * SHARE_OF_MEMORY)


def check_memory(needed: int, what: str, advice: str) -> None:
    """Raises BackendError where ``needed`` bytes are more than the machine can give now."""
    bound = memory_bound()
    if needed > (available := int(bound.free * SHARE_OF_MEMORY)):
        raise BackendError(
            f"{what} needs {_gib(needed)} GiB, this machine can give {_gib(available)} now "
            f"({bound.name} has {_gib(bound.limit)}): {advice}"
        )


def _gib(count: int) -> str:
    """With two significant digits at least: 0.0 GiB says nothing."""
    return f"{count / 2**30:.1f}" if count >= 2**30 else f"{count / 2**30:.2g}"


def default_threads() -> int:
    """Threads to use unless somebody says otherwise: the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
