"""How Numba compiles the kernels and what they call: every flag of the project stands here.

What kernels call is of four kinds, and each of them is plain Python where Python calls it, so that
any kernel can be stepped through in a debugger:

``device_function``  a function with a loop over numbers, inlined by LLVM
``rounded_function`` the same, where other code must come to the same bits
``inline_ir``        a function that only calls others, inlined by Numba before types are inferred
``jit_override``     the compiled replacement of a plain Python function
``intrinsic_for``    the machine code (LLVM's intermediate representation) of one
"""

from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.core.registry import CPUDispatcher
from numba.core.typing.templates import infer, infer_global, make_intrinsic_template
from numba.extending import overload

from tuidl.kernels.pipeline import KernelCompiler

FLAGS: dict[str, Any] = {
    "error_model": "numpy",
    "nogil": True,
    # All of fastmath but nnan and ninf: a value that is not finite must stay visible.
    "fastmath": {"contract", "reassoc", "nsz", "arcp", "afn"},
}

KERNEL: dict[str, Any] = {**FLAGS, "_nrt": False, "pipeline_class": KernelCompiler}
"""For kernels of this package, which allocate no arrays: references are not counted. What they
call has ``_nrt`` from them. A plugin's kernel may allocate, and has FLAGS."""

INLINED: dict[str, Any] = {
    **FLAGS,
    "forceinline": True,
    "no_cfunc_wrapper": True,  # C never calls them, nor does Python: wrappers take time to compile
    "no_cpython_wrapper": True,
}
"""For what kernels call. Without forced inlining a process that has just compiled a kernel calls
the copy of a function that was optimised alone, and one that loads it from the cache the copy
beside the kernel: their last bits differ."""

INTRINSICS: dict[Callable[..., Any], Callable[..., Any]] = {}
"""The plain Python functions that have an ``intrinsic_for`` them, each with its definition."""
OVERRIDES: dict[Callable[..., Any], Callable[..., Any]] = {}
"""The plain Python functions that have a ``jit_override``, each with its definition."""


class DeviceFunction(CPUDispatcher):  # type: ignore[misc]  # Numba has no types
    """Compiled where a kernel calls it; where Python calls it, the Python function it was made of.

    So a debugger steps from a kernel into it.
    """

    def __call__(self, *arguments: Any) -> Any:
        return self.py_func(*arguments)


def _device_function(function: Callable[..., Any], **options: Any) -> Any:
    known = {"nopython": True, "boundscheck": None, **INLINED, **options}
    return DeviceFunction(function, targetoptions=known, pipeline_class=KernelCompiler)


def device_function(function: Callable[..., Any]) -> Any:
    """A function that kernels call; LLVM inlines it into their machine code."""
    return _device_function(function)


def parallel_function(function: Callable[..., Any]) -> Any:
    """As ``device_function``, with the loops over ``prange`` on several threads."""
    return _device_function(function, parallel=True)


def rounded_function(function: Callable[..., Any]) -> Any:
    """A ``device_function`` that rounds after every operation, as it is written: wherever it is
    inlined, and in whatever vectors, an element comes out with the same bits."""
    return _device_function(function, fastmath={"nsz"})


def inline_ir(function: Callable[..., Any]) -> Any:
    """As ``device_function``, inlined into its callers as Numba's intermediate representation.

    It is never compiled by itself, which takes less time. Not for loops over numbers: LLVM no
    longer vectorises some of them.
    """
    return _device_function(function, inline="always")


def jit_override(function: Callable[..., Any], *, prefer_literal: bool = False) -> Any:
    """What compiled code runs in place of the plain Python ``function``; may depend on dtypes.

    And on the values of constant arguments, with ``prefer_literal``.
    """
    # Python calls ``function`` itself: the compiled code needs no wrapper for it.
    options = {**INLINED, "pipeline_class": KernelCompiler}
    replace = overload(function, jit_options=options, strict=False, prefer_literal=prefer_literal)

    def register(define: Callable[..., Any]) -> Any:
        OVERRIDES[function] = define
        return replace(define)

    return register


def intrinsic_for(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Register the machine code that compiled code runs in place of the plain Python ``function``.

    The function below is one that ``numba.extending.intrinsic`` takes: (typing context, a type for
    each argument) -> (signature, code generator). Numba's own decorator would leave a name that
    Python cannot call.
    """

    def register(define: Callable[..., Any]) -> Callable[..., Any]:
        template = make_intrinsic_template(function, define, function.__name__)
        infer(template)
        infer_global(function, types.Function(template))
        INTRINSICS[function] = define
        return function

    return register
