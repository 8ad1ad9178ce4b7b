"""Machine code of functions with a plain C signature: compiled once, kept as object code, loaded.

Where it is looked for: among what came with the package (``prebuilt.py``), in the user's cache
(``cache.py``), then the compiler makes it, and keeps it in the cache. Whatever its way, what runs
are the same bytes. A file holds one line of JSON (``Header``) and the object code. What a checksum
does not fit is compiled anew: no file can make a run fail, and none is unpickled.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from llvmlite import binding
from numba.core.ccallback import _CFuncCompiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from tuidl.core.own_files import FileError, create_beside, read_bounded, reason_of
from tuidl.kernels.cache import COMPILING, cache_folder, given_up, no_collection, say
from tuidl.kernels.jit import KERNEL
from tuidl.kernels.prebuilt import MACHINE, prebuilt_folder

LARGEST = 1 << 24
"""Bytes that a file of object code may have."""
SUFFIX = ".code"


class Header(msgspec.Struct, frozen=True):
    """What a file says of its object code; its place says for which processor that is.

    ``symbol``: the function's name in it; ``needs``: names that it must find when it is loaded.
    """

    symbol: str
    needs: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class Native:
    """A compiled function: its address, and whether it was there before."""

    address: int
    from_cache: bool
    owner: Any = None


_codegen = cpu_target.target_context.codegen()
WRITTEN_TO: list[Path] = []
"""A folder in the place of the cache, where code is made that is to come with the package."""


PROVIDERS: dict[str, Callable[[], object]] = {}
"""What loads or compiles the code behind a symbol that other code may need."""
_MADE: dict[str, tuple[Header, bytes]] = {}
"""What this process has compiled, and not loaded yet."""


def native(name: str, function: Callable[..., Any], signature: Any) -> Native:
    """The machine code of ``function`` for a Numba ``signature``, under a ``name`` of its own."""
    with COMPILING.hold():
        if name not in _MADE:
            for path in _places(name):
                if (address := _load_from(path)) is not None:
                    return Native(address, True)
            _make(name, function, signature)
        header, code = _MADE.pop(name)
        address = _loaded(header, code)
        assert address is not None, f"symbols are missing: {header.needs}"
        return Native(address, False)


def make(name: str, function: Callable[..., Any], signature: Any) -> None:
    """Compile ``function``, unless that was done: without loading it, nor what it needs."""
    with COMPILING.hold():
        if name not in _MADE and not is_kept(name):
            _make(name, function, signature)


def _make(name: str, function: Callable[..., Any], signature: Any) -> None:
    header, code = _MADE[name] = _compiled(name, function, signature)
    _keep(name, header, code)


def is_kept(name: str) -> bool:
    """Whether there is machine code for ``name``, by the names of files."""
    return any(path.exists() for path in _places(name))


def _places(name: str) -> list[Path]:
    """Where its code may lie, the place to look first first."""
    if WRITTEN_TO or (folder := prebuilt_folder()) is None:
        return _written(name)
    return [folder / f"{name}{SUFFIX}", *_written(name)]


def _written(name: str) -> list[Path]:
    """Where its code is written to."""
    if WRITTEN_TO:
        return [WRITTEN_TO[-1] / f"{name}{SUFFIX}"]
    folder = cache_folder()
    return [] if folder is None or given_up else [folder / f"{name}-{MACHINE}{SUFFIX}"]


def _compiled(name: str, function: Callable[..., Any], signature: Any) -> tuple[Header, bytes]:
    """Object code, optimised for this machine."""
    known = dict(KERNEL)
    pipeline = known.pop("pipeline_class")
    compiler = _CFuncCompiler(function, cpu_target, known, {}, pipeline_class=pipeline)
    with no_collection(), global_compiler_lock:
        result = compiler.compile(signature.args, signature.return_type)
        library = result.library
        library._ensure_finalized()
        symbol = f"tuidl.{name}"
        code = library.object_code(result.fndesc.llvm_cfunc_wrapper_name, symbol)
    digest = hashlib.sha256(code).hexdigest()
    return Header(symbol, library.needs(), digest), code


def _load_from(path: Path) -> int | None:
    """The address of the code in a file; None where there is no such file, or a damaged one."""
    try:
        data = read_bounded(path, LARGEST)
    except FileError as error:
        if not error.is_missing:
            say(f"compiled kernels cannot be used: {error}: compiling anew")
        return None
    line, _, code = data.partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=Header)
    except msgspec.MsgspecError:
        header = None
    if header is None or hashlib.sha256(code).hexdigest() != header.sha256:
        say(f"{path}: damaged, cannot be used: compiling anew")
        return None
    return _loaded(header, code)


def _loaded(header: Header, code: bytes) -> int | None:
    """The function's address; None where a symbol that the code needs is not in this process."""
    for symbol in header.needs:
        if symbol in PROVIDERS and not binding.address_of_symbol(symbol):
            PROVIDERS[symbol]()
        if not binding.address_of_symbol(symbol):
            return None
    engine = _codegen._engine._ee
    if not engine.get_function_address(header.symbol):
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
    return int(engine.get_function_address(header.symbol))


def _keep(name: str, header: Header, code: bytes) -> None:
    """Write a file, whole or not at all; a disk that is full costs time later, not the run."""
    for path in _written(name):
        temporary = None
        try:
            file, temporary = create_beside(path)
            with file:
                file.write(msgspec.json.encode(header) + b"\n" + code)
            temporary.replace(path)
        except OSError as error:
            given_up.append(error)
            say(f"cannot keep compiled kernels: {path.parent}: {reason_of(error)}")
            if temporary is not None:
                temporary.unlink(missing_ok=True)
