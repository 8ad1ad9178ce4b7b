"""Compiling in a second process as well, when there is much to compile.

Numba compiles one function at a time in a process. Both take names from the same list; what the
helper compiles is then in the cache, where the first process finds it.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from types import FunctionType
from typing import Any

import numpy as np

from tuidl.core.children import child_environment, module_command
from tuidl.kernels.cache import cache_folder
from tuidl.kernels.jit import INTRINSICS

FEWEST = 4
"""Functions to compile from which on a second process is worth its start."""

LOOP, READY = "training loop", "ready"


class Share:
    """What there is to compile, the longest first, for this process and its helper.

    ``helped``: what the helper is compiling.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._left = deque(sorted(names, key=code_size, reverse=True))
        self._lock = Lock()
        self._thread: Thread | None = None
        self.helped: str | None = None

    def taken(self) -> Iterator[str]:
        """Names for this process to compile, until none is left."""
        while (name := self._take()) is not None:
            yield name

    def _take(self) -> str | None:
        with self._lock:
            return self._left.popleft() if self._left else None

    @property
    def left(self) -> int:
        """How many names are left."""
        return len(self._left)

    def give_to(self, process: "subprocess.Popen[str]") -> None:
        """Have another process take names as well."""
        self._thread = Thread(target=self._give, args=(process,), daemon=True)
        self._thread.start()

    def _give(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):  # the helper has ended
            for line in process.stdout:
                if line.strip() not in (READY, self.helped):
                    continue  # what a library may print
                with self._lock:  # no name is neither in the list nor here
                    self.helped = self._left.popleft() if self._left else None
                if self.helped is None:
                    break
                process.stdin.write(self.helped + "\n")
                process.stdin.flush()
        self.helped = None

    def wait(self) -> None:
        """Until the helper has compiled what it took."""
        if self._thread is not None:
            self._thread.join()


@contextmanager
def shared_compilation(names: Sequence[str], dtype: np.dtype[Any]) -> Iterator[Share]:
    """A helper process at ``names``, for as long as the block lasts.

    There is none without a cache or a second core, or where there is little to do.
    """
    share, process = Share(names), None
    enough = len(names) >= FEWEST and (os.cpu_count() or 1) > 1
    try:
        if enough and sys.executable and cache_folder() is not None:
            with suppress(OSError, RuntimeError):  # then this process does it all
                process = _helper(dtype)
                share.give_to(process)
        yield share
    finally:
        if process is not None:
            process.kill()
            share.wait()
            with suppress(OSError), process:  # closes its ends of the pipes, and waits
                pass


def _helper(dtype: np.dtype[Any]) -> "subprocess.Popen[str]":
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(
        module_command(__name__, dtype.name),
        stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=child_environment(),
    )  # fmt: skip


def code_size(name: str) -> int:
    """How much there is to compile, by the bytes of a kernel's code and of what it calls.

    Without the plain Python of intrinsics, which is not compiled.
    """
    from tuidl.kernels import KERNELS

    if name == LOOP:
        return sys.maxsize
    seen: set[FunctionType] = set()
    found: list[Any] = [KERNELS[name].function]
    while found:
        function = found.pop()
        plain = getattr(function, "py_func", function)
        if isinstance(plain, FunctionType) and plain not in seen | INTRINSICS:
            seen.add(plain)
            found += [plain.__globals__.get(used) for used in plain.__code__.co_names]
    return sum(len(function.__code__.co_code) for function in seen)


def main(dtype_name: str) -> None:
    """Compile the names on stdin, one a line, and print each when done; ends with stdin."""
    from tuidl.kernels import KERNELS
    from tuidl.kernels.loop import compiled_loop

    dtype = np.dtype(dtype_name)
    print(READY, flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name == LOOP:
            compiled_loop(dtype)
        else:
            KERNELS[name].compile(dtype)
        print(name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
