"""Products with the recurrent weights, which every step of a sequence makes anew.

The weights are packed before the first step, and all steps read the packed ones
(``packed_gemm.py``): for few examples, packing takes as long as the product. Forward, weights that
the first-level cache nearly holds are read where they lie: then ``packed`` is a single number.
"""

from tuidl.kernels.blas import gemm
from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.gemm import START_C, START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import data_of, pointer_at
from tuidl.kernels.simd.packed_gemm import STRIP, Strides, gemm_prepacked, pack_b
from tuidl.kernels.simd.tiles import LEAST_COLUMNS, boundary

START, PACK, GO_ON = range(3)
"""What a step of a sequence does for its units: start from zeros, without a product; pack the
weights and multiply; or multiply by the weights that are packed."""


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


# --- the same for a range of units, all of their gates --------------------------------------------


@device_function
def units_of(part, parts, units):
    """First unit of a part, and the one behind its last."""
    first = boundary(part, parts, units, LEAST_COLUMNS)
    return first, boundary(part + 1, parts, units, LEAST_COLUMNS)


@device_function
def _panel(packed, rows, count, gate, first, end):
    """Where the columns of a gate of the units ``first`` to ``end`` lie, of ``count`` gates."""
    width = (end - first + STRIP - 1) // STRIP * STRIP
    return pointer_at(data_of(packed), rows * (count * first + gate * width))


@device_function
def pack_units(recurrent, packed, first, end):
    """Pack the columns of some units of U (d, g), for ``add_units``."""
    units, columns = recurrent.shape
    count, lying = columns // units, Strides(columns, 1)
    for gate in range(count):
        here = pointer_at(data_of(recurrent), gate * units + first)
        pack_b(here, lying, _panel(packed, units, count, gate, first, end), units, end - first)


@device_function
def add_units(states, packed, bias, start_with, gates, first, end):
    """gates = states U + start, the columns of some units; ``start_with`` as in ``gemm.py``."""
    (rows, units), columns = states.shape, gates.shape[1]
    count, sizes = columns // units, Sizes(rows, units, end - first)
    for gate in range(count):
        at, panel = gate * units + first, _panel(packed, units, count, gate, first, end)
        to, shift = pointer_at(data_of(gates), at), pointer_at(bias, at)
        a, lying = data_of(states), Strides(units, 1)
        gemm_prepacked(a, lying, panel, shift, start_with, to, columns, sizes)


@device_function
def pack_units_transposed(recurrent, packed, first, end):
    """Pack the columns of some units of U', for ``pass_back_units``."""
    rows = recurrent.shape[1]
    here = pointer_at(data_of(recurrent), first * rows)
    panel = _panel(packed, rows, 1, 0, first, end)
    pack_b(here, Strides(1, rows), panel, rows, end - first)


@device_function
def pass_back_units(d_gates, packed, carry, accumulate, first, end):
    """``pass_back``, the columns of some units."""
    (rows, inner), columns = d_gates.shape, carry.shape[1]
    start_with = START_C if accumulate else START_ZERO
    to, sizes = pointer_at(data_of(carry), first), Sizes(rows, inner, end - first)
    panel = _panel(packed, inner, 1, 0, first, end)
    gemm_prepacked(data_of(d_gates), Strides(inner, 1), panel, to, start_with, to, columns, sizes)
