"""Making the object code that lies beside the package (``prebuilt.py``).

A package, for a module that the kernels' own package imports as one of its files cannot be run by
``python -m`` without a warning. Its command line stands in ``__main__.py``.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuidl.core.children import child_environment, module_command
from tuidl.kernels import native
from tuidl.kernels.ahead import shared_compilation, with_routines
from tuidl.kernels.jobs import LOOP, SCAN, TURNS, job
from tuidl.kernels.prebuilt import FOLDER, LEVELS, features_of, name_of, name_of_machine
from tuidl.kernels.registry import KERNELS
from tuidl.kernels.subnormals import flush_subnormals, restore_mode

KIND = np.dtype(np.float32)
COMMON = (
    LOOP, "conv2d", "conv2d_input_gradient", "conv2d_weight_gradient", "max_pool2d",
    "max_pool2d_gradient", "dense", "dense_input_gradient", "dense_weight_gradient",
    "bias_gradient", "relu", "relu_gradient", "copy", "softmax", "softmax_cross_entropy",
    "count_correct", "mean_squared_error", "sum_squared_error", "sum_absolute_error", "adam",
    "sgd",
)  # fmt: skip
"""What ``cnn_digits`` and ``linear_regression`` need: a clone's first run."""


def build(folder: Path, names: Sequence[str] = ()) -> None:
    """Compile kernels, all of them where none are named, for every level below ``folder``.

    Raises SystemExit where a process fails.
    """
    for level in LEVELS:
        processor = {"NUMBA_CPU_NAME": level, "NUMBA_CPU_FEATURES": features_of(level)}
        part = ["--part", str(folder / name_of(level)), *(names or [LOOP, TURNS, SCAN, *KERNELS])]
        command = module_command("tuidl.kernels.prebuild", *part)
        if subprocess.run(command, env=child_environment(**processor), check=False).returncode:
            raise SystemExit(f"could not compile kernels for {level}")


def build_here(folder: Path = FOLDER, names: Sequence[str] = COMMON) -> None:
    """Compile kernels for this processor, the longest first, unless that was done.

    What was made of other sources goes, but not what came with a wheel.
    """
    own = name_of_machine()
    came = {own, *map(name_of, LEVELS)}
    for other in folder.glob("*"):
        if re.fullmatch("[0-9a-f]{16}", other.name) and other.name not in came:
            shutil.rmtree(other, ignore_errors=True)
    build_part(folder / own, names)


def build_part(target: Path, names: Sequence[str]) -> None:
    """Compile kernels into a folder, for the processor of the environment."""
    target.mkdir(parents=True, exist_ok=True)
    native.WRITTEN_TO.append(target)
    restore_mode(flush_subnormals())
    left = [name for name in with_routines(names) if not job(name).is_compiled(KIND)]
    with shared_compilation(left, KIND) as share:
        for name in share.taken():
            job(name).make(KIND)
        share.wait()
    for name in left:
        job(name).make(KIND)  # what a helper took that died with it
