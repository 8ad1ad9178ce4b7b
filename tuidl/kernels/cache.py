"""Where compiled kernels are kept between runs.

Numba does not notice when a function that a cached kernel calls changes, so the folder's name is a
hash of every kernel source, in all rooms of this package and of ``core``, and of the compiler's
versions. Cached code is pickled, so anyone who can write to it can run code here: the folder, its
parents and all that is in it are checked before use, and where another user may have written, there
is no cache.
Folders of other versions are removed when they have not been used for a month.
"""

import gc
import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import llvmlite
import numba
import numpy as np
from numba.core import caching, config

from tuidl.core import errors
from tuidl.core.fair_lock import FairLock
from tuidl.core.kept import CACHE_VARIABLE
from tuidl.core.own_files import FileError, create_beside, reason_of
from tuidl.core.own_folders import make_private, require_own_content
from tuidl.core.printable import printable
from tuidl.core.user_folders import user_folder

COMPILED_CORE = ("*_room.py", "*_sizes.py")
"""Files of ``core`` whose functions are compiled into kernels: layers and kernels share sizes."""
SECONDS_UNUSED = 30 * 24 * 3600.0
_ONLY_OURS = caching.UserProvidedCacheLocator.__name__
"""Where Numba cannot use our folder, it is not to look for a cache of pickles elsewhere."""
T = TypeVar("T")

COMPILING = FairLock()
"""Each kernel is compiled once, and by one thread at a time: where Numba keeps what it compiles is
a setting of the whole process."""


def cache_folder() -> Path | None:
    """The folder for compiled code, created where it is missing; None where there is no safe one,
    of which stderr gets one line."""
    with COMPILING.hold():
        return _cache_folder()


@cache
def _cache_folder() -> Path | None:
    base = Path(os.environ.get(CACHE_VARIABLE) or user_folder("cache"))
    try:
        return _usable(base, "kernels", fingerprint())
    except FileError as error:
        say(f"cannot keep compiled kernels: {error} ({CACHE_VARIABLE} names another folder)")
        return None


def _usable(base: Path, kernels: str, name: str) -> Path:
    """The folder, which can be written to, but not by others. Raises FileError."""
    if not base.is_absolute():  # below the current folder, whose files may come from anywhere
        raise FileError(base, "not an absolute path")
    is_new = not (base / kernels / name).exists()
    folder = make_private(base, kernels, name)
    require_own_content(folder)
    if is_new:
        _forget_unused(folder.parent)
    try:
        probe, path = create_beside(folder / "probe")
        probe.close()
        path.unlink()  # both also note on the folder that it was used now
    except OSError as error:
        raise FileError(folder, reason_of(error)) from None
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
    with COMPILING.hold(), no_collection():
        return _compile_cached(build)


@contextmanager
def no_collection() -> Iterator[None]:
    """Compiling makes a million objects that live until it is done: looking through them for
    garbage takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compile_cached(build: Callable[[bool], T]) -> T:
    folder = cache_folder()
    if folder is None or given_up:
        return build(False)
    before = config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES
    config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), _ONLY_OURS
    try:
        return build(True)
    except Exception as error:  # whatever reading a damaged pickle raises
        compiled = build(False)  # an error of the kernel itself comes again, and leaves the cache
        _give_up(folder, error)
        return compiled
    finally:
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before


given_up: list[Exception] = []
"""What kept this process from using the cache; then it does without."""


def _give_up(folder: Path, error: Exception) -> None:
    given_up.append(error)
    say(f"the compiled kernels in {folder} cannot be used ({type(error).__name__}): compiling anew")
    if not isinstance(error, OSError):  # the disk's fault is no reason to lose what is there
        for file in folder.rglob("*.nb[ic]"):
            file.unlink(missing_ok=True)


_CORE = Path(errors.__file__).parent


def _digest_of(folder: Path = Path(__file__).parent, core: Path = _CORE) -> str:
    """A hash of every kernel source, and of those of ``core`` whose functions kernels compile."""
    digest = hashlib.sha256()
    shared = [file for pattern in COMPILED_CORE for file in core.glob(pattern)]
    for file in sorted(folder.rglob("*.py")) + sorted(shared):
        root = folder if folder in file.parents else core
        digest.update(file.relative_to(root).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


_SOURCES = _digest_of()
"""Taken when the sources are loaded: they may change while this process runs."""


def source_digest() -> str:
    """A hash of the kernel sources that this process has loaded."""
    return _SOURCES


def fingerprint(sources: str = _SOURCES) -> str:
    """A hash of these and of the versions of all that compiles them."""
    versions = (sources, sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


def say(message: str) -> None:
    print(f"tuidl: {printable(message)}", file=sys.stderr)
