"""Settings that native libraries read once, when they are loaded: call before importing NumPy."""

import os

SPINS = "10000"
"""How often an idle OpenMP thread looks for work before it sleeps, some 20 microseconds.

Threads that sleep at once take 40 microseconds to wake, longer than many steps last; threads that
spin on take the processor from others that need it, such as the screen.
"""


def prepare_environment(threads: int) -> None:
    """One BLAS thread for each of our own, and idle threads that neither sleep nor spin for long.

    What the user has set stays.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prepare_waiting()
    # The one variable that is not the user's choice: without compiling there is no engine.
    os.environ.pop("NUMBA_DISABLE_JIT", None)
    most = max(threads, os.cpu_count() or 1)
    os.environ.setdefault("NUMBA_NUM_THREADS", str(most))


def prepare_waiting() -> None:
    """Only how idle threads wait: all that a library may set in a process that is not its own."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
