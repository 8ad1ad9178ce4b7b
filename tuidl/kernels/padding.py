"""Images as the kernels of a convolution see them: where they lie, or copied with zeros around."""

from tuidl.kernels.intrinsics import clear_numbers, copy_numbers, data_of, pointer_at
from tuidl.kernels.jit import spliced


@spliced
def seen_images(images, first, count, seen, top, left, room):
    """Where ``count`` images start, as kernels see them, and the numbers of a row and an image.

    ``seen``: rows and columns that are seen of each; the first ones are zeros, ``top`` and ``left``
    of them. ``room`` has place for the copies of those that need zeros around them.
    """
    _, height, width, channels = images.shape
    line, size = width * channels, height * width * channels
    start = pointer_at(data_of(images), first * size)
    if top == 0 and left == 0 and seen[0] <= height and seen[1] <= width:
        return start, line, size
    row, whole = seen[1] * channels, seen[0] * seen[1] * channels
    clear_numbers(room, count * whole)
    copied = min(width, seen[1] - left) * channels
    for n in range(count):
        for i in range(min(height, seen[0] - top)):
            target = pointer_at(room, n * whole + (top + i) * row + left * channels)
            copy_numbers(target, pointer_at(start, n * size + i * line), copied)
    return room, row, whole
