"""Runs in a process of its own: compiles every kernel to PTX for one kind of GPU, without one.

Prints a line of JSON for each: its name, and what was wrong. ``python -m tests.gpu.compiled 9.0``
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

from numba import cuda

from tuidl.backends.cuda import launching
from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.persistent import persistent_function
from tuidl.backends.cuda.strategies import PERSISTENT_SIGNATURE
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.preset.library import load_preset, shipped

Job = tuple[str, Callable[[], Callable[..., None]], tuple[Any, ...]]
"""A name, what makes a kernel as a plain function, and the types of its arguments."""


def pretend(compute_capability: tuple[int, int]) -> None:
    """Device functions ask the GPU at hand what to compile for; there is none."""
    from numba.cuda import dispatcher

    device = SimpleNamespace(compute_capability=compute_capability)
    dispatcher.get_current_device = lambda: device


def jobs() -> Iterator[Job]:
    """Every kernel by itself, those around a step, and every preset's persistent kernel."""
    for name in CUDA_KERNELS:
        yield name, partial(launching.row_function_of_grid, name), launching.ROW_SIGNATURE
    yield "begin", lambda: launching.begin, launching.BEGIN_SIGNATURE
    yield "gather", lambda: launching.gather_lanes, launching.GATHER_SIGNATURE
    yield "collect", lambda: launching.collect_lanes, launching.COLLECT_SIGNATURE
    for preset in shipped():
        for one_block in (True, False):
            make = partial(of_preset, preset, one_block)
            yield f"{preset}, one block: {one_block}", make, PERSISTENT_SIGNATURE


def of_preset(preset: str, one_block: bool) -> Callable[..., None]:
    program = compile_program(Graph.build(load_preset(preset)), 8, tiles=False)
    return persistent_function(tuple(program.kernels), one_block)


def problem(job: Job, compute_capability: tuple[int, int]) -> str:
    _, make, signature = job
    try:
        ptx, _ = cuda.compile_ptx(make(), signature, cc=compute_capability)
    except Exception as error:  # the parent process tells it
        return f"{type(error).__name__}: {error}"
    target = ".target sm_{}{}".format(*compute_capability)
    if target not in ptx:
        return f"no {target} in the PTX"
    if "ld.local" in ptx:
        return "keeps numbers in local memory, which is slow"
    return ""


ALL_KERNELS = "kernels"


def main(version: str, names: list[str]) -> None:
    major, minor = version.split(".")
    compute_capability = (int(major), int(minor))
    pretend(compute_capability)
    for job in jobs():
        is_asked = job[0] in names or (ALL_KERNELS in names and job[0] in CUDA_KERNELS)
        if not names or is_asked:
            print(json.dumps([job[0], problem(job, compute_capability)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
