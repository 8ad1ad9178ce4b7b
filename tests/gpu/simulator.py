"""Mends Numba's simulator for a GPU: threads of a block that ask for shared memory at the same
time could each get an array of their own, and their sums lacked what was in the others."""

from threading import Lock
from typing import Any


class Allocations(dict[Any, Any]):
    """Shared arrays by the line that asks for them: looked up, and made where there is none, by
    one thread at a time. The simulator always sets what it did not get."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()

    def get(self, key: Any, default: Any = None) -> Any:
        self._lock.acquire()
        found = super().get(key)
        if found is not None:
            self._lock.release()
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self._lock.release()


def share_memory() -> None:
    """Have all simulated blocks from now on make each shared array once."""
    from numba.cuda.simulator import kernelapi

    make = kernelapi.FakeCUDAShared.__init__

    def initialize(self: Any, *arguments: Any) -> None:
        make(self, *arguments)
        self._allocations = Allocations()

    kernelapi.FakeCUDAShared.__init__ = initialize
