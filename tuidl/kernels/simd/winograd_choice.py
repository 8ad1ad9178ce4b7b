"""Whether convolutions of 3 x 3 go by Winograd's tiles, and what workspace these need.

The nine gradients of a kernel are mixtures of the same sums, so each has the rounding of the
largest. One can be 0, or tiny beside the others: at a border that is always dark, say, or where few
answers have a gradient. There Adam, which divides by its size, would take rounding for a direction.
So this way is taken only where all nine come from many numbers, and from nearly the same.
"""

from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.intrinsics import flat

PLACES = 16
"""Of a transformed tile."""
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
LEAST_LINES = 3
"""Rows of tiles of a band: of two bands of an odd image one would else have a single row of answers
at the end."""


@inline_ir
def winograd_workspace(height: int, width: int, channels: int, filters: int) -> tuple[int, int]:
    """Workspace for answers of ``height`` by ``width``: numbers (in any case, for each row of
    tiles).

    The layer asks for as much (``layers/convolution_frame.py``).
    """
    padded = (height + 2) * (width + 2) * channels
    fixed = (PLACES + 9) * channels * filters + 2 * PLACES * (channels + filters) + padded
    return fixed, PLACES * ((width + 1) // 2) * (channels + filters)


@inline_ir
def suits_winograd(kernel, stride, answers, size):
    """Whether it is worth it, and a workspace of ``size`` numbers is enough for a band."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1 or min(answers[1], answers[2]) < 2:
        return False
    positions, pairs = answers[1] * answers[2], channels * filters
    if min(channels, filters) < FEWEST and (pairs < FEWER_PAIRS or positions < MORE_POSITIONS):
        return False
    if min(channels, filters) < FEWER or positions < FEWEST_POSITIONS or pairs > MOST:
        return False
    fixed, line = winograd_workspace(answers[1], answers[2], channels, filters)
    return size >= fixed + min((answers[1] + 1) // 2, LEAST_LINES) * line


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
