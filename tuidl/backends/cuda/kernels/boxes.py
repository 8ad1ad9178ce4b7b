"""Boxes of four numbers on the GPU: how far two overlap, and the loss of that.

Boxes are few, so the first block adds up all of them and writes their gradients.
"""

from numba import cuda, float32, float64

from tuidl.backends.cuda.block_group import start, stride
from tuidl.backends.cuda.registry import cuda_kernel
from tuidl.backends.cuda.sums import keep_sum
from tuidl.backends.cuda.target import THREADS, device
from tuidl.kernels.boxes import NUMBERS
from tuidl.kernels.elementary import ONE, TWO, ZERO


@device
def spans(middle, side, other, width):
    """How long the part is that two spans share, and the one from the first to the last end."""
    half, rest = abs(side) / TWO, abs(width) / TWO
    shared = min(middle + half, other + rest) - max(middle - half, other - rest)
    whole = max(middle + half, other + rest) - min(middle - half, other - rest)
    return max(shared, ZERO), whole


@device
def span_slopes(middle, side, other, width, by_shared, by_whole, by_side):
    """Derivatives by a span's middle and side, from those by what ``spans`` says, and by the size
    of the side alone."""
    half, rest = abs(side) / TWO, abs(width) / TWO
    low, high = middle - half, middle + half
    left, right = other - rest, other + rest
    touch = by_shared if min(high, right) > max(low, left) else ZERO
    d_high = touch if high < right else by_whole
    d_low = -(touch if low > left else by_whole)
    way = -ONE if side < ZERO else ONE
    return d_low + d_high, way * ((d_high - d_low) / TWO + by_side)


@device
def box_overlap(p, t, i, j):
    """I / U of the boxes that begin at place ``j`` of row ``i``; 0 where neither has an area."""
    across, _ = spans(p[i, j], p[i, j + 2], t[i, j], t[i, j + 2])
    down, _ = spans(p[i, j + 1], p[i, j + 3], t[i, j + 1], t[i, j + 3])
    shared = across * down
    union = abs(p[i, j + 2] * p[i, j + 3]) + abs(t[i, j + 2] * t[i, j + 3]) - shared
    return shared / union if union > ZERO else ZERO


@device
def box_loss(p, t, d, i, j, scale):
    """The loss of the boxes that begin at place ``j`` of row ``i``; ``d`` gets ``scale`` times its
    gradient."""
    across, wide = spans(p[i, j], p[i, j + 2], t[i, j], t[i, j + 2])
    down, high = spans(p[i, j + 1], p[i, j + 3], t[i, j + 1], t[i, j + 3])
    shared, around = across * down, wide * high
    width, height = abs(p[i, j + 2]), abs(p[i, j + 3])
    union = width * height + abs(t[i, j + 2] * t[i, j + 3]) - shared
    one_union = ONE / union if union > ZERO else ZERO
    one_around = ONE / around if around > ZERO else ZERO
    by_union = scale * (shared * one_union * one_union - one_around)
    by_shared = -scale * one_union - by_union
    by_around = scale * union * one_around * one_around
    x, w, tx, tw = p[i, j], p[i, j + 2], t[i, j], t[i, j + 2]
    y, h, ty, th = p[i, j + 1], p[i, j + 3], t[i, j + 1], t[i, j + 3]
    d[i, j], d[i, j + 2] = span_slopes(
        x, w, tx, tw, by_shared * down, by_around * high, by_union * height
    )
    d[i, j + 1], d[i, j + 3] = span_slopes(
        y, h, ty, th, by_shared * across, by_around * wide, by_union * width
    )
    return TWO - shared * one_union - union * one_around


@cuda_kernel
def generalized_iou(prediction, target, d, statistics, batch, block_group):
    """1 - generalised IoU, its mean over the boxes of an example, which are four numbers each."""
    if block_group.block == 0:
        boxes, total = prediction.shape[1] // NUMBERS, float64(0)
        scale = ONE / float32(boxes * max(batch, 1))
        for i in range(cuda.threadIdx.x, prediction.shape[0], THREADS):
            for box in range(boxes):
                total += box_loss(prediction, target, d, i, NUMBERS * box, scale)
        keep_sum(float32(total / boxes), statistics, block_group.scratch)


@cuda_kernel
def generalized_iou_rows(prediction, target, d, losses, block_group):
    """1 - generalised IoU of the box of each answer."""
    boxes = prediction.shape[1] // NUMBERS
    for i in range(start(block_group), prediction.shape[0], stride(block_group)):
        total = float64(0)
        for box in range(boxes):
            scale = ONE / float32(boxes)
            total += box_loss(prediction, target, d, i, NUMBERS * box, scale)
        losses[i] = float32(total / boxes)


@cuda_kernel
def sum_box_iou(prediction, target, statistics, block_group):
    """The sum over the examples of I / U, its mean over the boxes of an example."""
    if block_group.block == 0:
        boxes, total = prediction.shape[1] // NUMBERS, float64(0)
        for i in range(cuda.threadIdx.x, prediction.shape[0], THREADS):
            for box in range(boxes):
                total += box_overlap(prediction, target, i, NUMBERS * box)
        keep_sum(float32(total / boxes), statistics, block_group.scratch)


@cuda_kernel
def sum_weighted_box_iou(prediction, target, weights, statistics, block_group):
    """The sum of weight * I / U; what has weight 0 may be anything."""
    if block_group.block == 0:
        total = float64(0)
        for i in range(cuda.threadIdx.x, prediction.shape[0], THREADS):
            for box in range(weights.shape[1]):
                if weights[i, box] != ZERO:
                    overlap = box_overlap(prediction, target, i, NUMBERS * box)
                    total += weights[i, box] * overlap
        keep_sum(float32(total), statistics, block_group.scratch)
