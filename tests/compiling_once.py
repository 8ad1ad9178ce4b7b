"""Processes that share the tests compile each kernel once: one that wants what another is at waits,
and takes what that has kept. They begin with the same kernels, and a core is hardly idle meanwhile:
there is one process more than cores."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tuidl.kernels import native

try:
    import fcntl
except ImportError:  # Windows: each compiles for itself
    fcntl = None  # type: ignore[assignment]

Make = Callable[[str, Callable[..., Any], Any], None]


def once(make: Make, locks: Path) -> Make:
    """``native._make`` for processes that share the folder ``locks``. Only what was written while
    this one waited is taken: a damaged file that lay there before is compiled anew as ever."""

    def make_once(name: str, function: Callable[..., Any], signature: Any) -> None:
        with ExitStack() as held:
            if place := next(iter(native._written(name)), None):
                before = _state(place)
                held.enter_context(locked(locks / hashlib.sha256(bytes(place)).hexdigest()))
                if _state(place) != before:
                    line, _, code = place.read_bytes().partition(b"\n")
                    native._MADE[name] = msgspec.json.decode(line, type=native.Header), code
                    return
            make(name, function, signature)

    return make_once


def _state(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While no other process has it."""
    if fcntl is None:
        yield
        return
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
