"""Measured processes: ours and the peers', each in its own interpreter."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.records import OURS, Timing
from tuidl.core.children import child_environment, module_command, script_command

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "bench" / "peers"
PEERS_VARIABLE = "BENCH_PEERS_DIR"
PEERS_FOLDER = ROOT / ".peers"
FORCED = ("OPENBLAS_CORETYPE",)
"""Variables that would give one contender other kernels than its processor has."""


@dataclass(frozen=True)
class Peer:
    """A script of ``bench/peers``, the environment that it usually lives in, the ways it tries.

    ``safe``: the ways of a second attempt where the first one crashes: PyTorch 2.13 does, in the
    gradient of a convolution of 1 x 1 with stride 2 and channels last. ``several``: it can build
    presets of several networks.
    """

    script: str
    environment: str
    ways: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    several: bool = False

    def builds(self, work: dict[str, Any]) -> bool:
        """Whether it has a twin of what a case's ``work`` describes."""
        return bool(work) and (self.several or "parts" not in work)


PEERS = {
    "torch": Peer("torch_peer.py", "torch", safe=("safe",), several=True),
    "torch_cuda": Peer("torch_peer.py", "torch", ("cuda",), several=True),
    "torch_compiled": Peer("torch_peer.py", "torch", ("compiled",), several=True),
    "keras": Peer("keras_peer.py", "keras"),
    "jax": Peer("jax_peer.py", "jax", several=True),
}


def interpreters(text: str) -> dict[str, Path]:
    """``torch=/path/to/python,jax`` as interpreters by peer; one without a path is looked for in
    BENCH_PEERS_DIR, or in ``.peers`` here. Raises ValueError."""
    found = {}
    for part in text.split(","):
        name, _, path = part.strip().partition("=")
        if name not in PEERS:
            raise ValueError(f"no peer {name!r} (there are: {', '.join(PEERS)})")
        folder = Path(os.environ.get(PEERS_VARIABLE) or PEERS_FOLDER)
        usual = folder / PEERS[name].environment / "bin" / "python"
        interpreter = Path(path) if path else usual
        if not interpreter.exists():
            raise ValueError(
                f"{name}: no interpreter {interpreter}; say {name}=/path/to/python, or make a "
                f"virtual environment {PEERS[name].environment!r} in the folder {PEERS_VARIABLE}"
            )
        found[name] = interpreter
    return found


class CrashError(RuntimeError):
    """A process was ended by a signal."""


class Contender:
    """A process that gets ready for one case and measures rounds when asked."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed with the process)
        environment = child_environment(PYTHONPATH=os.pathsep.join(map(str, (ROOT, SCRIPTS))))
        for name in FORCED:
            environment.pop(name, None)
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        self.facts = self._hear()
        self.timing = Timing(self.facts["version"], self.facts["parameters"])
        self.timing.memory = self.facts.get("memory", 0)

    @classmethod
    def ours(cls, case: Path, threads: int, backend: str = "cpu") -> Self:
        return cls(OURS, module_command("bench.ours", str(case), str(threads), backend))

    @classmethod
    def peer(
        cls, name: str, interpreter: Path, case: Path, threads: int, ways: tuple[str, ...] = ()
    ) -> Self:
        """``ways``: others than usual."""
        peer = PEERS[name]
        command = [str(interpreter), str(SCRIPTS / peer.script), str(case), str(threads)]
        try:
            return cls(name, [*command, *(ways or peer.ways)])
        except CrashError:
            if ways or not peer.safe:
                raise
            return cls(name, [*command, *peer.safe])

    def measure(self, busy: bool) -> None:
        """One round, kept in ``timing``."""
        assert self._process.stdin is not None
        self._process.stdin.write("round\n")
        self._process.stdin.flush()
        answer = self._hear()
        kept = self.timing.busy if busy else self.timing.rounds
        for way, (elapsed, worked) in answer["microseconds"].items():
            kept.setdefault(way, []).append(elapsed)
            if not busy:
                self.timing.processor.setdefault(way, []).append(worked)
        self.timing.memory = max(self.timing.memory, answer["memory"])

    def close(self) -> None:
        """End the process; once is enough."""
        if self._errors.closed:
            return
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _hear(self) -> dict[str, Any]:
        """The next answer; libraries may print lines of their own before it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        self._process.wait()
        self._errors.seek(0)
        message = self._errors.read()[-2000:]
        self.close()
        code = self._process.returncode
        kind = CrashError if code < 0 else RuntimeError
        raise kind(f"{self.name} ended with {code}:\n{message}")


@contextmanager
def busy_cores(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep so many cores busy with processes that do nothing useful."""
    command = script_command(Path(__file__).with_name("busy.py"))
    processes = [subprocess.Popen(command, env=child_environment()) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
