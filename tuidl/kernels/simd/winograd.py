"""Convolution with kernels of 3 x 3 by fewer multiplications: F(2 x 2, 3 x 3) of Winograd.

After Lavin and Gray (2016: Fast algorithms for convolutional neural networks). Two by two answers y
come from a tile d of 4 x 4 pixels and a kernel g by 16 products for each pair of channel and
filter, where the definition needs 36:

    y = A' [(G g G') * (B' d B)] A

Over all tiles that is one matrix product for each of the 16 places. The input's gradient is the
same three steps transposed, as is the weights'. Tiles overlap by two pixels; where the answers'
height or width is odd, the last ones lie a step back and give some answers a second time.

Tiles are worked on in blocks that stay in the second-level cache from one step to the next: several
images, or *bands* of an image's rows of tiles.
Blocks are larger where there are many channels (``core/winograd_sizes.py``).

All in pointers: slices of arrays would take the compiler longer than everything else here.
"""

from typing import Any, NamedTuple

from tuidl.core.winograd_sizes import PLACES
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.gemm import START_BIAS, START_ZERO
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.parted_images import lay_out
from tuidl.kernels.simd.transforms import (
    Ahead,
    Image,
    add_to_pixels,
    from_answers,
    from_kernels,
    from_pixels_asking,
    to_answers_asking,
    to_kernels,
)
from tuidl.kernels.simd.winograd_choice import winograd_workspace
from tuidl.kernels.simd.winograd_products import Factors, add_products, multiply_places


class Tiles(NamedTuple):
    """How a workspace is used, for ``examples`` at a time or for one in ``bands``: of ``lines``
    rows of ``across`` tiles, the first ``longer`` ones of one more.

    ``rows``: the numbers of a place, in rows of channels (or filters). One row more than needed:
    were places a power of two apart, all 16 would claim the same lines of the cache. The others are
    pointers: to a padded image, the places of pixels, of answers and of kernels, and to the rest.
    """

    examples: Any
    bands: Any
    lines: Any
    longer: Any
    across: Any
    rows: Any
    padded: Any
    pixels: Any
    answers: Any
    kernels: Any
    rest: Any


@inline_ir
def _divide(workspace, answers, channels):
    """The ``Tiles`` that the workspace has room for."""
    _, height, width, filters = answers
    fixed, line = winograd_workspace(height, width, channels, filters)
    down, across, lines = (height + 1) // 2, (width + 1) // 2, (workspace.size - fixed) // line
    bands = max((down + lines - 1) // lines, 1)
    rows = min(lines, max(lines // down, 1) * down) * across + 1
    padded = data_of(workspace)
    pixels = pointer_at(padded, (height + 2) * (width + 2) * channels)
    products = pointer_at(pixels, PLACES * rows * channels)
    kernels = pointer_at(products, PLACES * rows * filters)
    rest = pointer_at(kernels, PLACES * (channels * filters + max(channels, filters)))
    return Tiles(
        max(lines // down, 1), bands, down // bands, down % bands, across, rows,
        padded, pixels, products, kernels, rest,
    )  # fmt: skip


@inline_ir
def _band_of(t, band, start, height):
    """How many rows of answers a band has from row ``start`` on, and how many tiles.

    Counted on from the band before: LLVM would repeat a division in the loops over channels, for
    each address that depends on it.
    """
    lines = t.lines + (1 if band < t.longer else 0)
    return min(2 * lines, height - start), lines * t.across


@device_function
def _pixels_to_tiles(x, n, start, shape, top, left, padded, places, stride, ahead):
    """Transform what ``shape`` (Image) sees of image ``n``; ``start``: its first row of answers."""
    _, height, width, channels = x.shape
    seen = (shape.height + 2, shape.width + 2)
    if top == 0 and left == 0 and start + seen[0] <= height and seen[1] <= width:
        here = pointer_at(data_of(x), (n * height + start) * width * channels)
        from_pixels_asking(here, Image(width * channels, *shape[1:]), places, stride, ahead)
        return
    lay_out(x, n, (start - top, -left), 1, seen, padded)
    from_pixels_asking(padded, Image(seen[1] * channels, *shape[1:]), places, stride, ahead)


@inline_ir
def _rows_of(images, n, start, asks):
    """The rows of image ``n`` from ``start`` on, as ``Ahead``; none of them where ``asks`` is 0."""
    _, height, width, channels = images.shape
    row = width * channels
    return Ahead(pointer_at(data_of(images), (n * height + start) * row), row, asks * channels)


@inline_ir
def _lay_out_band(x, y, asks, first, count, start, shape, top, left, t, tiles):
    """The tiles of a band of rows from ``start`` on, of ``count`` images from ``first`` on; the
    same rows of ``y`` are asked for where ``asks`` is 1."""
    channels = shape.channels
    for e in range(count):
        here, stride = pointer_at(t.pixels, e * tiles * channels), t.rows * channels
        ahead = _rows_of(y, first + e, start, asks)
        _pixels_to_tiles(x, first + e, start, shape, top, left, t.padded, here, stride, ahead)


@inline_ir
def _convolve(x, bias, start_with, y, t, top, left):
    """The answers ``y`` to the images ``x`` by the kernels that ``t`` has already; ``start_with``:
    START_BIAS or START_ZERO."""
    (_, height, width, filters), channels = y.shape, x.shape[3]
    for first in range(0, y.shape[0], t.examples):
        count, start = min(t.examples, y.shape[0] - first), 0
        for band in range(t.bands):
            high, tiles = _band_of(t, band, start, height)
            shape = Image(0, high, width, channels)
            _lay_out_band(x, y, 1, first, count, start, shape, top, left, t, tiles)
            factors = Factors(count * tiles, t.rows, channels, filters)
            multiply_places(t.pixels, t.kernels, bias, start_with, t.answers, factors)
            for e in range(count):
                answers = pointer_at(data_of(y), ((first + e) * height + start) * width * filters)
                here = pointer_at(t.answers, e * tiles * filters)
                is_last = band + 1 == t.bands  # then the images of the next block follow
                n, row = first + e + (count if is_last else 0), 0 if is_last else start + high
                ahead, shape = _rows_of(x, n, row, 1), Image(width * filters, high, width, filters)
                to_answers_asking(answers, shape, here, t.rows * filters, ahead)
            start += high


@inline_ir
def winograd(x, w, b, y, workspace, top, left):
    """As ``conv2d`` with stride 1."""
    t = _divide(workspace, y.shape, w.shape[2])
    numbers = w.shape[2] * w.shape[3]
    from_kernels(data_of(w), numbers, t.kernels, numbers + w.shape[3], numbers)
    _convolve(x, data_of(b), START_BIAS, y, t, top, left)


@inline_ir
def _answers_to_tiles(dy, n, start, high, places, stride):
    """Transform ``high`` rows of the gradients of an image's answers."""
    _, height, width, filters = dy.shape
    answers = pointer_at(data_of(dy), (n * height + start) * width * filters)
    from_answers(answers, Image(width * filters, high, width, filters), places, stride)


@inline_ir
def winograd_weight_gradient(x, dy, dw, workspace, top, left):
    """As ``conv2d_weight_gradient`` with stride 1."""
    (_, height, width, filters), channels = dy.shape, dw.shape[2]
    t = _divide(workspace, dy.shape, channels)
    numbers = channels * filters
    clear_elements(t.kernels, PLACES * (numbers + filters))
    for first in range(0, dy.shape[0], t.examples):
        count, start = min(t.examples, dy.shape[0] - first), 0
        for band in range(t.bands):
            high, tiles = _band_of(t, band, start, height)
            shape = Image(0, high, width, channels)
            _lay_out_band(x, dy, 0, first, count, start, shape, top, left, t, tiles)
            for e in range(count):
                here = pointer_at(t.answers, e * tiles * filters)
                _answers_to_tiles(dy, first + e, start, high, here, t.rows * filters)
            factors = Factors(count * tiles, t.rows, channels, filters)
            add_products(t.pixels, t.answers, t.kernels, factors)
            start += high
    to_kernels(t.kernels, numbers + filters, data_of(dw), numbers, numbers)


@inline_ir
def _add_back(tiles, stride, dx, n, band, seen, top, left, padded):
    """The gradient of image ``n``, from those of its tiles, whose places are ``stride`` apart.

    ``band``: first row of answers, their number, and whether they are the first and the last.
    """
    _, height, width, channels = dx.shape
    start, high, is_first, is_last = band
    line, row = width * channels, seen[1] * channels
    image = pointer_at(data_of(dx), n * height * line)
    bare = top == 0 and left == 0  # with stride 1 all of an image is seen, and no more
    pixels = image if bare else padded
    if is_first:
        clear_elements(pixels, seen[0] * row)
    shape = Image(row, high, seen[1] - 2, channels)
    add_to_pixels(pointer_at(pixels, start * row), shape, tiles, stride)
    if bare or not is_last:
        return
    for i in range(height):
        source = pointer_at(padded, (top + i) * row + left * channels)
        copy_elements(pointer_at(image, i * line), source, line)


@inline_ir
def winograd_input_gradient(dy, w, dx, workspace, top, left):
    """As ``conv2d_input_gradient`` with stride 1.

    Where it has no more places than ``dy`` it is a convolution of ``dy`` with the kernels turned
    round: no two tiles add to the same pixel then.
    """
    (_, height, width, _), (_, down, across, _) = dx.shape, dy.shape
    if 1 < height <= down and 1 < width <= across:
        t = _divide(workspace, dx.shape, w.shape[3])
        _transpose_kernels(w, t, 8, -1)
        _convolve(dy, t.rest, START_ZERO, dx, t, 2 - top, 2 - left)
        return
    t = _divide(workspace, dy.shape, w.shape[2])
    _transpose_kernels(w, t, 0, 1)
    _add_up_pixels(dy, dx, t, top, left)


@inline_ir
def _transpose_kernels(w, t, first, step):
    """Those of filters to channels, for the gradient of the pixels: the kernels' places from
    ``first`` on."""
    (_, _, channels, filters), numbers = w.shape, w.shape[2] * w.shape[3]
    for place in range(9):
        kernel = pointer_at(data_of(w), (first + step * place) * numbers)
        transpose(kernel, pointer_at(t.rest, place * numbers), channels, filters)
    from_kernels(t.rest, numbers, t.kernels, numbers + channels, numbers)


@inline_ir
def _add_up_pixels(dy, dx, t, top, left):
    """The gradient of pixels, each the sum over the tiles that see it."""
    (_, height, width, filters), channels = dy.shape, dx.shape[3]
    seen = (height + 2, width + 2)
    for first in range(0, dy.shape[0], t.examples):
        count, start = min(t.examples, dy.shape[0] - first), 0
        for band in range(t.bands):
            high, tiles = _band_of(t, band, start, height)
            for e in range(count):
                here = pointer_at(t.answers, e * tiles * filters)
                _answers_to_tiles(dy, first + e, start, high, here, t.rows * filters)
            factors = Factors(count * tiles, t.rows, filters, channels)
            multiply_places(t.answers, t.kernels, t.padded, START_ZERO, t.pixels, factors)
            for e in range(count):
                here = pointer_at(t.pixels, e * tiles * channels)
                rows = (start, high, band == 0, band == t.bands - 1)
                _add_back(here, t.rows * channels, dx, first + e, rows, seen, top, left, t.padded)
            start += high
