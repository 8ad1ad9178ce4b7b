"""Compiling on all cores, when there is much to compile.

Numba compiles one function at a time in a process. Helper processes take names from the same list
as this one; what they compile is then in the cache, where this process finds it.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread
from types import FunctionType
from typing import Any

import numpy as np

from tuidl.core.children import child_environment, module_command
from tuidl.core.limits import default_threads
from tuidl.kernels.cache import cache_folder
from tuidl.kernels.callees import callees
from tuidl.kernels.jobs import job
from tuidl.kernels.native import WRITTEN_TO

FEWEST = 4
"""Functions to compile for which one more process is worth its start."""
MOST = 7
"""Helpers, each of which takes some 200 MB: the longest kernel takes as long as the rest then."""

READY = "ready"


class Share:
    """What there is to compile, for this process and its helpers.

    The longest comes first. But a process that has compiled a function of one kernel has most of
    the work behind it where another kernel calls that function, too: what others have begun counts
    against a kernel (``_worth``).
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._left = list(names)
        self._known: dict[object, set[FunctionType]] = {}
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._helped: list[str] = []
        self._finished: list[str] = []

    @property
    def helped(self) -> str | None:
        """What helpers are compiling, the first of it; None where they are not."""
        with self._lock:
            return self._helped[0] if self._helped else None

    @property
    def finished(self) -> tuple[str, ...]:
        """What helpers have compiled."""
        with self._lock:
            return tuple(self._finished)

    def taken(self) -> Iterator[str]:
        """Names for this process to compile, until none is left."""
        while (name := self._take()) is not None:
            yield name

    def _take(self) -> str | None:
        with self._lock:
            return self._best_for(self) if self._left else None

    def _best_for(self, worker: object) -> str:
        """Take the name that is worth most to a process; there is one."""
        name = max(self._left, key=lambda name: self._worth(name, worker))
        self._left.remove(name)
        self._known.setdefault(worker, set()).update(callees(name).sizes)
        return name

    def _worth(self, name: str, worker: object) -> int:
        """Bytes of code, less twice those that others have compiled and ``worker`` has not."""
        own = self._known.get(worker, set())
        others = set().union(*self._known.values()) - own
        sizes = callees(name).sizes
        return sum(-size if one in others else size for one, size in sizes.items())

    @property
    def left(self) -> int:
        """How many names are left."""
        return len(self._left)

    def give_to(self, process: "subprocess.Popen[str]") -> None:
        """Have another process take names as well."""
        thread = Thread(target=self._give, args=(process,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _give(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        given: str | None = None
        with suppress(OSError):  # the helper has ended
            for line in process.stdout:
                if line.strip() not in (READY, given):
                    continue  # what a library may print
                given = self._next(process, given)
                if given is None:
                    break
                process.stdin.write(given + "\n")
                process.stdin.flush()
        if given is not None:
            with self._lock:
                self._helped.remove(given)

    def _next(self, worker: object, done: str | None) -> str | None:
        """A name for the helper that is ``done`` with another: none is neither in the list nor
        among the helped."""
        with self._lock:
            if done is not None:
                self._helped.remove(done)
                self._finished.append(done)
            if not self._left:
                return None
            self._helped.append(name := self._best_for(worker))
            return name

    def wait(self) -> None:
        """Until the helpers have compiled what they took."""
        for thread in self._threads:
            thread.join()


@contextmanager
def shared_compilation(names: Sequence[str], dtype: np.dtype[Any]) -> Iterator[Share]:
    """Helper processes at ``names``, for as long as the block lasts.

    There are none without a cache or a second core, or where there is little to do.
    """
    share = Share(names)
    processes: list[subprocess.Popen[str]] = []
    try:
        with suppress(OSError, RuntimeError):  # then this process does it all
            for _ in range(helpers_for(len(names))):
                processes.append(_helper(dtype))
                share.give_to(processes[-1])
        yield share
    finally:
        for process in processes:
            process.kill()
        share.wait()
        for process in processes:
            with suppress(OSError), process:  # closes its ends of the pipes, and waits
                pass


def helpers_for(missing: int) -> int:
    """How many processes help where so many functions are to be compiled."""
    if not sys.executable or cache_folder() is None:
        return 0
    return max(0, min(default_threads() - 1, missing // FEWEST, MOST))


def _helper(dtype: np.dtype[Any]) -> "subprocess.Popen[str]":
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(
        module_command(__name__, dtype.name, *map(str, WRITTEN_TO[-1:])),
        stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=child_environment(),
    )  # fmt: skip


def with_routines(names: Sequence[str]) -> list[str]:
    """With the names of all that they call by symbols, and that is compiled by itself."""
    found = dict.fromkeys(names)
    for name in names:
        found |= dict.fromkeys(callees(name).routines)
    return list(found)


def main(dtype_name: str, folder: str = "") -> None:
    """Compile the names on stdin, one a line, and print each when done; ends with stdin.

    ``folder``: where code is written, in place of the cache.
    """
    WRITTEN_TO.extend([Path(folder)] if folder else [])
    dtype = np.dtype(dtype_name)
    print(READY, flush=True)
    for line in sys.stdin:
        name = line.strip()
        job(name).make(dtype)
        print(name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
