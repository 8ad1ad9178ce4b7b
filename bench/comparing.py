"""tuidl beside its peers: every round asks each of them once, so that all see the same machine."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.cases import Case, case_file
from bench.contenders import PEERS, ROOT, Contender, busy_cores
from bench.records import OURS, SystemResult, Timing
from tuidl.backends.cuda.probing import require_gpu
from tuidl.core.children import child_environment, module_command

PAUSE = 0.2
"""Seconds before a round: threads of the one asked before spin on for a while."""


def compare(
    case: Case,
    peers: dict[str, Path],
    threads: int,
    rounds: int,
    busy: bool = False,
    backend: str = "cpu",
    seconds: float | None = None,
) -> SystemResult:
    """Measure one case in fresh processes, with rounds of ``seconds`` for each way to train.

    Raises RuntimeError where one of them fails.
    """
    with ExitStack() as stack:
        file = stack.enter_context(case_file(case, seconds))
        contenders = list(_started(file, peers, threads, backend, stack))
        _rounds(contenders, rounds, busy=False)
        if busy:
            with busy_cores(threads):
                _rounds(contenders, rounds, busy=True)
    facts = contenders[0].facts
    timings: dict[str, Timing] = {each.name: each.timing for each in contenders}
    return SystemResult(facts["batch"], facts["flops"], timings, facts["arena"])


def _started(
    file: Path, peers: dict[str, Path], threads: int, backend: str, stack: ExitStack
) -> Iterator[Contender]:
    work = json.loads(file.read_text(encoding="utf-8"))["work"]
    for name, interpreter in {OURS: Path(sys.executable), **peers}.items():
        if name == OURS:
            contender = Contender.ours(file, threads, backend)
        elif not PEERS[name].builds(work):
            print(f"{name}: has no twin of this network, and is left out", file=sys.stderr)
            continue
        else:
            contender = Contender.peer(name, interpreter, file, threads)
        stack.callback(contender.close)
        yield contender


def _rounds(contenders: list[Contender], rounds: int, busy: bool) -> None:
    """The order turns round, so that nobody always follows the same one."""
    for number in range(rounds):
        turn = number % len(contenders)
        for contender in contenders[turn:] + contenders[:turn]:
            time.sleep(PAUSE)
            contender.measure(busy)


def peak(threads: int) -> float:
    """Operations a second of a large matrix product on so many threads."""
    environment = child_environment(OPENBLAS_NUM_THREADS=str(threads))
    command = module_command("bench.peak")
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def machine(backend: str = "cpu") -> str:
    """Processor and number of cores, as far as the system tells, and the GPU where one is used."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    gpu = f"{require_gpu()}, " if backend == "cuda" else ""
    return f"{gpu}{model}, {os.cpu_count()} cores, {platform.system()}"
