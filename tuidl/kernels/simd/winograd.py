"""Convolution with kernels of 3 x 3 by fewer multiplications (Winograd; Lavin and Gray, 2016).

Two by two answers y come from a tile d of 4 x 4 pixels and a kernel g by 16 products for each pair
of channel and filter, where the definition needs 36:

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

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.gemm import START_BIAS, START_C, START_ZERO, gemm_pointers
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at
from tuidl.kernels.simd.memory import transpose
from tuidl.kernels.simd.padding import seen_images
from tuidl.kernels.simd.transforms import (
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
FEWEST = 16
"""Channels, filters and answers to an image from which on it is worth it."""

FEWEST_ANSWERS = 100
"""Answers to an image from which on a kernel's nine weights have seen nearly the same pixels."""
FEWEST_GRADIENTS = 50
"""Gradients of a filter's answers, on average, that must not be 0; behind pooling most are."""
DARKEST = 5
"""One pixel in so many must not be 0."""
STRETCH = 4096
"""Numbers that are looked at before the next look at whether they are enough."""


@inline_ir
def winograd_workspace(height: int, width: int, channels: int, filters: int) -> tuple[int, int]:
    """Scratch for answers of ``height`` by ``width``: numbers (in any case, for each example).

    The layer asks for as much (``layers/convolution.py``).
    """
    down, across = (height + 1) // 2, (width + 1) // 2
    framed = (height + 2) * (width + 2) * channels
    fixed = (PLACES + 9) * channels * filters + 2 * PLACES * (channels + filters) + framed
    return fixed, PLACES * down * across * (channels + filters)


@inline_ir
def suits_winograd(kernel, stride, answers, workspace):
    """Whether it is worth it, and ``workspace`` numbers of scratch are enough for an example."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1 or min(answers[1], answers[2]) < 2:
        return False
    if min(channels, filters, answers[1] * answers[2]) < FEWEST:
        return False
    fixed, each = winograd_workspace(answers[1], answers[2], channels, filters)
    return workspace >= fixed + each


@device_function
def _has(values, enough):
    """Whether at least ``enough`` numbers are not 0."""
    count = 0
    for start in range(0, values.shape[0], STRETCH):
        for i in range(start, min(start + STRETCH, values.shape[0])):
            count += 1 if values[i] != 0 else 0
        if count >= enough:
            return True
    return False


@inline_ir
def suits_winograd_weights(x, dy, kernel, stride, workspace):
    """The same for the weights' gradient, where hardly any weight's can be left to rounding."""
    if dy.shape[1] * dy.shape[2] < FEWEST_ANSWERS:
        return False
    if not suits_winograd(kernel, stride, dy.shape, workspace):
        return False
    gradients, pixels = dy.reshape(dy.size), x.reshape(x.size)
    return _has(gradients, FEWEST_GRADIENTS * dy.shape[3]) and _has(pixels, x.size // DARKEST)


@inline_ir
def _divide(workspace, answers, channels):
    """How the scratch is used.

    Returns the number of examples that there are tiles for, the tiles of an example, the rows of
    numbers that each place has, and pointers: room for a framed image, tiles of pixels, tiles of
    answers, kernels, the rest. A place has one row more than it needs: were places a power of two
    apart, all 16 would claim the same lines of the cache.
    """
    _, height, width, filters = answers
    fixed, each = winograd_workspace(height, width, channels, filters)
    block, tiles = (workspace.size - fixed) // each, ((height + 1) // 2) * ((width + 1) // 2)
    rows = block * tiles + 1
    padded = data_of(workspace)
    pixels = pointer_at(padded, (height + 2) * (width + 2) * channels)
    products = pointer_at(pixels, PLACES * rows * channels)
    kernels = pointer_at(products, PLACES * rows * filters)
    rest = pointer_at(kernels, PLACES * (channels * filters + max(channels, filters)))
    return block, tiles, rows, padded, pixels, products, kernels, rest


@inline_ir
def _multiply_places(a, b, shift, start_with, c, sizes):
    """For each of the 16 places the product of its matrices.

    ``sizes``: how many tiles there are, and how many there is room for, then the columns of ``a``
    and ``c``. ``shift`` is added where ``start_with`` says so.
    """
    count, rows, terms, columns = sizes
    for place in range(PLACES):
        start = start_with if place == ALL_ANSWERS else START_ZERO
        left, right = place * rows * terms, place * (terms + 1) * columns
        here, factor = pointer_at(a, left), pointer_at(b, right)
        target = pointer_at(c, place * rows * columns)
        gemm_pointers(here, (terms, 1), factor, shift, start, target, (count, terms, columns))


@inline_ir
def winograd(x, w, b, y, workspace, top, left):
    """As ``conv2d`` with stride 1."""
    (_, height, width, filters), channels = y.shape, w.shape[2]
    block, tiles, rows, padded, pixels, products, kernels, _ = _divide(workspace, y.shape, channels)
    numbers, seen = channels * filters, (height + 2, width + 2)
    from_kernels(data_of(w), numbers, kernels, numbers + filters, numbers)
    for first in range(0, y.shape[0], block):
        count = min(block, y.shape[0] - first)
        for e in range(count):
            image, row, _ = seen_images(x, first + e, 1, seen, top, left, padded)
            here = pointer_at(pixels, e * tiles * channels)
            from_pixels(image, (row, height, width, channels), here, rows * channels)
        sizes = (count * tiles, rows, channels, filters)
        _multiply_places(pixels, kernels, data_of(b), START_BIAS, products, sizes)
        for e in range(count):
            answers = pointer_at(data_of(y), (first + e) * height * width * filters)
            here = pointer_at(products, e * tiles * filters)
            to_answers(answers, (width * filters, height, width, filters), here, rows * filters)


@inline_ir
def _add_products(pixels, products, kernels, sizes):
    """For each place the product of its tiles of pixels, turned round, and of answers.

    ``sizes``: how many tiles there are, and how many there is room for, channels and filters.
    """
    count, rows, channels, filters = sizes
    for place in range(PLACES):
        here = pointer_at(pixels, place * rows * channels)
        factor = pointer_at(products, place * rows * filters)
        target = pointer_at(kernels, place * (channels + 1) * filters)
        shape = (channels, count, filters)
        gemm_pointers(here, (1, channels), factor, target, START_C, target, shape)


@inline_ir
def winograd_weight_gradient(x, dy, dw, workspace, top, left):
    """As ``conv2d_weight_gradient`` with stride 1."""
    (_, height, width, filters), channels = dy.shape, dw.shape[2]
    divided = _divide(workspace, dy.shape, channels)
    block, tiles, rows, padded, pixels, products, kernels, _ = divided
    numbers, seen = channels * filters, (height + 2, width + 2)
    clear_elements(kernels, PLACES * (numbers + filters))
    for first in range(0, dy.shape[0], block):
        count = min(block, dy.shape[0] - first)
        for e in range(count):
            image, row, _ = seen_images(x, first + e, 1, seen, top, left, padded)
            here = pointer_at(pixels, e * tiles * channels)
            from_pixels(image, (row, height, width, channels), here, rows * channels)
            answers = pointer_at(data_of(dy), (first + e) * height * width * filters)
            here = pointer_at(products, e * tiles * filters)
            from_answers(answers, (width * filters, height, width, filters), here, rows * filters)
        _add_products(pixels, products, kernels, (count * tiles, rows, channels, filters))
    to_kernels(kernels, numbers + filters, data_of(dw), numbers, numbers)


@inline_ir
def _add_back(tiles, apart, dx, n, seen, top, left, padded):
    """The gradient of image ``n``, from those of its tiles."""
    _, height, width, channels = dx.shape
    line, row = width * channels, seen[1] * channels
    image = pointer_at(data_of(dx), n * height * line)
    bare = top == 0 and left == 0  # with stride 1 all of an image is seen, and no more
    pixels = image if bare else padded
    clear_elements(pixels, seen[0] * row)
    add_to_pixels(pixels, (row, seen[0] - 2, seen[1] - 2, channels), tiles, apart)
    if bare:
        return
    for i in range(height):
        source = pointer_at(padded, (top + i) * row + left * channels)
        copy_elements(pointer_at(image, i * line), source, line)


@inline_ir
def winograd_input_gradient(dy, w, dx, workspace, top, left):
    """As ``conv2d_input_gradient`` with stride 1."""
    (_, height, width, filters), channels = dy.shape, w.shape[2]
    divided = _divide(workspace, dy.shape, channels)
    block, tiles, rows, padded, pixels, products, kernels, turned = divided
    numbers, seen = channels * filters, (height + 2, width + 2)
    for place in range(9):
        kernel = pointer_at(data_of(w), place * numbers)
        transpose(kernel, pointer_at(turned, place * numbers), channels, filters)
    from_kernels(turned, numbers, kernels, numbers + channels, numbers)
    for first in range(0, dy.shape[0], block):
        count = min(block, dy.shape[0] - first)
        for e in range(count):
            answers = pointer_at(data_of(dy), (first + e) * height * width * filters)
            here = pointer_at(products, e * tiles * filters)
            from_answers(answers, (width * filters, height, width, filters), here, rows * filters)
        sizes = (count * tiles, rows, filters, channels)
        _multiply_places(products, kernels, padded, START_ZERO, pixels, sizes)
        for e in range(count):
            here = pointer_at(pixels, e * tiles * channels)
            _add_back(here, rows * channels, dx, first + e, seen, top, left, padded)
