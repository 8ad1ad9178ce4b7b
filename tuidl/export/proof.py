"""Exports are read back and asked: what they answer must be what the model answers."""

import json
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tuidl.core.children import child_environment, script_command
from tuidl.core.errors import TuidlError
from tuidl.core.lazy import Array

RUNNER = Path(__file__).with_name("runner.py")
SECONDS = 600


class ProofError(TuidlError):
    """An export that cannot be run, or answers something else."""


def missing(packages: Sequence[str]) -> list[str]:
    """Those of the packages that are not installed here."""
    return [name for name in packages if find_spec(name) is None]


def run(exports: Sequence[tuple[Path, Array]]) -> list[Array | str]:
    """What each export (a program or an ONNX file) answers to its inputs, or what went wrong.

    All of them run in one fresh process, which does not load tuidl. Raises ProofError where that
    process fails.
    """
    with TemporaryDirectory(prefix="tuidl-") as folder:
        jobs = []
        for i, (path, x) in enumerate(exports):
            inputs, outputs = Path(folder) / f"{i}_x.npy", Path(folder) / f"{i}_y.npy"
            np.save(inputs, x)
            jobs.append([str(path.absolute()), str(inputs), str(outputs)])
        problems = _process(json.dumps(jobs))
        return [
            problem or np.load(outputs, allow_pickle=False)
            for problem, (_, _, outputs) in zip(problems, jobs, strict=True)
        ]


def _process(jobs: str) -> list[str | None]:
    """Have exports answer in a process without tuidl; returns the problem of each, or None. Raises
    ProofError."""
    try:
        done = subprocess.run(
            script_command(RUNNER),
            input=jobs, capture_output=True, text=True, timeout=SECONDS, check=False,
            env=child_environment(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProofError(f"the export could not be run: {error}") from None
    if done.returncode:
        raise ProofError(f"the export could not be run: {last_line(done.stderr)}")
    answer: list[str | None] = json.loads(done.stdout)
    return answer


def outputs_of(path: Path, x: Array) -> Array:
    """What one export answers. Raises ProofError."""
    (answer,) = run([(path, x)])
    if isinstance(answer, str):
        raise ProofError(f"{path.name} could not be run: {last_line(answer)}")
    return answer


def last_line(text: str) -> str:
    """The end of a traceback: the error itself."""
    return text.strip().rpartition("\n")[2]


def difference(answer: Array, expected: Array) -> float:
    """The largest difference, where ``expected`` is beyond 1 as a share of it; NaN counts."""
    if answer.shape != expected.shape:
        raise ProofError(f"the export answers with shape {answer.shape}, not {expected.shape}")
    if not answer.size:
        return 0.0
    scale = np.maximum(1.0, np.abs(expected.astype(np.float64)))
    return float(np.max(np.abs(answer.astype(np.float64) - expected) / scale))
