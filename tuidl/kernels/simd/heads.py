"""One head of attention on one example, a block of queries and keys at a time.

Scores of all steps with all steps are never in memory: those of a block lie on the stack, and each
row's softmax goes on from block to block with the largest score and the sum so far (Milakov and
Gimelshein, 2018; Dao et al., 2022). Backward computes a block's scores anew, and their softmax from
the logarithm of the whole sum. A score that does not count is LOWEST, its weight exactly 0.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from tuidl.kernels.dropout import GOLDEN, U, mixed
from tuidl.kernels.elementary import ONE, ZERO, exp
from tuidl.kernels.jit import device_function, inline_ir
from tuidl.kernels.simd.exponentials import exponentials
from tuidl.kernels.simd.gemm import START_C, START_ZERO, Sizes
from tuidl.kernels.simd.intrinsics import array_at, clear_elements, pointer_at, stack_of
from tuidl.kernels.simd.maxima import highest_of
from tuidl.kernels.simd.packed_gemm import Strides, gemm_block

ROWS, KEYS = 32, 128
"""Steps of a block: of queries, and of keys."""
LOWEST = np.float32(-np.inf)
DOUBLE = 8
"""Bytes of the larger kind of numbers."""

scores_on_stack = stack_of(ROWS * KEYS * DOUBLE)
slopes_on_stack = stack_of(ROWS * KEYS * DOUBLE)
row_numbers_on_stack = stack_of(2 * ROWS * DOUBLE)


class Head(NamedTuple):
    """Where its numbers lie: pointers to the first step's, and how far apart steps are.

    ``steps``, ``seen``: of queries, and of keys and values. ``width``: numbers of a step.
    """

    queries: Any
    keys: Any
    values: Any
    query_stride: Any
    key_stride: Any
    steps: Any
    seen: Any
    width: Any
    scale: Any


class Block(NamedTuple):
    """``rows`` queries from ``first`` on, with ``columns`` keys from ``start`` on."""

    first: Any
    rows: Any
    start: Any
    columns: Any


class Hiding(NamedTuple):
    """Which keys a query does not see: those behind it (``causal``), and where ``is_masked`` those
    whose number, behind the pointer ``numbers``, lies from ``lowest`` on and below ``end``."""

    causal: Any
    is_masked: Any
    numbers: Any
    lowest: Any
    end: Any


class Dropping(NamedTuple):
    """Which weights dropout takes: see ``kernels/dropout.py``; ``place``: of the head's first."""

    rate: Any
    key: Any
    limit: Any
    scale: Any
    place: Any


@inline_ir
def row_of(block_numbers, block, i):
    """A row of a block's numbers."""
    return array_at(pointer_at(block_numbers, i * block.columns), (block.columns,))


@device_function
def score(head, block, hiding, scores):
    """scores = the block's products of queries and keys, LOWEST where a key is not seen."""
    q = pointer_at(head.queries, block.first * head.query_stride)
    k = pointer_at(head.keys, block.start * head.key_stride)
    gemm_block(
        q, Strides(head.query_stride, 1), k, Strides(1, head.key_stride), scores, START_ZERO,
        scores, block.columns, Sizes(block.rows, head.width, block.columns),
    )  # fmt: skip
    if hiding.is_masked:
        numbers = array_at(pointer_at(hiding.numbers, block.start), (block.columns,))
        for i in range(block.rows):
            row = row_of(scores, block, i)
            for j in range(row.shape[0]):
                is_hidden = numbers[j] >= hiding.lowest and numbers[j] < hiding.end
                row[j] = LOWEST if is_hidden else row[j]
    if hiding.causal:
        for i in range(block.rows):
            row = row_of(scores, block, i)
            for j in range(max(block.first + i + 1 - block.start, 0), row.shape[0]):
                row[j] = LOWEST


@device_function
def _drop(row, dropping, first):
    """Dropout of weights (or of their gradients), ``first`` being the place of the first."""
    start = U(dropping.place + first)
    for j in range(row.shape[0]):
        drawn = mixed(mixed(U(start + U(j)) * GOLDEN + dropping.key) ^ dropping.key)
        row[j] = ZERO if drawn < dropping.limit else row[j] * dropping.scale


@device_function
def soften(head, block, dropping, scores, y, y_stride, tops, totals):
    """Scores to weights, of each row as e**(score - tops[i]); ``tops`` and ``totals`` go on from
    the keys before, and what these have left in y is brought to the new top."""
    for i in range(block.rows):
        row = row_of(scores, block, i)
        old = tops[i]
        highest = highest_of(row) * head.scale
        top = highest if block.start == 0 or highest > old else old
        total = exponentials(row, top, head.scale, row.dtype.type(LOWEST))
        if block.start > 0:
            factor = exp(old - top) if old > LOWEST else ZERO
            total += totals[i] * factor
            place = pointer_at(y, (block.first + i) * y_stride)
            sums = array_at(place, (head.width,))
            for d in range(sums.shape[0]):
                sums[d] *= factor
        tops[i], totals[i] = top, total
        if dropping.rate > 0:
            _drop(row, dropping, (block.first + i) * head.seen + block.start)


@device_function
def weigh(head, block, weights, y, y_stride):
    """y = weights values, added to what the keys before have left there."""
    v = pointer_at(head.values, block.start * head.key_stride)
    to = pointer_at(y, block.first * y_stride)
    start_with = START_C if block.start > 0 else START_ZERO
    gemm_block(
        weights, Strides(block.columns, 1), v, Strides(head.key_stride, 1), to, start_with, to,
        y_stride, Sizes(block.rows, block.columns, head.width),
    )  # fmt: skip


@device_function
def attend(head, hiding, dropping, y, y_stride, log_sums):
    """y = softmax(queries keys') values; ``log_sums`` keeps log of the sum of e**score of each
    step. One that sees no key gets 0."""
    scores, numbers = scores_on_stack(y), row_numbers_on_stack(y)
    tops, totals = numbers, pointer_at(numbers, ROWS)
    for first in range(0, head.steps, ROWS):
        rows = min(ROWS, head.steps - first)
        end = min(first + rows, head.seen) if hiding.causal else head.seen
        for start in range(0, end, KEYS):
            block = Block(first, rows, start, min(KEYS, end - start))
            score(head, block, hiding, scores)
            soften(head, block, dropping, scores, y, y_stride, tops, totals)
            weigh(head, block, scores, y, y_stride)
        for i in range(rows):
            total = totals[i]
            share = ZERO if total == ZERO else ONE / total
            sums = array_at(pointer_at(y, (first + i) * y_stride), (head.width,))
            for d in range(sums.shape[0]):
                sums[d] *= share
            log_sums[first + i] = ZERO if total == ZERO else tops[i] + math.log(total)


class Slopes(NamedTuple):
    """Gradients: pointers and strides as in ``Head``; ``out`` is that of y."""

    queries: Any
    keys: Any
    values: Any
    out: Any
    y: Any
    y_stride: Any


@device_function
def _weight_slopes(head, block, dropping, slopes, weights, changes, log_sums):
    """weights and changes = dropped weights, and the gradient of the scores.

    ``weights`` holds scores, ``changes`` the gradient of the dropped weights.
    """
    for i in range(block.rows):
        row, change, step = row_of(weights, block, i), row_of(changes, block, i), block.first + i
        out = array_at(pointer_at(slopes.out, step * slopes.y_stride), (head.width,))
        y = array_at(pointer_at(slopes.y, step * slopes.y_stride), (head.width,))
        inner = ZERO
        for d in range(out.shape[0]):
            inner += out[d] * y[d]
        exponentials(row, log_sums[step], head.scale, row.dtype.type(LOWEST))
        place = step * head.seen + block.start
        if dropping.rate > 0:
            _drop(change, dropping, place)
        for j in range(row.shape[0]):
            change[j] = row[j] * (change[j] - inner) * head.scale
        if dropping.rate > 0:
            _drop(row, dropping, place)


@device_function
def _add_slopes(head, block, slopes, weights, changes):
    """The block's part of the gradients of queries, keys and values."""
    q_at, k_at = block.first * head.query_stride, block.start * head.key_stride
    lying, down = Strides(block.columns, 1), Strides(1, block.columns)
    out = pointer_at(slopes.out, block.first * slopes.y_stride)
    across = Strides(head.query_stride, 1)
    sizes = Sizes(block.columns, block.rows, head.width)
    dv, dk = pointer_at(slopes.values, k_at), pointer_at(slopes.keys, k_at)
    q = pointer_at(head.queries, q_at)
    rows = Strides(slopes.y_stride, 1)
    gemm_block(weights, down, out, rows, dv, START_C, dv, head.key_stride, sizes)
    gemm_block(changes, down, q, across, dk, START_C, dk, head.key_stride, sizes)
    dq, k = pointer_at(slopes.queries, q_at), pointer_at(head.keys, k_at)
    start_with = START_C if block.start > 0 else START_ZERO
    sizes = Sizes(block.rows, block.columns, head.width)
    keys = Strides(head.key_stride, 1)
    gemm_block(changes, lying, k, keys, dq, start_with, dq, head.query_stride, sizes)


@device_function
def pass_back(head, hiding, dropping, slopes, log_sums):
    """Gradients of queries, keys and values from that of y."""
    weights, changes = scores_on_stack(slopes.out), slopes_on_stack(slopes.out)
    for step in range(head.seen):
        clear_elements(pointer_at(slopes.keys, step * head.key_stride), head.width)
        clear_elements(pointer_at(slopes.values, step * head.key_stride), head.width)
    for first in range(0, head.steps, ROWS):
        rows = min(ROWS, head.steps - first)
        end = min(first + rows, head.seen) if hiding.causal else head.seen
        for start in range(0, end, KEYS):
            block = Block(first, rows, start, min(KEYS, end - start))
            score(head, block, hiding, weights)
            out = pointer_at(slopes.out, first * slopes.y_stride)
            v = pointer_at(head.values, start * head.key_stride)
            gemm_block(
                out, Strides(slopes.y_stride, 1), v, Strides(1, head.key_stride), changes,
                START_ZERO, changes, block.columns, Sizes(rows, head.width, block.columns),
            )  # fmt: skip
            _weight_slopes(head, block, dropping, slopes, weights, changes, log_sums)
            _add_slopes(head, block, slopes, weights, changes)
