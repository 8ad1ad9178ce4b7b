"""This machine's GPU, and the driver's errors in words for users."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba import cuda

from tuidl.backends.cuda.target import SIMULATED
from tuidl.core.errors import BackendError


def device_name() -> str:
    """Its product name."""
    if SIMULATED:
        return "Numba's CUDA simulator"
    name: Any = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the driver become BackendError; others pass."""
    try:
        yield
    except BackendError:
        raise
    except Exception as error:  # known by where its type comes from; others are raised again
        if (reason := _reason(error)) is None:
            raise
        raise BackendError(reason) from error


def _reason(error: Exception) -> str | None:
    """The message for an error of CUDA; None for any other. The driver has raised errors of
    many types, so the type's module and the message's text decide."""
    text = str(error)
    if "OUT_OF_MEMORY" in text.upper():
        return "the GPU has not enough memory left: use smaller layers or training.batch_size"
    if type(error).__module__.startswith(("numba.cuda", "numba_cuda", "cuda.")):
        return f"the GPU failed: {text.splitlines()[0] if text else type(error).__name__}"
    return None
