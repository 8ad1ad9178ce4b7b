"""Backends: what runs a program. Each is imported only when it is chosen."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuidl.backends.base import Engine
from tuidl.compiler.program import Program
from tuidl.core.errors import BackendError, suggestion

AUTO = "auto"
BACKENDS = ("cpu", "numpy", "cuda")


@dataclass(frozen=True)
class Choice:
    """A backend by its ``name``; ``note``: how it was chosen, for the user."""

    name: str
    note: str = ""


def choose(name: str) -> Choice:
    """The backend called ``name``; for ``auto`` the GPU where it works, else the processor.

    Raises BackendError where there is none of that name.
    """
    if name != AUTO:
        if name not in BACKENDS:
            raise BackendError(f"no backend {name!r}{suggestion(str(name), (*BACKENDS, AUTO))}")
        return Choice(name)
    from tuidl.backends.cuda.probing import require_gpu

    try:
        return Choice("cuda", f"--backend auto: {require_gpu()}")
    except BackendError as error:
        return Choice("cpu", f"--backend auto takes the cpu, as there is no GPU for it ({error})")


def create_engine(name: str, program: Program, dtype: np.dtype[Any], threads: int | None) -> Engine:
    """The program bound to the backend called ``name``. Raises BackendError."""
    if name == "cpu":
        from tuidl.backends.cpu import CpuEngine

        return CpuEngine(program, dtype, threads)
    if name == "numpy":
        from tuidl.backends.numpy import NumpyEngine

        return NumpyEngine(program, dtype)
    if name == "cuda":
        from tuidl.backends.cuda.probing import require_gpu

        require_gpu()
        from tuidl.backends.cuda.engine import CudaEngine

        return CudaEngine(program, dtype)
    raise BackendError(f"no backend {name!r}{suggestion(name, BACKENDS)}")
