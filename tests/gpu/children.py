"""Child processes that say a line of JSON for each thing they tried: (what, what was wrong).

They take minutes, so those of a whole test run start before its first test and work one after the
other beside it, on a core that it does not use; the tests that ask for their answers come last.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec

import pytest

HAS_NUMBA_CUDA = find_spec("numba_cuda") is not None
"""Numba's own, older CUDA target lacks what the kernels need, in its simulator as well."""
needs_numba_cuda = pytest.mark.skipif(
    not HAS_NUMBA_CUDA, reason="needs the extra 'cuda' (numba-cuda)"
)
NICENESS = 10
"""Below everything else, so that tests of the screen do not wait for them."""
SIMULATED = {"NUMBA_ENABLE_CUDASIM": "1"}
VERSIONS = ("8.0", "9.0")
"""The compute capabilities of the GPUs of 2020 and of 2022."""
FRAMES = ("begin", "gather", "collect")
PERSISTENT = ("linear_regression, one block: True", "cnn_digits, one block: False")
JOBS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "simulated": ("tests.gpu.simulated", (), SIMULATED),
    "stretches": ("tests.gpu.stretches", (), SIMULATED),
    "compiled": ("tests.gpu.compiled", (",".join(VERSIONS), "kernels", *FRAMES, *PERSISTENT), {}),
}
"""Module, arguments and environment of each."""


class Children:
    """The jobs that were asked for, in their order."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._answers: dict[str, Future[dict[str, str]]] = {}

    def start(self, *names: str) -> None:
        for name in names:
            if name not in self._answers:
                self._answers[name] = self._pool.submit(self._run, name)

    def __getitem__(self, name: str) -> dict[str, str]:
        """What was found wrong, by what was tried; an empty text for nothing."""
        self.start(name)
        return self._answers[name].result()

    def close(self) -> None:
        """Nobody waits for what is not done yet."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._running.values():
            process.kill()

    def _run(self, name: str) -> dict[str, str]:
        module, arguments, environment = JOBS[name]
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        self._running[name] = process
        told, errors = process.communicate()
        assert process.returncode == 0, errors[-2000:]
        return {str(what): problem for what, problem in map(json.loads, told.splitlines())}


CHILDREN = Children()
