"""Compiling in a second process beside the first, when there is much to compile.

Numba compiles one function at a time in a process. The helper starts at the other end of the list
and leaves what it compiles in the cache, where the first process finds it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tuidl.kernels.cache import cache_folder

FEWEST = 4
"""Functions to compile from which on a second process is worth its start."""

LOOP = "training loop"


@contextmanager
def helper_process(names: Sequence[str], dtype: np.dtype[Any]) -> Iterator[None]:
    """Have ``names`` compiled, the last one first, for as long as the block lasts.

    Does nothing where there is no cache, no second core or little to do.
    """
    process = None
    enough = len(names) >= FEWEST and (os.cpu_count() or 1) > 1
    if enough and sys.executable and cache_folder() is not None:
        command = [sys.executable, "-m", __name__, dtype.name, str(os.getpid())]
        nowhere = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                [*command, *reversed(names)], stdin=nowhere, stdout=nowhere, stderr=nowhere
            )
        except OSError:
            process = None  # then this process does it all
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def main(dtype_name: str, parent: str, *names: str) -> None:
    """Compile ``names`` for as long as the process that asked for it is there."""
    from tuidl.kernels import KERNELS
    from tuidl.kernels.loop import compiled_loop

    dtype = np.dtype(dtype_name)
    for name in names:
        if os.getppid() != int(parent):
            return
        if name == LOOP:
            compiled_loop(dtype)
        elif not KERNELS[name].is_compiled(dtype):
            KERNELS[name].compile(dtype)


if __name__ == "__main__":
    main(*sys.argv[1:])
