"""Numba's simulator for a GPU without what it spends most of its time on.

It runs every GPU thread as one of Python's, all at the same time, and here they still do: what one
does too early for the others comes out by chance. But Numba looks round and round at which of them
wait, puts its own ``cuda`` into a module's names and takes it out again around each call of a
device function, and looks up the line of source of whoever asks for shared memory. Here the last
thread to come wakes the others, names are changed once for a launch, and a line is its number.
"""

import sys
import threading
from typing import Any

import numpy as np
from numba import cuda
from numba.cuda.np import numpy_support
from numba.cuda.simulator import kernel as simulated
from numba.cuda.simulator import kernelapi

SWITCHES = 1e-5
"""Seconds that a thread runs before another one may."""


class Crew:
    """The threads of a block, and which of them wait for the rest."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._left = count
        self._waiting: list[Any] = []

    def wait(self, gate: Any) -> None:
        """Until all that have not ended do."""
        with self._lock:
            self._waiting.append(gate)
            self._go_on()
        gate.acquire()

    def leave(self) -> None:
        with self._lock:
            self._left -= 1
            self._go_on()

    def _go_on(self) -> None:
        if len(self._waiting) == self._left:
            for gate in self._waiting:
                gate.release()
            self._waiting = []


class Thread(simulated.BlockThread):  # type: ignore[misc]
    """One thread of a block. ``gate`` is locked while it runs."""

    crew: Crew

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.gate = threading.Lock()
        self.gate.acquire()

    def run(self) -> None:
        super().run()
        self.crew.leave()

    def syncthreads(self) -> None:
        self.crew.wait(self.gate)


def run_block(block: Any, place: tuple[int, ...], *arguments: Any) -> None:
    """``BlockManager.run``."""

    def work() -> None:
        block._f(*arguments)

    points = list(np.ndindex(*block._block_dim))
    crew = Crew(len(points))
    threads = [Thread(work, block, place, point, False) for point in points]
    for thread in threads:
        thread.crew = crew
        thread.start()
    for thread in threads:
        thread.join()
    for thread in threads:
        if thread.exception:
            raise thread.exception[0].with_traceback(thread.exception[1])


class Names:
    """Modules whose ``cuda`` is the simulated one until the launch ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[int, tuple[dict[str, Any], list[str]]] = {}

    def change(self, names: dict[str, Any], module: Any) -> None:
        if id(names) in self._changed:
            return
        with self._lock:
            ours = [name for name, value in names.items() if value is cuda]
            names.update(dict.fromkeys(ours, module))
            self._changed.setdefault(id(names), (names, ours))

    def restore(self) -> None:
        for names, ours in self._changed.values():
            names.update(dict.fromkeys(ours, cuda))
        self._changed.clear()


NAMES = Names()


def call(kernel: Any, *arguments: Any) -> Any:
    """``FakeCUDAKernel.__call__``: a launch, or within one a call of a device function."""
    if module := simulated._kernel_context:
        NAMES.change(kernel.fn.__globals__, module)
        return kernel.fn(*arguments)
    assert not kernel._device
    module = kernelapi.FakeCUDAModule(kernel.grid_dim, kernel.block_dim, kernel.dynshared_size)
    plain = [getattr(argument, "_ary", argument) for argument in arguments]
    with simulated._push_kernel_context(module):
        try:
            NAMES.change(kernel.fn.__globals__, module)
            for place in np.ndindex(*kernel.grid_dim):
                block = simulated.BlockManager(kernel.fn, kernel.grid_dim, kernel.block_dim, False)
                block.run(place, *plain)
        finally:
            NAMES.restore()


def shared_array(shared: Any, shape: Any, dtype: Any) -> Any:
    """``FakeCUDAShared.array``: one for each line that asks, made by the first thread to come."""
    caller = sys._getframe(1)
    line = caller.f_code, caller.f_lineno
    found = shared._allocations.get(line)
    return found if found is not None else shared._allocations.setdefault(
        line, np.empty(shape, numpy_support.as_dtype(dtype))
    )  # fmt: skip


def be_quick() -> None:
    """For all kernels that this process launches from now on."""
    simulated.BlockManager.run = run_block
    simulated.FakeCUDAKernel.__call__ = call
    kernelapi.FakeCUDAShared.array = shared_array
    sys.setswitchinterval(SWITCHES)
