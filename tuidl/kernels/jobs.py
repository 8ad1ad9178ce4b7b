"""Everything that is compiled by itself, by its name: kernels, the routines that they call by a
symbol, the loops over steps and turns, and the reader of tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tuidl.kernels import loop, scanning, turns
from tuidl.kernels.registry import KERNELS
from tuidl.kernels.simd.routines import ROUTINES

LOOP, TURNS, SCAN = "training loop", "loop of turns", scanning.NAME


class Job(Protocol):
    """Compiled by ``make``, without being loaded; ``function`` is plain Python."""

    @property
    def function(self) -> Callable[..., Any]: ...
    def is_compiled(self, dtype: np.dtype[Any]) -> bool:
        """Whether machine code exists, in this process or (by its file's name) on the disk."""

    def make(self, dtype: np.dtype[Any]) -> None: ...


@dataclass(frozen=True)
class _Single:
    """A job with functions for its methods."""

    function: Callable[..., Any]
    is_compiled: Callable[[np.dtype[Any]], bool]
    make: Callable[[np.dtype[Any]], None]


_SINGLE = {
    LOOP: _Single(loop.run_steps, loop.loop_is_compiled, loop.make_loop),
    TURNS: _Single(
        turns.run_turns, lambda _: turns.turns_are_compiled(), lambda _: turns.make_turns()
    ),
    SCAN: _Single(scanning.scan, lambda _: scanning.scan_is_kept(), lambda _: scanning.make_scan()),
}


def job(name: str) -> Job:
    """Raises KeyError."""
    return KERNELS.get(name) or ROUTINES.get(name) or _SINGLE[name]
