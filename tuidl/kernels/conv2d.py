"""Two-dimensional convolution as matrix products over patches.

The patches under the kernel's positions become the rows of a matrix, a block of examples at a
time so that it stays in the processor's cache; its size is the program's choice. Images of one
channel get the matrix transposed: what a kernel pixel sees along a row of the image lies side by
side there, where a patch would be put together from runs as short as the kernel.
"""

from tuidl.kernels.blas import gemm
from tuidl.kernels.jit import helper, kernel
from tuidl.kernels.vectors import clear_run, clear_values, copy_run, copy_values


@helper
def _extract_patches(image, patches, size, out_width, stride, top, left):
    """Row (p, q) of ``patches`` = the pixels under the kernel there; zeros outside the image.

    What lies side by side in both is copied at once; the places are counted by hand, as taking
    slices would cost more than copying.
    """
    height, width, channels = image.shape
    pixels, target = image.reshape(image.size), patches.reshape(patches.size)
    kernel_height, kernel_width = size
    span, at = kernel_width * channels, 0
    for position in range(patches.shape[0]):
        p, q = position // out_width, position % out_width
        first = q * stride - left
        low = max(-first, 0) * channels
        count = min(width - first, kernel_width) * channels - low
        for i in range(kernel_height):
            y = p * stride - top + i
            is_inside = 0 <= y < height
            if count < span or not is_inside:
                clear_run(target, at, span)
            if is_inside:
                copy_run(target, at + low, pixels, (y * width + first) * channels + low, count)
            at += span


@helper
def _extract_planes(image, planes, start, out, size, stride, top, left):
    """Row (i, j) of ``planes`` = what that kernel pixel sees at each position of the output.

    ``image`` has one channel; its positions fill the columns from ``start`` on. ``out`` and
    ``size`` are height and width of the output and of the kernel.
    """
    height, width, _ = image.shape
    pixels = image.reshape(height, width)
    for i in range(size[0]):
        for j in range(size[1]):
            plane = planes[i * size[1] + j]
            for p in range(out[0]):
                target = plane[start + p * out[1] : start + (p + 1) * out[1]]
                y = p * stride - top + i
                if y < 0 or y >= height:
                    clear_values(target)
                    continue
                source = pixels[y]
                low = min(max(-((j - left) // stride), 0), out[1])
                high = max(min((width - 1 - j + left) // stride + 1, out[1]), low)
                if high - low < out[1]:
                    clear_values(target)
                if stride == 1:
                    copy_values(target[low:high], source[low - left + j : high - left + j])
                else:
                    for q in range(low, high):
                        target[q] = source[q * stride - left + j]


@helper
def _block(x, first, count, patches, out, size, stride, top, left):
    """The patches of ``count`` examples as a matrix, and whether it is transposed."""
    positions, taps = out[0] * out[1], size[0] * size[1]
    if x.shape[3] == 1:
        planes = patches.reshape(patches.size)[: taps * count * positions]
        planes = planes.reshape(taps, count * positions)
        for e in range(count):
            _extract_planes(x[first + e], planes, e * positions, out, size, stride, top, left)
        return planes, 1
    for e in range(count):
        part = patches[e * positions : (e + 1) * positions]
        _extract_patches(x[first + e], part, size, out[1], stride, top, left)
    return patches[: count * positions], 0


@helper
def _add_patches(patches, image, size, out_width, stride, top, left):
    """The transpose of ``_extract_patches``: every patch is added back to where it came from."""
    height, width, channels = image.shape
    pixels = image.reshape(height, width * channels)
    pixels[:] = 0
    kernel_height, kernel_width = size
    span = kernel_width * channels
    for position in range(patches.shape[0]):
        p, q = position // out_width, position % out_width
        first = q * stride - left
        low = max(-first, 0) * channels
        high = min(width - first, kernel_width) * channels
        patch = patches[position]
        for i in range(kernel_height):
            y = p * stride - top + i
            if y < 0 or y >= height:
                continue
            source = patch[i * span + low : i * span + high]
            target = pixels[y, first * channels + low : first * channels + high]
            for j in range(source.shape[0]):  # from 0 on: else each index might be negative
                target[j] += source[j]


@kernel("nhwc ijcf f -> npqf mz", cost="2npqijcf")
def conv2d(x, w, b, y, patches, stride, top, left):
    """y[n,p,q] = b + sum of x[n, p stride - top + i, q stride - left + j] w[i,j] over i and j."""
    examples, height, width, filters = y.shape
    positions = height * width
    block = patches.shape[0] // positions
    out, size = (height, width), (w.shape[0], w.shape[1])
    weights = w.reshape(patches.shape[1], filters)
    outputs = y.reshape(examples * positions, filters)
    for first in range(0, examples, block):
        count = min(block, examples - first)
        seen, transposed = _block(x, first, count, patches, out, size, stride, top, left)
        part = outputs[first * positions : (first + count) * positions]
        gemm(seen, transposed, weights, 0, part, 0)
        for r in range(part.shape[0]):
            row = part[r]
            for f in range(filters):
                row[f] += b[f]


@kernel("nhwc npqf -> ijcf mz", cost="2npqijcf")
def conv2d_weight_gradient(x, dy, dw, patches, stride, top, left):
    """dw = patches' dy, summed over the examples."""
    examples, height, width, filters = dy.shape
    positions = height * width
    block = patches.shape[0] // positions
    out, size = (height, width), (dw.shape[0], dw.shape[1])
    weights = dw.reshape(patches.shape[1], filters)
    gradients = dy.reshape(examples * positions, filters)
    if examples == 0:
        dw[:] = 0
    for first in range(0, examples, block):
        count = min(block, examples - first)
        seen, transposed = _block(x, first, count, patches, out, size, stride, top, left)
        d = gradients[first * positions : (first + count) * positions]
        gemm(seen, 1 - transposed, d, 0, weights, 1 if first else 0)


@kernel("npqf ijcf -> nhwc mz", cost="2npqijcf")
def conv2d_input_gradient(dy, w, dx, patches, stride, top, left):
    """dx: the patches' gradients dy w', each added back to the pixels that it came from."""
    examples, height, width, filters = dy.shape
    positions = height * width
    block = patches.shape[0] // positions
    size = (w.shape[0], w.shape[1])
    weights = w.reshape(patches.shape[1], filters)
    gradients = dy.reshape(examples * positions, filters)
    for first in range(0, examples, block):
        count = min(block, examples - first)
        d = gradients[first * positions : (first + count) * positions]
        gemm(d, 0, weights, 1, patches[: count * positions], 0)
        for e in range(count):
            part = patches[e * positions : (e + 1) * positions]
            _add_patches(part, dx[first + e], size, width, stride, top, left)
