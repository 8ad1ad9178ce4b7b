"""Images as the kernels of a convolution see them: where they lie, or copied with zeros around."""

from tuidl.kernels.jit import inline_ir
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at


@inline_ir
def seen_images(images, first, count, seen, top, left, padded):
    """A pointer to ``count`` images from ``first`` on, as a convolution sees them.

    Parameters
    ----------
    images : (n, h, w, c), contiguous
    seen : rows and columns that are seen of each image, padding included
    top, left : rows and columns of zeros in front of them
    padded : pointer to workspace for the copies of images that need zeros around them

    Returns
    -------
    The pointer, the stride from a row to the next and that from an image to the next, in numbers.
    """
    _, height, width, channels = images.shape
    line, size = width * channels, height * width * channels
    start = pointer_at(data_of(images), first * size)
    if top == 0 and left == 0 and seen[0] <= height and seen[1] <= width:
        return start, line, size
    row, whole = seen[1] * channels, seen[0] * seen[1] * channels
    clear_elements(padded, count * whole)
    copied = min(width, seen[1] - left) * channels
    for n in range(count):
        for i in range(min(height, seen[0] - top)):
            target = pointer_at(padded, n * whole + (top + i) * row + left * channels)
            copy_elements(target, pointer_at(start, n * size + i * line), copied)
    return padded, row, whole
