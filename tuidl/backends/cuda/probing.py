"""Whether a GPU can be used, found out in a process of its own: a broken driver may hang or crash
the process that calls it. Nothing here loads Numba."""

import importlib.util
import json
import subprocess
from functools import cache

from tuidl.core.children import child_environment, module_command
from tuidl.core.errors import BackendError

SECONDS = 60
"""Time for a GPU to wake up, and for a kernel to be compiled and run on it."""
INSTALL = "pip install 'tuidl[cuda]' (or 'tuidl[cuda13]' for drivers of CUDA 13)"
PROBE = "tuidl.backends.cuda.probe"


@cache
def require_gpu() -> str:
    """The name of a GPU that compiles, runs and agrees with the oracle.

    Raises BackendError, which says what is missing and what to do about it.
    """
    if not is_installed():
        raise BackendError(f"--backend cuda needs the package numba-cuda: {INSTALL}")
    command = module_command(PROBE)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, env=child_environment()
        )
    except subprocess.TimeoutExpired:
        raise BackendError(
            f"the GPU did not answer within {SECONDS} s: try 'nvidia-smi', or --backend cpu"
        ) from None
    return _read(done.stdout, done.stderr, done.returncode)


def is_installed() -> bool:
    """Whether NVIDIA's CUDA target is there; the older one inside Numba lacks what kernels need."""
    return importlib.util.find_spec("numba_cuda") is not None


def _read(answer: str, talk: str, code: int) -> str:
    """The GPU's name from what the probe printed. Raises BackendError."""
    try:
        reply = json.loads(answer.splitlines()[-1])
    except (IndexError, ValueError):
        last = talk.strip().splitlines()[-1:] or [f"exit code {code}"]
        raise BackendError(
            f"the GPU's driver ended the process that asked it ({last[0]}): --backend cpu"
        ) from None
    if problem := reply.get("problem"):
        raise BackendError(problem)
    return str(reply["device"])
