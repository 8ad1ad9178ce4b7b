"""Products over windows with gaps, of a group's channels: without the rows that see no image.

Far places of a dilated kernel lie outside the images for most windows. Each row of the kernel is a
product of its own where that pays, of those windows that see the image by it.
"""

from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.convolution_products import LEAST_TERMS
from tuidl.kernels.simd.gemm_indexed import Factors, Result, Sizes, gemm_indexed
from tuidl.kernels.simd.gemm_narrow import START_C
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.tile_shapes import rows_apart


@device_function
def rows_seeing(first, step, height, rows):
    """The first of ``rows`` windows, ``step`` apart, by which a row of the kernel sees an image of
    ``height`` rows, and the end of them. ``first``: the image's row that the first window sees."""
    low = min(max((step - 1 - first) // step, 0), rows)
    return low, max(min((height - first + step - 1) // step, rows), low)


@device_function
def multiply_rows(factors, result, sizes, kernel, seen, rows):
    """``gemm_indexed`` over windows that lie row by row: those of all images, then the next ones.

    ``kernel``: its rows, and from one to the next in the image; ``seen``: the image's row that the
    first window sees by the first of them, from a window to the next, rows of the image; ``rows``:
    of windows.
    """
    count, distance = kernel
    first, step, height = seen
    m, k, n = sizes
    terms, beside = k // max(count, 1), m // rows
    if count < 2 or terms < LEAST_TERMS:
        gemm_indexed(factors, result, sizes)
        return
    a, at, columns, b, _, depth = factors
    c, places, bias, start_with = result
    middle = count // 2
    for turn in range(count):
        # all sums begin with the row in the middle, whatever it sees
        row = middle if turn == 0 else (turn - 1 if turn <= middle else turn)
        low, end, begin = 0, rows, start_with
        if turn > 0:
            low, end = rows_seeing(first + row * distance, step, height, rows)
            begin = START_C
        if end > low:
            here, there = pointer_at(at, low * beside), pointer_at(places, low * beside)
            start = bias if turn == 0 else c
            gemm_indexed(
                Factors(a, here, columns, b, row * terms, depth),
                Result(c, there, start, begin),
                Sizes((end - low) * beside, terms, n),
            )


@device_function
def multiply_weight_rows(factors, result, sizes, kernel, seen, shape):
    """The same for the weights' gradient, whose rows are the kernel's places and whose terms are
    windows (images, rows, columns), in this order: ``shape``. Tiles must not reach into the next
    row of the kernel."""
    count, distance = kernel
    first, step, height = seen
    m, _, n = sizes
    images, rows, across = shape
    is_apart = m // max(count, 1) % rows_apart(n, lanes_of(factors.a)) == 0
    if count < 2 or rows * across < LEAST_TERMS or not is_apart:
        gemm_indexed(factors, result, sizes)
        return
    a, at, columns, b, _, depth = factors
    c, places, bias, start_with = result
    own = m // count
    for row in range(count):
        low, end = rows_seeing(first + row * distance, step, height, rows)
        here, there = pointer_at(at, row * own), pointer_at(places, row * own)
        for image in range(images):
            begin = start_with if image == 0 else START_C
            gemm_indexed(
                Factors(a, here, columns, b, (image * rows + low) * across, depth),
                Result(c, there, bias, begin),
                Sizes(own, (end - low) * across, n),
            )
