"""Products with the recurrent weights, which every step of a sequence makes anew.

The weights are packed before the first step, and all steps read the packed ones
(``packed_gemm.py``): for few examples, packing takes as long as the product. Forward, weights that
the first-level cache nearly holds are read where they lie: then ``packed`` is a single number.
"""

from tuidl.kernels.blas import gemm
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.gemm import START_C, START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.packed_gemm import Strides, gemm_prepacked, pack_b


@device_function
def pack_weights(recurrent, packed):
    """Pack U (d, g), where there is room for it, for ``add_product``."""
    rows, columns = recurrent.shape
    if packed.shape[0] > 1:
        pack_b(data_of(recurrent), Strides(columns, 1), data_of(packed), rows, columns)


@device_function
def add_product(states, recurrent, packed, gates):
    """gates += states U, with U where it lies or as ``pack_weights`` left it."""
    (rows, inner), columns = states.shape, gates.shape[1]
    if packed.shape[0] > 1:
        to, sizes = data_of(gates), Sizes(rows, inner, columns)
        gemm_prepacked(
            data_of(states), Strides(inner, 1), data_of(packed), to, START_C, to, columns, sizes
        )
    else:
        gemm(states, 0, recurrent, 0, gates, 1)


@device_function
def pack_transposed(recurrent, packed):
    """Pack U' for ``pass_back``."""
    columns, rows = recurrent.shape
    pack_b(data_of(recurrent), Strides(1, rows), data_of(packed), rows, columns)


@device_function
def pass_back(d_gates, packed, carry, accumulate):
    """carry = d_gates U', plus the old carry where ``accumulate`` is 1."""
    (rows, inner), columns = d_gates.shape, carry.shape[1]
    to, sizes = data_of(carry), Sizes(rows, inner, columns)
    start_with = START_C if accumulate else START_ZERO
    gemm_prepacked(
        data_of(d_gates), Strides(inner, 1), data_of(packed), to, start_with, to, columns, sizes
    )
