"""Runs in a process of its own, with Numba's simulator for a GPU: every kernel on every small case.

Prints a line of JSON for each case: its number, and what was wrong with the result.
"""

import json
import sys

import numpy as np

from tests.gpu.simulator import be_quick
from tests.gpu.small import SMALL
from tests.kernels.case import Case
from tests.kernels.kernel_bench import Bench
from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.launching import row_kernel
from tuidl.backends.cuda.progress import PROGRESS_SIZE
from tuidl.backends.cuda.target import THREADS

BLOCKS = 3


def by_cuda(case: Case, bench: Bench, blocks: int) -> np.ndarray:
    """The arena after the kernel ran on a team of so many blocks."""
    from numba import cuda

    arena, rows = cuda.to_device(bench.arena), bench.row.reshape(1, 1, 1, -1)
    kernel = row_kernel(case.kernel)[(blocks, 1), THREADS]
    progress = np.ones(PROGRESS_SIZE, np.int64)
    kernel(rows, rows.view(np.float64), 0, 0, progress, arena, bench.step_state)
    return arena.copy_to_host()


def problem(case: Case) -> str:
    bench = Bench(case, "float32")
    try:
        arenas = [by_cuda(case, bench, blocks) for blocks in (1, BLOCKS)]
        bench.compare(case, arenas[0])
        np.testing.assert_array_equal(*arenas, "other bits on another grid")
    except Exception as error:  # the parent process tells it of the case
        return f"{type(error).__name__}: {error}"
    return ""


def main(names: list[str]) -> None:
    be_quick()
    for number, case in enumerate(SMALL):
        if case.kernel in (names or CUDA_KERNELS):
            print(json.dumps([number, problem(case)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
