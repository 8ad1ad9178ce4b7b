"""Limits that are checked before anything is allocated."""

import os

from tuidl.core.errors import BackendError
from tuidl.core.memory import Bound, memory_bound, own_usage

FLOAT_BYTES = 4
"""Of a float32, in which everything is trained."""

SHARE_OF_MEMORY = 0.8
"""Of the memory that can be had now; a prediction may be a fifth too low."""


def available_memory() -> int:
    """Bytes that this process may have in all, from now on; what it has already is among them."""
    return int(memory_bound().free * SHARE_OF_MEMORY)


def check_memory(needed: int, what: str, advice: str) -> None:
    """Raises BackendError where ``needed`` bytes more are not to be had now."""
    left = memory_left()
    if needed > left:
        raise BackendError(f"{what} needs {gib(needed)}, {_given(left, memory_bound())}: {advice}")


def memory_left() -> int:
    """Bytes that this process may take besides what it has."""
    return max(available_memory() - own_usage().resident, 0)


def check_peak(peak: int, what: str, advice: str) -> None:
    """Raises BackendError where this process cannot have ``peak`` bytes in all."""
    bound = memory_bound()
    if peak > (most := int(bound.free * SHARE_OF_MEMORY)):
        raise BackendError(f"{what} needs {gib(peak)}, {_given(most, bound)}: {advice}")


def _given(most: int, bound: Bound) -> str:
    return f"this machine can give {gib(most)} now ({bound.name} has {gib(bound.limit)})"


def gib(count: int) -> str:
    """With two significant digits at least: 0.0 GiB says nothing."""
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**30:.2g} GiB"


def default_threads() -> int:
    """Threads to use unless a number is given: the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
