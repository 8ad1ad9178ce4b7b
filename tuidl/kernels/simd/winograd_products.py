"""The products of Winograd's tiles (``winograd.py``): for each of the 16 places one of matrices.

A place has a row of channels for each tile, and a matrix of kernels. Factors are multiplied as they
lie while the kernels of all places stay in the second-level cache; those of many pairs of channel
and filter are packed, for the blocks of many tiles that meet them.
"""

from typing import Any, NamedTuple

from tuidl.core.winograd_sizes import PLACES, WIDE_PAIRS
from tuidl.kernels.jit import inline_ir
from tuidl.kernels.simd.gemm import START_C, START_ZERO, Sizes, gemm_pointers
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.packed_gemm import Strides, gemm_block

ALL_ANSWERS = 5
"""The place whose products go to all four answers of a tile: the second row and column."""


class Factors(NamedTuple):
    """Shapes of the products: ``count`` tiles of ``rows`` that a place has, (count, k) x (k, n)."""

    count: Any
    rows: Any
    k: Any
    n: Any


@inline_ir
def _multiply(pairs, a, strides, b, bias, start_with, c, sizes):
    """The product of a place: factors are packed where its kernels are of many ``pairs``."""
    if pairs < WIDE_PAIRS:
        gemm_pointers(a, strides.row, strides.column, b, bias, start_with, c, sizes)
    else:
        gemm_block(a, strides, b, Strides(sizes.n, 1), bias, start_with, c, sizes.n, sizes)


@inline_ir
def multiply_places(a, b, bias, start_with, c, factors):
    """For each of the 16 places the product of its matrices; ``factors``: Factors.

    ``bias`` is added where ``start_with`` says so, in the one place that all answers share.
    """
    count, rows, k, n = factors
    for place in range(PLACES):
        start = start_with if place == ALL_ANSWERS else START_ZERO
        left, right = place * rows * k, place * (k + 1) * n
        here, factor = pointer_at(a, left), pointer_at(b, right)
        target = pointer_at(c, place * rows * n)
        sizes = Sizes(count, k, n)
        _multiply(k * n, here, Strides(k, 1), factor, bias, start, target, sizes)


@inline_ir
def add_products(pixels, answers, kernels, factors):
    """For each place: kernels += pixels' answers, over all tiles; ``factors``: Factors."""
    count, rows, channels, filters = factors
    for place in range(PLACES):
        here = pointer_at(pixels, place * rows * channels)
        factor = pointer_at(answers, place * rows * filters)
        target = pointer_at(kernels, place * (channels + 1) * filters)
        sizes = Sizes(channels, count, filters)
        turned = Strides(1, channels)
        _multiply(channels * filters, here, turned, factor, target, START_C, target, sizes)
