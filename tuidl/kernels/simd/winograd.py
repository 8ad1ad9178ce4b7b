"""Convolution with kernels of 3 x 3 by fewer multiplications: F(2 x 2, 3 x 3) of Winograd.

After Lavin and Gray (2016: Fast algorithms for convolutional neural networks). Two by two answers y
come from a tile d of 4 x 4 pixels and a kernel g by 16 products for each pair of channel and
filter, where the definition needs 36:

    y = A' [(G g G') * (B' d B)] A

Over all tiles that is one matrix product for each of the 16 places. The input's gradient is the
same three steps transposed, as is the weights'. Tiles overlap by two pixels; where the answers'
height or width is odd, the last ones lie a step back and give some answers a second time.

The nine gradients of a kernel are mixtures of the same sums, so each has the rounding of the
largest. One can be 0, or tiny beside the others: at a border that is always dark, say, or where few
answers have a gradient. There Adam, which divides by its size, would take rounding for a direction.
So this way is taken only where all nine come from many numbers, and from nearly the same.

All in pointers: slices of arrays would take the compiler longer than everything else here.
"""

from typing import Any, NamedTuple

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.gemm import START_BIAS, START_C, START_ZERO, Sizes, gemm_pointers
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, flat, pointer_at
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.padding import seen_images
from tuidl.kernels.simd.transforms import (
    Image,
    add_to_pixels,
    from_answers,
    from_kernels,
    from_pixels,
    to_answers,
    to_kernels,
)

PLACES = 16
ALL_ANSWERS = 5
"""The place whose products go to all four answers of a tile: the second row and column."""
FEWEST, FEWEST_POSITIONS = 32, 16
"""Channels and filters, and answers to an image, from which on it is worth it."""
FEWER, FEWER_PAIRS, MORE_POSITIONS = 16, 512, 64
"""Also from so few channels and filters on, with so many pairs and answers to an image."""
MOST = 65_536
"""Pairs of channel and filter up to which it is: more do not stay in a cache while the tiles of a
block meet them."""

FEWEST_ANSWERS = 100
"""Answers to an image from which on a kernel's nine weights have seen nearly the same pixels."""
FEWEST_GRADIENTS = 50
"""Gradients of a filter's answers, on average, that must not be 0; behind pooling most are."""
DARKEST = 5
"""One pixel in so many must not be 0."""
BLOCK = 4096
"""Numbers that are counted before the next look at whether they are enough."""


class Tiles(NamedTuple):
    """How a workspace is used, for ``examples`` at a time, with ``tiles`` tiles each.

    ``rows``: the numbers of a place, in rows of channels (or filters). One row more than needed:
    were places a power of two apart, all 16 would claim the same lines of the cache. The others are
    pointers: to a padded image, the places of pixels, of answers and of kernels, and to the rest.
    """

    examples: Any
    tiles: Any
    rows: Any
    padded: Any
    pixels: Any
    answers: Any
    kernels: Any
    rest: Any


class Factors(NamedTuple):
    """Shapes of the products: ``count`` tiles of ``rows`` that a place has, (count, k) x (k, n)."""

    count: Any
    rows: Any
    k: Any
    n: Any


@inline_ir
def winograd_workspace(height: int, width: int, channels: int, filters: int) -> tuple[int, int]:
    """Workspace for answers of ``height`` by ``width``: numbers (in any case, for each example).

    The layer asks for as much (``layers/convolution.py``).
    """
    down, across = (height + 1) // 2, (width + 1) // 2
    padded = (height + 2) * (width + 2) * channels
    fixed = (PLACES + 9) * channels * filters + 2 * PLACES * (channels + filters) + padded
    return fixed, PLACES * down * across * (channels + filters)


@inline_ir
def suits_winograd(kernel, stride, answers, size):
    """Whether it is worth it, and a workspace of ``size`` numbers is enough for an example."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1 or min(answers[1], answers[2]) < 2:
        return False
    positions, pairs = answers[1] * answers[2], channels * filters
    if min(channels, filters) < FEWEST and (pairs < FEWER_PAIRS or positions < MORE_POSITIONS):
        return False
    if min(channels, filters) < FEWER or positions < FEWEST_POSITIONS or pairs > MOST:
        return False
    fixed, each = winograd_workspace(answers[1], answers[2], channels, filters)
    return size >= fixed + each


@device_function
def _has(values, enough):
    """Whether at least ``enough`` numbers are not 0."""
    count = 0
    for start in range(0, values.shape[0], BLOCK):
        for i in range(start, min(start + BLOCK, values.shape[0])):
            count += 1 if values[i] != 0 else 0
        if count >= enough:
            return True
    return False


@inline_ir
def suits_winograd_weights(x, dy, kernel, stride, size):
    """The same for the weights' gradient, where hardly any weight's can be left to rounding."""
    if dy.shape[1] * dy.shape[2] < FEWEST_ANSWERS:
        return False
    if not suits_winograd(kernel, stride, dy.shape, size):
        return False
    return is_varied(x, dy)


@inline_ir
def is_varied(x, dy):
    """Whether enough of the pixels and of the answers' gradients are not 0."""
    gradients, pixels = flat(dy), flat(x)
    return _has(gradients, FEWEST_GRADIENTS * dy.shape[3]) and _has(pixels, x.size // DARKEST)


@inline_ir
def _divide(workspace, answers, channels):
    """The ``Tiles`` that the workspace has room for."""
    _, height, width, filters = answers
    fixed, each = winograd_workspace(height, width, channels, filters)
    examples, tiles = (workspace.size - fixed) // each, ((height + 1) // 2) * ((width + 1) // 2)
    rows = examples * tiles + 1
    padded = data_of(workspace)
    pixels = pointer_at(padded, (height + 2) * (width + 2) * channels)
    products = pointer_at(pixels, PLACES * rows * channels)
    kernels = pointer_at(products, PLACES * rows * filters)
    rest = pointer_at(kernels, PLACES * (channels * filters + max(channels, filters)))
    return Tiles(examples, tiles, rows, padded, pixels, products, kernels, rest)


@inline_ir
def _multiply_places(a, b, bias, start_with, c, factors):
    """For each of the 16 places the product of its matrices; ``factors``: Factors.

    ``bias`` is added where ``start_with`` says so, in the one place that all answers share.
    """
    count, rows, k, n = factors
    for place in range(PLACES):
        start = start_with if place == ALL_ANSWERS else START_ZERO
        left, right = place * rows * k, place * (k + 1) * n
        here, factor = pointer_at(a, left), pointer_at(b, right)
        target = pointer_at(c, place * rows * n)
        gemm_pointers(here, k, 1, factor, bias, start, target, Sizes(count, k, n))


@inline_ir
def winograd(x, w, b, y, workspace, top, left):
    """As ``conv2d`` with stride 1."""
    (_, height, width, filters), channels = y.shape, w.shape[2]
    t = _divide(workspace, y.shape, channels)
    numbers, seen = channels * filters, (height + 2, width + 2)
    from_kernels(data_of(w), numbers, t.kernels, numbers + filters, numbers)
    for first in range(0, y.shape[0], t.examples):
        count = min(t.examples, y.shape[0] - first)
        for e in range(count):
            image, row, _ = seen_images(x, first + e, 1, seen, top, left, t.padded)
            here = pointer_at(t.pixels, e * t.tiles * channels)
            from_pixels(image, Image(row, height, width, channels), here, t.rows * channels)
        factors = Factors(count * t.tiles, t.rows, channels, filters)
        _multiply_places(t.pixels, t.kernels, data_of(b), START_BIAS, t.answers, factors)
        for e in range(count):
            answers = pointer_at(data_of(y), (first + e) * height * width * filters)
            here = pointer_at(t.answers, e * t.tiles * filters)
            shape = Image(width * filters, height, width, filters)
            to_answers(answers, shape, here, t.rows * filters)


@inline_ir
def _add_products(pixels, answers, kernels, factors):
    """For each place: kernels += pixels' answers, over all tiles; ``factors``: Factors."""
    count, rows, channels, filters = factors
    for place in range(PLACES):
        here = pointer_at(pixels, place * rows * channels)
        factor = pointer_at(answers, place * rows * filters)
        target = pointer_at(kernels, place * (channels + 1) * filters)
        sizes = Sizes(channels, count, filters)
        gemm_pointers(here, 1, channels, factor, target, START_C, target, sizes)


@inline_ir
def winograd_weight_gradient(x, dy, dw, workspace, top, left):
    """As ``conv2d_weight_gradient`` with stride 1."""
    (_, height, width, filters), channels = dy.shape, dw.shape[2]
    t = _divide(workspace, dy.shape, channels)
    numbers, seen = channels * filters, (height + 2, width + 2)
    clear_elements(t.kernels, PLACES * (numbers + filters))
    for first in range(0, dy.shape[0], t.examples):
        count = min(t.examples, dy.shape[0] - first)
        for e in range(count):
            image, row, _ = seen_images(x, first + e, 1, seen, top, left, t.padded)
            here = pointer_at(t.pixels, e * t.tiles * channels)
            from_pixels(image, Image(row, height, width, channels), here, t.rows * channels)
            answers = pointer_at(data_of(dy), (first + e) * height * width * filters)
            here = pointer_at(t.answers, e * t.tiles * filters)
            shape = Image(width * filters, height, width, filters)
            from_answers(answers, shape, here, t.rows * filters)
        factors = Factors(count * t.tiles, t.rows, channels, filters)
        _add_products(t.pixels, t.answers, t.kernels, factors)
    to_kernels(t.kernels, numbers + filters, data_of(dw), numbers, numbers)


@inline_ir
def _add_back(tiles, stride, dx, n, seen, top, left, padded):
    """The gradient of image ``n``, from those of its tiles, whose places are ``stride`` apart."""
    _, height, width, channels = dx.shape
    line, row = width * channels, seen[1] * channels
    image = pointer_at(data_of(dx), n * height * line)
    bare = top == 0 and left == 0  # with stride 1 all of an image is seen, and no more
    pixels = image if bare else padded
    clear_elements(pixels, seen[0] * row)
    add_to_pixels(pixels, Image(row, seen[0] - 2, seen[1] - 2, channels), tiles, stride)
    if bare:
        return
    for i in range(height):
        source = pointer_at(padded, (top + i) * row + left * channels)
        copy_elements(pointer_at(image, i * line), source, line)


@inline_ir
def winograd_input_gradient(dy, w, dx, workspace, top, left):
    """As ``conv2d_input_gradient`` with stride 1."""
    (_, height, width, filters), channels = dy.shape, w.shape[2]
    t = _divide(workspace, dy.shape, channels)
    numbers, seen = channels * filters, (height + 2, width + 2)
    for place in range(9):
        kernel = pointer_at(data_of(w), place * numbers)
        transpose(kernel, pointer_at(t.rest, place * numbers), channels, filters)
    from_kernels(t.rest, numbers, t.kernels, numbers + channels, numbers)
    for first in range(0, dy.shape[0], t.examples):
        count = min(t.examples, dy.shape[0] - first)
        for e in range(count):
            answers = pointer_at(data_of(dy), (first + e) * height * width * filters)
            here = pointer_at(t.answers, e * t.tiles * filters)
            shape = Image(width * filters, height, width, filters)
            from_answers(answers, shape, here, t.rows * filters)
        factors = Factors(count * t.tiles, t.rows, filters, channels)
        _multiply_places(t.answers, t.kernels, t.padded, START_ZERO, t.pixels, factors)
        for e in range(count):
            here = pointer_at(t.pixels, e * t.tiles * channels)
            _add_back(here, t.rows * channels, dx, first + e, seen, top, left, t.padded)
