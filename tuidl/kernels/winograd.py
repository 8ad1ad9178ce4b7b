"""Convolution with kernels of 3 x 3 by fewer multiplications (Winograd; Lavin and Gray, 2016).

Two by two answers y come from a tile d of 4 x 4 pixels and a kernel g by 16 products for each pair
of channel and filter, where the definition needs 36:

    y = A' [(G g G') * (B' d B)] A

Over all tiles that is one matrix product for each of the 16 places. The input's gradient is the
same three steps transposed. Tiles overlap by two pixels; where the answers' height or width is odd,
the last ones lie a step back and give some answers a second time. The weights' gradient goes the
other way: rounding would take the place of its zeros.
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
    framed = (height + 2) * (width + 2) * channels + 4 * filters
    fixed = (PLACES + 9) * channels * filters + 2 * PLACES * (channels + filters) + framed
    return fixed, PLACES * down * across * (channels + filters)


@helper
def suits_winograd(kernel, stride, answers, room):
    """Whether it is worth it, and ``room`` numbers of scratch are enough for an example."""
    size_y, size_x, channels, filters = kernel
    if size_y != 3 or size_x != 3 or stride != 1 or min(answers[1], answers[2]) < 2:
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
    """The scratch as arrays: a framed image, one tile of answers, tiles of both.

    And where it is free from, and how many examples the tiles are for. Each place has one row more
    than it needs: were they a power of two apart, all 16 would claim the same lines of the cache.
    """
    _, height, width, _ = shape
    down, across = (height + 1) // 2, (width + 1) // 2
    room = patches.reshape(patches.size)
    fixed, each = winograd_room(height, width, channels, filters)
    block = (room.size - fixed) // each
    image, end = _take(room, 0, (height + 2, width + 2, channels))
    answers, end = _take(room, end, (2, 2, filters))
    seen, end = _take(room, end, (4, 4, block * down * across + 1, channels))
    products, end = _take(room, end, (4, 4, block * down * across + 1, filters))
    return image, answers, seen, products, end, block


@helper
def _is_bare(image, framed, top, left):
    """Whether an image has the size that tiles need without zeros around it."""
    fits = image.shape[0] == framed.shape[0] and image.shape[1] == framed.shape[1]
    return fits and top == 0 and left == 0


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
def _multiply_places(a, b, shift, c, count):
    """For each of the 16 places the product of its matrices, of ``count`` tiles.

    What is added in the second row and column, ``shift`` where it is not None, all four answers of
    a tile get.
    """
    for i in range(4):
        for j in range(4):
            if shift is not None and i == 1 and j == 1:
                multiply_by_tiles(a[i, j, :count], b[i, j], shift, c[i, j, :count], 0)
            else:
                multiply_by_tiles(a[i, j, :count], b[i, j], None, c[i, j, :count], 0)


@helper
def _see(image, seen, tile, top, left, framed):
    """The tiles of an image become its part of ``seen``, from ``tile`` on."""
    is_bare = _is_bare(image, framed, top, left)
    if not is_bare:
        _frame(image, framed, top, left)
    pixels = image if is_bare else framed
    height, width = framed.shape[0] - 2, framed.shape[1] - 2
    for i in range(0, height, 2):
        p = min(i, height - 2)
        for j in range(0, width, 2):
            q = min(j, width - 2)
            from_pixels(pixels[p : p + 4, q : q + 4], seen[:, :, tile])
            tile += 1


@helper
def _answer(products, tile, y):
    """The answers to one image, from the products of its tiles."""
    height, width = y.shape[:2]
    for i in range(0, height, 2):
        p = min(i, height - 2)
        for j in range(0, width, 2):
            q = min(j, width - 2)
            to_answers(products[:, :, tile], y[p : p + 2, q : q + 2])
            tile += 1


@helper
def _rest(dy, i, j, answers):
    """The tile of ``dy`` that ends at row ``i`` and column ``j`` or lies beyond, a step back.

    What the tile before it has is 0 here.
    """
    p, q = min(i, dy.shape[0] - 2), min(j, dy.shape[1] - 2)
    clear_values(answers.reshape(answers.size))
    for row in range(i, p + 2):
        for column in range(j, q + 2):
            copy_values(answers[row - p, column - q], dy[row, column])


@helper
def _see_gradient(dy, products, tile, answers):
    """As ``_see`` for the gradient of the answers."""
    height, width = dy.shape[:2]
    for i in range(0, height, 2):
        for j in range(0, width, 2):
            if i + 1 < height and j + 1 < width:
                from_answers(dy[i : i + 2, j : j + 2], products[:, :, tile])
            else:
                _rest(dy, i, j, answers)
                from_answers(answers, products[:, :, tile])
            tile += 1


@helper
def _add_back(seen, tile, framed, top, left, dx):
    """The gradient of one image, from those of its tiles."""
    is_bare = _is_bare(dx, framed, top, left)
    pixels = dx if is_bare else framed
    clear_values(pixels.reshape(pixels.size))
    height, width = framed.shape[0] - 2, framed.shape[1] - 2
    for i in range(0, height, 2):
        p = min(i, height - 2)
        for j in range(0, width, 2):
            q = min(j, width - 2)
            add_to_pixels(seen[:, :, tile], pixels[p : p + 4, q : q + 4])
            tile += 1
    if is_bare:
        return
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
    image, _, seen, products, end, block = _divide(patches, y.shape, channels, filters)
    kernels, _ = _take(patches.reshape(patches.size), end, (4, 4, channels + 1, filters))
    for c in range(channels):
        from_kernel(w[:, :, c], kernels[:, :, c])
    tiles = ((y.shape[1] + 1) // 2) * ((y.shape[2] + 1) // 2)
    for first in range(0, y.shape[0], block):
        count = min(block, y.shape[0] - first)
        for e in range(count):
            _see(x[first + e], seen, e * tiles, top, left, image)
        _multiply_places(seen, kernels, b, products, count * tiles)
        for e in range(count):
            _answer(products, e * tiles, y[first + e])


@helper
def winograd_input_gradient(dy, w, dx, patches, top, left):
    """As ``conv2d_input_gradient`` with stride 1."""
    channels, filters = w.shape[2:]
    image, answers, seen, products, end, block = _divide(patches, dy.shape, channels, filters)
    kernels, _ = _take(patches.reshape(patches.size), end, (4, 4, filters + 1, channels))
    turned = _turned(w, patches)
    for f in range(filters):
        from_kernel(turned[:, :, f], kernels[:, :, f])
    tiles = ((dy.shape[1] + 1) // 2) * ((dy.shape[2] + 1) // 2)
    for first in range(0, dy.shape[0], block):
        count = min(block, dy.shape[0] - first)
        for e in range(count):
            _see_gradient(dy[first + e], products, e * tiles, answers)
        _multiply_places(products, kernels, None, seen, count * tiles)
        for e in range(count):
            _add_back(seen, e * tiles, image, top, left, dx[first + e])
