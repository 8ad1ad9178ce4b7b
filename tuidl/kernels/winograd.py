"""Convolution with kernels of 3 x 3 by fewer multiplications (Winograd; Lavin and Gray, 2016).

Two by two answers y come from a tile d of 4 x 4 pixels and a kernel g by 16 products for each pair
of channel and filter, where the definition needs 36:

    y = A' [(G g G') * (B' d B)] A

Over all tiles that is one matrix product for each of the 16 places. The input's gradient is the
same three steps transposed. Tiles overlap by two pixels; images are framed with zeros so that they
fit. The weights' gradient goes the other way: rounding would take the place of its zeros.
"""

from tuidl.kernels.jit import helper
from tuidl.kernels.tiles import multiply_by_tiles
from tuidl.kernels.transforms import (
    add_to_pixels,
    from_answers,
    from_kernel,
    from_pixels,
    to_answers,
)
from tuidl.kernels.vectors import clear_values, copy_values

PLACES = 16
FEWEST = 16
"""Channels, filters and answers to an image from which on it is worth it."""


@helper
def winograd_room(height: int, width: int, channels: int, filters: int) -> tuple[int, int]:
    """Scratch for answers of ``height`` by ``width``: numbers (in any case, for each example).

    The layer asks for as much (``layers/convolution.py``).
    """
    down, across = (height + 1) // 2, (width + 1) // 2
    framed = (2 * down + 2) * (2 * across + 2) * channels + 4 * down * across * filters
    fixed = (PLACES + 9) * channels * filters + framed
    return fixed, PLACES * down * across * (channels + filters)


@helper
def suits_winograd(kernel, stride, answers, room):
    """Whether it is worth it, and ``room`` numbers of scratch are enough for an example."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1:
        return False
    if min(channels, filters, answers[1] * answers[2]) < FEWEST:
        return False
    fixed, each = winograd_room(answers[1], answers[2], channels, filters)
    return room >= fixed + each


@helper
def _take(room, start, shape):
    """The part of ``room`` from ``start`` on as an array of ``shape``, and where it ends."""
    size = 1
    for extent in shape:
        size *= extent
    return room[start : start + size].reshape(shape), start + size


@helper
def _divide(patches, shape, channels, filters):
    """The scratch as arrays: kernels, framed image, framed answers, tiles of both."""
    _, height, width, _ = shape
    down, across = (height + 1) // 2, (width + 1) // 2
    room = patches.reshape(patches.size)
    fixed, each = winograd_room(height, width, channels, filters)
    tiles = (room.size - fixed) // each * down * across
    kernels, end = _take(room, 0, (4, 4, channels, filters))
    image, end = _take(room, end, (2 * down + 2, 2 * across + 2, channels))
    answers, end = _take(room, end, (2 * down, 2 * across, filters))
    seen, end = _take(room, end, (4, 4, tiles, channels))
    products, end = _take(room, end, (4, 4, tiles, filters))
    return kernels, image, answers, seen, products, tiles // (down * across)


@helper
def _frame(image, framed, top, left):
    """Copy ``image`` into ``framed``, with zeros around it."""
    channels = framed.shape[2]
    clear_values(framed.reshape(framed.size))
    count = image.shape[1] * channels
    for i in range(image.shape[0]):
        target = framed[top + i].reshape(-1)
        copy_values(target[left * channels : left * channels + count], image[i].reshape(-1))


@helper
def _multiply_places(a, b, c, count):
    """For each of the 16 places the product of its matrices, of ``count`` tiles."""
    for i in range(4):
        for j in range(4):
            multiply_by_tiles(a[i, j, :count], b[i, j], None, c[i, j, :count], 0)


@helper
def _see(image, seen, tile, top, left, framed):
    """The tiles of an image become its part of ``seen``, from ``tile`` on."""
    _frame(image, framed, top, left)
    for i in range(0, framed.shape[0] - 2, 2):
        for j in range(0, framed.shape[1] - 2, 2):
            from_pixels(framed[i : i + 4, j : j + 4], seen[:, :, tile])
            tile += 1


@helper
def _see_gradient(dy, products, tile, framed):
    """The same for the gradient of the answers."""
    _frame(dy, framed, 0, 0)
    for i in range(0, framed.shape[0], 2):
        for j in range(0, framed.shape[1], 2):
            from_answers(framed[i : i + 2, j : j + 2], products[:, :, tile])
            tile += 1


@helper
def _answer(products, tile, b, framed, y):
    """The answers to one image, from the products of its tiles."""
    for i in range(0, framed.shape[0], 2):
        for j in range(0, framed.shape[1], 2):
            to_answers(products[:, :, tile], framed[i : i + 2, j : j + 2])
            tile += 1
    filters = b.shape[0]
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            source, target = framed[i, j], y[i, j]
            for f in range(filters):
                target[f] = source[f] + b[f]


@helper
def _add_back(seen, tile, framed, top, left, dx):
    """The gradient of one image, from those of its tiles."""
    clear_values(framed.reshape(framed.size))
    for i in range(0, framed.shape[0] - 2, 2):
        for j in range(0, framed.shape[1] - 2, 2):
            add_to_pixels(seen[:, :, tile], framed[i : i + 4, j : j + 4])
            tile += 1
    channels = dx.shape[2]
    for i in range(dx.shape[0]):
        source = framed[top + i].reshape(-1)[left * channels :]
        copy_values(dx[i].reshape(-1), source[: dx.shape[1] * channels])


@helper
def _turned(w, patches):
    """The kernels with filters before channels, at the end of the scratch."""
    channels, filters = w.shape[2:]
    room = patches.reshape(patches.size)
    turned, _ = _take(room, room.size - w.size, (3, 3, filters, channels))
    for i in range(3):
        for j in range(3):
            for c in range(channels):
                for f in range(filters):
                    turned[i, j, f, c] = w[i, j, c, f]
    return turned


@helper
def winograd(x, w, b, y, patches, top, left):
    """As ``conv2d`` with stride 1."""
    channels, filters = w.shape[2:]
    kernels, image, answers, seen, products, block = _divide(patches, y.shape, channels, filters)
    for c in range(channels):
        from_kernel(w[:, :, c], kernels[:, :, c])
    tiles = answers.shape[0] * answers.shape[1] // 4
    for first in range(0, y.shape[0], block):
        count = min(block, y.shape[0] - first)
        for e in range(count):
            _see(x[first + e], seen, e * tiles, top, left, image)
        _multiply_places(seen, kernels, products, count * tiles)
        for e in range(count):
            _answer(products, e * tiles, b, answers, y[first + e])


@helper
def winograd_input_gradient(dy, w, dx, patches, top, left):
    """As ``conv2d_input_gradient`` with stride 1."""
    channels, filters = w.shape[2:]
    kernels, image, answers, seen, products, block = _divide(patches, dy.shape, channels, filters)
    turned = _turned(w, patches)
    kernels = kernels.reshape(4, 4, filters, channels)
    for f in range(filters):
        from_kernel(turned[:, :, f], kernels[:, :, f])
    tiles = answers.shape[0] * answers.shape[1] // 4
    for first in range(0, dy.shape[0], block):
        count = min(block, dy.shape[0] - first)
        for e in range(count):
            _see_gradient(dy[first + e], products, e * tiles, answers)
        _multiply_places(products, kernels, seen, count * tiles)
        for e in range(count):
            _add_back(seen, e * tiles, image, top, left, dx[first + e])
