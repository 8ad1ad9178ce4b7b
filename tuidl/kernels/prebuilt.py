"""Object code that comes with the package: made by ``python -m tuidl.kernels.prebuilt``.

It is made for a few levels of processors (the psABI's x86-64-v3 and -v4), into a folder that is
named by a hash of the kernels' sources, of the compiler's versions and of the level. So it is used
only beside the very sources that it was made of, on a processor that has every feature of its
level, and whose vectors are as long. No such folder: kernels are compiled, as everywhere else.

Where there is one, its code is taken before that in the cache: a machine has the same bits always.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import llvmlite
import numba
from llvmlite import binding

from tuidl.core.children import child_environment, module_command
from tuidl.kernels.cache import source_digest
from tuidl.kernels.simd.vectors import FEATURES, IS_WIDE

FOLDER = Path(__file__).with_name("objects")
VARIABLE = "TUIDL_PREBUILT"
"""With 0 in this variable all kernels are compiled on this machine."""
_V3 = (
    "avx,avx2,bmi,bmi2,cx16,f16c,fma,fxsr,lzcnt,mmx,movbe,popcnt,sahf,"
    "sse,sse2,sse3,sse4.1,sse4.2,ssse3,xsave"
)
_V4 = f"{_V3},avx512bw,avx512cd,avx512dq,avx512f,avx512vl"
LEVELS = {"x86-64-v4": _V4, "x86-64-v3": _V3}
"""Features of each level of processors, by its name for LLVM."""


def features_of(level: str) -> str:
    """As LLVM takes them."""
    return ",".join(f"+{feature}" for feature in LEVELS[level].split(","))


@cache
def prebuilt_folder() -> Path | None:
    """Where code for this processor lies, beside these sources; None where there is none, or none
    is wanted."""
    if os.environ.get(VARIABLE) == "0":
        return None
    level = "x86-64-v4" if IS_WIDE else "x86-64-v3"
    if not set(features_of(level).split(",")) <= set(FEATURES):
        return None
    folder = FOLDER / _name(level)
    return folder if folder.is_dir() else None


def _name(level: str) -> str:
    versions = f"{numba.__version__} {llvmlite.__version__} {binding.get_process_triple()} {level}"
    return hashlib.sha256(f"{source_digest()} {versions}".encode()).hexdigest()[:16]


def build(folder: Path, levels: Sequence[str] = tuple(LEVELS)) -> None:
    """Compile every kernel for every level, into folders below ``folder``, on all cores."""
    cores = os.cpu_count() or 1
    for level in levels:
        target = folder / _name(level)
        target.mkdir(parents=True, exist_ok=True)
        processor = {"NUMBA_CPU_NAME": level, "NUMBA_CPU_FEATURES": features_of(level)}
        command = module_command(__name__, "--part", str(target))
        running = [
            subprocess.Popen([*command, f"{i}/{cores}"], env=child_environment(**processor))
            for i in range(cores)
        ]
        codes = [process.wait() for process in running]
        if any(codes):
            raise SystemExit(f"could not compile for {level}")


def _build_part(target: Path, part: str) -> None:
    """Compile every ``cores``-th kernel, the longest first, into a folder."""
    import numpy as np

    from tuidl.kernels import KERNELS, native
    from tuidl.kernels.ahead import LOOP, code_size
    from tuidl.kernels.loop import compiled_loop

    number, cores = map(int, part.split("/"))
    native.WRITTEN_TO.append(target)
    names = sorted([LOOP, *KERNELS], key=code_size, reverse=True)
    for name in names[number::cores]:
        if name == LOOP:
            compiled_loop(np.dtype(np.float32))
        else:
            KERNELS[name].compile(np.dtype(np.float32))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        _build_part(Path(sys.argv[2]), sys.argv[3])
    else:
        build(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
