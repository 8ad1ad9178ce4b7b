"""Images parted by the remainders of their rows and columns, and put together again."""

from tuidl.kernels.jit import device_function
from tuidl.kernels.simd.intrinsics import clear_elements, copy_elements, data_of, pointer_at


@device_function
def lay_out(images, n, first, step, shape, target):
    """Copy ``shape`` pixels (rows, columns) of image ``n``, from ``first`` on and ``step`` apart,
    with zeros where there is no image."""
    _, height, width, channels = images.shape
    rows, columns = shape
    start = pointer_at(data_of(images), n * height * width * channels)
    low = min(max((step - 1 - first[1]) // step, 0), columns)
    high = min(max((width - first[1] + step - 1) // step, low), columns)
    for i in range(rows):
        there, y = pointer_at(target, i * columns * channels), first[0] + i * step
        if y < 0 or y >= height:
            clear_elements(there, columns * channels)
            continue
        clear_elements(there, low * channels)
        here = pointer_at(start, (y * width + first[1] + low * step) * channels)
        copied = pointer_at(there, low * channels)
        if step == 1:
            copy_elements(copied, here, (high - low) * channels)
        else:
            for j in range(high - low):
                pixel = pointer_at(here, j * step * channels)
                copy_elements(pointer_at(copied, j * channels), pixel, channels)
        clear_elements(pointer_at(there, high * channels), (columns - high) * channels)


@device_function
def put_back(source, line, images, n, first, step):
    """Write the pixels of image ``n`` from ``first`` on, ``step`` apart: from rows of the source
    that are ``line`` numbers apart."""
    _, height, width, channels = images.shape
    start = pointer_at(data_of(images), n * height * width * channels)
    rows = max((height - first[0] + step - 1) // step, 0)
    columns = max((width - first[1] + step - 1) // step, 0)
    for i in range(rows):
        here = pointer_at(source, i * line)
        there = pointer_at(start, ((first[0] + i * step) * width + first[1]) * channels)
        if step == 1:
            copy_elements(there, here, columns * channels)
        else:
            for j in range(columns):
                pixel = pointer_at(there, j * step * channels)
                copy_elements(pixel, pointer_at(here, j * channels), channels)
