"""Whole processes: ``cnn_digits`` trained for its 15 epochs, from the start of Python to its end.

PyTorch trains the same network on the same examples (``python -m bench.whole FILE`` writes them).
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.contenders import ROOT
from bench.records import OURS, Whole
from tuidl.core.children import child_environment, module_command

PRESET = "cnn_digits"


def whole_runs(torch: Path | None, rounds: int, cold: bool) -> list[Whole]:
    """tuidl warm, PyTorch where there is an interpreter for it, and tuidl with nothing compiled."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "digits.npz"
        export_it = module_command("bench.whole", str(file))
        subprocess.run(export_it, cwd=ROOT, check=True, env=child_environment())
        commands = {f"{OURS}, warm": _ours()}
        if torch is not None:
            script = ROOT / "bench" / "peers" / "torch_digits.py"
            commands["PyTorch"] = [str(torch), str(script), str(file)]
        runs: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}
        for command in commands.values():
            timed(command, place)  # files get into the system's memory, kernels into the cache
        for _ in range(rounds):
            for name, command in commands.items():
                runs[name].append(timed(command, place))
        if cold:
            runs[f"{OURS}, cold"] = [
                timed(_ours(), place, TUIDL_CACHE_DIR=str(Path(place) / f"cache-{i}"))
                for i in range(rounds)
            ]
    return [
        Whole(name, [seconds for seconds, _ in each], max(memory for _, memory in each))
        for name, each in runs.items()
    ]


def timed(command: list[str], place: str, **environment: str) -> tuple[float, int]:
    """Seconds of a process and its peak of memory in bytes. Raises RuntimeError if it fails."""
    own = child_environment(PYTHONPATH=str(ROOT), TUIDL_RUNS_DIR=place, **environment)
    nowhere = subprocess.DEVNULL
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=nowhere, stderr=nowhere)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}")
    return seconds, usage.ru_maxrss * 1024


def _ours() -> list[str]:
    return module_command("tuidl", PRESET, "--no-ui", "--json")


def export(path: Path) -> None:
    """The preset's examples as arrays in one file."""
    import numpy as np

    from tuidl.preset.library import load_preset

    split = load_preset(PRESET).data.split()
    parts = {"train": split.train, "held_out": split.validation}
    arrays = {f"{name}_{k}": getattr(part, k) for name, part in parts.items() for k in ("x", "y")}
    np.savez(path, **arrays)


if __name__ == "__main__":
    export(Path(sys.argv[1]))
