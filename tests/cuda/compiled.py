"""Runs in a process of its own: compiles every kernel to PTX for one kind of GPU, without one.

Prints a line of JSON for each: its name, and what was wrong. ``python -m tests.cuda.compiled 9.0``
"""

import json
import sys
from types import SimpleNamespace
from typing import Any

from numba import cuda, float32, float64, int64

from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.launching import row_kernel

TABLE = (int64[:, :, :, ::1], float64[:, :, :, ::1], int64, int64)
MEMORY = (int64[::1], float32[::1], float64[::1])


def pretend(compute_capability: tuple[int, int]) -> None:
    """Device functions ask the GPU at hand what to compile for; there is none."""
    from numba.cuda import dispatcher

    device = SimpleNamespace(compute_capability=compute_capability)
    dispatcher.get_current_device = lambda: device


def problem(kernel: Any, signature: tuple[Any, ...], compute_capability: tuple[int, int]) -> str:
    try:
        ptx, _ = cuda.compile_ptx(kernel.py_func, signature, cc=compute_capability)
    except Exception as error:  # the parent process tells it
        return f"{type(error).__name__}: {error}"
    target = ".target sm_{}{}".format(*compute_capability)
    if target not in ptx:
        return f"no {target} in the PTX"
    if ".f64" in ptx and kernel.__name__ in NO_DOUBLES:
        return "computes in float64"
    return ""


NO_DOUBLES = ("dense", "conv2d", "relu", "lstm", "gru")
"""A float64 constant or counter would make these many times slower on most GPUs."""


def main(version: str, names: list[str]) -> None:
    major, minor = version.split(".")
    compute_capability = (int(major), int(minor))
    pretend(compute_capability)
    for name in names or CUDA_KERNELS:
        print(json.dumps([name, problem(row_kernel(name), (*TABLE, *MEMORY), compute_capability)]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
