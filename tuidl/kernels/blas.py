"""The matrix product: by micro-kernels (``simd/``), or by SciPy's BLAS where packing pays off.

The only module that knows of BLAS. Numba's runtime exports ``numba_xxgemm``, which takes what
``np.dot`` does not: transposes, and beta, the factor for the old content of the result.
"""

from pathlib import Path
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for, jit_override
from tuidl.kernels.simd.gemm import START_ZERO, Sizes, gemm_pointers, gemm_strided
from tuidl.kernels.simd.gemm_nt import gemm_nt, suits_gemm_nt
from tuidl.kernels.simd.intrinsics import STACK_ELEMENTS, data_of, stack_workspace
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.vectors import HAS_MASKS, VECTOR_BYTES

LARGE = 1 << 20
"""Numbers in both factors from which on BLAS's packing pays off."""


def gemm(a: Any, transpose_a: int, b: Any, transpose_b: int, c: Any, accumulate: int) -> None:
    """``c = op(a) @ op(b)``, plus the old ``c`` where ``accumulate`` is 1 (beta of BLAS).

    Contiguous matrices; ``op`` transposes where ``transpose_a``, ``transpose_b`` is 1.
    """
    product = (a.T if transpose_a else a) @ (b.T if transpose_b else b)
    c[...] = product + c if accumulate else product


def affine(a: Any, b: Any, bias: Any, c: Any) -> None:
    """``c = a @ b + bias``; contiguous matrices."""
    c[...] = a @ b + bias


def _blas_gemm(a, transpose_a, b, transpose_b, c, accumulate):
    """As ``gemm``, by BLAS."""
    gemm(a, transpose_a, b, transpose_b, c, accumulate)


@intrinsic_for(_blas_gemm)
def _blas_gemm_intrinsic(typing_context, a, transpose_a, b, transpose_b, c, accumulate):
    """Row-major gemm: BLAS is column-major, so it is asked for the transposed product."""

    def codegen(context, builder, signature, arguments):
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


@inline_ir
def _suits_micro_kernel(a, b, c):
    """Whether micro-kernels beat BLAS, and vectors can be cut off at the last column."""
    columns = c.shape[1]
    fits = HAS_MASKS or columns % (VECTOR_BYTES // 4) == 0
    return fits and columns > 1 and min(a.size, b.size) < LARGE


@inline_ir
def _suits_transposing(a, b, c):
    """Whether transposing ``b`` takes no longer than BLAS's packing, for however few rows."""
    return b.size <= STACK_ELEMENTS and _suits_micro_kernel(a, b, c)


@device_function
def _inner_product(a, b, c, accumulate):
    """A result of one number."""
    left, right = a.reshape(a.size), b.reshape(b.size)
    total = c[0, 0] if accumulate else c.dtype.type(0)
    for r in range(left.shape[0]):
        total += left[r] * right[r]
    c[0, 0] = total


@inline_ir
def _gemm_nt_by_transposing(a, b, c):
    """``c = a @ b.T`` where ``b`` has at most STACK_ELEMENTS numbers."""
    (m, k), n, transposed = a.shape, b.shape[0], stack_workspace(a)
    transpose(data_of(b), transposed, n, k)
    sizes = Sizes(m, k, n)
    gemm_pointers(data_of(a), k, 1, transposed, transposed, START_ZERO, data_of(c), sizes)


@jit_override(gemm, prefer_literal=True)
def _gemm(a, transpose_a, b, transpose_b, c, accumulate):
    """One implementation for each kind, as short as can be: each use compiles it once more."""
    if not all(isinstance(flag, types.Literal) for flag in (transpose_a, transpose_b, accumulate)):
        return None
    if not transpose_b.literal_value:
        return _gemm_tn if transpose_a.literal_value else _gemm_nn
    if transpose_a.literal_value or accumulate.literal_value:
        return _gemm_nt_by_blas
    return _gemm_nt


def _gemm_nn(a, transpose_a, b, transpose_b, c, accumulate):
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    elif _suits_micro_kernel(a, b, c):
        gemm_strided(a, b, None, c, accumulate)
    else:
        _blas_gemm(a, 0, b, 0, c, accumulate)


def _gemm_tn(a, transpose_a, b, transpose_b, c, accumulate):
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    elif _suits_micro_kernel(a, b, c):
        gemm_strided(a.T, b, None, c, accumulate)
    else:
        _blas_gemm(a, 1, b, 0, c, accumulate)


def _gemm_nt_by_blas(a, transpose_a, b, transpose_b, c, accumulate):
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    else:
        _blas_gemm(a, transpose_a, b, 1, c, accumulate)


def _gemm_nt(a, transpose_a, b, transpose_b, c, accumulate):
    if c.size == 1:
        _inner_product(a, b, c, 0)
    elif suits_gemm_nt(a, b):
        gemm_nt(a, b, c)
    elif _suits_transposing(a, b, c):
        _gemm_nt_by_transposing(a, b, c)
    else:
        _blas_gemm(a, 0, b, 1, c, 0)


@jit_override(affine)
def _affine(a, b, bias, c):
    def implementation(a, b, bias, c):
        if _suits_micro_kernel(a, b, c):
            gemm_strided(a, b, bias, c, 0)
            return
        for row in c:
            for j in range(row.shape[0]):
                row[j] = bias[j]
        _blas_gemm(a, 0, b, 0, c, 1)

    return implementation


def load() -> None:
    """Load the BLAS that compiled code calls, and keep it to one thread.

    Shards run in parallel already: a BLAS with threads of its own would have them fight for cores.
    The library beside NumPy, which serves the rest of the process, is left as it is.
    """
    import scipy.linalg.cython_blas  # noqa: F401
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().lib_controllers:
        folders = Path(library.filepath).parts[-3:-1]
        if library.user_api == "blas" and not any("numpy" in folder for folder in folders):
            library.set_num_threads(1)
