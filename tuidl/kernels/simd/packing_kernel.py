"""The micro-kernel of a packed product whose factors lie as they are: it packs what it reads.

A panel of A is read by the first tile of its rows, one of B by the first tile of its columns: that
tile also writes it down, where the tiles after it read it in order. Multiplications hide what this
takes: packing before them was a fifth of a product of 96 x 96 sums.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.simd.micro_kernel import NR_VECTORS, Start, Tile
from tuidl.kernels.simd.packed_kernel import AHEAD, MR, PANEL, Columns, finish_tile
from tuidl.kernels.simd.vectors import SIZE, VECTOR_BYTES, Vectors

PACKS_A, PACKS_B, IS_LYING = 1, 2, 4
"""What a tile packs, and whether rows of A lie as they are, each in one run: added up. Another A
that it does not pack is packed already."""
TASKS = (PACKS_A, PACKS_B, PACKS_A + PACKS_B, PACKS_B + IS_LYING)


def packing_tile(a, strides, b, b_row, to_a, to_b, depth, start, c, ldc, task):
    """The tile at ``c`` of MR rows at ``a`` and NR columns at ``b``, all pointers.

    ``strides``: of A, from a row to the next and from a column; ``b_row``: from a row of B.
    ``to_a``, ``to_b``: where what ``task`` says is packed. ``start``: Start.
    """
    wide = NR_VECTORS * VECTOR_BYTES // a.itemsize
    sums = np.zeros((MR, wide), a.dtype)
    for k in range(depth):
        column = [a[row * strides[0] + k * strides[1]] for row in range(PANEL)]
        line = b[k * b_row :][:wide]
        sums += np.outer(column, line)
        if task & PACKS_A:
            to_a[k * PANEL :][:PANEL] = column
        if task & PACKS_B:
            to_b[k * wide :][:wide] = line
    for row in range(MR):
        if start.is_any:
            sums[row] += start.pointer[row * start.ld :][:wide]
        c[row * ldc :][:wide] = sums[row]


@intrinsic_for(packing_tile)
def _packing_tile(typing_context, a, strides, b, b_row, to_a, to_b, depth, start, c, ldc, task):
    def codegen(context, builder, signature, arguments):
        a, strides, *factors, start, c, ldc, task = arguments
        operands = [
            a,
            *cgutils.unpack_tuple(builder, strides),
            *factors,
            *cgutils.unpack_tuple(builder, start),
            c,
            ldc,
        ]
        end = builder.function.append_basic_block("packing_end")
        switch = builder.switch(task, end)
        for packs in TASKS:
            body = builder.function.append_basic_block(f"packing_{packs}")
            switch.add_case(SIZE(packs), body)
            builder.position_at_end(body)
            builder.call(_micro_kernel(builder.module, operands, packs), operands)
            builder.branch(end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    size = types.int64
    return types.void(a, strides, b, size, to_a, to_b, size, start, c, size, size), codegen


def _micro_kernel(module: Any, operands: list[Any], packs: int) -> Any:
    """The function of a tile that packs these factors."""
    kind = ir.FunctionType(ir.VoidType(), [operand.type for operand in operands])
    function = ir.Function(module, kind, module.get_unique_name(f"packing_{packs}"))
    function.linkage = "internal"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    *factors, pointer, ld, is_any, c, ldc = function.args
    tile = Tile(builder, operands[0].type.pointee, MR, NR_VECTORS, None, is_padded=True)
    for _, place in tile.cells(c, ldc):
        tile.simd.prefetch(place)
    _sum_up(tile, packs, *factors)
    finish_tile(tile, Start(pointer, ld, is_any), c, ldc, None)
    builder.ret_void()
    return function


def _sum_up(
    tile: Tile, packs: int, a: Any, a_row: Any, a_column: Any, b: Any, b_row: Any, to_a: Any,
    to_b: Any, depth: Any,
) -> None:  # fmt: skip
    """The code for the loop over K."""
    builder, simd = tile.builder, tile.simd
    walk = Columns(tile, a, a_row, a_column) if packs & IS_LYING else None
    with cgutils.for_range(builder, depth) as k:
        column, line = tile.at(a, k.index, a_column), tile.at(b, k.index, b_row)
        numbers = [builder.gep(column, [SIZE(row)]) for row in tile.rows]
        vectors = [builder.gep(line, [SIZE(v * simd.lanes)]) for v in tile.vectors]
        if packs & PACKS_A:
            _pack_a(tile, numbers, a_column, tile.at(to_a, k.index, SIZE(PANEL)))
        if packs & PACKS_B:
            wide = SIZE(NR_VECTORS * simd.lanes)
            _pack_b(tile, vectors, b_row, tile.at(to_b, k.index, wide))
        tile.rank_1_update(walk.here() if walk else numbers, vectors)
        if walk:
            walk.step()


def _pack_a(tile: Tile, numbers: list[Any], a_column: Any, target: Any) -> None:
    builder, simd = tile.builder, tile.simd
    ahead = builder.mul(a_column, SIZE(AHEAD))
    for place in (numbers[0], numbers[-1]):
        simd.prefetch(builder.gep(place, [ahead]), is_written=False)
    whole = Vectors(builder, simd.scalar, PANEL * simd.itemsize)
    whole.store(whole.load(numbers[0]), target)


def _pack_b(tile: Tile, vectors: list[Any], b_row: Any, target: Any) -> None:
    builder, simd = tile.builder, tile.simd
    ahead = builder.mul(b_row, SIZE(AHEAD))
    for v, place in enumerate(vectors):
        simd.prefetch(builder.gep(place, [ahead]), is_written=False)
        simd.store(simd.load(place), builder.gep(target, [SIZE(v * simd.lanes)]))
