"""Making the object code that comes with the package (``prebuilt.py``), on all cores:

``python -m tuidl.kernels.prebuild [FOLDER [KERNEL ...]]``
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuidl.core.children import child_environment, module_command
from tuidl.core.limits import default_threads
from tuidl.kernels import native
from tuidl.kernels.ahead import with_routines
from tuidl.kernels.callees import code_size
from tuidl.kernels.jobs import LOOP, SCAN, job
from tuidl.kernels.prebuilt import FOLDER, LEVELS, features_of, name_of
from tuidl.kernels.registry import KERNELS
from tuidl.kernels.subnormals import flush_subnormals, restore_mode

KIND = np.dtype(np.float32)


def build(folder: Path, names: Sequence[str] = ()) -> None:
    """Compile kernels, all of them where none are named, for every level below ``folder``.

    Raises SystemExit where a process fails.
    """
    cores = default_threads()
    wanted = with_routines(names or [LOOP, SCAN, *KERNELS])
    longest_first = sorted(wanted, key=code_size, reverse=True)
    for level in LEVELS:
        target = folder / name_of(level)
        target.mkdir(parents=True, exist_ok=True)
        processor = {"NUMBA_CPU_NAME": level, "NUMBA_CPU_FEATURES": features_of(level)}
        command = module_command("tuidl.kernels.prebuild", "--part", str(target))
        running = [
            subprocess.Popen(
                [*command, *longest_first[i::cores]], env=child_environment(**processor)
            )
            for i in range(cores)
        ]
        codes = [process.wait() for process in running]
        if any(codes):
            raise SystemExit(f"could not compile kernels for {level}")


def _build_part(target: Path, names: Sequence[str]) -> None:
    """Compile kernels into a folder, for the processor of the environment."""
    native.WRITTEN_TO.append(target)
    restore_mode(flush_subnormals())
    for name in names:
        job(name).make(KIND)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        _build_part(Path(sys.argv[2]), sys.argv[3:])
    else:
        build(Path(sys.argv[1]) if sys.argv[1:] else FOLDER, sys.argv[2:])
