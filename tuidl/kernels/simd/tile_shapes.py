"""Shapes of the tiles of ``gemm_indexed``, and of the slivers that a matrix is packed in for them.

A tile has as many rows as fill the registers: a register for each vector of its sums, one for each
vector of B, one for a number of A. With 32 registers that are 8 rows of up to 3 vectors; with 16
they are 6 rows of 2 vectors or 4 of 3, and 8 of one, as sums that are fewer would wait for each
other. So with 16 registers slivers are of 2 vectors, and where their number is odd one is of 3: a
sliver of one vector reads nearly as many numbers of A for half of the products.
"""

from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.lanes import vectors_for
from tuidl.kernels.simd.vectors import FEATURES, IS_WIDE

HAS_32_REGISTERS = IS_WIDE or "+avx" not in FEATURES
"""AVX-512 and NEON; AVX2 has 16."""
HEIGHTS = (8, 8, 8) if HAS_32_REGISTERS else (8, 6, 4)
"""Rows of a tile of one, two and three vectors."""
ONE, TWO, THREE = HEIGHTS
MOST_VECTORS = len(HEIGHTS)
"""Vectors in a line of a sliver, at most; NR is that many times their lanes."""


@device_function
def slivers_in(vectors):
    """How many slivers so many vectors are: the first ones are a vector wider than the others."""
    if HAS_32_REGISTERS:
        return (vectors + MOST_VECTORS - 1) // MOST_VECTORS
    return max(vectors // 2, 1)


@device_function
def vectors_in(sliver, vectors):
    """Of a sliver, by its number."""
    slivers = slivers_in(vectors)
    return vectors // slivers + (1 if sliver < vectors % slivers else 0)


@device_function
def height_of(vectors):
    """Rows of a tile of so many vectors."""
    if vectors > 2:
        return THREE
    return TWO if vectors == 2 else ONE


@device_function
def rows_apart(n, lanes):
    """After how many rows tiles begin in all slivers of ``n`` columns: rows that are computed by
    themselves must be a multiple of it, or the last tile would reach into those behind them."""
    vectors = max(vectors_for(n, lanes), 1)
    last = height_of(vectors_in(slivers_in(vectors) - 1, vectors))
    first = height_of(vectors_in(0, vectors))
    return first if first == last else first * last // 2
