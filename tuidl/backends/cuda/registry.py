"""Where GPU kernels are written down, by the names of the CPU kernels whose work they do."""

import inspect
from collections.abc import Callable
from typing import Any

from tuidl.backends.cuda.target import device
from tuidl.kernels import KERNELS

CUDA_KERNELS: dict[str, Any] = {}
"""Device functions by the kernel's name."""


def cuda_kernel(function: Callable[..., None]) -> Any:
    """Register the device function below: the kernel's own parameters, then ``block_group``.

    Raises TypeError where they are not the same, in the same order, as on the CPU: rows of a
    program are the same for both.
    """
    name = function.__name__
    wanted = [*inspect.signature(KERNELS[name].function).parameters, "block_group"]
    found = list(inspect.signature(function).parameters)
    if found != wanted:
        raise TypeError(f"CUDA kernel {name}: expected the parameters {wanted}, got {found}")
    CUDA_KERNELS[name] = device(function)
    return CUDA_KERNELS[name]
