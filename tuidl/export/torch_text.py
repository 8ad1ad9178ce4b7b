"""Names of PyTorch for classes that exported programs get as text: nothing runs them here.

PyTorch itself is never imported: its OpenMP and Numba's must not meet in one process.
"""

from typing import Any


class _Name:
    Module = object

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name}: classes for PyTorch are exported as text, not run")


F: Any = _Name()
nn: Any = _Name()
torch: Any = _Name()
