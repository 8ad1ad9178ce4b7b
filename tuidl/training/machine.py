"""Two figures of this machine, measured in a moment: what forecasts of a step's time rest on."""

import time
from collections.abc import Callable
from functools import cache

import numpy as np

from tuidl.compiler.forecast import Machine

SIDE = 384
"""Of the matrices that are multiplied."""
ELEMENTS = 8 << 20
"""Of the vectors that are added, far more than a cache holds."""
SECONDS = 0.03
"""For which each is repeated at least; the fastest counts, as others may use the machine too."""


@cache
def this_machine() -> Machine:
    """Of one thread; NumPy's BLAS must be limited to one (``prepare_environment``)."""
    a = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    product = np.zeros_like(a)
    operations = 2 * SIDE**3 / _fastest(lambda: np.matmul(a, a, out=product))
    x, total = np.ones(ELEMENTS, np.float32), np.zeros(ELEMENTS, np.float32)
    touched = 2 * x.nbytes / _fastest(lambda: np.add(x, total, out=total))
    return Machine(operations, touched)


def _fastest(work: Callable[[], object]) -> float:
    """Nanoseconds of processor time of the fastest of several runs."""
    times: list[int] = []
    until = time.perf_counter() + SECONDS
    while len(times) < 3 or time.perf_counter() < until:
        started = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - started)
    return float(max(min(times), 1))
