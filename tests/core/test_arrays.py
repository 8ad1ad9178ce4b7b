"""What a user hands over as an array of numbers."""

import numpy as np
import pytest

from tuidl.core.arrays import real_array
from tuidl.core.errors import DataError


class Raises:
    """An array of another library, whose conversion fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __array__(self, *arguments: object, **options: object) -> np.ndarray:
        raise self.error


def test_what_another_library_raises_says_that_it_is_no_array() -> None:
    with pytest.raises(DataError, match=r"x: not an array of numbers \(on the GPU\)"):
        real_array(Raises(TypeError("on the GPU")), np.dtype(np.float32), "x")


def test_an_array_that_does_not_fit_is_not_called_something_else() -> None:
    with pytest.raises(MemoryError):
        real_array(Raises(MemoryError()), np.dtype(np.float32), "x")
