"""Object code that lies beside the package: made by ``python -m tuidl.kernels.prebuild``.

What comes in a wheel is made for a few levels of processors (the psABI's x86-64-v3 and -v4), into a
folder that is named by a hash of the kernels' sources, of the compiler's versions and of the level.
So it is used only beside the very sources that it was made of, on a processor that has every
feature of its level, and whose vectors are as long. What the set-up of a clone makes is for its own
processor alone: the bytes that the cache would have. No such folder: kernels are compiled, as
everywhere else.

Where there is one, its code is taken before that in the cache: a machine has the same bits always.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

import llvmlite
import numba
from llvmlite import binding
from numba.core.registry import cpu_target

from tuidl.kernels.cache import fingerprint, source_digest
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


MACHINE = hashlib.sha256(
    "\n".join(cpu_target.target_context.codegen().magic_tuple()).encode()
).hexdigest()[:16]
"""The processor that is compiled for, its features included."""


@cache
def prebuilt_folder() -> Path | None:
    """Where code for this processor lies, beside these sources; None where there is none, or none
    is wanted."""
    if os.environ.get(VARIABLE) == "0":
        return None
    level = "x86-64-v4" if IS_WIDE else "x86-64-v3"
    fits = set(features_of(level).split(",")) <= set(FEATURES)
    names = [*([name_of(level)] if fits else []), name_of_machine()]
    return next((FOLDER / name for name in names if (FOLDER / name).is_dir()), None)


def name_of_machine() -> str:
    """Of the folder that is made here: as the cache's, with the processor."""
    return hashlib.sha256(f"{fingerprint(source_digest())} {MACHINE}".encode()).hexdigest()[:16]


def name_of(level: str) -> str:
    versions = f"{numba.__version__} {llvmlite.__version__} {binding.get_process_triple()} {level}"
    return hashlib.sha256(f"{source_digest()} {versions}".encode()).hexdigest()[:16]
