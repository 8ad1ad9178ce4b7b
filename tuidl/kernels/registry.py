"""Every kernel by its name, and how one becomes a pointer to machine code."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import cfunc, types

from tuidl.kernels import native
from tuidl.kernels.cache import COMPILING
from tuidl.kernels.jit import FLAGS, device_function, inline_ir
from tuidl.kernels.native import Native
from tuidl.kernels.signature import Signature
from tuidl.kernels.simd.intrinsics import array_at, float_bits, pointer_at
from tuidl.kernels.simd.routines import ROUTINES
from tuidl.kernels.step_state import STEP_STATE_SIZE

KERNELS: dict[str, "Kernel"] = {}
"""Every kernel by its name, in the order in which the kernels package defines them."""


@dataclass(frozen=True)
class Kernel:
    """One instruction: its name, its plain Python function and the shapes it works on."""

    name: str
    opcode: int
    function: Callable[..., None]
    signature: Signature
    inline: bool = False
    foreign: bool = False
    """Whether a plugin brought it: then it is not kept in the cache, whose folder is named by our
    own sources."""

    @cached_property
    def _row_function(self) -> Callable[..., None]:
        """``function`` behind the signature that all kernels share: (row, arena, step_state)."""
        first_letter = 1 + len(self.signature.operands)
        first_option = first_letter + len(self.signature.letters)
        lines = [f"def {self.name}(row, arena, step_state):"]
        for i, letter in enumerate(self.signature.letters):
            lines.append(f"    {letter} = row[{first_letter + i}]")
        arguments = [
            f"array_at(pointer_at(arena, row[{i + 1}]), ({', '.join(operand.letters)},))"
            for i, operand in enumerate(self.signature.operands)
        ]
        for i, option in enumerate(self.signature.options):
            value = f"row[{first_option + i}]"
            arguments.append(f"float_bits({value})" if option.is_float else value)
        if self.signature.uses_step_state:
            arguments.append(f"array_at(step_state, ({STEP_STATE_SIZE},))")
        lines.append(f"    function({', '.join(arguments)})")
        scope = {
            "__name__": self.function.__module__,
            "array_at": array_at,
            "pointer_at": pointer_at,
            "float_bits": float_bits,
            "function": (inline_ir if self.inline else device_function)(self.function),
        }
        exec(compile("\n".join(lines), self.function.__code__.co_filename, "exec"), scope)
        return scope[self.name]

    def is_compiled(self, dtype: np.dtype[Any]) -> bool:
        """Whether machine code exists, in this process or (by its file's name) on the disk."""
        if (self.name, dtype.str) in _COMPILED or self.foreign:
            return (self.name, dtype.str) in _COMPILED
        return native.is_kept(self._kept_as(dtype))

    def _kept_as(self, dtype: np.dtype[Any]) -> str:
        return f"{self.name}-{dtype.name}"

    def compile(self, dtype: np.dtype[Any]) -> tuple[int, bool]:
        """Machine code for arenas of ``dtype``: (its address, whether it was on the disk)."""
        key = (self.name, dtype.str)
        with COMPILING.hold():
            if key not in _COMPILED:
                _COMPILED[key] = self._compiled(dtype)
        compiled = _COMPILED[key]
        return compiled.address, compiled.from_cache

    def make(self, dtype: np.dtype[Any]) -> None:
        """Compile it, without loading: what it calls may be compiled elsewhere meanwhile."""
        native.make(self._kept_as(dtype), self._row_function, _c_signature(dtype))

    def _compiled(self, dtype: np.dtype[Any]) -> Native:
        if self.foreign:
            return self._compiled_by_numba(dtype)
        return native.native(self._kept_as(dtype), self._row_function, _c_signature(dtype))

    def _compiled_by_numba(self, dtype: np.dtype[Any]) -> Native:
        """Numba loads what it compiles at once: all that it may call must be there."""
        for routine in ROUTINES.values():
            routine.provide(8 * dtype.itemsize)
        compiled = cfunc(_c_signature(dtype), **FLAGS)(self._row_function)
        return Native(compiled.address, False, compiled)


_COMPILED: dict[tuple[str, str], Native] = {}


def _c_signature(dtype: np.dtype[Any]) -> Any:
    scalar = types.float32 if dtype == np.float32 else types.float64
    return types.void(*(types.CPointer(kind) for kind in (types.int64, scalar, types.float64)))


def kernel(
    shapes: str,
    cost: str = "",
    *,
    inline: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function below as a kernel; it stays a plain Python function.

    Parameters
    ----------
    shapes : operands read ``->`` operands written, in letters: ``"nk kf f -> nf"``
    cost : floating-point operations as a factor and letters: ``"2nkf"``
    inline : whether it only calls others, so that it may be ``inline_ir``
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        name, signature = function.__name__, Signature.of(function, shapes, cost)
        if name in KERNELS:
            raise ValueError(f"two kernels are called {name!r}: give this one another name")
        KERNELS[name] = Kernel(name, len(KERNELS), function, signature, inline)
        return function

    return register
