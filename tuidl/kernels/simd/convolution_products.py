"""Products over the windows of a convolution: which rows of windows see the images, and when the
weights are packed.
"""

from typing import Any, NamedTuple

from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.gemm_indexed import Factors, Result, Sizes, gemm_indexed
from tuidl.kernels.simd.gemm_narrow import START_C
from tuidl.kernels.simd.intrinsics import pointer_at
from tuidl.kernels.simd.lanes import lanes_of
from tuidl.kernels.simd.slivers import pack, pack_turned

LEAST_TERMS = 128
"""Of a sum, for which a product of its own is worth it."""
MOST_TIMES = 4
"""How often weights may be packed, part by part, instead of once for all blocks of images."""
PART = 65_536
"""Numbers of packed weights that stay in the second-level cache."""


class Windows(NamedTuple):
    """The ``rows`` rows of windows ``step`` apart over images of ``height`` rows.

    ``first``: the image's row that the first window's first row sees; ``down``: windows one below
    the other; ``middle``: a row of windows that all see.
    """

    rows: Any
    first: Any
    step: Any
    height: Any
    down: Any
    middle: Any


@device_function
def _seeing(windows, row):
    """The first of the windows whose ``row`` lies in the images, and the end of them."""
    seen, step = windows.first + row, windows.step
    low = min(max((step - 1 - seen) // step, 0), windows.down)
    return low, max(min((windows.height - seen + step - 1) // step, windows.down), low)


class Turned(NamedTuple):
    """Weights of a ``phase`` of windows ``stride`` apart, whose lines are to be of channels."""

    w: Any
    phase: Any
    stride: Any


@device_function
def _multiply_part(factors, result, sizes, turned, room):
    """A product whose right factor is packed part by part, each one just before it is used: it
    never leaves the cache. ``factors.b``: as it lies, or ``turned``. ``room``: for a part."""
    a, rows, columns, b, first, _ = factors
    c, places, bias, start_with = result
    m, k, n = sizes
    step = 1 if turned is None else turned.w.shape[3]
    lines = max(PART // (n * step), 1) * step
    for begin in range(first, first + k, lines):
        count = min(lines, first + k - begin)
        if turned is None:
            pack(pointer_at(b, begin * n), count, n, lanes_of(b), room)
        else:
            pack_turned(turned.w, turned.phase, turned.stride, begin // step, count // step, room)
        gemm_indexed(
            Factors(a, rows, pointer_at(columns, begin), room, 0, count),
            Result(c, places, bias, start_with if begin == first else START_C),
            Sizes(m, count, n),
        )


@device_function
def _product(factors, result, sizes, turned, room):
    if factors.depth > 0 or sizes.k == 0:
        gemm_indexed(factors, result, sizes)
    else:
        _multiply_part(factors, result, sizes, turned, room)


@device_function
def multiply(factors, result, sizes, windows, is_bare, turned, room):
    """The product for windows that lie row by row: those of all images, then the next ones.

    What a window's row sees above and below the images is left out: each row of the windows is a
    product of its own, of those that see the image there. ``factors.depth``: 0 where the right
    factor is not packed yet.
    """
    m, k, n = sizes
    terms, across = k // max(windows.rows, 1), m // windows.down
    if is_bare or windows.rows < 2 or terms < LEAST_TERMS:
        _product(factors, result, sizes, turned, room)
        return
    a, rows, columns, b, first, depth = factors
    c, places, bias, start_with = result
    for number in range(windows.rows):
        row = (windows.middle + number) % windows.rows
        low, end = 0, windows.down
        if number > 0:
            low, end = _seeing(windows, row)
        if end > low:
            here, there = pointer_at(rows, low * across), pointer_at(places, low * across)
            _product(
                Factors(a, here, columns, b, first + row * terms, depth),
                Result(c, there, bias, start_with if number == 0 else START_C),
                Sizes((end - low) * across, terms, n),
                turned,
                room,
            )


@device_function
def multiply_weights(factors, result, sizes, windows, count):
    """The same for the weights' gradient, where positions lie image by image, ``count`` images.

    A row of a window meets fewer positions then. Tiles must not reach into the next row.
    """
    m, k, n = sizes
    a, rows, columns, b, _, depth = factors
    c, places, bias, start_with = result
    own, positions = m // windows.rows, k // count
    for row in range(windows.rows):
        low, end = _seeing(windows, row)
        here, there = pointer_at(rows, row * own), pointer_at(places, row * own)
        for image in range(count):
            first = image * positions + low * (positions // windows.down)
            gemm_indexed(
                Factors(a, here, columns, b, first, depth),
                Result(c, there, bias, start_with if image == 0 else START_C),
                Sizes(own, (end - low) * (positions // windows.down), n),
            )
