"""What a user hands over as an array of numbers."""

from typing import Any

import numpy as np

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array


def real_array(values: Any, dtype: np.dtype[Any], name: str) -> Array:
    """``values`` as a contiguous, writable array of ``dtype``; copied only if need be.

    Real numbers of any kind and layout are taken, NaN and infinities among them. Raises DataError,
    which begins with ``name``, for what is no array of numbers, hides some of them (masked), or
    has finite numbers that are none in ``dtype``.
    """
    if type(values) is np.ndarray and values.dtype == dtype and values.flags.carray:
        return values
    array = _of_numbers(values, name)
    with np.errstate(over="ignore"):
        taken = np.require(array, dtype, ["C", "A", "W"])
    if taken.dtype != array.dtype and not np.isfinite(taken).all():
        lost = np.isfinite(array) & ~np.isfinite(taken)
        if lost.any():
            value = array[lost].flat[0]
            raise DataError(f"{name}: {value!s} is too large for {dtype}")
    return taken


def _of_numbers(values: Any, name: str) -> Array:
    if np.ma.is_masked(values):
        raise DataError(f"{name}: some values are masked; fill them or leave their examples out")
    try:
        array = np.asarray(values)
    except MemoryError:
        raise
    except Exception as error:  # whatever another library's array raises
        raise DataError(f"{name}: not an array of numbers ({error})") from None
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name}: expected real numbers, got {_kind(array)}")
    return array


def _kind(array: Array) -> str:
    named = {"c": "complex ones", "U": "texts", "S": "bytes", "O": "objects"}
    return named.get(array.dtype.kind, str(array.dtype))
