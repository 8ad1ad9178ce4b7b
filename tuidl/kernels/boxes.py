"""Boxes of four numbers, x and y of the middle, width and height: how far two overlap.

A negative width or height counts as its size. Generalised intersection over union (Rezatofighi et
al., 2019) goes on where boxes do not touch: I / U - (C - U) / C, where C is the smallest box around
both. Its loss is 1 minus that, from 0 to 2.
"""

import numpy as np

from tuidl.kernels.elementary import ONE, TWO, ZERO
from tuidl.kernels.jit import device_function
from tuidl.kernels.oracles import oracle
from tuidl.kernels.registry import kernel

NUMBERS = 4
"""Of a box."""


@device_function
def spans(middle, side, other, width):
    """How long the part is that two spans share, and the one from the first to the last end."""
    half, rest = abs(side) / TWO, abs(width) / TWO
    shared = min(middle + half, other + rest) - max(middle - half, other - rest)
    whole = max(middle + half, other + rest) - min(middle - half, other - rest)
    return max(shared, ZERO), whole


@device_function
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


@device_function
def box_overlap(p, t, j):
    """I / U of the boxes that begin at place ``j``; 0 where neither has an area."""
    across, _ = spans(p[j], p[j + 2], t[j], t[j + 2])
    down, _ = spans(p[j + 1], p[j + 3], t[j + 1], t[j + 3])
    shared = across * down
    union = abs(p[j + 2] * p[j + 3]) + abs(t[j + 2] * t[j + 3]) - shared
    return shared / union if union > ZERO else ZERO


@device_function
def box_loss(p, t, d, j, scale):
    """The loss of the boxes that begin at place ``j``; ``d`` gets ``scale`` times its gradient."""
    across, wide = spans(p[j], p[j + 2], t[j], t[j + 2])
    down, high = spans(p[j + 1], p[j + 3], t[j + 1], t[j + 3])
    shared, around = across * down, wide * high
    union = abs(p[j + 2] * p[j + 3]) + abs(t[j + 2] * t[j + 3]) - shared
    one_union = ONE / union if union > ZERO else ZERO
    one_around = ONE / around if around > ZERO else ZERO
    by_union = scale * (shared * one_union * one_union - one_around)
    by_shared = -scale * one_union - by_union
    by_around = scale * union * one_around * one_around
    d[j], d[j + 2] = span_slopes(
        p[j], p[j + 2], t[j], t[j + 2], by_shared * down, by_around * high, by_union * abs(p[j + 3])
    )
    d[j + 1], d[j + 3] = span_slopes(
        p[j + 1], p[j + 3], t[j + 1], t[j + 3],
        by_shared * across, by_around * wide, by_union * abs(p[j + 2]),
    )  # fmt: skip
    return TWO - shared * one_union - union * one_around


@kernel("nf nf -> nf a", cost="16nf")
def generalized_iou(prediction, target, d, statistics, batch):
    """1 - generalised IoU, its mean over the boxes of an example, which are four numbers each."""
    boxes = prediction.shape[1] // NUMBERS
    scale = prediction.dtype.type(1.0 / (boxes * max(batch, 1)))
    total = 0.0
    for i in range(prediction.shape[0]):
        for box in range(boxes):
            total += box_loss(prediction[i], target[i], d[i], NUMBERS * box, scale)
    statistics[0] = total / boxes


@kernel("nf nf -> nf n", cost="16nf")
def generalized_iou_rows(prediction, target, d, losses):
    """1 - generalised IoU of the box of each answer."""
    boxes = prediction.shape[1] // NUMBERS
    scale = prediction.dtype.type(1.0 / boxes)
    for i in range(prediction.shape[0]):
        total = 0.0
        for box in range(boxes):
            total += box_loss(prediction[i], target[i], d[i], NUMBERS * box, scale)
        losses[i] = total / boxes


@kernel("nf nf -> a", cost="8nf")
def sum_box_iou(prediction, target, statistics):
    """The sum over the examples of I / U, its mean over the boxes of an example."""
    boxes = prediction.shape[1] // NUMBERS
    total = 0.0
    for i in range(prediction.shape[0]):
        for box in range(boxes):
            total += box_overlap(prediction[i], target[i], NUMBERS * box)
    statistics[0] = total / boxes


@kernel("nf nf nk -> a", cost="8nf")
def sum_weighted_box_iou(prediction, target, weights, statistics):
    """The sum of weight * I / U. ``weights``: one for each box; what has weight 0 may be
    anything."""
    total = 0.0
    for i in range(prediction.shape[0]):
        for box in range(weights.shape[1]):
            if weights[i, box] != ZERO:
                total += weights[i, box] * box_overlap(prediction[i], target[i], NUMBERS * box)
    statistics[0] = total


# --- the definition in plain NumPy ----------------------------------------------------------------


def box_parts(p, t):
    """Shared area, union and surrounding area of boxes (..., 4), and the ends of both."""
    p, t = (np.concatenate([b[..., :2], np.abs(b[..., 2:])], axis=-1) for b in (p, t))
    low, left = p[..., :2] - p[..., 2:] / 2, t[..., :2] - t[..., 2:] / 2
    high, right = p[..., :2] + p[..., 2:] / 2, t[..., :2] + t[..., 2:] / 2
    across = np.maximum(np.minimum(high, right) - np.maximum(low, left), 0)
    wide = np.maximum(high, right) - np.minimum(low, left)
    shared = across.prod(axis=-1)
    union = p[..., 2:].prod(axis=-1) + t[..., 2:].prod(axis=-1) - shared
    return shared, union, wide.prod(axis=-1), (low, high, left, right, across, wide)


def _inverse(values):
    return np.divide(1, values, out=np.zeros_like(values), where=values > 0)


def _boxes(values):
    return values.reshape(len(values), -1, NUMBERS)


def overlaps_oracle(prediction, target):
    """I / U of each box (n, boxes)."""
    shared, union, _, _ = box_parts(_boxes(prediction), _boxes(target))
    return shared * _inverse(union)


def _losses_oracle(prediction, target):
    """1 - generalised IoU of each box (n, boxes), and its gradient, as the prediction is shaped."""
    p, t = _boxes(prediction), _boxes(target)
    shared, union, around, (low, high, left, right, across, wide) = box_parts(p, t)
    one_union, one_around = _inverse(union), _inverse(around)
    by_union = shared * one_union**2 - one_around
    by_shared = -one_union - by_union
    by_around = union * one_around**2
    touch = np.where(across > 0, by_shared[..., None] * across[..., ::-1], 0)
    whole = by_around[..., None] * wide[..., ::-1]
    d_high = np.where(high < right, touch, whole)
    d_low = -np.where(low > left, touch, whole)
    sizes = np.abs(p[..., 2:])
    way = np.where(p[..., 2:] < 0, -1, 1)
    d_sides = way * ((d_high - d_low) / 2 + by_union[..., None] * sizes[..., ::-1])
    d = np.concatenate([d_low + d_high, d_sides], axis=-1)
    return 2 - shared * one_union - union * one_around, d.reshape(prediction.shape)


@oracle(generalized_iou)
def generalized_iou_oracle(prediction, target, d, statistics, batch):
    losses, slopes = _losses_oracle(prediction, target)
    d[...] = slopes / (losses.shape[1] * max(batch, 1))
    statistics[0] = losses.mean(axis=1).sum(dtype=np.float64)


@oracle(generalized_iou_rows)
def generalized_iou_rows_oracle(prediction, target, d, losses):
    found, slopes = _losses_oracle(prediction, target)
    d[...] = slopes / found.shape[1]
    losses[...] = found.mean(axis=1)


@oracle(sum_box_iou)
def sum_box_iou_oracle(prediction, target, statistics):
    statistics[0] = overlaps_oracle(prediction, target).mean(axis=1).sum(dtype=np.float64)


@oracle(sum_weighted_box_iou)
def sum_weighted_box_iou_oracle(prediction, target, weights, statistics):
    known = np.where(weights != 0, weights * overlaps_oracle(prediction, target), 0)
    statistics[0] = known.sum(dtype=np.float64)
