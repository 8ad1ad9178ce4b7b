"""Runs in a process of its own: compiles kernels to PTX for kinds of GPUs, without one.

Prints a line of JSON for each kernel and kind of GPU, "9.0 dense", and what was wrong.
``python -m tests.gpu.compiled 8.0,9.0`` compiles all there are.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

from numba.cuda import compiler

from tuidl.backends.cuda import launching
from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.persistent import persistent_function
from tuidl.backends.cuda.strategies import PERSISTENT_SIGNATURE
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.preset.library import load_preset, shipped

Job = tuple[str, Callable[[], Callable[..., None]], tuple[Any, ...]]
"""A name, what makes a kernel as a plain function, and the types of its arguments."""
Capability = tuple[int, int]


def pretend(compute_capability: Capability) -> None:
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


def ptx_for(job: Job, capabilities: list[Capability]) -> list[str]:
    """A kernel for each kind of GPU. What comes before the last step takes most of the time and is
    done once: it is the same for all since 6.0, unless a kernel asks for fast mathematics."""
    _, make, signature = job
    library, _ = compiler._compile_pyfunc_with_fixup(
        make(), signature, debug=None, lineinfo=False, device=False, fastmath=False, opt=None,
        cc=capabilities[0], abi="numba", abi_info=None, forceinline=False, launch_bounds=None,
        lto=False,
    )  # fmt: skip
    return [library.get_asm_str(cc=capability) for capability in capabilities]


def problem(ptx: str, capability: Capability) -> str:
    target = ".target sm_{}{}".format(*capability)
    if target not in ptx:
        return f"no {target} in the PTX"
    if "ld.local" in ptx:
        return "keeps numbers in local memory, which is slow"
    return ""


def problems(job: Job, capabilities: list[Capability]) -> list[str]:
    try:
        return list(map(problem, ptx_for(job, capabilities), capabilities))
    except Exception as error:  # the parent process tells it
        return [f"{type(error).__name__}: {error}"] * len(capabilities)


ALL_KERNELS = "kernels"


def main(text: str, names: list[str]) -> None:
    versions = text.split(",")
    capabilities = [(int(major), int(minor)) for major, minor in (v.split(".") for v in versions)]
    pretend(capabilities[0])
    for job in jobs():
        is_asked = job[0] in names or (ALL_KERNELS in names and job[0] in CUDA_KERNELS)
        if not names or is_asked:
            for version, wrong in zip(versions, problems(job, capabilities), strict=True):
                print(json.dumps([f"{version} {job[0]}", wrong]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
