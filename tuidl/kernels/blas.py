"""The matrix product: by micro-kernels (``simd/``) on factors as they lie or packed, or by BLAS.

Which one is fastest follows from the sizes, and was measured with one thread over sizes from 1 to
8192 (AVX-512): factors as they lie where the product is small, SciPy's BLAS where all sizes are
large (it has megabytes for packed factors), packed ones between. B' is always packed or turned.

The only module that knows of BLAS. Numba's runtime exports ``numba_xxgemm``, which takes what
``np.dot`` does not: transposes, and beta, the factor for the old content of the result.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.columns import is_narrow, matrix_times_column, transposed_times_column
from tuidl.kernels.jit import device_function, inline_ir, intrinsic_for, jit_override
from tuidl.kernels.simd.gemm import (
    START_BIAS,
    START_C,
    START_ZERO,
    Sizes,
    gemm_pointers,
    gemm_strided,
)
from tuidl.kernels.simd.gemm_few import (
    gemm_few,
    gemm_few_turned,
    suits_dots_of_rows,
    suits_turning,
)
from tuidl.kernels.simd.gemm_nt import gemm_nt, suits_gemm_nt
from tuidl.kernels.simd.intrinsics import STACK_ELEMENTS, data_of, flat, stack_workspace
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.packed_gemm import Strides, gemm_block
from tuidl.kernels.simd.vectors import HAS_MASKS, VECTOR_BYTES

if TYPE_CHECKING:
    from threadpoolctl import LibController

LARGE = 1 << 20
"""Numbers in both factors from which on BLAS's packing pays off."""
LEAST_PACKED = 1 << 21
"""Multiplications in a product beyond which its factors are packed by blocks."""
ALL_LARGE = 768
"""The smallest of a product's three sizes from which on BLAS is faster."""
MANY_ROWS = 256
"""Rows for which a small B' is turned in one piece."""


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
def _suits_packing(m, k, n):
    """Whether blocks of packed factors beat BLAS, and micro-kernels on factors as they lie."""
    return m * k * n > LEAST_PACKED and min(m, n) >= 16 and min(m, k, n) < ALL_LARGE


@inline_ir
def _suits_packing_turned(m, k, n):
    """The same where B has to be turned: beside that, packing costs nothing."""
    is_high = m >= 16 or (m >= 8 and n >= k)
    return is_high and n >= 16 and min(m, k, n) < ALL_LARGE


@inline_ir
def _suits_transposing(a, b, c):
    """Whether ``b`` is turned fastest in one piece."""
    return b.size <= STACK_ELEMENTS and _suits_micro_kernel(a, b, c)


@device_function
def _inner_product(a, b, c, accumulate):
    """A result of one number."""
    left, right = flat(a), flat(b)
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
    return _gemm_tt if transpose_a.literal_value else _gemm_nt


@inline_ir
def _packed(a, a_strides, b, b_strides, c, accumulate, k):
    """``c = a @ b``, of strided factors, by ``gemm_block``."""
    (m, n), to, start_with = c.shape, data_of(c), START_C if accumulate else START_ZERO
    sizes = Sizes(m, k, n)
    gemm_block(data_of(a), a_strides, data_of(b), b_strides, to, start_with, to, n, sizes)


def _gemm_nn(a, transpose_a, b, transpose_b, c, accumulate):
    (m, k), n = a.shape, c.shape[1]
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    elif not accumulate and is_narrow(a, c):
        matrix_times_column(a, b, c.dtype.type(0), c)
    elif HAS_MASKS and not accumulate and suits_dots_of_rows(c, k):
        to = data_of(c)
        gemm_few(data_of(a), data_of(b), to, START_ZERO, to, Sizes(m, k, n))
    elif _suits_packing(m, k, n):
        _packed(a, Strides(k, 1), b, Strides(n, 1), c, accumulate, k)
    elif _suits_micro_kernel(a, b, c):
        gemm_strided(a, b, None, c, accumulate)
    else:
        _blas_gemm(a, 0, b, 0, c, accumulate)


def _gemm_tn(a, transpose_a, b, transpose_b, c, accumulate):
    (k, m), n = a.shape, c.shape[1]
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    elif HAS_MASKS and not accumulate and is_narrow(a, c):
        transposed_times_column(a, b, c)
    elif HAS_MASKS and not accumulate and suits_turning(m, n):
        gemm_few_turned(a, b, c)
    elif _suits_packing(m, k, n):
        _packed(a, Strides(1, m), b, Strides(n, 1), c, accumulate, k)
    elif _suits_micro_kernel(a, b, c):
        gemm_strided(a.T, b, None, c, accumulate)
    else:
        _blas_gemm(a, 1, b, 0, c, accumulate)


def _gemm_tt(a, transpose_a, b, transpose_b, c, accumulate):
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    else:
        _blas_gemm(a, 1, b, 1, c, accumulate)


def _gemm_nt(a, transpose_a, b, transpose_b, c, accumulate):
    (m, k), n = a.shape, c.shape[1]
    if c.size == 1:
        _inner_product(a, b, c, accumulate)
    elif not accumulate and b.size <= STACK_ELEMENTS and suits_gemm_nt(a, b):
        gemm_nt(a, b, c)
    elif not accumulate and m >= MANY_ROWS and _suits_transposing(a, b, c):
        _gemm_nt_by_transposing(a, b, c)
    elif _suits_packing_turned(m, k, n):
        _packed(a, Strides(k, 1), b, Strides(1, k), c, accumulate, k)
    else:
        _blas_gemm(a, 0, b, 1, c, accumulate)


@jit_override(affine)
def _affine(a, b, bias, c):
    def implementation(a, b, bias, c):
        (m, k), n = a.shape, c.shape[1]
        if is_narrow(a, c):
            matrix_times_column(a, b, bias[0], c)
            return
        if HAS_MASKS and suits_dots_of_rows(c, k):
            here, start, sizes = data_of(a), data_of(bias), Sizes(m, k, n)
            gemm_few(here, data_of(b), start, START_BIAS, data_of(c), sizes)
            return
        if _suits_packing(m, k, n):
            here, start, sizes = data_of(a), data_of(bias), Sizes(m, k, n)
            lying, across = Strides(k, 1), Strides(n, 1)
            gemm_block(here, lying, data_of(b), across, start, START_BIAS, data_of(c), n, sizes)
            return
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
    for library in _libraries():
        library.set_num_threads(1)


@cache
def _libraries() -> "tuple[LibController, ...]":
    """What has been loaded with it and before: to look for that takes some milliseconds."""
    import scipy.linalg.cython_blas  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return tuple(
        library
        for library in ThreadpoolController().lib_controllers
        if library.user_api == "blas"
        and not any("numpy" in folder for folder in Path(library.filepath).parts[-3:-1])
    )
