"""What is compiled together with a kernel: the functions that it calls, each with its size."""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from tuidl.kernels.jit import INTRINSICS, OVERRIDES
from tuidl.kernels.jobs import job
from tuidl.kernels.simd.routines import Routine


class Callees(NamedTuple):
    """``sizes``: bytes of code of each function; ``routines``: names of what is called by symbol
    and compiled by itself."""

    sizes: dict[FunctionType, int]
    routines: tuple[str, ...]


@cache
def callees(name: str) -> Callees:
    """Of a kernel, routine or loop, itself included.

    The plain Python of intrinsics and of overridden functions is not compiled: their definitions
    say what is.
    """
    sizes: dict[FunctionType, int] = {}
    routines: dict[str, None] = {}
    seen: set[FunctionType] = set()
    found: list[Any] = [job(name).function]
    while found:
        one = found.pop()
        if isinstance(one, Routine):
            routines[one.function.__name__] = None
            continue
        function = getattr(one, "py_func", one)
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        if (definition := INTRINSICS.get(function) or OVERRIDES.get(function)) is not None:
            found.append(definition)
        else:
            sizes[function] = sum(len(code.co_code) for code in _codes(function.__code__))
            found += _used_by(function)
    return Callees(sizes, tuple(routines))


def code_size(name: str) -> int:
    """How much there is to compile, in bytes of code."""
    return sum(callees(name).sizes.values())


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions that are defined in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _used_by(function: FunctionType) -> Iterator[Any]:
    """What it may call: the values of all names in it."""
    for code in _codes(function.__code__):
        for name in code.co_names:
            yield function.__globals__.get(name)
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # an empty one
            yield cell.cell_contents
