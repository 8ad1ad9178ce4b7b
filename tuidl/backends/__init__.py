"""What runs a program. A backend is imported when somebody asks for it, not before."""

from typing import Any

import numpy as np

from tuidl.backends.base import Engine
from tuidl.errors import BackendError, suggestion
from tuidl.program import Program

BACKENDS = ("cpu", "numpy")


def create_engine(name: str, program: Program, dtype: np.dtype[Any], threads: int | None) -> Engine:
    """The program bound to the backend called ``name``. Raises BackendError."""
    if name == "cpu":
        from tuidl.backends.cpu import CpuEngine

        return CpuEngine(program, dtype, threads)
    if name == "numpy":
        from tuidl.backends.numpy import NumpyEngine

        return NumpyEngine(program, dtype)
    if name == "cuda":
        raise BackendError("the cuda backend is not part of this version; use --backend cpu")
    raise BackendError(f"no backend {name!r}{suggestion(name, BACKENDS)}")
