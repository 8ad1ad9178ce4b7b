"""Where compiled kernels are kept between runs.

Numba does not notice when a function that a cached kernel calls changes, so the folder's name is a
hash of every kernel source and of the compiler's versions. Cached code is pickled: the folder is
the user's own and closed to others, or there is none. Folders of other versions go when nobody has
used them for a month.
"""

import hashlib
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import llvmlite
import numba
import numpy as np
import platformdirs
from numba.core import config

from tuidl.core.printable import printable
from tuidl.core.turns import Turns

CACHE_VARIABLE = "TUIDL_CACHE_DIR"
SECONDS_UNUSED = 30 * 24 * 3600.0
T = TypeVar("T")

COMPILING = Turns()
"""Each kernel is compiled once, and by one thread at a time: where Numba keeps what it compiles is
a setting of the whole process."""


def cache_folder() -> Path | None:
    """The folder for compiled code, made if need be; None where no safe one can be had."""
    with COMPILING.turn():
        return _cache_folder()


@cache
def _cache_folder() -> Path | None:
    base = os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("tuidl")
    folder = Path(base).absolute() / "kernels" / _fingerprint()
    try:
        if not folder.is_dir():
            _forget_unused(folder.parent)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        status = folder.stat()
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")  # which also notes on the folder that it was used now
        probe.unlink()
    except OSError as error:
        _say(f"cannot keep compiled kernels in {folder}: {error.strerror or error}")
        return None
    is_closed = stat.S_IMODE(status.st_mode) & 0o077 == 0
    if hasattr(os, "getuid") and not (is_closed and status.st_uid == os.getuid()):
        _say(f"{folder} belongs or is open to other users: compiled kernels are not kept")
        return None
    return folder


def _forget_unused(folder: Path) -> None:
    """Remove what other versions compiled, unless one of them was used of late."""
    with suppress(OSError):  # another process may be at it too
        for other in folder.iterdir():
            is_ours = re.fullmatch("[0-9a-f]{16}", other.name) and not other.is_symlink()
            if is_ours and time.time() - other.stat().st_mtime > SECONDS_UNUSED:
                shutil.rmtree(other, ignore_errors=True)


def compile_cached(build: Callable[[bool], T]) -> T:
    """What ``build(cached)`` compiles, with Numba's cache pointed at our folder while it runs.

    A broken cache file or a full disk must never stop a run: then ``build`` compiles again without
    a cache, damaged files are wiped, and the rest of this process does without.
    """
    with COMPILING.turn():
        return _compile_cached(build)


def _compile_cached(build: Callable[[bool], T]) -> T:
    folder = cache_folder()
    if folder is None or _given_up:
        return build(False)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return build(True)
    except Exception as error:  # whatever reading a damaged pickle raises
        compiled = build(False)  # an error of the kernel itself comes again, and leaves the cache
        _give_up(folder, error)
        return compiled
    finally:
        config.CACHE_DIR = before


_given_up: list[Exception] = []


def _give_up(folder: Path, error: Exception) -> None:
    _given_up.append(error)
    _say(
        f"the compiled kernels in {folder} cannot be used ({type(error).__name__}): compiling anew"
    )
    if not isinstance(error, OSError):  # the disk's fault is no reason to lose what is there
        for file in folder.rglob("*.nb[ic]"):
            file.unlink(missing_ok=True)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    digest.update("\n".join(versions).encode())
    return digest.hexdigest()[:16]


def _say(message: str) -> None:
    print(f"tuidl: {printable(message)}", file=sys.stderr)
