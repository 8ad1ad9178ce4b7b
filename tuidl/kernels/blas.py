"""The matrix product: SciPy's BLAS for matrices worth a call, plain loops for tiny ones.

The only module that knows of BLAS. Numba's runtime exports ``numba_xxgemm``, which takes what
``np.dot`` does not: transposes and a factor for the old content of the result.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tuidl.kernels.jit import helper, scalar_helper

SMALL_PRODUCT = 2048
"""Multiply-adds up to which plain loops beat the cost of calling BLAS (about 0.3 microseconds)."""

THIN = 4
"""Inner lengths up to which plain loops beat BLAS at any size: it packs more than it computes."""


def gemm(a: Any, transpose_a: int, b: Any, transpose_b: int, c: Any, keep: int) -> None:
    """``c = op(a) @ op(b)``, plus the old ``c`` where ``keep`` is 1; contiguous matrices."""
    product = (a.T if transpose_a else a) @ (b.T if transpose_b else b)
    c[...] = product + c if keep else product


@intrinsic
def _blas_gemm(typing_context: Any, a: Any, ta: Any, b: Any, tb: Any, c: Any, keep: Any) -> Any:
    """Row-major gemm: BLAS is column-major, so it is asked for the transposed product."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        float_type = context.get_value_type(c.dtype)
        byte, size = ir.IntType(8), ir.IntType(64)
        pointer = byte.as_pointer()
        arrays = [
            context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 2, 4)
        ]
        (a0, a1), (_, b1), (c0, c1) = (cgutils.unpack_tuple(builder, x.shape) for x in arrays)
        data_a, data_b, data_c = (builder.bitcast(x.data, pointer) for x in arrays)
        flags = [builder.icmp_signed("!=", x, x.type(0)) for x in (arguments[1], arguments[3])]
        char_a, char_b = (builder.select(flag, byte(ord("t")), byte(ord("n"))) for flag in flags)
        inner = builder.select(flags[0], a0, a1)
        one = cgutils.alloca_once_value(builder, float_type(1.0))
        beta = cgutils.alloca_once_value(builder, builder.sitofp(arguments[5], float_type))
        function_type = ir.FunctionType(
            ir.IntType(32),
            [byte] * 3 + [size] * 3 + [pointer] * 2 + [size, pointer, size, pointer, pointer, size],
        )
        function = cgutils.get_or_insert_function(builder.module, function_type, "numba_xxgemm")
        kind = byte(ord("s" if c.dtype == types.float32 else "d"))
        shape = [c1, c0, inner]
        left = [builder.bitcast(one, pointer), data_b, b1, data_a, a1]
        result = [builder.bitcast(beta, pointer), data_c, c1]
        builder.call(function, [kind, char_b, char_a, *shape, *left, *result])
        return context.get_dummy_value()

    return types.void(a, types.int64, b, types.int64, c, types.int64), codegen


@helper
def _small_gemm(a, transpose_a, b, transpose_b, c, keep):
    columns = c.shape[1]
    inner = a.shape[0] if transpose_a else a.shape[1]
    for i in range(c.shape[0]):
        out = c[i]
        if not keep:
            for j in range(columns):
                out[j] = 0
        if transpose_b:
            for j in range(columns):
                other = b[j]
                total = out[j]
                for r in range(inner):
                    total += (a[r, i] if transpose_a else a[i, r]) * other[r]
                out[j] = total
        else:
            for r in range(inner):
                factor, other = (a[r, i] if transpose_a else a[i, r]), b[r]
                for j in range(columns):
                    out[j] += factor * other[j]


@scalar_helper(gemm)
def _gemm(a, transpose_a, b, transpose_b, c, keep):
    def implementation(a, transpose_a, b, transpose_b, c, keep):
        inner = a.shape[0] if transpose_a else a.shape[1]
        if c.size * inner <= SMALL_PRODUCT or (inner <= THIN and not transpose_b):
            _small_gemm(a, transpose_a, b, transpose_b, c, keep)
        else:
            _blas_gemm(a, transpose_a, b, transpose_b, c, keep)

    return implementation


def load() -> None:
    """Load the BLAS that compiled code calls, and keep it to one thread.

    Shards run in parallel already: a BLAS with threads of its own would have them fight for cores.
    """
    import scipy.linalg.cython_blas  # noqa: F401
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().lib_controllers:
        if library.internal_api == "openblas" and "scipy" in library.filepath:
            library.set_num_threads(1)
