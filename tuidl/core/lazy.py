"""The type of arrays, and NumPy for modules that must load without it.

``Array`` is what type checkers see; ``np`` imports NumPy when one of its names is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]
else:
    Array = Any

    class _NumPy:
        def __getattr__(self, name: str) -> Any:
            found = getattr(import_module("numpy"), name)
            setattr(self, name, found)  # the next time it is there
            return found

    np = _NumPy()

__all__ = ["Array", "np"]
