"""Asks the GPU: compile, launch, compare with the oracle. Run as a process by ``probing``.

Prints one line of JSON: the ``device``, or a ``problem`` in words for users.
"""

import json
import math

import numpy as np

from tuidl.backends.cuda.probing import INSTALL

TOLERANCE = 1e-4
USE_CPU = "or use --backend cpu"
MEANINGS = (
    (
        ("driver library cannot be found", "driver library could not be found"),
        f"no NVIDIA driver (libcuda) on this machine: install one, {USE_CPU}",
    ),
    (
        ("NO_DEVICE", "no CUDA-capable device"),
        "the driver sees no NVIDIA GPU here: use --backend cpu",
    ),
    (("NVVM", "libdevice"), f"the CUDA compiler is missing: {INSTALL}"),
)
"""Marks in an error's text, and the message for it."""


def problem_of(error: Exception, doing: str) -> str:
    """What an error means, and what to do. Drivers raise errors of many types: the text counts."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    for marks, meaning in MEANINGS:
        if any(mark.lower() in said.lower() for mark in marks):
            return f"--backend cuda: {meaning}"
    return f"--backend cuda: {doing} failed ({said[:200]}): update the driver, {USE_CPU}"


def probe() -> dict[str, str]:
    """``device``, or ``problem``."""
    doing = "loading numba-cuda"
    try:
        from numba import cuda

        from tuidl.backends.cuda.devices import device_name

        doing = "opening the GPU"
        cuda.current_context()
        device = device_name()
        doing = "running a kernel"
        wrong = _largest_error()
    except Exception as error:  # a broken driver has raised TypeError, too
        return {"problem": problem_of(error, doing)}
    if not wrong <= TOLERANCE:
        return {"problem": f"--backend cuda: {device} computes something else than the CPU "
                           f"(off by {wrong:.2g}): use --backend cpu"}  # fmt: skip
    return {"device": device}


def _largest_error() -> float:
    """Of a matrix product on the GPU, against plain NumPy."""
    from numba import cuda

    from tuidl.backends.cuda.launching import row_kernel
    from tuidl.backends.cuda.progress import PROGRESS_SIZE
    from tuidl.backends.cuda.target import DEPTH, THREADS, TILE
    from tuidl.kernels import KERNELS
    from tuidl.kernels.step_state import STEP_STATE_SIZE

    kernel = KERNELS["dense"]
    sizes = {"n": TILE // 2 + 1, "k": 3 * DEPTH + 1, "f": TILE + 1}
    n, k, f = sizes.values()
    shapes = [(n, k), (k, f), (f,), (n, f)]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    arena = np.random.default_rng(0).standard_normal(ends[-1]).astype(np.float32)
    x, w, b, y = (
        part.reshape(shape) for part, shape in zip(np.split(arena, ends[:-1]), shapes, strict=True)
    )
    expected = x @ w + b
    row = kernel.signature.encode(kernel.opcode, [0, *ends[:-1]], sizes, {})
    table = np.array(row, np.int64).reshape(1, 1, 1, -1)
    progress, step_state = np.ones(PROGRESS_SIZE, np.int64), np.zeros(STEP_STATE_SIZE)
    arrays = (table, table.view(np.float64), progress, arena, step_state)
    rows, numbers, *memory = (cuda.to_device(array) for array in arrays)
    row_kernel("dense")[(2, 1), THREADS](rows, numbers, 0, 0, *memory)
    memory[1].copy_to_host(arena)
    return float(np.abs(y - expected).max())


def main() -> None:
    print(json.dumps(probe()))


if __name__ == "__main__":
    main()
