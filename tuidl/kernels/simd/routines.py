"""Machine code that kernels call by its symbol, as they call BLAS: once for each dtype, and not
inlined into every kernel that needs it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils

from tuidl.kernels import native

ROUTINES: dict[str, "Routine"] = {}
"""Every routine by its name."""


class Routine:
    """A function of pointers and whole numbers that is compiled by itself.

    Kernels that call it can be compiled before it, or elsewhere at the same time: loading one of
    them provides what its code needs.

    Parameters
    ----------
    function : plain Python
    signature : Numba's type of a pointer to floats -> the function's signature
    """

    def __init__(self, function: Callable[..., Any], signature: Callable[[Any], Any]) -> None:
        self.function, self._signature = function, signature
        self._compiled: dict[int, native.Native] = {}
        ROUTINES[function.__name__] = self
        for bits in (32, 64):
            native.PROVIDERS[self._symbol(bits)] = partial(self.provide, bits)

    def _symbol(self, bits: int) -> str:
        return f"tuidl_{self.function.__name__}_{bits}"

    def _made_of(self, bits: int) -> tuple[str, Callable[..., Any], Any]:
        """Under which name it is kept, and what is compiled."""
        pointer = types.CPointer(types.float32 if bits == 32 else types.float64)
        return (
            f"{self.function.__name__}-float{bits}",
            self.function,
            self._signature(pointer),
        )

    def is_compiled(self, dtype: np.dtype[Any]) -> bool:
        """Whether there is machine code for floats of ``dtype``, by its file's name."""
        bits = 8 * dtype.itemsize
        return bits in self._compiled or native.is_kept(self._made_of(bits)[0])

    def make(self, dtype: np.dtype[Any]) -> None:
        """Compile it, without loading."""
        native.make(*self._made_of(8 * dtype.itemsize))

    def provide(self, bits: int) -> native.Native:
        """Load or compile it; code that is loaded later finds its symbol."""
        if bits not in self._compiled:
            compiled = native.native(*self._made_of(bits))
            binding.add_symbol(self._symbol(bits), compiled.address)
            self._compiled[bits] = compiled
        return self._compiled[bits]

    def call(self, builder: Any, bits: int, operands: Any, returns: Any = None) -> Any:
        """The code that calls it; ``returns``: a type of LLVM, or nothing."""
        kind = ir.FunctionType(returns or ir.VoidType(), [operand.type for operand in operands])
        function = cgutils.get_or_insert_function(builder.module, kind, self._symbol(bits))
        return builder.call(function, operands)
